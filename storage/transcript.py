"""What was said at one address, both ways, for channels that show a conversation again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from storage.models import Inbox, Outgoing, OutgoingState

# Two transactions may commit in another order than their rows are numbered: a reader looks a little back.
OVERLAP = timedelta(seconds=10)
_SHOWN = (OutgoingState.SENDING, OutgoingState.SENT, OutgoingState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Said:
    """One update as it came in."""

    update_id: str
    payload: dict[str, Any]
    at: datetime


def said(session: Session, *, channel: str, address: str, limit: int) -> list[Said]:
    """Return the last updates from an address, oldest first; their names must begin with `address:`."""
    rows = session.execute(
        select(col(Inbox.update_id), col(Inbox.payload), col(Inbox.received_at))
        # The range of names is found by the index that keeps them unique; `;` comes right after `:`.
        .where(
            col(Inbox.channel) == channel,
            col(Inbox.update_id) >= f"{address}:",
            col(Inbox.update_id) < f"{address};",
        )
        .order_by(col(Inbox.id).desc())
        .limit(limit)
    )
    return [Said(*row) for row in rows][::-1]


def answered(session: Session, *, channel: str, address: str, now: datetime, limit: int) -> list[Outgoing]:
    """Return the last messages to an address that are due or gone, oldest first."""
    rows = session.execute(
        select(Outgoing)
        .where(col(Outgoing.channel) == channel, col(Outgoing.address) == address, _is_shown(now))
        .order_by(col(Outgoing.id).desc())
        .limit(limit)
    )
    return list(rows.scalars())[::-1]


def answered_since(
    session: Session, *, channel: str, address: str, last_id: int, now: datetime, limit: int
) -> list[Outgoing]:
    """Return what a reader who has seen `last_id` may have missed, oldest first.

    That is what came after it, and what was written before it but held back until later. On PostgreSQL the
    last seconds before it come again: readers know messages by their id.
    """
    seen_at = session.execute(
        select(col(Outgoing.created_at)).where(
            col(Outgoing.id) == last_id, col(Outgoing.channel) == channel, col(Outgoing.address) == address
        )
    ).scalar_one_or_none()
    if seen_at is None:  # a stranger's id, or one of a database that was set up anew
        return answered(session, channel=channel, address=address, now=now, limit=limit)
    if session.get_bind().dialect.name != "sqlite":
        seen_at -= OVERLAP
    rows = session.execute(
        select(Outgoing)
        .where(
            col(Outgoing.channel) == channel,
            col(Outgoing.address) == address,
            col(Outgoing.id) != last_id,
            or_(col(Outgoing.id) > last_id, col(Outgoing.not_before) > seen_at),
            _is_shown(now),
        )
        .order_by(col(Outgoing.id))
        .limit(limit)
    )
    return list(rows.scalars())


def earlier_of_card(session: Session, row: Outgoing, *, now: datetime) -> int | None:
    """Return the message whose place this one takes: the one before it of the same card, or None."""
    if row.card is None:
        return None
    found: int | None = session.execute(
        select(col(Outgoing.id))
        .where(
            col(Outgoing.channel) == row.channel,
            col(Outgoing.address) == row.address,
            col(Outgoing.card) == row.card,
            col(Outgoing.id) < row.id,
            # A page may have shown what was taken back before any sender had it.
            or_(_is_shown(now), col(Outgoing.state) == OutgoingState.CANCELLED),
        )
        .order_by(col(Outgoing.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def _is_shown(now: datetime) -> Any:
    return or_(
        col(Outgoing.state).in_(_SHOWN),
        and_(col(Outgoing.state) == OutgoingState.WAITING, col(Outgoing.not_before) <= now),
    )
