"""What colleagues are told about their own accounts, their duty and their work."""


def how_to_link() -> str:
    """Return what a member of the group gets, once a day, whom we do not know as a colleague."""
    return (
        "还不认识您，没有执行任何操作。请管理员给您开一个一次性码，"
        "然后**私聊**我发送：/staff 一次性码。绑定后就能在群里工作了。"
    )


def code_not_here() -> str:
    """Return what a code gets that is sent where others read along; it is better not used."""
    return "请不要在群里发一次性码：请私聊我发送 /staff 一次性码。这个码请管理员作废重开。"


def link_elsewhere() -> str:
    """Return what a code gets on a channel that cannot tell who writes."""
    return "同事账号只能在 Telegram 里绑定：请在 Telegram 私聊我发送 /staff 一次性码。"


def link_how() -> str:
    """Return the usage of the command."""
    return "用法：/staff 一次性码（管理员给您的数字）。"


def not_linked() -> str:
    """Return the one answer to every code that is not taken, whatever was wrong with it."""
    return "没有绑定上。一次性码可能不对、过期或用过了，也可能是今天试的次数太多了。请找管理员要一个新的。"


def linked(name: str, role: str, team: str) -> str:
    """Return the good news."""
    return f"绑定成功：{name}（{role}，{team}）。现在可以在同事群里工作了；发 /mine 看您的工单。"


def first_asked(name: str) -> str:
    """Return the line that names who is accountable until the customer confirms."""
    return f"首问负责：{name}"


def linked_already(name: str) -> str:
    """Return what a code gets in a chat that is linked; the code stays good."""
    return f"这个 Telegram 已经绑定为 {name}。要换人，请管理员先解绑。"


def linked_elsewhere() -> str:
    """Return the notice to the Telegram that was linked before."""
    return (
        "您的同事账号刚刚用一次性码改绑到了另一个 Telegram，这里不再有权限。"
        "不是您本人操作的话，请马上告诉管理员。"
    )


def staff_passed_on(number: str, kind: str, name: str) -> str:
    """Return the post about a ticket that is free again."""
    return f"🔁 **{number}** {kind}：{name} 不再处理，工单回到待接单，承诺的时间不变。请尽快接手。"


def duty_passed_on(heir: str, name: str, numbers: list[str]) -> str:
    """Return the post about tickets for which somebody else is accountable now."""
    return f"首问负责由 {name} 转给 {heir}：" + "、".join(numbers)


def mine(work: list[str], first: list[str], talks: list[str]) -> str:
    """Return a colleague's own list: what they work on, and what they answered first."""
    parts = [
        ("**在办**", work),
        ("**正在接待**", talks),
        ("**首问负责（待客户确认）**", first),
    ]
    shown = [f"{head} {len(lines)}\n" + "\n".join(lines) for head, lines in parts if lines]
    return "\n\n".join(shown) or "您手上没有工单，也没有首问负责的工单。"


def talk(person_id: int, since: str) -> str:
    """Return the line of a conversation in that list."""
    return f"- 客户{person_id}（{since}起）"
