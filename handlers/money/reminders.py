"""Reminders of unpaid bills and low credit: planned without a clock, checked again before each one leaves."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import cast

from sqlmodel import Session

import storage.bills
import storage.customers
import storage.notices
import storage.outbox
from handlers.money.reminder_checks import CREDIT_CHANGED, NOT_BOUND, PAID, Fate, Moment, check, load, rank
from handlers.money.reminder_texts import reply_for
from handlers.turn import Desktop, in_script
from knowledge.book import Book
from knowledge.rules import arrears
from knowledge.rules.arrears import BillFacts, Contract, CreditFacts, PlannedNotice
from knowledge.rules.arrears_file import CustomerClass
from storage.bills import owed_fen
from storage.models import Account, Bill, Lane, Notice, NoticeState, OnUnknown
from storage.outbox import Draft

BATCH = 250  # notices a transaction


def plan(session: Session, book: Book, bill: Bill, now: datetime) -> int:
    """Plan the reminders of one bill anew; return how many were added."""
    return plan_all(session, book, [bill], now)


def plan_all(session: Session, book: Book, bills: Sequence[Bill], now: datetime) -> int:
    """Plan the reminders of bills: each step of a bill exists once, and a paid bill has none waiting.

    A step that has gone or was put aside stays what it is, except one put aside for a payment that was taken
    back. `now` only says when something was put aside. Returns how many reminders were added.
    """
    accounts = storage.customers.accounts(session, {bill.account_id for bill in bills})
    known = storage.notices.of_subjects(session, [subject_of(bill) for bill in bills])
    new: list[Notice] = []
    revived = 0
    for bill in bills:
        account, _ = accounts[bill.account_id]
        there = {notice.step: notice for notice in known.get(subject_of(bill), [])}
        wanted = {} if owed_fen(bill) == 0 else {one.step: one for one in planned_for(bill, account)}
        revived += _bring_in_line(session, bill, there, wanted, new, now)
    storage.notices.add_all(session, new)
    paid = [
        notice.id
        for bill in bills
        if owed_fen(bill) == 0
        for notice in known.get(subject_of(bill), [])
        if notice.id is not None and notice.state == NoticeState.SENT
    ]
    storage.notices.cancel_waiting(session, paid, f"taken back: {PAID}")
    session.flush()
    return len(new) + revived


def subject_of(bill: Bill) -> str:
    """Return what the notices of a bill are filed under."""
    return f"bill:{bill.id}"


def planned_for(bill: Bill, account: Account) -> list[PlannedNotice]:
    """Return the reminders that the rules want for a bill while it is unpaid."""
    return list(_planned(facts_of(bill, account)))


# Bills of one delivery are due on the same few days.
@lru_cache(maxsize=1024)
def _planned(facts: BillFacts) -> tuple[PlannedNotice, ...]:
    return tuple(arrears.notices(facts, arrears.rules()))


def facts_of(bill: Bill, account: Account) -> BillFacts:
    """Return what the rules need to know of a bill."""
    return BillFacts(
        due_on=bill.due_on,
        region=account.region,
        contract=cast(Contract, account.contract_type),
        customer_class=cast(CustomerClass, account.customer_class),
        issued_on=bill.issued_on,
    )


def _bring_in_line(
    session: Session,
    bill: Bill,
    there: dict[str, Notice],
    wanted: dict[str, PlannedNotice],
    new: list[Notice],
    now: datetime,
) -> int:
    """Bring the notices of a bill in line with the rules; return how many were taken up again."""
    for step, notice in there.items():
        if notice.state == NoticeState.PLANNED and step not in wanted:
            _settle(
                notice, NoticeState.SUPPRESSED, PAID if owed_fen(bill) == 0 else "not planned any more", now
            )
            session.add(notice)
    revived = 0
    for step, planned in wanted.items():
        known = there.get(step)
        if known is None:
            new.append(
                Notice(
                    subject=subject_of(bill),
                    step=step,
                    account_id=bill.account_id,
                    bill_id=bill.id,
                    send_at=planned.send_at,
                    not_before=planned.not_before,
                    clause=planned.clause,
                    rules_version=arrears.rules().version,
                )
            )
        elif known.state == NoticeState.SUPPRESSED and known.reason == PAID:
            revived += 1
            known.state, known.reason, known.settled_at = NoticeState.PLANNED, "", None
            known.send_at, known.not_before = planned.send_at, planned.not_before
            session.add(known)
        elif known.state == NoticeState.PLANNED and known.not_before != planned.not_before:
            known.send_at, known.not_before = planned.send_at, planned.not_before
            session.add(known)
    return revived


# -- credit


def follow_accounts(session: Session, book: Book, accounts: Sequence[Account], now: datetime) -> int:
    """Plan what follows from accounts that were read anew; return how many reminders were added."""
    added = sum(plan_credit(session, book, accounts, now).values())
    unpaid = storage.bills.unpaid(session, [one.id for one in accounts if one.id is not None])
    added += plan_all(session, book, [bill for bills in unpaid.values() for bill in bills], now)
    take_back_credit(session, book, [one.id for one in accounts if one.id is not None], now)
    return added


def plan_credit(session: Session, book: Book, accounts: Sequence[Account], now: datetime) -> dict[int, int]:
    """Plan the reminder that the credit of each prepaid account calls for; one step is not said every day."""
    prepaid = {
        one.id: one
        for one in accounts
        if one.id is not None and one.contract_type == "prepaid" and one.balance_at is not None
    }
    if not prepaid:
        return {}
    credits_fen = storage.bills.credits_fen(session, list(prepaid.values()))
    oldest = min(one.balance_at for one in prepaid.values() if one.balance_at is not None)
    since = oldest - timedelta(days=book.practice.credit_repeat_days)
    said = storage.notices.last_credit(session, list(prepaid), since)
    subjects = {key: f"balance:{key}:{_read_on(book, account)}" for key, account in prepaid.items()}
    known = storage.notices.of_subjects(session, list(subjects.values()))
    added: dict[int, int] = {}
    for key, account in prepaid.items():
        steps = {notice.step for notice in known.get(subjects[key], [])}
        for planned in credit_notices(account, credits_fen[key], account.balance_at or now):
            if planned.step in steps or (key, planned.step) in said:
                continue
            session.add(
                Notice(
                    subject=subjects[key],
                    step=planned.step,
                    account_id=key,
                    send_at=planned.send_at,
                    not_before=planned.not_before,
                    clause=planned.clause,
                    rules_version=arrears.rules().version,
                )
            )
            added[key] = added.get(key, 0) + 1
    session.flush()
    return added


def credit_notices(account: Account, credit_fen: int, read_at: datetime) -> list[PlannedNotice]:
    """Return the reminder that a credit calls for now."""
    return arrears.rules().credit_notices(
        CreditFacts(
            balance=storage.bills.yuan(credit_fen),
            read_at=read_at,
            region=account.region,
            customer_class=cast(CustomerClass, account.customer_class),
        )
    )


def take_back_credit(session: Session, book: Book, account_ids: Collection[int], now: datetime) -> int:
    """Take back what waits about a credit that has been topped up; return how many messages."""
    accounts = [account for account, _ in storage.customers.accounts(session, account_ids).values()]
    credits_fen = storage.bills.credits_fen(session, accounts)
    gone = []
    for account in accounts:
        if account.id is not None and account.id in credits_fen:
            called_for = {one.step for one in credit_notices(account, credits_fen[account.id], now)}
            for notice in storage.notices.waiting_credit(session, account.id):
                if notice.step not in called_for and notice.id is not None:
                    gone.append(notice.id)
    return storage.notices.cancel_waiting(session, gone, f"taken back: {CREDIT_CHANGED}")


def _read_on(book: Book, account: Account) -> date:
    assert account.balance_at is not None
    return book.today(account.balance_at)


# -- going out


def revive(session: Session, account_id: int, now: datetime) -> None:
    """Let the newest reminder of each matter go after all that was held because nobody was bound."""
    done: set[str] = set()
    for notice in storage.notices.held(session, account_id, NOT_BOUND):
        matter = _matter(notice)
        if matter not in done:
            done.add(matter)
            notice.state, notice.reason, notice.settled_at = NoticeState.PLANNED, "", None
            session.add(notice)
    session.flush()


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Send the reminders that are due; return how many of each fate, and `more` where a batch was full.

    Every notice is checked against what is true now; each step goes out once however often this runs, and
    of several due steps of one matter only the newest.
    """
    book, rules = desktop.book, arrears.rules()
    done: Counter[str] = Counter(
        {f"notices_{name}": 0 for name in ("sent", "suppressed", "held", "missed", "postponed")}
    )
    done["notices_cancelled"] = storage.notices.cancel_waiting(
        session, storage.notices.waiting_though_paid(session), f"taken back: {PAID}"
    )
    window = rules.window(book.utility.region)
    storage.notices.keep_waiting(
        session,
        until=window.next_allowed(now),
        closing=window.closes_after(now),
        now=now,
        every=not window.may_send(now),
    )
    due = storage.notices.due(session, now, BATCH)
    if not due:
        return dict(done)
    moment = load(session, book, due, now)
    drafts: list[Draft] = []
    for newest, older in _by_matter(due, moment):
        for notice in older:
            _settle(notice, NoticeState.MISSED, "a later step is due", now)
            done["notices_missed"] += 1
        if newest.state == NoticeState.PLANNED:
            fate = check(moment, newest)
            done[f"notices_{fate.name}"] += 1
            if fate.name == "sent":
                drafts.append(_draft(desktop, moment, newest, fate))
            _apply(newest, fate, now)
    session.add_all(due)
    storage.outbox.write(session, drafts, now)
    if len(due) == BATCH:
        done["more"] = 1
    return dict(done)


