"""Editing what we know: drafts, publishing, rolling back, retiring, and what stands in the way of each."""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

import storage.knowledge
from knowledge import nearness
from knowledge.book import Book
from knowledge.check import UNFINISHED, check_entry, collisions
from knowledge.library import ENTRIES_DIR, Entry, Library, read_entries
from knowledge.nearness import Near
from knowledge.sheets import BadContent, Problem, cut, read_sheets
from storage.models import KnowledgeRevision, RevisionState

__all__ = [
    "Plan",
    "Refused",
    "Saved",
    "as_block",
    "drafts_named",
    "entry_problems",
    "history",
    "near",
    "near_draft",
    "pair",
    "plan",
    "publish",
    "published_library",
    "retire",
    "roll_back",
    "save_draft",
    "seed",
    "text_of",
    "today",
    "written_difference",
    "zone",
]

_SHEET = re.compile(r"[a-z0-9_]+\.yaml")
UNNAMED = "draft"  # where a draft's faults are when it did not come from a file


class Refused(Exception):
    """Raised where a change is refused; the text says why, a line per reason."""

    def __init__(self, *reasons: object) -> None:
        super().__init__("\n".join(map(str, reasons)))


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a draft.

    `revision` is None where it was refused for `problems`; a saved draft may have problems that only stand
    in the way of publishing it. `near` names the entries it is not told apart from.
    """

    entry_id: str
    revision: int | None
    problems: tuple[Problem, ...]
    near: tuple[Near, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A publication before it is done: the drafts, and the library before and after."""

    version: int
    drafts: Mapping[str, int]  # entry id to revision number
    before: Library
    after: Library
    problems: tuple[Problem, ...]


def seed(session: Session, now: datetime) -> bool:
    """Take in the shipped entries where the database has none yet; raises BadContent."""
    if storage.knowledge.published_version(session):
        return False
    problems: list[Problem] = []
    sheets = read_sheets(ENTRIES_DIR, problems)
    if problems:
        raise BadContent(problems)
    return storage.knowledge.seed(session, sheets, now)


def published_library(session: Session, base: Library) -> Library:
    """Return the library as the database holds it, with the facts of `base`; raises BadContent."""
    problems: list[Problem] = []
    entries = read_entries(storage.knowledge.published_sheets(session), problems)
    if problems:
        raise BadContent(problems)
    return base.of_entries(entries)


def save_draft(
    session: Session,
    book: Book,
    block: str,
    author: str,
    reason: str,
    now: datetime,
    *,
    name: str = UNNAMED,
    sheet: str | None = None,
    compare: bool = True,
    expected: str | None = None,
) -> Saved:
    """Check one entry written as YAML and keep it as a draft, in place of an older draft of it.

    `name` is what faults call the file it came from; `sheet` the file a new entry goes to, by default the
    one in which most entries of its topic stand; `expected` the id that it must have.

    Nothing is kept where a rule is broken that a draft too must keep; what it merely lacks is told and
    keeps it from being published. Without `compare` the entries that are too near are left to `near_draft`:
    it takes a second or two, in which nobody else can write.
    """
    seed(session, now)
    problems: list[Problem] = []
    text = as_block(block, name, problems)
    entry = _entry_of(text, name, problems) if text is not None else None
    if sheet is not None and not _SHEET.fullmatch(sheet):
        problems.append(
            Problem(name, 0, "", "sheet", f"文件名 {sheet} 只能用小写字母、数字、下划线，以 .yaml 结尾。")
        )
    if entry is not None and expected is not None and entry.id != expected:
        problems.append(
            Problem(name, 0, entry.id, "field", f"编号应当是 {expected}，文件里写的是 {entry.id}。")
        )
    if text is None or entry is None or problems:
        return Saved("", None, tuple(sorted(problems)), ())
    library = published_library(session, book.library)
    problems = entry_problems(entry, library.with_entries([entry]), book.today(now))
    if any(problem.rule not in UNFINISHED for problem in problems):
        return Saved(entry.id, None, tuple(problems), ())
    known = storage.knowledge.layouts(session)
    place = storage.knowledge.sheet_of(known, entry.id) or sheet or _sheet_for(entry, library)
    row = storage.knowledge.add_draft(
        session, entry.id, place, text, author=author, reason=reason, now=now
    )  # fmt: skip
    found = near(book, library, entry) if compare else []
    return Saved(entry.id, row.number, tuple(problems), tuple(found))


