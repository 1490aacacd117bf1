"""The staff group's topics, and what of its messages is still to be told, reported or gathered."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, cast, exists, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from storage.models import HandoverRequest, Outgoing, OutgoingState, StaffRoom, TicketEvent
from storage.models.base import Wide

_TABLE: Any = Outgoing.__table__  # type: ignore[attr-defined]
_SETTLED = (OutgoingState.SENT, OutgoingState.FAILED, OutgoingState.UNKNOWN, OutgoingState.CANCELLED)


def card_name(room: str) -> str:
    """Return the name of the card at the top of a room."""
    return f"room:{room}"


def of(session: Session, *, channel: str, address: str, room: str) -> StaffRoom | None:
    """Return a room as it is kept, or None."""
    return session.execute(
        select(StaffRoom).where(
            col(StaffRoom.channel) == channel, col(StaffRoom.address) == address, col(StaffRoom.room) == room
        )
    ).scalar_one_or_none()


def opened(session: Session, *, channel: str, address: str, room: str, now: datetime) -> StaffRoom:
    """Return a room, written down where it is new."""
    found = of(session, channel=channel, address=address, room=room)
    if found is None:
        try:
            with session.begin_nested():
                found = StaffRoom(channel=channel, address=address, room=room, updated_at=now)
                session.add(found)
        except IntegrityError:  # somebody else opened it at the same moment
            found = of(session, channel=channel, address=address, room=room)
            assert found is not None
    return found


def keep(session: Session, room_id: int, *, thread: str | None, shown: str, title: str) -> None:
    """Note a room's topic and how it looks; a topic that is gone wants its card anew."""
    room = session.get_one(StaffRoom, room_id)
    room.card_wanted = room.card_wanted or thread is None
    room.thread, room.shown, room.title = thread, shown, title
    session.add(room)


def by_thread(session: Session, *, channel: str, address: str, thread: str) -> StaffRoom | None:
    """Return the room whose topic a channel calls by this name, or None."""
    return session.execute(
        select(StaffRoom)
        .where(
            col(StaffRoom.channel) == channel,
            col(StaffRoom.address) == address,
            col(StaffRoom.thread) == thread,
        )
        .order_by(col(StaffRoom.id).desc())
        .limit(1)
    ).scalar_one_or_none()


def stale(session: Session, *, channel: str, address: str, limit: int) -> list[StaffRoom]:
    """Return the rooms whose card is wanted, or of whose ticket or customer there is news since it was."""
    # Both names of rooms have seven characters before the number.
    number = cast(func.substr(col(StaffRoom.room), 8), Wide)
    ticket_news = exists().where(
        col(StaffRoom.room).like("ticket:%"),
        col(TicketEvent.ticket_id) == number,
        col(TicketEvent.at) > col(StaffRoom.updated_at),
    )
    request_news = exists().where(
        col(StaffRoom.room).like("person:%"),
        col(HandoverRequest.person_id) == number,
        or_(
            col(HandoverRequest.answered_at) > col(StaffRoom.updated_at),
            col(HandoverRequest.closed_at) > col(StaffRoom.updated_at),
        ),
    )
    return list(
        session.execute(
            select(StaffRoom)
            .where(
                col(StaffRoom.channel) == channel,
                col(StaffRoom.address) == address,
                or_(col(StaffRoom.card_wanted), and_(~col(StaffRoom.closed), or_(ticket_news, request_news))),
            )
            .order_by(col(StaffRoom.id))
            .limit(limit)
        ).scalars()
    )


def last_card(session: Session, *, channel: str, address: str, room: str) -> Outgoing | None:
    """Return the newest card of a room that has arrived, or None."""
    return session.execute(
        select(Outgoing)
        .where(
            col(Outgoing.channel) == channel,
            col(Outgoing.address) == address,
            col(Outgoing.card) == card_name(room),
            col(Outgoing.platform_ref).is_not(None),
        )
        .order_by(col(Outgoing.id).desc())
        .limit(1)
    ).scalar_one_or_none()


