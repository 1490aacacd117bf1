"""Whether a reminder that is due may leave now: the truth of this moment, asked once for a whole batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal, cast

from sqlmodel import Session

import storage.bills
import storage.bindings
import storage.customers
import storage.notices
import storage.outages
from knowledge.book import Book
from knowledge.rules import arrears
from knowledge.rules.arrears import BillFacts, Contract, CreditFacts, PlannedNotice
from knowledge.rules.arrears_file import CustomerClass, StepRow
from knowledge.rules.outages import Outage, state_at, touching
from storage.bills import owed_fen
from storage.bindings import Reachable
from storage.models import Account, Bill, Customer, Hold, Notice

PAID = "paid"
NOT_BOUND = "nobody is bound to the account"
CREDIT_CHANGED = "the credit has changed"
DISPUTE_KINDS = ("complaint", "dispute")

FateName = Literal["sent", "suppressed", "held", "missed", "postponed"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to become of a reminder, and why; `until` when postponed, `to` when sent."""

    name: FateName
    reason: str = ""
    until: datetime | None = None
    to: Reachable | None = None


@dataclass(slots=True)
class Moment:
    """What is true now of everything that a batch of reminders is about."""

    book: Book
    now: datetime
    accounts: dict[int, tuple[Account, Customer]]
    bills: dict[int, Bill]
    credits_fen: dict[int, int]
    holds: dict[int, Hold]
    disputed: set[int]
    bound: dict[int, set[int]]
    chats: dict[int, list[Reachable]]
    told_today: set[int]
    outages: dict[int, Outage]
    also_due: dict[str, list[Notice]]
    sent: dict[str, set[str]]
    _dark: dict[str, bool] = field(default_factory=dict)

    def is_dark(self, account: Account) -> bool:
        """Return whether an outage runs at the account's address, as far as we know."""
        if not self.outages:
            return False
        place = account.community or account.address
        if place not in self._dark:
            self._dark[place] = any(match.certainty == "sure" for match in touching(place, self.outages))
        return self._dark[place] or any(
            account.transformer and one.transformer == account.transformer for one in self.outages.values()
        )


def load(session: Session, book: Book, due: Sequence[Notice], now: datetime) -> Moment:
    """Ask the database for everything that decides about a batch of due notices."""
    account_ids = {notice.account_id for notice in due}
    accounts = storage.customers.accounts(session, account_ids)
    chats = storage.bindings.chats_of(session, account_ids)
    persons = {one.person.id for found in chats.values() for one in found if one.person.id is not None}
    midnight = datetime.combine(book.today(now), time.min, tzinfo=book.zone)
    subjects = storage.notices.of_subjects(session, {one.subject for one in due if one.bill_id is not None})
    credit = storage.notices.planned_credit(session, {one.account_id for one in due if one.bill_id is None})
    also_due = {
        subject: [one for one in notices if one.state == "planned" and one.send_at <= now]
        for subject, notices in subjects.items()
    }
    for notice in credit:
        if notice.send_at <= now:
            also_due.setdefault(f"balance:{notice.account_id}", []).append(notice)
    running = {
        key: outage
        for key, outage in storage.outages.current(session, now=now, horizon=timedelta(0)).items()
        if state_at(outage, now) in ("running", "partly_restored", "postponed")
    }
    return Moment(
        book=book,
        now=now,
        accounts=accounts,
        bills=storage.bills.by_id(session, {one.bill_id for one in due if one.bill_id is not None}),
        credits_fen=storage.bills.credits_fen(session, [account for account, _ in accounts.values()]),
        holds=storage.bills.holds(session, account_ids, now),
        disputed=storage.notices.disputed(session, account_ids, DISPUTE_KINDS),
        bound=storage.bindings.persons_of(session, account_ids),
        chats=chats,
        told_today=storage.notices.told_since(session, persons, midnight),
        outages=running,
        also_due=also_due,
        sent={
            subject: {one.step for one in notices if one.state == "sent"}
            for subject, notices in subjects.items()
        },
    )


def check(moment: Moment, notice: Notice) -> Fate:
    """Return what is to become of the newest due reminder of a matter."""
    account, customer = moment.accounts[notice.account_id]
    step = step_of(moment, notice)
    return (
        _pointless(moment, notice, step)
        or _not_now(moment, notice, account, customer)
        or _to_whom(moment, notice, mandatory=is_mandatory(moment, notice))
    )


def step_of(moment: Moment, notice: Notice) -> StepRow | None:
    """Return the row of the rules that a notice goes by; None for credit or a step no more in force."""
    return next((row for row in _steps(moment, notice) if row.step == notice.step), None)


