"""What we say about a call back."""


def ask_slot() -> str:
    """Return the question when to call."""
    return "您什么时候方便接电话？选一个时段，到时同事打给您；急事请打{phone.hotline}（全天有人接）。"


def slot_passed() -> str:
    """Return the word that a part of a day can no longer be had."""
    return "这个时段已经约不上了，请另选一个。"


def ask_phone() -> str:
    """Return the question for the number to call."""
    return "打哪个号码？可以点下面的按钮分享本人号码，也可以直接输入。不想留电话，到时就在这里回复您。"


def not_own_contact() -> str:
    """Return why a contact is not taken."""
    return "这不是您本人的名片。请直接输入要我们打的号码。"


def booked(chosen: str, *, phone: bool) -> str:
    """Return the confirmation."""
    how = "同事打电话给您" if phone else "同事在这里回复您"
    return f"已约好：{chosen}，{how}。我们打来不会要验证码、银行卡密码。"


def no_longer_waiting(*, spoke: bool) -> str:
    """Return the word that the queue or the conversation has ended with it."""
    return "人工对话已结束，我是电铃（程序），继续为您服务。" if spoke else "您不用再排队了。"


def none_wanted(*, in_queue: bool) -> str:
    """Return the word that no call back is wanted."""
    return "好的，不约回电，您仍在排队。" if in_queue else "好的，不约回电。"
