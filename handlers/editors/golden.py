"""Keeping golden questions: seeded from files, added, changed with a reason, retired instead of deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

import storage.golden
import storage.knowledge
from handlers.editors.editing import Refused
from knowledge.golden import (
    GOLDEN_DIR,
    Golden,
    Grade,
    comparable,
    golden_problems,
    grade,
    known,
    lines_of,
    read_golden,
    region_of,
    split_expected,
)
from knowledge.library import Library, read_entries
from knowledge.sheets import BadContent, Problem
from knowledge.understanding import Understander, Understanding
from storage.knowledge import DELIVERY
from storage.models import GoldenLine

__all__ = ["Graded", "add", "ask", "change", "retire", "run", "seed", "take_in"]


@dataclass(frozen=True, slots=True)
class Graded:
    """How a golden line fares: its number, what is expected, and what was understood."""

    line_id: int
    expected: str
    question: str
    source: str
    grade: Grade
    outcome: str
    entry: str | None  # answered, or the first that was offered
    weighed: tuple[str, ...] = ()  # the entries that were in question


def seed(session: Session, now: datetime) -> int:
    """Take in the shipped golden lines where the database has none yet; return how many."""
    if storage.golden.lines(session, retired=True):
        return 0
    # What is served here may have been edited since: a line whose entry is gone is wrong, not malformed.
    problems: list[Problem] = []
    shipped = lines_of(GOLDEN_DIR, problems)
    if problems:
        raise BadContent(problems)
    return _keep(session, shipped, DELIVERY, "first delivery", now)


def take_in(session: Session, base: Library, folder: Path, *, author: str, reason: str, now: datetime) -> int:
    """Add the lines of a folder of files that were never here before and return how many.

    Raises BadContent with file and line for unknown ids, duplicates and stored phrasings; then nothing is
    added. A line that was changed or retired here stays so.
    """
    seed(session, now)
    lines = read_golden(folder, served_or_drafted(session, base))
    ever = {comparable(row.question) for row in storage.golden.lines(session, retired=True)}
    return _keep(session, [one for one in lines if comparable(one.question) not in ever], author, reason, now)


def add(
    session: Session,
    base: Library,
    expected: str,
    question: str,
    *,
    author: str,
    reason: str,
    now: datetime,
) -> GoldenLine:
    """Add one line; raises Refused for unknown ids, a known question and a stored phrasing."""
    seed(session, now)
    library = served_or_drafted(session, base)
    line = Golden(split_expected(expected), question.strip())
    others = (as_golden(row) for row in storage.golden.lines(session))
    same = [one for one in others if comparable(one.question) == comparable(line.question)]
    faults = [problem.sentence for problem in golden_problems([line], library)]
    if not line.question:
        faults.append("问题是空的。")
    faults += [f"“{one.question}”已经在第{one.line}行。" for one in same]
    if faults:
        raise Refused(*faults)
    return storage.golden.add(
        session, [(line.written, line.question, "")], author=author, reason=reason, now=now
    )[0]


def change(
    session: Session,
    base: Library,
    line_id: int,
    expected: str,
    *,
    author: str,
    reason: str,
    now: datetime,
) -> GoldenLine:
    """Expect something else of a question: the line is retired and a new one takes its place."""
    seed(session, now)
    row = _line(session, line_id)
    library = served_or_drafted(session, base)
    wanted = split_expected(expected)
    unknown = [one for one in wanted if not known(one, library)]
    if unknown:
        raise Refused(*(f"没有 {one or '（空）'} 这个条目或主题。" for one in unknown))
    storage.golden.retire(session, row, author=author, reason=reason, now=now)
    return storage.golden.add(
        session, [("|".join(wanted), row.question, row.source)], author=author, reason=reason, now=now
    )[0]


def retire(session: Session, line_id: int, *, author: str, reason: str, now: datetime) -> GoldenLine:
    """Let a line count no longer; raises Refused."""
    seed(session, now)
    row = _line(session, line_id)
    storage.golden.retire(session, row, author=author, reason=reason, now=now)
    return row


def run(understander: Understander, library: Library, rows: Iterable[GoldenLine]) -> list[Graded]:
    """Ask every golden line and say how it fares."""
    return [_graded(row, ask(understander, library, as_golden(row)), library) for row in rows]


def ask(understander: Understander, library: Library, line: Golden) -> Understanding:
    """Return what a golden question is understood as, where it is asked."""
    region = region_of(line.expected, line.question, library)
    return understander.understand_afresh(line.question, region=region)


def served_or_drafted(session: Session, base: Library) -> Library:
    """Return the library as it is served with the drafts in it: what may be expected."""
    problems: list[Problem] = []
    entries = read_entries(storage.knowledge.published_sheets(session), problems)
    drafts = {f"{row.entry_id}.draft": row.block for row in storage.knowledge.drafts(session).values()}
    library = base.of_entries(entries).with_entries(read_entries(drafts, problems))
    if problems:
        raise BadContent(problems)
    return library


def as_golden(row: GoldenLine) -> Golden:
    """Return a kept line as one of a file."""
    return Golden(split_expected(row.expected), row.question, row.source, row.id or 0)


def _graded(row: GoldenLine, meant: Understanding, library: Library) -> Graded:
    first = meant.entry_id or (meant.candidates[0].entry_id if meant.candidates else None)
    graded = grade(split_expected(row.expected), meant, library)
    weighed = tuple(one.entry_id for one in meant.candidates)
    return Graded(row.id or 0, row.expected, row.question, row.source, graded, meant.outcome, first, weighed)


def _keep(session: Session, lines: Iterable[Golden], author: str, reason: str, now: datetime) -> int:
    rows = [(line.written, line.question, line.file) for line in lines]
    return len(storage.golden.add(session, rows, author=author, reason=reason, now=now))


def _line(session: Session, line_id: int) -> GoldenLine:
    row = storage.golden.line(session, line_id)
    if row is None or row.retired_at is not None:
        raise Refused(f"there is no golden line {line_id}")
    return row
