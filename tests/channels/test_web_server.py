"""The web chat's server: it starts and ends with the service, open streams or not."""

import asyncio
import socket
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from bot.channels.web.channel import WebChannel
from bot.delivery import RawUpdate
from bot.files import MEGABYTE, FileStore
from bot.settings import Settings
from bot.web_server import WebServer
from knowledge.facts import FactMissing
from knowledge.utility import Utility
from storage.database import Database

DATA = Path(__file__).parents[2] / "knowledge" / "data"


class ThinBook:
    """A book of which only the cover is read."""

    utility = Utility.load(DATA)

    def fill(self, text: str, *, region: str, now: datetime) -> str:
        raise FactMissing(text, region, now.date())


async def take(_updates: Sequence[RawUpdate]) -> None:
    """Take nothing: these tests only open pages."""


def a_server(folder: Path, port: int) -> WebServer:
    database = Database(f"sqlite:///{folder}/house.db")
    database.upgrade()
    settings = Settings(host="127.0.0.1", port=port, demo=True)
    return WebServer(
        settings,
        WebChannel(),
        take=take,
        database=database,
        book=ThinBook(),  # type: ignore[arg-type]
        store=FileStore(folder / "files", most_bytes=MEGABYTE, most_pixels=1_000_000),
    )


async def test_it_ends_at_once_though_pages_are_open(tmp_path: Path) -> None:
    server = a_server(tmp_path, _free_port())
    running = asyncio.create_task(server.run())
    await server.listening.wait()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as browser:
        page = await _until_up(browser)
        assert ThinBook.utility.name in page.text
        assert "tel:" not in page.text  # the number has no valid row: none is shown
        async with browser.stream("GET", "/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(running, timeout=4)
            await stream.aread()


async def test_a_port_in_use_is_an_error_that_can_be_read(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = a_server(tmp_path, other.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            await server.run()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


async def _until_up(browser: httpx.AsyncClient) -> httpx.Response:
    for _ in range(100):
        try:
            return await browser.get("/")
        except httpx.ConnectError:
            await asyncio.sleep(0.05)
    raise AssertionError("the server did not come up")
