"""What we say about tickets to colleagues: cards, news of customers, and what became of their acts."""

from collections.abc import Sequence

from handlers.wording.tickets import STATES, WAITS, step_name

STAFF_STATES = {**STATES, "merged": "已并入另一张"}


def staff_card(
    head: str, number: str, kind: str, state: str, owner: str, rows: Sequence[tuple[str, str]], limit: str
) -> str:
    """Return a ticket as the staff group sees it."""
    lines = [f"{head}**{number} {kind}** {STAFF_STATES[state]}{f'（{owner}）' if owner else ''}"]
    lines += [f"- {label}：{value}" for label, value in rows]
    if limit:
        lines.append(limit)
    return "\n".join(lines)


def staff_limit(step: str, moment: str) -> str:
    """Return the moment by which a step must be done."""
    return f"⏱ {moment}前{step_name(step).replace('您', '客户')}"


def staff_urged(number: str, times: int, leads: Sequence[str] | None) -> str:
    """Return the customer's urging, for the group; with `leads` it is one for them in person."""
    lead = "" if leads is None else f"\n**请班长{'、'.join(leads)}亲自跟进。**"
    return f"⏰ {number} 客户第{times}次催办。{lead}"


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


def work_taken(number: str, name: str) -> str:
    """Return who has a ticket now."""
    return f"{number} 由 {name} 处理。"


def work_taken_before(number: str, name: str) -> str:
    """Return who was faster."""
    return f"{number} 已由 {name} 接手，不用再接。"


def work_state(number: str, state: str) -> str:
    """Return that an act does not fit a ticket's state."""
    return f"{number} {STAFF_STATES[state]}，没有改动。"


def work_done(number: str, what: str, *, reached: bool) -> str:
    """Return that an act was done, and whether the customer could be told."""
    return f"✅ {number} {what}" + ("，正在通知客户。" if reached else "。❗客户目前联系不上，请电话告知。")


def work_noted(number: str) -> str:
    """Return that an internal note was kept."""
    return f"📝 {number} 已记内部备注，客户看不到。"


def staff_wait_reason(reason: str) -> str:
    """Return what a ticket waits for, as colleagues read it."""
    return WAITS.get(reason, reason).replace("您", "客户")


def staff_row_wait(reason: str) -> str:
    """Return the row of a staff card about waiting."""
    return f"⏸ {staff_wait_reason(reason)}，不计时"


def maybe_same(numbers: Sequence[str]) -> str:
    """Return the row of a staff card about tickets of other customers that may be the same matter."""
    return "、".join(numbers)


def work_waits(number: str, reason: str, *, reached: bool) -> str:
    """Return that a ticket waits now."""
    return work_done(number, f"暂停：{staff_wait_reason(reason)}", reached=reached)


def work_which_reason() -> str:
    """Return which reasons to wait there are."""
    listed = "、".join(f"{staff_wait_reason(key)}（{key}）" for key in WAITS)
    return f"没有改动：请写明原因，可用：{listed}。"


def work_delay_kept(number: str) -> str:
    """Return that the reason of a delay was kept."""
    return f"⏱ {number} 已记延误原因。时钟不停；超过承诺时间时，客户会看到这个原因。"


def work_needs_reason() -> str:
    """Return that an act needs its reason."""
    return "没有改动：请写明理由。"


def work_needs_words() -> str:
    """Return that there is nothing to send or keep."""
    return "没有改动：内容是空的。"


def work_to_whom(name: str, teams: Sequence[str]) -> str:
    """Return that nobody is called so."""
    return f"没有改动：没有叫“{name}”的同事或班组。班组：{'、'.join(teams)}。"


def work_may_not_see(name: str) -> str:
    """Return that a colleague may not be given a ticket of this kind."""
    return f"没有改动：{name}无权看这类工单。"


def work_handed_on(number: str, to: str, reason: str) -> str:
    """Return who works on a ticket now, for the room of the ticket."""
    return f"🔀 {number} 转给{to}" + (f"：{reason}" if reason else "") + "。首问同事不变。"


def work_merged(number: str, into: str) -> str:
    """Return that two tickets go on as one."""
    return f"🔗 {number} 已并入 {into}。进展会分别通知两位客户，备注、照片和身份互不可见。"


def work_not_merged(why: str) -> str:
    """Return why two tickets stay apart."""
    return f"没有合并：{why}。"


MERGE_SELF = "是同一张工单"
MERGE_HIDDEN = "保密或匿名的工单不合并"
MERGE_ENDED = "其中一张已经办结"
MERGE_KINDS = "不是同一类事"
MERGE_DANGER = "紧急工单只能并入紧急工单"


def work_parted(number: str) -> str:
    """Return that a merged ticket is one of its own again."""
    return f"✂️ {number} 已分出，单独处理。"


def work_split(number: str, new: str) -> str:
    """Return that a second ticket was made of a customer's words."""
    return f"✂️ 从 {number} 分出 {new}，内部备注留在原单。"


def work_split_what(rows: Sequence[tuple[int, str]]) -> str:
    """Return which words of a customer can be split off."""
    if not rows:
        return "没有改动：这张工单没有客户补充的话可以分出。"
    return "没有改动：请指明分出哪几句（编号）：\n" + "\n".join(f"- {key}：{words}" for key, words in rows)


def staff_split_from(number: str) -> str:
    """Return the head of a ticket that was split off."""
    return f"✂️ 从 {number} 分出 "


def staff_parted(number: str, why: str) -> str:
    """Return that a merged ticket stands by itself again, and why."""
    return f"🔁 {number} {why}，重新单独处理。"


WHY_MAIN_WITHDRAWN = "主单已由其客户撤销"


def staff_unconfirmed(number: str) -> str:
    """Return that a ticket ended without its customer's answer."""
    return f"⌛ {number} 客户一直没有确认，按“未确认”办结。"
