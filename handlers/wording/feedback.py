"""What we say about thumbs and parts under an answer, and what an editor is told of misses."""

import re

UP = "👍"
DOWN = "👎"
PERSON = "人工"
NOT_MINE = "不是我问的"
TOO_HARD = "看不懂"
FIND_PERSON = "找人工"

# A colleague's words as handlers.wording.handover.said_by writes them.
_COLLEAGUE = re.compile(r"^(?:\*\*[^*\n]+\*\*\n)?\*\*[^*\n：]+：\*\*(?P<words>.+)", re.DOTALL)
_CLOSING = re.compile(r"\n\n(?:谢谢|謝謝|没答对|沒答對|记下了|記下了)[^\n]*$")


def thanks() -> str:
    """Return the line under an answer that was thought well of."""
    return "谢谢，很高兴帮到您。"


def sorry() -> str:
    """Return the line under an answer that was thought badly of: the only thing we ask."""
    return "没答对，抱歉。是哪里不对？"


def noted() -> str:
    """Return the line once it was told what was wrong: no more is asked."""
    return "记下了，编辑会改。急的话请点【人工】。"


def noted_hard() -> str:
    """Return the line where an answer was too hard to read."""
    return "记下了，我们会写得好懂些。想让人讲给您听，请点【人工】。"


def closed(text: str, line: str) -> str:
    """Return an answer with one of the lines above under it, in place of an earlier one."""
    return f"{_CLOSING.sub('', text)}\n\n{line}"


def part_of(number: int, of: int) -> str:
    """Return the mark before one part of a long answer."""
    return f"（{number}/{of}）"


def next_part(number: int, of: int) -> str:
    """Return the label of the button to the next part."""
    return f"下一部分（{number}/{of}）"


def words_of_colleague(text: str) -> str | None:
    """Return what a colleague wrote in a message as the customer got it, None where we wrote it."""
    found = _COLLEAGUE.match(text)
    return found["words"].strip() if found else None
