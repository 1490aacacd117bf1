"""Colleagues: who they are and how Telegram knows them."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from storage.models import Staff


def named(session: Session, name: str, *, now: datetime) -> Staff:
    """Return the colleague of this name, made on first use from the operator's own machine."""
    found = session.execute(select(Staff).where(col(Staff.name) == name)).scalar_one_or_none()
    if found is None:
        found = Staff(name=name, created_at=now)
        session.add(found)
        session.flush()
    return found


def in_group(session: Session, member: str, shown_name: str, *, now: datetime) -> Staff:
    """Return the colleague whom the staff group knows by this id, made at their first act there."""
    found = session.execute(select(Staff).where(col(Staff.telegram_id) == member)).scalar_one_or_none()
    if found is None:
        name = shown_name or f"同事{member[-4:]}"
        if session.execute(select(Staff).where(col(Staff.name) == name)).scalar_one_or_none() is not None:
            name = f"{name}·{member[-4:]}"
        found = Staff(name=name, telegram_id=member, created_at=now)
        session.add(found)
        session.flush()
    return found


def by_id(session: Session, staff_id: int | None) -> Staff | None:
    """Return a colleague, or None."""
    return session.get(Staff, staff_id) if staff_id is not None else None
