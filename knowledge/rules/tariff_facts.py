"""The figures of the price tables as facts for answers ({tariff.price1}, {tou.peak_hours} …)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from knowledge.rules.tariff_book import (
    NoTariffInForce,
    Season,
    Tariff,
    TariffBook,
    TouSeason,
    Voltage,
    Window,
    default_book,
)
from knowledge.sources import Trust

__all__ = ["DerivedFact", "plain", "tariff_fact_rows", "tariff_facts"]

_CURRENCY = {"CNY": "元", "TWD": "元新台币"}
_COUNT = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class DerivedFact:
    """One figure of a price table, said as in a sentence, with where it comes from."""

    id: str
    say: str
    source: str
    article: str
    valid_from: date
    valid_to: date | None
    checked_on: date
    trust: Trust
    confirmed: bool


def tariff_facts(region: str, on: date, book: TariffBook | None = None) -> dict[str, str]:
    """Return what can be said of a region's prices on a day, by fact id; a figure not known is absent."""
    return {key: fact.say for key, fact in tariff_fact_rows(region, on, book).items()}


def tariff_fact_rows(region: str, on: date, book: TariffBook | None = None) -> dict[str, DerivedFact]:
    """Return the same facts with source, period and trust."""
    book = book or default_book()
    rows: dict[str, DerivedFact] = {}
    home = _table(book, region, on, "residential")
    if home is not None:
        for key, say in (_tier_facts(home) | _tou_facts(home) | _household_facts(home)).items():
            rows[key] = _row(key, say, home)
    for key, customer, voltage in (
        ("tariff.shared_meter_price", "shared_meter", "lv"),
        ("tariff.shared_meter_price_mv", "shared_meter", "mv"),
        ("tariff.ev_pile_price", "ev_pile", "lv"),
        ("tariff.institution_price", "institution", "lv"),
    ):
        table = _table(book, region, on, customer, "mv" if voltage == "mv" else "lv")
        if table is not None:
            rows[key] = _row(key, _price(table.seasons[0].prices[0], table), table)
    return rows


def plain(figure: Decimal) -> str:
    """Return a figure without exponent and without idle zeros: 0.4883, 2880, 2.5."""
    return f"{figure.normalize():f}"


def _table(book: TariffBook, region: str, on: date, customer: str, voltage: Voltage = "lv") -> Tariff | None:
    try:
        return book.find(region, on, customer=customer, voltage=voltage)
    except NoTariffInForce:
        return None


def _row(key: str, say: str, table: Tariff) -> DerivedFact:
    return DerivedFact(
        id=key,
        say=say,
        source=table.source,
        article=table.article,
        valid_from=table.valid_from,
        valid_to=table.valid_to,
        checked_on=table.checked_on,
        trust=table.trust,
        confirmed=table.confirmed,
    )


def _tier_facts(table: Tariff) -> dict[str, str]:
    per = "全年" if table.accumulate == "year" else "每月"
    tiers = len(table.seasons[0].prices)
    facts = {
        "tariff.tier_count": f"{_COUNT[tiers]}档",
        "tariff.accumulation": "按自然年累计" if table.accumulate == "year" else "按月计算",
    }
    for tier in range(tiers - 1):
        said = [f"{per}{plain(season.limits[tier])}度" for season in table.seasons]
        facts[f"tariff.limit{tier + 1}"] = _by_season(said, table.seasons)
    for tier in range(tiers):
        said = [_price(season.prices[tier], table) for season in table.seasons]
        facts[f"tariff.price{tier + 1}"] = _by_season(said, table.seasons)
    return facts


def _tou_facts(table: Tariff) -> dict[str, str]:
    tou = table.tou
    if tou is None:
        return {}
    days = "工作日" if tou.weekdays_only else ""
    rest = "，周六、周日和节假日全天" if tou.weekdays_only else ""
    facts: dict[str, str] = {}
    if all(season.peak for season in tou.seasons):
        facts["tou.peak_price"] = _by_season(
            [_price(season.peak[0], table) for season in tou.seasons], tou.seasons
        )
    if all(season.valley for season in tou.seasons):
        facts["tou.valley_price"] = _by_season(
            [_price(season.valley[0], table) for season in tou.seasons], tou.seasons
        )
    if all(season.peak_windows for season in tou.seasons):
        facts["tou.peak_hours"] = _by_season(
            [days + _hours(season.peak_windows) for season in tou.seasons], tou.seasons
        )
    if all(season.valley_windows for season in tou.seasons):
        facts["tou.valley_hours"] = (
            _by_season([days + _hours(season.valley_windows) for season in tou.seasons], tou.seasons) + rest
        )
    return facts


def _household_facts(table: Tariff) -> dict[str, str]:
    facts: dict[str, str] = {}
    if table.multi_person:
        facts["multi_person.min_people"] = f"{table.multi_person.min_people}人"
        facts["multi_person.extra"] = f"每月{plain(table.multi_person.shift_per_month)}度"
        if table.multi_person.flat_from_people:
            facts["multi_person.flat_from"] = f"{table.multi_person.flat_from_people}人"
    if table.low_income_free_kwh:
        facts["low_income.free"] = f"每月{plain(table.low_income_free_kwh)}度"
    if table.minimum_per_month:
        facts["tariff.minimum"] = f"每月{plain(table.minimum_per_month)}{_CURRENCY[table.currency]}"
    return facts


def _price(figure: Decimal, table: Tariff) -> str:
    return f"每度{plain(figure)}{_CURRENCY[table.currency]}"


def _by_season(said: Sequence[str], seasons: Sequence[Season | TouSeason]) -> str:
    """Return one sentence part; months are named only where they make a difference."""
    months: dict[str, list[str]] = {}
    for text, season in zip(said, seasons, strict=True):
        first, last = season.months
        until = f"次年{last}月" if last < first else f"{last}月"
        months.setdefault(text, []).append(f"{first}月至{until}")
    if len(months) == 1:
        return said[0]
    return "，".join(f"{'、'.join(spans)}{text}" for text, spans in months.items())


def _hours(windows: tuple[Window, ...]) -> str:
    return "、".join(f"{_hour(start)}至{_until(start, end)}" for start, end in windows)


def _until(start: time, end: time) -> str:
    if end == time(0):
        return "24点"
    return ("次日" if end <= start else "") + _hour(end)


def _hour(moment: time) -> str:
    return f"{moment.hour}点" + (f"{moment.minute}分" if moment.minute else "")
