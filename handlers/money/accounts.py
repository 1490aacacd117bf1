"""What the owner of an account may see and say about its bills."""

import re
from datetime import date, datetime, time, timedelta

import storage.bills
import storage.notices
from handlers.dates import read_day
from handlers.forms import forms
from handlers.masking import tail
from handlers.messages import Choice, Reply
from handlers.money import bill_history, binding
from handlers.money.binding import in_group, mine, read_number
from handlers.money.reminder_texts import late_fee, rate_fact
from handlers.turn import Turn
from handlers.wording import bills_view as wording
from handlers.wording.moments import moment
from handlers.wording.reminders import account as named
from knowledge.rules import arrears
from storage.bills import owed_fen
from storage.models import Account, Bill, Binding

Mine = tuple[Account, Binding]

PAY_ENTRY = "payment.ways"
_SHOWN_ACCOUNTS = 3
_SHOWN_BILLS = 3
_SHORT = 8  # digits
_FIGURES = ("arrears.query",)
# What may stand around an account number where somebody wants nothing but to see it or its bills.
_BILL_WORDS = re.compile(
    r"(?:上个?|这个?|本)月|电费|電費|欠费|欠費|账单|帳單|余额|餘額|多少|几块|[还還]?欠了?|[该該要]交|[钱錢]"
)
_ONLY_NUMBER = re.compile(r"[我的这个家里咱们查询下一看帮请绑定户号戶號好是为為：:，,。.！!？?\s]*")


def listen(turn: Turn) -> bool:
    """Take an account number that was sent alone, or words that go on with the bills just shown."""
    if bill_history.listen(turn, show):
        return True
    number = read_number(turn.text)
    if number is None or turn.message.choice is not None:
        return False
    if len(number) <= _SHORT and not re.search("[户戶]", turn.text):
        return False  # a date, a meter reading, a one-time code
    around = re.sub(r"\d(?:[ -]?\d){7,19}", "", turn.text, count=1)
    if not _ONLY_NUMBER.fullmatch(_BILL_WORDS.sub("", around)):
        return False
    view(turn, "")
    return True


def view(turn: Turn, argument: str) -> None:
    """Show what is owed or left on the speaker's own accounts, each by itself."""
    turn.outcome("action", topic=turn.heard.topic or "arrears.query")
    first = _words_of_entry(turn)
    if in_group(turn):
        turn.say(wording.not_in_groups(), Choice("主菜单", "menu"))
        return
    accounts = mine(turn)
    asked = read_number(argument or turn.text)
    if asked is not None:
        accounts = [one for one in accounts if one[0].number == asked]
    elif argument:
        accounts = [one for one in accounts if str(one[0].id) == argument]
    if not accounts:
        _offer_binding(turn, first, asked)
        return
    # The figures are the answer: what they are looked up by needs no word any more.
    first = "\n".join(line for line in first.split("\n") if "绑" not in line) if first else ""
    if turn.heard.topic in _FIGURES:
        first = ""
    if len(accounts) > _SHOWN_ACCOUNTS:
        choices = [Choice(_name(one), f"bill_view:{one[0].id}") for one in accounts]
        turn.say(Reply(_joined(first, wording.which()), tuple(choices), kind="question"))
        return
    show(turn, accounts, first)


def show(turn: Turn, accounts: list[Mine], first: str) -> None:
    """Show what is owed or left on some accounts, under a first line."""
    sections = [section(turn, account, bound) for account, bound in accounts]
    topic = turn.heard.topic or "arrears.query"
    turn.remember(last="bill_view", topic=topic, accounts=[account.id for account, _ in accounts])
    turn.say(Reply(_joined(first, *sections), _choices(turn, accounts), kind="card"))


def _offer_binding(turn: Turn, first: str, asked: str | None) -> None:
    """Say nothing about any account to somebody who has proven none, and begin the proof."""
    if asked is not None:
        topic = turn.heard.topic
        binding.start(turn, asked)
        turn.outcome("action", topic=topic)
        return
    # An answer that says itself that an account must be bound is not told so twice.
    text = first if "绑定" in first else _joined(first, wording.ask_to_bind())
    turn.say(text, Choice("绑定户号", "bind"), *turn.related, Choice("人工", "handover"))


