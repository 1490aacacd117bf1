"""What we say about tickets, to customers and to colleagues."""

import re
from collections.abc import Sequence

# With these words a question about a ticket wants it to go faster.
URGING = re.compile(r"催(?!缴|费|收|款)")

STATES = {
    "accepted": "已受理",
    "taken": "处理中",
    "resolved": "已完成，待您确认",
    "closed": "已办结",
    "withdrawn": "已撤销",
}
_STAGES = ("已受理", "处理中", "已完成")
_AT_STAGE = {"accepted": 0, "taken": 1, "resolved": 2, "closed": 2}

STEPS = {
    "arrive": "到场",
    "restore": "修复",
    "contact": "联系您",
    "reply": "答复您",
    "pass_on": "转达",
    "on_site": "上门",
    "result": "出结果",
    "connect": "办完",
    "scheme": "答复方案",
    "accept": "验收",
}

FIELDS = {
    "description": "情况",
    "place": "地点",
    "account": "户号",
    "scope": "范围",
    "light": "电表/开关",
    "about": "事项",
    "phone": "联系电话",
    "note": "补充",
    "reason": "原因",
}


def stages(state: str) -> str:
    """Return the line that shows how far a ticket is."""
    if state == "withdrawn":
        return "**已撤销**"
    here = _AT_STAGE[state]
    return " → ".join(f"**{name}**" if index == here else name for index, name in enumerate(_STAGES))


def card(number: str, kind: str, state: str, place: str, promises: Sequence[str], last: str) -> str:
    """Return the card of a ticket."""
    lines = [f"**{kind}工单 {number}**", stages(state)]
    if place:
        lines.append(f"地点：{place}")
    lines += promises
    if last:
        lines.append(f"最新：{last}")
    if state == "resolved":
        lines.append("问题解决了吗？")
    return "\n".join(lines)


def average(step: str, length: str, moment: str) -> str:
    """Return a promise that is an average, never said as a certainty."""
    about = f"（约{moment}）" if moment else ""
    return f"{STEPS[step]}：一般{length}左右{about}，遇恶劣天气、堵车可能推迟"


def average_after(step: str, length: str) -> str:
    """Return an average that is counted from our arrival."""
    return f"{STEPS[step]}：到场后一般{length}左右"


def deadline(step: str, moment: str, *, provisional: bool) -> str:
    """Return a promise with its moment."""
    return f"{'预计' if provisional else ''}{moment}前{STEPS[step]}"


def overdue(step: str, moment: str) -> str:
    """Return the honest line about a promise that we have not kept."""
    return f"{STEPS[step]}原定{moment}，已经超时，抱歉。已提醒负责人"


def opened_first() -> str:
    """Return the first line under which a new card is shown."""
    return "已受理。"


def taken(name: str) -> str:
    """Return the news that somebody works on it."""
    return f"{name}已接手处理"


def arrived() -> str:
    """Return the news that the crew is there."""
    return "工作人员已到场"


def told(text: str) -> str:
    """Return a colleague's word about a ticket."""
    return f"同事回复：{text}"


def resolved(text: str) -> str:
    """Return the news that the work is done."""
    return f"已处理完成。{text}" if text else "已处理完成"


def urged(times: int) -> str:
    """Return the news that the customer has urged."""
    return f"第{times}次催办已转达" + ("，已请负责人跟进" if times >= 3 else "，已提高优先级")


def reopened() -> str:
    """Return the news that a ticket is open again."""
    return "您反馈还没好，已重新处理并提高优先级"


def confirmed() -> str:
    """Return the thanks for the word that it is solved."""
    return "好的，工单已办结。以后有事随时说。"


def closed_too_long(window: str) -> str:
    """Return why a ticket cannot be opened again."""
    return f"这张工单办结已超过{window}，不能重新打开。问题又出现的话，我给您新报一张："


def withdrawn() -> str:
    """Return the word that a ticket is withdrawn."""
    return "您已撤销，不再安排处理"


def ask_withdraw(number: str, kind: str) -> str:
    """Return the one question before a ticket is withdrawn."""
    return f"确定撤销{kind}工单 {number}？撤销后不再安排处理。"


def settled_already(number: str, state: str) -> str:
    """Return what a tap gets that comes too late."""
    return f"工单 {number} {STATES[state]}，不用再操作了。"


def not_found() -> str:
    """Return what a number gets that is not the customer's own."""
    return "没有找到您的这张工单。请核对单号，或看看【我的工单】。"


