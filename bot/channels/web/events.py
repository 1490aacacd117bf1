"""What a page is shown: one shape for the history, for replay after a gap, and for live news."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

from bot.files import Kept, Presented


class ChoiceShown(TypedDict):
    """A button on the page; the key comes back when it is tapped."""

    label: str
    key: str


class FileShown(TypedDict):
    """A photo, film or file beside a reply; its address is good for this session only."""

    url: str
    kind: str
    name: str


class Shown(TypedDict):
    """One message on the page; `at` is ISO 8601 in UTC."""

    kind: Literal["reply", "own"]
    text: str
    at: str
    # Of our replies
    id: NotRequired[int]
    choices: NotRequired[list[ChoiceShown]]
    files: NotRequired[list[FileShown]]
    row: NotRequired[int]  # so many of the last choices stand in a row of their own
    card: NotRequired[str | None]
    # The earlier message whose place this one takes; `quiet` keeps its position, else it moves to the end.
    replaces_id: NotRequired[int | None]
    quiet: NotRequired[bool]
    reply_kind: NotRequired[str]
    asks: NotRequired[str | None]
    # Of the customer's own messages: the name that the page gave it.
    client_id: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Facade:
    """What the page says about whose hotline it is."""

    name: str
    hotline: str
    zone: str
    greeting: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Backroom:
    """What the web chat is handed to reach what is stored; every function may block and runs in a thread."""

    history: Callable[[str], list[Shown]]
    """Return the last messages of an address, oldest first, cards only in their newest form."""
    news: Callable[[str, int], list[Shown]]
    """Return our replies to an address that came after the one with this id."""
    keep: Callable[[str, bytes], Kept]
    """Keep a file from an address; raises NotTaken, or OSError where there is no room."""
    file: Callable[[str, str, int], Presented | None]
    """Return a file beside the reply of this token to this address, None where there is none."""
    facade: Callable[[], Facade]
    """Return what stands in the page's head now."""


MENU = (
    ("停电/报修", "/outage"),
    ("我的电费", "/bill"),
    ("人工", "/human"),  # in sight on the narrowest telephone, where the row is scrolled
    ("我的工单", "/tickets"),
    ("问一问", "/help"),
    ("设置", "/settings"),
)
"""The buttons above the input: what they say, and the command they stand for."""

_COMMAND_LABELS = {command: label for label, command in MENU}


def own_text(payload: dict[str, Any], label_of: Callable[[str], str | None]) -> str:
    """Return how a customer's own message looks on the page; `label_of` names the button of a key."""
    if payload.get("choice") is not None:
        return label_of(str(payload["choice"])) or "（点了一个按钮）"
    if payload.get("location") is not None:
        return "［我的位置］"
    text = str(payload.get("text") or "")
    names = {"photo": "照片", "video": "视频", "voice": "语音", "file": "文件"}
    kinds = [str(one["kind"]) for one in payload.get("files") or []]
    parts = [
        f"［{name}］" if kinds.count(kind) == 1 else f"［{name} × {kinds.count(kind)}］"
        for kind, name in names.items()
        if kind in kinds
    ]
    shown = _COMMAND_LABELS.get(text, text)
    return "\n".join([*parts, shown] if shown else parts)
