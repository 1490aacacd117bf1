"""Rehearsing drafts: golden and real questions asked of what is served and of what would be served."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

import storage.golden
from handlers.editors import editing, golden
from handlers.editors.editing import Refused
from handlers.editors.golden import Graded
from knowledge.book import Book
from knowledge.golden import region_of, split_expected
from knowledge.library import Library
from knowledge.nearness import Near
from knowledge.redaction import redact
from knowledge.understanding import Understander, Understanding
from storage.database import Database
from storage.models import GoldenLine

__all__ = ["Asked", "Published", "Rehearsal", "asked_lately", "publish", "rehearse"]

MOST_QUESTIONS = 5_000  # different real questions that are asked again


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what it is understood as now and would be with the drafts.

    `line_id` and `expected` are those of a golden line; a real question has `times`, and no names,
    addresses or long numbers in it any more.
    """

    question: str
    before: str
    after: str
    line_id: int | None = None
    expected: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What drafts would do.

    `broken` are golden questions that are answered or offered rightly now and would no longer be, in which a
    drafted entry has a hand: it is expected, answers now or then, or is among those weighed. `newly` are
    questions that would be answered (golden ones: rightly) and are not now; `changed` would get another
    answer or be asked back without being broken. How evidence is weighed is learnt anew from all entries, so
    a few questions at the border change with any draft: those are told as changed and stop nothing.
    """

    broken: tuple[Asked, ...]
    newly: tuple[Asked, ...]
    changed: tuple[Asked, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Published:
    """What was published: the new version, the entries, what changed, and what each is too near to."""

    version: int
    entries: tuple[str, ...]
    rehearsal: Rehearsal
    near: Mapping[str, list[Near]]


def rehearse(
    before: tuple[Understander, Library],
    after: tuple[Understander, Library],
    lines: Iterable[GoldenLine],
    asked: Sequence[tuple[str, int]] = (),
    *,
    drafted: Collection[str],
) -> Rehearsal:
    """Ask every golden line and every real question (with how often it came) of both sides."""
    broken: list[Asked] = []
    newly: list[Asked] = []
    changed: list[Asked] = []
    unchanged = 0
    rows = list(lines)
    for old, new in zip(golden.run(*before, rows), golden.run(*after, rows), strict=True):
        said = Asked(old.question, _told(old), _told(new), old.line_id, old.expected)
        if new.grade == "wrong" and old.grade != "wrong" and _has_a_hand(drafted, old, new):
            broken.append(said)
        elif new.grade == "right" and old.grade != "right":
            newly.append(said)
        elif said.before != said.after:
            changed.append(said)
        else:
            unchanged += 1
    for question, times in asked:
        first, then = (_real(side, question) for side in (before, after))
        if first == then:
            unchanged += 1
            continue
        found = Asked(redact(question), first, then, times=times)
        answered = then.startswith(_ANSWERED) and not first.startswith(_ANSWERED)
        (newly if answered else changed).append(found)
    return Rehearsal(tuple(broken), tuple(newly), tuple(changed), unchanged)


def publish(
    database: Database,
    book: Book,
    ids: Collection[str],
    *,
    author: str,
    reason: str,
    now: datetime,
) -> Published:
    """Publish the drafts of some entries (all, where none is named), unless they break a golden question.

    `book` is what is served. Raises Refused, with the lines that would break or the rules that are broken.
    """
    with database.transaction() as session:
        editing.seed(session, now)
        golden.seed(session, now)
    with database.reading() as session:
        planned = editing.plan(session, book.library, ids, now)
        lines = storage.golden.lines(session)
    if planned.problems:
        raise Refused(*planned.problems)
    after = book.understander.revised(planned.after)
    result = rehearse(
        (book.understander, book.library), (after, planned.after), lines, drafted=planned.drafts
    )
    if result.broken:
        raise Refused(
            f"{len(result.broken)} golden questions would break; change the lines with a reason first:",
            *(f"{one.line_id}: {one.question}  {one.before} → {one.after}" for one in result.broken),
        )
    near = {
        entry_id: editing.near(book, planned.before, planned.after.entries[entry_id])
        for entry_id in planned.drafts
    }
    with database.transaction() as session:
        version = editing.publish(session, planned, author=author, reason=reason, now=now)
    return Published(version, tuple(planned.drafts), result, near)


def asked_lately(
    session: Session, now: datetime, days: int, *, staff: tuple[str, str] | None = None
) -> list[tuple[str, int]]:
    """Return what customers typed within the last days and how often, the most frequent first."""
    since = now - timedelta(days=days)
    return storage.golden.asked_since(session, since, limit=MOST_QUESTIONS, staff=staff)


def _has_a_hand(drafted: Collection[str], old: Graded, new: Graded) -> bool:
    concerned = {*split_expected(old.expected), *old.weighed, *new.weighed, old.entry, new.entry}
    return any(entry_id in concerned for entry_id in drafted)


_ANSWERED = ("found", "smalltalk", "danger")


def _real(side: tuple[Understander, Library], question: str) -> str:
    understander, library = side
    region = region_of((), question, library)
    return _said(understander.understand_afresh(question, region=region))


def _said(meant: Understanding) -> str:
    first = meant.entry_id or (meant.candidates[0].entry_id if meant.candidates else None)
    return _words(meant.outcome, first)


def _told(one: Graded) -> str:
    return _words(one.outcome, one.entry)


def _words(outcome: str, entry: str | None) -> str:
    # Which entries an unknown question is nearest to is nothing that a customer sees.
    return f"{outcome} {entry}" if entry is not None and outcome != "unknown" else outcome
