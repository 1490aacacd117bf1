"""What we say at the door, in the menu, and when nothing else fits."""

import re
from datetime import date

# Words that only open a conversation; what they are about comes next.
PREFACE = re.compile(
    r"(?:(?:你好|您好|喂|哈喽|嗨|麻烦|那个|就是|请|我|想|要|跟你|和你|再|先|来|帮我|帮忙|能不能|可以)*"
    r"(?:请问|问|咨询|打听|请教|了解|说|讲|查|看)(?:你|您|你们)*"
    r"(?:一?下|个事情?|一?个问题|件事情?|点事|事情?|问题|问)*(?:哈|啊|呀|嘛|吧|呢)*|"
    r"(?:那个|这个|就是说?|然后|那就|嗯|呃|额|哎|我|想要?|要|喂)+|"
    r"(?:我)?有(?:个|一个|点|件)?(?:事情?|问题)(?:想?要?(?:问|咨询)(?:你|您|你们)?(?:一下)?)?)"
    r"[,，。.!！?？~～ …]*"
)


def welcome(utility: str) -> str:
    """Return the three lines that greet a newcomer."""
    lines = [
        f"您好，这里是{utility}的智能客服“电铃”。停电报修、电费、办电、用电安全都可以直接打字问我。",
        "我是程序，不是真人；拿不准的事我会直说，并请同事接手。",
        "任何时候回复“人工”或点下面的【人工】，就转给同事。有人触电、起火、断线，请直接告诉我。",
    ]
    return "\n".join(lines)


def menu() -> str:
    """Return the line above the menu buttons."""
    return "请选一项，或者直接打字说您的事："


def with_demo(text: str) -> str:
    """Return the text of a card, marked as one of the demonstration."""
    return f"{text}\n（演示系统：江城供电是虚构的，不会真的派人、收费或停电）"


def guide() -> str:
    """Return examples of what can be asked."""
    return (
        "直接打字就行，比如：\n"
        "- 阳光花园今天停电吗\n"
        "- 用了三百五十度要交多少钱\n"
        "- 电费怎么交、发票怎么开\n"
        "- 家里跳闸了，我要报修"
    )


def settings(*, opted_out: bool) -> str:
    """Return the line above the settings."""
    now = "已停止（法律要求的通知除外）" if opted_out else "开启"
    return f"设置。电费提醒目前：{now}。"


def privacy() -> str:
    """Return what we keep and why, in short."""
    return (
        "我们只保存办事需要的内容：您说的话、您报的工单、您绑定的户号。\n"
        "户号和电话在聊天里只显示尾号，没有绑定的人看不到任何账单。\n"
        "我们不会向您要密码、银行卡号或短信验证码，也不会发付款链接。\n"
        "想解绑、导出或删除您的资料，请回复“人工”。"
    )


def button_expired() -> str:
    """Return what a tap on an old button gets."""
    return "这个按钮已经过期了，没有做任何改动。下面是现在能办的："


def unknown_command() -> str:
    """Return what a command that we do not have gets."""
    return "没有这个命令。直接打字说您的事就行。"


def unclear() -> str:
    """Return the line above the candidates."""
    return "您问的是哪一个？"


def unclear_angry() -> str:
    """Return the line above the candidates for somebody who is angry."""
    return "让您生气了，对不起。是下面哪件事？也可以直接投诉或找同事："


def asked_too() -> str:
    """Return the offer to answer the second of two wishes while a form for the first is open."""
    return "您还问到一件事，点一下就答，填了的内容不会丢："


def only_signs() -> str:
    """Return what a message of signs and pictures only gets."""
    return "我看不懂表情和符号，请用几个字说说您的事。有人触电、起火、断线，请直接告诉我。"


def none_of_these() -> str:
    """Return what somebody gets whose question was not among the candidates."""
    return "抱歉没猜对。我不瞎答，也不让您再换说法了：点【人工】，直接找同事。"


def still_unclear() -> str:
    """Return what a second unclear question in a row gets: a person, never a third rephrasing."""
    return "还是没能确定您要问的事，不再让您重复了。下面可以直接找同事："


def unclear_and_angry() -> str:
    """Return what somebody gets who is angry because we did not understand: a person at once."""
    return "没听懂您的意思，还让您生气了，对不起。点【人工】，马上请同事来："


def unknown() -> str:
    """Return what a question that we cannot answer gets."""
    return "这个我答不上来，不想乱说误导您。可以请同事来答，或者看看我能办的事："


def said_nothing() -> str:
    """Return what a message without words gets."""
    return "我没看到文字。您想办什么事？直接打字说就行。"


def unconfirmed() -> str:
    """Return the flag under an answer whose figures the utility has not confirmed."""
    return "（以上数字待供电公司确认，以账单和正式文件为准）"


def basis(lines: tuple[str, ...], checked_on: date | None = None) -> str:
    """Return the line that says what an answer stands on, and when its figures were last looked up."""
    dated = f"数据核对于{checked_on.year}年{checked_on.month}月{checked_on.day}日" if checked_on else ""
    if not lines:
        return f"（{dated}）"
    return "依据：" + "；".join(lines) + (f"。{dated}" if dated else "")


def will_change(on: date, to: str) -> str:
    """Return the line under an answer that will soon be another one."""
    return f"自{on.month}月{on.day}日起将变为：{to}"


def unknown_aside() -> str:
    """Return what a question in mid-form gets that we cannot answer."""
    return "这个问题我拿不准，先不乱说；需要的话可以转人工。"


def of_region(name: str) -> str:
    """Return the line over an answer that holds for another region than the customer's own."""
    return f"（以下按{name}的规定和价格）"


def given_up() -> str:
    """Return what somebody gets whose message we could not work on."""
    return "抱歉，您刚才那条消息我这边处理出错了，已记下来请同事看。急事请再说一遍，或者点【人工】。"


def staff_given_up(inbox_id: int) -> str:
    """Return the word for the staff group that a message could not be worked on."""
    return f"⚠️ 有一条客户消息多次处理失败（收件编号 {inbox_id}），请管理员查看。"