def section(turn: Turn, account: Account, bound: Binding) -> str:
    assert account.id is not None
    today = turn.book.today(turn.now)
    lines = [wording.head(named(tail(account.number), bound.nickname))]
    if account.contract_type == "prepaid":
        lines.append(_credit_line(turn, account))
    unpaid = storage.bills.unpaid(turn.session, [account.id]).get(account.id, [])
    if len(unpaid) > 1:
        lines.append(wording.total(sum(map(owed_fen, unpaid)), len(unpaid)))
    for bill in unpaid:
        fee = late_fee(bill, account, today)
        line = wording.owed(
            bill.period,
            owed_fen(bill),
            bill.due_on,
            days_overdue=(today - bill.due_on).days,
            fee=fee.amount if fee is not None else None,
            rate_fact=rate_fact(account),
        )
        lines.append(turn.book.fill(line, region=account.region, now=turn.now))
        if bill.disputed:
            lines.append(wording.disputed())
    hold = storage.bills.holds(turn.session, [account.id], turn.now).get(account.id)
    if hold is not None and hold.reason == "promise":
        lines.append(wording.promised(turn.book.today(hold.until) - timedelta(days=1)))
    past = [
        bill
        for bill in storage.bills.newest(turn.session, account.id, _SHOWN_BILLS + len(unpaid))
        if owed_fen(bill) == 0
    ][:_SHOWN_BILLS]
    if not unpaid and account.contract_type != "prepaid":
        lines.append(wording.settled() if past else wording.no_bills())
    if past:
        lines.append(wording.recent_head())
        lines += [wording.recent(one.period, one.amount_fen, one.kwh, paid=True) for one in past]
    return "\n".join(lines)


def _credit_line(turn: Turn, account: Account) -> str:
    assert account.id is not None
    credit = storage.bills.credits_fen(turn.session, [account]).get(account.id)
    if credit is None or account.balance_at is None:
        return wording.credit(None, "", low=False)
    called_for = arrears.rules().credit_notices(
        arrears.CreditFacts(balance=storage.bills.yuan(credit), read_at=turn.now, region=account.region)
    )
    as_of = moment(account.balance_at, turn.now, turn.book.zone)
    return wording.credit(credit, as_of, low=bool(called_for))


def _choices(turn: Turn, accounts: list[Mine]) -> tuple[Choice, ...]:
    owing = _owing(turn, accounts)
    choices = [Choice("怎么交", "pay_how")]
    if owing:
        choices += [
            Choice("账单有疑问", f"dispute:{_about(owing)}"),
        ]
        holds = storage.bills.holds(turn.session, [one.id for (one, _), _ in owing if one.id], turn.now)
        if all(hold.reason != "promise" for hold in holds.values()):
            choices.append(Choice("申请缓交", f"promise:{_about(owing)}"))
    else:
        choices.append(Choice("账单有疑问", f"dispute:{accounts[0][0].id}:"))
    return (*choices, Choice("人工", "handover"))


def _owing(turn: Turn, accounts: list[Mine]) -> list[tuple[Mine, Bill]]:
    """Return the oldest unpaid bill of each account that has one."""
    unpaid = storage.bills.unpaid(turn.session, [one.id for one, _ in accounts if one.id is not None])
    return [(one, unpaid[one[0].id][0]) for one in accounts if one[0].id in unpaid and one[0].id is not None]


def _about(owing: list[tuple[Mine, Bill]]) -> str:
    """Return an act's argument for the only account that owes, or nothing where it must be asked which."""
    if len(owing) != 1:
        return ""
    (account, _), bill = owing[0]
    return f"{account.id}:{bill.id}"


# -- what a customer can say to it


def pay_how(turn: Turn, _argument: str) -> None:
    """Show how to pay."""
    from handlers.answering import answers

    answers.show(turn, turn.book.library.entries[PAY_ENTRY], text=turn.text)


