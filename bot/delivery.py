"""What a way of reaching people must be able to do, and what can go wrong on the way."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from handlers.messages import Message, Reply


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """One update as it came over the wire; `update_id` is unique within its channel."""

    update_id: str
    address: str
    payload: dict[str, Any]


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
