"""What every channel owes the desk, told through the whole running service: say, see, tap, be safe."""

import asyncio
import contextlib
import socket
import uuid
from collections.abc import AsyncIterator
from typing import Any, Protocol

import aiohttp
import pytest
import pytest_asyncio
from sqlmodel import select

from bot.app import Service
from bot.channels.terminal import TerminalChannel, plain
from bot.cli.ask import exchange
from bot.settings import Settings
from bot.transcript import Visitor
from knowledge.book import Book
from storage.database import Database
from storage.models import Evidence, Inbox, Outgoing, Staff, Ticket
from tests.fake_bot_api import TOKEN, FakeBotApi
from tests.pictures import MAKER, jpeg

House = tuple[Service, FakeBotApi, str]
CUSTOMER = 4711
STAFF = -100200300


class Wire(Protocol):
    """A customer at the far end of a channel."""

    async def say(self, text: str) -> str: ...

    async def tap(self, label: str) -> str: ...


class WebWire:
    """A browser on the web chat."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    async def say(self, text: str) -> str:
        return plain(await self._visitor.say(text))

    async def tap(self, label: str) -> str:
        return plain(await self._visitor.tap(label))


class TelegramWire:
    """A user of Telegram."""

    def __init__(self, api: FakeBotApi) -> None:
        self._state = api.state

    async def say(self, text: str) -> str:
        return await self._after(lambda: self._state.say(CUSTOMER, text))

    async def tap(self, label: str) -> str:
        full = next(one for one in self._state.buttons(CUSTOMER) if label in one)
        return await self._after(lambda: self._state.tap(CUSTOMER, full))

    async def _after(self, act: Any) -> str:
        """Do something and return all that is new afterwards; the bot may also take messages away."""
        before = set(self._messages())
        act()
        async with asyncio.timeout(20):
            while not set(self._messages()) - before:
                await asyncio.sleep(0.02)
            # Several messages may belong to one answer, and a chat gets one a second.
            known: set[int] = set()
            while known != set(self._messages()):
                known = set(self._messages())
                await asyncio.sleep(1.3)
        return "\n".join(text for number, text in self._messages().items() if number not in before)

    def _messages(self) -> dict[int, str]:
        return {
            number: message.get("text", "")
            for number, message in self._state.chat(CUSTOMER).messages.items()
            if message["from"]["is_bot"]
        }


class Photographer:
    """Two colleagues' and two customers' ends of one photo, through the whole service."""

    def __init__(self, house: House, http: aiohttp.ClientSession) -> None:
        self.service, self.api, self.address = house
        self.http = http

    async def upload(self, *contents: bytes) -> int:
        """Upload files to the web chat and return the status."""
        form = aiohttp.FormData()
        form.add_field("id", str(uuid.uuid4()))
        for number, content in enumerate(contents):
            form.add_field("files", content, filename=f"{number}.jpg", content_type="image/jpeg")
        headers = {"Origin": self.address}
        async with self.http.post(f"{self.address}/api/uploads", data=form, headers=headers) as answer:
            return answer.status

    async def in_group(self, sort: str) -> list[dict[str, Any]]:
        """Wait until something of a sort stands in the staff group and return all of it."""
        async with asyncio.timeout(20):
            while True:
                found = [
                    one
                    for one in self.api.state.chat(STAFF).messages.values()
                    if one["from"]["is_bot"] and sort in one
                ]
                if found:
                    return found
                await asyncio.sleep(0.05)

    async def settled(self) -> None:
        """Wait until it is written down what everything is called that was sent."""
        async with asyncio.timeout(20):
            while True:
                with self.service.database.reading() as session:
                    if set(session.exec(select(Outgoing.state))) <= {"sent", "cancelled"}:
                        return
                await asyncio.sleep(0.05)

    async def stored(self, count: int) -> list[Evidence]:
        """Wait until so many files lie in our own store."""
        async with asyncio.timeout(20):
            while True:
                with self.service.database.reading() as session:
                    rows = list(session.exec(select(Evidence).where(Evidence.state == "stored")))
                if len(rows) >= count:
                    return rows
                await asyncio.sleep(0.05)


class TerminalWire:
    """Somebody at `dianling chat`, where buttons are numbers."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._shown: list[str] = []
        self._terminal = TerminalChannel(self._shown.append)

    async def say(self, text: str) -> str:
        before = len(self._shown)
        await asyncio.to_thread(
            exchange, self._service.database, self._service.desk, self._terminal, "terminal-test", text
        )
        return "\n".join(self._shown[before:])

    async def tap(self, label: str) -> str:
        line = self._shown[-1].splitlines()[-1]
        number = next(part.split("]")[0] for part in line.split("[")[1:] if label in part)
        return await self.say(number)


