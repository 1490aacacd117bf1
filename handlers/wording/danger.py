"""What we say around the reviewed safety texts."""

from collections.abc import Sequence

THANKS = {"谢谢", "多谢", "好的", "好", "知道了", "嗯", "ok", "谢了"}

KINDS = {
    "shock": "触电",
    "line_down": "断线落地",
    "battery": "电池起火",
    "explosion": "设备爆响",
    "gas": "燃气味",
    "fire": "起火冒烟",
    "carbon_monoxide": "一氧化碳中毒",
    "life_support": "生命设备断电",
    "live_metal": "漏电带电",
    "water": "水浸带电",
    "child": "孩子碰电",
    "help": "呼救",
}


def instructions(do: Sequence[str], never: Sequence[str], call: str) -> str:
    """Return the reviewed text of one kind of danger."""
    lines = ["🚨 **先保证人身安全**"]
    lines += [f"- {one}" for one in do]
    lines.append("**千万不要：**" + "；".join(one.rstrip("。；") for one in never) + "。")
    lines.append(call)
    return "\n".join(lines)


def ask_place(number: str, *, alarmed: bool) -> str:
    """Return the only question that is asked in a danger."""
    known = "同事已收到警报。" if alarmed else "请同时打{phone.hotline}，让抢修马上知道。"
    return f"已登记**紧急工单 {number}**，{known}\n人安全了再回我：在哪里？小区、楼栋、路口，或者直接发定位。"


def place_noted() -> str:
    """Return the word that place and details are with the colleagues."""
    return (
        "已补充给抢修同事。请待在安全的地方，别靠近带电的东西；"
        "有人受伤先打{phone.ambulance}，起火打{phone.fire}。"
    )


def stands(number: str, *, taken: bool, alarmed: bool, place: str) -> str:
    """Return how an emergency stands: an average is said as an average."""
    if taken:
        who = "同事正在处理"
    elif alarmed:
        who = "同事已收到警报，没有人接手会一直提醒他们"
    else:
        who = "请同时打{phone.hotline}，让抢修马上知道"
    where = "" if place else "\n还差地点：在哪里？小区、楼栋、路口，或者直接发定位。"
    return (
        f"紧急工单 {number}：{who}。到现场城区{{promise.repair.arrive.urban}}、"
        f"农村{{promise.repair.arrive.rural}}。人先待在安全的地方。{where}"
    )


def over() -> str:
    """Return the word that colleagues know that it is over."""
    return "好的，人没事就好，已转告同事。线路和设备请先别碰；如果本来就不是紧急情况，请点下面告诉我。"


def false_alarm() -> str:
    """Return the word that the alarm is taken back."""
    return "好的，没事就好。已告诉同事不是紧急情况。需要报修的话可以继续："


def nothing_to_take_back() -> str:
    """Return what a tap on somebody else's or a forgotten alarm gets."""
    return "没有找到这个紧急工单。"


def staff_alarm(
    number: str, kind: str, words: str, place: str, *, again: bool, certain: bool, open_for_all: bool
) -> str:
    """Return the alarm for the staff group."""
    lines = [f"{'🚨🚨 **仍无人接手**' if again else '🚨 **紧急**'} {number} {KINDS.get(kind, kind)}"]
    if words:
        lines.append(f"客户原话：{words}")
    lines.append(f"地点：{place or '还不知道，已在问'}")
    if not certain:
        lines.append("可能不是眼前的事，请先核实。")
    if open_for_all:
        lines.append("请点【我来处理】，否则会一直提醒。**回复本条消息**即发给客户。")
    return "\n".join(lines)


def staff_more(number: str, words: str) -> str:
    """Return what the customer added, for the staff group."""
    return f"🚨 {number} 客户补充：{words}"


def staff_false_alarm(number: str) -> str:
    """Return the customer's word that it was no emergency, for the staff group."""
    return f"{number} 客户表示不是紧急情况，请核实后处理。"
