"""A small house behind the web chat: real ledgers, and a clerk who repeats what is said."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

import storage.inbox
import storage.outbox
from bot.channels.web.app import build_app
from bot.channels.web.channel import WebChannel
from bot.channels.web.events import Backroom, Facade
from bot.channels.web.limits import Buckets
from bot.delivery import RawUpdate
from bot.files import MEGABYTE, FileStore
from bot.web_files import WebFiles
from bot.web_history import WebHistory
from handlers.messages import Choice, Reply, reply_from
from knowledge.practice import load_practice
from storage.database import Database
from storage.inbox import Arrival
from storage.models import OutgoingState
from storage.outbox import Draft, Settled

ORIGIN = "http://hotline.test"
BEGIN = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


class House:
    """Stores what the page brings in the real inbox and answers through the real outbox."""

    def __init__(self, folder: Path) -> None:
        self.moment = BEGIN
        self.database = Database(f"sqlite:///{folder}/house.db")
        self.database.upgrade()
        self.channel = WebChannel()
        self.store = FileStore(folder / "files", most_bytes=MEGABYTE, most_pixels=4_000_000)
        self.broken = False
        self.taken: list[RawUpdate] = []
        history = WebHistory(self.database, self.now)
        files = WebFiles(self.database, self.store, practice=load_practice, now=self.now)
        self.app = build_app(
            self.channel,
            take=self.take,
            backroom=Backroom(history.history, history.news, files.keep, files.file, self.facade),
            most_bytes=MEGABYTE,
            buckets=Buckets(burst=10, per_second=1, clock=lambda: self.moment.timestamp()),
            now=self.now,
        )

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def facade(self) -> Facade:
        return Facade("东湖供电", "5550100", "Asia/Shanghai", "您好，请讲。", demo=True)

    async def take(self, updates: Sequence[RawUpdate]) -> None:
        if self.broken:
            raise OSError("the disk is full")
        for update in updates:
            with self.database.transaction() as session:
                arrival = Arrival("web", update.update_id, update.address, update.payload)
                is_new = storage.inbox.store(session, [arrival], self.now())
            message = self.channel.read(update.payload, update.update_id, self.now())
            if is_new and message is not None:
                self.taken.append(update)
                what = message.choice or message.text or "收到"
                await self.say(update.address, Reply(f"您说：{what}", (Choice("继续", "on"),)))

    async def say(self, address: str, reply: Reply, *, later: timedelta | None = None) -> None:
        """Put a reply into the outbox and let the sender's work be done."""
        moment = self.now()
        with self.database.transaction() as session:
            draft = Draft(
                "web",
                address,
                reply.as_document(),
                dedupe_key=uuid.uuid4().hex,
                card=reply.card,
                not_before=moment + later if later else None,
            )
            storage.outbox.write(session, [draft], moment)
        await self.deliver()

    async def deliver(self) -> None:
        """Send what is due."""
        with self.database.transaction() as session:
            claimed = storage.outbox.claim(session, channel="web", owner="test", now=self.now(), limit=50)
        for one in claimed:
            ref = await self.channel.send(one.address, one.token, reply_from(one.reply), replaces=None)
            with self.database.transaction() as session:
                settled = Settled(one.id, OutgoingState.SENT, platform_ref=ref)
                storage.outbox.settle(session, [settled], owner="test")

    def browser(self) -> httpx.AsyncClient:
        """Return a client that behaves like a browser on our page."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app), base_url=ORIGIN, headers={"Origin": ORIGIN}
        )

    async def stream(self, browser: httpx.AsyncClient, **arguments: object) -> str:
        """Return what a stream says until the house closes it."""
        reading = asyncio.create_task(browser.get("/events", **arguments))  # type: ignore[arg-type]
        await asyncio.sleep(0.2)
        self.channel.hub.close()
        answer = await reading
        self.channel.hub.closed = False
        return answer.text
