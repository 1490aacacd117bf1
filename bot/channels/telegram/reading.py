"""What a raw update of the Bot API means: the one message in it, or nothing for the desk."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from handlers.messages import Attachment, EvidenceKind, Location, Message, PhoneContact

NAME = "telegram"
LARGEST_FILE_BYTES = 20 * 1024 * 1024  # beyond it the Bot API does not hand files over
UPDATE_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")

# NUL cannot be stored everywhere, lone surrogates nowhere; the rest turns the reading direction of a text and
# so can make one thing look like another.
_UNWANTED = re.compile("[\x00\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# A file is sent again as what it came as; where that is not what its kind says, its key begins with it.
_FILES: tuple[tuple[str, EvidenceKind], ...] = (
    ("video", "video"),
    ("video_note", "video"),
    ("voice", "voice"),
    ("audio", "file"),
    ("document", "file"),
)
_COMES_AS = {"photo": "photo", "video": "video", "voice": "voice", "file": "document"}
# Things people say that we can neither read nor keep; they still deserve an answer.
_WORDLESS = frozenset(
    ("sticker", "animation", "dice", "poll", "story", "game", "paid_media", "checklist", "giveaway")
)
# What Telegram itself reports about a chat; nobody said it, so nobody hears it.
SERVICE = frozenset(
    (
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "supergroup_chat_created",
        "channel_chat_created",
        "message_auto_delete_timer_changed",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "invoice",
        "successful_payment",
        "refunded_payment",
        "users_shared",
        "chat_shared",
        "connected_website",
        "write_access_allowed",
        "passport_data",
        "proximity_alert_triggered",
        "boost_added",
        "chat_background_set",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "giveaway_created",
        "giveaway_completed",
        "video_chat_scheduled",
        "video_chat_started",
        "video_chat_ended",
        "video_chat_participants_invited",
        "web_app_data",
    )
)
_LONGEST_NAME = 64


def clean(value: Any) -> Any:
    """Return a piece of JSON whose texts hold nothing that cannot be stored or that deceives the eye."""
    if isinstance(value, str):
        return _UNWANTED.sub("", value)
    if isinstance(value, dict):
        return {clean(key): clean(one) for key, one in value.items()}
    if isinstance(value, list):
        return [clean(one) for one in value]
    return value


def chat_of(update: dict[str, Any]) -> int | None:
    """Return the id of the chat that an update belongs to, or None where it belongs to none."""
    for kind in UPDATE_KINDS:
        found = update.get(kind)
        if not isinstance(found, dict):
            continue
        # A button under a message that is no longer to be had: its private chat is named like its user.
        holder = found if kind != "callback_query" else found.get("message") or {"chat": found.get("from")}
        chat = holder.get("chat") if isinstance(holder, dict) else None
        identity = chat.get("id") if isinstance(chat, dict) else None
        return identity if isinstance(identity, int) else None
    return None


def read(
    update: dict[str, Any],
    update_id: str,
    received_at: datetime,
    *,
    address: str,
    staff_chats: Collection[int] = (),
) -> Message | None:
    """Return the message in a raw update, or None where it holds nothing for the desk.

    Groups other than those of `staff_chats` are not listened to.
    """
    chat = chat_of(update)
    if chat is None or (chat < 0 and chat not in staff_chats):
        return None
    reader = _Reader(address, update_id, received_at, in_group=chat < 0)
    for kind in UPDATE_KINDS:
        found = update.get(kind)
        if isinstance(found, dict):
            found = clean(found)
            match kind:
                case "callback_query":
                    return reader.tap(found)
                case "my_chat_member":
                    return reader.membership(found)
                case _:
                    return reader.message(found, edited=kind == "edited_message")
    return None


class _Reader:
    """Reads one update of one chat."""

    def __init__(self, address: str, update_id: str, received_at: datetime, *, in_group: bool) -> None:
        self._address = address
        self._update_id = update_id
        self._received_at = received_at
        self._in_group = in_group

    def tap(self, query: dict[str, Any]) -> Message | None:
        """Read the tap on a button."""
        data = query.get("data")
        if not isinstance(data, str):
            return None
        under = query.get("message")
        thread = _thread(under) if isinstance(under, dict) else None
        return self._build(self._received_at, query.get("from"), choice=data, thread=thread)

    def membership(self, change: dict[str, Any]) -> Message | None:
        """Read that a customer blocked or unblocked us."""
        status = (change.get("new_chat_member") or {}).get("status")
        event = {"kicked": "blocked", "member": "unblocked"}.get(str(status))
        if self._in_group or event is None:
            return None
        return self._build(self._moment(change.get("date")), change.get("from"), event=event)

    def message(self, message: dict[str, Any], *, edited: bool) -> Message | None:
        """Read what was written, sent or shared; None for what Telegram itself reports about a chat."""
        author = message.get("from")
        if not isinstance(author, dict) or not SERVICE.isdisjoint(message):
            return None
        behind = message.get("sender_chat")
        if isinstance(behind, dict) and self._in_group and not message.get("is_automatic_forward"):
            # Somebody who writes in the name of a group or channel: nobody we could know.
            author = {"id": f"chat:{behind.get('id', '')}", "first_name": behind.get("title")}
        elif author.get("is_bot") or isinstance(behind, dict):
            return None
        text = message.get("text") or message.get("caption") or ""
        attachments = _attachments(message)
        location = _location(message)
        contact = _contact(message, author)
        if not (text or attachments or location or contact) and _WORDLESS.isdisjoint(message):
            return None
        if edited and location is not None:
            return None  # somebody's live position moves every few seconds; the first one is what was meant
        return self._build(
            self._moment(message.get("edit_date") if edited else message.get("date")),
            author,
            text=text,
            attachments=attachments,
            location=location,
            contact=contact,
            edited=edited,
            ref=str(message["message_id"]) if "message_id" in message else None,
            reply_to=_answered(message),
            thread=_thread(message),
            reply_to_us=_answers_us(message),
        )

    def _build(self, sent_at: datetime, author: Any, **fields: Any) -> Message:
        if self._in_group and isinstance(author, dict):
            names = (author.get("first_name"), author.get("last_name"))
            fields["member"] = str(author.get("id", ""))
            fields["member_name"] = " ".join(name for name in names if name)[:_LONGEST_NAME]
        return Message(NAME, self._address, self._update_id, sent_at, **fields)

    def _moment(self, seconds: Any) -> datetime:
        if isinstance(seconds, int) and seconds > 0:
            return datetime.fromtimestamp(seconds, UTC)
        return self._received_at


def _attachments(message: dict[str, Any]) -> tuple[Attachment, ...]:
    group = str(message.get("media_group_id", ""))
    sizes = message.get("photo")
    if isinstance(sizes, list) and sizes:
        largest = max(sizes, key=lambda size: size.get("width", 0) * size.get("height", 0))
        return (_attachment("photo", largest, group),)
    if "animation" in message:
        return ()  # it comes with a document of the same name, but it is a moving joke, no evidence
    for key, kind in _FILES:
        found = message.get(key)
        if isinstance(found, dict):
            sort = str(found.get("mime_type", "")).partition("/")[0]
            if key == "document" and sort == "image":
                kind = "photo"  # sent as a file so that it keeps its sharpness
            elif key == "document" and sort == "video":
                kind = "video"
            return (_attachment(kind, found, group, came_as=key),)
    return ()


def _attachment(
    kind: EvidenceKind, found: dict[str, Any], group: str, *, came_as: str = "photo"
) -> Attachment:
    size = found.get("file_size")
    size_bytes = size if isinstance(size, int) else None
    return Attachment(
        kind,
        key_of(kind, came_as, str(found.get("file_id", ""))),
        size_bytes=size_bytes,
        name=str(found.get("file_name", "")),
        group=group,
        too_large=size_bytes is not None and size_bytes > LARGEST_FILE_BYTES,
        media_type=str(found.get("mime_type", ""))[:64],
    )


def key_of(kind: str, came_as: str, file_id: str) -> str:
    """Return our key of a file: Telegram's id, with what it came as before it where its kind does not say."""
    return file_id if _COMES_AS[kind] == came_as else f"{came_as}:{file_id}"


