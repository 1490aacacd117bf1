"""What channels with commands and native buttons show beside our replies."""

CUSTOMER_COMMANDS = (
    ("menu", "菜单"),
    ("repair", "报修"),
    ("outage", "查停电"),
    ("bill", "我的电费"),
    ("bind", "绑定户号"),
    ("tickets", "我的工单"),
    ("complaint", "投诉"),
    ("human", "转人工"),
    ("cancel", "取消正在办的事"),
    ("stop", "停止电费提醒"),
    ("settings", "设置"),
    ("privacy", "隐私说明"),
    ("help", "帮助"),
)
STAFF_COMMANDS = (("help", "怎么回复客户、认领工单"),)


def share_contact() -> str:
    """Return the label of the button that shares one's own phone number."""
    return "📱 发送我的手机号"


def share_location() -> str:
    """Return the label of the button that shares where one is."""
    return "📍 发送我的位置"


def offer_contact() -> str:
    """Return the line above that button."""
    return "也可以点输入框下方的按钮，直接发送您的手机号。"


def offer_location() -> str:
    """Return the line above that button."""
    return "也可以点输入框下方的按钮，直接发送您的位置。"


def buttons_put_away() -> str:
    """Return what is said while such a button is taken away."""
    return "好的。"
