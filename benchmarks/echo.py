"""The bare minimum to compare with: a python-telegram-bot that says every text back and keeps nothing."""

import argparse
import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable
from typing import Any

from telegram import Update
from telegram.ext import Application, BaseUpdateProcessor, ContextTypes, MessageHandler, filters

from bot.channels.telegram.transport import AiohttpRequest


class InOrderPerChat(BaseUpdateProcessor):
    """Handles chats side by side and the updates of one chat one after the other."""

    def __init__(self, side_by_side: int) -> None:
        super().__init__(side_by_side)
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the chat's earlier updates, then handle this one."""
        assert isinstance(update, Update)
        async with self._locks[update.effective_chat.id if update.effective_chat else 0]:
            await coroutine

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say a text back."""
    if update.effective_message is not None and update.effective_message.text:
        await update.effective_message.reply_text(update.effective_message.text)


def main() -> None:
    """Run the bot until a signal ends it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.echo", description=__doc__)
    parser.add_argument("transport", choices=("default", "ours"))
    parser.add_argument("--root", required=True, help="address of the Bot API server")
    parser.add_argument("--token", required=True)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    builder = Application.builder().token(asked.token).base_url(f"{asked.root}/bot")
    if asked.transport == "ours":
        builder = (
            builder.request(AiohttpRequest())
            .get_updates_request(AiohttpRequest())
            .concurrent_updates(InOrderPerChat(256))
        )
    bot = builder.build()
    bot.add_handler(MessageHandler(filters.TEXT, echo))
    bot.run_polling()


if __name__ == "__main__":
    main()
