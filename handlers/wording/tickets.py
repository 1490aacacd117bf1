"""What we say about tickets, to customers and to colleagues."""

import re
from collections.abc import Sequence

# With these words a question about a ticket wants it to go faster.
URGING = re.compile(r"催(?!缴|费|收|款)")

STATES = {
    "accepted": "已受理",
    "taken": "处理中",
    "waiting": "等待中",
    "resolved": "已完成，待您确认",
    "closed": "已办结",
    "withdrawn": "已撤销",
    "merged": "处理中",
}

# How far a ticket is, as its customer reads it, for each family of kinds.
STAGES: dict[str, dict[str, str]] = {
    "repair": {
        "accepted": "已受理",
        "taken": "已派单",
        "arrived": "已到达",
        "resolved": "已修复",
        "asked": "待您确认",
    },
    "service": {
        "accepted": "已受理",
        "materials": "材料齐",
        "taken": "办理中",
        "resolved": "办结",
        "asked": "待您确认",
    },
    "complaint": {
        "accepted": "已受理",
        "contacted": "已联系",
        "taken": "处理中",
        "resolved": "已答复",
        "asked": "待您确认",
    },
    "opinion": {
        "accepted": "已受理",
        "taken": "处理中",
        "resolved": "已答复",
        "asked": "待您确认",
    },
}
_STAGES_OF = {"danger": "repair", "report": "complaint", "dispute": "complaint"}

# What a ticket may wait for while its clocks stand still: as the customer reads it, and what ends it.
WAITS = {
    "customer": "等您回复",
    "materials": "等您补齐材料",
    "permit": "等停电许可",
    "weather": "等天气好转",
    "parts": "等备件到货",
    "third": "等第三方配合",
}

_EVIDENCE = {
    "photo": "照片",
    "video": "视频",
    "voice": "语音",
    "file": "文件",
    "location": "位置",
    "contact": "联系人",
}

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


CLOSED_UNCONFIRMED = "已办结（未确认）"


def stages_of(family: str) -> dict[str, str]:
    """Return the stages of a family of kinds, in their order."""
    return STAGES.get(_STAGES_OF.get(family, family), STAGES["opinion"])


def stages(family: str, at: str, *, skip: Sequence[str] = (), end: str = "") -> str:
    """Return the line that shows how far a ticket is; `end` takes the place of the last stage."""
    shown = [(key, name) for key, name in stages_of(family).items() if key not in skip]
    if end:
        shown[-1] = ("end", end)
        at = "end"
    return " → ".join(f"**{name}**" if key == at else name for key, name in shown)


def card(
    number: str,
    kind: str,
    line: str,
    rows: Sequence[str],
    *,
    question: str = "",
) -> str:
    """Return the card of a ticket: what it is, how far it is, everything else, and what we ask."""
    return "\n".join([f"**{kind}工单 {number}**", line, *rows, *([question] if question else [])])


def place(words: str) -> str:
    """Return the line about where it is."""
    return f"地点：{words}"


def waits(reason: str) -> str:
    """Return the line about what a ticket waits for."""
    return f"⏸ {WAITS.get(reason, reason)}，期间不计时，承诺时间顺延"


def evidence_line(counts: Sequence[tuple[str, int]]) -> str:
    """Return what has been received besides words: kind and how many of each."""
    return "已收：" + "、".join(f"{_EVIDENCE.get(kind, '文件')}{count}份" for kind, count in counts)


def last_news(text: str, moment: str) -> str:
    """Return the line with the newest news."""
    return f"最新：{text}（{moment}）"


def is_it_done(family: str) -> str:
    """Return the question with which a ticket ends; no answer is not a yes."""
    return {"repair": "来电了吗？问题解决了吗？", "service": "事情办好了吗？"}.get(
        _STAGES_OF.get(family, family), "问题解决了吗？"
    )


def will_ask() -> str:
    """Return what stands under news of a repair until we ask."""
    return "过一会儿再请您确认。现在还没好的话点【还没好】。"


def step_name(step: str) -> str:
    """Return a step of a promise in words."""
    return STEPS.get(step, "办理")