def renamed(session: Session, outgoing_id: int, ref: str) -> None:
    """Note that a message stands somewhere else now, under another name of the channel's."""
    session.connection().execute(
        update(_TABLE).where(_TABLE.c.id == outgoing_id).values(platform_ref=ref, state=OutgoingState.SENT)
    )


def withdraw_card(session: Session, *, channel: str, address: str, room: str) -> None:
    """Drop a room's quiet card that has not gone out yet: a newer one is about to be written."""
    rows = session.execute(
        select(col(Outgoing.id), col(Outgoing.reply)).where(
            text("state = 'waiting'"),
            col(Outgoing.channel) == channel,
            col(Outgoing.address) == address,
            col(Outgoing.card) == card_name(room),
        )
    )
    drop([number for number, reply in rows if number is not None and reply.get("quiet")], session, "renewed")


def drop(ids: Sequence[int], session: Session, why: str) -> int:
    """Cancel messages that still wait; return how many did."""
    if not ids:
        return 0
    found = session.connection().execute(
        update(_TABLE)
        .where(_TABLE.c.id.in_(list(ids)), text("state = 'waiting'"))
        .values(state=OutgoingState.CANCELLED, error=why)
    )
    return int(found.rowcount)


def waiting_count(session: Session, *, channel: str, address: str, most: int) -> int:
    """Return how many messages wait for an address, counted up to `most`."""
    few = (
        select(col(Outgoing.id))
        .where(text("state = 'waiting'"), col(Outgoing.channel) == channel, col(Outgoing.address) == address)
        .limit(most)
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(few)).scalar_one())


def waiting_news(session: Session, *, channel: str, address: str) -> list[Outgoing]:
    """Return the messages that wait for an address and only say that something is there, oldest first."""
    return list(
        session.execute(
            select(Outgoing)
            .where(
                text("state = 'waiting'"),
                col(Outgoing.channel) == channel,
                col(Outgoing.address) == address,
                col(Outgoing.announces),
            )
            .order_by(col(Outgoing.id))
        ).scalars()
    )


def last_written(session: Session, *, channel: str, address: str, card: str) -> datetime | None:
    """Return when a card was last written to an address, or None."""
    found: datetime | None = session.execute(
        select(col(Outgoing.created_at))
        .where(col(Outgoing.channel) == channel, col(Outgoing.address) == address, col(Outgoing.card) == card)
        .order_by(col(Outgoing.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


# -- colleagues' lines that were passed on


def passed_on(session: Session, relay_of: str) -> list[Outgoing]:
    """Return the messages by which a colleague's line was passed on, its later forms too, oldest first."""
    return list(
        session.execute(
            select(Outgoing).where(col(Outgoing.relay_of) == relay_of).order_by(col(Outgoing.id))
        ).scalars()
    )


def unreported(session: Session, ids: Collection[int] | None = None, *, limit: int = 100) -> list[Outgoing]:
    """Return passed-on lines whose fate is known and was not told: among some, or all that never were."""
    found = select(Outgoing).where(col(Outgoing.state).in_(_SETTLED))
    if ids is None:
        found = found.where(text("relay_of IS NOT NULL AND reported IS NULL"))
    else:
        found = found.where(
            col(Outgoing.id).in_(list(ids)),
            col(Outgoing.relay_of).is_not(None),
            or_(col(Outgoing.reported).is_(None), col(Outgoing.reported) != col(Outgoing.state)),
        )
    return list(session.execute(found.order_by(col(Outgoing.id)).limit(limit)).scalars())


def slow(session: Session, before: datetime, *, limit: int = 100) -> list[Outgoing]:
    """Return passed-on lines that wait since before a moment and of which nothing was told."""
    return list(
        session.execute(
            select(Outgoing)
            .where(
                text("relay_of IS NOT NULL AND reported IS NULL"),
                col(Outgoing.state).in_((OutgoingState.WAITING, OutgoingState.SENDING)),
                col(Outgoing.created_at) < before,
            )
            .order_by(col(Outgoing.id))
            .limit(limit)
        ).scalars()
    )


def mark_reported(session: Session, row: Outgoing, state: str) -> None:
    """Note which fate of a passed-on line was told."""
    session.connection().execute(update(_TABLE).where(_TABLE.c.id == row.id).values(reported=state))
