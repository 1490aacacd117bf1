"""Where a word for our colleagues goes: the topic of the staff group that its ticket or customer has."""

from sqlmodel import Session

from handlers.messages import Reply
from handlers.turn import Desktop
from storage.models import Lane, OnUnknown, Ticket
from storage.outbox import Draft


def room_of(ticket: Ticket | None, person_id: int | None) -> str | None:
    """Return the topic for a ticket, else for a customer's chat, else None for the group at large."""
    if ticket is not None and ticket.id is not None:
        return f"ticket:{ticket.id}"
    return f"person:{person_id}" if person_id is not None else None


def drafts(
    desktop: Desktop,
    session: Session,
    reply: Reply,
    *,
    key: str,
    lane: Lane = Lane.STAFF,
    ticket: Ticket | None = None,
    person_id: int | None = None,
) -> list[Draft]:
    """Return the messages that tell our colleagues something; none where no way to them is configured.

    `key` is unique for this word; `person_id` is whom an answer to it goes to, the ticket's own where not
    given.
    """
    if desktop.staff is None:
        return []
    about = person_id if person_id is not None else (ticket.person_id if ticket is not None else None)
    return [
        Draft(
            channel=desktop.staff.channel,
            address=desktop.staff.address,
            reply=desktop.document(reply),
            dedupe_key=key,
            lane=lane,
            card=reply.card,
            on_unknown=OnUnknown.RESEND,
            about_person_id=about,
            ticket_id=ticket.id if ticket is not None else None,
            room=room_of(ticket, about),
        )
    ]
