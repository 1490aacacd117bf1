"""Planned reminders in the database: which are due, what became of each, and what of them still waits."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlmodel import Session, col

from storage.models import OPEN_STATES, Bill, Lane, Notice, NoticeState, Outgoing, OutgoingState, Ticket

_TABLE: Any = Notice.__table__  # type: ignore[attr-defined]


def add_all(session: Session, notices: Sequence[Notice]) -> None:
    """Keep new notices; there may be very many, so they go in as plain rows."""
    if not notices:
        return
    session.flush()
    session.connection().execute(insert(_TABLE), [one.model_dump(exclude={"id"}) for one in notices])


def due(session: Session, now: datetime, limit: int) -> list[Notice]:
    """Return the planned notices whose moment has come, oldest first; nobody else gets them meanwhile."""
    # The state stands as a literal: with a bind parameter the partial index would not be used.
    return list(
        session.execute(
            select(Notice)
            .where(text("notice.state = 'planned'"), col(Notice.send_at) <= now)
            .order_by(col(Notice.send_at), col(Notice.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )


def of_subjects(session: Session, subjects: Collection[str]) -> dict[str, list[Notice]]:
    """Return all notices of some subjects, in the order of their moments."""
    found: dict[str, list[Notice]] = {}
    for notice in session.execute(
        select(Notice).where(col(Notice.subject).in_(list(subjects))).order_by(col(Notice.send_at))
    ).scalars():
        found.setdefault(notice.subject, []).append(notice)
    return found


def planned_credit(session: Session, account_ids: Collection[int]) -> list[Notice]:
    """Return the planned notices about the credit of accounts."""
    return list(
        session.execute(
            select(Notice)
            .where(
                col(Notice.account_id).in_(list(account_ids)),
                col(Notice.bill_id).is_(None),
                col(Notice.state) == NoticeState.PLANNED,
            )
            .order_by(col(Notice.send_at), col(Notice.id))
        ).scalars()
    )


def last_credit(session: Session, account_ids: Collection[int], since: datetime) -> set[tuple[int, str]]:
    """Return which steps about the credit of accounts were planned or sent since a moment."""
    rows = session.execute(
        select(col(Notice.account_id), col(Notice.step)).where(
            col(Notice.account_id).in_(list(account_ids)),
            col(Notice.bill_id).is_(None),
            col(Notice.not_before) > since,
            col(Notice.state).in_((NoticeState.PLANNED, NoticeState.SENT, NoticeState.HELD)),
        )
    )
    return {(account_id, step) for account_id, step in rows}


def held(session: Session, account_id: int, reason: str) -> list[Notice]:
    """Return the notices of an account that were held for a reason, newest first."""
    return list(
        session.execute(
            select(Notice)
            .where(
                col(Notice.account_id) == account_id,
                col(Notice.state) == NoticeState.HELD,
                col(Notice.reason) == reason,
            )
            .order_by(col(Notice.send_at).desc(), col(Notice.id).desc())
        ).scalars()
    )


def of_account(session: Session, account_id: int) -> list[Notice]:
    """Return all notices of an account in the order of their moments: for staff and tests."""
    return list(
        session.execute(
            select(Notice)
            .where(col(Notice.account_id) == account_id)
            .order_by(col(Notice.send_at), col(Notice.id))
        ).scalars()
    )


def waiting_for_account(session: Session, account_id: int, person_id: int | None = None) -> list[int]:
    """Return the notices of an account whose message has not left yet, of one person or of everybody."""
    statement = (
        select(col(Notice.id))
        .join(Outgoing, col(Outgoing.notice_id) == col(Notice.id))
        .where(col(Notice.account_id) == account_id, col(Outgoing.state) == OutgoingState.WAITING)
    )
    if person_id is not None:
        statement = statement.where(col(Outgoing.person_id) == person_id)
    return [key for key in session.execute(statement).scalars() if key is not None]


def waiting_credit(session: Session, account_id: int) -> list[Notice]:
    """Return the notices about an account's credit whose message has not left yet."""
    return list(
        session.execute(
            select(Notice)
            .join(Outgoing, col(Outgoing.notice_id) == col(Notice.id))
            .where(
                col(Notice.account_id) == account_id,
                col(Notice.bill_id).is_(None),
                col(Outgoing.state) == OutgoingState.WAITING,
            )
        ).scalars()
    )


def waiting_though_paid(session: Session) -> list[int]:
    """Return the notices whose message has not left yet and whose bill is paid by now."""
    rows = session.execute(
        select(col(Notice.id))
        .join(Outgoing, col(Outgoing.notice_id) == col(Notice.id))
        .join(Bill, col(Bill.id) == col(Notice.bill_id))
        .where(
            text("outgoing.state = 'waiting'"),
            col(Outgoing.lane) == int(Lane.REMINDER),
            col(Bill.paid_fen) >= col(Bill.amount_fen),
        )
    ).scalars()
    return [key for key in rows if key is not None]


def told_since(session: Session, person_ids: Collection[int], since: datetime) -> set[int]:
    """Return the persons who have been written a reminder since a moment."""
    rows = session.execute(
        select(col(Outgoing.person_id)).where(
            col(Outgoing.person_id).in_(list(person_ids)),
            col(Outgoing.notice_id).is_not(None),
            col(Outgoing.created_at) >= since,
            col(Outgoing.state) != OutgoingState.CANCELLED,
        )
    ).scalars()
    return {person_id for person_id in rows if person_id is not None}


def disputed(session: Session, account_ids: Collection[int], kinds: Collection[str]) -> set[int]:
    """Return the accounts about which a ticket of some kinds is open."""
    rows = session.execute(
        select(col(Ticket.account_id)).where(
            col(Ticket.account_id).in_(list(account_ids)),
            col(Ticket.kind).in_(list(kinds)),
            col(Ticket.state).in_(OPEN_STATES),
        )
    ).scalars()
    return {account_id for account_id in rows if account_id is not None}


def cancel_waiting(session: Session, notice_ids: Collection[int], reason: str) -> int:
    """Take back the messages of notices that have not left yet, and say why; return how many."""
    keys = list(notice_ids)
    if not keys:
        return 0
    session.flush()
    taken = session.connection().execute(
        update(Outgoing)
        .where(col(Outgoing.notice_id).in_(keys), col(Outgoing.state) == OutgoingState.WAITING)
        .values(state=OutgoingState.CANCELLED, error=reason)
        .returning(col(Outgoing.notice_id))
    )
    gone = [row[0] for row in taken]
    if gone:
        session.connection().execute(
            update(Notice).where(col(Notice.id).in_(gone)).values(state=NoticeState.SUPPRESSED, reason=reason)
        )
        session.expire_all()
    return len(gone)


def keep_waiting(session: Session, *, until: datetime, closing: datetime, now: datetime, every: bool) -> int:
    """Let reminders whose own time has passed (or all that wait) wait until a moment; return how many."""
    waiting_too_long = col(Outgoing.not_after) < now
    kept = session.connection().execute(
        update(Outgoing)
        .where(
            text("outgoing.state = 'waiting'"),
            col(Outgoing.lane) == int(Lane.REMINDER),
            col(Outgoing.notice_id).is_not(None),
            (col(Outgoing.not_before) <= now) if every else waiting_too_long,
        )
        .values(not_before=until, not_after=closing)
    )
    return int(kept.rowcount)
