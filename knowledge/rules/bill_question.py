"""Reading a customer's sentence as a question for the bill calculator, or seeing that it is none."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from knowledge.rules.regions import read_region, without_region
from knowledge.rules.tariff_book import default_book, month_after
from knowledge.rules.tariffs import BillQuestion
from knowledge.text.normalise import normalise
from knowledge.text.numbers import canonical_numbers

__all__ = ["NeedsMore", "read_bill_question"]

_N = r"(\d{1,9}(?:\.\d{1,3})?)"
_KWH_UNIT = r"(?:千瓦时|千瓦小时|kwh|kw·h|kw\.h|度电|度|°c?(?!c)|个电|个字)"
_KILOWATT_HOUR = re.compile(r"千瓦\s?小?时")
_ABOUT = r"(?:大概|大约|差不多|约|估计|将近|快|接近|有|是|为|了|电|度|:|=|,| )*"
_NEARLY = r"(?:来|多|几|把)?"

_MONEY = re.compile(
    r"多少(?:钱|元|块|电费|银子|费用)|几多|几钱|多钱|几块|几元|好多钱|"
    r"[要交缴收付花得合给出算]多少|电费(?:要|得|该|会|大概|大约|是|算下来)*(?:多少|几)|[怎咋]么?[算收]|"
    r"算[一]?下|算算|估[一]?下|估算|计算|啥价|价钱|费用|多少$|咋收|第几档"
)
_ASKS_TO_COMPUTE = re.compile(
    r"(?<!怎么)(?<!咋)(?:估算(?!的)|计算|算算|算[一1]?[下哈]|估[一1]?下|算一算|试算|算个)"
)
_BILL_WORD = re.compile(r"电费|电钱|账单|多少钱|费用")
# What makes a sentence with kWh something else: a dispute, a debt, a price or tier question, an appliance.
_NOT_A_BILL = re.compile(
    r"为什么|为啥|为何|凭什么|怎么这么|咋这么|怎么那么|怎么会|怎么就|这么[多贵高]|太[贵多高]|不对|不准|算错|多收|乱收|"
    r"欠|停电|充了|充值|交了|缴了|扣了|退|发票|每度|(?:多少钱?|几多?钱?|好多钱?|多钱)1(?:度|个字|千瓦)|(?<!\d)1(?:度|个字)|划算|合算|便宜|省|"
    r"\d+度?(?:以内|以上|以下|以后|之内|之后|之上|之下|内|外)|超过|超出|起步|免费|报装|装光伏|发电|上网|正常|够用|"
    r"能用|用多久|用几天|涨|投诉|举报"
)
_SHOULD_BE = re.compile(r"(?:应该|应当|该|到底)(?:是|要|交|收|付|缴)*多少")
_HEAT = re.compile(
    r"空调|温度|气温|水温|体温|发烧|高温|天气|调到|开到|制冷|制热|取暖|摄氏|热水器|冰箱|通宵|[1一]整?[晚夜]|℃|°c"
)
_TALKING_USE = re.compile(r"度电|kwh|千瓦时|用了?电?量?\D{0,4}\d+度|共\d+度")
_YUAN = re.compile(r"\d+(?:\.\d+)?(?:块钱|块|元|圆)|¥")

_PEAK = r"(?:高?峰(?:时|段|期|电|值)*|尖峰|白天|日间|早上到晚上)"
_VALLEY = r"(?:低?谷(?:时|段|期|电)*|夜间|夜里|晚上|离峰)"
_BY_HOUR = {
    "peak_kwh": re.compile(rf"{_PEAK}(?:用|走|的|一共|共)*{_ABOUT}{_N}\s*{_KWH_UNIT}?"),
    "valley_kwh": re.compile(rf"{_VALLEY}(?:用|走|的|一共|共)*{_ABOUT}{_N}\s*{_KWH_UNIT}?"),
}
_BY_HOUR_AFTER = {
    "peak_kwh": re.compile(rf"{_N}\s*{_KWH_UNIT}?(?:是|的|在)?{_PEAK}"),
    "valley_kwh": re.compile(rf"{_N}\s*{_KWH_UNIT}?(?:是|的|在)?{_VALLEY}"),
}
_USED = re.compile(
    rf"(?:今年|本年|年初|1月)?(?:到现在|到目前|至今|以来|前面|前几个月|之前|此前|已经|已|一共|总共|累计|到上个?月|里|都|用电)*"
    rf"(?:今年|之前|此前|前面|前几个月|已经|已|累计|到上个?月|到现在|到目前|至今|以来)(?:一共|总共|累计|都|已经|已|用电|用|了)*{_ABOUT}{_N}\s*{_KWH_UNIT}?"
)
_YEAR_SPAN = re.compile(r"全年|[1一]整?年|整年|年用电|年用量|今年[1一]?(?:共|总共)|去年[1一]?(?:共|总共)")
_MONTH_SPAN = re.compile(r"(?<!\d)1个月|每个?月|单月|月均|平均每月")
_TWO_MONTHS_SPAN = re.compile(r"(?<!\d)2个月|双月")
_KWH = re.compile(rf"(?<![\d.\-~到至]){_N}\s*{_NEARLY}\s*{_KWH_UNIT}(?![a-z数])")
_RANGE = re.compile(rf"\d+\s*(?:-|~|到|至)\s*{_N}\s*{_KWH_UNIT}")
_NEGATIVE = re.compile(rf"(?:^|[^\d])-\s*\d+\s*{_KWH_UNIT}|负\d+\s*{_KWH_UNIT}")
_PLAIN_USE = re.compile(
    rf"(?:用电量?|用了|用量|电量|耗电|走了|跑了|用){_ABOUT}{_N}(?![\d.]|\s*(?:块|元|天|个月|月|年|号|点|小时|人|户|%))"
)
_BARE = re.compile(
    rf"^(?:大概|大约|差不多|约|估计|应该|可能|好像|是|就|用了?|嗯|哦|,| )*{_N}{_NEARLY}\s*{_KWH_UNIT}?"
    r"(?:左右|上下|吧|的样子|样子|呢|啊|呀|哦|了|[。.!?, ])*$"
)
# A number alone goes on with a bill that is complete only where it is worded so: 600呢, 要是八百.
_ANOTHER_NUMBER = re.compile(
    r"^(?:那么?|要是|如果是?|假如|换成|改成|按|用了?)+(?=\d)|(?<=\d)(?:的话)?(?:呢|咧|喃)[?!。]*$"
)
_PEOPLE = re.compile(r"(?<!\d)(\d{1,2})\s*(?:个人|口人|口之家|口|人(?!民))")
_MONTH = re.compile(r"(?:(\d{4})年|(今年|去年|明年|前年))?(?<!\d)(\d{1,2})月(?!份?\d+[日号])")
# A season is read as its middle: prices that go by it are the same all through.
_SEASONS = (
    (re.compile(r"(?<!非)(?:夏天|夏季|夏月|热天)"), 7),
    (re.compile(r"冬天|冬季|非夏月|冷天"), 1),
)
_LOW_INCOME = re.compile(r"低保|特困|五保|困难户")
_NO_LOW_INCOME = re.compile(r"不是低保|没有?低保|非低保")
_MEDIUM_VOLTAGE = re.compile(r"(?:1|10)\s*(?:千伏|kv)|高压")
_CUSTOMERS = (
    ("ev_pile", re.compile(r"充电桩|电动汽?车桩")),
    ("shared_meter", re.compile(r"合表")),
    ("institution", re.compile(r"学校|养老院|福利院|幼儿园")),
    (
        "commercial",
        re.compile(r"商业|商铺|店铺|门面|开店|饭店|餐馆|超市|工厂|厂房|工业|企业|公司|写字楼|办公"),
    ),
    ("residential", re.compile(r"居民|住宅|家用|1户1表|一户一表")),
)
_FOLLOW_UP = re.compile(r"呢|^那|换|改成|改|如果|要是|假如|假设|按|的话|又|再算")
_FILLER = re.compile(
    r"请问|麻烦|其中|总共|总|咧|帮我|帮忙|给我|我们家|我们|我家|咱家|家里|我想|想问|想知道|知道|1家|1共|总共|如果|要是|假如|假设|的话|换成|换到|换|"
    r"改成|改|按|那么|那|这个月|本月|上个?月|下个?月|每个?月|个月|月份|月|全年|1整?年|今年|去年|明年|已经|之前|累计|用电量?|电量|"
    r"用量|用了|用|电费|电价|电表|峰谷|峰|谷|分时|居民|住宅|家用|大概|大约|差不多|左右|上下|应该|可能|就是|多少钱|多少|要|交|缴|"
    r"算|在|是|有|又|呢|吗|么|啊|呀|吧|哦|喂|你好|您好|的|了|电|度|下|1下|走|夏天|冬天|夏季|冬季|人|户|地区|这边|那边|这里|市|省|和|"
    r"[\d\s,.;:?!。、()+=/]"
)


@dataclass(frozen=True, slots=True)
class NeedsMore:
    """A bill is wanted, but something is missing; hand `question` back as `previous` with the next text."""

    question: BillQuestion
    missing: Literal["kwh", "valley_kwh", "peak_kwh"]


def read_bill_question(
    text: str, *, region: str, today: date, previous: BillQuestion | None = None
) -> BillQuestion | NeedsMore | None:
    """Return the bill a text asks for, what is missing for it, or None where it asks for something else.

    `region` is where the customer lives; a region in the text stands before it. `previous` is the last
    question (also the one of a NeedsMore): fragments such as 换成上海呢 and bare numbers change it.
    """
    # 千瓦时 first: its 千 is not a thousand.
    text = canonical_numbers(_KILOWATT_HOUR.sub("度", normalise(text)))
    if previous is not None:
        answer = _missing_number(text, previous) or _another_number(text, previous)
        if answer is not None:
            return _checked(answer)
    slots = _Slots.read(text, today)
    asks = bool(_MONEY.search(text) or _ASKS_TO_COMPUTE.search(text))
    if _is_something_else(text, slots):
        return None
    if slots.rest and not asks:
        return None
    follows = previous is not None and (not asks or bool(_FOLLOW_UP.search(text)) or not slots.has_kwh)
    if slots.implausible:
        return NeedsMore(BillQuestion(slots.region or region, today.replace(day=1)), "kwh")
    if previous is not None and follows:
        return _checked(slots.applied_to(previous)) if slots.changes else None
    if not slots.has_kwh:
        wanted = _ASKS_TO_COMPUTE.search(text) and _BILL_WORD.search(text) and not slots.rest_long
        if not wanted:
            return None
    elif not asks and slots.rest:
        return None
    home = previous.region if previous is not None and previous.region_named else region
    return _checked(slots.applied_to(BillQuestion(home, today.replace(day=1), region_named=home != region)))


@dataclass(frozen=True, slots=True)
class _Slots:
    """What a text says about a bill."""

    changes: dict[str, Any]
    rest: str
    implausible: bool
    several: bool
    used_alone: Decimal | None
    """The one number of the text, where it may also be what was used before this month."""

    @property
    def region(self) -> str | None:
        found: str | None = self.changes.get("region")
        return found

    @property
    def has_kwh(self) -> bool:
        return any(key in self.changes for key in ("kwh", "peak_kwh", "valley_kwh"))

    @property
    def rest_long(self) -> bool:
        return len(self.rest) > 6

    @classmethod
    def read(cls, text: str, today: date) -> "_Slots":
        changes: dict[str, Any] = {}
        left = text
        region = read_region(text)
        if region:
            changes |= {"region": region, "region_named": True}
            left = without_region(left)
        left = _take_month(left, today, changes)
        for patterns in (_BY_HOUR, _BY_HOUR_AFTER):
            for key, pattern in patterns.items():
                if key not in changes and (match := pattern.search(left)):
                    changes[key] = Decimal(match[1])
                    left = left[: match.start()] + " " + left[match.end() :]
        if _YEAR_SPAN.search(left):
            changes["span"] = "year"
        elif _TWO_MONTHS_SPAN.search(left):
            changes["span"] = "two_months"
            left = _TWO_MONTHS_SPAN.sub(" ", left)
        elif _MONTH_SPAN.search(left):
            changes["span"] = "month"
        used = _USED.search(left)
        used_alone: Decimal | None = None
        rest_after_used = left[: used.start()] + " " + left[used.end() :] if used else ""
        if used and (_numbers(rest_after_used) or "peak_kwh" in changes) and changes.get("span") != "year":
            changes["used_this_year"] = Decimal(used[1])
            left = rest_after_used
        elif used and changes.get("span") != "year":
            used_alone = Decimal(used[1])
            if "今年" in used.group():
                changes.setdefault("span", "year")
        numbers = _numbers(left)
        if (numbers and "peak_kwh" not in changes) or (numbers and "valley_kwh" not in changes):
            changes["kwh"] = numbers[0]
        left = _PLAIN_USE.sub(" ", _KWH.sub(" ", left))
        if people := _PEOPLE.search(left):
            changes["people"] = int(people[1])
            left = _PEOPLE.sub(" ", left)
        if _LOW_INCOME.search(left) and not _NO_LOW_INCOME.search(left):
            changes["low_income"] = True
        if _MEDIUM_VOLTAGE.search(left):
            changes["voltage"] = "mv"
        for customer, pattern in _CUSTOMERS:
            if pattern.search(left):
                changes["customer"] = customer
                break
        for pattern in (_LOW_INCOME, _MEDIUM_VOLTAGE, *(pattern for _, pattern in _CUSTOMERS)):
            left = pattern.sub(" ", left)
        largest = default_book().policy.largest_kwh
        figures = [value for key, value in changes.items() if key.endswith("kwh") or key == "used_this_year"]
        implausible = any(value > largest for value in figures) or bool(
            _NEGATIVE.search(text) or _RANGE.search(text)
        )
        return cls(
            changes, _FILLER.sub("", _MONEY.sub("", left)), implausible, len(set(numbers)) > 1, used_alone
        )

    def applied_to(self, question: BillQuestion) -> BillQuestion:
        changes = self.changes
        if self.used_alone is not None and question.total_kwh is not None:
            # We have the month's kWh already: 今年已经用了2700度 adds what came before.
            changes = {key: value for key, value in changes.items() if key not in ("kwh", "span")}
            changes["used_this_year"] = self.used_alone
            return replace(question, **changes)
        changed = replace(question, **changes)
        if "kwh" in self.changes and "peak_kwh" not in self.changes and "valley_kwh" not in self.changes:
            changed = replace(changed, peak_kwh=None, valley_kwh=None)
        if {"peak_kwh", "valley_kwh"} <= self.changes.keys():
            changed = replace(changed, kwh=None)
        return changed.normal()


def _numbers(text: str) -> list[Decimal]:
    found = [Decimal(match[1]) for match in _KWH.finditer(text)]
    return found or [Decimal(match[1]) for match in _PLAIN_USE.finditer(text)]


def _is_something_else(text: str, slots: _Slots) -> bool:
    if _SHOULD_BE.search(text) and slots.has_kwh:
        return False
    if _NOT_A_BILL.search(text) or _YUAN.search(text) or slots.several:
        return True
    kwh = slots.changes.get("kwh")
    # 空调开26度: degrees of heat, unless the sentence speaks of consumption.
    return bool(kwh is not None and kwh <= 100 and _HEAT.search(text) and not _TALKING_USE.search(text))


def _missing_number(text: str, previous: BillQuestion) -> BillQuestion | None:
    """Return the previous question with the number we asked for, where the text is nothing but a number."""
    region = read_region(text)
    bare = _BARE.match(without_region(text).replace("的", "").strip() if region else text)
    if bare is None:
        return None
    if region:
        previous = replace(previous, region=region, region_named=True)
    number = Decimal(bare[1])
    if previous.peak_kwh is not None and previous.total_kwh is None:
        return replace(previous, valley_kwh=number).normal()
    if previous.valley_kwh is not None and previous.total_kwh is None:
        return replace(previous, peak_kwh=number).normal()
    if previous.total_kwh is None:
        return replace(previous, kwh=number)
    return None


def _another_number(text: str, previous: BillQuestion) -> BillQuestion | None:
    """Return the previous question with another consumption, where the text is a number said on: 600呢."""
    if previous.total_kwh is None or not _ANOTHER_NUMBER.search(text):
        return None
    bare = _BARE.match(_ANOTHER_NUMBER.sub("", text))
    if bare is None:
        return None
    return replace(previous, kwh=Decimal(bare[1]), peak_kwh=None, valley_kwh=None)


def _checked(question: BillQuestion) -> BillQuestion | NeedsMore:
    total = question.total_kwh
    largest = default_book().policy.largest_kwh
    if total is not None and total > largest:
        return NeedsMore(replace(question, kwh=None, peak_kwh=None, valley_kwh=None), "kwh")
    if question.peak_kwh is not None and question.valley_kwh is None:
        return NeedsMore(question, "valley_kwh")
    if question.valley_kwh is not None and question.peak_kwh is None:
        return NeedsMore(question, "peak_kwh")
    if total is None:
        return NeedsMore(question, "kwh")
    if min(total, question.peak_kwh or total, question.valley_kwh or total) < 0:
        # The peak alone was more than the total: one of the two was mistyped.
        return NeedsMore(replace(question, kwh=None, peak_kwh=None, valley_kwh=None), "kwh")
    return question


def _take_month(text: str, today: date, changes: dict[str, Any]) -> str:
    this = today.replace(day=1)
    for words, months in ((r"上上个?月", -2), (r"上个?月", -1), (r"这个?月|本月|当月", 0), (r"下个?月", 1)):
        if re.search(words, text) and not re.search(rf"到(?:{words})", text):
            changes |= {"month": month_after(this, months), "month_named": True}
            return re.sub(words, " ", text, count=1)
    for season, middle in _SEASONS:
        if found := season.search(text):
            year = today.year if middle <= today.month else today.year - 1
            changes |= {"month": date(year, middle, 1), "month_named": True}
            return text[: found.start()] + " " + text[found.end() :]
    match = _MONTH.search(text)
    if match is None or not 1 <= int(match[3]) <= 12:
        if found := re.search(r"(去年|明年|(\d{4})年)", text):
            year = int(found[2]) if found[2] else today.year + (1 if found[1] == "明年" else -1)
            if 2000 <= year <= 2100:
                changes |= {"month": this.replace(year=year), "month_named": True}
        return text
    month = int(match[3])
    if match[1]:
        year = int(match[1])
    elif match[2]:
        year = today.year + {"今年": 0, "去年": -1, "明年": 1, "前年": -2}[match[2]]
    else:
        # A month by its name is the last one that has begun: in March, 七月 is last year's.
        year = today.year if month <= today.month else today.year - 1
    if 2000 <= year <= 2100:
        changes |= {"month": date(year, month, 1), "month_named": True}
    return text[: match.start()] + " " + text[match.end() :]
