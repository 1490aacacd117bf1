"""The dated price tables of every region (data/tariffs/), checked when they are loaded."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from knowledge.data_files import read_yaml
from knowledge.rules.regions import region_name
from knowledge.sheets import BadContent, Problem, Row, read_values, yaml_files
from knowledge.sources import Trust

__all__ = [
    "MultiPerson",
    "NoTariffInForce",
    "Season",
    "Tariff",
    "TariffBook",
    "TimeOfUse",
    "TouSeason",
    "month_after",
]

_FOLDER = Path(__file__).parent.parent / "data" / "tariffs"

Voltage = Literal["lv", "mv"]
"""lv: metered below 1 kV; mv: at 1 kV or above."""


def _exact(value: Any) -> Decimal:
    # A bare 0.4883 in YAML is already a binary float; only text keeps the price as it was printed.
    if not isinstance(value, str):
        raise ValueError('数字要写成带引号的文字，例如 "0.4883"')
    try:
        return Decimal(value)
    except InvalidOperation:
        raise ValueError("不是数字") from None


def _clock(value: Any) -> time:
    if value == "24:00":
        return time(0)
    if not isinstance(value, str):
        raise ValueError('时刻要写成带引号的文字，例如 "22:00"')
    return time.fromisoformat(value)


Figure = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, allow_inf_nan=False)]
Clock = Annotated[time, BeforeValidator(_clock)]
Month = Annotated[int, Field(ge=1, le=12)]
Window = tuple[Clock, Clock]


class _Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Seasonal(_Sheet):
    months: tuple[Month, Month]
    """First and last month, both included; November to April runs over the new year."""

    def holds_in(self, month: int) -> bool:
        first, last = self.months
        return first <= month <= last if first <= last else month >= first or month <= last

    @property
    def length(self) -> int:
        return sum(self.holds_in(month) for month in range(1, 13))


class Season(_Seasonal):
    """The tiers of some months: `limits` in kWh a month (or a year), one price more than limits."""

    name: str = ""
    limits: tuple[Figure, ...]
    prices: tuple[Figure, ...]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.prices) != len(self.limits) + 1:
            raise ValueError("prices 要比 limits 多一个")
        if list(self.limits) != sorted(set(self.limits)):
            raise ValueError("limits 要从小到大")
        return self


class TouSeason(_Seasonal):
    """Peak and valley of some months; windows are half-open, 22:00 belongs to what begins then."""

    peak_windows: tuple[Window, ...] = ()
    valley_windows: tuple[Window, ...] = ()
    peak: tuple[Figure, ...] = ()
    valley: tuple[Figure, ...] = ()
    limits: tuple[Figure, ...] | None = None
    surcharges: tuple[Figure, ...] = ()

    def period_at(self, moment: time) -> Literal["peak", "valley", "flat"]:
        """Return which period a time of a working day belongs to."""
        if any(_within(moment, window) for window in self.valley_windows):
            return "valley"
        if not self.peak_windows or any(_within(moment, window) for window in self.peak_windows):
            return "peak"
        return "flat"


class TimeOfUse(_Sheet):
    """Peak and valley (峰谷) prices: first by the hour, then the tier surcharge.

    `crossing`: surcharge = the same surcharge on peak and valley kWh above a limit; flat_surcharge = so
    only in the month that crosses a limit, separate prices afterwards; first_tier_only = the prices above
    are not known.
    """

    crossing: Literal["surcharge", "flat_surcharge", "first_tier_only"]
    weekdays_only: bool = False
    basic_fee_per_month: Figure = Decimal(0)
    seasons: tuple[TouSeason, ...]


class MultiPerson(_Sheet):
    """Large households (一户多人口): limits shift by so many kWh a month, or a flat price instead."""

    min_people: PositiveInt
    shift_per_month: Figure
    flat_from_people: PositiveInt | None = None
    flat_surcharge: Figure | None = None
    """Added to the first price; None: the region's shared-meter price."""


class Tariff(_Sheet):
    """One price table of one region, in force from `valid_from` until before `valid_to`."""

    id: str
    region: str
    customer: str
    also_for: tuple[str, ...] = ()
    voltage: Voltage
    currency: Literal["CNY", "TWD"]
    accumulate: Literal["year", "month", "flat"]
    months_per_bill: PositiveInt = 1
    seasons: tuple[Season, ...]
    minimum_per_month: Figure | None = None
    tou: TimeOfUse | None = None
    multi_person: MultiPerson | None = None
    low_income_free_kwh: Figure | None = None
    source: str
    article: str = ""
    valid_from: date
    valid_to: date | None
    checked_on: date
    trust: Trust
    confirmed: bool
    note: str

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("valid_to 要晚于 valid_from")
        for what, seasons in (
            ("seasons", self.seasons),
            ("tou.seasons", self.tou.seasons if self.tou else None),
        ):
            if seasons is not None:
                for month in range(1, 13):
                    if sum(season.holds_in(month) for season in seasons) != 1:
                        raise ValueError(f"{what}：{month}月要恰好属于一个季节")
        if self.accumulate == "year" and len(self.seasons) != 1:
            raise ValueError("按年累计时只能有一个季节")
        if self.tou:
            self._check_surcharges(self.tou)
        return self

    def _check_surcharges(self, tou: TimeOfUse) -> None:
        for season in tou.seasons:
            tiers = len(season.limits if season.limits is not None else self.seasons[0].limits)
            if tou.crossing != "first_tier_only" and len(season.surcharges) != tiers:
                raise ValueError("tou.seasons：surcharges 要和 limits 一样多")
            if any(len(prices) not in (0, 1, tiers + 1) for prices in (season.peak, season.valley)):
                raise ValueError("tou.seasons：peak 和 valley 要么一个价，要么每档一个价")

    def season_of(self, month: int) -> Season:
        return next(season for season in self.seasons if season.holds_in(month))

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class CustomerClass(_Sheet):
    """A class of customers; `market` ones buy at prices we may not quote."""

    name: str
    market: bool = False


