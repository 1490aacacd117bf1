"""A Telegram that is not Telegram, and a channel that talks to it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.channels.telegram.channel import TelegramChannel
from tests.fake_bot_api import TOKEN, FakeBotApi

STAFF = -100200300


@pytest_asyncio.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    """A Bot API server."""
    async with FakeBotApi() as running:
        yield running


@pytest_asyncio.fixture
async def telegram(api: FakeBotApi) -> AsyncIterator[TelegramChannel]:
    """A channel on that server."""
    channel = TelegramChannel(TOKEN, api.root, 30.0, 1, STAFF)
    yield channel
    await channel.close()