def average(step: str, length: str, moment: str) -> str:
    """Return a promise that is an average, never said as a certainty."""
    about = f"（约{moment}）" if moment else ""
    return f"{step_name(step)}：一般{length}左右{about}，遇恶劣天气、堵车可能推迟"


def average_after(step: str, length: str) -> str:
    """Return an average that is counted from our arrival."""
    return f"{step_name(step)}：到场后一般{length}左右"


def deadline(step: str, moment: str, *, provisional: bool) -> str:
    """Return a promise with its moment."""
    return f"{'预计' if provisional else ''}{moment}前{step_name(step)}"


def overdue(step: str, moment: str) -> str:
    """Return the honest line about a promise that we have not kept."""
    return f"{step_name(step)}原定{moment}，已经超时，抱歉。已提醒负责人"


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


def waiting(reason: str) -> str:
    """Return the news that a ticket waits."""
    return f"暂停，{WAITS.get(reason, reason)}"


def went_on() -> str:
    """Return the news that a ticket goes on."""
    return "继续处理，时间见上"


def handed_on() -> str:
    """Return the news that others work on it now."""
    return "已转给同事继续处理"


def reclassed(kind: str) -> str:
    """Return the news that a ticket counts as another kind."""
    return f"改按“{kind}”办理"


def unconfirmed() -> str:
    """Return the word that a ticket ended without the customer's answer."""
    return "一直没有收到您的确认，先按“未确认”办结。还有问题点【没解决】，会重新处理"


def remind() -> str:
    """Return the first line of the one reminder to answer."""
    return "请您确认一下，这件事办好了吗？还没好也请告诉我："


def asks_now() -> str:
    """Return the first line of the question with which a ticket ends."""
    return "想跟您确认一下："


def which_is_done() -> str:
    """Return the question which of several tickets somebody means."""
    return "您说的是哪一张？"


def follows(number: str) -> str:
    """Return the line of a ticket that goes on from an older one."""
    return f"接续工单 {number}"


def resolved(text: str) -> str:
    """Return the news that the work is done."""
    return f"已处理完成。{text}" if text else "已处理完成"


def urged(times: int, lead: str | None) -> str:
    """Return the news that the customer has urged."""
    return f"第{times}次催办已转达" + (f"，已请班长{lead}跟进" if lead is not None else "，已提高优先级")


def urged_just_now(minutes: int) -> str:
    """Return the thanks for an urging that comes soon after the last one."""
    return f"谢谢，您{minutes}分钟前催过，已经转达，不用重复催。目前情况："


def who_has_it(name: str, next_step: str) -> str:
    """Return who works on it and what comes next."""
    return "；".join(filter(None, (f"现由{name}负责" if name else "正在安排人员", next_step)))


def urged_at_home() -> str:
    """Return what somebody gets who urges what was reported for their account from another chat."""
    return "已帮您催办。这个户号的报修已经在处理，进展会发到报修时用的聊天里。"


def again_at_home(opened: str) -> str:
    """Return the offer to urge what was reported for the same account from another chat."""
    return f"您绑定的这个户号{opened}已经报修，正在处理。\n要我帮您催一下吗？不是同一件事就另报一张。"


def reopened() -> str:
    """Return the news that a ticket is open again."""
    return "您反馈还没好，已重新处理并提高优先级"


def confirmed() -> str:
    """Return the thanks for the word that it is solved."""
    return "好的，工单已办结。以后有事随时说。"


def closed_too_long(window: str) -> str:
    """Return why a ticket cannot be opened again."""
    return f"这张工单办结已超过{window}，不能重新打开。问题又出现的话，可以接着它新报一张，原来的信息都带上："


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


def staff_overdue(number: str, kind: str, step: str) -> str:
    """Return the alarm that a limit has passed."""
    return f"⏱ {number} {kind}：“{step_name(step).replace('您', '客户')}”已超时，请立即跟进并告知客户原因。"


def work_unknown(number: str) -> str:
    """Return what an unknown number gets."""
    return f"没有工单 {number}。"
