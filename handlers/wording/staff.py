"""What colleagues read in the staff group: hints, topics, cards, what became of their lines, digests."""

from collections.abc import Sequence


def reply_to_whom() -> str:
    """Return the hint for `/r` where it is not clear to whom it goes."""
    return "没有发出：请**回复**客户的那条消息，或先接待一位客户再用 /r。"


def nothing_to_send() -> str:
    """Return the hint for an empty line."""
    return "没有发出：内容是空的。用法：回复客户消息直接写，或 /r 内容。"


def note_where() -> str:
    """Return the hint for a note without a ticket."""
    return "请回复工单消息写 /n 内容，或用 /n 单号 内容。"


def help_lines() -> str:
    """Return what can be done in the group."""
    return (
        "在话题里不用写单号；别处写在命令后。\n"
        "- **回复**客户的消息，或 /r 内容 = 发给客户，随后显示 ✅ 或 ❌；其他话只在内部\n"
        "- 改自己的消息，客户那边跟着改；/undo（回复自己那条）= 撤回\n"
        "- /c 关键词：快捷回复，先看再发\n"
        "- /n 内容：内部备注，客户看不到\n"
        "- /take 接手；/arrived 到场；/wait 原因；/go 继续；/done 说明\n"
        "- /delay 原因：赶不及时先写原因，超时后客户会看到；/rebook 12-01 上午：改预约\n"
        "- /transfer 姓名或班组 原因；/merge 单号 单号；/split 单号 序号\n"
        "- /class 类别 原因：改类；/approve、/refuse：同意、不同意改轻\n"
        "- /list 未办结；/mine 我的；/show 看工单\n"
        "- /on 上班；/off 下班（手上的客户回到队列）；/end 结束人工对话"
    )


def group_only() -> str:
    """Return what a staff button gets outside the group."""
    return "这个按钮只有绑定过的同事能用。"


def expired() -> str:
    """Return what an old button gets in the group."""
    return "这个按钮已过期，用 /list 看未办结工单。"


def no_open_tickets() -> str:
    """Return what an empty list says."""
    return "没有未办结的工单。"


def nobody_to_end() -> str:
    """Return what ending gets where no conversation is open."""
    return "没有找到要结束的人工对话。请点客户消息下面的【结束】。"


def not_allowed() -> str:
    """Return what somebody gets whose role does not allow an act."""
    return "您的角色不能做这件事，没有改动。需要的话请找班长。"


def no_such_ticket(number: str) -> str:
    """Return what a number gets that does not exist, or not for this colleague."""
    return f"没有工单 {number}。"


# -- the topics of the group

_STATE_SIGNS = {
    "danger": "🆘",
    "accepted": "🔴",
    "taken": "🟡",
    "waiting": "⏸",
    "resolved": "🟢",
    "closed": "✅",
    "withdrawn": "⚪",
    "merged": "🔗",
}
_CHAT_SIGNS = {"waiting": "🙋", "speaking": "💬", "none": "▫️"}


def room_of_ticket(number: str, kind: str, state: str, place: str) -> str:
    """Return the title of a ticket's topic."""
    return f"{_STATE_SIGNS.get(state, '•')} {kind} {number[:2]}…{number[-4:]} {place}".rstrip()


def room_of_person(person: int, state: str) -> str:
    """Return the title of a customer's topic."""
    return f"{_CHAT_SIGNS[state]} 客户{person}"


def short_place(place: str, length: int) -> str:
    """Return the beginning of an address, without the house: a title is seen by everybody in the group."""
    place = "".join(one for one in place if not one.isascii())
    for end in ("街道", "镇", "乡", "区", "县", "市"):
        at = place.find(end)
        if 0 < at <= length:
            return place[: at + len(end)]
    return place[:length]


# -- what became of a line to a customer

_REASONS = (
    (("blocked", "deactivated", "kicked"), "客户已停用或拉黑"),
    (("chat not found", "user not found", "peer_id_invalid"), "找不到客户的聊天"),
    (("too long",), "内容太长"),
)


def fate(state: str, error: str, *, changed: bool) -> str:
    """Return what became of a colleague's line, with the reason where it did not arrive."""
    match state:
        case "sent":
            return "✅ 已送达客户（修改后）" if changed else "✅ 已送达客户"
        case "waiting":
            return "⏳ 还没有送达，会自动再发，结果会在这里更新"
        case "unknown":
            return "❓ 不确定客户是否收到，请换个方式确认"
    known = next((said for words, said in _REASONS if any(one in error.lower() for one in words)), "")
    return f"❌ 没有送达：{known or '渠道拒绝了这条消息'}。可在工单里改用电话联系。"


# -- cards and what is told elsewhere

_CHAT_STATES = {
    "waiting": "🙋 在等人接待",
    "claimed": "✋ 已有同事说来接，还没有说第一句话",
    "speaking": "💬 正在人工对话，机器人不插话",
    "none": "▫️ 现在没有人工对话",
}


def chat_state(state: str) -> str:
    """Return how a conversation stands."""
    return f"{_CHAT_STATES[state]}。**回复客户的消息**或 /r 才会发给客户，其他话只在内部。"


def told_in_private() -> str:
    """Return what stands in the group where the answer is confidential."""
    return "已私下发给您。"


