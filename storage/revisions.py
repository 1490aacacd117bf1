"""Words that were changed after they were said: the first ones stay, the others stand beside them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import Session, col

from storage.models import Inbox, Revision, Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message as it stood before: its words, and the draft or ticket that they went into."""

    said: str
    draft_key: str | None


def earlier(session: Session, message_ref: str) -> Earlier | None:
    """Return the newest form of a message that was worked on, None where we have never seen it."""
    found = session.execute(
        select(col(Inbox.said), col(Inbox.draft_key))
        .where(col(Inbox.message_ref) == message_ref)
        .order_by(col(Inbox.id).desc())
        .limit(1)
    ).first()
    return Earlier(*found) if found is not None else None


def known(session: Session, message_refs: Collection[str]) -> set[str]:
    """Return which of these messages were worked on already, in whatever form."""
    if not message_refs:
        return set()
    rows = session.execute(select(col(Inbox.message_ref)).where(col(Inbox.message_ref).in_(message_refs)))
    return {str(ref) for (ref,) in rows}


def add(
    session: Session,
    *,
    person_id: int,
    message_ref: str,
    before: str,
    text: str,
    at: datetime,
    ticket_id: int | None = None,
) -> None:
    """Keep a change of words."""
    session.add(
        Revision(
            person_id=person_id,
            ticket_id=ticket_id,
            message_ref=message_ref,
            at=at,
            before=before,
            text=text,
        )
    )
    session.flush()


def wrote_into(session: Session, ticket: Ticket, at: datetime) -> bool:
    """Return whether the customer opened a ticket or said something in it at this moment."""
    written: bool = session.execute(
        select(
            exists().where(
                col(TicketEvent.ticket_id) == ticket.id,
                col(TicketEvent.at) == at,
                col(TicketEvent.actor) == "customer",
                col(TicketEvent.kind).in_(("opened", "said", "evidence")),
            )
        )
    ).scalar_one()
    return written
