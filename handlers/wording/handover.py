"""What we say when a customer wants a person, waits for one, and comes back to the bot."""

from collections.abc import Sequence


def in_queue(ahead: int) -> str:
    """Return the honest line in office hours."""
    place = f"前面还有{ahead}位" if ahead else "您排在第一位"
    return f"已为您转人工，{place}。同事看得到刚才的对话，您不用重复；等待时可以接着说明情况，我也照常回答。"


def nobody_here(back_at: str) -> str:
    """Return the honest line outside office hours."""
    return (
        f"现在不是人工服务时间，同事{back_at}上班后按顺序联系您。急事请打{{phone.hotline}}（全天有人接）。\n"
        "可以先留言，也可以继续问我。"
    )


def no_staff() -> str:
    """Return the honest line where no staff group is connected."""
    return "这里暂时没有同事在线接待。请打{phone.hotline}，全天有人接；也可以留言，我登记成工单，不会丢。"


def still_waiting(ahead: int) -> str:
    """Return what a second wish for a person gets."""
    return f"您已经在排队了，{f'前面还有{ahead}位' if ahead else '排在第一位'}，没有重复排队。"


def speaking() -> str:
    """Return what somebody gets who asks for a person while one is on the line."""
    return "同事正在和您对话，直接说就行，他们看得到。"


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


def said_by(name: str, text: str) -> str:
    """Return a colleague's words as the customer reads them."""
    return f"**{name}：**{text}"


def bot_back() -> str:
    """Return the line that the bot is back."""
    return "人工对话已结束，我是电铃（程序），继续为您服务。"


def bot_back_idle() -> str:
    """Return the line that the bot is back because nobody has spoken for long."""
    return "很久没有新的对话，人工对话已结束，我是电铃（程序），继续为您服务。还需要同事请点【人工】。"


def late(minutes: int) -> str:
    """Return the truth about a silence of ours, once."""
    return (
        f"抱歉，{minutes}分钟了还没有同事空出来，您仍在排队，没有丢。\n"
        "可以继续等，也可以留下电话等回电；急事请打{phone.hotline}。"
    )


def late_speaking(minutes: int) -> str:
    """Return the truth about a colleague who has fallen silent."""
    return f"抱歉，同事{minutes}分钟没有回复您，我已再次提醒。也可以留下电话等回电。"


# -- for colleagues


def staff_request(person: int, reason: str, words: Sequence[tuple[str, str]], tickets: Sequence[str]) -> str:
    """Return the card that asks colleagues to answer a customer."""
    lines = [f"🙋 **客户{person} 要人工**" + (f"（{reason}）" if reason else "")]
    if tickets:
        lines.append(f"未办结工单：{'、'.join(tickets)}")
    lines += [f"- {'客户' if who == 'customer' else '电铃'}：{text}" for who, text in words]
    lines.append("**回复本条消息**即发给客户；不回复的话只在群内可见。")
    return "\n".join(lines)


def staff_relay(person: int, text: str, parts: str) -> str:
    """Return a customer's words in the group."""
    return f"💬 客户{person}：{text}{parts}"


def staff_parts(photos: int, places: int) -> str:
    """Return what came with the words."""
    found = ([f"照片/文件{photos}份"] if photos else []) + (["位置"] if places else [])
    return f"（{'、'.join(found)}，已保存）" if found else ""


def staff_left(person: int) -> str:
    """Return the word that a customer no longer waits."""
    return f"客户{person}已取消排队，不用再回复。"


def staff_ended(person: int, by: str) -> str:
    """Return the word that a conversation is over."""
    return f"客户{person}的人工对话已由{by}结束，恢复机器人服务。"


def staff_waits(person: int, minutes: int) -> str:
    """Return the reminder that a customer waits."""
    return f"⏰ 客户{person}已等{minutes}分钟没有人回复。回复本条消息即发给客户。"


def staff_sent(person: int) -> str:
    """Return the tick after each line that went out."""
    return f"✅ 已发给客户{person}"


def staff_not_sent(person: int) -> str:
    """Return why a line did not go out."""
    return f"❌ 没有发出：客户{person}目前联系不上（已停用或拉黑）。"
