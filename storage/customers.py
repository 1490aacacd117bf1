"""Customers and accounts as the utility's files tell of them; chats have their own door in storage.people."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlmodel import Session, col

from storage.models import Account, Customer


def count(session: Session) -> int:
    """Return how many customers there are."""
    return int(session.execute(select(func.count()).select_from(Customer)).scalar_one())


def by_number(session: Session, numbers: Collection[str]) -> dict[str, Customer]:
    """Return the known customers among some numbers."""
    rows = session.execute(select(Customer).where(col(Customer.number).in_(list(numbers)))).scalars()
    return {row.number: row for row in rows}


def accounts_by_number(session: Session, numbers: Collection[str]) -> dict[str, Account]:
    """Return the known accounts among some numbers: for the importers, never for a chat."""
    rows = session.execute(select(Account).where(col(Account.number).in_(list(numbers)))).scalars()
    return {row.number: row for row in rows}


def account_by_number(session: Session, number: str) -> Account | None:
    """Return the account with this number, or None: for binding and the command line."""
    return session.execute(select(Account).where(col(Account.number) == number)).scalar_one_or_none()


def accounts(session: Session, ids: Collection[int]) -> dict[int, tuple[Account, Customer]]:
    """Return accounts with their customers by their keys."""
    rows = session.execute(
        select(Account, Customer)
        .join(Customer, col(Customer.id) == col(Account.customer_id))
        .where(col(Account.id).in_(list(ids)))
    )
    return {account.id: (account, customer) for account, customer in rows if account.id is not None}
