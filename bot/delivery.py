"""What a way of reaching people must be able to do, and what can go wrong on the way."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from handlers.messages import Message, Reply


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """One update as it came over the wire; `update_id` is unique within its channel."""

    update_id: str
    address: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where within a chat a message goes: into a topic, or below a message of the same matter."""

    thread: str | None = None
    answers: str | None = None


Take = Callable[[Sequence[RawUpdate]], Awaitable[None]]
"""Stores updates; when it returns they are committed and may be acknowledged."""


class Channel(Protocol):
    """One way of reaching people."""

    name: str

    def read(self, payload: dict[str, Any], update_id: str, received_at: datetime) -> Message | None:
        """Return the message in a raw update, or None where it holds nothing for the desk."""
        ...

    async def admit(self, address: str, lane: int) -> None:
        """Wait until one more message may go to an address; urgent lanes are let through first."""
        ...

    async def send(self, address: str, token: str, reply: Reply, *, replaces: str | None) -> str | None:
        """Send a reply and return the channel's own name for it; raise DeliveryError.

        Keys of its choices are `token:index`. With `replaces`, that earlier message is edited where possible.
        """
        ...

    async def receive(self, take: Take) -> None:
        """Receive updates until cancelled; acknowledge only what `take` has stored."""
        ...


@runtime_checkable
class RoomChannel(Channel, Protocol):
    """A channel with a chat of many rooms, as the staff group."""

    async def has_topics(self, address: str) -> bool:
        """Return whether an address has topics that we may open."""
        ...

    async def open_topic(self, address: str, title: str, colour: int) -> str:
        """Open a topic and return the channel's own name for it; raise TopicsRefused or DeliveryError."""
        ...

    async def shape_topic(
        self, address: str, thread: str, *, title: str | None = None, closed: bool | None = None
    ) -> None:
        """Give a topic another title, close it or open it again; what is refused stays as it was."""
        ...

    async def send_to(
        self, address: str, token: str, reply: Reply, *, replaces: str | None, place: Place
    ) -> str | None:
        """Send a reply to a place; raise TopicGone or TopicClosed where it was not delivered for that."""
        ...


class DeliveryError(Exception):
    """Raised when a message was not, or perhaps not, delivered."""


class NotNow(DeliveryError):
    """Certainly not delivered, and worth another try after some seconds."""

    def __init__(self, reason: str, retry_after_seconds: float) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class Unreachable(DeliveryError):
    """Certainly not delivered: this address cannot be reached until it writes to us again."""


class Undeliverable(DeliveryError):
    """Certainly not delivered, and no other try would help: the message itself is refused."""


class Moved(DeliveryError):
    """Certainly not delivered: the address has a new name."""

    def __init__(self, address: str) -> None:
        super().__init__("the chat has moved")
        self.address = address


class Uncertain(DeliveryError):
    """Nobody can know whether it was delivered."""


class ChannelBroken(DeliveryError):
    """Certainly not delivered: the channel refuses us altogether; an operator must look."""


class TopicGone(DeliveryError):
    """Not delivered there: somebody deleted the topic."""


class TopicClosed(DeliveryError):
    """Certainly not delivered: the topic is closed."""


class TopicsRefused(DeliveryError):
    """Not done: we may not open topics here, or there are none."""


class FileGone(DeliveryError):
    """Not fetched: the channel does not have the file, and will not have it again."""


class FileTooLarge(DeliveryError):
    """Not fetched: the file is larger than we take, or than the channel hands over."""