def none_yet() -> str:
    """Return what somebody gets who has no tickets."""
    return "您还没有工单。要办什么事？"


def none_of_kind(kind: str) -> str:
    """Return what somebody gets who asks after a kind of ticket that they never opened."""
    return f"没有查到您的{kind}工单。要现在{kind}吗？"


def listing(rows: Sequence[tuple[str, str, str, str]]) -> str:
    """Return the customer's tickets: number, kind, state, day."""
    lines = ["**我的工单**"]
    lines += [f"- {number} {kind} {STATES[state]}（{opened}）" for number, kind, state, opened in rows]
    lines.append("点单号看进度：")
    return "\n".join(lines)


def which_to_urge() -> str:
    """Return the question which ticket is to be urged."""
    return "您要催哪一张？"


def nothing_to_urge() -> str:
    """Return what somebody gets who urges without an open ticket."""
    return "没有查到您正在办理的工单，所以没有可催的。是电话或其他渠道报的，可以转人工帮您催："


def ask_words(number: str) -> str:
    """Return the question for what is to be added."""
    return f"请把要补充的话、照片或定位发来，我放进工单 {number}。"


def words_added(number: str, *, words: bool, evidence: int) -> str:
    """Return the word that something was added."""
    parts = (["说明"] if words else []) + ([f"照片/位置{evidence}份"] if evidence else [])
    return f"已补充到工单 {number}：{'、'.join(parts)}。同事能看到。"


def again(number: str, kind: str, state: str, opened: str) -> str:
    """Return the offer to urge instead of opening a second ticket for the same matter."""
    return (
        f"这件事您{opened}已经报过（{kind} {number}，{STATES[state]}）。\n"
        "要我帮您催一下吗？不是同一件事就另报一张。"
    )


# -- for colleagues


def staff_card(
    head: str, number: str, kind: str, state: str, owner: str, rows: Sequence[tuple[str, str]], limit: str
) -> str:
    """Return a ticket as the staff group sees it."""
    lines = [f"{head}**{number} {kind}** {STATES[state]}{f'（{owner}）' if owner else ''}"]
    lines += [f"- {label}：{value}" for label, value in rows]
    if limit:
        lines.append(limit)
    return "\n".join(lines)


def staff_limit(step: str, moment: str) -> str:
    """Return the moment by which a step must be done."""
    return f"⏱ {moment}前{STEPS[step].replace('您', '客户')}"


def staff_urged(number: str, times: int) -> str:
    """Return the customer's urging, for the group; the third goes to the lead."""
    lead = "\n**请班长亲自跟进。**" if times >= 3 else ""
    return f"⏰ {number} 客户第{times}次催办。{lead}"


def staff_overdue(number: str, kind: str, step: str) -> str:
    """Return the alarm that a limit has passed."""
    return f"⏱ {number} {kind}：“{STEPS[step].replace('您', '客户')}”已超时，请立即跟进并告知客户原因。"


def staff_withdrawn(number: str) -> str:
    """Return the word that a customer took a ticket back."""
    return f"{number} 客户已撤销。"


def staff_reopened(number: str) -> str:
    """Return the word that it is not solved."""
    return f"🔁 {number} 客户说还没好，已重新打开。"


def staff_confirmed(number: str) -> str:
    """Return the word that it is solved."""
    return f"✅ {number} 客户确认已解决。"


def staff_added(number: str, words: str, evidence: int) -> str:
    """Return what a customer added."""
    parts = ([words] if words else []) + ([f"（照片/位置{evidence}份）"] if evidence else [])
    return f"➕ {number} 客户补充：{''.join(parts)}"


def work_unknown(number: str) -> str:
    """Return what an unknown number gets."""
    return f"没有工单 {number}。"


def work_taken(number: str, name: str) -> str:
    """Return who has a ticket now."""
    return f"{number} 由 {name} 处理。"


def work_taken_before(number: str, name: str) -> str:
    """Return who was faster."""
    return f"{number} 已由 {name} 接手，不用再接。"


def work_state(number: str, state: str) -> str:
    """Return that an act does not fit a ticket's state."""
    return f"{number} {STATES[state]}，没有改动。"


def work_done(number: str, what: str, *, reached: bool) -> str:
    """Return that an act was done, and whether the customer could be told."""
    return f"✅ {number} {what}" + ("，正在通知客户。" if reached else "。❗客户目前联系不上，请电话告知。")


def work_noted(number: str) -> str:
    """Return that an internal note was kept."""
    return f"📝 {number} 已记内部备注，客户看不到。"
