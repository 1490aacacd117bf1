"""Which announced outages touch a customer's place; what the words leave in doubt is marked as such."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar

from rapidfuzz.distance import Levenshtein

from knowledge.rules.outage_values import Outage
from knowledge.rules.place_names import Numbers, Place, place_of, places_in, sounds
from knowledge.rules.regions import read_region
from knowledge.text.normalise import normalise
from knowledge.text.pinyin import sound_key, spell_out

__all__ = ["Certainty", "Match", "extract_place", "mentioned", "touching"]

Key = TypeVar("Key", bound=Hashable)
Certainty = Literal["sure", "likely", "ambiguous"]
"""sure: the words name the area; likely: ask 您说的是…吗; ambiguous: several areas fit, ask which."""

_WIDE = re.compile(r"(?:市|区|县|镇|乡|街道)$")
_ROAD = re.compile(r"(?:路|街|大道|巷|弄|胡同)$")
_ENDING = re.compile(
    r"(?:小区|花园|家园|新村|公寓|社区|大厦|广场|大院|宿舍|家属院|花苑|雅苑|苑|城|府|庭|湾|里|坊|村|组|路|街|大道|巷|弄|镇|乡|街道)$"
)
# Characters that make another place of a name: 东湖村 is not 西湖村, 翠湖一期 not 翠湖二期.
_TELLING = frozenset("东南西北中上下前后左右内外新老旧大小一二三四五六七八九十0123456789甲乙丙丁")
_LINE_WORDS = re.compile(r"(?:线路|专线|线|回|号?公变|号?变压器|台区|变电站|变)$")
_LATIN = re.compile(r"[a-z' ]+")


@dataclass(frozen=True, slots=True)
class Match(Generic[Key]):
    """An outage that may touch a place; `area` is the part of its scope that does, as announced."""

    key: Key
    certainty: Certainty
    area: str
    partly: bool = False
    """Only a part of the area is meant, and the words do not tell which."""


@dataclass(frozen=True, slots=True)
class _Fit:
    certainty: Certainty
    area: str
    partly: bool
    named: bool  # by a name of the area, not only by its road or by something that sounds like it

    @property
    def rank(self) -> tuple[bool, bool]:
        return self.certainty == "sure", self.named


def touching(place: str, areas: Mapping[Key, Outage]) -> list[Match[Key]]:
    """Return the outages whose announced area holds a customer's place; sure ones displace the others.

    A house or building number outside the announced ones is no match; of a name that fits several different
    areas every one is returned as ambiguous. An empty or too general place (小区, 我家) matches nothing.
    """
    wanted = place_of(place)
    typed = _typed_sounds(place)
    if not wanted.names and not typed:
        return []
    if wanted.names and (_ENDING.sub("", wanted.name) == "" or len(wanted.name) < 2):
        return []
    fits = {key: fit for key, outage in areas.items() if (fit := _fit(wanted, typed, outage))}
    best = max((fit.rank for fit in fits.values()), default=None)
    kept = [Match(key, fit.certainty, fit.area, fit.partly) for key, fit in fits.items() if fit.rank == best]
    if len({_distinct(match.area, wanted) for match in kept}) > 1:
        return [replace(match, certainty="ambiguous") for match in kept]
    return kept


def _distinct(area: str, wanted: Place) -> str:
    """Return what tells this area from another one; names the customer gave do not."""
    names = place_of(area).names
    return "/".join(name for name in names if name not in wanted.names) if wanted.name in names else area


def _fit(wanted: Place, typed: tuple[str, ...], outage: Outage) -> _Fit | None:
    best: _Fit | None = None
    for area in places_in(outage.scope):
        fit = _fit_area(wanted, typed, area)
        if fit and (best is None or fit.rank > best.rank):
            best = fit
    if best is None and wanted.names:
        for equipment in (outage.line, outage.transformer, outage.substation):
            if equipment and _is_equipment(wanted, equipment):
                return _Fit("sure", normalise(equipment), equipment == outage.substation, named=True)
    return best


def _is_equipment(wanted: Place, equipment: str) -> bool:
    name, told = str(place_of(equipment)), str(wanted)
    numbers = [run.first for run in place_of(equipment).numbers]
    same = name == told or (
        _LINE_WORDS.search(told) and _LINE_WORDS.sub("", name) == _LINE_WORDS.sub("", told)
    )
    return (
        bool(same)
        and len(_LINE_WORDS.sub("", told)) >= 2
        and numbers == [run.first for run in wanted.numbers]
    )


def _fit_area(wanted: Place, typed: tuple[str, ...], area: Place) -> _Fit | None:
    certainty = _heard(typed, area) if typed else _named(wanted, area)
    if certainty is None or _contradicts(wanted, area):
        return None
    numbered = _numbers_fit(wanted, area)
    if numbered == "outside":
        return None
    around = bool(wanted.names) and wanted.name in area.names[:-1]
    partly = area.vague or numbered == "unknown" or around
    # Of a place that is touched in part only, nobody can say that this customer is.
    named = bool(wanted.names) and wanted.name in area.names
    return _Fit("likely" if partly else certainty, area.words, partly, named)


def _heard(typed: tuple[str, ...], area: Place) -> Certainty | None:
    name, short = sounds(area.name), sounds(_ENDING.sub("", area.name))
    return "likely" if typed == name or (len(short) >= 2 and typed == short) else None


def _named(wanted: Place, area: Place) -> Certainty | None:
    if area.name in wanted.names:
        # Something with a name of its own behind a road is not thereby on the announced piece of it.
        narrower = wanted.names.index(area.name) < len(wanted.names) - 1
        return "likely" if narrower and _ROAD.search(area.name) else "sure"
    if wanted.name in area.names and not wanted.numbers:
        return "likely"  # the customer named only the road or town around the area
    if _is_short_for(wanted.name, area.name) or _sounds_like(wanted.name, area.name):
        return "likely"
    return None


def _contradicts(wanted: Place, area: Place) -> bool:
    """Return whether both name a road (or a town) and not the same one: two 阳光小区 on two roads."""
    for kind in (_ROAD, _WIDE):
        told = {name for name in wanted.names if kind.search(name)}
        known = {name for name in area.names if kind.search(name)}
        for name in told:
            endings = {other for other in known if other[-1] == name[-1]}
            if endings and name not in endings and not any(_sounds_like(name, other) for other in endings):
                return True
    return False


def _numbers_fit(wanted: Place, area: Place) -> Literal["inside", "outside", "unknown", "none"]:
    told = wanted.numbers[:1]
    if not told:
        return "unknown" if area.numbers or area.excluded else "none"
    number, unit = told[0].first, told[0].unit
    if any(run.holds(number) for run in _same_unit(area.excluded, unit)):
        return "outside"
    runs = _same_unit(area.numbers, unit)
    if runs:
        return "inside" if any(run.holds(number) for run in runs) else "outside"
    return "unknown" if area.numbers else "none"


def _same_unit(runs: tuple[Numbers, ...], unit: str) -> list[Numbers]:
    # 3号 in a community is said of a building too.
    return [run for run in runs if run.unit == unit or {run.unit, unit} <= {"house", "building"}]


def _is_short_for(told: str, name: str) -> bool:
    """Return whether a name was given without its ending: 翠湖 for 翠湖花园."""
    short = _ENDING.sub("", name)
    return len(told) >= 2 and short == told and short != name and not _ROAD.search(name)


def _sounds_like(told: str, name: str) -> bool:
    """Return whether a name was mistyped: the same sounds, or one sound off in a long name."""
    if len(told) < 3 or told == name:
        return False
    heard, known = sounds(told), sounds(name)
    if heard == known:
        return not any(a != b and (a in _TELLING or b in _TELLING) for a, b in zip(told, name, strict=True))
    if min(len(heard), len(known)) < 5:
        return False
    edits = list(Levenshtein.editops(heard, known))
    if len(edits) != 1:
        return False
    edit = edits[0]
    touched = {told[edit.src_pos : edit.src_pos + 1], name[edit.dest_pos : edit.dest_pos + 1]}
    # One character lost or doubled is a slip; one replaced by another of another sound is another name.
    return edit.tag != "replace" and not touched & _TELLING


def _typed_sounds(place: str) -> tuple[str, ...]:
    text = normalise(place)
    if not _LATIN.fullmatch(text):
        return ()
    syllables = spell_out(text)
    return tuple(map(sound_key, syllables)) if syllables and len(syllables) >= 2 else ()


_ASKING = re.compile(
    r"停不停电?|停没停电?|停电|断电|没有?电|冇电|唔?有电|来不来电|来电|复电|送电|通电|有没有电|有电|跳闸|黑灯|黑了|没灯|停了?几|停到|"
    r"停吗|停么|停了|停|检修|抢修|维修|修好|在修|"
    r"为什么|为啥|为何|怎么|咋个?|几点|几时|什么时候|啥时候?|多久|多长时间|好久|何时|是不是|会不会|能不能|有没有|什么|哪里|哪儿|"
    r"今天|明天|后天|昨天|今晚|明晚|今早|这[几两]天|最近|[这本下]个?周末?|周末|早上|上午|中午|下午|晚上|夜里|半夜|现在|刚才|刚刚|目前|周[一二三四五六日天末]|星期.|"
    r"查一下|查下|查查|查询|查|看看|看一下|帮我|帮忙|麻烦|请问|想问|问一下|问下|你好|您好|喂|谢谢|"
    r"还没|还不|还要|"
    r"(?:又|都|全|就|还)(?=[停没断黑有冇还不要会来]|$)|"
    r"已经|正在|吗|呢|呀|啊|吧|嘛|么|了|喃|咯|噶|[?!。,;:.~ ]"
)
_MINE = re.compile(
    r"^(?:我们家?|咱们?家?|我家|俺们?|阿拉|我|家(?=住|在|里))?(?:住在|住|这里是|这里|这边是|这边|这是|这儿|这|那边|在|是|位于)*(?:的)?(?=.)|"
    r"(?:这里|这边|这儿|那里|那边|那儿|这块|这片|这一片|那一片|1带|一带|附近|周围|片区|整个|整栋楼?|全部|有人|的|地址|户|(?<=[区村镇城楼])里)+$"
)
_PLACE_SIGN = re.compile(
    r"(?:小区|花园|家园|新村|公寓|社区|大厦|广场|大院|宿舍|家属院|花苑|雅苑|学校|中学|小学|医院|市场|工业园|园区|苑|(?<!政)府|(?<!家)庭|"
    r"湾|坊|村|[一二三四五六七八九十\d]组|路|街|大道|巷|弄|胡同|(?<![子户店屋水心箱告表家手柜单房屋院])里|镇|乡|街道|区|县|(?<![超城])市|城|"
    r"(?<![电热在接断火零地飞走光上])线|线路|公变|台区|变压器|\d(?:期|栋|幢|号楼|座|单元|号))\d*(?:室|号|栋|单元)*$"
)
# 隔壁小区, 我们村, 哪条线路, 要去医院: such words speak of a place without naming it.
_NOT_NAMED = re.compile(
    r"[我你您他她俺咱们哪某不要去没]|^[这那一几]|别的|其他|隔壁|对面|邻居|旁边|附近|整[个条栋片]|全(?=村|小区|城|镇|市|区|社区)|满大街|"
    r"[成1一这那几][条栋个片]|同[1一]|只有|收到|属于|范围|涉及|通知|公告|说|哪些|停止|农村|短路|[电网铜]线|高压|进户|掉|漏|碰|挨|勾|断(?!桥)|换|移|派|树[枝长]|竹子|工作|有[1一]路|那路|灯[亮灭]|申请|号码|手机|户号|[一-龥]号$"
)
_NO_PLACE = re.compile(
    r"^(?:小区|村里?|整?个?小区|这?条?街|街上?|路上?|楼[上下里]?|整栋楼|单元|隔壁|邻居|对面|全市|全城|城里|镇上|家里|屋里|屋头|房间|公司|店里|"
    r"单位|宿舍|公寓|学校|医院|市场|广场|大厦|园区|线路|变压器|台区|社区|几号|哪个?(?:小区|区|号)|空开|开关|电表|户号|工单号?|电话|手机号?|一号|那里?|城|里)?$"
)
_FIGURES_ONLY = re.compile(r"^[\d\sa-z\-]+(?:号|栋|楼|单元|户|分|点|度|块|元|个?小时|分钟|天|月|日)*$")


def extract_place(text: str) -> str | None:
    """Return the place a message names (翠湖花园停电了吗 → 翠湖花园), None where it names none."""
    text = normalise(text)
    best: str | None = None
    for piece in _ASKING.split(text):
        candidate = _trimmed(piece)
        if _NO_PLACE.match(candidate) or _FIGURES_ONLY.match(candidate) or not 2 <= len(candidate) <= 30:
            continue
        if _NOT_NAMED.search(candidate):
            continue
        if _PLACE_SIGN.search(candidate) or (read_region(candidate) and len(candidate) <= 6):
            if best is None or len(candidate) > len(best):
                best = candidate
        elif best is None and _is_the_whole_message(piece, candidate, text):
            best = candidate
    return best


def mentioned(text: str, areas: Mapping[Key, Outage]) -> list[Match[Key]]:
    """Return the outages whose area a message names in passing, as 银杏停电了吗 does.

    Only names that the announcements themselves use are looked for, whole or without their ending.
    """
    text = normalise(text)
    names = {area.name for outage in areas.values() for area in places_in(outage.scope)}
    for name in sorted(names, key=len, reverse=True):
        for form in (name, _ENDING.sub("", name)):
            start = text.find(form) if len(form) >= 2 else -1
            if start >= 0 and _MAY_STAND_BEFORE.search(text[:start]):
                numbers = _NUMBERS_BEHIND.match(text, start + len(form))
                return touching(form + (numbers.group() if numbers else ""), areas)
    return []


def _trimmed(piece: str) -> str:
    before = None
    while before != piece:
        before, piece = piece, _MINE.sub("", piece).strip()
    return piece


def _is_the_whole_message(piece: str, candidate: str, text: str) -> bool:
    """Return whether a bare name answers which place: 紫薇的, 月亮湾那边. Other bare words are no places."""
    if not re.fullmatch(r"[\u4e00-\u9fff]{2,5}", candidate) or _COMMON_WORDS.search(candidate):
        return False
    return text.rstrip("。!?,. ") in (candidate + tail for tail in ("的", "那边", "这边", "那里", "这里"))


_COMMON_WORDS = re.compile(
    r"[谁这那哪]|可以|知道|人工|客服|谢|投诉|电|天|经常|总是|一直|突然|计划|临时|故障|费|时|原因|恢复|好|正常|前|次|"
    r"家|别人|楼|热|快|急|想|能|会|无故|为|刚|晚|早|后|真|是|对|错|行|上|下|新|旧|老|自己"
)
_MAY_STAND_BEFORE = re.compile(r"(?:^|[我们咱俺的在住是到问下查天晚现午请边跟和市区县镇路,。!?:; ])$")
_NUMBERS_BEHIND = re.compile(r"[\d一二三四五六七八九十百\-号栋幢座楼]+")
