"""Golden questions: what customers may ask, with the right answer beside it, never stored as a phrasing."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from knowledge.library import Library
from knowledge.rules.regions import read_region
from knowledge.sheets import BadContent, Problem
from knowledge.text.normalise import normalise
from knowledge.understanding import Understanding

GOLDEN_DIR = Path(__file__).parent / "golden"

DANGER: Final = "!"  # expected: the danger outcome
NOWHERE: Final = "-"  # expected: nothing of ours answers
_ANSWERS: Final = frozenset({"found", "smalltalk", "danger"})
_NO_ANSWER: Final = frozenset({"out_of_scope", "ask_back"})  # actions of entries that say we do not know

_MARKS: Final = "?!.,;:~。、…— "

Grade = Literal["right", "asked", "wrong"]


@dataclass(frozen=True, slots=True)
class Golden:
    """A question and what may answer it: entry ids, a topic, DANGER or NOWHERE; each alone is right."""

    expected: tuple[str, ...]
    question: str
    file: str = ""
    line: int = 0

    @property
    def written(self) -> str:
        """Return what is expected as it stands in a file."""
        return "|".join(self.expected)


def read_golden(folder: Path, library: Library) -> list[Golden]:
    """Read the *.tsv of a folder: `expected<TAB>question`, # starts a note; raises BadContent.

    Refused are unknown ids, a question that stands there twice, and one that is stored as a phrasing.
    """
    problems: list[Problem] = []
    lines = lines_of(folder, problems)
    problems += golden_problems(lines, library)
    if problems:
        raise BadContent(problems)
    return lines


def lines_of(folder: Path, problems: list[Problem]) -> list[Golden]:
    """Return the lines of the *.tsv of a folder; what cannot be read is added to `problems`."""
    return [line for path in sorted(folder.glob("*.tsv")) for line in _lines(path, problems)]


def golden_problems(lines: Iterable[Golden], library: Library) -> Iterator[Problem]:
    """Yield what is wrong with golden lines beside a library."""
    stored = stored_phrasings(library)
    seen: dict[str, Golden] = {}
    for line in lines:
        for expected in line.expected:
            if not known(expected, library):
                yield _problem(line, "unknown-id", f"没有 {expected or '（空）'} 这个条目或主题。")
        same = comparable(line.question)
        if same in stored:
            yield _problem(line, "stored", f"“{line.question}”已经是 {stored[same]} 的问法。")
        first = seen.setdefault(same, line)
        if first is not line:
            yield _problem(line, "duplicate", f"“{line.question}”已经有了：{first.file}:{first.line}。")


def stored_phrasings(library: Library) -> Mapping[str, str]:
    """Return the entry of every stored phrasing, as it is compared."""
    return {comparable(text): entry.id for entry in library.entries.values() for text in entry.phrasings}


def comparable(text: str) -> str:
    """Return a question as it is compared: the same for both scripts, any width, with or without a mark."""
    plain = normalise(text)
    return plain.strip(_MARKS) or plain


def known(expected: str, library: Library) -> bool:
    """Whether this can be expected at all."""
    return expected in (DANGER, NOWHERE) or expected in library.entries or expected in library.topics


def split_expected(text: str) -> tuple[str, ...]:
    """Return what a line expects: `a|b` names two of which each is right."""
    return tuple(part.strip() for part in text.split("|"))


def region_of(expected: Collection[str], question: str, library: Library) -> str:
    """Return where a question is asked: the region it names, else one where the expected entry is served."""
    home = library.utility.region
    region = read_region(question, home=home) or home
    regions = [library.entries[one].regions for one in expected if one in library.entries]
    if regions and all(some and region not in some for some in regions):
        return regions[0][0]
    return region


def grade(expected: Collection[str], meant: Understanding, library: Library) -> Grade:
    """Return how a question was understood: answered rightly, the right one offered, or wrong."""
    entries = library.entries
    answered = meant.outcome in _ANSWERS
    named = entries.get(meant.entry_id) if meant.entry_id is not None else None
    strange = named is not None and named.action in _NO_ANSWER
    offered = {one.entry_id for one in meant.candidates} if meant.outcome == "unclear" else set()
    topics = {entries[one].topic for one in offered if one in entries}
    grades: set[Grade] = set()
    for one in expected:
        if one == DANGER:
            right, asked = meant.outcome == "danger", "emergency" in topics
        elif one == NOWHERE:
            right, asked = meant.outcome == "unknown" or (answered and strange), meant.outcome == "unclear"
        elif one in entries:
            # The danger rules speak for all entries of the emergency: they come before any entry.
            right = answered and (
                meant.entry_id == one or (meant.outcome == "danger" and entries[one].topic == "emergency")
            )
            asked = one in offered
        else:
            right, asked = answered and meant.topic == one, one in topics
            right = right or (meant.outcome == "unknown" and one == "out_of_scope")
        grades.add("right" if right else "asked" if asked else "wrong")
    return "right" if "right" in grades else "asked" if "asked" in grades else "wrong"


def _lines(path: Path, problems: list[Problem]) -> Iterator[Golden]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(path.name, 0, "", "tsv", "文件不是UTF-8编码。"))
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = [column.strip() for column in line.split("\t")]
        # A third column in front names the remedy that a line is there to show.
        if len(columns) not in (2, 3) or not all(columns):
            problems.append(Problem(path.name, number, "", "tsv", "每行是“期望<TAB>问题”。"))
            continue
        yield Golden(split_expected(columns[-2]), columns[-1], path.name, number)


def _problem(line: Golden, rule: str, sentence: str) -> Problem:
    return Problem(line.file, line.line, line.written, rule, sentence)
