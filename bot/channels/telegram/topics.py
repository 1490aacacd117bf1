"""The topics of the staff group on Telegram: whether there are any, opening, naming, closing, pinning."""

import time
from collections.abc import Awaitable

import structlog
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram import errors
from bot.delivery import TopicsRefused

log = structlog.get_logger()

TITLE_LENGTH = 128
ASK_AGAIN_SECONDS = 600.0
# The colours that Telegram knows: blue, yellow, violet, green, pink, red.
COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


class Topics:
    """Knows of the one staff group whether it is a forum in which we may open topics."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._there: bool | None = None
        self._asked_at = float("-inf")

    async def there(self, chat: int) -> bool:
        """Return whether the group has topics; False while the server does not say.

        A no is asked about again now and then: somebody may have given us the right, or topics to the group.
        """
        if self._there is None or (not self._there and time.monotonic() - self._asked_at > ASK_AGAIN_SECONDS):
            self._asked_at = time.monotonic()
            try:
                self._there = bool((await self._bot.get_chat(chat)).is_forum)
            except BadRequest as error:
                log.warning("nothing is known of the staff group", reason=str(error))
                self._there = False
            except TelegramError as error:
                log.warning("cannot ask whether the staff group has topics", reason=str(error))
                return False
        return self._there

    def forget(self) -> None:
        """Ask anew: the group has changed."""
        self._there = None

    async def open(self, chat: int, title: str, colour: int) -> str:
        """Open a topic and return its id; raise TopicsRefused or TelegramError."""
        try:
            topic = await self._bot.create_forum_topic(
                chat, title[:TITLE_LENGTH], icon_color=COLOURS[colour % len(COLOURS)]
            )
        except TelegramError as error:
            if errors.are_topics_refused(error):
                log.error("topics cannot be opened in the staff group", reason=str(error))
                self._there, self._asked_at = False, time.monotonic()
                raise TopicsRefused(str(error)) from error
            raise
        return str(topic.message_thread_id)

    async def shape(self, chat: int, thread: str, *, title: str | None, closed: bool | None) -> None:
        """Give a topic another title, close it or open it again; raise TelegramError."""
        if title is not None:
            await self._quietly(self._bot.edit_forum_topic(chat, int(thread), name=title[:TITLE_LENGTH]))
        if closed is True:
            await self._quietly(self._bot.close_forum_topic(chat, int(thread)))
        elif closed is False:
            await self._quietly(self._bot.reopen_forum_topic(chat, int(thread)))

    async def pin(self, chat: int, message: int) -> None:
        """Keep a message at the top of its topic; where we may not, it stands where it stands."""
        try:
            await self._bot.pin_chat_message(chat, message, disable_notification=True)
        except TelegramError as error:
            log.info("a card was not pinned", reason=str(error))

    async def take_back(self, chat: int, message: int) -> None:
        """Delete a message of ours that went astray; where we may not, it stays."""
        try:
            await self._bot.delete_message(chat, message)
        except TelegramError as error:
            log.info("a message that went astray stays there", reason=str(error))

    @staticmethod
    async def _quietly(call: Awaitable[bool]) -> None:
        try:
            await call
        except BadRequest as error:
            if "not_modified" not in str(error).lower():
                raise
