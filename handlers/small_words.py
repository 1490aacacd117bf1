"""Small words in the middle of something: greetings, going on, being over, and saying nothing at all."""

import re

_SMALL = (
    r"你好|您好|哈[喽啰罗]|hello|hi|在吗|在不在|有人吗|谢谢[你您]?|多谢|谢了|"
    r"好[的吧呀啊]?|嗯|哦|噢|ok|知道了|收到|明白了?|等一下|稍等|马上|我看看"
)
_ONLY_SMALL = re.compile(rf"(?:(?:{_SMALL})[啊呀了哈吧呢、，,。.!！?？~～ ]*)+", re.IGNORECASE)
_SOMETHING = re.compile(r"\w")
_NO_MORE = re.compile(r"(?:没有?[了啦]?|没别的了?|没有别的了?|就这样|就这些|暂时没有|先这样|了|[，, ])+")
_OVER = re.compile(
    r"(?:已经|现在|都)?(?:没事[了儿]*|没事没事|不用[来了]+|虚惊一场|搞错了?|弄错了?|看错了?|误[报会]了?|不是紧急情况|"
    r"解决了|处理好了|已?经?好了)[啊呀了吧哈。.!！~ ]*"
)
_COMING = re.compile(r"来人|有人来|到了?[吗没]|到哪|还没[来到]|多久|什么时候|啥时|几点|快点|怎么还")
_POWER = re.compile(r"[来來送复復停]电|電|费|費|赔|赔偿")

GO_ON = {"继续", "接着", "接着填", "继续填", "继续报修", "继续投诉"}


def only_small(text: str) -> bool:
    """Return whether a text is nothing but greetings, thanks and nods: no answer to any question."""
    return _ONLY_SMALL.fullmatch(text) is not None


def nothing_more(text: str) -> bool:
    """Return whether somebody has nothing to add to a filled form."""
    return only_small(text) or _NO_MORE.fullmatch(text) is not None


def says_nothing(text: str) -> bool:
    """Return whether a text has neither a letter nor a digit nor a character: signs and pictures only."""
    return _SOMETHING.search(text) is None


def is_over(text: str) -> bool:
    """Return whether somebody says that what was urgent is over."""
    return _OVER.fullmatch(text) is not None


def asks_when(text: str) -> bool:
    """Return whether somebody who waits for help asks when it comes."""
    return _COMING.search(text) is not None and _POWER.search(text) is None