class _Policy(_Sheet):
    horizon_months: PositiveInt
    largest_kwh: Figure
    classes: Mapping[str, CustomerClass]


class NoTariffInForce(Exception):
    """Raised when no price table covers a bill; `sentence` says so to a customer.

    `reason`: before | beyond | no_table | market | time_of_use | tier_unknown.
    """

    def __init__(self, region: str, month: date, reason: str, sentence: str) -> None:
        self.region = region
        self.month = month
        self.reason = reason
        self.sentence = sentence
        super().__init__(f"{region} {month:%Y-%m}: {reason}")


class TariffBook:
    """All price tables, and the question which of them is in force."""

    def __init__(self, tariffs: tuple[Tariff, ...], policy: _Policy) -> None:
        self.tariffs = tariffs
        self.policy = policy

    @classmethod
    def load(cls, folder: Path = _FOLDER) -> Self:
        """Read every file of the folder; raises BadContent naming file, line and field of every fault."""
        problems: list[Problem] = []
        policy_file = folder / "policy.yaml"
        paths = [path for path in yaml_files(folder) if path != policy_file]
        rows = read_values(paths, TypeAdapter(Tariff), problems)
        _refuse_overlaps(rows, problems)
        policy: _Policy | None = None
        try:
            policy = _Policy.model_validate(read_yaml(policy_file))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            problems.append(Problem(policy_file.name, 0, "", "field", f"读不懂：{error}"))
        if policy is not None:
            for row, tariff in rows:
                problems.extend(
                    row.problem("field", f"字段 customer：没有 {customer} 这一类")
                    for customer in (tariff.customer, *tariff.also_for)
                    if customer not in policy.classes
                )
        if problems or policy is None:
            raise BadContent(problems)
        return cls(tuple(tariff for _, tariff in rows), policy)

    def find(
        self, region: str, month: date, *, customer: str = "residential", voltage: Voltage = "lv"
    ) -> Tariff:
        """Return the table for a month; raises NoTariffInForce, KeyError for an unknown class or region."""
        place, what = region_name(region), self.policy.classes[customer]
        if what.market:
            raise NoTariffInForce(
                region,
                month,
                "market",
                f"{what.name}用电按市场化电价结算，每月不同，我不能估算，请以账单或合同为准。",
            )
        tables = self._tables(region, customer, voltage)
        if not tables:
            raise NoTariffInForce(
                region,
                month,
                "no_table",
                f"我这里没有{place}{what.name}的电价表，没法估算，请以供电公司公布的电价为准。",
            )
        first = month.replace(day=1)
        for tariff in tables:
            if tariff.covers(first):
                if first > month_after(tariff.checked_on, self.policy.horizon_months):
                    break
                return tariff
        early = first < min(tariff.valid_from for tariff in tables)
        raise NoTariffInForce(
            region,
            month,
            "before" if early else "beyond",
            f"我这里没有{place}{month.year}年{month.month}月的{what.name}电价，"
            + ("太早的月份" if early else "还没公布的电价")
            + "我不猜，请以当月账单为准。",
        )

    def _tables(self, region: str, customer: str, voltage: Voltage) -> list[Tariff]:
        of_region = [
            tariff for tariff in self.tariffs if tariff.region == region and tariff.voltage == voltage
        ]
        own = [tariff for tariff in of_region if tariff.customer == customer]
        return own or [tariff for tariff in of_region if customer in tariff.also_for]


@cache
def default_book() -> TariffBook:
    """Return the shipped price tables, read once."""
    return TariffBook.load()


def month_after(day: date, months: int) -> date:
    """Return the first of the month so many months after the day's month."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _refuse_overlaps(rows: list[tuple[Row, Tariff]], problems: list[Problem]) -> None:
    seen: set[str] = set()
    for position, (row, tariff) in enumerate(rows):
        if tariff.id in seen:
            problems.append(row.problem("duplicate-id", f"电价表 {tariff.id} 已经有了。"))
        seen.add(tariff.id)
        try:
            region_name(tariff.region)
        except KeyError:
            problems.append(row.problem("field", f"字段 region：没有 {tariff.region} 这个地区"))
        for _, other in rows[:position]:
            same = (tariff.region, tariff.customer, tariff.voltage) == (
                other.region,
                other.customer,
                other.voltage,
            )
            if same and _overlap(tariff, other):
                problems.append(row.problem("overlap", f"字段 valid_from：和 {other.id} 的有效期重叠"))


def _overlap(one: Tariff, other: Tariff) -> bool:
    return (one.valid_to is None or other.valid_from < one.valid_to) and (
        other.valid_to is None or one.valid_from < other.valid_to
    )


def _within(moment: time, window: Window) -> bool:
    start, end = window
    if start < end:
        return start <= moment < end
    return moment >= start or moment < end
