"""How a topic of the staff group looks: its title, its colour, and whether it is closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

import storage.handover
import storage.outbox
import storage.rooms
from handlers.messages import Reply
from handlers.tickets.ticket_cards import staff_name
from handlers.wording import staff as wording
from storage.models import OPEN_STATES, Lane, OnUnknown, Ticket, TicketState
from storage.outbox import Claimed, Draft

_BLUE, _YELLOW, _VIOLET, _GREEN, _PINK, _RED = range(6)
_COLOURS = {"danger": _RED, "repair": _YELLOW, "complaint": _PINK, "dispute": _PINK, "consult": _VIOLET}
_PLACE = 10
_NO_TOPICS = "no-topics"


@dataclass(frozen=True, slots=True)
class Look:
    """A topic's title, the number of its colour on the channel, and whether it is closed."""

    title: str
    colour: int
    closed: bool

    def shown(self) -> str:
        """Return this look as it is kept."""
        return f"{'closed' if self.closed else 'open'}|{self.title}"


def look(session: Session, room: str) -> Look:
    """Return how the topic of a room ought to look now."""
    kind, _, number = room.partition(":")
    if kind == "ticket":
        ticket = session.get(Ticket, int(number), populate_existing=True)
        if ticket is not None:
            closed = ticket.state not in OPEN_STATES and ticket.state != TicketState.RESOLVED
            return Look(_title(ticket), _COLOURS.get(ticket.kind, _GREEN), closed)
    request = storage.handover.open_of(session, int(number))
    state = "none" if request is None else ("waiting" if request.answered_at is None else "speaking")
    return Look(wording.room_of_person(int(number), state), _BLUE, False)


def tell_of_no_topics(session: Session, one: Claimed, now: datetime) -> None:
    """Tell colleagues, once a day, that topics cannot be opened and what to do about it."""
    last = storage.rooms.last_written(session, channel=one.channel, address=one.address, card=_NO_TOPICS)
    if last is not None and last > now - timedelta(days=1):
        return
    reply = Reply(wording.no_topics(), card=_NO_TOPICS, kind="staff")
    draft = Draft(
        channel=one.channel,
        address=one.address,
        reply=reply.as_document(),
        dedupe_key=f"{_NO_TOPICS}:{one.id}",
        lane=Lane.STAFF,
        card=_NO_TOPICS,
        on_unknown=OnUnknown.RESEND,
    )
    storage.outbox.write(session, [draft], now)


def _title(ticket: Ticket) -> str:
    place = "" if ticket.confidential or ticket.anonymous else str(ticket.fields.get("place") or "")
    return wording.room_of_ticket(
        ticket.number,
        staff_name(ticket),
        "danger" if ticket.kind == "danger" and ticket.state in OPEN_STATES else ticket.state,
        wording.short_place(place, _PLACE),
    )