def near_draft(session: Session, book: Book, entry_id: str) -> list[Near]:
    """Return the entries that the draft of an entry is not told apart from."""
    row = storage.knowledge.drafts(session).get(entry_id)
    entry = _entry_of(row.block, row.sheet, []) if row is not None else None
    return near(book, published_library(session, book.library), entry) if entry is not None else []


def near(book: Book, library: Library, entry: Entry) -> list[Near]:
    """Return the entries that one entry is not told apart from, as the book's index decides."""
    # An entry published since the book was opened is not in its index yet, one retired since still is.
    both = library.of_entries(one for one in library.entries.values() if one.id in book.library.entries)
    return nearness.near(both, book.understander.index, entry)


def drafts_named(session: Session, ids: Collection[str]) -> dict[str, KnowledgeRevision]:
    """Return the drafts of some entries, or all where none is named; raises Refused."""
    drafts = storage.knowledge.drafts(session)
    missing = [entry_id for entry_id in ids if entry_id not in drafts]
    if missing:
        raise Refused(*(f"{entry_id}: there is no draft of it" for entry_id in missing))
    if not drafts:
        raise Refused("there are no drafts")
    return {entry_id: row for entry_id, row in drafts.items() if not ids or entry_id in ids}


def plan(session: Session, base: Library, ids: Collection[str], now: datetime) -> Plan:
    """Return what publishing these drafts (all, where none is named) would do; raises Refused."""
    chosen = drafts_named(session, ids)
    before = published_library(session, base)
    problems: list[Problem] = []
    entries = [
        entry for row in chosen.values() for entry in [_entry_of(row.block, row.sheet, problems)] if entry
    ]
    after = before.with_entries(entries)
    for entry in entries:
        problems += entry_problems(entry, after, today(base, now))
    return Plan(
        version=storage.knowledge.published_version(session),
        drafts={entry_id: row.number for entry_id, row in chosen.items()},
        before=before,
        after=after,
        problems=tuple(sorted(problems)),
    )


def publish(session: Session, planned: Plan, *, author: str, reason: str, now: datetime) -> int:
    """Serve the planned drafts from now on and return the new version; raises Refused.

    Refused with problems, and where something was published or drafted since the plan was made.
    """
    if planned.problems:
        raise Refused(*planned.problems)
    storage.knowledge.alone(session)
    rows = storage.knowledge.drafts(session, planned.drafts.keys())
    if (
        storage.knowledge.published_version(session) != planned.version
        or {entry_id: row.number for entry_id, row in rows.items()} != planned.drafts
    ):
        raise Refused("something was published or drafted meanwhile; look again and repeat")
    storage.knowledge.publish_drafts(session, rows.values(), author=author, reason=reason, now=now)
    return storage.knowledge.bump(session)


def roll_back(
    session: Session, base: Library, entry_id: str, number: int, *, author: str, reason: str, now: datetime
) -> KnowledgeRevision:
    """Serve an older wording again, as a revision of its own; raises Refused."""
    seed(session, now)
    storage.knowledge.alone(session)
    old = storage.knowledge.revision(session, entry_id, number)
    if old is None:
        raise Refused(f"{entry_id} has no revision {number}")
    if old.state == RevisionState.PUBLISHED:
        raise Refused(f"revision {number} of {entry_id} is the one that is served")
    problems: list[Problem] = []
    entry = _entry_of(old.block, old.sheet, problems)
    if entry is not None:
        library = published_library(session, base).with_entries([entry])
        problems += entry_problems(entry, library, today(base, now))
    if problems:
        raise Refused(*problems)
    row = storage.knowledge.add_published(
        session, entry_id, old.sheet, old.block, author=author, reason=reason, now=now
    )
    storage.knowledge.bump(session)
    return row


