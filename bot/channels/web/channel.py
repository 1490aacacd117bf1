"""The web chat as a channel: requests become messages, and what is sent rings at the open pages."""

import asyncio
from datetime import datetime
from typing import Any

from bot.channels.web.hub import Hub
from bot.delivery import Take
from handlers.messages import Attachment, Location, Message, Reply


class WebChannel:
    """Reaches people through the chat page; an address is the hash of a browser's session."""

    name = "web"

    def __init__(self) -> None:
        self.hub = Hub()

    def read(self, payload: dict[str, Any], update_id: str, received_at: datetime) -> Message | None:
        """Return what a page has posted, or None where the payload holds nothing."""
        text = str(payload.get("text") or "")
        choice = payload.get("choice")
        place = payload.get("location")
        files = payload.get("files") or []
        if not text and choice is None and place is None and not files:
            return None
        return Message(
            channel=self.name,
            address=str(payload["address"]),
            update_id=update_id,
            sent_at=received_at,
            text=text,
            choice=str(choice) if choice is not None else None,
            attachments=tuple(
                Attachment(
                    kind=one["kind"],
                    ref=one["ref"],
                    size_bytes=one["size_bytes"],
                    name=one.get("name", ""),
                    media_type=one.get("media_type", ""),
                    content_hash=one["ref"] if "media_type" in one else None,
                    group=str(payload.get("id", "")) if len(files) > 1 else "",
                )
                for one in files
            ),
            location=Location(place["latitude"], place["longitude"]) if place is not None else None,
        )

    async def admit(self, address: str, lane: int) -> None:
        """Let everything through: a page has no limit on what it may be told."""

    async def send(self, address: str, token: str, reply: Reply, *, replaces: str | None) -> str | None:
        """Ring at the open pages of an address and return the token as the message's name.

        The message stands in the outbox already. Pages read it there, now or when they come back: it is
        delivered even where nobody is looking.
        """
        self.hub.ring(address)
        return token

    async def receive(self, take: Take) -> None:
        """Wait until cancelled: requests bring the updates."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """End the streams of all open pages."""
        self.hub.close()
