"""Forms that customers put aside: one of each kind waits for them with what was told already."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from storage.models import Conversation, WaitingForm


def put(session: Session, conversation: Conversation, *, now: datetime, until: datetime) -> WaitingForm:
    """Keep an open form until a moment; an older one of the same kind gives way to it."""
    before = _of_topic(session, conversation.person_id, conversation.topic)
    if before is not None:
        session.delete(before)
        session.flush()
    waiting = WaitingForm(
        person_id=conversation.person_id,
        topic=conversation.topic,
        step=conversation.step,
        collected=dict(conversation.collected),
        draft_key=conversation.draft_key,
        since=now,
        expires_at=until,
    )
    session.add(waiting)
    session.flush()
    return waiting


def of_person(session: Session, person_id: int, now: datetime) -> list[WaitingForm]:
    """Return the forms that wait for a person, the newest first; those that waited too long are dropped."""
    rows = session.execute(
        select(WaitingForm)
        .where(col(WaitingForm.person_id) == person_id)
        .order_by(col(WaitingForm.id).desc())
    ).scalars()
    waiting = []
    for one in rows:
        if one.expires_at <= now:
            session.delete(one)
        else:
            waiting.append(one)
    return waiting


def take(session: Session, person_id: int, topic: str, now: datetime) -> WaitingForm | None:
    """Return the form of a kind that waits for a person and let it wait no longer; None where none does."""
    found = _of_topic(session, person_id, topic)
    if found is None:
        return None
    session.delete(found)
    session.flush()
    return found if found.expires_at > now else None


def _of_topic(session: Session, person_id: int, topic: str) -> WaitingForm | None:
    return session.execute(
        select(WaitingForm).where(col(WaitingForm.person_id) == person_id, col(WaitingForm.topic) == topic)
    ).scalar_one_or_none()
