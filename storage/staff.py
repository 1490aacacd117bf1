"""Colleagues: who they are, how Telegram knows them, and the one-time codes that link the two."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from storage.models import Staff, StaffCode


def by_telegram(session: Session, member: str | None) -> Staff | None:
    """Return the active colleague who is linked with this Telegram id, or None: a stranger may do nothing.

    `member` is the author in the staff group; in a private chat it is the chat's own address.
    """
    if not member:
        return None
    return session.execute(
        select(Staff).where(col(Staff.telegram_id) == member, col(Staff.active).is_(True))
    ).scalar_one_or_none()


def by_name(session: Session, name: str) -> Staff | None:
    """Return the colleague of this name, who may have left, or None."""
    return session.execute(select(Staff).where(col(Staff.name) == name)).scalar_one_or_none()


def by_id(session: Session, staff_id: int | None) -> Staff | None:
    """Return a colleague, who may have left, or None."""
    return session.get(Staff, staff_id) if staff_id is not None else None


def everybody(session: Session, *, gone: bool = False) -> list[Staff]:
    """Return the active colleagues in the order they came, with `gone` also those who left."""
    statement = select(Staff).order_by(col(Staff.id))
    if not gone:
        statement = statement.where(col(Staff.active).is_(True))
    return list(session.execute(statement).scalars())


def active_of(session: Session, roles: Collection[str], *, team: str | None = None) -> list[Staff]:
    """Return the active colleagues of some roles, and of one team where it is named, eldest first."""
    statement = (
        select(Staff)
        .where(col(Staff.active).is_(True), col(Staff.role).in_(list(roles)))
        .order_by(col(Staff.id))
    )
    if team is not None:
        statement = statement.where(col(Staff.team) == team)
    return list(session.execute(statement).scalars())


def hold_all(session: Session) -> None:
    """Keep every colleague's account from changing, and every act waiting, until this transaction ends.

    To be called before anything else is locked. The table at once and not row by row: who is in the middle of
    an act on two colleagues goes on to its end, and nobody waits in a ring.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE staff IN EXCLUSIVE MODE"))
    session.expire_all()


def stand_still(session: Session, staff: Staff) -> None:
    """Read a colleague anew and keep the account from changing until this transaction ends.

    Whoever removes the colleague meanwhile waits; whoever acts after the removal sees it.
    """
    session.refresh(staff, with_for_update={"read": True})


def add(session: Session, *, name: str, role: str, team: str, capacity: int, now: datetime) -> Staff | None:
    """Keep a new colleague; None where the name was given before, also to somebody who left."""
    if by_name(session, name) is not None:
        return None
    staff = Staff(name=name, role=role, team=team, capacity=capacity, created_at=now)
    session.add(staff)
    session.flush()
    return staff


def leave(session: Session, staff: Staff, now: datetime) -> bool:
    """Note that a colleague left: no act and no Telegram any more; False where that was so before."""
    left = session.connection().execute(
        update(Staff)
        .where(col(Staff.id) == staff.id, col(Staff.active).is_(True))
        .values(active=False, on_duty=False, telegram_id=None, removed_at=now)
    )
    session.refresh(staff)
    void_codes(session, staff, now)
    return left.rowcount == 1


# -- the link with Telegram


def link(session: Session, staff: Staff, member: str) -> bool:
    """Link an active colleague with a Telegram id; False where another colleague has that id."""
    try:
        with session.begin_nested():
            linked = session.connection().execute(
                update(Staff)
                .where(col(Staff.id) == staff.id, col(Staff.active).is_(True))
                .values(telegram_id=member)
            )
    except IntegrityError:
        return False
    session.refresh(staff)
    return linked.rowcount == 1


def add_code(
    session: Session, staff: Staff, *, code_hash: str, now: datetime, expires_at: datetime
) -> StaffCode:
    """Keep the hash of a new one-time code; the colleague's earlier ones are no longer good."""
    assert staff.id is not None
    void_codes(session, staff, now)
    code = StaffCode(staff_id=staff.id, code_hash=code_hash, created_at=now, expires_at=expires_at)
    session.add(code)
    session.flush()
    return code


def use_code(session: Session, code_hash: str, now: datetime) -> Staff | None:
    """Use a code up and return whose it was; None where no active colleague has it, or not any more."""
    used = session.connection().execute(
        update(StaffCode)
        .where(
            col(StaffCode.code_hash) == code_hash,
            col(StaffCode.used_at).is_(None),
            col(StaffCode.expires_at) > now,
        )
        .values(used_at=now)
    )
    if used.rowcount != 1:
        return None
    return session.execute(
        select(Staff)
        .join(StaffCode, col(StaffCode.staff_id) == col(Staff.id))
        .where(col(StaffCode.code_hash) == code_hash, col(Staff.active).is_(True))
    ).scalar_one_or_none()


def void_codes(session: Session, staff: Staff, now: datetime) -> None:
    """Make every code of a colleague useless that is not used yet."""
    session.connection().execute(
        update(StaffCode)
        .where(col(StaffCode.staff_id) == staff.id, col(StaffCode.used_at).is_(None))
        .values(used_at=now)
    )


def code_exists(session: Session, code_hash: str) -> bool:
    """Return whether this code was ever made."""
    counted = select(func.count()).select_from(StaffCode).where(col(StaffCode.code_hash) == code_hash)
    return bool(session.execute(counted).scalar_one())