def promise(turn: Turn, argument: str) -> None:
    """Ask by which day somebody will pay, or say why that cannot be written down here."""
    turn.outcome("action", topic="arrears.promise")
    first = _words_of_entry(turn)
    accounts = _meant(turn, argument)
    if accounts is None:
        return
    if not accounts:
        _offer_binding(turn, first, None)
        return
    owing = _owing(turn, accounts)
    if not owing:
        turn.say(_joined(first, wording.nothing_owed()), Choice("我的电费", "bill_view"), _HUMAN)
        return
    if len(owing) > 1:
        choices = [Choice(_name(one), f"promise:{one[0].id}:{bill.id}") for one, bill in owing]
        turn.say(Reply(_joined(first, wording.which()), tuple(choices), kind="question"))
        return
    (account, bound), bill = owing[0]
    assert account.id is not None
    before = storage.bills.last_promise(turn.session, account.id)
    if before is not None and before.made_at.astimezone(turn.book.zone).date() >= bill.issued_on:
        # One promise a bill; more than that is for a person to grant.
        until = turn.book.today(before.until) - timedelta(days=1)
        turn.say(_joined(first, wording.promised_before(until)), Choice("我的电费", "bill_view"), _HUMAN)
        return
    forms.set_aside(turn, "promise", "day", account=account.id)
    name = named(tail(account.number), bound.nickname)
    total = sum(map(owed_fen, storage.bills.unpaid(turn.session, [account.id])[account.id]))
    _ask_day(turn, _joined(first, wording.ask_promise(name, total, _latest(turn))))


def take_day(turn: Turn) -> bool:
    """Write the promised day down; words that name no day are answered as usual."""
    assert turn.conversation is not None
    words = turn.text.rstrip("。！!~.")
    if words in forms.CANCEL:
        binding.leave(turn, "")
        return True
    today = turn.book.today(turn.now)
    on = read_day(words, today)
    if on is None:
        if len(words) > 8 or not words:
            return False
        turn.outcome("action", topic="arrears.promise")
        _ask_day(turn, wording.unread_day())
        return True
    turn.outcome("action", topic="arrears.promise")
    if not today <= on <= _latest(turn):
        _ask_day(turn, wording.bad_promise(_latest(turn)))
        return True
    found = [one for one in mine(turn) if one[0].id == turn.conversation.collected["account"]]
    forms.take_up(turn)
    if not found:
        turn.say(wording.not_yours(), Choice("主菜单", "menu"))
        return True
    until = datetime.combine(on + timedelta(days=1), time.min, tzinfo=turn.book.zone)
    _quiet(turn, found[0][0], "promise", until)
    turn.say(wording.promise_kept(_name(found[0]), on), Choice("怎么交", "pay_how"), Choice("主菜单", "menu"))
    forms.offer_draft(turn)
    return True


def say_paid(turn: Turn, argument: str) -> None:
    """Stop the reminders of an account for some days because its owner says that it is paid."""
    turn.outcome("action", topic="arrears.query")
    accounts = _meant(turn, argument)
    if accounts is None:
        return
    if not accounts:
        _offer_binding(turn, "", None)
        return
    days = turn.book.practice.paid_hold_days
    owing = [one for one, _ in _owing(turn, accounts)]
    for account, _ in owing or accounts:
        _quiet(turn, account, "paid", turn.now + timedelta(days=days))
    name = "、".join(_name(one) for one in owing or accounts)
    turn.say(wording.paid(name, days), Choice("我的电费", "bill_view"), Choice("主菜单", "menu"))


def dispute(turn: Turn, argument: str) -> None:
    """Open the form for a disputed bill, and stop its reminders while it is looked into."""
    from handlers.forms import requests

    turn.outcome("action", topic="billing.dispute")
    accounts = _meant(turn, argument)
    if accounts is None:
        return
    if len(accounts) != 1:
        # Several or none: the form asks which itself.
        requests.begin(turn, "dispute", about="billing")
        return
    account = accounts[0][0]
    bill_id = argument.partition(":")[2]
    bills = storage.bills.by_id(turn.session, [int(bill_id)]) if bill_id.isdigit() else {}
    bill = next((one for one in bills.values() if one.account_id == account.id), None)
    # The ticket takes over when it is handed in; until then the draft keeps us quiet as long as it lives.
    _quiet(turn, account, "dispute", turn.now + timedelta(hours=turn.book.practice.draft_hours))
    known = {"about": "billing", "place": f"account:{account.id}"}
    if bill is not None:
        known["note"] = wording.note_of_bill(bill.period, bill.amount_fen)
    elif account.contract_type == "prepaid":
        known["note"] = wording.note_of_credit()
    requests.begin(turn, "dispute", **known)


