"""What we say about somebody's own bills, credit, promises and wishes."""

import re
from datetime import date
from decimal import Decimal

from handlers.wording.reminders import day, month, yuan
from knowledge.rules.tariff_book import month_after
from knowledge.text.numbers import canonical_numbers

# After somebody's own bills: another of their accounts, or another time.
OTHER_ACCOUNT = re.compile(
    r"(?:那么?|还有)?(?:我的?|我家)?(?:另外?(?:一个|那个|1个)?|其他的?|别的|第[二2]个|还有(?:一个|1个)?)(?:的)?(?:户号|户|房子|家|账户)?(?:的)?"
    r"(?:电费|账单|情况)?(?:呢|怎么样)?[?？。!]*"
)
_PERIOD = re.compile(
    r"(?:那么?)?(?:(?P<back>上上个?|上个?|这个?|本|当)月|(?P<year>今年|去年|前年|大前年|\d{4}年)?(?:的?(?P<month>\d{1,2})月份?)?)"
    r"的?(?:电费|账单|用电)?(?:呢|咧|多少|是多少|怎么样)*[?？。!]*"
)
_YEARS_BACK = {"今年": 0, "去年": 1, "前年": 2, "大前年": 3}


def period_asked(words: str, today: date) -> str | None:
    """Return the month (2026-10) or year (2024-) that a fragment names, None where it names none."""
    found = _PERIOD.fullmatch(canonical_numbers(words))
    if found is None:
        return None
    if found["back"]:
        ahead = {"上上": -2, "上": -1}.get(found["back"].rstrip("个"), 0)
        return f"{month_after(today.replace(day=1), ahead):%Y-%m}"
    if not found["year"] and not found["month"]:
        return None
    said = found["year"] or ""
    year = int(said[:4]) if said[:1].isdigit() else today.year - _YEARS_BACK.get(said, 0)
    if not found["month"]:
        return f"{year}-"
    number = int(found["month"])
    if not 1 <= number <= 12:
        return None
    if not said and number > today.month:
        year -= 1  # a month by its name is the last one that has begun
    return f"{year}-{number:02d}"


def none_of_period(period: str, earliest: str | None) -> str:
    """Return that there is no bill of a month or year, and how far back we look."""
    asked = f"{period[:4]}年" if period.endswith("-") else month(period)
    if earliest is None:
        return no_bills()
    return f"- {asked}：这里没有账单，最早的是{month(earliest)}的。更早的请找同事查。"


def no_other_account(bound: int) -> str:
    """Return that no further account is bound."""
    if bound == 1:
        return "您只绑定了这一个户号。另一个户号绑定后就能一起看。"
    return "您绑定的户号都在上面了。还有别的户号，绑定后就能一起看。"


def ask_to_bind() -> str:
    """Return what somebody gets who has proven no account yet."""
    return "看账单、欠费和余额，要先证明户号是您的。绑定一次就行，别人看不到。"


def not_in_groups() -> str:
    """Return why bills are not shown in a group."""
    return "为保护您的隐私，群里不显示账单。请和我单独聊。"


def head(named: str) -> str:
    """Return the line above one account."""
    return f"**{named}**"


def owed(
    period: str, owed_fen: int, due_on: date, *, days_overdue: int, fee: Decimal | None, rate_fact: str
) -> str:
    """Return one unpaid bill, with the late fee as an estimate where it is overdue."""
    line = f"- {month(period)}：待交**{yuan(owed_fen)}**，截止日{day(due_on)}"
    if days_overdue <= 0:
        return line + (f"（还有{-days_overdue}天）" if days_overdue else "（就是今天）")
    line += f"，已过{days_overdue}天"
    if fee is not None:
        line += f"；违约金估算{fee}元（{{{rate_fact}}}，以账单为准）"
    return line


def total(owed_fen: int, bills: int) -> str:
    """Return the sum of several unpaid bills of one account."""
    return f"欠费合计{yuan(owed_fen)}（{bills}张账单）"


def settled() -> str:
    """Return the word that nothing is owed."""
    return "没有欠费，都交清了。"


