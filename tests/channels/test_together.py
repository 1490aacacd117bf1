"""Messages in quick succession over the real wire: one message on Telegram, written anew in place."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest_asyncio

from bot.app import Service
from bot.settings import Settings
from knowledge.book import Book
from storage.database import Database
from tests.fake_bot_api import TOKEN, FakeBotApi

ALICE = 4711


@pytest_asyncio.fixture
async def api(database: Database, book: Book) -> AsyncIterator[FakeBotApi]:
    """A Bot API server with the whole service behind it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with FakeBotApi() as api:
        settings = Settings(
            database=str(database.url),
            port=port,
            telegram_token=TOKEN,
            telegram_api=api.root,
            telegram_poll_seconds=1,
            tick_seconds=3600,
            secret="a secret of the tests",
        )
        service = Service(settings, database, book)
        running = asyncio.create_task(service.run())
        try:
            yield api
        finally:
            service.stop()
            with contextlib.suppress(asyncio.CancelledError):
                await running


def bubbles(api: FakeBotApi) -> list[str]:
    return [
        message["text"] for message in api.state.chat(ALICE).messages.values() if message["from"]["is_bot"]
    ]


async def until_said(api: FakeBotApi, words: str) -> None:
    async with asyncio.timeout(15):
        while not any(words in text for text in bubbles(api)):
            await asyncio.sleep(0.02)


async def test_a_better_answer_is_written_into_the_first(api: FakeBotApi) -> None:
    api.state.say(ALICE, "充电桩")
    await until_said(api, "")
    first = api.state.chat(ALICE).messages
    [number] = [key for key, message in first.items() if message["from"]["is_bot"]]
    api.state.say(ALICE, "怎么申请")
    await until_said(api, "充电桩报装")
    assert "充电桩报装" in api.state.chat(ALICE).messages[number]["text"]
    assert len(bubbles(api)) == 1
    methods = [one["method"] for one in api.state.accepted if one["chat_id"] == ALICE]
    assert methods == ["sendMessage", "editMessageText"]


async def test_what_comes_at_once_is_answered_once(api: FakeBotApi) -> None:
    for text in ("我想问一下", "充电桩", "怎么申请"):
        api.state.say(ALICE, text)
    await until_said(api, "充电桩报装")
    assert len(bubbles(api)) == 1


async def test_a_place_for_the_outage_takes_the_place_of_the_question(api: FakeBotApi) -> None:
    api.state.say(ALICE, "停电了")
    await until_said(api, "哪里")
    api.state.say(ALICE, "翠竹苑")
    await until_said(api, "翠竹苑是否停电")
    assert not any("要查哪里" in text for text in bubbles(api))
