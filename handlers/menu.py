"""Finding one's way: /start, the menu, commands, and single words that act at once."""

from dataclasses import replace

from handlers.acts import perform
from handlers.forms import forms
from handlers.messages import Choice, Reply
from handlers.turn import Turn
from handlers.wording import general
from knowledge.text.normalise import simplified

# Typed alone these act at once, as people know it from text messages; commands are the same with a slash.
COMMANDS = {
    "start": "start",
    "menu": "menu",
    "help": "help",
    "bind": "bind",
    "bill": "bill_view",
    "outage": "outage",
    "repair": "repair",
    "complaint": "complaint",
    "tickets": "tickets",
    "human": "handover",
    "stop": "opt_out",
    "cancel": "form.cancel",
    "settings": "settings",
    "privacy": "privacy",
}
WORDS = {
    "菜单": "menu",
    "主菜单": "menu",
    "帮助": "help",
    "报修": "repair",
    "投诉": "complaint",
    "人工": "handover",
    "转人工": "handover",
    "我的工单": "tickets",
    "我的电费": "bill_view",
    "我的账单": "bill_view",
    "查电费": "bill_view",
    "查余额": "bill_view",
    "我已缴": "paid",
    "已交费": "paid",
    "申请缓交": "promise",
    "承诺交费": "promise",
    "账单有误": "dispute",
    "绑定": "bind",
    "绑定户号": "bind",
    "取消": "form.cancel",
    "解绑": "unbind",
    "解绑户号": "unbind",
    "退订": "opt_out",
    "停止提醒": "opt_out",
    "恢复提醒": "opt_in",
    "stop": "opt_out",
    "设置": "settings",
    # Words that our answers name.
    "危险": "danger",
    "有危险": "danger",
    "查停电": "outage",
    "现在停电": "outage",
    "催办": "urge",
    "改时间": "ticket.rebook",
    "改约": "ticket.rebook",
    "工单": "tickets",
    "查工单": "tickets",
    "进度": "tickets",
    "查进度": "tickets",
    "举报": "request:report",
    "建议": "request:suggestion",
    "表扬": "request:praise",
    "我要表扬": "request:praise",
    "缓交": "promise",
    "停电异议": "answer:arrears.cutoff.dispute",
    "交清还没电": "answer:service.reconnect.not_yet",
    "家电烧坏": "answer:damage.claim",
    "频繁停电": "answer:complaint.frequent_outage",
    "网点": "answer:payment.counter",
    "我被骗了": "answer:identity.gave_details",
    "长辈模式": "answer:human.elderly",
    "删除我的数据": "handover:要求删除资料",
    "导出我的数据": "handover:要求导出资料",
}


_ENDS = "。！!.~ "


def listen(turn: Turn) -> bool:
    """Act on a command or a single word; return False where the text is neither."""
    from handlers.forms import requests

    text = turn.text
    if text.startswith("/"):
        name, _, argument = text[1:].partition(" ")
        act = COMMANDS.get(name.partition("@")[0].lower())
        if act is None:
            turn.outcome("smalltalk")
            show(turn, general.unknown_command())
            return True
        # What stands behind the command is what the customer has to say: "/repair 整栋楼没电".
        turn.message = replace(turn.message, text=argument.strip())
        turn.commanded = not argument.strip()
        perform(turn, act)
        return True
    act = WORDS.get(simplified(text).lower().rstrip(_ENDS))
    if act is None:
        return requests.listen(turn)
    if act == "form.cancel" and turn.conversation is None:
        return False
    turn.commanded = True
    perform(turn, act)
    return True


def is_word(text: str) -> bool:
    """Whether a text is one of the words that act at once."""
    from handlers.forms import requests

    words = simplified(text).lower().rstrip(_ENDS)
    return words in WORDS or requests.is_word(words)


def start(turn: Turn, _argument: str) -> None:
    """Say in three lines what we can do, that this is a program, and how to reach a person."""
    turn.outcome("smalltalk", topic="greeting_smalltalk")
    turn.say(Reply(general.welcome(turn.book.utility.short), choices(turn), kind="card"))
    forms.offer_draft(turn)


def show(turn: Turn, first: str) -> None:
    """Show the six buttons, under a first line where there is something to say before."""
    text = general.menu()
    turn.say(Reply(f"{first}\n{text}" if first else text, choices(turn), kind="card"))
    forms.offer_draft(turn)


def choices(_turn: Turn) -> tuple[Choice, ...]:
    """Return the six menu buttons."""
    return (
        Choice("停电/报修", "outage"),
        Choice("我的电费", "bill_view"),
        Choice("问一问", "help"),
        Choice("我的工单", "tickets"),
        Choice("人工", "handover"),
        Choice("设置", "settings"),
    )


def guide(turn: Turn, _argument: str) -> None:
    """Show by examples what can be asked."""
    turn.outcome("smalltalk", topic="greeting_smalltalk")
    turn.say(
        general.guide(),
        Choice("怎么交电费", "answer:payment.ways"),
        Choice("一度电多少钱", "answer:tariff.price.now"),
        Choice("明天停不停电", "outage"),
        Choice("业务办理", "services"),
        Choice("人工", "handover"),
    )


def settings(turn: Turn, _argument: str) -> None:
    """Show what a customer can set."""
    turn.say(
        general.settings(opted_out=turn.person.opted_out),
        Choice("绑定户号", "bind"),
        Choice("解绑户号", "unbind"),
        Choice(
            "恢复提醒" if turn.person.opted_out else "停止提醒",
            "opt_in" if turn.person.opted_out else "opt_out",
        ),
        Choice("隐私说明", "privacy"),
        Choice("人工", "handover"),
    )


def privacy(turn: Turn, _argument: str) -> None:
    """Say what we keep and why."""
    turn.outcome("found", topic="identity_privacy")
    turn.say(general.privacy(), Choice("人工", "handover"))


ACTS = {
    "start": start,
    "menu": lambda turn, _argument: show(turn, ""),
    "help": guide,
    "settings": settings,
    "privacy": privacy,
}