def recent(period: str, amount_fen: int, kwh: int, *, paid: bool) -> str:
    """Return one bill of the past."""
    return f"- {month(period)}：{yuan(amount_fen)}，{kwh}度，{'已交清' if paid else '未交清'}"


def recent_head() -> str:
    """Return the line above the last bills."""
    return "最近账单："


def disputed() -> str:
    """Return the word that a bill is being looked into."""
    return "- 账单有异议，正在核实，核实期间不催交。"


def promised(until: date) -> str:
    """Return the word that a promise is kept in mind."""
    return f"- 已登记缓交到{day(until)}，到那天前不再提醒。"


def credit(credit_fen: int | None, as_of: str, *, low: bool) -> str:
    """Return a prepaid account's credit; it is credit, not arrears."""
    if credit_fen is None:
        return "- 预付费户，余额还没有读数，以电表显示为准。"
    if credit_fen < 0:
        return f"- **余额已用完**：{yuan(credit_fen)}（截至{as_of}），请尽快充值。"
    if low:
        return f"- **余额不足**：还剩{yuan(credit_fen)}（截至{as_of}），请及时充值。"
    return f"- 余额{yuan(credit_fen)}（截至{as_of}），够用。"


def no_bills() -> str:
    """Return the word that no bill has come yet."""
    return "- 还没有账单。"


def which() -> str:
    """Return the question which of many accounts."""
    return "您绑定了好几个户号，看哪一个？"


def not_yours() -> str:
    """Return what a tap gets about an account that is not bound here any more."""
    return "这个户号现在没有绑在这里，没有做任何改动。"


def ask_promise(named: str, owed_fen: int, latest: date) -> str:
    """Return the question for the day of a promise."""
    return (
        f"{named}待交{yuan(owed_fen)}。您打算哪天交清？最晚可以登记到{day(latest)}，"
        "比如“下周五”“月底前”“15号”。\n登记后到那天前不再提醒；违约金仍按规定计算。"
    )


def bad_promise(latest: date) -> str:
    """Return why a day cannot be promised."""
    return f"只能登记今天到{day(latest)}之间的日子。要更久或分期，请找人工。"


def unread_day() -> str:
    """Return what somebody gets whose day cannot be read."""
    return "没看懂是哪天。可以说“后天”“下周五”“月底”，或者“15号”。"


def promise_kept(named: str, on: date) -> str:
    """Return the word that the promise is written down."""
    return f"已登记：{named}在{day(on)}前交清。到那天前不再提醒；交了会自动知道。"


def nothing_owed() -> str:
    """Return what somebody gets who promises or says paid where nothing is owed."""
    return "查到您绑定的户号都没有欠费，不用办缓交。"


def promised_before(until: date) -> str:
    """Return why a second promise is a person's matter."""
    return f"您登记过缓交（到{day(until)}）。要再缓一次或分期，请找人工说明情况。"


def paid(named: str, days: int) -> str:
    """Return the thanks for having paid."""
    return f"好的，谢谢！{named}先停提醒{days}天，等到账。到账后不会再提醒；到时还没到账，我们再联系您核对。"


def not_mine(named: str) -> str:
    """Return the apology to somebody who has nothing to do with the account."""
    return f"对不起打扰了。{named}已从这里解绑，不会再给您发它的消息。"


def acknowledged() -> str:
    """Return the word that the reminder was seen."""
    return "好的，已知悉。"


def ask_opt_out() -> str:
    """Return the question before reminders are stopped."""
    return "要停止这里的电费提醒吗？"


def opted_out() -> str:
    """Return what stopping means, and what still comes."""
    return (
        "已停止电费提醒。涉及可能停电的通知，按规定仍会送达；您自己工单的消息也照常。\n"
        "电费请仍按截止日交。想恢复，到【设置】点【恢复提醒】。"
    )


def opted_in() -> str:
    """Return the word that reminders come again."""
    return "已恢复电费提醒。"


def note_of_bill(period: str, amount_fen: int) -> str:
    """Return how a disputed bill is named in the ticket."""
    return f"{month(period)}账单{yuan(amount_fen)}"


def note_of_credit() -> str:
    """Return how a disputed credit is named in the ticket."""
    return "预付费余额"
