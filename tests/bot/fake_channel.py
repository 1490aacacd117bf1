"""The one fake channel: it reads plain payloads, keeps what it is given to send, and fails when told to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.delivery import DeliveryError, Take
from handlers.messages import Message, Reply


class FakeChannel:
    """A channel whose wire is a list."""

    name = "web"

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.edited: list[tuple[str, str]] = []
        self.fate: Callable[[str, str], DeliveryError | None] = lambda address, text: None

    def read(self, payload: dict[str, Any], update_id: str, received_at: datetime) -> Message | None:
        if payload.get("service"):
            return None
        if payload.get("poison"):
            raise ValueError("cannot be read")
        return Message(self.name, payload["from"], update_id, received_at, text=payload["text"])

    async def admit(self, address: str, lane: int) -> None:
        pass

    async def send(self, address: str, token: str, reply: Reply, *, replaces: str | None) -> str | None:
        failure = self.fate(address, reply.text)
        if failure is not None:
            raise failure
        (self.sent if replaces is None else self.edited).append((address, reply.text))
        return f"ref-{len(self.sent)}"

    async def receive(self, take: Take) -> None:
        raise NotImplementedError
