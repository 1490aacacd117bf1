"""What we say about promises that are about to break, have broken or have moved."""

from collections.abc import Sequence

from handlers.wording.tickets import STEPS

_LEADS = {"lead": "班长", "manager": "值班经理"}


def step_name(step: str) -> str:
    """Return a step as customers read it."""
    return STEPS.get(step, step)


def staff_step(step: str) -> str:
    """Return a step as colleagues read it."""
    return step_name(step).replace("您", "客户")


def staff_warning(number: str, kind: str, step: str, moment: str, owner: str) -> str:
    """Return the warning before a limit; `kind` is empty where it must not be seen."""
    who = f"请{owner}抓紧" if owner else "还没有人接手，请尽快安排"
    return f"⏳ {_head(number, kind)}：“{staff_step(step)}”要在{moment}前完成，{who}。"


def staff_overdue(number: str, kind: str, step: str, owner: str) -> str:
    """Return the alarm that a limit has passed, to who works on it."""
    who = f"请{owner}立即跟进" if owner else "还没有人接手，请立即跟进"
    return f"⏱ {_head(number, kind)}：“{staff_step(step)}”已超时，{who}并告知客户原因。"


def staff_escalation(
    number: str, kind: str, step: str, moment: str, rung: str, names: Sequence[str], owner: str
) -> str:
    """Return the alarm to the lead or the manager; without names whoever has that duty is meant."""
    who = f"{_LEADS[rung]}{'、'.join(names)}"
    works = f"（处理人：{owner}）" if owner else "（还没有人接手）"
    return f"🚨 {_head(number, kind)}：“{staff_step(step)}”原定{moment}，仍未完成。请{who}亲自跟进{works}。"


def staff_moved(number: str, step: str, moment: str) -> str:
    """Return the word that the year's calendar moved a promise."""
    return f"📅 {number} 放假安排已公布，“{staff_step(step)}”改为{moment}前。"


def broken(step: str, moment: str, reason: str) -> str:
    """Return the honest word to a customer about a promise that we did not keep."""
    return f"抱歉，原定{moment}前{step_name(step)}，我们没有做到。{_because(reason)}已提醒负责人跟进。"


def broken_average(step: str, length: str, reason: str) -> str:
    """Return the honest word about an average by which this customer has waited too long."""
    return (
        f"抱歉，一般{length}左右{step_name(step)}，这次让您等得更久了。{_because(reason)}已提醒负责人跟进。"
    )


def moved(step: str, moment: str) -> str:
    """Return the word to a customer that the year's calendar gives a promise another day."""
    return f"放假安排已公布：原来的预计时间改为{moment}前{step_name(step)}。"


def _because(reason: str) -> str:
    return f"原因：{reason.rstrip('。')}。" if reason else ""


def _head(number: str, kind: str) -> str:
    return f"{number} {kind}" if kind else number
