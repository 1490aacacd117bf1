"""What we say while a form is being filled in."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording.moments import day

YES = {"提交", "确认", "对", "是", "是的", "好", "好的", "可以", "没错", "ok", "行", "嗯"}

# What makes words a question: only then is a form interrupted for them.
QUESTION_SHAPE = re.compile(
    r"[?？吗呢嘛]|多少|多久|什么|啥|怎么|怎样|咋|几|哪|能不能|可不可以|為什麼|为什么|點解|如何|么$"
)

# 什么时候都行 asks for nothing.
ANY_WILL_DO = re.compile(r"(?:什么|哪|几|啥|怎).{0,4}都(?:行|可以|好|成|方便)")

_SHOWN = 300  # characters of what was told, when the filled form is shown

# In a question that expects free words, only a very sure answer interrupts.
SURE_INTERRUPTION = 0.85


def question(form: str, progress: str, text: str, *, first: str = "") -> str:
    """Return a question with where in the form it stands."""
    head = f"{first}\n" if first else ""
    return f"{head}**{form} {progress}**\n{text}"


def summary(
    form: str,
    rows: Sequence[tuple[str, str]],
    *,
    evidence: int,
    first: str,
    note: str,
    also: Sequence[str] = (),
) -> str:
    """Return the filled form for a last look."""
    lines = [first] if first else []
    lines.append(f"**请核对{form}内容**")
    lines += [f"- {label}：{_shortened(value)}" for label, value in rows]
    if note:
        lines.append(f"- 补充：{note}")
    if evidence:
        lines.append(f"- 照片/位置：{evidence}份")
    lines += also
    lines.append("没问题请点【提交】；还可以继续发照片或补充说明。")
    return "\n".join(lines)


def _shortened(value: str) -> str:
    """Return a long text by its beginning: all of it would not fit into one message of any messenger."""
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}……（共{len(value)}字，已全部记下）"


def evidence_added(count: int) -> str:
    """Return the thanks for photos and places."""
    return f"已收到{count}份照片/位置/文件，会附在工单里。"


def noted() -> str:
    """Return the thanks for a remark on the filled form."""
    return "已记下您的补充。"


def go_on(form: str) -> str:
    """Return the bridge from an answer in between back to the form."""
    return f"我们继续{form}："


def unfinished(form: str, progress: str) -> str:
    """Return the reminder of a form that waits."""
    return f"您有一份没填完的{form}（{progress}），要继续吗？"


def continue_label(form: str) -> str:
    """Return the button that takes up a form that was put aside."""
    return f"继续{form}"


def put_aside(form: str, until: datetime, zone: ZoneInfo) -> str:
    """Return the word that a form waits, and for how long."""
    return (
        f"{form}先放着，已经填的和发的都替您留到{day(until, zone)}。"
        f"想接着办，点【{continue_label(form)}】或者打这几个字就行。"
    )


def waiting() -> str:
    """Return the reminder of forms that were put aside."""
    return "您还有没办完的，随时可以接着办："


def taken_up(form: str) -> str:
    """Return the line over a form that is taken up again."""
    return f"接着办{form}，之前填的都还在。"


def nothing_waits(form: str) -> str:
    """Return what somebody gets whose form has waited too long or was handed in."""
    return f"没有等着办的{form}了：可能已经提交，也可能放得太久。要办可以重新开始。"


def nothing_open() -> str:
    """Return what one gets who wants to go on with nothing."""
    return "现在没有正在填写的内容。"


def cancelled(form: str) -> str:
    """Return the word that a form has been thrown away."""
    return f"已取消{form}，没有提交任何内容。"


def already_submitted() -> str:
    """Return what a second tap on submit gets."""
    return "这份内容已经提交过了，没有重复提交。"


def cut(characters: int) -> str:
    """Return the word that a text was too long to be kept whole."""
    return (
        f"您写得很详细，这里只能记下前{characters}个字，后面的没有存进去。重要的内容请再补一句，或者转人工。"
    )


def too_large() -> str:
    """Return the word that a file did not reach us."""
    return "有文件太大，没能收到；文字我收到了。请发小一点的照片或视频，或者直接用文字说明。"
