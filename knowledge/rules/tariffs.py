"""What a consumption costs: the bill arithmetic over the dated price tables, every step kept."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from knowledge.rules.regions import region_name
from knowledge.rules.tariff_book import NoTariffInForce, Season, Tariff, TariffBook, Voltage, default_book
from knowledge.rules.tariff_facts import plain, tariff_facts

__all__ = [
    "Alternative",
    "BillEstimate",
    "BillLine",
    "BillQuestion",
    "NoTariffInForce",
    "bill",
    "tariff_facts",
]

Span = Literal["month", "two_months", "year", "bill"]
"""What the kWh were used in; `bill` is one billing period of the region (Taiwan: two months)."""

_ZERO = Decimal(0)
_TIERS = "零一二三四五六七八九"
_SMALLEST_COIN = {"CNY": Decimal("0.01"), "TWD": Decimal(1)}


@dataclass(frozen=True, slots=True)
class BillQuestion:
    """What a customer wants computed; `month` is any day of the (last) month of the bill.

    `used_this_year` are the kWh before this month, for tiers that accumulate over the year; None = unknown.
    `month_named` and `region_named` tell whether the customer said so or we supplied it.
    """

    region: str
    month: date
    kwh: Decimal | None = None
    customer: str = "residential"
    voltage: Voltage = "lv"
    span: Span = "bill"
    used_this_year: Decimal | None = None
    peak_kwh: Decimal | None = None
    valley_kwh: Decimal | None = None
    people: int | None = None
    low_income: bool = False
    month_named: bool = False
    region_named: bool = False

    @property
    def total_kwh(self) -> Decimal | None:
        """The consumption, from peak and valley where those are given."""
        if self.peak_kwh is not None and self.valley_kwh is not None:
            return self.peak_kwh + self.valley_kwh
        return self.kwh

    def normal(self) -> "BillQuestion":
        """Return the question with the missing one of total, peak and valley filled in."""
        total = self.total_kwh
        if total is None:
            return self
        if self.peak_kwh is not None:
            return replace(self, kwh=total, valley_kwh=total - self.peak_kwh)
        if self.valley_kwh is not None:
            return replace(self, kwh=total, peak_kwh=total - self.valley_kwh)
        return self


@dataclass(frozen=True, slots=True)
class BillLine:
    """One step of a bill; `amount` is exact, `kwh` and `price` are None for fees."""

    label: str
    kwh: Decimal | None
    price: Decimal | None
    amount: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """The total under another assumption."""

    label: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class BillEstimate:
    """An estimated bill: its steps, the total rounded half up once at the end, and what was assumed."""

    question: BillQuestion
    lines: tuple[BillLine, ...]
    unrounded: Decimal
    total: Decimal
    currency: str
    months: int
    season: str
    assumptions: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    sources: tuple[str, ...]
    trust: str
    confirmed: bool


@dataclass(slots=True)
class _Draft:
    """A bill while it is written."""

    lines: list[BillLine] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    season: str = ""


def bill(question: BillQuestion, book: TariffBook | None = None) -> BillEstimate:
    """Return the estimated bill.

    Raises NoTariffInForce where no table covers the month, the class or the time of use, and ValueError for a
    question without kWh or with negative ones.
    """
    book = book or default_book()
    question = question.normal()
    if (
        question.kwh is None
        or min(
            question.kwh,
            question.peak_kwh or _ZERO,
            question.valley_kwh or _ZERO,
            question.used_this_year or _ZERO,
        )
        < 0
    ):
        raise ValueError("a bill needs kWh, none of them negative")
    table = book.find(question.region, question.month, customer=question.customer, voltage=question.voltage)
    months = _months(question, table)
    draft = _draft(question, table, months)
    if table.customer != question.customer:
        draft.assumptions.append(f"{book.policy.classes[question.customer].name}按居民合表电价计算")
    unrounded = sum((line.amount for line in draft.lines), _ZERO)
    return BillEstimate(
        question=question,
        lines=tuple(draft.lines),
        unrounded=unrounded,
        total=_round(unrounded, table),
        currency=table.currency,
        months=months,
        season=draft.season,
        assumptions=tuple(draft.assumptions),
        alternatives=tuple(_alternatives(question, table, months, book)),
        sources=(table.source,),
        trust=table.trust,
        confirmed=table.confirmed,
    )


def _months(question: BillQuestion, table: Tariff) -> int:
    return {"month": 1, "two_months": 2, "year": 12, "bill": table.months_per_bill}[question.span]


def _round(amount: Decimal, table: Tariff) -> Decimal:
    return amount.quantize(_SMALLEST_COIN[table.currency], ROUND_HALF_UP)


def _draft(question: BillQuestion, table: Tariff, months: int) -> _Draft:
    draft = _Draft()
    seasons = [(table.season_of(question.month.month), months)]
    if question.span == "year" and len(table.seasons) > 1:
        seasons = [(season, season.length) for season in table.seasons]
        draft.assumptions.append("全年用电按每个月一样多估算")
    elif len(table.seasons) > 1:
        draft.season = seasons[0][0].name
        if months > 1 and table.season_of((question.month.month - 2) % 12 + 1) != seasons[0][0]:
            draft.assumptions.append(f"这期账单跨了季节，全部按{draft.season}电价估算")
    if question.span == "bill" and months > 1:
        draft.assumptions.append(f"按{_TIERS[months] if months != 2 else '两'}个月一次的账单计算")
    if question.peak_kwh is not None and question.valley_kwh is not None and table.customer == "residential":
        _add_time_of_use(draft, question, table, months)
    else:
        for season, length in seasons:
            _add_tiers(draft, question, table, season, length, share=Decimal(length) / Decimal(months))
    _add_household(draft, question, table, months)
    return draft


def _add_tiers(
    draft: _Draft, question: BillQuestion, table: Tariff, season: Season, months: int, *, share: Decimal
) -> None:
    kwh = (question.kwh or _ZERO) * share
    parts = _split(kwh, *_limits(draft, question, table, season.limits, months))
    several = question.span == "year" and len(table.seasons) > 1
    for tier, part in enumerate(parts):
        if part or (tier == 0 and not kwh):
            label = f"{season.name}{_tier_name(tier, table)}" if several else _tier_name(tier, table)
            draft.lines.append(BillLine(label, part, season.prices[tier], part * season.prices[tier]))
    if table.minimum_per_month is not None:
        least = table.minimum_per_month * months
        amount = sum((line.amount for line in draft.lines), _ZERO)
        if amount < least and not several:
            draft.lines.append(BillLine("补足每月最低电费", None, None, least - amount))


def _add_time_of_use(draft: _Draft, question: BillQuestion, table: Tariff, months: int) -> None:
    tou = table.tou
    season = next((one for one in tou.seasons if one.holds_in(question.month.month)), None) if tou else None
    if tou is None or season is None or not season.valley:
        raise NoTariffInForce(
            question.region,
            question.month,
            "time_of_use",
            f"我这里没有{region_name(question.region)}可用的居民峰谷电价，没法按峰谷估算；告诉我总度数，我可以按阶梯电价算。",
        )
    if question.span == "year" and (tou.crossing == "flat_surcharge" or len(tou.seasons) > 1):
        raise NoTariffInForce(
            question.region,
            question.month,
            "time_of_use",
            "峰谷电费要一个月一个月地算，全年的总数我算不准；请告诉我某个月的峰、谷度数。",
        )
    peak, valley = question.peak_kwh or _ZERO, question.valley_kwh or _ZERO
    tiers = table.season_of(question.month.month)
    limits = season.limits if season.limits is not None else tiers.limits
    parts = _split(peak + valley, *_limits(draft, question, table, limits, months))
    peak_prices = season.peak or tiers.prices[:1]
    reached = [tier for tier, part in enumerate(parts) if part] or [0]
    if tou.crossing == "first_tier_only" and reached[-1] > 0:
        raise NoTariffInForce(
            question.region,
            question.month,
            "tier_unknown",
            f"{region_name(question.region)}第二档以上的低谷电价说法不一，还没有确认，这一笔我不猜；"
            "告诉我总度数，我可以按阶梯电价算。",
        )
    tier = reached[0]
    if tou.crossing == "flat_surcharge" and len(reached) == 1 and tier > 0:
        # Wholly above a limit: the meter's peak and valley kWh have prices of their own.
        name = _tier_name(tier, table)
        draft.lines.append(BillLine(f"{name}峰时", peak, season.peak[tier], peak * season.peak[tier]))
        draft.lines.append(BillLine(f"{name}谷时", valley, season.valley[tier], valley * season.valley[tier]))
    else:
        draft.lines.append(BillLine("峰时", peak, peak_prices[0], peak * peak_prices[0]))
        draft.lines.append(BillLine("谷时", valley, season.valley[0], valley * season.valley[0]))
        for tier, part in enumerate(parts[1:], start=1):
            if part:
                rate = season.surcharges[tier - 1]
                over = f"{_tier_name(tier, table)}加价" if season.limits is None else "超出部分加价"
                note = "跨档当月峰谷加价相同" if tou.crossing == "flat_surcharge" else ""
                draft.lines.append(BillLine(over, part, rate, part * rate, note))
    if tou.basic_fee_per_month:
        draft.lines.append(BillLine("基本电费", None, None, tou.basic_fee_per_month * months))


def _limits(
    draft: _Draft, question: BillQuestion, table: Tariff, limits: tuple[Decimal, ...], months: int
) -> tuple[tuple[Decimal, ...], Decimal]:
    """Return the limits in kWh that hold for this bill, and the kWh used before that count."""
    if not limits:
        return (), _ZERO
    shift = _shift(question, table)
    if table.accumulate == "month":
        return tuple((limit + shift) * months for limit in limits), _ZERO
    if question.span == "year":
        return tuple(limit + shift * 12 for limit in limits), _ZERO
    if question.used_this_year is not None:
        draft.assumptions.append(f"按今年此前已用{plain(question.used_this_year)}度累计")
        return tuple(limit + shift * 12 for limit in limits), question.used_this_year
    draft.assumptions.append(
        "当地阶梯按全年累计，这里把全年档位平均到每个月来算；知道今年已用多少度可以算得更准"
    )
    return tuple((limit / 12 + shift) * months for limit in limits), _ZERO


def _shift(question: BillQuestion, table: Tariff) -> Decimal:
    rule = table.multi_person
    return rule.shift_per_month if rule and (question.people or 0) >= rule.min_people else _ZERO


def _split(kwh: Decimal, limits: tuple[Decimal, ...], used: Decimal) -> list[Decimal]:
    """Return the kWh per tier above the `used` ones; a limit itself belongs to the lower tier."""
    parts: list[Decimal] = []
    bottom = _ZERO
    for limit in limits:
        parts.append(max(_ZERO, min(used + kwh, limit) - max(used, bottom)))
        bottom = limit
    parts.append(max(_ZERO, used + kwh - max(used, bottom)))
    return parts


def _tier_name(tier: int, table: Tariff) -> str:
    return "电费" if table.accumulate == "flat" else f"第{_TIERS[tier + 1]}档"


def _add_household(draft: _Draft, question: BillQuestion, table: Tariff, months: int) -> None:
    rule = table.multi_person
    if question.people is not None and table.customer == "residential":
        if rule is None:
            draft.assumptions.append("当地的多人口政策我还没有资料，没有计入")
        elif question.people >= rule.min_people:
            draft.assumptions.append(
                f"按已办理多人口优惠计算，每档每月多{plain(rule.shift_per_month)}度；没办理的话要先申请"
            )
        else:
            draft.assumptions.append(f"当地多人口优惠要满{rule.min_people}人，没有计入")
    if not question.low_income:
        return
    free = table.low_income_free_kwh
    if free is None or table.customer != "residential":
        draft.assumptions.append("当地的低保免费电量我还没有资料，没有扣减")
        return
    kwh = min(question.kwh or _ZERO, free * months)
    price = table.seasons[0].prices[0]
    if question.valley_kwh is not None and table.tou:
        price = min(min(season.valley, default=price) for season in table.tou.seasons)
        draft.assumptions.append("免费电量按谷时第一档价格扣减")
    draft.lines.append(BillLine("免费电量", kwh, -price, -(kwh * price)))
    draft.assumptions.append("按已享受低保、特困免费电量计算")


def _alternatives(question: BillQuestion, table: Tariff, months: int, book: TariffBook) -> list[Alternative]:
    found: list[Alternative] = []
    yearly = table.accumulate == "year" and question.span != "year" and question.used_this_year is None
    if yearly:
        first = _draft(replace(question, used_this_year=_ZERO), table, months)
        found.append(_alternative("今年累计还在第一档", first, table))
    rule = table.multi_person
    people = question.people or 0
    if rule and rule.flat_from_people and people >= rule.flat_from_people and question.valley_kwh is None:
        price: Decimal | None = None
        if rule.flat_surcharge is not None:
            price = table.seasons[0].prices[0] + rule.flat_surcharge
        else:
            shared = [
                one for one in book.tariffs if (one.region, one.customer) == (table.region, "shared_meter")
            ]
            price = next((one.seasons[0].prices[0] for one in shared if one.covers(question.month)), None)
        if price is not None:
            amount = _round((question.kwh or _ZERO) * price, table)
            found.append(Alternative(f"满{rule.flat_from_people}人改选不分档的合表电价", amount))
    return found


def _alternative(label: str, draft: _Draft, table: Tariff) -> Alternative:
    return Alternative(label, _round(sum((line.amount for line in draft.lines), _ZERO), table))
