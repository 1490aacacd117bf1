"""What we say about outages: what it is, since when, until when, and as of when we know."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from knowledge.rules.outages import Outage, OutageKind, OutageState, expected_end, is_overdue

KINDS: dict[OutageKind, str] = {
    "planned": "计划停电",
    "temporary": "临时停电",
    "fault": "故障停电",
    "capacity": "有序用电（限电）",
}
STATES: dict[OutageState, str] = {
    "announced": "尚未开始",
    "running": "正在停电",
    "postponed": "已改期",
    "partly_restored": "部分恢复供电",
    "restored": "已恢复供电",
    "cancelled": "已取消",
}
_WEEKDAYS = "一二三四五六日"

# Words of somebody whose neighbours have power: no announcement explains that.
ONLY_MINE = re.compile(
    r"[就只]+(?:有|是)?(?:我们?|咱们?|俺)(?:1|一)?家|(?:我家|咱家)自己|别人家?(?:都)?有电|邻居家?(?:都)?有电|隔壁(?:都)?有电|"
    r"跳[了]?[闸掣]|空开|保险丝|推不上去?"
)
ASKS_WHERE = re.compile(r"(?:哪里|哪儿|哪些|哪个|哪几个|什么地方|边度)[^,，。]{0,8}(?:停|没|冇|检修)")
MY_HOME = re.compile(r"我们?家|咱们?家|我这|我们这|俺家|家里|我屋")
ABOUT_POWER = re.compile(
    r"停电|断电|没有?电|冇电|有电|来电|复电|送电|通电|停[不没]停|停[吗了几到]|检修|抢修|没来|黑灯|恢复"
)
ETA = re.compile(r"什么时候|啥时|几点|几时|多久|何时|还没来|还不来|恢复|来电|复电|送电")
PLANNED = re.compile(r"计划|检修|这几天|最近|下周|这周|本周|周末|将要|会不会|要停|安排|通知")
TOPICS = ("outage.query", "outage.planned", "outage.eta")
ANOTHER_PLACE = re.compile(
    r"(?:那么?|换成?)?(.{2,14}?)(?:那边|那里|那儿|这边|这里)?(?:的|呢|的呢)[吗啊]?[?？。!]*"
)
ABOUT_OTHER = re.compile(
    r"[电電费費钱錢价價表户戶]|多少|怎么|什么|几点|商|工厂|农|峰|谷|周末|赔|单|人工|我家|我们"
)
# Asked of the place just looked up, without naming it again.
HOW_LONG = re.compile(
    r"(?:那么?|大概|还|还要|要|得|需要)*(?:多久|多长时间|什么时候|啥时候?|几点|几时|何时)(?:能|可以|才|会)*"
    r"(?:好|来|有|来电|恢复|修好|复电|送电|通电|抢修好)?(?:呢|啊|呀)?[?？。!]*"
)
ANOTHER_DAY = re.compile(
    r"(?:那么?|换成?)?(?:下?个?(?:周|星期|礼拜).|[大]?[今明后]天|明儿|今晚|明早|明晚|听日|\d{1,2}[号日])(?:呢|咧|停不停|停吗|停电吗)?[?？。!]*"
)
SOME_PLACE = "我们小区"
DO_NOT_KNOW = re.compile(r"^(?:不知道|不清楚|不晓得|没有|都不是|随便|忘了)")
CANCEL = {"取消", "算了", "不用了", "不查了", "没事了", "退出"}

_DAYS = (
    ("大后天", 3),
    ("后天", 2),
    ("明天|明日|明早|明晚|明儿|听日", 1),
    ("今天|今日|今晚|今早|今儿|今夜", 0),
)
_WEEKDAY = re.compile(r"(下个?)?(?:周|星期|礼拜)([一二三四五六日天])")
_DATE = re.compile(r"(?:(\d{1,2})月)?(\d{1,2})[号日](?![楼院线])")


def day_asked(text: str, today: date) -> date | None:
    """Return the day that a question about outages names, None where it names none."""
    for words, ahead in _DAYS:
        if re.search(words, text):
            return today + timedelta(days=ahead)
    if found := _WEEKDAY.search(text):
        weekday = 6 if found[2] == "天" else _WEEKDAYS.index(found[2])
        if found[1]:
            return today + timedelta(days=7 - today.weekday() + weekday)
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    if found := _DATE.search(text):
        for ahead in range(62):
            day = today + timedelta(days=ahead)
            if day.day == int(found[2]) and found[1] in (None, str(day.month), f"{day.month:02d}"):
                return day
    return None


def day_name(day: date, today: date) -> str:
    """Return how a day is called from today."""
    ahead = (day - today).days
    if ahead in (-1, 0, 1, 2):
        return {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}[ahead]
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a moment as the customer's own day and hour."""
    local = at.astimezone(zone)
    return f"{day_name(local.date(), now.astimezone(zone).date())}{local:%H:%M}"


