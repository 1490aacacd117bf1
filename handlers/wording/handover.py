"""What we say when a customer wants a person, waits for one, and comes back to the bot."""

import re

# Said in the middle of a form or of a danger these want a person; anywhere else the book understands them.
WISH = re.compile(
    r"(?:我|就|要|想|快|请|能不能|可以|可不可以|麻烦|帮我|给我|你|赶紧|马上)*"
    r"(?:[转找接换要叫打搵]{1,2}(?:到|成|接)?(?:一?[个位])?"
    r"(?:人工|真人|活人|客服|坐席|话务员|工作人员)(?:客服|服务|坐席|来|接|说|聊)*"
    r"|投诉(?:你|你们|你们的|这个|这|个)*(?:机器人|机器|程序)"
    r"|(?:人工|真人)(?:客服|服务|坐席)?)"
    r"(?:可以|行|好)?(?:吧|呀|啊|吗|嘛|了|谢谢)*"
)
_STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60)  # minutes; finer would claim to know more than we do


def wait(minutes: float | None) -> str:
    """Return what can honestly be said of a wait; None where nothing is known."""
    if minutes is None:
        return "要等多久暂时说不准"
    for step in _STEPS:
        if minutes <= step:
            return f"按最近的接听情况大约{step}分钟，不作保证"
    return "按最近的接听情况可能要等一小时以上"


def nobody_on_duty() -> str:
    """Return what is said of a wait while no colleague is on duty."""
    return "现在没有同事在岗，有人回来就按顺序联系您"


def _place(ahead: int) -> str:
    return f"前面还有{ahead}位" if ahead else "您排在第一位"


def in_queue(ahead: int, waiting: str) -> str:
    """Return the honest line in office hours."""
    return (
        f"已为您转人工，{_place(ahead)}，{waiting}。"
        "同事看得到刚才的对话，您不用重复；等待时可以接着说明情况，我也照常回答。"
    )


def place_now(ahead: int, waiting: str) -> str:
    """Return how the queue stands now, for the card that changes as it moves."""
    return f"您在排队等人工，{_place(ahead)}，{waiting}。随时可以取消排队。"


def back_in_queue(ahead: int, waiting: str) -> str:
    """Return the word that a colleague had to leave and the customer comes next."""
    return (
        f"抱歉，接待您的同事临时离开，已为您排到前面，{_place(ahead)}，{waiting}。"
        "不用重新说一遍，我也照常回答。"
    )


def claimed(name: str) -> str:
    """Return the word that somebody has taken the request and will speak."""
    return f"同事{name}已接手，正在看您的情况，马上回复您。"


def nobody_here(back_at: str) -> str:
    """Return the honest line outside office hours."""
    return (
        f"现在不是人工服务时间，同事{back_at}上班后按顺序联系您。急事请打{{phone.hotline}}（全天有人接）。\n"
        "可以约个时间回电，可以先留言，也可以继续问我。"
    )


def no_staff() -> str:
    """Return the honest line where no staff group is connected."""
    return "这里暂时没有同事在线接待。请打{phone.hotline}，全天有人接；也可以留言，我登记成工单，不会丢。"


def still_waiting(ahead: int, waiting: str) -> str:
    """Return what a second wish for a person gets."""
    place = f"前面还有{ahead}位" if ahead else "排在第一位"
    return f"您已经在排队了，{place}，没有重复排队，{waiting}。"


def still_waiting_for(name: str) -> str:
    """Return what a second wish for a person gets whom a colleague has taken already."""
    return f"您已经在排队了，没有重复排队；同事{name}已接手，马上回复您。"


def still_waiting_until(back_at: str) -> str:
    """Return what a second wish for a person gets outside office hours."""
    return (
        f"您已经在排队了，没有重复排队。现在不是人工服务时间，同事{back_at}上班后按顺序联系您；"
        "急事请打{phone.hotline}（全天有人接）。"
    )


def calm() -> str:
    """Return the one sentence for somebody who is angry for the second time."""
    return "让您生气了，对不起，我不再让您跟程序说，直接请同事来。"


def speaking() -> str:
    """Return what somebody gets who asks for a person while one is on the line."""
    return "同事正在和您对话，直接说就行，他们看得到。"


def button_waits() -> str:
    """Return what a button of ours gets while a person is on the line."""
    return "同事正在和您对话，这个按钮先放着，填过的内容都在；结束人工后再点就接着办。"


