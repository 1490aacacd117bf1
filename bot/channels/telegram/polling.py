"""Fetching updates: the next ones are asked for only when the last ones are safely stored."""

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.channels.telegram.errors import retry_seconds
from bot.channels.telegram.reading import UPDATE_KINDS, chat_of, clean
from bot.delivery import RawUpdate, Take

log = structlog.get_logger()

BATCH = 100
IDLE_SECONDS = 0.25  # between two looks where a look does not wait for news
GRACE_SECONDS = 10.0  # beyond the time that a long poll may take by itself
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
ANSWERS_UNDER_WAY = 64


class Poll:
    """One long-polling loop over getUpdates."""

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        *,
        seconds: int,
        address_of: Callable[[int], str],
        seen: Callable[[dict[str, Any]], None],
    ) -> None:
        self._bot = bot
        self._request = request
        self._seconds = seconds
        self._address_of = address_of
        self._seen = seen
        self._offset = 0
        self._failures = 0
        self._answering: set[asyncio.Task[None]] = set()
        self._hands = asyncio.Semaphore(ANSWERS_UNDER_WAY)

    async def run(self, take: Take) -> None:
        """Bring updates to `take` until cancelled; no error of the network or of `take` ends it."""
        try:
            await self._open()
            while True:
                try:
                    await self._once(take)
                    self._failures = 0
                except TelegramError as error:
                    await self._rest(error)
                except Exception as error:
                    # They could not be stored, so they are not acknowledged and will come again.
                    log.exception("updates not taken", channel="telegram", error=type(error).__name__)
                    await self._rest(None)
        finally:
            for task in self._answering:
                task.cancel()

    async def _open(self) -> None:
        """Take a webhook away, which would keep getUpdates from working; what waits in it is kept."""
        while True:
            try:
                await self._bot.delete_webhook(drop_pending_updates=False)
                return
            except TelegramError as error:
                await self._rest(error)

    async def _once(self, take: Take) -> None:
        asked: dict[str, str | int] = {
            "timeout": self._seconds,
            "limit": BATCH,
            "allowed_updates": json.dumps(UPDATE_KINDS),
        }
        if self._offset:
            asked["offset"] = self._offset
        # Not through the library's own method: it would build an object for every part of every update.
        updates = await self._request.post(
            f"{self._bot.base_url}/getUpdates?{urlencode(asked)}", read_timeout=self._seconds + GRACE_SECONDS
        )
        if not isinstance(updates, list):
            raise TelegramError("the server's updates are not a list")
        if not updates:
            await asyncio.sleep(0 if self._seconds else IDLE_SECONDS)
            return
        raw: list[RawUpdate] = []
        for update in updates:
            chat = chat_of(update)
            if chat is not None:
                self._seen(update)
                raw.append(RawUpdate(str(update["update_id"]), self._address_of(chat), clean(update)))
        if raw:
            await take(raw)
        self._offset = max(int(update["update_id"]) for update in updates) + 1
        for update in updates:
            if "callback_query" in update:
                self._answer(str(update["callback_query"]["id"]))

    def _answer(self, query_id: str) -> None:
        task = asyncio.create_task(self._answer_once(query_id))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer_once(self, query_id: str) -> None:
        """Stop the little clock on a button; nothing depends on it, and old buttons cannot be answered."""
        async with self._hands:
            try:
                await self._bot.answer_callback_query(query_id)
            except BadRequest:
                log.debug("a tap was too old to be answered")
            except TelegramError as error:
                log.info("a tap was not answered", error=type(error).__name__)

    async def _rest(self, error: TelegramError | None) -> None:
        """Say what is wrong and wait before the next try: longer each time, and never all at once."""
        self._failures += 1
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(self._failures - 1, 10))
        match error:
            case None:
                pass
            case RetryAfter():
                pause = retry_seconds(error)
            case InvalidToken():
                log.critical("Telegram does not know our token; nothing can be received", reason=str(error))
                pause = LONGEST_PAUSE_SECONDS
            case Conflict():
                log.error("somebody else receives with our token", reason=str(error))
                pause = LONGEST_PAUSE_SECONDS / 3
                if "webhook" in str(error).lower():
                    pause = FIRST_PAUSE_SECONDS
                    await self._drop_webhook()
            case _:
                log.warning("cannot fetch updates", reason=str(error), failures=self._failures)
        await asyncio.sleep(pause * random.uniform(1, 1.25))

    async def _drop_webhook(self) -> None:
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            log.warning("cannot remove the webhook", reason=str(error))
