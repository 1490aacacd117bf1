"""Telegram as a channel: what the sender and the receiver of the hotline ask of it."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable
from datetime import datetime
from typing import Any, NoReturn, TypeVar

import structlog
from telegram import (
    Bot,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError

from bot.channels.telegram import errors, reading, rendering
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.polling import Poll
from bot.channels.telegram.transport import AiohttpRequest, NotSent
from bot.delivery import ChannelBroken, DeliveryError, NotNow, Take, Uncertain, Undeliverable
from handlers.messages import Message, Reply
from handlers.wording import commands

log = structlog.get_logger()

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove
T = TypeVar("T")

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_EXTRA_LANE = 1  # what belongs to a message that has begun goes as soon as an answer would
PART_TRIES = 4
CUT_OFF_AFTER_SECONDS = 10.0  # without any connection for so long, the queue is kept and tried now and then


class TelegramChannel:
    """One bot on a Bot API server.

    `rate` is the messages a second that Telegram allows it in all, `staff_chat` the group of our colleagues;
    other groups are not listened to.
    """

    name = reading.NAME

    def __init__(
        self, token: str, api_root: str, rate: float, poll_seconds: int, staff_chat: int | None
    ) -> None:
        self._request = AiohttpRequest()
        self._bot = Bot(
            token,
            base_url=f"{api_root}/bot",
            base_file_url=f"{api_root}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self.pace = Pace(rate)
        self._poll_seconds = poll_seconds
        self._staff_chat = staff_chat
        # A group that becomes a supergroup gets a new id; outside of this class it keeps the configured one.
        self._staff_chat_now = staff_chat
        # Chats where a native button is offered, with the line of its own that offers it, if there is one.
        self._offers: dict[str, int | None] = {}
        self._cut_off_since: float | None = None
        self._setting_up: asyncio.Task[None] | None = None

    def read(self, payload: dict[str, Any], update_id: str, received_at: datetime) -> Message | None:
        """Return the message in a raw update, or None where it holds nothing for the desk."""
        chat = reading.chat_of(payload)
        return reading.read(
            payload,
            update_id,
            received_at,
            address="" if chat is None else self._address_of(chat),
            staff_chats=() if self._staff_chat is None else (self._staff_chat, self._staff_chat_now or 0),
        )

    async def admit(self, address: str, lane: int) -> None:
        """Wait until one more message may go to an address; urgent lanes are let through first."""
        await self.pace.admit(address, lane)

    async def receive(self, take: Take) -> None:
        """Receive updates until cancelled; acknowledge only what `take` has stored."""
        self._setting_up = asyncio.create_task(self._set_commands())
        poll = Poll(
            self._bot,
            self._request,
            seconds=self._poll_seconds,
            address_of=self._address_of,
            seen=self._notice_migration,
        )
        try:
            await poll.run(take)
        finally:
            self._setting_up.cancel()

    async def close(self) -> None:
        """Close every connection."""
        await self._request.shutdown()

    async def send(self, address: str, token: str, reply: Reply, *, replaces: str | None) -> str | None:
        """Send a reply, in parts where it is long, and return the id of the last part; raise DeliveryError.

        A quiet reply is written into the message it replaces; a sounding one takes that one's buttons away.
        """
        parts = rendering.split(reply.text)
        if not parts:
            raise Undeliverable("a message without text")
        inline = rendering.keyboard(token, reply.choices, last_row=reply.row)
        if reply.quiet and replaces is not None and len(parts) == 1:
            edited = await self._edit(address, replaces, parts[0], inline)
            if edited:
                if reply.kind != "card":
                    # It took the place of a question that may have offered a native button.
                    await self._tidy_up(address, reply, inline, None)
                return replaces
        native = _native(reply) if inline is None else None
        closing = ReplyKeyboardRemove() if inline is None and address in self._offers else None
        last: Markup | None = native or inline or closing
        posted = 0
        for number, part in enumerate(parts):
            markup = last if number == len(parts) - 1 else None
            if number == 0:
                posted = await self._post(address, part, markup, silent=reply.quiet)
            else:
                posted = await self._continue(address, part, markup, silent=reply.quiet)
        await self._tidy_up(address, reply, inline, None if reply.quiet else replaces)
        return str(posted)

    async def _continue(self, address: str, part: str, markup: Markup | None, *, silent: bool) -> int:
        """Send a further part of a message whose first one has arrived: only from here can it be finished."""
        for _ in range(PART_TRIES - 1):
            await self.pace.admit(address, _EXTRA_LANE)
            try:
                return await self._post(address, part, markup, silent=silent)
            except NotNow as error:
                await asyncio.sleep(error.retry_after_seconds)
        await self.pace.admit(address, _EXTRA_LANE)
        try:
            return await self._post(address, part, markup, silent=silent)
        except (NotNow, ChannelBroken) as error:
            # Sending it all again would say the first parts twice; whether that is right is not ours to say.
            raise Uncertain("only the first parts of a long message were sent") from error

    async def _tidy_up(
        self, address: str, reply: Reply, inline: InlineKeyboardMarkup | None, old: str | None
    ) -> None:
        """Do what makes a delivered message nicer; nothing of it may fail the message."""
        try:
            if old is not None:
                with contextlib.suppress(BadRequest, ValueError):  # it has no buttons, or is gone
                    await self._bot.edit_message_reply_markup(self._chat_of(address), int(old))
            if reply.asks is not None and not _is_group(address):
                await self._offer(address, reply, own_line=inline is not None)
            elif address in self._offers:
                await self._withdraw(address, remove=inline is not None)
        except (TelegramError, DeliveryError) as error:
            if isinstance(error, RetryAfter):
                self.pace.pause(address, errors.retry_seconds(error))
            log.debug("a message was not tidied up after", reason=str(error))

    async def _offer(self, address: str, reply: Reply, *, own_line: bool) -> None:
        """Offer a native button; beside choices in a line of its own, for a message carries one kind only."""
        earlier = self._offers.get(address)
        self._offers[address] = None
        if own_line:
            text = commands.offer_contact() if reply.asks == "contact" else commands.offer_location()
            await self.pace.admit(address, _EXTRA_LANE)
            self._offers[address] = await self._post(address, text, _native(reply), silent=True)
        if earlier is not None:
            await self._bot.delete_message(self._chat_of(address), earlier)

    async def _withdraw(self, address: str, *, remove: bool) -> None:
        """Take a native button away; with `remove` the message just sent, having choices, could not do it."""
        line = self._offers.pop(address)
        chat = self._chat_of(address)
        if remove:
            await self.pace.admit(address, _EXTRA_LANE)
            passing = await self._post(
                address, commands.buttons_put_away(), ReplyKeyboardRemove(), silent=True
            )
            await self._bot.delete_message(chat, passing)
        if line is not None:
            await self._bot.delete_message(chat, line)

    async def _post(self, address: str, text: str, markup: Markup | None, *, silent: bool) -> int:
        """Send one message and return its id; unreadable markup is sent once again as plain text."""
        try:
            return await self._post_once(address, rendering.to_html(text), "HTML", markup, silent)
        except BadRequest as error:
            if not errors.is_unreadable_markup(error):
                self._refuse(address, error)
            log.error("Telegram cannot read our markup", reason=str(error))
        except TelegramError as error:
            self._refuse(address, error)
        try:
            return await self._post_once(address, rendering.to_plain(text), None, markup, silent)
        except TelegramError as error:
            self._refuse(address, error)

    async def _post_once(
        self, address: str, text: str, parse_mode: str | None, markup: Markup | None, silent: bool
    ) -> int:
        async def post() -> int:
            posted = await self._bot.send_message(
                self._chat_of(address),
                text,
                parse_mode=parse_mode,
                reply_markup=markup,
                disable_notification=silent,
                link_preview_options=_NO_PREVIEW,
            )
            return posted.message_id

        try:
            return await self._answered(post())
        except ChatMigrated as error:
            if not self._is_staff(address):
                raise
            self._move_staff(error.new_chat_id)
            return await self._answered(post())

    async def _edit(self, address: str, ref: str, text: str, inline: InlineKeyboardMarkup | None) -> bool:
        """Write a text into an earlier message; return False where that message can no longer be edited."""
        try:
            await self._answered(
                self._bot.edit_message_text(
                    rendering.to_html(text),
                    self._chat_of(address),
                    int(ref),
                    parse_mode="HTML",
                    reply_markup=inline,
                    link_preview_options=_NO_PREVIEW,
                )
            )
        except BadRequest as error:
            if errors.is_unchanged(error):
                return True
            if errors.is_gone(error) or errors.is_unreadable_markup(error):
                return False
            self._refuse(address, error)
        except TelegramError as error:
            self._refuse(address, error)
        except ValueError:
            return False  # not one of our ids: it came from elsewhere
        return True

    async def _answered(self, call: Awaitable[T]) -> T:
        """Return what a call gave; an answer that the library cannot make sense of is no refusal."""
        try:
            found = await call
        except (KeyError, TypeError, AttributeError) as error:
            raise Uncertain(f"the server's answer was not understood: {type(error).__name__}") from error
        self._cut_off_since = None
        return found

    def _refuse(self, address: str, error: TelegramError) -> NoReturn:
        """Raise what an error means for the message, and let the pace know where we were too fast."""
        if isinstance(error, RetryAfter):
            self.pace.pause(address, errors.retry_seconds(error))
        if isinstance(error, NotSent):
            now = time.monotonic()
            self._cut_off_since = now if self._cut_off_since is None else self._cut_off_since
            if now - self._cut_off_since > CUT_OFF_AFTER_SECONDS:
                # No fault of the message: it must not use up its tries while the line is down.
                raise ChannelBroken(str(error)) from error
        else:
            self._cut_off_since = None
        raise errors.meaning(error) from error

    async def _set_commands(self) -> None:
        """Show customers and colleagues their own commands; only a help, so a failure is not repeated."""
        try:
            await self._bot.set_my_commands(
                commands.CUSTOMER_COMMANDS, scope=BotCommandScopeAllPrivateChats()
            )
            if self._staff_chat_now is not None:
                await self._bot.set_my_commands(
                    commands.STAFF_COMMANDS, scope=BotCommandScopeChat(self._staff_chat_now)
                )
        except TelegramError as error:
            log.warning("the list of commands was not set", reason=str(error))

    def _is_staff(self, address: str) -> bool:
        return self._staff_chat is not None and address == str(self._staff_chat)

    def _address_of(self, chat: int) -> str:
        return str(self._staff_chat if chat == self._staff_chat_now else chat)

    def _chat_of(self, address: str) -> int:
        if self._is_staff(address) and self._staff_chat_now is not None:
            return self._staff_chat_now
        try:
            return int(address)
        except ValueError:
            raise Undeliverable("not the id of a chat") from None

    def _notice_migration(self, update: dict[str, Any]) -> None:
        message = update.get("message")
        if not isinstance(message, dict) or self._staff_chat_now is None:
            return
        new = message.get("migrate_to_chat_id")
        if isinstance(new, int) and reading.chat_of(update) == self._staff_chat_now:
            self._move_staff(new)

    def _move_staff(self, new: int) -> None:
        log.warning("the staff group has a new id; please change the setting", staff_chat=new)
        self._staff_chat_now = new


def _native(reply: Reply) -> ReplyKeyboardMarkup | None:
    """Return the keyboard with the native button that a reply asks for."""
    match reply.asks:
        case "contact":
            button = KeyboardButton(commands.share_contact(), request_contact=True)
        case "location":
            button = KeyboardButton(commands.share_location(), request_location=True)
        case _:
            return None
    return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)


def _is_group(address: str) -> bool:
    return address.startswith("-")