def left() -> str:
    """Return the word that the queue is left."""
    return "已取消排队，由我继续为您服务。"


def not_waiting() -> str:
    """Return what leaving gets where nobody waits."""
    return "您现在没有在排队。"


def ask_words() -> str:
    """Return the question for the message that is left."""
    return "请把要说的话发来，我一字不改地转给同事。需要回电的话请留下电话和方便的时间。"


def words_kept() -> str:
    """Return the thanks for the message that was left."""
    return "留言已转给同事，他们会在这里回复您。"


def no_words() -> str:
    """Return the word that no message is left."""
    return "好的，没有留言。"


def joined(name: str) -> str:
    """Return the line that a person is on the line now."""
    return f"**{name} 已接入，现在是真人和您对话。**"


def handed_on(before: str, name: str) -> str:
    """Return the line that another person goes on with the conversation."""
    return f"**{before}已把对话转给{name}，由{name}接着和您说。** 前面说过的都看得到，您不用重复。"


def taken_over(name: str) -> str:
    """Return the line that another person has taken the conversation over."""
    return f"**现在由{name}接着和您对话。** 前面说过的都看得到，您不用重复。"


def said_by(name: str, text: str) -> str:
    """Return a colleague's words as the customer reads them."""
    return f"**{name}：**{text}"


def said_of_ticket(name: str, number: str, text: str) -> str:
    """Return a colleague's words about a ticket, to somebody with whom no conversation is opened."""
    return f"**{name}（工单{number}）：**{text}"


def bot_back() -> str:
    """Return the line that the bot is back."""
    return "人工对话已结束，我是电铃（程序），继续为您服务。"


def bot_back_idle() -> str:
    """Return the line that the bot is back because nobody has spoken for long."""
    return "很久没有新的对话，人工对话已结束，我是电铃（程序），继续为您服务。还需要同事请点【人工】。"


def bot_back_unanswered() -> str:
    """Return the line that the bot is back because our colleague never answered."""
    return (
        "很抱歉，同事一直没有回复您，人工对话先结束，我是电铃（程序），继续为您服务。\n"
        "可以约个时间回电，也可以再点【人工】；急事请打{phone.hotline}。"
    )


def late(minutes: int) -> str:
    """Return the truth about a silence of ours, once."""
    return (
        f"抱歉，{minutes}分钟了还没有同事空出来，您仍在排队，没有丢。\n"
        "可以继续等，也可以约个时间回电；急事请打{phone.hotline}。"
    )


def late_speaking(minutes: int) -> str:
    """Return the truth about a colleague who has fallen silent."""
    return f"抱歉，同事{minutes}分钟没有回复您，我已再次提醒。也可以约个时间回电。"


# -- for colleagues


def staff_request(customer: str, facts: list[str]) -> str:
    """Return the card that asks colleagues to answer a customer."""
    lines = [f"🙋 **{customer} 要人工**", *facts]
    lines.append("**回复本条消息**即发给客户；不回复的话只在群内可见。")
    return "\n".join(lines)


def staff_relay(person: int, text: str) -> str:
    """Return a customer's words in the group; what came with them is counted below."""
    return f"💬 客户{person}：{text}"


def staff_left(person: int) -> str:
    """Return the word that a customer no longer waits."""
    return f"客户{person}已取消排队，不用再回复。"


def staff_callback(person: int) -> str:
    """Return the word that a customer would rather be called back."""
    return f"客户{person}改约回电，不再排队；见回电工单。"


def staff_ended(person: int, by: str) -> str:
    """Return the word that a conversation is over."""
    return f"客户{person}的人工对话已由{by}结束，恢复机器人服务。"


def staff_waits(person: int, minutes: int, name: str) -> str:
    """Return the reminder that a customer waits; with the colleague who has them."""
    whose = f"（{name}接待）" if name else ""
    return f"⏰ 客户{person}{whose}已等{minutes}分钟没有人回复。回复本条消息即发给客户。"


def staff_claim_expired(person: int, name: str, minutes: int, following: str) -> str:
    """Return the word that a claim has run out, and whose turn it is."""
    turn = f"轮到{following}" if following else "请有空的同事"
    return (
        f"⏰ {name}接手客户{person}后{minutes}分钟没有开口，已退回队列最前。{turn}：点【我来接】或直接回复。"
    )


