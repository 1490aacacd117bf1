"""✅ or ❌ for each line of a colleague that went to a customer: told once its fate is known."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session

import storage.outbox
import storage.rooms
from handlers.messages import Reply
from handlers.staff.staff_post import room_of
from handlers.wording import staff as wording
from storage.models import Lane, OnUnknown, Outgoing, OutgoingState, Ticket
from storage.outbox import Draft

_CHANNEL = "telegram"  # where colleagues write
_SLOW = timedelta(seconds=15)
_SLOW_STATE = "waiting"


def line_name(address: str, ref: str) -> str:
    """Return the name of a colleague's line, unique over all chats that colleagues write in."""
    return f"{address}/{ref}"


def report(session: Session, ids: Collection[int] | None, now: datetime) -> int:
    """Tell colleagues what became of their lines: of some, or with None of all that were never told of."""
    if ids is not None and not ids:
        return 0
    rows = storage.rooms.unreported(session, ids)
    for row in rows:
        _tell(session, row, str(row.state), now)
    return len(rows)


def tick(_desktop: object, session: Session, now: datetime) -> dict[str, int]:
    """Make good what a crash kept from being told, and say where a line still has not gone out."""
    told = report(session, None, now)
    late = storage.rooms.slow(session, now - _SLOW)
    for row in late:
        _tell(session, row, _SLOW_STATE, now)
    return {"relay_fates": told + len(late)}


def _tell(session: Session, row: Outgoing, state: str, now: datetime) -> None:
    assert row.relay_of is not None
    storage.rooms.mark_reported(session, row, state)
    if state == OutgoingState.CANCELLED:
        return  # something newer took its place, and that has a fate of its own
    address, _, ref = row.relay_of.rpartition("/")
    ticket = session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
    text = wording.fate(state, row.error or "", changed=_is_change(session, row))
    room = room_of(ticket, row.person_id)
    if room is None or storage.rooms.of(session, channel=_CHANNEL, address=address, room=room) is None:
        room = None  # a private chat, or one with us that never had a topic
    reply = Reply(text, kind="staff", quiet=True, card=f"fate:{row.relay_of}", answers=ref)
    draft = Draft(
        channel=_CHANNEL,
        address=address,
        reply=reply.as_document(),
        dedupe_key=f"fate:{row.id}:{state}",
        lane=Lane.STAFF,
        card=reply.card,
        on_unknown=OnUnknown.RESEND,
        ticket_id=row.ticket_id,
        room=room,
    )
    storage.outbox.write(session, [draft], now)


def _is_change(session: Session, row: Outgoing) -> bool:
    assert row.relay_of is not None
    return storage.rooms.passed_on(session, row.relay_of)[0].id != row.id
