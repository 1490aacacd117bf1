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
STAFF_COMMANDS = (
    ("r", "发给客户（回复客户的消息也可以）"),
    ("c", "快捷回复，先看再发"),
    ("n", "内部备注，客户看不到"),
    ("take", "接手工单，或接待下一位"),
    ("arrived", "已到场"),
    ("wait", "暂停，要写等什么"),
    ("go", "继续办理"),
    ("done", "办结，可写说明"),
    ("transfer", "转派，要写给谁和原因"),
    ("merge", "合并工单"),
    ("split", "拆分工单"),
    ("class", "改类，改轻要另一位同意"),
    ("approve", "同意改轻"),
    ("refuse", "不同意改轻"),
    ("show", "看工单"),
    ("list", "未办结工单"),
    ("mine", "我的工单和首问"),
    ("on", "上班"),
    ("off", "下班，手上的客户回到队列"),
    ("undo", "撤回发给客户的一条"),
    ("end", "结束人工对话"),
    ("help", "怎么用"),
)


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
