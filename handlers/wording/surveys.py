"""What we say about how it was: one question, thanks, and the reason for a low mark."""

MARKS = {5: "非常满意", 4: "满意", 3: "一般", 2: "不满意", 1: "很不满意"}
REASONS = {
    "slow": "来得慢、拖得久",
    "manner": "态度不好",
    "not_done": "没有真正解决",
    "unclear": "没有说清楚",
}


def ask(kind: str, number: str) -> str:
    """Return the one question how it was."""
    return f"{kind}（{number}）这次办得怎么样？点一下就好，不评也可以。"


def thanks(mark: int) -> str:
    """Return the thanks for a mark."""
    return "谢谢您的评价！" if mark > 3 else "谢谢您的评价，我们会改进。"


def why() -> str:
    """Return the question why the mark is low."""
    return "抱歉没让您满意，已经转给班长。主要是哪方面？点一个，或者直接写几句："


def other_words() -> str:
    """Return the label for a reason in one's own words."""
    return "不说了"


def kept() -> str:
    """Return the word that the reason was kept."""
    return "记下了，班长会看到。谢谢您告诉我们。"


def answered_before() -> str:
    """Return what a second mark gets."""
    return "这次的评价已经收到过了，谢谢您。"


def left() -> str:
    """Return the word where no reason is given."""
    return "好的，不打扰您了。"


# -- for colleagues


def staff_low(number: str, mark: int, leads: list[str]) -> str:
    """Return the alarm for the lead about a low mark."""
    who = f" {'、'.join(leads)}" if leads else ""
    return f"⚠️ {number} 客户评价“{MARKS[mark]}”。请班长{who}回访。"


def staff_reason(number: str, reason: str) -> str:
    """Return why a customer gave a low mark."""
    return f"{number} 低分原因：{reason}"
