"""Words about a ticket for its room in the staff group, and for the leads, outside a customer's turn."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

import storage.outbox
import storage.staff
from handlers.messages import Choice, Reply
from handlers.staff import staff_post
from handlers.turn import Desktop
from storage.models import Lane, Role, Ticket, TicketEvent


def tell_room(
    desktop: Desktop,
    session: Session,
    ticket: Ticket,
    event: TicketEvent,
    text: str,
    now: datetime,
    *,
    choices: Sequence[Choice] = (),
    lane: Lane = Lane.STAFF,
) -> None:
    """Tell colleagues of something that happened to a ticket, once for each event."""
    posts = staff_post.drafts(
        desktop,
        session,
        Reply(text, tuple(choices), kind="staff"),
        key=f"ticket-post:{event.id}",
        lane=lane,
        ticket=ticket,
        now=now,
    )
    storage.outbox.write(session, posts, now)


def leads(session: Session, ticket: Ticket) -> list[str]:
    """Return the names of the leads who answer for a ticket: its team's, else all of them."""
    found = storage.staff.active_of(session, (Role.LEAD,), team=ticket.team)
    return [one.name for one in found or storage.staff.active_of(session, (Role.LEAD,))]