def way_of(kind: str, key: str) -> tuple[str, str]:
    """Return what a file came as (photo, video, video_note, voice, audio or document), and Telegram's id."""
    came_as, colon, file_id = key.rpartition(":")
    return (came_as, file_id) if colon else (_COMES_AS[kind], key)


def _location(message: dict[str, Any]) -> Location | None:
    venue = message.get("venue") if isinstance(message.get("venue"), dict) else {}
    point = message.get("location") or (venue or {}).get("location")
    if not isinstance(point, dict):
        return None
    label = " ".join(part for part in ((venue or {}).get("title"), (venue or {}).get("address")) if part)
    return Location(float(point["latitude"]), float(point["longitude"]), label)


def _contact(message: dict[str, Any], author: dict[str, Any]) -> PhoneContact | None:
    found = message.get("contact")
    if not isinstance(found, dict):
        return None
    own = found.get("user_id") is not None and found.get("user_id") == author.get("id")
    return PhoneContact(str(found.get("phone_number", "")), own)


def _answered(message: dict[str, Any]) -> str | None:
    """Return which message this one answers; in a topic every message seems to answer the topic's opening."""
    found = message.get("reply_to_message")
    if not isinstance(found, dict) or "forum_topic_created" in found or "message_id" not in found:
        return None
    return str(found["message_id"])


def _thread(message: dict[str, Any]) -> str | None:
    """Return the topic that a message stands in; threads of replies in plain groups are none."""
    return str(message["message_thread_id"]) if message.get("is_topic_message") else None


def _answers_us(message: dict[str, Any]) -> bool:
    """Tell whether a message answers one of a bot: the staff group's bot, as far as we are shown."""
    found = message.get("reply_to_message")
    return _answered(message) is not None and bool(((found or {}).get("from") or {}).get("is_bot"))
