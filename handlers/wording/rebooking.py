"""What we say when a booked time is changed."""

from collections.abc import Sequence


def ask(number: str) -> str:
    """Return the question for another slot."""
    return f"{number} 改到什么时候？点一个方便的时间："


def stays() -> str:
    """Return the label for leaving the time as it is."""
    return "不改了"


def passed() -> str:
    """Return what a slot gets that can no longer be had."""
    return "这个时间已经约不上了，请另选一个。"


def rebooked(slot: str) -> str:
    """Return the line above the card with the new time."""
    return f"已改到{slot}。"


def news(slot: str) -> str:
    """Return the news of a changed time on the customer's card."""
    return f"时间改到{slot}"


def nothing_to_change() -> str:
    """Return what somebody gets whose ticket has no time to change."""
    return "这张工单没有可以改的预约时间。"


# -- for colleagues


def staff_rebooked(number: str, slot: str) -> str:
    """Return the word that a customer changed the time."""
    return f"🗓 {number} 客户把时间改到{slot}。"


def staff_no_slot(number: str) -> str:
    """Return that a ticket has no slot."""
    return f"{number} 没有可以改的预约时间，没有改动。"


def staff_which_slot(free: Sequence[str]) -> str:
    """Return which slots there are."""
    return f"没有改动：请写日期和时段，比如 12-01 上午。现在可约：{'、'.join(free)}。"


def work_rebooked(slot: str) -> str:
    """Return what was done, for the colleague's report."""
    return f"时间改到{slot}"
