"""What we say while somebody asks for a service, complains, reports, suggests or praises."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

ONLY_ASKING = re.compile(
    r"[我要想需来帮请给您好你的个一下进行投诉举报建议表扬办理申请业务"
    r"有人工客服们,，。.!！?？~ 吧吗呢啊]*$"
)
# Typed alone: everything that can be asked for, and papers that are still to come.
SERVICES = {"业务办理", "办业务", "办理业务", "办事", "能办什么", "服务申请"}
MORE_PAPERS = {"补材料", "补交材料", "补充材料", "交材料"}
NAMED = "实名"
ANONYMOUS = "匿名"

_WEEKDAYS = "一二三四五六日"
_THANKS = {
    "complaint": "已受理您的投诉。给您添麻烦了，抱歉。",
    "report": "已保密受理您的举报，谢谢。",
    "opinion": "谢谢您的意见，已转给负责的部门。",
    "suggestion": "谢谢您的建议，已转给负责的部门。",
    "praise": "谢谢！您的表扬会转给本人和他的负责人。",
    "dispute": "已受理您的异议，核实期间请留意这里的回复。",
}


def thanks(family: str, name: str) -> str:
    """Return the line above a new card, where the kind's file has none of its own."""
    return _THANKS.get(family, f"已受理您的{name}申请。")


def missing_papers(labels: Sequence[str]) -> str:
    """Return the line that says which papers are still to come."""
    return f"还差：{'、'.join(labels)}。备齐后点工单上的【补材料】，或者打“补材料”再发照片。"


def begin_label(name: str) -> str:
    """Return the button under an answer that begins a request."""
    return f"办理{name}"


def services() -> str:
    """Return the line over the list of what can be asked for."""
    return "可以在这里办理，点一个开始；要带哪些材料会一次告诉您："


def not_here(name: str) -> str:
    """Return the word that something cannot be asked for here."""
    return f"{name}暂时不能在这里办，可以转人工。"


def waits_already(name: str) -> str:
    """Return the question what to do with a form of the same kind that waits."""
    return f"您有一份没办完的{name}，填的和发的都还在。"


def pick_account() -> str:
    """Return how a bound account is chosen as the place."""
    return "（也可以点下面的户号）"


# -- refusing a value


def too_short() -> str:
    """Return why too few words are not taken."""
    return "请再多说一点，方便同事查清楚。"


def wrong_form(label: str) -> str:
    """Return why words are not taken that do not look as asked for."""
    return f"这样写还看不出{label}，请再核对一下。"


def wrong_phone() -> str:
    """Return why a number is not taken where one is needed."""
    return "这个号码不像电话，请再发一次。"


def no_account_number(*, skippable: bool) -> str:
    """Return why words are not taken for an account number."""
    return "这里要填户号（电费单、短信或电表上那串数字）；手边没有就写用电地址，同事按地址查" + (
        "，不知道可以点【跳过】。" if skippable else "。"
    )


def choose_one(labels: Sequence[str]) -> str:
    """Return why words are not taken for one of the choices."""
    return f"请从这几项里选一个：{'、'.join(labels)}。"


def named_or_not() -> str:
    """Return why words do not tell whether somebody wants to be known."""
    return "记下了。先选一下：实名还是匿名？"


def no_number() -> str:
    """Return why words are not taken for a number."""
    return "请填一个数字。"


def number_out_of_bounds(low: int | None, high: int | None) -> str:
    """Return why a number is not taken."""
    if low is None:
        return f"数字不能大于{high}，请再核对一下。"
    return f"数字{'不能小于' + str(low) if high is None else f'要在{low}到{high}之间'}，请再核对一下。"


def unread_day(*, passed: bool) -> str:
    """Return the word that no day was understood."""
    named = "“昨天”“上周三”或“11月20号”" if passed else "“下周三”或“12月5号”"
    return f"没看懂是哪一天，请换个说法，比如{named}。"


def day_too_early(on: date, today: date, first: int) -> str:
    """Return why a day is too early."""
    return f"{day(on, today)}太早了，最早可以填{day(today + timedelta(days=first), today)}。"


def day_too_late(on: date, today: date, last: int) -> str:
    """Return why a day is too late."""
    if last <= 0:
        return f"{day(on, today)}还没到，请填已经过去的日子。"
    return f"{day(on, today)}太远了，最晚可以填{day(today + timedelta(days=last), today)}。"


def unread_slot(parts: Sequence[str]) -> str:
    """Return the word that no part of a day was understood."""
    return f"没看懂是什么时候，请说哪天的{'、'.join(parts)}，比如“后天上午”。"


def which_part(on: date, today: date, parts: Sequence[str]) -> str:
    """Return the question for the part of a day."""
    return f"{day(on, today)}的{'还是'.join(parts)}？"


def part_taken(on: date, today: date, parts: Sequence[str]) -> str:
    """Return why a part of a day cannot be had, and which can."""
    return f"{day(on, today)}这个时段同事来不了，当天还可以约{'、'.join(parts)}。"


def no_slots_that_day(on: date, today: date, *, every_day: bool) -> str:
    """Return why a whole day cannot be had."""
    reason = "已经约不上了" if every_day or on == today else "不是工作日，同事不上门"
    return f"{day(on, today)}{reason}，请换一天。"


def slot_day_out_of_bounds(on: date, today: date, first: int, last: int) -> str:
    """Return why a day is too early or too late for an appointment."""
    earliest, latest = (day(today + timedelta(days=days), today) for days in (max(first, 0), last))
    return f"{day(on, today)}约不了，可以约{earliest}到{latest}。"


def slot_passed() -> str:
    """Return the word that a part of a day can no longer be had."""
    return "这个时段已经约不上了，请另选一个。"


# -- days


def day(on: date, today: date) -> str:
    """Return a day as 今天, 明天, 12月5日（周六）."""
    days = (on - today).days
    if days in (-1, 0, 1):
        return ("今天", "明天", "昨天")[days]
    year = f"{on.year}年" if on.year != today.year else ""
    return f"{year}{on.month}月{on.day}日（周{_WEEKDAYS[on.weekday()]}）"


def slot(
    on: date, part: str, today: date, begins: datetime | None = None, ends: datetime | None = None
) -> str:
    """Return a part of a day as 11月25日（周三）上午, with its hours where they are given."""
    hours = f"（{begins:%H:%M}–{ends:%H:%M}）" if begins is not None and ends is not None else ""
    return f"{day(on, today)}{part}{hours}"


# -- reports


def anonymous_told() -> str:
    """Return what somebody is told who stays unknown."""
    return "按匿名受理：同事看不到您是谁。匿名可能影响核实和回复，结果凭工单号在这里就能查。"
