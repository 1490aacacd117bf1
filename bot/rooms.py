"""Which topic of the staff group a message goes into: found, opened, opened anew where it was deleted."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

import storage.rooms
from bot.delivery import (
    Channel,
    DeliveryError,
    NotNow,
    Place,
    RoomChannel,
    TopicClosed,
    TopicGone,
    TopicsRefused,
    Uncertain,
)
from handlers.messages import Reply, reply_from
from handlers.staff.staff_rooms import Look, look, tell_of_no_topics
from storage.database import Database
from storage.outbox import Claimed

log = structlog.get_logger()
T = TypeVar("T")

TRIES = 3
AGAIN_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 20.0  # a third of the lease


@dataclass(frozen=True, slots=True)
class _Room:
    """A room as it is kept, as it ought to look, and where its card stands."""

    id: int
    thread: str | None
    shown: str
    look: Look
    card: str | None  # the channel's name of the card


class Rooms:
    """Sends what belongs to a room into its topic, or below its card where the group has no topics."""

    def __init__(
        self, database: Database, channel: RoomChannel, *, hands: Executor, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._channel = channel
        self._hands = hands
        self._now = now

    async def send(self, one: Claimed, reply: Reply, *, replaces: str | None) -> str | None:
        """Send a message of a room and return the channel's name for it; raise DeliveryError."""
        assert one.room is not None
        if not await self._channel.has_topics(one.address):
            return await self._send_below(one, reply, replaces)
        gone: DeliveryError = TopicGone("")
        for _ in range(TRIES):
            room = await self._run(lambda session: self._find(session, one))
            thread = room.thread
            if thread is None:
                try:
                    await self._admit(one)
                    thread = await self._channel.open_topic(one.address, room.look.title, room.look.colour)
                except TopicsRefused:
                    await self._run(lambda session: tell_of_no_topics(session, one, self._now()))
                    return await self._send_below(one, reply, replaces)
                await self._keep(room, thread=thread, shown=f"open|{room.look.title}")
                if room.card is not None and not reply.pinned:
                    # The card stood in the topic that somebody deleted.
                    await self._send_card(one, thread)
                replaces = None
            try:
                ref = await self._channel.send_to(
                    one.address, one.token, reply, replaces=replaces, place=Place(thread=thread)
                )
            except TopicGone as error:
                log.warning("a topic of the staff group was deleted; opened anew", room=one.room)
                await self._keep(room, thread=None, shown="")
                gone = error
                continue
            except TopicClosed:
                await self._channel.shape_topic(one.address, thread, closed=False)
                _, _, title = room.shown.partition("|")
                await self._keep(room, thread=thread, shown=f"open|{title}")
                ref = await self._send_once_more(one, reply, replaces, thread)
            with contextlib.suppress(NotNow):  # it has arrived; how its topic looks is not worth a second one
                await self._shape(one.address, thread, one)
            return ref
        raise NotNow(str(gone), AGAIN_SECONDS)

    # -- inside

    async def _admit(self, one: Claimed) -> None:
        """Wait until a topic may be opened, which counts like a message."""
        began = time.monotonic()
        await self._channel.admit(one.address, one.lane)
        if time.monotonic() - began > LONGEST_WAIT_SECONDS:
            # Nothing was sent yet; whoever took it for lost may have it.
            raise NotNow("waited too long for a topic", AGAIN_SECONDS)

    async def _send_below(self, one: Claimed, reply: Reply, replaces: str | None) -> str | None:
        """Send to a group without topics, below the card of the room where it has one."""
        room = await self._run(lambda session: self._find(session, one))
        below = None if reply.pinned else room.card
        return await self._channel.send_to(
            one.address, one.token, reply, replaces=replaces, place=Place(answers=below)
        )

    async def _send_once_more(
        self, one: Claimed, reply: Reply, replaces: str | None, thread: str
    ) -> str | None:
        try:
            return await self._channel.send_to(
                one.address, one.token, reply, replaces=replaces, place=Place(thread=thread)
            )
        except (TopicClosed, TopicGone) as error:
            raise NotNow(str(error), AGAIN_SECONDS) from error

    async def _send_card(self, one: Claimed, thread: str) -> None:
        """Put the card of a room into its new topic; where that fails the clock writes it anew."""
        found = await self._run(
            lambda session: storage.rooms.last_card(
                session, channel=one.channel, address=one.address, room=one.room or ""
            )
        )
        if found is None or found.id is None:
            return
        number = found.id
        try:
            ref = await self._channel.send_to(
                one.address,
                found.token,
                reply_from({**found.reply, "quiet": True}),
                replaces=None,
                place=Place(thread=thread),
            )
        except Uncertain as error:
            log.info("the card may not stand in its new topic", room=one.room, reason=str(error))
        except DeliveryError as error:
            log.info("the card is not in its new topic yet", room=one.room, reason=str(error))
            return
        else:
            if ref is not None:
                await self._run(lambda session: storage.rooms.renamed(session, number, ref))
        await self._run(lambda session: self._card_is_there(session, one))

    async def _shape(self, address: str, thread: str, one: Claimed) -> None:
        """Let a topic look as its ticket stands."""
        room = await self._run(lambda session: self._find(session, one))
        wanted = room.look.shown()
        if room.shown == wanted:
            return
        was_closed, _, title = room.shown.partition("|")
        await self._channel.shape_topic(
            address,
            thread,
            title=room.look.title if title != room.look.title else None,
            closed=room.look.closed if (was_closed == "closed") != room.look.closed else None,
        )
        await self._keep(room, thread=thread, shown=wanted)

    def _find(self, session: Session, one: Claimed) -> _Room:
        assert one.room is not None
        known = storage.rooms.opened(
            session, channel=one.channel, address=one.address, room=one.room, now=self._now()
        )
        card = storage.rooms.last_card(session, channel=one.channel, address=one.address, room=one.room)
        assert known.id is not None
        return _Room(
            id=known.id,
            thread=known.thread,
            shown=known.shown,
            look=look(session, one.room),
            card=card.platform_ref if card is not None and card.id != one.id else None,
        )

    async def _keep(self, room: _Room, *, thread: str | None, shown: str) -> None:
        def keep(session: Session) -> None:
            storage.rooms.keep(session, room.id, thread=thread, shown=shown, title=room.look.title)

        await self._run(keep)

    def _card_is_there(self, session: Session, one: Claimed) -> None:
        known = storage.rooms.of(session, channel=one.channel, address=one.address, room=one.room or "")
        if known is not None:
            known.card_wanted = False
            session.add(known)

    async def _run(self, work: Callable[[Session], T]) -> T:
        def within() -> T:
            try:
                with self._database.transaction() as session:
                    return work(session)
            except SQLAlchemyError as error:
                log.exception("the rooms of the staff group cannot be read or written")
                raise NotNow(type(error).__name__, AGAIN_SECONDS) from error

        return await asyncio.get_running_loop().run_in_executor(self._hands, within)


def rooms_of(
    database: Database, channel: Channel, *, hands: Executor, now: Callable[[], datetime]
) -> Rooms | None:
    """Return the rooms of a channel that has any."""
    if isinstance(channel, RoomChannel):
        return Rooms(database, channel, hands=hands, now=now)
    return None