def not_mine(turn: Turn, argument: str) -> None:
    """Unbind at once an account that somebody has nothing to do with."""
    turn.outcome("action", topic="arrears.optout")
    accounts = _meant(turn, argument)
    if accounts is None:
        return
    if len(accounts) != 1:
        binding.ask_unbind(turn, "")
        return
    binding.let_go(turn, accounts[0][0])
    turn.say(wording.not_mine(_name(accounts[0])), Choice("人工", "handover"), Choice("主菜单", "menu"))


def acknowledge(turn: Turn, _argument: str) -> None:
    """Take note that a reminder was seen."""
    turn.outcome("action", topic="arrears.query")
    turn.say(wording.acknowledged(), Choice("怎么交", "pay_how"), Choice("我的电费", "bill_view"))


def opt_out(turn: Turn, argument: str) -> None:
    """Stop the reminders that are not required; somebody who only asked how is asked first."""
    turn.outcome("action", topic="arrears.optout")
    first = _words_of_entry(turn)
    if first and argument != "yes":
        choices = [Choice("停止提醒", "opt_out:yes")]
        if mine(turn):
            choices.append(Choice("不是我的户号", "not_mine"))
        turn.say(Reply(_joined(first, wording.ask_opt_out()), (*choices, _HUMAN), kind="question"))
        return
    turn.person.opted_out = True
    turn.session.add(turn.person)
    assert turn.person.id is not None
    for account, _ in mine(turn):
        assert account.id is not None
        waiting = storage.notices.waiting_for_account(turn.session, account.id, turn.person.id)
        storage.notices.cancel_waiting(turn.session, waiting, "taken back: opted out")
    turn.say(wording.opted_out(), Choice("恢复提醒", "opt_in"), Choice("主菜单", "menu"))


def opt_in(turn: Turn, _argument: str) -> None:
    """Send reminders again."""
    turn.outcome("action", topic="arrears.optout")
    turn.person.opted_out = False
    turn.session.add(turn.person)
    turn.say(wording.opted_in(), Choice("我的电费", "bill_view"), Choice("主菜单", "menu"))


# -- inside

_HUMAN = Choice("人工", "handover")


def _meant(turn: Turn, argument: str) -> list[Mine] | None:
    """Return the speaker's own accounts that an act is about; None where it was one that is not theirs."""
    accounts = mine(turn)
    wanted = argument.partition(":")[0]
    if not wanted:
        return accounts
    found = [one for one in accounts if str(one[0].id) == wanted]
    if not found:
        turn.say(wording.not_yours(), Choice("绑定户号", "bind"), Choice("主菜单", "menu"))
        return None
    return found


def _quiet(turn: Turn, account: Account, reason: str, until: datetime) -> None:
    """Send no reminder about an account until a moment, and take back what has not left."""
    assert account.id is not None
    storage.bills.hold(turn.session, account_id=account.id, reason=reason, until=until, now=turn.now)
    waiting = storage.notices.waiting_for_account(turn.session, account.id)
    storage.notices.cancel_waiting(turn.session, waiting, f"taken back: {reason}")


def _latest(turn: Turn) -> date:
    return turn.book.today(turn.now) + timedelta(days=turn.book.practice.promise_max_days)


def _ask_day(turn: Turn, text: str) -> None:
    turn.say(Reply(text, (Choice("取消", "bind.leave"), _HUMAN), kind="question"))


def _name(one: Mine) -> str:
    return named(tail(one[0].number), one[1].nickname)


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _words_of_entry(turn: Turn) -> str:
    """Return the answer of the entry that led here in this turn, to be said first; "" where none did."""
    entry = turn.book.library.entries.get(turn.heard.entry or "")
    answer = turn.book.answer(entry, region=turn.region, now=turn.now) if entry is not None else None
    return answer.text if answer is not None else ""


ACTS = {
    "bill_view": view,
    "pay_how": pay_how,
    "promise": promise,
    "paid": say_paid,
    "dispute": dispute,
    "not_mine": not_mine,
    "ack": acknowledge,
    "opt_out": opt_out,
    "opt_in": opt_in,
}
DIALOGUES = {"promise": take_day}
