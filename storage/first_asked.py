"""Who is accountable for which ticket and which conversation: whoever answered first."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from storage.models import OPEN_STATES, HandoverRequest, Staff, Ticket, TicketState

Matter = Ticket | HandoverRequest

# Until the customer has confirmed; a part of a merged ticket may still become one of its own again.
UNCONFIRMED = (*OPEN_STATES, TicketState.RESOLVED, TicketState.MERGED)


def give(session: Session, matter: Matter, staff: Staff) -> bool:
    """Give the duty to an active colleague where nobody has it yet; False where somebody has."""
    model = type(matter)
    given = session.connection().execute(
        update(model)
        .where(
            col(model.id) == matter.id,
            col(model.first_asked_id).is_(None),
            select(col(Staff.id)).where(col(Staff.id) == staff.id, col(Staff.active).is_(True)).exists(),
        )
        .values(first_asked_id=staff.id)
    )
    session.refresh(matter, ["first_asked_id"])
    return given.rowcount == 1


def move(session: Session, matter: Matter, to: Staff) -> bool:
    """Give the duty to another colleague, if it is still where it was read."""
    model = type(matter)
    moved = session.connection().execute(
        update(model)
        .where(col(model.id) == matter.id, col(model.first_asked_id) == matter.first_asked_id)
        .values(first_asked_id=to.id)
    )
    session.refresh(matter, ["first_asked_id"])
    return moved.rowcount == 1


def tickets_of(session: Session, staff_id: int) -> list[Ticket]:
    """Return the tickets for which a colleague is accountable and which no customer has confirmed."""
    return list(
        session.execute(
            select(Ticket)
            .where(col(Ticket.first_asked_id) == staff_id, col(Ticket.state).in_(UNCONFIRMED))
            .order_by(col(Ticket.id))
        ).scalars()
    )


def every_of(
    session: Session, staff_id: int, *, closed_since: datetime
) -> tuple[list[Ticket], list[HandoverRequest]]:
    """Return whatever a colleague is accountable for and that may still go on.

    Tickets that were closed since a moment are among them: their customer may open them again.
    """
    tickets = session.execute(
        select(Ticket)
        .where(
            col(Ticket.first_asked_id) == staff_id,
            or_(
                col(Ticket.state).in_(UNCONFIRMED),
                (col(Ticket.state) == TicketState.CLOSED) & (col(Ticket.settled_at) >= closed_since),
            ),
        )
        .order_by(col(Ticket.id))
    )
    talks = session.execute(
        select(HandoverRequest)
        .where(col(HandoverRequest.first_asked_id) == staff_id, col(HandoverRequest.closed_at).is_(None))
        .order_by(col(HandoverRequest.id))
    )
    return list(tickets.scalars()), list(talks.scalars())
