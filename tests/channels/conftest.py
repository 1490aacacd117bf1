"""A Telegram that is not Telegram, and a channel that talks to it."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from bot.channels.telegram.channel import TelegramChannel  # noqa: E402
from tests.fake_bot_api import TOKEN, FakeBotApi  # noqa: E402

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
