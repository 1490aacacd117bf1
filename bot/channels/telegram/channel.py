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
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError

from bot.channels.telegram import errors, reading, rendering
from bot.channels.telegram.files import CAPTION_UNITS, Files, Ready, below
from bot.channels.telegram.offers import Offers, Passing, native
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.polling import Poll
from bot.channels.telegram.topics import Topics
from bot.channels.telegram.transport import AiohttpRequest, NotSent
from bot.delivery import (
    ChannelBroken,
    DeliveryError,
    NotNow,
    Place,
    Take,
    TopicClosed,
    TopicGone,
    Uncertain,
    Undeliverable,
)
from bot.files import FileStore
from handlers.messages import Message, Reply
from handlers.wording import commands
from handlers.wording import evidence as evidence_wording

log = structlog.get_logger()

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove
T = TypeVar("T")

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_ANYWHERE = Place()
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
        self,
        token: str,
        api_root: str,
        rate: float,
        poll_seconds: int,
        staff_chat: int | None,
        *,
        store: FileStore | None = None,
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
        self._offers = Offers(self._bot, chat_of=self._chat_of, post=self._post_line)
        self._cut_off_since: float | None = None
        self._setting_up: asyncio.Task[None] | None = None
        self._topics = Topics(self._bot)
        self._files = Files(self._bot, self._request, store, self.pace)

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

    async def fetch(self, ref: str, *, most_bytes: int) -> bytes:
        """Return a file that somebody sent; raise FileGone, FileTooLarge, or DeliveryError to try again."""
        return await self._files.fetch(ref, most_bytes=most_bytes)

    async def close(self) -> None:
        """Close every connection."""
        await self._request.shutdown()

    async def has_topics(self, address: str) -> bool:
        """Return whether the staff group is a forum in which we may open topics."""
        if not self._is_staff(address):
            return False
        return await self._topics.there(self._chat_of(address))

    async def open_topic(self, address: str, title: str, colour: int) -> str:
        """Open a topic and return its id; raise TopicsRefused or DeliveryError."""
        try:
            return await self._answered(self._topics.open(self._chat_of(address), title, colour))
        except TelegramError as error:
            self._refuse(address, error)

    async def shape_topic(
        self, address: str, thread: str, *, title: str | None = None, closed: bool | None = None
    ) -> None:
        """Give a topic another title, close it or open it again; what is refused stays as it was."""
        try:
            await self._topics.shape(self._chat_of(address), thread, title=title, closed=closed)
        except TelegramError as error:
            if isinstance(error, RetryAfter):
                self.pace.pause(address, errors.retry_seconds(error))
            log.info("a topic was not changed", reason=str(error))

    async def send(self, address: str, token: str, reply: Reply, *, replaces: str | None) -> str | None:
        """Send a reply, in parts where it is long, and return the id of the last part; raise DeliveryError.

        A quiet reply is written into the message it replaces; a sounding one takes that one's buttons away.
        """
        return await self.send_to(address, token, reply, replaces=replaces, place=_ANYWHERE)

    async def send_to(
        self, address: str, token: str, reply: Reply, *, replaces: str | None, place: Place
    ) -> str | None:
        """Send a reply into a topic or below a message, as `send` does; raise TopicGone or TopicClosed."""
        if reply.answers is not None:
            place = Place(place.thread, reply.answers)
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
        asked = native(reply) if inline is None else None
        closing = ReplyKeyboardRemove() if inline is None and address in self._offers else None
        last: Markup | None = asked or inline or closing
        carried, parts = await self._carried(reply, parts)
        posted = 0
        if len(carried) == 1 and _fits_under(carried[0], reply, parts):
            # Words and file are one message: whoever answers it, answers both.
            try:
                posted = await self._post(
                    address, parts[0], last, silent=reply.quiet, place=place, file=carried[0]
                )
                parts = []
            except Undeliverable as error:
                log.warning("a file was refused", reason=str(error))
                parts = rendering.split(f"{reply.text}\n{evidence_wording.not_delivered(1)}")
            carried = []
        for number, part in enumerate(parts):
            markup = last if number == len(parts) - 1 else None
            if number == 0:
                posted = await self._post(address, part, markup, silent=reply.quiet, place=place)
            else:
                posted = await self._continue(address, part, markup, silent=reply.quiet, place=place)
        if carried:
            await self._send_files(address, carried, Place(place.thread, str(posted)))
        await self._tidy_up(address, reply, inline, None if reply.quiet else replaces)
        if reply.pinned and place.thread is not None:
            await self._topics.pin(self._chat_of(address), posted)
        return str(posted)

    async def _carried(self, reply: Reply, parts: list[str]) -> tuple[list[Ready], list[str]]:
        """Return the files that go with a reply and its parts, which say so where some cannot."""
        if not reply.enclosures:
            return [], parts
        ready, missing = await self._files.prepare(reply.enclosures)
        if missing:
            parts = rendering.split(f"{reply.text}\n{evidence_wording.not_delivered(missing)}")
        return ready, parts

    async def _send_files(self, address: str, carried: list[Ready], place: Place) -> None:
        """Send files below their words, which have arrived; what fails is said there."""
        failed = await self._files.send_below(address, self._chat_of(address), carried, place)
        if failed:
            with contextlib.suppress(DeliveryError):
                text = evidence_wording.not_delivered(failed)
                await self._post(address, text, None, silent=True, place=place)

    async def _continue(
        self, address: str, part: str, markup: Markup | None, *, silent: bool, place: Place
    ) -> int:
        """Send a further part of a message whose first one has arrived: only from here can it be finished."""
        for _ in range(PART_TRIES - 1):
            await self.pace.admit(address, _EXTRA_LANE)
            try:
                return await self._post(address, part, markup, silent=silent, place=place)
            except NotNow as error:
                await asyncio.sleep(error.retry_after_seconds)
        await self.pace.admit(address, _EXTRA_LANE)
        try:
            return await self._post(address, part, markup, silent=silent, place=place)
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
                await self._offers.offer(address, reply, own_line=inline is not None)
            elif address in self._offers:
                await self._offers.withdraw(address, remove=inline is not None)
        except (TelegramError, DeliveryError) as error:
            if isinstance(error, RetryAfter):
                self.pace.pause(address, errors.retry_seconds(error))
            log.debug("a message was not tidied up after", reason=str(error))

    async def _post_line(self, address: str, text: str, markup: Passing | None) -> int:
        """Send a line without a sound that only carries a native button, or takes one away."""
        await self.pace.admit(address, _EXTRA_LANE)
        return await self._post(address, text, markup, silent=True)

    async def _post(
        self,
        address: str,
        text: str,
        markup: Markup | None,
        *,
        silent: bool,
        place: Place = _ANYWHERE,
        file: Ready | None = None,
    ) -> int:
        """Send one message and return its id; unreadable markup is sent once again as plain text."""
        try:
            return await self._post_once(
                address, rendering.to_html(text), "HTML", markup, silent, place, file
            )
        except BadRequest as error:
            if place.thread is not None and errors.is_topic_gone(error):
                raise TopicGone(str(error)) from error
            if place.thread is not None and errors.is_topic_closed(error):
                raise TopicClosed(str(error)) from error
            if not errors.is_unreadable_markup(error):
                self._refuse(address, error)
            log.error("Telegram cannot read our markup", reason=str(error))
        except TelegramError as error:
            self._refuse(address, error)
        try:
            return await self._post_once(address, rendering.to_plain(text), None, markup, silent, place, file)
        except TelegramError as error:
            self._refuse(address, error)

    async def _post_once(
        self,
        address: str,
        text: str,
        parse_mode: str | None,
        markup: Markup | None,
        silent: bool,
        place: Place,
        file: Ready | None,
    ) -> int:
        common: dict[str, Any] = {
            "parse_mode": parse_mode,
            "reply_markup": markup,
            "disable_notification": silent,
            "message_thread_id": None if place.thread is None else int(place.thread),
            "reply_parameters": below(place),
        }

        async def post() -> int:
            chat = self._chat_of(address)
            if file is not None:
                posted = await self._files.send_one(chat, file, caption=text, **common)
            else:
                posted = await self._bot.send_message(chat, text, link_preview_options=_NO_PREVIEW, **common)
            if place.thread is not None and str(posted.message_thread_id) != place.thread:
                # A topic that is no more: Telegram put it into the general one without a word.
                await self._topics.take_back(self._chat_of(address), posted.message_id)
                raise TopicGone("the topic is no longer there")
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
            if errors.is_gone(error) or errors.is_unreadable_markup(error) or errors.is_topic_gone(error):
                return False
            if errors.is_topic_closed(error):
                raise TopicClosed(str(error)) from error
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
        if self._staff_chat_now is not None:
            await self._topics.there(self._staff_chat_now)
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
        self._topics.forget()


def _fits_under(file: Ready, reply: Reply, parts: list[str]) -> bool:
    """Whether a reply's words can stand under its one file; a card is edited, which a caption is not."""
    short = len(parts) == 1 and rendering.units(rendering.to_plain(parts[0])) <= CAPTION_UNITS
    return file.may_have_caption and short and reply.card is None


def _is_group(address: str) -> bool:
    return address.startswith("-")
