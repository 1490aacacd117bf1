"""How a reply looks on Telegram: parts that fit, HTML, and buttons in rows."""

import html
import re
import unicodedata
from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.delivery import Undeliverable
from handlers.messages import Choice

TEXT_UNITS = 4096  # UTF-16 code units, as Telegram counts
MAX_BUTTONS = 100
KEY_BYTES = 64
LABEL_WIDTH = 56  # of which a Chinese character takes two; phones show less
# How wide a label may be so that so many stand in a row.
_ROOM_IN_ROW = ((5, 4), (4, 6), (3, 10), (2, 18))

_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_BULLET = re.compile(r"^- ", re.MULTILINE)
# Where a line that is too long may be cut, best first.
_STOPS = ("。！？!?", "；;…", "，、,：:", " ")


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, limit: int = TEXT_UNITS) -> list[str]:
    """Return a text in parts of at most `limit` UTF-16 units, cut between paragraphs, lines or sentences."""
    parts: list[str] = []
    rest = text.strip()
    while units(rest) > limit:
        end = _cut(rest, limit)
        part = rest[:end].rstrip()
        if part:
            parts.append(part)
        rest = rest[end:].lstrip()
    if rest:
        parts.append(rest)
    return parts


def _cut(text: str, limit: int) -> int:
    """Return where to cut: the last good border in the second half of what fits, or else the limit."""
    end, size = 0, 0
    for character in text:
        size += 2 if character > "\uffff" else 1
        if size > limit:
            break
        end += 1
    window = text[:end]
    for border in ("\n\n", "\n"):
        at = window.rfind(border)
        if at >= end // 2:
            return at + len(border)
    for stops in _STOPS:
        at = max(window.rfind(stop) for stop in stops)
        if at >= end // 2:
            return at + 1
    return max(end, 1)


def to_html(text: str) -> str:
    """Return our neutral markup as the HTML that Telegram reads; everything else in it is escaped."""
    escaped = html.escape(text, quote=False)
    return _BULLET.sub("• ", _BOLD.sub(r"<b>\1</b>", escaped))


def to_plain(text: str) -> str:
    """Return our neutral markup as plain text."""
    return _BULLET.sub("• ", _BOLD.sub(r"\1", text))


def width(label: str) -> int:
    """Return how wide a label is; a Chinese character counts two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in label)


def shorten(label: str) -> str:
    """Return a label that fits on a button."""
    label = " ".join(label.split()) or "…"
    if width(label) <= LABEL_WIDTH:
        return label
    while width(label) > LABEL_WIDTH - 1:
        label = label[:-1]
    return f"{label}…"


def rows(labels: Sequence[str], last: int = 0) -> list[list[int]]:
    """Return the indices of buttons in rows: short labels side by side, long ones alone, in their order.

    So many as `last` says share the last row, however long they are.
    """
    if last:
        first = max(len(labels) - last, 0)
        return [*rows(labels[:first]), list(range(first, len(labels)))]
    found: list[list[int]] = []
    start = 0
    while start < len(labels):
        count = 1
        for fitting, room in _ROOM_IN_ROW:
            ahead = labels[start : start + fitting]
            if len(ahead) == fitting and all(width(label) <= room for label in ahead):
                count = fitting
                break
        # Four short ones look better as two and two than as three and one.
        if count == 3 and len(labels) - start == 4 and width(labels[-1]) <= _ROOM_IN_ROW[-1][1]:
            count = 2
        found.append(list(range(start, start + count)))
        start += count
    return found


def keyboard(token: str, choices: Sequence[Choice], *, last_row: int = 0) -> InlineKeyboardMarkup | None:
    """Return the buttons under a message, so many of them in the last row, or None without choices.

    Raises Undeliverable where their keys are longer than Telegram allows. More than a hundred are not shown:
    Telegram would refuse them all.
    """
    if not choices:
        return None
    if len(f"{token}:{len(choices)}".encode()) > KEY_BYTES:
        raise Undeliverable("the key of a button is longer than Telegram allows")
    labels = [shorten(choice.label) for choice in choices[:MAX_BUTTONS]]
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(labels[index], callback_data=f"{token}:{index}") for index in row]
            for row in rows(labels, last_row if len(choices) <= MAX_BUTTONS else 0)
        ]
    )
