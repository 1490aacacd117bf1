"""What a colleague speaks about: the message that is answered, else the matter of the topic it stands in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import storage.handover
import storage.outbox
import storage.rooms
from handlers.turn import TooEarly, Turn
from storage.models import Outgoing, Staff, Ticket

_FRESH = timedelta(seconds=20)  # by then everything that was being sent has its name


@dataclass(frozen=True, slots=True)
class Standing:
    """Who speaks, about which ticket, and whom a word to the customer would reach."""

    staff: Staff
    ticket: Ticket | None
    person_id: int | None


Command = Callable[[Turn, Standing, str], None]


def standing(turn: Turn, staff: Staff) -> Standing:
    """Return what a colleague's message is about, without saying whether they may know of it."""
    row = answered(turn)
    if row is not None and (row.ticket_id is not None or row.about_person_id is not None):
        ticket = turn.session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
        person = row.about_person_id
        if person is None and ticket is not None:
            person = ticket.person_id
        return Standing(staff, ticket, person)
    message = turn.message
    if message.thread is not None:
        found = storage.rooms.by_thread(
            turn.session, channel=message.channel, address=message.address, thread=message.thread
        )
        if found is not None:
            kind, _, number = found.room.partition(":")
            if kind == "ticket":
                ticket = turn.session.get(Ticket, int(number))
                return Standing(staff, ticket, ticket.person_id if ticket is not None else None)
            return Standing(staff, None, int(number))
    return Standing(staff, None, None)


def answered(turn: Turn) -> Outgoing | None:
    """Return the message of ours that a message answers, or None."""
    message = turn.message
    if message.reply_to is None:
        return None
    place = {"channel": message.channel, "address": message.address}
    found = storage.outbox.by_ref(turn.session, **place, ref=message.reply_to)
    fresh = found is None and message.reply_to_us and _is_fresh(turn)
    if fresh and storage.outbox.under_way(turn.session, **place):
        # What it is called there is written down a moment after it was sent: this colleague was faster.
        raise TooEarly
    return found


def _is_fresh(turn: Turn) -> bool:
    return turn.received_at is not None and turn.now - turn.received_at < _FRESH


def only_chat(turn: Turn, now: Standing) -> Standing | None:
    """Return whom a colleague speaks with, where it is one customer only."""
    assert now.staff.id is not None
    speaking = storage.handover.of_staff(turn.session, now.staff.id)
    if len(speaking) != 1:
        return None
    return Standing(now.staff, None, speaking[0].person_id)
