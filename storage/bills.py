"""Bills, payments and holds in the database: what is owed, what is left of a credit, what stays quiet."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session, col

from storage.models import Account, Bill, Hold, Payment


def owed_fen(bill: Bill) -> int:
    """Return what is still owed of a bill, in fen, never negative."""
    return max(bill.amount_fen - bill.paid_fen, 0)


def yuan(fen: int) -> Decimal:
    """Return an amount in fen as yuan, exactly."""
    return Decimal(fen) / 100


def by_number(session: Session, numbers: Collection[str]) -> dict[str, Bill]:
    """Return the known bills among some numbers: for the importers."""
    rows = session.execute(select(Bill).where(col(Bill.number).in_(list(numbers)))).scalars()
    return {row.number: row for row in rows}


def payments_by_number(session: Session, numbers: Collection[str]) -> dict[str, Payment]:
    """Return the known payments among some numbers: for the importers."""
    rows = session.execute(select(Payment).where(col(Payment.number).in_(list(numbers)))).scalars()
    return {row.number: row for row in rows}


def by_id(session: Session, ids: Collection[int]) -> dict[int, Bill]:
    """Return bills by their keys."""
    rows = session.execute(select(Bill).where(col(Bill.id).in_(list(ids)))).scalars()
    return {row.id: row for row in rows if row.id is not None}


def unpaid(session: Session, account_ids: Collection[int]) -> dict[int, list[Bill]]:
    """Return the bills of accounts on which something is owed, the one due first in front."""
    found: dict[int, list[Bill]] = defaultdict(list)
    for bill in session.execute(
        select(Bill)
        .where(col(Bill.account_id).in_(list(account_ids)), col(Bill.paid_fen) < col(Bill.amount_fen))
        .order_by(col(Bill.due_on), col(Bill.id))
    ).scalars():
        found[bill.account_id].append(bill)
    return dict(found)


def newest(session: Session, account_id: int, limit: int) -> list[Bill]:
    """Return the last bills of an account, newest first."""
    return list(
        session.execute(
            select(Bill)
            .where(col(Bill.account_id) == account_id)
            .order_by(col(Bill.due_on).desc(), col(Bill.id).desc())
            .limit(limit)
        ).scalars()
    )


def settle(session: Session, account_ids: Collection[int], now: datetime) -> list[Bill]:
    """Count again what is paid on every bill of some accounts, and return the bills that changed.

    A bill has what the utility declared or what its own payments make, whichever is more; payments that name
    no bill go to the bill that is due first. A prepaid account's payments without a bill are credit.
    """
    ids = list(account_ids)
    prepaid = set(
        session.execute(
            select(col(Account.id)).where(col(Account.id).in_(ids), col(Account.contract_type) == "prepaid")
        ).scalars()
    )
    direct: dict[int, int] = defaultdict(int)
    loose: dict[int, int] = defaultdict(int)
    for account_id, bill_id, amount in session.execute(
        select(col(Payment.account_id), col(Payment.bill_id), col(Payment.amount_fen)).where(
            col(Payment.account_id).in_(ids)
        )
    ):
        if bill_id is not None:
            direct[bill_id] += amount
        elif account_id not in prepaid:
            loose[account_id] += amount
    changed: list[Bill] = []
    for bill in session.execute(
        select(Bill).where(col(Bill.account_id).in_(ids)).order_by(col(Bill.due_on), col(Bill.id))
    ).scalars():
        assert bill.id is not None
        paid = max(bill.declared_fen, direct[bill.id], 0)
        share = min(max(loose[bill.account_id], 0), max(bill.amount_fen - paid, 0))
        loose[bill.account_id] -= share
        if bill.paid_fen != paid + share:
            bill.paid_fen, bill.updated_at = paid + share, now
            session.add(bill)
            changed.append(bill)
    session.flush()
    return changed


def credits_fen(session: Session, accounts: Sequence[Account]) -> dict[int, int]:
    """Return the credit of prepaid accounts in fen: the last reading and what was paid after it."""
    known = {
        account.id: account
        for account in accounts
        if account.id is not None and account.balance_fen is not None and account.balance_at is not None
    }
    result = {key: account.balance_fen or 0 for key, account in known.items()}
    for account_id, amount, paid_at in session.execute(
        select(col(Payment.account_id), col(Payment.amount_fen), col(Payment.paid_at)).where(
            col(Payment.account_id).in_(list(known)), col(Payment.bill_id).is_(None)
        )
    ):
        read_at = known[account_id].balance_at
        if read_at is not None and paid_at > read_at:
            result[account_id] += amount
    return result


# -- holds


def hold(session: Session, *, account_id: int, reason: str, until: datetime, now: datetime) -> Hold:
    """Note that an account is not to be reminded until a moment."""
    row = Hold(account_id=account_id, reason=reason, until=until, made_at=now)
    session.add(row)
    session.flush()
    return row


def holds(session: Session, account_ids: Collection[int], now: datetime) -> dict[int, Hold]:
    """Return for each account the hold that lasts longest, of those that still last."""
    rows = session.execute(
        select(Hold)
        .where(col(Hold.account_id).in_(list(account_ids)), col(Hold.until) > now)
        .order_by(col(Hold.until))
    ).scalars()
    return {row.account_id: row for row in rows}


def last_promise(session: Session, account_id: int) -> Hold | None:
    """Return the last promise to pay of an account, or None."""
    return session.execute(
        select(Hold)
        .where(col(Hold.account_id) == account_id, col(Hold.reason) == "promise")
        .order_by(col(Hold.id).desc())
        .limit(1)
    ).scalar_one_or_none()
