"""Reads texts and keyboards as strictly as Telegram does."""

import html
import re
from typing import Any

from tests.fake_bot_api.refusals import bad

_TAGS = frozenset(
    [
        "b",
        "strong",
        "i",
        "em",
        "u",
        "ins",
        "s",
        "strike",
        "del",
        "span",
        "tg-spoiler",
        "a",
        "tg-emoji",
        "code",
        "pre",
        "blockquote",
    ]
)
_ENTITY = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);")
_NAME = re.compile(r"[a-zA-Z0-9-]+")
_ATTRIBUTES = re.compile(r"""(?:\s+[a-zA-Z-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*\s*""")


def units(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _at(text: str, index: int) -> int:
    return len(text[:index].encode())


def visible(text: str) -> str:
    """Return what is seen of an HTML text; raise the refusal that Telegram gives, with its byte offset."""
    seen: list[str] = []
    opened: list[str] = []
    index = 0
    while index < len(text):
        character = text[index]
        if character == "&":
            entity = _ENTITY.match(text, index)
            seen.append(html.unescape(entity.group()) if entity else "&")
            index = entity.end() if entity else index + 1
        elif character == "<":
            index = _tag(text, index, opened)
        else:
            seen.append(character)
            index += 1
    if opened:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1]}\"")
    return "".join(seen)


def _tag(text: str, index: int, opened: list[str]) -> int:
    closing = text.startswith("</", index)
    name = _NAME.match(text, index + 1 + closing)
    tag = name.group().lower() if name else ""
    offset = _at(text, index)
    if closing:
        if not opened:
            raise bad(f"can't parse entities: Unexpected end tag at byte offset {offset}")
        end = text.find(">", index)
        if end < 0 or opened[-1] != tag:
            raise bad(
                f"can't parse entities: Unmatched end tag at byte offset {offset}, "
                f'expected "</{opened[-1]}>", found "</{tag}>"'
            )
        opened.pop()
        return end + 1
    if tag not in _TAGS:
        raise bad(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {offset}')
    assert name is not None
    attributes = _ATTRIBUTES.match(text, name.end())
    end = attributes.end() if attributes else name.end()
    if not text.startswith(">", end):
        raise bad(f"can't parse entities: Unclosed start tag at byte offset {offset}")
    if tag == "span" and "tg-spoiler" not in text[index:end]:
        raise bad(f'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    opened.append(tag)
    return end + 1


def checked_text(text: Any, parse_mode: Any, *, limit: int, empty: bool = False) -> str:
    """Return the visible text, or raise the refusal."""
    if not isinstance(text, str):
        text = ""
    if parse_mode not in (None, "", "HTML"):
        raise bad("unsupported parse_mode")
    seen = (visible(text) if parse_mode == "HTML" else text).strip()
    if not seen and not empty:
        raise bad("message text is empty")
    if units(seen) > limit:
        raise bad("message is too long" if limit > 1024 else "message caption is too long")
    if any("\ud800" <= one <= "\udfff" for one in seen) or "\x00" in seen:
        raise bad("strings must be encoded in UTF-8")
    return seen


def checked_keyboard(markup: Any, *, private: bool) -> dict[str, Any] | None:
    """Return a reply markup, or raise the refusal."""
    if markup in (None, ""):
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        _inline(markup["inline_keyboard"])
    elif "keyboard" in markup:
        for button in _flat(markup["keyboard"]):
            asked = {} if isinstance(button, str) else button
            if not private and (asked.get("request_contact") or asked.get("request_location")):
                raise bad("phone number can be requested in private chats only")
            if not (button if isinstance(button, str) else button.get("text")):
                raise bad('can\'t parse keyboard button: Field "text" must be of type String')
    elif not (markup.get("remove_keyboard") or markup.get("force_reply")):
        raise bad("can't parse reply keyboard markup JSON object")
    return markup


def _flat(rows: Any) -> list[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Array of Arrays")
    return [button for row in rows for button in row]


def _inline(rows: Any) -> None:
    buttons = _flat(rows)
    if len(buttons) > 100 or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    for button in buttons:
        if not isinstance(button, dict) or not str(button.get("text", "")).strip():
            raise bad('can\'t parse inline keyboard button: Field "text" must be of type String')
        kinds = [one for one in ("callback_data", "url", "switch_inline_query", "web_app") if one in button]
        if len(kinds) != 1:
            raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if kinds == ["callback_data"] and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
