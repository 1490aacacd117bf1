"""What a colleague works on and would still be sent, and taking their name off it."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

import storage.outbox
from storage.models import OPEN_STATES, Outgoing, OutgoingState, Staff, Ticket, TicketState


def worked_on(session: Session, staff_id: int) -> list[Ticket]:
    """Return the open tickets that a colleague works on, the most urgent first."""
    return list(
        session.execute(
            select(Ticket)
            .where(col(Ticket.owner_id) == staff_id, col(Ticket.state).in_(OPEN_STATES))
            .order_by(col(Ticket.priority).desc(), col(Ticket.id))
        ).scalars()
    )


def let_go(session: Session, staff: Staff, *, closed_since: datetime) -> None:
    """Take a colleague's name off what is resolved, or was closed since a moment.

    Opened again, it is for everybody.
    """
    session.flush()
    session.connection().execute(
        update(Ticket)
        .where(
            col(Ticket.owner_id) == staff.id,
            or_(
                col(Ticket.state).in_((TicketState.RESOLVED, TicketState.MERGED)),
                (col(Ticket.state) == TicketState.CLOSED) & (col(Ticket.settled_at) >= closed_since),
            ),
        )
        .values(owner_id=None)
    )
    session.expire_all()


def withhold(session: Session, staff: Staff) -> int:
    """Take back what waits to be sent to a colleague in private about customers; return how much."""
    if staff.telegram_id is None:
        return 0
    waiting = storage.outbox.waiting_for(session, channel="telegram", address=staff.telegram_id)
    session.flush()
    taken = session.connection().execute(
        update(Outgoing)
        .where(
            # What they are told as a customer of ours goes on.
            col(Outgoing.id).in_([one.id for one in waiting if one.reply.get("kind") == "staff"]),
            col(Outgoing.state) == OutgoingState.WAITING,
        )
        .values(state=OutgoingState.CANCELLED, error="taken back: no colleague any more")
    )
    session.expire_all()
    return taken.rowcount
