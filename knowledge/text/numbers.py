"""Numbers as people type them (三百五十度, 350kwh, 一千二, 1.2万) and the quantities they stand for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

import cn2an

__all__ = ["Quantity", "Unit", "canonical_numbers", "canonical_units", "quantities"]

Unit = Literal[
    "kwh",
    "yuan",
    "month",
    "day",
    "hour",
    "minute",
    "person",
    "kw",
    "volt",
    "ampere",
    "percent",
    "square_metre",
]

_SPELLINGS: dict[Unit, str] = {
    "kwh": "千瓦时 千瓦小时 kwh kw·h kw.h 度电 度 ° 个电 个字",
    "yuan": "元 块钱 块 圆 rmb ¥ 大洋 蚊",
    "month": "个月 月",
    "day": "天 日",
    "hour": "个小时 小时 个钟头 钟头 个钟 h",
    "minute": "分钟",
    "person": "口人 个人 人 口",
    "kw": "千瓦 kw",
    "volt": "伏特 伏 v",
    "ampere": "安培 安 a",
    "percent": "%",
    "square_metre": "平方米 平米 平",
}
_UNITS: dict[str, Unit] = {word: unit for unit, words in _SPELLINGS.items() for word in words.split()}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))

_ONES = "零〇一二三四五六七八九两"
_NUMERAL = re.compile(
    rf"(?<![第之十百千万{_ONES}\d.])(?:"
    rf"(?P<spoken>[{_ONES}十]?(?:[{_ONES}]|[十百千万])*[十百千万](?:零?[{_ONES}])?)"
    rf"|(?P<listed>[零〇一二三四五六七八九]{{3,}})"
    rf"|(?P<single>[一二三四五六七八九两])(?={_UNIT})"
    rf")(?![十百千万{_ONES}分之])"
)
_TEN_THOUSANDS = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)(万|千|百)(?![分\d])")
_QUANTITY = re.compile(rf"(?<![\d.第])(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>{_UNIT})(?![a-z])")
_PREFIXED_MONEY = re.compile(r"¥\s*(?P<number>\d+(?:\.\d+)?)")
_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")} | {"〇": "0", "两": "2"}
_PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_SCALE = {"万": Decimal(10_000), "千": Decimal(1000), "百": Decimal(100)}
# 三百八十千瓦时: the 千 belongs to the unit.
_THOUSANDS_OF_UNITS = re.compile(rf"(?<=[{_ONES}十百千万\d])千(?:瓦时|瓦小时|瓦|伏)")
_LATIN_UNITS = {"千瓦时": "kwh", "千瓦小时": "kwh", "千瓦": "kw", "千伏": "kv"}
# 千万别, 万一, 百姓: the character is no number there.
_NOT_A_NUMBER = re.compile(r"千万(?=[别不要注记])|万一|一百一|十分(?!钟)|百姓|万能|千伏|五口之家|三代同堂")

_ANY_DIGIT = re.compile(r"[\d一二三]")
_STEP_NUMBERS = {"1": "一", "2": "二", "3": "三", "一": "一", "二": "二", "三": "三"}
_STEP = re.compile(
    r"(?:第|(?<![\d一二三四五六七八九十几分这那哪下上每同]))([123一二三])(?:档|阶梯|阶|级电价|段电价)"
)
_KILOVOLT = re.compile(r"(\d)\s*kv(?![a-z])")
_ONE_METER = re.compile(r"[1一]户[1一](?:个)?表")
# How a quantity is written to compare; the others stay as they are.
_SPELT: dict[Unit, str] = {
    "kwh": "度", "yuan": "元", "kw": "千瓦", "volt": "伏", "ampere": "安", "hour": "小时",
}  # fmt: skip
_AMOUNTS: frozenset[Unit] = frozenset({"kwh", "yuan"})
_AMOUNT = "100"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, read from a sentence; `start` is its place in the canonical text."""

    value: Decimal
    unit: Unit
    start: int


def canonical_numbers(text: str) -> str:
    """Return a normalised text with spoken numbers in digits: 三百五十度 → 350度, 1.2万 → 12000."""
    if not any(char in text for char in "零〇一二三四五六七八九两十百千万"):
        return text
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group())
        return "\x00"

    text = _THOUSANDS_OF_UNITS.sub(lambda match: _LATIN_UNITS[match.group()], text)
    text = _NOT_A_NUMBER.sub(keep, text)
    text = _NUMERAL.sub(_digits_of, text)
    text = _TEN_THOUSANDS.sub(lambda match: _plain(Decimal(match[1]) * _SCALE[match[2]]), text)
    for original in kept:
        text = text.replace("\x00", original, 1)
    return text


def canonical_units(text: str) -> str:
    """Return a text in canonical numbers with one spelling of steps and units: 300kwh → 100度.

    How much was used or paid is no part of what is asked: such amounts all read alike.
    """
    if not _ANY_DIGIT.search(text):
        return text
    text = _STEP.sub(lambda match: f"第{_STEP_NUMBERS[match[1]]}档", text)
    text = _ONE_METER.sub("一户一表", text)
    text = _KILOVOLT.sub(r"\1千伏", text)
    return _QUANTITY.sub(_in_one_unit, text)


def _in_one_unit(match: re.Match[str]) -> str:
    unit, number = _UNITS[match["unit"]], match["number"]
    spelling = _SPELT.get(unit)
    if spelling is None or match["unit"] == "月":
        return match.group()
    if unit in _AMOUNTS and Decimal(number) > 1:
        number = _AMOUNT
    return f"{number}{spelling}"


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return every quantity of a normalised text in order, e.g. 三百五十度 as 350 kwh."""
    canonical = canonical_numbers(text)
    found = [
        Quantity(Decimal(match["number"]), _UNITS[match["unit"]], match.start())
        for match in _QUANTITY.finditer(canonical)
    ]
    found += [
        Quantity(Decimal(match["number"]), "yuan", match.start())
        for match in _PREFIXED_MONEY.finditer(canonical)
    ]
    return tuple(sorted(found, key=lambda quantity: quantity.start))


def _digits_of(match: re.Match[str]) -> str:
    word = match.group()
    if match["listed"]:
        return "".join(_DIGITS[char] for char in word)
    if match["single"]:
        return _DIGITS[word]
    if word[0] in "百千万":
        return word  # 百度, 千兆: no number without a leading digit
    # 一千二 is 1200 and 三百五 is 350: the last digit counts in tens of the unit before it.
    if len(word) >= 3 and word[-1] in _ONES and word[-2] in "百千万" and word[-2] != "零":
        head = _value_of(word[:-1])
        if head is None:
            return word
        return _plain(head + Decimal(_DIGITS[word[-1]]) * _PLACES[word[-2]] / 10)
    value = _value_of(word)
    return word if value is None else _plain(value)


def _value_of(word: str) -> Decimal | None:
    convert = cast(Callable[[str, str], int | float], cn2an.cn2an)
    try:
        return Decimal(str(convert(word.replace("两", "二").replace("〇", "零"), "smart")))
    except (ValueError, KeyError):  # cn2an looks odd units up without care
        return None


def _plain(value: Decimal) -> str:
    return format(
        value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize(), "f"
    )
