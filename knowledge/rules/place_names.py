"""Place names taken apart: town, road, community, and the house numbers behind them."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from knowledge.text.normalise import normalise
from knowledge.text.numbers import canonical_numbers
from knowledge.text.pinyin import sound

__all__ = ["Numbers", "Place", "place_of", "places_in", "sounds"]

Unit = Literal["house", "building", "group"]

_COMMON_ENDS = (
    "小区|花园|家园|新村|公寓|社区|大厦|广场|大院|宿舍|家属院|家属楼|楼|学校|医院|市场|工业园|园区|花苑|雅苑"
)
# A name ends after these; a community's own ending (花园, 苑 …) ends the whole place and is no cut.
_CUT = re.compile(
    rf"(?:(?<=[\u4e00-\u9fff]{{2}})(?:街道|大道|大街|胡同|[镇乡县])|(?<=[\u4e00-\u9fff]{{2}})市(?!场|民|政|委|集)|"
    rf"(?<=[\u4e00-\u9fff]{{2}})(?<![小社园片厂校库景城街])区|(?<=[\u4e00-\u9fff])[路街巷弄](?!道|区|口|边))"
    rf"(?=[\u4e00-\u9fffa-z])(?!(?:{_COMMON_ENDS})(?![\u4e00-\u9fff]))(?![镇乡县区路街巷弄道])"
)
_DIGITS = "零一二三四五六七八九十百〇两"
_CHINESE_NUMBER = re.compile(rf"[{_DIGITS}]+(?=(?:号楼|号院|号|栋|幢|座|单元|弄|期|组|队))")
_UNIT_WORD = r"(号楼|栋|幢|座|组|队|号院|号)"
_RANGE = re.compile(rf"(\d{{1,5}}){_UNIT_WORD}?(?:-|~|至|到)(\d{{1,5}}){_UNIT_WORD}?")
_SINGLE = re.compile(rf"(\d{{1,5}}){_UNIT_WORD}?(?![\d千k期路院])")
_PARITY = {"odd": re.compile(r"单号|奇数"), "even": re.compile(r"双号|偶数")}
_EXCEPT = re.compile(r"[^,，(]*?除外|(?:除|不含|不包括)[^,，)]*")
_VAGUE = re.compile(r"部分|局部|个别|至[^\d]{2,8}段|以[东南西北]|段\)?$")
_TAIL = re.compile(
    r"(?:沿线|沿街|一带|附近|周边|片区|地段|全部|全线|全体|所有|整个|部分|局部|个别|用户|居民|商户|客户|区域|范围|等地?|及|内|的|"
    r"1带|全小区|全村)+$"
)
_HEAD = re.compile(r"^(?:及|以及|位于|在|包括|含|其中|涉及|影响|:)+")
_SEPARATOR = re.compile(r"[、,;。\n\r/]+|(?<=[号栋幢座楼区园村苑路街镇组])(?:以及|及|和|与)|\s+")
_SIDE = re.compile(r"(?<=[\u4e00-\u9fff]{2})以[东南西北].*$")
_ONLY_PARITY = re.compile(r"[单双]号|[奇偶]数(?:号)?")
_BRACKETS = re.compile(r"\(([^()]*)\)")
# Outages are announced by building; the flat behind it tells nothing.
_FLAT = re.compile(r"(\d(?:栋|幢|座|号楼))(?:-?\d{1,2}单元)?(?:\d{1,2}[层楼])?(?:-?\d{2,4})?[室房户]?$")
_VOLTAGE = re.compile(r"\d+(?:\.\d+)?\s*(?:kv|千伏)")


@dataclass(frozen=True, slots=True)
class Numbers:
    """A run of house or building numbers, both ends included."""

    unit: Unit
    first: int
    last: int
    parity: Literal["odd", "even"] | None = None

    def holds(self, number: int) -> bool:
        fits = self.parity is None or (number % 2 == 1) == (self.parity == "odd")
        return self.first <= number <= self.last and fits


@dataclass(frozen=True, slots=True)
class Place:
    """A place: its names from the wide to the narrow one, and numbers within the narrowest."""

    names: tuple[str, ...]
    numbers: tuple[Numbers, ...] = ()
    excluded: tuple[Numbers, ...] = ()
    vague: bool = False
    """Only a part of it, which nobody can tell from the words: 部分用户, 解放路至建设路段."""

    words: str = ""
    """As announced."""

    @property
    def name(self) -> str:
        return self.names[-1]

    def __str__(self) -> str:
        return "".join(self.names)


@lru_cache(maxsize=20_000)
def places_in(scope: str) -> tuple[Place, ...]:
    """Return the places an outage's scope lists, e.g. 翠湖花园1-3栋、江滨路2号至40号（双号）."""
    text = _prepared(scope)
    text = _BRACKETS.sub(lambda match: "(" + _SEPARATOR.sub("+", match[1]) + ")", text)
    found: list[Place] = []
    for piece in _SEPARATOR.split(text):
        place = _place(piece.replace("+", "、"))
        if place.names:
            found.append(place)
        elif found and (place.numbers or place.excluded):
            # 江滨路18、20、22号: a number alone belongs to the place before it.
            found[-1] = _joined(found[-1], place)
    return tuple(found)