def as_of(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return the line that says as of when we know."""
    local = at.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return f"数据截至 {local:%H:%M}" if same_day else f"数据截至 {moment(at, now, zone)}"


def card(outage: Outage, state: OutageState, *, now: datetime, zone: ZoneInfo) -> str:
    """Return one outage as lines: what and how far, where, why, since when, until when."""
    lines = [f"**{KINDS[outage.kind]}·{STATES[state]}**", f"- 范围：{outage.scope}"]
    if outage.reason:
        lines.append(f"- 原因：{outage.reason}")
    start, stop = moment(outage.start_at, now, zone), moment(outage.stop_at, now, zone)
    if state in ("announced", "postponed"):
        label = "现在安排" if state == "postponed" else "时间"
        lines.append(f"- {label}：{start}至{stop}")
    elif state == "cancelled":
        lines.append(f"- 原定：{start}至{stop}，这次不停了")
    else:
        lines.append(f"- 开始：{start}")
        if state != "restored":
            lines.append(f"- {until(outage, now=now, zone=zone)}")
    return "\n".join(lines)


def until(outage: Outage, *, now: datetime, zone: ZoneInfo) -> str:
    """Return when power is expected back, or that this moment has passed without news."""
    end = moment(expected_end(outage), now, zone)
    if is_overdue(outage, now):
        return f"原预计{end}恢复，现在还没收到送电的消息"
    return f"预计恢复：{end}"


def running(
    place: str, outage: Outage, state: OutageState, *, eta: bool, now: datetime, zone: ZoneInfo
) -> str:
    """Return the first line about an outage that is going on."""
    if state == "partly_restored":
        return f"查到了：{place}的停电正在处理，一部分已经恢复供电。"
    if eta and is_overdue(outage, now):
        return f"查到了：{place}原预计的送电时间已经过了，还没收到恢复的消息，让您久等了。"
    if eta:
        return f"查到了：{place}预计**{moment(expected_end(outage), now, zone)}**恢复供电。"
    return f"查到了：{place}现在正在停电，我们已经知道，不用重复报修。"


def upcoming(place: str, *, day: str | None) -> str:
    """Return the first line about an outage that is announced."""
    return f"{day}{place}有停电安排：" if day else f"查到了{place}接下来的停电安排："


def not_that_day(place: str, day: str) -> str:
    """Return that nothing is announced for the day asked about, but for another one."""
    return f"{day}没有查到{place}的停电安排；其他日子有："


def beyond_horizon(place: str, day: str, days: int) -> str:
    """Return that the day asked about is further off than announcements go."""
    return f"{day}还太远，暂时查不到{place}的安排；停电计划看得到未来{days}天的。"


def over(place: str, state: OutageState) -> str:
    """Return the first line where the last outage is over or was called off."""
    if state == "cancelled":
        return f"{place}原来的停电安排已经取消："
    return f"{place}之前的停电登记为已恢复供电："


def not_now(place: str) -> str:
    """Return that nothing is going on now, where something else was found."""
    return f"现在没有查到{place}正在进行的停电。"


def nothing(place: str, *, planned: bool, days: int, day: str | None) -> str:
    """Return that fresh data know of no outage; never more than that."""
    if day:
        return f"{day}没有查到{place}的停电安排。"
    if planned:
        return f"未来{days}天内没有查到{place}的停电安排。"
    return f"目前没有查到{place}的停电信息。"


def triage() -> str:
    """Return the question after nothing was found."""
    return "如果您那里现在没电，请选一下是哪种情况："


def unsure(place: str, known: str | None) -> str:
    """Return that we cannot tell, for our data are old or missing."""
    why = f"停电{known}，之后没有更新" if known else "我这里还没有收到停电数据"
    return f"{place}是否停电，我暂时不能确认：{why}。可以先为您登记报修，由同事核实。"


def old_data() -> str:
    """Return the caution under an outage that is known from old data."""
    return "这份数据有一段时间没更新了，情况可能已有变化。"


def partly(area: str) -> str:
    """Return that only a part of the area is touched."""
    return f"公布的是“{area}”，您家是否在内请对照一下。"


def likely(area: str) -> str:
    """Return that we took the words for a name that is close to them."""
    return f"您说的是“{area}”吗？不是的话点【换个地方查】。"


def which(place: str) -> str:
    """Return the question where several areas fit."""
    return f"“{place}”对得上不止一处，您说的是哪一个？"


def ask_place(*, bound: bool) -> str:
    """Return the question for the place."""
    first = "要查哪里的停电？"
    if bound:
        return f"{first}点下面您的地址，或者直接回复小区、街道、村名。"
    return f"{first}请回复小区、街道、村名或线路名，比如“江滨路阳光花园”。"


def ask_place_again() -> str:
    """Return the second question for the place."""
    return "没认出这个地方。请只写小区、街道或村名；说不清也没关系，可以直接报修。"


def not_recognised() -> str:
    """Return the way on when a place was not recognised twice."""
    return "还是没对上这个地方，不再让您重复了。直接报修或找同事就行，我们来核实。"


def ask_name_of_location() -> str:
    """Return the question after a place on the map: announcements go by names."""
    return "位置收到了。停电信息是按小区和路名公布的，请再打一下小区名或路名；要报修的话，这个位置会附上。"


def elsewhere(utility: str, place: str) -> str:
    """Return that the place is outside of our area."""
    return (
        f"我这里只有{utility}供电范围的停电信息，{place}的查不到；"
        "请联系当地供电公司，供电热线一般是{phone.hotline}。"
    )


def overview(*, empty: bool) -> str:
    """Return the line above all that is announced."""
    return "目前没有查到停电信息。" if empty else "目前查到的停电信息有："


def row(outage: Outage, state: OutageState, *, now: datetime, zone: ZoneInfo) -> str:
    """Return one outage as a line of a list."""
    start = moment(outage.start_at, now, zone)
    return f"- {outage.scope}：{KINDS[outage.kind]}，{STATES[state]}，{start}起"


def my_addresses(count: int) -> str:
    """Return how a person's several bound addresses are called together."""
    return "您绑定的地址" if count > 1 else "您家"


def cancelled() -> str:
    """Return the word that the look-up was left."""
    return "好的，不查了。"
