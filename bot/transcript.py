"""A short real conversation with the running service over HTTP, printed so that one sees the product work."""

import asyncio
import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp

from bot import clock
from bot.channels.terminal import plain
from handlers.demo import bill_the_guest

if TYPE_CHECKING:
    from bot.app import Service
    from handlers.demo import Guest

PATIENCE_SECONDS = 20.0


class Visitor:
    """One browser: a session cookie, a stream of events, and what was said last."""

    def __init__(self, http: aiohttp.ClientSession, address: str, show: Callable[[str], None]) -> None:
        self._http = http
        self._address = address.rstrip("/")
        self._show = show
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._listening: asyncio.Task[None] | None = None
        self.choices: list[dict[str, str]] = []

    async def arrive(self) -> None:
        """Open the page, which gives a session, and the stream."""
        async with self._http.get(self._address + "/") as page:
            page.raise_for_status()
        self._listening = asyncio.create_task(self._listen())

    async def leave(self) -> None:
        """Close the stream."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def say(self, text: str) -> str:
        """Type a text and return the answer."""
        self._show(f"\n客户：{text}")
        return await self._post({"text": text})

    async def tap(self, label: str) -> str:
        """Tap the button of a label under the last answer and return what it brings."""
        found = [choice for choice in self.choices if label in choice["label"]]
        if not found:
            raise RuntimeError(f"there is no button {label!r} among {[one['label'] for one in self.choices]}")
        self._show(f"\n客户：【{found[0]['label']}】")
        return await self._post({"choice": found[0]["key"]})

    async def hears(self) -> str:
        """Wait for what comes next and return it."""
        said: list[str] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            event = await self._events.get()
        while True:
            said.append(event["text"])
            self._show("电铃：" + plain(event["text"]).replace("\n", "\n      "))
            if event["choices"]:
                self.choices = event["choices"]
                self._show("      " + " ".join(f"[{one['label']}]" for one in event["choices"]))
            try:
                # Several messages may belong to one answer.
                async with asyncio.timeout(0.4):
                    event = await self._events.get()
            except TimeoutError:
                return "\n".join(said)

    async def _post(self, body: dict[str, str]) -> str:
        headers = {"Origin": self._address}
        async with self._http.post(
            self._address + "/api/messages", json={"id": str(uuid.uuid4()), **body}, headers=headers
        ) as answer:
            answer.raise_for_status()
        return await self.hears()

    async def _listen(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None)
        async with self._http.get(self._address + "/events", timeout=timeout) as stream:
            async for line in stream.content:
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    if event.get("kind") == "reply":
                        self._events.put_nowait(event)


async def converse(service: "Service", address: str, guest: "Guest", *, show: Callable[[str], None]) -> None:
    """Hold the conversation: a tariff, an outage, a danger, a repair report, and one arrears reminder."""
    await _until_open(address)
    show("—— 一段真实对话（经本机 HTTP） ——")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        visitor = Visitor(http, address, show)
        await visitor.arrive()
        try:
            await visitor.say("350度电要交多少钱")
            await visitor.say("翠湖小区明天停电吗")
            await visitor.say("报修 我家跳闸了，推不上去")
            await _walk_through_repair(visitor)
            await visitor.say("绑定户号")
            await visitor.say(guest.account)
            await visitor.say(guest.code)
            show("\n（计费系统推来一张过期一周的账单；演示时钟拨到可以提醒的钟点）")
            await asyncio.to_thread(_let_a_reminder_fall_due, service, guest)
            service.wake_senders()
            await visitor.hears()
            await visitor.say("有人触电了！快来人")
        finally:
            service.clock.put_to(None)
            await visitor.leave()
    show("\n—— 对话结束 ——")


async def _walk_through_repair(visitor: Visitor) -> None:
    """Answer the repair form's questions until the ticket is there."""
    wishes = ("就我家", "跳闸", "不好说", "跳过", "提交")
    for _ in range(12):
        labels = [one["label"] for one in visitor.choices]
        known = next((wish for wish in wishes if any(wish in label for label in labels)), None)
        answer = await visitor.tap(known) if known else await visitor.say("阳光花园3栋502")
        if "工单" in answer:
            return


def _let_a_reminder_fall_due(service: "Service", guest: "Guest") -> None:
    """Import a bill of the guest and do what is due, at a moment when reminders may be sent."""
    service.clock.put_to(_in_sending_hours(service))
    moment = service.clock.now()
    bill_the_guest(service.database, service.desk.desktop.book, guest, now=moment)
    service.desk.tick(moment)


def _in_sending_hours(service: "Service") -> datetime:
    """Return this moment, or ten o'clock of this day or the next where reminders may not be sent now."""
    zone = service.desk.desktop.book.zone
    local = clock.now().astimezone(zone)
    if time(9) <= local.time() < time(20):
        return local
    day = local.date() + (timedelta(days=1) if local.time() >= time(20) else timedelta())
    return datetime.combine(day, time(10), tzinfo=zone)


async def _until_open(address: str) -> None:
    async with aiohttp.ClientSession() as http:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(aiohttp.ClientError):
                    async with http.get(address + "healthz"):
                        return
                await asyncio.sleep(0.05)
