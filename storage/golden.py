"""Golden lines, and what customers really asked: the two things a draft is rehearsed against."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from storage.models import GoldenLine, Inbox, InboxState


def lines(session: Session, *, retired: bool = False) -> list[GoldenLine]:
    """Return the golden lines that count, with `retired` also those that no longer do."""
    statement = select(GoldenLine).order_by(col(GoldenLine.id))
    if not retired:
        statement = statement.where(col(GoldenLine.retired_at).is_(None))
    return list(session.execute(statement).scalars())


def line(session: Session, line_id: int) -> GoldenLine | None:
    """Return one golden line by its number."""
    return session.get(GoldenLine, line_id)


def add(
    session: Session,
    rows: Iterable[tuple[str, str, str]],
    *,
    author: str,
    reason: str,
    now: datetime,
) -> list[GoldenLine]:
    """Keep golden lines, given as (expected, question, source file)."""
    added = [
        GoldenLine(
            expected=expected, question=question, source=source, author=author, reason=reason, created_at=now
        )
        for expected, question, source in rows
    ]
    session.add_all(added)
    session.flush()
    return added


def retire(session: Session, row: GoldenLine, *, author: str, reason: str, now: datetime) -> None:
    """Let a line count no longer; it stays to be read."""
    row.retired_at, row.retired_by, row.retired_reason = now, author, reason
    session.add(row)
    session.flush()


def asked_since(
    session: Session, since: datetime, *, limit: int, staff: tuple[str, str] | None = None
) -> list[tuple[str, int]]:
    """Return what customers typed since a moment and how often, the most frequent first.

    `staff` is the channel and address in which colleagues write, which is left out.
    """
    statement = (
        select(col(Inbox.said), func.count())
        .where(
            col(Inbox.state) == InboxState.DONE,
            col(Inbox.received_at) >= since,
            col(Inbox.said) != "",
            col(Inbox.said).not_like("/%"),
        )
        .group_by(col(Inbox.said))
        .order_by(func.count().desc(), col(Inbox.said))
        .limit(limit)
    )
    if staff is not None:
        statement = statement.where((col(Inbox.channel) != staff[0]) | (col(Inbox.address) != staff[1]))
    return [(said, count) for said, count in session.execute(statement)]
