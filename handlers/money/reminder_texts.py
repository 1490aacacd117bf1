"""The words and buttons of one reminder, composed from what is true at the moment it leaves."""

from datetime import date
from typing import cast

from handlers.masking import tail
from handlers.messages import Choice, Reply
from handlers.money.reminder_checks import Moment, is_mandatory, step_of
from handlers.wording import reminders as wording
from knowledge.book import Book
from knowledge.rules.arrears_file import CustomerClass
from knowledge.rules.late_fee import LateFee, estimate
from storage.bills import owed_fen, yuan
from storage.models import Account, Bill, Notice


def reply_for(book: Book, moment: Moment, notice: Notice, *, nickname: str) -> Reply:
    """Return the reminder as it goes to somebody who calls the account `nickname`."""
    account = moment.accounts[notice.account_id][0]
    named = wording.account(tail(account.number), nickname)
    may_stop = not is_mandatory(moment, notice)
    if notice.bill_id is None:
        text = wording.credit_notice(
            named=named, credit_fen=moment.credits_fen[notice.account_id], may_stop=may_stop
        )
    else:
        bill, step = moment.bills[notice.bill_id], step_of(moment, notice)
        assert step is not None
        today = book.today(moment.now)
        fee = late_fee(bill, account, today)
        text = wording.bill_notice(
            tone=step.tone,
            named=named,
            period=bill.period,
            owed_fen=owed_fen(bill),
            due_on=bill.due_on,
            days_overdue=(today - bill.due_on).days,
            fee=fee.amount if fee is not None else None,
            rate_fact=rate_fact(account),
            may_mention_cutoff=step.may_mention_cutoff,
            may_stop=may_stop,
        )
    filled = book.fill(text, region=account.region, now=moment.now)
    return Reply(filled, _choices(notice, may_stop=may_stop), kind="notice")


def late_fee(bill: Bill, account: Account, on: date) -> LateFee | None:
    """Return what paying a bill on a day would cost on top, as an estimate; None where no rule was read."""
    return estimate(
        yuan(owed_fen(bill)),
        bill.due_on,
        on,
        customer_class=cast(CustomerClass, account.customer_class),
        region=account.region,
    )


def rate_fact(account: Account) -> str:
    """Return the id of the fact that says the late-fee rate of an account's class."""
    return "arrears.late_fee.resident" if account.customer_class == "resident" else "arrears.late_fee.other"


def _choices(notice: Notice, *, may_stop: bool) -> tuple[Choice, ...]:
    about = f"{notice.account_id}:{notice.bill_id or ''}"
    choices = [Choice("怎么交", "pay_how"), Choice("我已缴", f"paid:{about}")]
    if notice.bill_id is not None:
        choices.append(Choice("申请缓交", f"promise:{about}"))
    choices += [
        Choice("有异议", f"dispute:{about}"),
        Choice("不是我的户号", f"not_mine:{about}"),
    ]
    if may_stop:
        choices.append(Choice("停止提醒", "opt_out"))
    return tuple(choices)
