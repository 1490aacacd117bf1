"""The whole service with a staff group on a Telegram that is not Telegram, and a way to wait for things."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from bot.app import Service
from bot.settings import Settings
from knowledge.book import Book
from storage.database import Database
from storage.models import Outgoing, Staff, StaffRoom, Ticket
from tests.fake_bot_api import TOKEN, FakeBotApi
from tests.fake_bot_api.state import Chat

GROUP = -100200300
ALICE = 4711
HANDS = {"王": 501, "李": 502, "张": 503}


@dataclass
class House:
    """A running service and the people around it."""

    service: Service
    api: FakeBotApi

    @property
    def group(self) -> Chat:
        """The staff group."""
        return self.api.state.chat(GROUP)

    async def until(self, true: Callable[[], Any], *, tick: bool = False) -> Any:
        """Wait until something is so and return it; with `tick` the clock knocks meanwhile."""
        async with asyncio.timeout(20):
            while True:
                found = true()
                if found:
                    return found
                if tick:
                    await self.service.tick()
                await asyncio.sleep(0.03)

    async def alice(self, text: str, expecting: str) -> None:
        """Alice says something and gets an answer with some words in it."""
        before = len(self.said(ALICE))
        self.api.state.say(ALICE, text)
        await self.until(lambda: any(expecting in one for one in self.said(ALICE)[before:]))

    def said(self, chat: int) -> list[str]:
        """Return the texts of the bot in a chat."""
        return self.api.state.texts(chat)

    def posts(self, containing: str) -> list[dict[str, Any]]:
        """Return the bot's messages in the group with some words in them, oldest first."""
        return [
            one
            for one in self.group.messages.values()
            if one["from"]["is_bot"] and containing in one.get("text", one.get("caption", ""))
        ]

    async def post(self, containing: str, *, tick: bool = False) -> dict[str, Any]:
        """Wait for a message of the bot in the group and return the newest with these words."""
        found: dict[str, Any] = (await self.until(lambda: self.posts(containing), tick=tick))[-1]
        ref = str(found["message_id"])
        await self.until(lambda: any(one.platform_ref == ref for one in self.outgoing()))
        return found

    async def topic(self, containing: str) -> int:
        """Wait for a topic with some words in its title and return its id."""
        found = await self.until(
            lambda: [key for key, one in self.group.topics.items() if containing in one.title]
        )
        return int(found[-1])

    def hand(self, name: str, text: str, **content: Any) -> int:
        """Let a colleague write in the group; return the id of the message."""
        self.api.state.say(HANDS[name], text, group=GROUP, **content)
        return max(self.group.messages)

    def rows(self, kind: type[Any]) -> list[Any]:
        """Return all rows of a table."""
        with self.service.database.reading() as session:
            return list(session.exec(select(kind).order_by(kind.id)))

    def tickets(self) -> list[Ticket]:
        """Return all tickets."""
        return self.rows(Ticket)

    def rooms(self) -> dict[str, StaffRoom]:
        """Return the rooms by name."""
        return {one.room: one for one in self.rows(StaffRoom)}

    def outgoing(self) -> list[Outgoing]:
        """Return everything that was or is to be sent."""
        return self.rows(Outgoing)


@asynccontextmanager
async def running(
    database: Database, book: Book, *, forum: bool = True, group: bool = True
) -> AsyncIterator[House]:
    """Run the service; 王, 李 and 张 are linked with numbers of Telegram."""
    with database.transaction() as session:
        for one in session.exec(select(Staff)):
            one.telegram_id = str(HANDS[one.name]) if one.name in HANDS else None
            session.add(one)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with FakeBotApi() as api:
        # A burst of one story would otherwise wait a minute; the limits have a test of their own.
        api.state.limits.on = False
        if forum:
            api.state.forum(GROUP)
        settings = Settings(
            database=str(database.url),
            port=port,
            telegram_token=TOKEN,
            telegram_api=api.root,
            telegram_staff_chat=GROUP if group else None,
            telegram_poll_seconds=1,
            tick_seconds=3600,
            secret="a secret of the tests",
        )
        service = Service(settings, database, book)
        unhurried(service)
        work = asyncio.create_task(service.run())
        try:
            yield House(service, api)
        finally:
            service.stop()
            with contextlib.suppress(asyncio.CancelledError):
                await work


def unhurried(service: Service) -> None:
    """Let the service send as fast as it can."""
    channel: Any = service.channels["telegram"]

    async def admit(_address: str, _lane: int) -> None:
        return

    channel.pace.admit = admit