@lru_cache(maxsize=2_000)
def place_of(text: str) -> Place:
    """Return a customer's words for one place taken apart; no names where there are none."""
    whole = _prepared(text).replace(" ", "").replace("、", "")
    return _place(_FLAT.sub(r"\1", whole))


@lru_cache(maxsize=20_000)
def sounds(name: str) -> tuple[str, ...]:
    """Return what a name sounds like, character by character."""
    return tuple(map(sound, name))


def _prepared(text: str) -> str:
    text = _VOLTAGE.sub("", normalise(text)).replace("—", "-").replace("－", "-").replace("–", "-")
    text = re.sub(r"(?<=\d)#楼?", "号楼", text)
    return _CHINESE_NUMBER.sub(lambda match: _as_digits(match.group()), text)


def _as_digits(number: str) -> str:
    value = canonical_numbers(number + "号").removesuffix("号")
    if value.isdigit():
        return value
    listed = {char: str(digit) for digit, char in enumerate("零一二三四五六七八九")} | {"十": "10"}
    return listed.get(number, number)


def _place(piece: str) -> Place:
    words = piece.strip()
    excluded: tuple[Numbers, ...] = ()
    if exception := _EXCEPT.search(piece):
        excluded = _numbers(exception.group())
        piece = piece.replace(exception.group(), "")
    inside = "".join(match[1] for match in _BRACKETS.finditer(piece))
    outside = _BRACKETS.sub("", piece).strip("()")
    numbers = _numbers(outside + "、" + inside)
    core = _SINGLE.sub("", _RANGE.sub("", outside))
    core = _HEAD.sub("", re.sub(r"[单双]号|单元|号楼|[\s、:.\-~+]", "", core))
    only_a_part = bool(inside) and not _numbers(inside) and not _ONLY_PARITY.fullmatch(inside)
    vague = bool(_VAGUE.search(piece)) or only_a_part
    core = _SIDE.sub("", core)
    core = _TAIL.sub("", core)
    names = tuple(name for name in _CUT.sub(lambda match: match.group() + "\x00", core).split("\x00") if name)
    if names and len(names[-1]) == 1:
        names = (*names[:-2], "".join(names[-2:]))
    if not re.search(r"[\u4e00-\u9fffa-z]{2}", core):
        names = ()
    return Place(names, numbers, excluded, vague, words)


def _numbers(text: str) -> tuple[Numbers, ...]:
    parity = next((name for name, pattern in _PARITY.items() if pattern.search(text)), None)
    found: list[Numbers] = []
    for match in _RANGE.finditer(text):
        first, last = sorted((int(match[1]), int(match[3])))
        found.append(_run(match[4] or match[2], first, last, parity))
    rest = _RANGE.sub("、", text)
    for match in _SINGLE.finditer(rest):
        found.append(_run(match[2], int(match[1]), int(match[1]), None))
    # 1、3、5栋: the unit is said once, behind the last number.
    units: set[Unit] = {run.unit for run in found if run.unit != "house"}
    if len(units) == 1 and len(found) > 1:
        unit = units.pop()
        return tuple(replace(run, unit=unit) for run in found)
    return tuple(found)


def _run(word: str | None, first: int, last: int, parity: str | None) -> Numbers:
    unit: Unit = "house"
    if word in ("号楼", "栋", "幢", "座"):
        unit = "building"
    elif word in ("组", "队"):
        unit = "group"
    return Numbers(unit, first, last, "odd" if parity == "odd" else "even" if parity == "even" else None)


def _joined(place: Place, more: Place) -> Place:
    units: set[Unit] = {run.unit for run in more.numbers if run.unit != "house"}
    numbers = place.numbers + more.numbers
    if len(units) == 1:
        unit = units.pop()
        numbers = tuple(replace(run, unit=unit) if run.unit == "house" else run for run in numbers)
    return replace(
        place,
        numbers=numbers,
        excluded=place.excluded + more.excluded,
        vague=place.vague or more.vague,
        words=f"{place.words}、{more.words}",
    )
