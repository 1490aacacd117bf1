"""An estimated bill in words: every step shown, and always called an estimate."""

from decimal import Decimal

from knowledge.rules.regions import region_name
from knowledge.rules.tariff_book import default_book, month_after
from knowledge.rules.tariff_facts import plain
from knowledge.rules.tariffs import Alternative, BillEstimate, BillLine

__all__ = ["explain", "money"]

_UNIT = {"CNY": "元", "TWD": "元新台币"}


def explain(estimate: BillEstimate) -> list[str]:
    """Return the estimate as lines of Chinese: what was asked, each step, the total, what was assumed."""
    question = estimate.question
    what = default_book().policy.classes[question.customer].name
    season = f"（{estimate.season}）" if estimate.season else ""
    if question.span == "year":
        when = f"{question.month.year}年全年"
    elif estimate.months > 1:
        start = month_after(question.month, 1 - estimate.months)
        when = f"{start.year}年{start.month}月至{question.month.month}月"
    else:
        when = f"{question.month.year}年{question.month.month}月"
    total = money(estimate.total, estimate.currency)
    lines = [
        f"{region_name(question.region)}{what}，{when}{season}用电{plain(question.kwh or Decimal(0))}度，"
        f"**估算约{total}**："
    ]
    lines += [f"- {_step(line, estimate.currency)}" for line in estimate.lines]
    lines += [
        f"如果{other.label}，约{money(other.total, estimate.currency)}。" for other in _telling(estimate)
    ]
    if estimate.assumptions:
        lines.append("算法说明：" + "；".join(estimate.assumptions) + "。")
    lines.append("以上是估算，以实际账单为准" + ("。" if estimate.confirmed else "；电价待供电公司确认。"))
    return lines


def money(amount: Decimal, currency: str) -> str:
    """Return an amount as a customer reads it, e.g. 176.41元 or 2,030元新台币."""
    return f"{amount:,}{_UNIT[currency]}"


def _telling(estimate: BillEstimate) -> list[Alternative]:
    return [other for other in estimate.alternatives if other.total != estimate.total]


def _step(line: BillLine, currency: str) -> str:
    unit = _UNIT[currency]
    note = f"（{line.note}）" if line.note else ""
    if line.kwh is None or line.price is None:
        return f"{line.label} {plain(line.amount)}{unit}{note}"
    return f"{line.label} {plain(line.kwh)}度 × {plain(line.price)} = {plain(line.amount)}{unit}{note}"
