"""What our reminders of bills and credit say; figures of rules stay placeholders until they are filled."""

from datetime import date
from decimal import Decimal

_HEADS = {"friendly": "电费提醒", "plain": "电费提醒", "firm": "电费逾期提醒"}


def yuan(fen: int) -> str:
    """Return an amount in fen as 86.50元."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}元"


def account(tail: str, nickname: str) -> str:
    """Return how an account is named: its tail, and what its owner calls it."""
    return f"户号{tail}（{nickname}）" if nickname else f"户号{tail}"


def month(period: str) -> str:
    """Return a billing period as 2026年10月."""
    year, _, number = period.partition("-")
    return f"{year}年{int(number)}月"


def day(on: date) -> str:
    """Return a day as 11月28日."""
    return f"{on.month}月{on.day}日"


def bill_notice(
    *,
    tone: str,
    named: str,
    period: str,
    owed_fen: int,
    due_on: date,
    days_overdue: int,
    fee: Decimal | None,
    rate_fact: str,
    may_mention_cutoff: bool,
    may_stop: bool,
) -> str:
    """Return the reminder of a bill; `days_overdue` below zero are days still left."""
    head = f"**【{_HEADS[tone]}】**{named}，{month(period)}电费待交**{yuan(owed_fen)}**，"
    if days_overdue < 0:
        lines = [f"{head}请在{day(due_on)}前交清（还有{-days_overdue}天）。"]
    elif days_overdue == 0:
        lines = [f"{head}今天（{day(due_on)}）是交费截止日。"]
    else:
        lines = [f"{head}截止日{day(due_on)}，已过{days_overdue}天。"]
    rule = f"逾期按规定加收违约金（{{{rate_fact}}}）"
    if days_overdue > 0 and fee is not None:
        rule += f"，到今天估算约{fee}元，以账单为准"
    lines.append(f"{rule}。")
    if may_mention_cutoff:
        lines.append(
            "逾期{arrears.cutoff.after_days}、经催交仍未交的，供电公司可以按规定程序停电，"
            "停电前会另行书面通知。这条消息不是停电通知书。"
        )
    lines += _closing(may_stop=may_stop)
    return "\n".join(lines)


def credit_notice(*, named: str, credit_fen: int, may_stop: bool) -> str:
    """Return the reminder of a prepaid account's credit."""
    if credit_fen < 0:
        lines = [
            f"**【余额提醒】**{named}，预付电费**余额已用完**，目前{yuan(credit_fen)}。",
            "预付费按合同约定供电，余额用完可能停电，请尽快充值；充值到账后会自动恢复。",
        ]
    else:
        lines = [
            f"**【余额提醒】**{named}，预付电费**余额不足**，还剩{yuan(credit_fen)}。",
            "为不影响用电，请及时充值。",
        ]
    return "\n".join([*lines, *_closing(may_stop=may_stop)])


def _closing(*, may_stop: bool) -> list[str]:
    stop = "；不想再收，回复“退订”" if may_stop else ""
    return [
        "可在{utility.app}或{utility.counter}交费；**如已交费请忽略**。",
        f"对金额有异议、一时交不上，点下面的按钮；要找人，回复“人工”{stop}。",
        "本账号不会发付款链接，也不会要密码、验证码。",
    ]