def something_confidential(*, told: bool) -> str:
    """Return the one line that the group gets of a confidential ticket."""
    who = "已单独通知有权限的同事" if told else "但有权限的同事都还没有绑定 Telegram，请尽快处理"
    return f"🔒 收到一件保密事项，{who}。"


def digest(lines: Sequence[str], *, left: int) -> str:
    """Return the card that tells many tickets at once."""
    more = f"\n还有{left}件随后列出。" if left else ""
    return (
        f"📋 **消息较多，{len(lines)}张工单合并列出**\n"
        + "\n".join(f"- {line}" for line in lines)
        + more
        + "\n认领：/take 单号；全部未办结：/list"
    )


def digest_line(
    number: str, kind: str, state: str, place: str, news: int, *, urged: int, open_: bool, last: str
) -> str:
    """Return one ticket in a digest."""
    sign = _STATE_SIGNS.get(state, "•")
    marks = [f"催{urged}"] if urged else []
    marks += [f"{news}条消息"] if news > 1 else []
    marks += ["待认领"] if open_ else []
    return " ".join(one for one in (sign, number, kind, place, "·".join(marks), last) if one)


def beginning(text: str, number: str) -> str:
    """Return the first words of a message about a ticket, without its number."""
    first = text.partition("\n")[0].replace("*", "").replace(number, "")
    first = " ".join(first.split())
    return f"“{first[:_BEGINNING]}{'…' if len(first) > _BEGINNING else ''}”" if first else ""


_BEGINNING = 40


# -- commands


def which_ticket() -> str:
    """Return the hint where it is not clear which ticket is meant."""
    return "哪张工单？请在它的话题里发，或回复工单消息，或在命令后写单号。"


def stayed_inside() -> str:
    """Return the hint, once for a conversation, that a line was not sent."""
    return (
        "⚠️ 这句话**没有发给客户**，只在内部。要发给客户：回复客户的消息，或用 /r 内容。"
        "（本次对话只提醒这一回）"
    )


def no_such_canned(keyword: str, keys: Sequence[str]) -> str:
    """Return the keys that are near to one that does not exist."""
    if not keyword:
        return f"快捷回复：{'、'.join(keys)}。用法：/c 关键词"
    if not keys:
        return f"没有叫“{keyword}”的快捷回复。/c 看全部。"
    return f"没有叫“{keyword}”的快捷回复，相近的有：{'、'.join(keys)}。"


def canned_preview(text: str, *, sendable: bool) -> str:
    """Return a ready-made sentence before it is sent."""
    tail = "点【发送】才会发给客户。" if sendable else "要发给谁？请回复客户的消息再用 /c。"
    return f"预览（还没有发出）：\n{text}\n\n{tail}"


def canned_lacks(text: str, missing: Sequence[str]) -> str:
    """Return why a ready-made sentence cannot be sent."""
    names = {"number": "单号", "promise": "承诺时间", "staff": "姓名"}
    return f"没有发出：这里没有{'、'.join(names[one] for one in missing)}。\n{text}"


def sent_before() -> str:
    """Return what a second tap on 【发送】 gets."""
    return "这条快捷回复已经发过了，没有再发。"


def undo_what() -> str:
    """Return how to take a line back."""
    return "没有撤回：请**回复您自己发给客户的那条消息**写 /undo。"


def taken_back(name: str) -> str:
    """Return what stands at the customer where a line was taken back."""
    return f"（{name} 撤回了一条消息）"


def undone() -> str:
    """Return that a line was taken back."""
    return "正在撤回，客户那边会显示“撤回了一条消息”；客户可能已经看过。"


def how_to(what: str, number: str) -> str:
    """Return how to do what needs words."""
    match what:
        case "note":
            return f"内部备注（客户看不到）：/n {number} 内容"
        case "transfer":
            return f"转派要写原因：/transfer {number} 姓名或班组 原因"
        case _:
            return f"暂停要写等什么（客户会看到）：/wait {number} 等客户｜等材料｜等停电许可｜天气｜第三方"


def transfer_how() -> str:
    """Return how to pass work on."""
    return "转派要写给谁和原因：/transfer 姓名或班组 原因（工单话题外先写单号；客户对话只能转给同事）。"


def merge_how() -> str:
    """Return how to let one ticket go on in another."""
    return "合并：/merge 并入的单号 主单号。两位客户各看各的进度，备注不互通。"


def split_how() -> str:
    """Return how to make two tickets of one."""
    return "拆分：/split 单号 序号 序号（序号见 /show 里客户的话；不写序号是把合并过的单独拿出来）。"


def listed(lines: Sequence[str], more: int) -> str:
    """Return the open tickets, a line each."""
    shown = "\n".join(f"- {line}" for line in lines)
    return f"{shown}\n另有{more}张没有列出，可用 /list 我的 或 /list 班组。" if more else shown


def not_known() -> str:
    """Return what an answer to a message gets that we cannot find."""
    return "没有发出：认不出您回复的是哪条消息，请再回复一次，或用 /r 内容。"


def no_topics() -> str:
    """Return what colleagues are told where topics cannot be opened."""
    return (
        "⚠️ 我没有权限在本群建话题，消息先发在群里（回复串）。请群主把我设为管理员并允许“管理话题”“置顶消息”。"
    )


def class_how() -> str:
    """Return how a ticket comes to count as another class."""
    return (
        "改类：/class 单号 投诉｜意见｜建议｜咨询 原因。"
        "改轻要另一位有权限的同事 /approve 或 /refuse，客户会被告知。"
    )
