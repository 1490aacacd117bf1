"""What we say while somebody complains, reports, suggests or praises."""

import re

ONLY_ASKING = re.compile(
    r"[我要想需来帮请给您好你的个一下进行投诉举报建议表扬有人工客服们,，。.!！?？~ 吧吗呢啊]*$"
)


def ask_about() -> str:
    """Return the question what a complaint is about."""
    return "您要投诉哪方面？点一个，或者直接说。"


def ask_what(kind: str) -> str:
    """Return the question for what happened."""
    return {
        "complaint": "发生了什么？时间、地点、涉及的人或单号，知道多少说多少；照片、截图也可以发。",
        "report": "您要举报什么？时间、地点、情况，知道多少说多少，照片也可以发。"
        "内容保密，可以匿名。不要为了取证靠近带电设备。",
        "suggestion": "您的建议是？直接打字就行。",
        "praise": "您想表扬谁、因为什么事？知道姓名、工号或单号的话一起告诉我。",
        "dispute": "您觉得哪里不对？哪个月、多少钱、为什么不对，知道多少说多少。",
    }[kind]


def ask_place(*, bound: bool) -> str:
    """Return the question for the place or account."""
    return f"和哪个地址或户号有关？{'点下面的户号，或者' if bound else ''}打字、发定位都行，也可以跳过。"


def ask_phone(*, anonymous: bool) -> str:
    """Return the question for a phone number."""
    if anonymous:
        return "需要回复您吗？留电话只用于回复，严格保密；想匿名请点【跳过】，匿名的话核实可能受限。"
    return "处理同事打哪个电话回复您？请发号码，或者跳过（就在这里回复）。"


def too_short() -> str:
    """Return why too few words are not taken."""
    return "请再多说一点，方便同事查清楚。"


def thanks(kind: str) -> str:
    """Return the line above the new card."""
    return {
        "complaint": "已受理您的投诉。给您添麻烦了，抱歉。",
        "report": "已保密受理您的举报，谢谢。",
        "suggestion": "谢谢您的建议，已转给负责的部门。",
        "praise": "谢谢！您的表扬会转给本人和他的负责人。",
        "dispute": "已受理您的异议，核实期间请留意这里的回复。",
    }[kind]
