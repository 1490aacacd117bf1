"""Files on Telegram: fetching what people sent, and sending photos, films, voice and documents."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from telegram import (
    Bot,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
    ReplyParameters,
)
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.channels.telegram import errors
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.reading import NAME, way_of
from bot.channels.telegram.transport import AiohttpRequest
from bot.delivery import DeliveryError, FileGone, FileTooLarge, NotNow, Place
from bot.files import FileStore, NotTaken
from handlers.messages import Enclosure

log = structlog.get_logger()

CAPTION_UNITS = 1024  # UTF-16 code units, as Telegram counts
PHOTO_BYTES = 10 * 1024 * 1024  # larger ones are sent as documents
SEND_SECONDS = 25.0
PREPARE_SECONDS = 15.0  # for all files of one message
BELOW_SECONDS = 30.0  # that files may take after their words: well within the lease of the message
EXTRA_LANE = 1  # what belongs to a message that has begun goes as soon as an answer would
TRIES = 4
MOST_IN_ALBUM = 10
# What may stand together in one album.
_ALBUMS = ({"photo", "video"}, {"document"}, {"audio"})
_MEDIA = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "document": InputMediaDocument,
    "audio": InputMediaAudio,
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that can be sent: as what, and Telegram's id of it or its bytes."""

    sent_as: str
    media: str | bytes
    name: str = ""

    @property
    def may_have_caption(self) -> bool:
        """Whether words can stand under it; round films have none."""
        return self.sent_as != "video_note"


class Files:
    """Fetches and sends files for the channel; without a store only what Telegram has itself can be sent."""

    def __init__(self, bot: Bot, request: AiohttpRequest, store: FileStore | None, pace: Pace) -> None:
        self._bot = bot
        self._request = request
        self._store = store
        self._pace = pace

    async def fetch(self, ref: str, *, most_bytes: int) -> bytes:
        """Return a file that somebody sent; raises FileGone, FileTooLarge, or DeliveryError to try again."""
        _, _, file_id = ref.rpartition(":")
        try:
            found = await self._bot.get_file(file_id)
            if (found.file_size or 0) > most_bytes:
                raise FileTooLarge("larger than we take")
            if not found.file_path:
                raise FileGone("the server has no path to it")
            status, content = await self._request.fetch(found.file_path, most_bytes=most_bytes)
        except BadRequest as error:
            if "too big" in str(error).lower():
                raise FileTooLarge(str(error)) from error
            raise FileGone(str(error)) from error
        except TelegramError as error:
            raise errors.meaning(error) from error
        except (KeyError, TypeError, AttributeError) as error:
            raise DeliveryError(f"the server's answer was not understood: {type(error).__name__}") from error
        if content is None:
            raise FileTooLarge("larger than the server said")
        if status != 200:
            raise NotNow(f"the download was refused: {status}", 1.0)
        return content

    async def prepare(self, enclosures: Sequence[Enclosure]) -> tuple[list[Ready], int]:
        """Return what can be sent of these, and how many cannot."""
        ready: list[Ready] = []
        until = asyncio.get_running_loop().time() + PREPARE_SECONDS
        for one in enclosures:
            try:
                async with asyncio.timeout_at(until):
                    ready.append(await self._prepare(one))
            except (NotTaken, DeliveryError, OSError) as error:  # a time-out is of these too
                log.warning("a file cannot be passed on", reason=str(error) or type(error).__name__)
        return ready, len(enclosures) - len(ready)

    async def _prepare(self, one: Enclosure) -> Ready:
        if one.channel == NAME:
            sent_as, file_id = way_of(one.kind, one.ref)
            if sent_as != "document" or self._store is None:
                return Ready(sent_as, file_id)
            # Nobody has looked at what a document is, and a picture in one tells where it was taken.
        if self._store is None:
            raise FileGone("there is no store of files")
        content = None
        if one.content_hash is not None:
            content = await asyncio.to_thread(self._store.read, one.content_hash)
        elif one.channel == NAME:
            content = await self.fetch(one.ref, most_bytes=self._store.most_bytes)
        if content is None:
            raise FileGone("it is not in the store")
        shown = await asyncio.to_thread(self._store.present, content, name=one.name)
        sent_as = {"photo": "photo", "video": "video", "voice": "voice"}.get(shown.type.kind, "document")
        if sent_as == "photo" and len(shown.content) > PHOTO_BYTES:
            sent_as = "document"
        if sent_as == "voice" and shown.type.media_type != "audio/ogg":
            sent_as = "document"
        return Ready(sent_as, shown.content, shown.name)

    async def send_one(self, chat: int, one: Ready, **common: Any) -> Message:
        """Send one file; `common` is what the Bot API takes with it: caption, buttons, topic."""
        method = getattr(self._bot, f"send_{one.sent_as}")
        named = {"filename": one.name} if isinstance(one.media, bytes) else {}
        if not one.may_have_caption:
            common = {key: value for key, value in common.items() if key not in ("caption", "parse_mode")}
        sent: Message = await method(
            chat, one.media, read_timeout=SEND_SECONDS, write_timeout=SEND_SECONDS, **named, **common
        )
        return sent

    async def send_below(self, address: str, chat: int, ready: Sequence[Ready], place: Place) -> int:
        """Send files below their words; return how many were not sent. Tries for a short while only."""
        until = asyncio.get_running_loop().time() + BELOW_SECONDS
        failed = 0
        for group in groups(ready):
            if not await self._send_group_within(address, chat, group, place, until):
                failed += len(group)
        return failed

    async def _send_group_within(
        self, address: str, chat: int, group: Sequence[Ready], place: Place, until: float
    ) -> bool:
        for _ in range(TRIES):
            try:
                async with asyncio.timeout_at(until):
                    await self._pace.admit(address, EXTRA_LANE)
                await self.send_group(
                    chat,
                    group,
                    disable_notification=True,
                    message_thread_id=None if place.thread is None else int(place.thread),
                    reply_parameters=below(place),
                )
                return True
            except RetryAfter as error:
                self._pace.pause(address, errors.retry_seconds(error))
            except (TelegramError, TimeoutError, KeyError, TypeError, AttributeError) as error:
                log.warning("files were not sent", reason=str(error), files=len(group))
                return False
        return False

    async def send_group(self, chat: int, group: Sequence[Ready], **common: Any) -> None:
        """Send files that may stand together as one album, a single one by itself."""
        if len(group) == 1:
            await self.send_one(chat, group[0], **common)
            return
        media = [
            _MEDIA[one.sent_as](one.media, filename=one.name or None)
            if isinstance(one.media, bytes)
            else _MEDIA[one.sent_as](one.media)
            for one in group
        ]
        await self._bot.send_media_group(
            chat, media, read_timeout=SEND_SECONDS, write_timeout=SEND_SECONDS, **common
        )


def groups(ready: Sequence[Ready]) -> list[list[Ready]]:
    """Return files in albums of at most ten that Telegram takes together, in their order."""
    found: list[list[Ready]] = []
    for one in ready:
        if found and len(found[-1]) < MOST_IN_ALBUM:
            last = found[-1][0].sent_as
            if any({last, one.sent_as} <= together for together in _ALBUMS):
                found[-1].append(one)
                continue
        found.append([one])
    return found


def below(place: Place) -> ReplyParameters | None:
    """Return what makes a message answer another one; sent all the same where that one is gone."""
    if place.answers is None or not place.answers.isdigit():
        return None
    return ReplyParameters(int(place.answers), allow_sending_without_reply=True)
