"""Who has proven to belong to which account, the one-time codes for it, and the tries that are counted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from storage.models import Account, Binding, BindingAttempt, Chat, Customer, OneTimeCode, Person


@dataclass(frozen=True, slots=True)
class Failures:
    """How often binding has failed: this person and this account today, everybody in the last hour."""

    person: int
    account: int
    person_on_account: int
    hour: int


@dataclass(frozen=True, slots=True)
class Reachable:
    """A chat in which somebody bound to an account can be told, and what they call the account."""

    chat: Chat
    person: Person
    nickname: str


def candidate(session: Session, number: str) -> tuple[Account, Customer] | None:
    """Return the account that a proof is checked against, with its customer, or None."""
    row = session.execute(
        select(Account, Customer)
        .join(Customer, col(Customer.id) == col(Account.customer_id))
        .where(col(Account.number) == number)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def add(session: Session, *, person_id: int, account_id: int, proof: str, now: datetime) -> Binding | None:
    """Bind a person to an account; None where they were bound already."""
    known = session.execute(
        select(Binding).where(col(Binding.person_id) == person_id, col(Binding.account_id) == account_id)
    ).scalar_one_or_none()
    if known is not None:
        return None
    binding = Binding(person_id=person_id, account_id=account_id, proof=proof, bound_at=now)
    session.add(binding)
    session.flush()
    return binding


def remove(session: Session, *, person_id: int, account_id: int) -> bool:
    """Unbind a person from an account; False where they were not bound."""
    known = session.execute(
        select(Binding).where(col(Binding.person_id) == person_id, col(Binding.account_id) == account_id)
    ).scalar_one_or_none()
    if known is None:
        return False
    session.delete(known)
    session.flush()
    return True


def remove_all(session: Session, account_ids: Collection[int]) -> int:
    """Unbind everybody from accounts that have a new owner; return how many bindings that were."""
    gone = session.connection().execute(delete(Binding).where(col(Binding.account_id).in_(list(account_ids))))
    return int(gone.rowcount)


def chats_of(session: Session, account_ids: Collection[int]) -> dict[int, list[Reachable]]:
    """Return the reachable chats of everybody bound to accounts, the newest chat first."""
    rows = session.execute(
        select(Binding, Chat, Person)
        .join(Person, col(Person.id) == col(Binding.person_id))
        .join(Chat, col(Chat.person_id) == col(Person.id))
        .where(col(Binding.account_id).in_(list(account_ids)), col(Chat.unreachable_since).is_(None))
        .order_by(col(Chat.id).desc())
    )
    found: dict[int, list[Reachable]] = {}
    for binding, chat, person in rows:
        found.setdefault(binding.account_id, []).append(Reachable(chat, person, binding.nickname))
    return found


def persons_of(session: Session, account_ids: Collection[int]) -> dict[int, set[int]]:
    """Return the persons bound to accounts, whether they can be reached or not."""
    found: dict[int, set[int]] = {}
    for account_id, person_id in session.execute(
        select(col(Binding.account_id), col(Binding.person_id)).where(
            col(Binding.account_id).in_(list(account_ids))
        )
    ):
        found.setdefault(account_id, set()).add(person_id)
    return found


# -- codes


def add_code(
    session: Session, *, account_id: int, code_hash: str, now: datetime, expires_at: datetime
) -> OneTimeCode:
    """Keep the hash of a new one-time code."""
    code = OneTimeCode(account_id=account_id, code_hash=code_hash, created_at=now, expires_at=expires_at)
    session.add(code)
    session.flush()
    return code


def codes(session: Session, account_id: int, now: datetime) -> list[OneTimeCode]:
    """Return the codes of an account that are still good, newest first."""
    return list(
        session.execute(
            select(OneTimeCode)
            .where(
                col(OneTimeCode.account_id) == account_id,
                col(OneTimeCode.used_at).is_(None),
                col(OneTimeCode.expires_at) > now,
            )
            .order_by(col(OneTimeCode.id).desc())
        ).scalars()
    )


def use_code(session: Session, code: OneTimeCode, now: datetime) -> bool:
    """Use a code up; False where somebody else was faster."""
    used = session.connection().execute(
        update(OneTimeCode)
        .where(col(OneTimeCode.id) == code.id, col(OneTimeCode.used_at).is_(None))
        .values(used_at=now)
    )
    return used.rowcount == 1


# -- tries


def note_attempt(
    session: Session, *, person_id: int, account_hash: str, succeeded: bool, now: datetime
) -> None:
    """Count a try to bind."""
    session.add(
        BindingAttempt(person_id=person_id, account_hash=account_hash, tried_at=now, succeeded=succeeded)
    )
    session.flush()


def failures(session: Session, *, person_id: int, account_hash: str, now: datetime) -> Failures:
    """Return how often binding has failed lately."""
    day, hour = now - timedelta(days=1), now - timedelta(hours=1)
    mine = col(BindingAttempt.person_id) == person_id
    there = col(BindingAttempt.account_hash) == account_hash
    row = session.execute(
        select(
            func.count().filter(mine),
            func.count().filter(there),
            func.count().filter(mine, there),
            func.count().filter(col(BindingAttempt.tried_at) > hour),
        )
        .select_from(BindingAttempt)
        .where(col(BindingAttempt.tried_at) > day, col(BindingAttempt.succeeded).is_(False))
    ).one()
    return Failures(person=row[0], account=row[1], person_on_account=row[2], hour=row[3])