def _by_matter(due: Sequence[Notice], moment: Moment) -> list[tuple[Notice, list[Notice]]]:
    """Return for each matter its newest due notice and the older ones, in the order of the oldest."""
    groups: dict[str, list[Notice]] = {}
    for notice in due:
        groups.setdefault(_matter(notice), []).append(notice)
    for matter, notices in groups.items():
        # A batch may end between two steps of a matter.
        here = {notice.id for notice in notices}
        notices += [one for one in moment.also_due.get(matter, []) if one.id not in here]
        notices.sort(key=lambda one: rank(moment, one))
    return [(notices[-1], notices[:-1]) for notices in groups.values()]


def _matter(notice: Notice) -> str:
    return notice.subject if notice.bill_id is not None else f"balance:{notice.account_id}"


def _apply(notice: Notice, fate: Fate, now: datetime) -> None:
    if fate.name == "postponed":
        assert fate.until is not None
        assert fate.until > now
        notice.send_at, notice.reason = fate.until, fate.reason
    else:
        _settle(notice, NoticeState(fate.name), fate.reason, now)


def _settle(notice: Notice, state: NoticeState, reason: str, now: datetime) -> None:
    notice.state, notice.reason, notice.settled_at = state, reason, now


def _draft(desktop: Desktop, moment: Moment, notice: Notice, fate: Fate) -> Draft:
    to = fate.to
    assert to is not None
    account = moment.accounts[notice.account_id][0]
    reply = in_script(
        reply_for(desktop.book, moment, notice, nickname=to.nickname),
        to.chat.script,
        taiwan=account.region == "taiwan",
    )
    return Draft(
        channel=to.chat.channel,
        address=to.chat.address,
        reply=desktop.document(reply),
        dedupe_key=f"notice:{notice.id}:{to.chat.id}",
        lane=Lane.REMINDER,
        on_unknown=OnUnknown.HOLD,
        # A sender that was held up must not ring at night, even before the next look at what is due.
        not_after=arrears.rules().window(account.region).closes_after(moment.now),
        person_id=to.person.id,
        notice_id=notice.id,
    )