@pytest_asyncio.fixture
async def house(database: Database, book: Book) -> AsyncIterator[House]:
    """The whole service with all its channels, and the wires' other ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with FakeBotApi() as api:
        settings = Settings(
            database=str(database.url),
            port=port,
            telegram_token=TOKEN,
            telegram_api=api.root,
            telegram_staff_chat=STAFF,
            telegram_poll_seconds=1,
            tick_seconds=3600,
            secret="a secret of the tests",
        )
        service = Service(settings, database, book)
        running = asyncio.create_task(service.run())
        try:
            address = f"http://127.0.0.1:{port}"
            async with aiohttp.ClientSession() as http, asyncio.timeout(20):
                while True:
                    with contextlib.suppress(aiohttp.ClientError):
                        async with http.get(f"{address}/healthz") as answer:
                            if answer.status == 200:
                                break
                    await asyncio.sleep(0.05)
            yield service, api, address
        finally:
            service.stop()
            await running


@pytest_asyncio.fixture(params=["web", "telegram", "terminal"])
async def wire(request: pytest.FixtureRequest, house: House) -> AsyncIterator[Wire]:
    """A customer, on each channel in turn."""
    service, api, address = house
    if request.param == "telegram":
        yield TelegramWire(api)
    elif request.param == "terminal":
        yield TerminalWire(service)
    else:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            visitor = Visitor(http, address, lambda _text: None)
            await visitor.arrive()
            yield WebWire(visitor)
            await visitor.leave()


def tickets(service: Service) -> list[Ticket]:
    with service.database.reading() as session:
        return list(session.exec(select(Ticket)))


async def test_a_question_is_answered(wire: Wire):
    assert "176.41" in await wire.say("350度电要交多少钱")


async def test_a_button_does_what_it_says(wire: Wire):
    await wire.say("/start")
    assert "工单" in await wire.tap("我的工单")


async def test_danger_opens_a_ticket_and_says_what_to_do(wire: Wire, house: House):
    said = await wire.say("有人触电了快来人")
    assert "120" in said
    assert "先断电" in said
    [ticket] = tickets(house[0])
    assert (ticket.kind, ticket.priority) == ("danger", 3)
    assert ticket.number in said
    async with asyncio.timeout(10):
        while not any(ticket.number in text for text in house[1].state.texts(STAFF)):
            await asyncio.sleep(0.02)


async def test_a_repair_is_reported_from_end_to_end(wire: Wire, house: House):
    await wire.say("/repair")
    await wire.tap("整")
    await wire.say("江滨路18号阳光花园3栋")
    await wire.tap("跳过")
    said = await wire.tap("跳过")
    assert "阳光花园" in said
    assert "已受理" in await wire.tap("提交")
    assert [ticket.kind for ticket in tickets(house[0])] == ["repair"]


async def test_a_photo_from_telegram_reaches_colleagues_and_our_store(house: House):
    service, api, _ = house
    photo = jpeg(placed=True)
    async with aiohttp.ClientSession() as http:
        far_end = Photographer(house, http)
        api.state.say(CUSTOMER, "有人触电了，江滨路18号阳光花园3栋")
        file_id = api.state.send_file(CUSTOMER, "photo", photo)
        [row] = await far_end.stored(1)
        assert row.content_hash is not None
        assert service.store.read(row.content_hash) == photo
        assert row.ticket_id == tickets(service)[0].id
        shown = await far_end.in_group("photo")
    assert shown[-1]["photo"][0]["file_id"] == file_id


async def test_photos_from_the_web_reach_colleagues_and_theirs_the_web(house: House):
    service, api, address = house
    with service.database.transaction() as session:
        session.add(Staff(name="小赵", telegram_id="77", role="agent", created_at=service.clock.now()))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        far_end = Photographer(house, http)
        visitor = Visitor(http, address, lambda _text: None)
        await visitor.arrive()
        await visitor.say("人工")
        assert await far_end.upload(jpeg(placed=True)) == 202
        [shown] = await far_end.in_group("photo")
        _, content, _ = api.state.files[shown["photo"][0]["file_id"]]
        assert MAKER.encode() not in content  # where it was taken is nobody's business
        await far_end.settled()
        # A colleague answers it with a photo of their own.
        answered = {"message_id": shown["message_id"], "from": shown["from"], "chat": shown["chat"]}
        api.state.send_file(
            77, "photo", jpeg(colour="green"), group=STAFF, caption="接线照这张图", reply_to_message=answered
        )
        rows = await far_end.stored(2)
        assert {one.channel for one in rows} == {"web", "telegram"}
        said = await visitor.hears()
        assert "接线照这张图" in said
        async with http.get(address + "/") as page:
            text = await page.text()
        [url] = {part.partition('"')[0] for part in text.split('="') if part.startswith("/files/")}
        async with http.get(address + url) as answer:
            assert answer.status == 200
            assert (await answer.read()).startswith(b"\xff\xd8\xff")
        async with aiohttp.ClientSession() as stranger, stranger.get(address + url) as answer:
            assert answer.status == 404
        await visitor.leave()


async def test_what_looks_like_markup_is_only_text(wire: Wire, house: House):
    await wire.say("/complaint")
    await wire.say("<b>你们</b> & <script>alert(1)</script> **粗** 态度差")
    service = house[0]
    with service.database.reading() as session:
        said = [row.said for row in session.exec(select(Inbox))]
        assert "<b>你们</b> & <script>alert(1)</script> **粗** 态度差" in said
        async with asyncio.timeout(10):
            while True:
                session.expire_all()
                states = {row.state for row in session.exec(select(Outgoing))}
                if states == {"sent"}:
                    break
                await asyncio.sleep(0.05)
                session.rollback()
