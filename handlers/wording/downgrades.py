"""What we say where a complaint comes to count as something milder, or a milder word as a complaint."""

from collections.abc import Sequence


def told(number: str, before: str, after: str, reason: str) -> str:
    """Return how a customer is told, with the ways that stand open."""
    return (
        f"您的工单 {number} 经两位同事核对，由“{before}”改按“{after}”办理。理由：{reason}\n"
        "答应过您的时间不变，处理不会停。不同意的话点【不同意】，由班长重新看；也可以向监管部门反映。"
    )


def regulator() -> str:
    """Return how the regulator is reached."""
    return (
        "对我们的处理不满意，可以打{phone.energy_regulator}（能源监管热线）。"
        "您在我们这里的工单照常办理，不受影响。"
    )


def raised(number: str, after: str) -> str:
    """Return how a customer is told that their word counts for more."""
    return f"您的工单 {number} 改按“{after}”办理，会有专人联系您。"


def disagreed() -> str:
    """Return what a customer gets who does not agree."""
    return "知道了，您不同意。已经转给班长重新看，会给您答复。"


def disagreed_before() -> str:
    """Return what a second tap gets."""
    return "您的不同意已经记下，班长正在看。"


# -- for colleagues


def staff_asked(number: str, before: str, after: str, who: str, reason: str) -> str:
    """Return the wish as it is put to those who may decide."""
    return (
        f"⚖️ {number} {who} 请求由“{before}”改为“{after}”。理由：{reason}\n"
        "须由另一位同事核准；理由会原样告诉客户。"
    )


def asked(number: str) -> str:
    """Return that a wish was kept."""
    return f"⚖️ {number} 已提请核准，核准前仍按原类别和时限办理。"


def asked_before(number: str) -> str:
    """Return that a wish for this ticket waits already."""
    return f"没有改动：{number} 已有一项改类请求在等核准。"


def which_kinds(kinds: Sequence[tuple[str, str]]) -> str:
    """Return what a ticket can count as."""
    return "没有改动：可改为 " + "、".join(f"{name}（{kind}）" for kind, name in kinds) + "。"


def same_kind(number: str) -> str:
    """Return that nothing would change."""
    return f"没有改动：{number} 本来就是这一类。"


def not_this(number: str) -> str:
    """Return that a kind of ticket cannot be changed."""
    return f"没有改动：{number} 这类工单不能改类。"


def nothing_to_decide(number: str) -> str:
    """Return that no wish waits."""
    return f"没有改动：{number} 没有等核准的改类请求。"


def another_person() -> str:
    """Return that one's own wish is for somebody else to decide."""
    return "没有改动：自己提的改类请求须由另一位同事核准。"


def approved(number: str, after: str, who: str, *, reached: bool) -> str:
    """Return that a wish was granted."""
    end = "已通知客户。" if reached else "❗客户目前联系不上，请电话告知。"
    return f"⚖️ {number} 经 {who} 核准，改为“{after}”，原来答应的时间不变。{end}"


def refused(number: str, who: str) -> str:
    """Return that a wish was not granted."""
    return f"⚖️ {number} {who} 没有同意改类，继续按原类别办理。"


def upgraded(number: str, after: str, *, reached: bool) -> str:
    """Return that a ticket counts for more at once."""
    end = "已通知客户。" if reached else "❗客户目前联系不上，请电话告知。"
    return f"⬆️ {number} 改为“{after}”。{end}"


def staff_disagreed(number: str, leads: Sequence[str]) -> str:
    """Return the customer's objection, for the lead."""
    who = "、".join(leads)
    return f"❗{number} 客户不同意改类，请班长{who}亲自看，并答复客户。"


def ended(number: str) -> str:
    """Return that a settled ticket keeps its kind."""
    return f"没有改动：{number} 已经办结或并入另一张。"
