"""Native buttons below the line of typing: offered where a reply asks for them, taken away afterwards."""

from collections.abc import Awaitable, Callable

from telegram import Bot, KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove

from handlers.messages import Reply
from handlers.wording import commands

Passing = ReplyKeyboardMarkup | ReplyKeyboardRemove
PostLine = Callable[[str, str, Passing | None], Awaitable[int]]


class Offers:
    """Knows in which chats a native button is offered."""

    def __init__(self, bot: Bot, *, chat_of: Callable[[str], int], post: PostLine) -> None:
        self._bot = bot
        self._chat_of = chat_of
        self._post = post
        # With the line of its own that offers it, if there is one.
        self._lines: dict[str, int | None] = {}

    def __contains__(self, address: str) -> bool:
        return address in self._lines

    async def offer(self, address: str, reply: Reply, *, own_line: bool) -> None:
        """Offer a native button; beside choices in a line of its own, for a message carries one kind only."""
        earlier = self._lines.get(address)
        self._lines[address] = None
        if own_line:
            text = commands.offer_contact() if reply.asks == "contact" else commands.offer_location()
            self._lines[address] = await self._post(address, text, native(reply))
        if earlier is not None:
            await self._bot.delete_message(self._chat_of(address), earlier)

    async def withdraw(self, address: str, *, remove: bool) -> None:
        """Take a native button away; with `remove` the message just sent, having choices, could not do it."""
        line = self._lines.pop(address)
        chat = self._chat_of(address)
        if remove:
            passing = await self._post(address, commands.buttons_put_away(), ReplyKeyboardRemove())
            await self._bot.delete_message(chat, passing)
        if line is not None:
            await self._bot.delete_message(chat, line)


def native(reply: Reply) -> ReplyKeyboardMarkup | None:
    """Return the keyboard with the native button that a reply asks for."""
    match reply.asks:
        case "contact":
            button = KeyboardButton(commands.share_contact(), request_contact=True)
        case "location":
            button = KeyboardButton(commands.share_location(), request_location=True)
        case _:
            return None
    return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
