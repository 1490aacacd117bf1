"""What we say while somebody proves that an account is theirs, and when they let it go."""


def ask_account() -> str:
    """Return the question for the account number."""
    return "请发户号（电费账单、电表旁的标签或{utility.app}里都有）。绑定后才能在这里看账单、收提醒。"


def unknown_number() -> str:
    """Return what somebody gets whose words hold no account number."""
    return "这不像户号。户号是一串数字，电费账单左上角就有；不绑了就回复“取消”。"


def ask_proof(tail: str, digits: int, *, contact: bool) -> str:
    """Return the question for the proof that the account is theirs."""
    never = "我们不会要银行卡号、密码或短信验证码。"
    code = f"一次性码（账单上印的，或营业厅给您的{digits}位数字）"
    if not contact:
        return f"户号{tail}。请发{code}，证明是您本人。\n{never}"
    return (
        f"户号{tail}。请证明是您本人，二选一：\n"
        "- 点下方的【发送我的手机号】，用登记在这个户上的手机号核对（只能发自己的）\n"
        f"- 发{code}\n"
        f"{never}"
    )


def not_own_contact() -> str:
    """Return why a forwarded contact is not taken."""
    return "这是转发的名片，不能用来核对。请点【发送我的手机号】发您自己的号码，或发一次性码。"


def bad_code(digits: int, *, contact: bool) -> str:
    """Return what somebody gets who sends something that is no code."""
    other = "也可以点【发送我的手机号】核对；" if contact else ""
    return f"一次性码是{digits}位数字。{other}不绑了就回复“取消”。"


def refused() -> str:
    """Return the one answer to everything that does not fit, whatever it was and however often."""
    return (
        "没有核对上，没有绑定。可能是户号或核对信息不对、一次性码过期或用过了，也可能是今天试的次数太多了。\n"
        "请核对后再试；总是不行就找人工，或带证件到{utility.counter}办理。"
    )


def bound(named: str) -> str:
    """Return the good news."""
    return f"绑定成功：{named}。现在可以在这里看账单、收电费提醒。不想要了随时可以解绑。"


def bound_already(named: str) -> str:
    """Return the word that nothing had to be done."""
    return f"{named}早就绑好了，不用再绑。"


def somebody_bound(named: str) -> str:
    """Return the notice to those who were bound before."""
    return f"提醒：刚刚有另一个聊天账号核对身份后绑定了{named}。如果不是您家人，请马上找人工核实。"


def not_in_groups() -> str:
    """Return why nothing about accounts is done in a group."""
    return "为保护您的隐私，群里不办户号和账单的事。请和我单独聊。"


def ask_nickname(named: str) -> str:
    """Return the question for a name of the account."""
    return f"给{named}起个名字吧，比如“家”“爸妈家”“店里”，最多十个字。"


def nickname_kept(named: str) -> str:
    """Return the word that the name is kept."""
    return f"记下了：{named}。"


def left() -> str:
    """Return the word that nothing was done."""
    return "好的，没有做任何改动。"


def nothing_bound() -> str:
    """Return what somebody gets who has nothing to unbind."""
    return "这里没有绑定户号。"


def ask_unbind() -> str:
    """Return the question which account is to be unbound."""
    return "解绑后这里就看不到这个户的账单，也不再收它的提醒；不影响用电和交费。要解绑哪一个？"


def unbound(named: str) -> str:
    """Return the word that an account is unbound."""
    return f"已解绑{named}，马上生效。以后要用可以再绑。"


def not_yours() -> str:
    """Return what a tap on an account gets that is not theirs any more."""
    return "这个户号现在没有绑在这里，没有做任何改动。"
