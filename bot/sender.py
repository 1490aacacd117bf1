"""Sending what the desk has written: urgent lanes first, in order per address, each settled by its fate."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

import storage.outbox
import storage.people
from bot import clock
from bot.delivery import (
    Channel,
    ChannelBroken,
    DeliveryError,
    Moved,
    NotNow,
    Uncertain,
    Undeliverable,
    Unreachable,
)
from bot.rooms import rooms_of
from handlers.messages import reply_from
from handlers.staff import relay_fates
from storage.database import Database
from storage.models import Lane, OnUnknown, OutgoingState
from storage.outbox import LEASE, Claimed, Settled

log = structlog.get_logger()

IN_FLIGHT = 256
BULK_IN_FLIGHT = 30  # about one second of what Telegram allows: so little is uncertain after a crash
# News for colleagues: a group gets few a minute, and what is not claimed yet can still become one digest.
STAFF_IN_FLIGHT = 8
IDLE_SECONDS = 1.0
# So often what has been sent is written down while nothing else is: each time is a sync to disk.
SETTLE_SECONDS = 0.03
MAX_ATTEMPTS = 8
REFS_KEPT = 1024


class Sender:
    """Drains the outbox of one channel."""

    def __init__(
        self,
        database: Database,
        channel: Channel,
        *,
        hands: Executor,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._database = database
        self._channel = channel
        self._hands = hands
        self._now = now
        self._owner = f"{channel.name}-{secrets.token_hex(4)}"
        self._news = asyncio.Event()
        self._rooms = rooms_of(database, channel, hands=hands, now=now)
        # Messages to one address keep their order; in a group of many rooms those of one room do.
        self._queues: dict[tuple[str, str | None], asyncio.Queue[tuple[Claimed, float]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._tried = _Tried()
        self._refs: dict[int, str] = {}  # the channel's names of what was sent last, by outgoing id
        self._flying = 0
        self._staff_flying = 0
        self._bulk_flying = 0
        self._paused_until = 0.0

    def wake(self) -> None:
        """Look at the outbox at once."""
        self._news.set()

    async def run(self) -> None:
        """Send until cancelled; then what is under way is finished and settled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._news.clear()
                # Taken here and not by the hands: this task alone touches what the others add to.
                tried, self._tried = self._tried, _Tried()
                settling = loop.run_in_executor(self._hands, self._settle_and_claim, tried)
                try:
                    claimed = await asyncio.shield(settling)
                except asyncio.CancelledError:
                    await self._give_back(settling, tried)
                    raise
                except Exception:
                    # Results stay in memory and are settled when the database is back.
                    self._tried.add(tried)
                    log.exception("cannot reach the outbox", channel=self._channel.name)
                    await asyncio.sleep(IDLE_SECONDS)
                    continue
                for one in claimed:
                    self._start(one)
                if not claimed:
                    under_way = self._flying or self._tried
                    try:
                        async with asyncio.timeout(SETTLE_SECONDS if under_way else IDLE_SECONDS):
                            await self._news.wait()
                    except TimeoutError:
                        pass
        finally:
            await self._finish()

    async def _give_back(self, settling: "asyncio.Future[list[Claimed]]", tried: "_Tried") -> None:
        """Let go again what was claimed while we were told to end: nothing of it has been tried."""
        try:
            claimed = await settling
        except Exception:
            log.exception("cannot reach the outbox", channel=self._channel.name)
            self._tried.add(tried)
        else:
            self._tried.results += [Settled(one.id, OutgoingState.WAITING) for one in claimed]

    def _settle_and_claim(self, tried: "_Tried") -> list[Claimed]:
        now = self._now()
        if not tried and not self._worth_claiming(now):
            return []
        with self._database.transaction() as session:
            storage.outbox.settle(session, tried.results, owner=self._owner)
            relay_fates.report(session, tried.passed_on, now)
            for old, new in tried.moved:
                storage.people.move_chat(session, self._channel.name, old, new)
                storage.outbox.move(session, self._channel.name, old, new)
            for address in tried.unreachable:
                storage.people.mark_reachable(session, self._channel.name, address, since=now)
            return self._claim(session, now)

    def _worth_claiming(self, now: datetime) -> bool:
        if self._flying >= IN_FLIGHT or time.monotonic() < self._paused_until:
            return False
        with self._database.reading() as session:
            for fastest, slowest, _ in self._open_lanes():
                due = storage.outbox.next_due(session, self._channel.name, fastest=fastest, slowest=slowest)
                if due is not None and due <= now:
                    return True
        return False

    def _open_lanes(self) -> list[tuple[Lane, Lane, int]]:
        """Return which lanes may send more now, and how many more each."""
        lanes = [
            (Lane.DANGER, Lane.INTERACTIVE, min(IN_FLIGHT - self._flying, 100)),
            (Lane.STAFF, Lane.STAFF, STAFF_IN_FLIGHT - self._staff_flying),
            (Lane.OUTAGE, Lane.REMINDER, BULK_IN_FLIGHT - self._bulk_flying),
        ]
        return [one for one in lanes if one[2] > 0]

    def _claim(self, session: Session, now: datetime) -> list[Claimed]:
        if time.monotonic() < self._paused_until:
            return []
        claimed: list[Claimed] = []
        for fastest, slowest, most in self._open_lanes():
            if len(claimed) >= 100:
                break
            claimed += storage.outbox.claim(
                session,
                channel=self._channel.name,
                owner=self._owner,
                now=now,
                limit=most,
                fastest=fastest,
                slowest=slowest,
            )
        return claimed

    def _start(self, one: Claimed) -> None:
        self._flying += 1
        self._staff_flying += one.lane == Lane.STAFF
        self._bulk_flying += one.lane > Lane.STAFF
        key = (one.address, one.room)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = asyncio.Queue()
            task = asyncio.create_task(self._send_in_order(key, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        queue.put_nowait((one, time.monotonic()))

    async def _send_in_order(
        self, key: tuple[str, str | None], queue: "asyncio.Queue[tuple[Claimed, float]]"
    ) -> None:
        try:
            while not queue.empty():
                one, claimed_at = queue.get_nowait()
                try:
                    settled = await self._try(one, claimed_at)
                    # Looked up only now: while we waited, what was there before has been taken away.
                    self._tried.results.append(settled)
                    if one.relay_of is not None:
                        self._tried.passed_on.append(one.id)
                finally:
                    self._flying -= 1
                    self._staff_flying -= one.lane == Lane.STAFF
                    self._bulk_flying -= one.lane > Lane.STAFF
        finally:
            del self._queues[key]

    async def _try(self, one: Claimed, claimed_at: float) -> Settled:
        loop = asyncio.get_running_loop()
        try:
            await self._channel.admit(one.address, one.lane)
            if time.monotonic() - claimed_at > LEASE.total_seconds() / 2:
                # Somebody else may believe that we are dead: nothing was sent, so let it be claimed again.
                return Settled(one.id, OutgoingState.WAITING, error="waited too long to be sent")
            replaces = None
            if one.card is not None:
                replaces = await loop.run_in_executor(self._hands, self._card_ref, one)
            reply = reply_from(one.reply)
            if one.room is not None and self._rooms is not None:
                ref = await self._rooms.send(one, reply, replaces=replaces)
            else:
                ref = await self._channel.send(one.address, one.token, reply, replaces=replaces)
            self._remember(one.id, ref)
            return Settled(one.id, OutgoingState.SENT, platform_ref=ref)
        except NotNow as error:
            # Certainly not sent, so it stays: an outage of the network must not eat what customers wait for.
            seconds = error.retry_after_seconds + random.uniform(0, 0.5)
            return Settled(
                one.id,
                OutgoingState.WAITING,
                error=str(error),
                not_before=self._now() + timedelta(seconds=seconds),
            )
        except Moved as error:
            self._tried.moved.append((one.address, error.address))
            return Settled(one.id, OutgoingState.WAITING, error=str(error))
        except Unreachable as error:
            self._tried.unreachable.add(one.address)
            return Settled(one.id, OutgoingState.FAILED, error=str(error))
        except Undeliverable as error:
            log.error("message refused", outgoing=one.id, reason=str(error))
            return Settled(one.id, OutgoingState.FAILED, error=str(error))
        except Uncertain as error:
            if one.on_unknown == OnUnknown.HOLD or one.attempts >= MAX_ATTEMPTS:
                return Settled(one.id, OutgoingState.UNKNOWN, error=str(error))
            later = self._now() + timedelta(seconds=min(2.0**one.attempts, 60) * random.uniform(0.5, 1))
            return Settled(one.id, OutgoingState.WAITING, error=str(error), not_before=later)
        except ChannelBroken as error:
            # The queue is kept: a proxy in between must not make us drop what customers wait for.
            log.error("channel refuses us", channel=self._channel.name, reason=str(error))
            self._paused_until = time.monotonic() + 30
            return Settled(
                one.id,
                OutgoingState.WAITING,
                error=str(error),
                not_before=self._now() + timedelta(seconds=30),
            )
        except DeliveryError as error:
            return Settled(one.id, OutgoingState.FAILED, error=str(error))
        except Exception:
            log.exception("cannot deliver", outgoing=one.id)
            return Settled(one.id, OutgoingState.FAILED, error="internal error")

    def _card_ref(self, one: Claimed) -> str | None:
        """Return the message that shows the card now; the last ones sent are not written down yet."""
        with self._database.reading() as session:
            shown = storage.outbox.of_card(
                session, channel=one.channel, address=one.address, card=one.card or "", but=one.id
            )
        known = ((ref or self._refs.get(number)) for number, ref in shown)
        return next((ref for ref in known if ref is not None), None)

    def _remember(self, outgoing_id: int, ref: str | None) -> None:
        if ref is None:
            return
        self._refs[outgoing_id] = ref
        while len(self._refs) > REFS_KEPT:
            del self._refs[next(iter(self._refs))]

    async def _finish(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=20)
        loop = asyncio.get_running_loop()
        tried, self._tried = self._tried, _Tried()
        if tried.results:
            await loop.run_in_executor(self._hands, self._settle_only, tried)

    def _settle_only(self, tried: "_Tried") -> None:
        with self._database.transaction() as session:
            storage.outbox.settle(session, tried.results, owner=self._owner)
            relay_fates.report(session, tried.passed_on, self._now())


@dataclass(slots=True)
class _Tried:
    """What became of messages and their chats since it was last written down."""

    results: list[Settled] = field(default_factory=list)
    passed_on: list[int] = field(default_factory=list)  # lines of colleagues, to be told of
    moved: list[tuple[str, str]] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.results or self.moved or self.unreachable)

    def add(self, earlier: "_Tried") -> None:
        """Take back what could not be written down; it comes before what has happened since."""
        self.results[:0] = earlier.results
        self.passed_on[:0] = earlier.passed_on
        self.moved[:0] = earlier.moved
        self.unreachable |= earlier.unreachable
