"""What each remedy of the understanding is worth: our own questions with all on, then with one off."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.tables import show
from knowledge.library import Library
from knowledge.remedies import ALL, Remedies
from knowledge.search.evaluate import read_lines, read_phrasings
from knowledge.search.index import Found, Index
from knowledge.understanding import Understander

__all__ = ["run"]

ROOT: Final = Path(__file__).parent.parent
GOLDEN: Final = ROOT / "knowledge" / "golden"
PAGE: Final = ROOT / "docs" / "understanding.md"
BEGIN: Final = "<!-- ablation:begin -->"
END: Final = "<!-- ablation:end -->"

_TOPICS: Final = "topics.tsv"  # lines by topic
_OWN: Final = "by_remedy/remedies.tsv"  # remedy, expected, question: lines written for one remedy each
_NOWHERE: Final = "-"
_DANGER: Final = "!"
_ASKS: Final = "?"  # before entries or topics: to be asked which, not answered
_GIVEN: Final = frozenset({"found", "smalltalk", "danger"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question; `expected` holds entries or topics that are right, none where nothing of ours answers."""

    question: str
    expected: frozenset[str]
    asks: bool = False
    also: str | None = None  # the second wish, to be offered
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Figures in percent over all lines, and per remedy over its own lines."""

    top1: float
    coverage: float
    precision: float
    own: dict[str, float]


def run(*, golden: Path = GOLDEN, foreign: Path | None = None, write: bool = True) -> None:
    """Print the table and write it between the markers of docs/understanding.md."""
    print("\n== Remedies ==")
    library = Library.load()
    asked = list(own_lines(golden, library))
    sets = list(_foreign_sets(foreign)) if foreign is not None else []
    names = Remedies.names_of_all()
    whole = measure(library, asked, ALL)
    basis = [_foreign_top1(stored, lines, ALL) for _, stored, lines in sets]
    rows = [_row("all of them", whole, whole, None, basis, basis)]
    for name in names:
        remedies = ALL.without(name)
        foreign_figures = [_foreign_top1(stored, lines, remedies) for _, stored, lines in sets]
        rows.append(
            _row(f"without {name}", measure(library, asked, remedies), whole, name, foreign_figures, basis)
        )
    head = [
        "",
        "top 1 %",
        "answered %",
        "right of these %",
        "its own lines %",
        *(name for name, _, _ in sets),
    ]
    count = Counter(one.remedy is None for one in asked)
    title = f"{count[True]:,} golden lines, {count[False]} lines of the remedies' own"
    show(title, head, rows)
    if write and PAGE.exists():
        _write(title, head[:5], [row[:5] for row in rows])


def measure(library: Library, asked: Sequence[Asked], remedies: Remedies) -> Score:
    """Ask all lines of an understanding with these remedies."""
    understander = Understander(library, remedies=remedies)
    region = library.utility.region
    known = first = given = given_right = everything = 0
    own: dict[str, list[bool]] = {}
    for one in asked:
        meant = understander.understand_afresh(one.question, region=region)
        named = meant.entry_id or (meant.candidates[0].entry_id if meant.candidates else None)
        names = {named, meant.topic} - {None}
        if named is not None and library.entries[named].action == "danger":
            names.add(_DANGER)
        if meant.outcome == "danger":
            names |= {_DANGER, "emergency"}
        said_nothing = meant.outcome == "unknown" or (
            named is not None and library.entries[named].action in ("out_of_scope", "ask_back")
        )
        answered = meant.outcome in _GIVEN and not (said_nothing and not one.expected)
        right = bool(names & one.expected)
        if one.remedy is not None:
            if one.asks:
                offered = {candidate.entry_id for candidate in meant.candidates}
                right = meant.outcome == "unclear" and len(offered & one.expected) >= 2
            elif one.also is not None:
                second = library.entries[meant.also] if meant.also else None
                right = answered and right and second is not None and one.also in (second.id, second.topic)
            elif not one.expected or _NOWHERE in one.expected:
                right = right or not answered
            else:
                right = right and answered
            own.setdefault(one.remedy, []).append(right)
            continue
        everything += 1
        known += bool(one.expected)
        first += right
        given += answered
        given_right += answered and right
    return Score(
        100 * first / known,
        100 * given / everything,
        100 * given_right / given,
        {remedy: 100 * sum(fared) / len(fared) for remedy, fared in own.items()},
    )


def own_lines(folder: Path, library: Library) -> Iterator[Asked]:
    """Return every line of the golden files; raises ValueError for a line that names nothing of ours."""
    names = {*library.entries, *library.topics}
    own = folder / _OWN
    for file in [*sorted(folder.glob("*.tsv")), *([own] if own.exists() else [])]:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            *before, question = line.split("\t")
            remedy = before.pop(0) if file == own else None
            expected = before[0]
            asks = expected.startswith(_ASKS)
            first, _, also = expected.removeprefix(_ASKS).partition("+")
            right = frozenset() if first == _NOWHERE else frozenset(first.split("|"))
            if not right <= {*names, _DANGER, _NOWHERE} or (also and also not in names):
                raise ValueError(f"{file}: line {number}: unknown name in {expected!r}")
            if remedy is not None and remedy not in Remedies.names_of_all():
                raise ValueError(f"{file}: line {number}: no remedy is called {remedy!r}")
            yield Asked(question, right, asks, also or None, remedy)


def _foreign_sets(folder: Path) -> Iterator[tuple[str, list[tuple[str, str]], list[tuple[str, str]]]]:
    for file in sorted(folder.glob("*_kb.tsv")):
        name = file.name.removesuffix("_kb.tsv")
        lines = read_lines(folder / f"{name}_queries.tsv")
        yield (
            f"{name} top 1 %",
            read_phrasings(file),
            [(line.expected, line.question) for line in lines if line.expected],
        )


def _foreign_top1(
    stored: Sequence[tuple[str, str]], lines: Sequence[tuple[str, str]], remedies: Remedies
) -> float:
    index = Index.build(stored, remedies=remedies)
    right = 0
    for expected, question in lines:
        decision = index.decide(question)
        hits = (decision.hit,) if isinstance(decision, Found) else decision.hits
        right += bool(hits) and hits[0].entry_id == expected
    return 100 * right / len(lines)


def _row(
    title: str, score: Score, whole: Score, name: str | None, foreign: list[float], basis: list[float]
) -> list[str]:
    def figure(value: float, of_all: float) -> str:
        return f"{value:.1f}" if name is None else f"{value:.1f} ({value - of_all:+.1f})"

    if name is None:
        own = f"{sum(score.own.values()) / len(score.own):.1f}" if score.own else "-"
    else:
        own = figure(score.own[name], whole.own[name]) if name in score.own else "-"
    return [
        title,
        figure(score.top1, whole.top1),
        figure(score.coverage, whole.coverage),
        figure(score.precision, whole.precision),
        own,
        *(figure(one, of_all) for one, of_all in zip(foreign, basis, strict=True)),
    ]


def _write(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    page = PAGE.read_text("utf-8")
    if BEGIN not in page or END not in page:
        raise ValueError(f"{PAGE}: the markers {BEGIN} and {END} are missing")
    lines = [
        f"| {' | '.join(row)} |" for row in ([title, *head[1:]], ["---"] + ["--:"] * (len(head) - 1), *rows)
    ]
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", "utf-8")