def staff_given_back(person: int, following: str) -> str:
    """Return the word that a colleague has left and their customer waits again."""
    turn = f"轮到{following}" if following else "请有空的同事"
    return f"↩️ 客户{person}的接待人已离开，客户排在最前。{turn}：点【我来接】或直接回复。"


def staff_taken(person: int, minutes: int) -> str:
    """Return what somebody gets who has taken a customer."""
    return f"客户{person}由您接待，请在{minutes}分钟内回复，过时退回队列。"


def staff_taken_already(person: int) -> str:
    """Return what somebody gets who takes a customer that is theirs."""
    return f"客户{person}本来就由您接待，直接回复即可。"


def staff_held(name: str) -> str:
    """Return why a line did not go out: somebody else has the customer."""
    return f"❌ 没有发出：{name}正在处理这位客户。确有需要请用 /transfer 写明理由接过来。"


def staff_held_take(name: str) -> str:
    """Return why a customer cannot be taken."""
    return f"{name}正在处理这位客户。"


def staff_full(name: str, capacity: int) -> str:
    """Return why somebody gets no further customer."""
    return f"❌ {name}同时接待的客户已满{capacity}位，先结束一位，或请别的同事接。"


def staff_gone(person: int | None) -> str:
    """Return what somebody gets whose customer waits no longer."""
    return f"客户{person}已经不在排队了。" if person is not None else "没有这个排队请求。"


def staff_queue_empty() -> str:
    """Return what somebody gets who wants the next customer where nobody waits."""
    return "现在没有人排队。"


def staff_why() -> str:
    """Return what somebody gets who hands a customer on without a reason."""
    return "没有转：请写明理由，例如 /transfer 李 他懂光伏。"


def staff_cannot(name: str) -> str:
    """Return why a customer cannot be handed to somebody."""
    return f"没有转：{name}不能接待客户（角色不允许或已离职）。"


def staff_handed_on(person: int, name: str) -> str:
    """Return the tick that a customer is somebody else's now."""
    return f"✅ 客户{person}已转给{name}。"


def staff_no_chat() -> str:
    """Return what somebody gets who hands on a customer with whom nobody speaks."""
    return "没有转：这位客户没有在排队，也没有人在接待。"


def staff_off_duty(name: str, given_back: int) -> str:
    """Return the word that somebody is off duty."""
    return f"{name}已下班" + (f"，{given_back}位客户退回队列最前。" if given_back else "。")


def staff_on_duty(name: str) -> str:
    """Return the word that somebody is on duty."""
    return f"{name}已上班。"


def staff_sent(person: int) -> str:
    """Return the tick after each line that went out."""
    return f"✅ 已发给客户{person}"


def staff_sent_of_ticket(number: str) -> str:
    """Return the tick after a line about a ticket that opened no conversation."""
    return f"✅ 已发给工单{number}的客户（只发了这条话，没有开启对话；客户的补充会进工单）"


def staff_not_sent(person: int) -> str:
    """Return why a line did not go out."""
    return f"❌ 没有发出：客户{person}目前联系不上（已停用或拉黑）。"


def staff_ticket_not_sent(number: str) -> str:
    """Return why a line about a ticket did not go out."""
    return f"❌ 没有发出：工单{number}的客户目前联系不上（已停用或拉黑）。"


def staff_no_line() -> str:
    """Return why an edit cannot follow at the customer."""
    return "❌ 没有改：原来那条没有发给过客户。"


def fact_customer(number: int, *, vulnerable: bool) -> str:
    """Return the first line about a customer: a number, never a name."""
    return f"客户{number}" + ("（重点照顾客户）" if vulnerable else "")


def fact_account(number: str, community: str) -> str:
    """Return the line about a bound account, its number masked."""
    return f"户号{number}" + (f"（{community}）" if community else "")


def fact_tickets(numbers: list[str]) -> str:
    """Return the line about the tickets that are open."""
    return f"未办结工单：{'、'.join(numbers)}"


def fact_outage(community: str, scope: str, etr: str) -> str:
    """Return the line that the power is out at a bound address."""
    return f"⚡ {community}正在停电：{scope}" + (f"，预计{etr}来电" if etr else "")


def fact_matter(text: str) -> str:
    """Return the one-line summary."""
    return f"事由：{text}"


def fact_word(who: str, text: str) -> str:
    """Return one of the last words."""
    return f"- {'客户' if who == 'customer' else '电铃'}：{text}"


def fact_hidden() -> str:
    """Return the line instead of words that not everybody may read."""
    return "（此前的对话涉及保密内容，不显示）"