def retire(session: Session, entry_id: str, *, author: str, reason: str, now: datetime) -> list[str]:
    """Serve an entry no longer; return the entries that still relate to it. Raises Refused."""
    seed(session, now)
    storage.knowledge.alone(session)
    last = storage.knowledge.published(session).get(entry_id)
    if last is None:
        raise Refused(f"{entry_id} is not served")
    storage.knowledge.add_retired(session, last, author=author, reason=reason, now=now)
    storage.knowledge.bump(session)
    problems: list[Problem] = []
    entries = read_entries(storage.knowledge.published_sheets(session), problems)
    return [entry.id for entry in entries if entry_id in entry.related or entry.successor == entry_id]


def history(session: Session, entry_id: str) -> list[KnowledgeRevision]:
    """Return all revisions of an entry, oldest first; raises Refused for an unknown one."""
    rows = storage.knowledge.history(session, entry_id)
    if not rows:
        raise Refused(f"there is no entry {entry_id}")
    return rows


def text_of(session: Session, entry_id: str, number: int | None = None) -> KnowledgeRevision:
    """Return a revision of an entry: the one named, else the served one, else the newest; raises Refused."""
    rows = history(session, entry_id)
    if number is not None:
        for row in rows:
            if row.number == number:
                return row
        raise Refused(f"{entry_id} has no revision {number}")
    return next((row for row in rows if row.state == RevisionState.PUBLISHED), rows[-1])


def pair(
    session: Session, entry_id: str, numbers: tuple[int, int] | None = None
) -> tuple[KnowledgeRevision, KnowledgeRevision]:
    """Return two revisions to compare: those named, else served and draft, else the last two."""
    if numbers is not None:
        return text_of(session, entry_id, numbers[0]), text_of(session, entry_id, numbers[1])
    rows = history(session, entry_id)
    served = next((row for row in rows if row.state == RevisionState.PUBLISHED), None)
    drafted = next((row for row in rows if row.state == RevisionState.DRAFT), None)
    if served is not None and drafted is not None:
        return served, drafted
    if len(rows) < 2:
        raise Refused(f"{entry_id} has only one revision")
    return rows[-2], rows[-1]


def written_difference(old: str, new: str, old_name: str, new_name: str) -> str:
    """Return what changed between two texts as a unified diff."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), old_name, new_name, lineterm="", n=2
    )  # fmt: skip
    return "\n".join(lines)


def zone(library: Library) -> ZoneInfo:
    """Return the zone in which the utility counts its days."""
    return ZoneInfo(library.utility.zone)


def today(library: Library, now: datetime) -> date:
    """Return the utility's date at a moment."""
    return now.astimezone(zone(library)).date()


def entry_problems(entry: Entry, library: Library, on: date) -> list[Problem]:
    """Return the faults of one entry among the others of the library, those it shares questions with too."""
    return sorted([*check_entry(entry, library, on), *collisions(entry, library)])


def as_block(text: str, name: str, problems: list[Problem]) -> str | None:
    """Return one entry's YAML as it stands in a sheet (`- id: …`); faults go to `problems`.

    Text without the dash is taken too; comments and blank lines around the entry are left away.
    """
    text = text.replace("\r\n", "\n").strip("\n") + "\n"
    if not any(line.startswith("- ") for line in text.splitlines()):
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        text = "".join(
            f"{'- ' if place == 0 else '  '}{line}\n" if line.strip() else "\n"
            for place, line in enumerate(lines)
        )
    blocks = cut(name, text, problems).blocks
    if problems:
        return None
    if len(blocks) != 1:
        problems.append(Problem(name, 0, "", "yaml", f"一次写一条，这里有{len(blocks)}条。"))
        return None
    return blocks[0].text


def _entry_of(block: str, name: str, problems: list[Problem]) -> Entry | None:
    found = read_entries({name: block}, problems)
    return found[0] if found else None


def _sheet_for(entry: Entry, library: Library) -> str:
    """Return the file in which most entries of the topic stand, else one named after the topic."""
    files = [other.file for other in library.by_topic.get(entry.topic, ()) if other.id != entry.id]
    return max(sorted(set(files)), key=files.count) if files else f"{entry.topic.replace('.', '_')}.yaml"