def rank(moment: Moment, notice: Notice) -> tuple[int, datetime, int]:
    """Return what orders the steps of one matter; being postponed does not make a step later."""
    step = step_of(moment, notice)
    return (step.day if step is not None else 0, notice.not_before, notice.id or 0)


def _steps(moment: Moment, notice: Notice) -> list[StepRow]:
    if notice.bill_id is None:
        return []
    account = moment.accounts[notice.account_id][0]
    facts = BillFacts(
        due_on=moment.bills[notice.bill_id].due_on,
        region=account.region,
        contract=cast(Contract, account.contract_type),
        customer_class=cast(CustomerClass, account.customer_class),
    )
    return arrears.rules().steps(facts)


def is_mandatory(moment: Moment, notice: Notice) -> bool:
    """Return whether a reminder also goes to those who want none: only where supply is at stake."""
    if notice.bill_id is None:
        return notice.step in {
            row.step for row in _credit_now(moment, notice.account_id) if row.may_mention_cutoff
        }
    step = step_of(moment, notice)
    return step is not None and step.may_mention_cutoff


def _pointless(moment: Moment, notice: Notice, step: StepRow | None) -> Fate | None:
    if notice.bill_id is None:
        called_for = {row.step for row in _credit_now(moment, notice.account_id)}
        if notice.step not in called_for:
            return Fate("suppressed", CREDIT_CHANGED)
        return None
    bill = moment.bills[notice.bill_id]
    if owed_fen(bill) == 0:
        return Fate("suppressed", PAID)
    if step is None:
        return Fate("suppressed", "no rule wants it any more")
    days = {row.step: row.day for row in _steps(moment, notice)}
    if any(days.get(gone, step.day) > step.day for gone in moment.sent[notice.subject]):
        return Fate("missed", "a later step has gone")
    today = moment.book.today(moment.now)
    if step.last_day is not None and today > bill.due_on + timedelta(days=step.last_day):
        return Fate("missed", "its day has passed")
    return None


def _not_now(moment: Moment, notice: Notice, account: Account, customer: Customer) -> Fate | None:
    rules, now = arrears.rules(), moment.now
    if customer.vulnerable:
        return Fate("suppressed", "vulnerable customer: a colleague decides")
    if now < notice.not_before:
        return Fate("postponed", "before its lawful moment", _next(notice.not_before, account))
    hold = moment.holds.get(notice.account_id)
    if hold is not None:
        return Fate("postponed", f"hold: {hold.reason}", _next(hold.until, account))
    bill = moment.bills.get(notice.bill_id) if notice.bill_id is not None else None
    if notice.account_id in moment.disputed or (bill is not None and bill.disputed):
        return Fate("postponed", "disputed", _tomorrow(moment, account))
    pause = rules.moratorium(account.region, moment.book.today(now))
    if pause is not None:
        after = datetime.combine(pause.to, time.min, tzinfo=moment.book.zone)
        return Fate("postponed", f"moratorium: {pause.reason}", _next(after, account))
    if not arrears.may_send(now, rules, account.region):
        return Fate("postponed", "outside the sending window", _next(now, account))
    if moment.is_dark(account):
        return Fate("postponed", "an outage runs at the address", _tomorrow(moment, account))
    return None


def _to_whom(moment: Moment, notice: Notice, *, mandatory: bool) -> Fate:
    key = notice.account_id
    if not moment.bound.get(key):
        return Fate("held", NOT_BOUND)
    reachable = moment.chats.get(key, [])
    if not reachable:
        return Fate("held", "nobody bound can be reached")
    willing = [one for one in reachable if mandatory or not one.person.opted_out]
    if not willing:
        return Fate("suppressed", "opted out")
    to = next((one for one in willing if one.person.id not in moment.told_today), None)
    if to is None:
        account = moment.accounts[key][0]
        return Fate("postponed", "one message a day", _tomorrow(moment, account))
    assert to.person.id is not None
    moment.told_today.add(to.person.id)
    return Fate("sent", to=to)


def _credit_now(moment: Moment, account_id: int) -> list[PlannedNotice]:
    credit = moment.credits_fen.get(account_id)
    if credit is None:
        return []
    return arrears.rules().credit_notices(
        CreditFacts(
            balance=storage.bills.yuan(credit),
            read_at=moment.now,
            region=moment.accounts[account_id][0].region,
        )
    )


def _next(after: datetime, account: Account) -> datetime:
    return arrears.next_allowed(after, arrears.rules(), account.region)


def _tomorrow(moment: Moment, account: Account) -> datetime:
    tomorrow = moment.book.today(moment.now) + timedelta(days=1)
    return _next(datetime.combine(tomorrow, time.min, tzinfo=moment.book.zone), account)
