"""Short hints for colleagues in the staff group."""


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
        "在群里：\n"
        "- **回复**客户的消息或工单 = 发给客户；不回复 = 只在群内\n"
        "- /r 内容：发给您正在接待的客户\n"
        "- /n 内容（回复工单时）：内部备注，客户看不到\n"
        "- /list：未办结工单；/show 单号；/take 单号；/done 单号 说明；/end：结束人工对话"
    )


def group_only() -> str:
    """Return what a staff button gets outside the group."""
    return "这个按钮只在同事群里有效。"


def expired() -> str:
    """Return what an old button gets in the group."""
    return "这个按钮已过期，用 /list 看未办结工单。"


def no_open_tickets() -> str:
    """Return what an empty list says."""
    return "没有未办结的工单。"


def nobody_to_end() -> str:
    """Return what ending gets where no conversation is open."""
    return "没有找到要结束的人工对话。请点客户消息下面的【结束】。"


def only_text() -> str:
    """Return why a photo was not passed on."""
    return "没有发出：目前只能把文字转给客户。"


def not_allowed() -> str:
    """Return what somebody gets whose role does not allow an act."""
    return "您的角色不能做这件事，没有改动。需要的话请找班长。"


def no_such_ticket(number: str) -> str:
    """Return what a number gets that does not exist, or not for this colleague."""
    return f"没有工单 {number}。"
