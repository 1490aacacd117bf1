"""Surveys in the database: one question for one resolution of a ticket, answered once."""

from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlmodel import Session, col

from storage.models import OPEN_STATES, Survey, Ticket, TicketState


def ask(session: Session, ticket: Ticket, now: datetime) -> Survey | None:
    """Write down that a ticket's customer is asked how it was; None where that was so for this resolution."""
    assert ticket.id is not None
    if ticket.person_id is None or _of_round(session, ticket) is not None:
        return None
    survey = Survey(ticket_id=ticket.id, round=ticket.reopened, person_id=ticket.person_id, asked_at=now)
    session.add(survey)
    session.flush()
    return survey


def own(session: Session, person_id: int, survey_id: int) -> Survey | None:
    """Return a survey by its key if this person was asked it."""
    survey = session.get(Survey, survey_id)
    return survey if survey is not None and survey.person_id == person_id else None


def answer(session: Session, survey: Survey, mark: int, now: datetime) -> bool:
    """Keep the mark; False where there is one already."""
    answered = session.connection().execute(
        update(Survey)
        .where(col(Survey.id) == survey.id, col(Survey.mark).is_(None))
        .values(mark=mark, answered_at=now)
    )
    session.refresh(survey)
    return answered.rowcount == 1


def explain(session: Session, survey: Survey, reason: str) -> bool:
    """Keep why the mark is low; False where that was told already."""
    told = session.connection().execute(
        update(Survey).where(col(Survey.id) == survey.id, col(Survey.reason) == "").values(reason=reason)
    )
    session.refresh(survey)
    return told.rowcount == 1


def has_open_of(session: Session, person_id: int, kinds: list[str], *, but: int | None) -> bool:
    """Return whether a person has another ticket of these kinds that is in work or not confirmed."""
    states = (*OPEN_STATES, TicketState.MERGED, TicketState.RESOLVED)
    found = exists().where(
        col(Ticket.person_id) == person_id,
        col(Ticket.kind).in_(kinds),
        col(Ticket.state).in_(states),
        col(Ticket.id) != but,
    )
    return bool(session.execute(select(found)).scalar_one())


def marks(session: Session, since: datetime, until: datetime) -> dict[int, int]:
    """Return how often each mark was given in a stretch of time."""
    rows = session.execute(
        select(col(Survey.mark), func.count())
        .where(
            col(Survey.mark).is_not(None), col(Survey.answered_at) >= since, col(Survey.answered_at) < until
        )
        .group_by(col(Survey.mark))
    )
    return {int(mark): int(count) for mark, count in rows}


def _of_round(session: Session, ticket: Ticket) -> Survey | None:
    return session.execute(
        select(Survey).where(col(Survey.ticket_id) == ticket.id, col(Survey.round) == ticket.reopened)
    ).scalar_one_or_none()
