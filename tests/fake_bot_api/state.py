"""What the server remembers: chats, messages, updates that wait, and a witness of everything it accepted."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fake_bot_api.faults import Faults
from tests.fake_bot_api.limits import Limits
from tests.fake_bot_api.refusals import Refusal, bad
from tests.pictures import jpeg

TOKEN = "7000000001:AAFakeTokenForTestsOnly_0123456789ab"
BOT = {"id": 7000000001, "is_bot": True, "first_name": "Dianling", "username": "dianling_test_bot"}
PHOTO = jpeg()
QUERY_SECONDS = 15.0  # after which a tap can no longer be answered


@dataclass(slots=True)
class Topic:
    """One topic of a forum."""

    title: str
    colour: int
    closed: bool = False


@dataclass(slots=True)
class Chat:
    """One private chat, group or forum."""

    id: int
    blocked: bool = False
    unknown: bool = False
    migrated_to: int | None = None
    forum: bool = False
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    deleted: list[int] = field(default_factory=list)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    may_manage_topics: bool = True
    may_pin: bool = True

    @property
    def kind(self) -> str:
        """Return the type as the Bot API names it."""
        return "private" if self.id > 0 else "supergroup"

    @property
    def document(self) -> dict[str, Any]:
        """Return the chat as it stands in a message."""
        if self.id > 0:
            return {"id": self.id, "type": "private", "first_name": f"U{self.id}"}
        return {"id": self.id, "type": self.kind, "title": f"G{-self.id}"}


class State:
    """Everything that a running server knows."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        clock: Callable[[], float] = time.monotonic,
        witness_file: Path | None = None,
        strangers: bool = True,
    ) -> None:
        self.token = token
        self.clock = clock
        self.limits = Limits(clock)
        self.faults = Faults()
        self.latency_seconds = 0.0
        self.chats: dict[int, Chat] = {}
        self.strangers = strangers  # whether a chat is known without having been made
        self.pending: list[dict[str, Any]] = []
        self.again: list[dict[str, Any]] = []
        self.shuffled = False
        self.acknowledged_below = 0
        self.news = asyncio.Event()
        self.webhook: dict[str, Any] | None = None
        self.poll_number = 0
        self.accepted: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.keep_calls = True
        self.queries: dict[str, tuple[float, bool]] = {}
        self.commands: dict[str, list[Any]] = {}
        self.files: dict[str, tuple[str, bytes, int]] = {}
        self.sorts: dict[str, str] = {}  # file id → photo, video, document …
        # How writing to a deleted topic is answered: one of two refusals, or "silent".
        self.dead_topics = "message thread not found"
        self._update_ids = itertools.count(1000)
        self._message_ids = itertools.count(1)
        self._witness = witness_file.open("a", encoding="utf-8") if witness_file else None

    # -- chats and messages

    def chat(self, identity: int) -> Chat:
        """Return a chat, making it where it is new."""
        return self.chats.setdefault(identity, Chat(identity))

    def writable(self, given: Any) -> Chat:
        """Return the chat that a request names, or refuse as Telegram does."""
        try:
            identity = int(given)
        except (TypeError, ValueError):
            raise bad("chat not found") from None
        found = self.chats.get(identity)
        if found is None and self.strangers:
            found = self.chat(identity)
        if found is None or found.unknown:
            raise bad("chat not found")
        if found.migrated_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=found.migrated_to,
            )
        if found.blocked:
            raise Refusal(
                403,
                "Forbidden: bot was blocked by the user"
                if found.id > 0
                else "Forbidden: bot was kicked from the supergroup chat",
            )
        return found

    def new_message(self, chat: Chat, author: dict[str, Any], **content: Any) -> dict[str, Any]:
        """Write a message into a chat and return it."""
        number = next(self._message_ids)
        message = {
            "message_id": number,
            "from": author,
            "chat": chat.document,
            "date": int(content.pop("date", 0)) or 1_790_000_000 + number,
            **{key: value for key, value in content.items() if value is not None},
        }
        chat.messages[number] = message
        return message

    def accept(self, method: str, chat: int, message: dict[str, Any] | None, text: str) -> None:
        """Note what was accepted, before the answer leaves."""
        record = {
            "n": len(self.accepted),
            "method": method,
            "chat_id": chat,
            "message_id": None if message is None else message["message_id"],
            "text": text,
            "at": self.clock(),
        }
        self.accepted.append(record)
        if self._witness is not None:
            self._witness.write(json.dumps(record, ensure_ascii=False) + "\n")
            self._witness.flush()

    # -- updates

    def push(self, kind: str, content: dict[str, Any]) -> int:
        """Let an update wait for the bot and return its id."""
        number = next(self._update_ids)
        self.pending.append({"update_id": number, kind: content})
        self.news.set()
        return number

    def acknowledge(self, offset: int) -> None:
        """Forget every update below an offset; a negative one keeps only that many of the last."""
        if offset < 0:
            self.pending = self.pending[offset:]
            return
        self.acknowledged_below = max(self.acknowledged_below, offset)
        self.pending = [one for one in self.pending if one["update_id"] >= offset]

    def next_updates(self, limit: int, kinds: list[str] | None) -> list[dict[str, Any]]:
        """Return what waits; it waits on until it is acknowledged."""
        if kinds:
            self.pending = [one for one in self.pending if next(k for k in one if k != "update_id") in kinds]
        found = [*self.again, *self.pending[:limit]]
        self.again = []
        if self.shuffled:
            random.Random(len(found)).shuffle(found)
        return found

    def close(self) -> None:
        """Close the witness file."""
        if self._witness is not None:
            self._witness.close()

    # -- what people do

    def user(self, identity: int) -> dict[str, Any]:
        """Return a person as the sender of a message."""
        return {"id": identity, "is_bot": False, "first_name": f"U{identity}", "language_code": "zh-hans"}

    def say(
        self,
        identity: int,
        text: str | None = None,
        *,
        group: int | None = None,
        thread: int | None = None,
        answering: int | None = None,
        **content: Any,
    ) -> int:
        """Let a person write or send something, in a topic, as an answer; return the id of the update."""
        chat = self.chat(identity if group is None else group)
        if thread is not None:
            content |= {"message_thread_id": thread, "is_topic_message": True}
            # In a topic what answers nothing seems to answer the topic's opening.
            content["reply_to_message"] = {"message_id": thread, "forum_topic_created": {}}
        if answering is not None:
            content["reply_to_message"] = {
                key: value for key, value in chat.messages[answering].items() if key != "reply_to_message"
            }
        message = self.new_message(chat, self.user(identity), text=text, **content)
        return self.push("message", message)

    def service(self, identity: int, group: int, **content: Any) -> int:
        """Let Telegram report what a person did with a group: joined, pinned, closed a topic."""
        return self.say(identity, group=group, **content)

    def drop_topic(self, group: int, thread: int) -> None:
        """Let an administrator delete a topic with everything in it; no update tells of it."""
        chat = self.chat(group)
        del chat.topics[thread]
        for number in [n for n, one in chat.messages.items() if one.get("message_thread_id") == thread]:
            del chat.messages[number]

    def forum(self, group: int) -> Chat:
        """Make a group a forum and return it."""
        chat = self.chat(group)
        chat.forum = True
        return chat

    def edit(self, identity: int, message_id: int, text: str, *, group: int | None = None) -> int:
        """Let a person correct a message."""
        message = self.chat(identity if group is None else group).messages[message_id]
        message.update(text=text, edit_date=message["date"] + 5)
        return self.push("edited_message", dict(message))

    def photo(self, identity: int, caption: str | None = None, **content: Any) -> int:
        """Let a person send a photo."""
        sizes = [
            {"file_id": f"photo-{width}", "file_unique_id": f"p{width}", "width": width, "height": width}
            for width in (90, 1280, 320)
        ]
        for size in sizes:
            name = str(size["file_id"])
            self.files[name], self.sorts[name] = ("photo.jpg", PHOTO, len(PHOTO)), "photo"
        return self.say(identity, photo=sizes, caption=caption, **content)

    def send_file(
        self,
        identity: int,
        sort: str,
        content: bytes,
        *,
        name: str = "",
        media_type: str = "",
        size: int | None = None,
        group: int | None = None,
        **content_of_message: Any,
    ) -> str:
        """Let a person send a file of a sort (photo, video, voice, document …); return its id.

        `size` is what the server says of it, where it is to differ from the truth.
        """
        file_id = f"{sort}-file-{len(self.files) + 1}"
        size = len(content) if size is None else size
        self.files[file_id], self.sorts[file_id] = (name, content, size), sort
        found: Any = {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": size}
        if name:
            found["file_name"] = name
        if media_type:
            found["mime_type"] = media_type
        if sort == "photo":
            found = [{**found, "width": 1280, "height": 960}]
        self.say(identity, group=group, **{sort: found}, **content_of_message)
        return file_id

    def contact(self, identity: int, phone: str, *, owner: int | None = None) -> int:
        """Let a person share a phone number; `owner` is whose it is."""
        card = {"phone_number": phone, "first_name": "U", "user_id": owner if owner is not None else identity}
        return self.say(identity, contact=card)

    def tap(self, identity: int, label: str, *, chat: int | None = None) -> int:
        """Let a person tap the newest button with a label; fails where there is none."""
        place = self.chat(identity if chat is None else chat)
        for message in reversed(place.messages.values()):
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", ()):
                for button in row:
                    if button["text"] == label:
                        return self.tap_data(identity, button["callback_data"], message)
        raise LookupError(f"no button {label!r} in chat {place.id}")

    def tap_data(self, identity: int, data: str, message: dict[str, Any]) -> int:
        """Let a person tap a button with this key under this message."""
        query = f"q{len(self.queries) + 1}"
        self.queries[query] = (self.clock(), False)
        return self.push(
            "callback_query",
            {
                "id": query,
                "from": self.user(identity),
                "message": message,
                "chat_instance": "1",
                "data": data,
            },
        )

    def block(self, identity: int) -> int:
        """Let a person block the bot."""
        self.chat(identity).blocked = True
        return self._membership(identity, "member", "kicked")

    def unblock(self, identity: int) -> int:
        """Let a person unblock the bot."""
        self.chat(identity).blocked = False
        return self._membership(identity, "kicked", "member")

    def migrate(self, group: int, new: int) -> int:
        """Make a group a supergroup with a new id."""
        self.chat(group).migrated_to = new
        self.chat(new)
        message = {
            "message_id": next(self._message_ids),
            "from": self.user(1),
            "chat": {"id": group, "type": "group", "title": "G"},
            "date": 1_790_000_000,
            "migrate_to_chat_id": new,
        }
        return self.push("message", message)

    def _membership(self, identity: int, old: str, new: str) -> int:
        return self.push(
            "my_chat_member",
            {
                "chat": self.chat(identity).document,
                "from": self.user(identity),
                "date": 1_790_000_000,
                "old_chat_member": {"user": BOT, "status": old},
                "new_chat_member": {"user": BOT, "status": new},
            },
        )

    def texts(self, chat: int) -> list[str]:
        """Return what the bot's messages in a chat say now, oldest first."""
        return [
            message.get("text", message.get("caption", ""))
            for message in self.chat(chat).messages.values()
            if message["from"]["is_bot"]
        ]

    def buttons(self, chat: int) -> list[str]:
        """Return the labels under the bot's last message with buttons."""
        for message in reversed(self.chat(chat).messages.values()):
            rows = (message.get("reply_markup") or {}).get("inline_keyboard")
            if message["from"]["is_bot"] and rows:
                return [button["text"] for row in rows for button in row]
        return []
