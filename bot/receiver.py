"""Taking updates in: committed before they are acknowledged, worked on in order, many to a commit."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime

import structlog

import storage.inbox
from bot import clock
from bot.delivery import Channel, RawUpdate, Take
from handlers.desk import Desk, Received
from handlers.turn import TooEarly
from storage.database import Database
from storage.inbox import Arrival, Waiting
from storage.models import InboxState

log = structlog.get_logger()

BATCH = 64
IDLE_SECONDS = 1.0


class Receiver:
    """Stores what channels bring and lets the desk work on it."""

    def __init__(
        self,
        database: Database,
        desk: Desk,
        channels: Mapping[str, Channel],
        *,
        hands: Executor,
        answered: Callable[[], None],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._database = database
        self._desk = desk
        self._channels = channels
        self._hands = hands
        self._answered = answered
        self._now = now
        self._brought: list[tuple[Arrival, asyncio.Future[None]]] = []
        self._storing: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    def taker(self, channel: str) -> Take:
        """Return the function by which a channel hands updates over."""

        async def take(updates: Sequence[RawUpdate]) -> None:
            loop = asyncio.get_running_loop()
            stored: list[asyncio.Future[None]] = []
            for update in updates:
                done: asyncio.Future[None] = loop.create_future()
                self._brought.append(
                    (Arrival(channel, update.update_id, update.address, update.payload), done)
                )
                stored.append(done)
            if self._storing is None:
                self._storing = asyncio.create_task(self._store())
            await asyncio.gather(*stored)

        return take

    async def work(self) -> None:
        """Work on what has been stored, until cancelled."""
        loop = asyncio.get_running_loop()
        self._news.set()  # what a former run left behind
        while True:
            self._news.clear()
            try:
                worked = await loop.run_in_executor(self._hands, self.work_once)
            except Exception:
                # The database is away or full: nothing is lost, for nothing was acknowledged as done.
                log.exception("cannot work on the inbox")
                await asyncio.sleep(IDLE_SECONDS)
                continue
            if worked:
                self._answered()
                continue
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                pass

    def work_once(self) -> int:
        """Work on one batch; return how many updates it was."""
        now = self._now()
        with self._database.reading() as session:
            rows = storage.inbox.waiting(session, now, BATCH)
        if not rows:
            return 0
        try:
            self._hear(rows, now)
        except Exception:
            self._one_by_one(rows, now)
        return len(rows)

    def _one_by_one(self, rows: Sequence[Waiting], now: datetime) -> None:
        """Give each update a transaction of its own: only the guilty one waits, and its chat with it."""
        held: set[tuple[str, str]] = set()
        for row in rows:
            if (row.channel, row.address) in held:
                continue
            try:
                self._hear([row], now)
            except Exception as error:
                if not isinstance(error, TooEarly):
                    log.exception("cannot answer an update", inbox=row.id, attempt=row.attempts + 1)
                held.add((row.channel, row.address))
                with self._database.transaction() as session:
                    state = storage.inbox.fail(session, row.id, now)
                if state is InboxState.DEAD:
                    self._desk.give_up(row.channel, row.address, row.id, now)

    def _hear(self, rows: Sequence[Waiting], now: datetime) -> None:
        received: list[Received] = []
        empty: list[tuple[int, int | None, str]] = []
        for row in rows:
            message = self._channels[row.channel].read(row.payload, row.update_id, row.received_at)
            if message is None:
                empty.append((row.id, None, ""))
            else:
                received.append(Received(row.id, message, row.received_at))
        if received:
            self._desk.hear_all(received, now)
        if empty:
            with self._database.transaction() as session:
                storage.inbox.finish(session, empty)

    async def _store(self) -> None:
        loop = asyncio.get_running_loop()
        while self._brought:
            brought, self._brought = self._brought, []
            arrivals = [arrival for arrival, _ in brought]
            try:
                await loop.run_in_executor(self._hands, self._commit, arrivals)
            except Exception as error:
                for _, done in brought:
                    if not done.done():
                        done.set_exception(error)
            else:
                for _, done in brought:
                    if not done.done():
                        done.set_result(None)
                self._news.set()
        self._storing = None

    def _commit(self, arrivals: Sequence[Arrival]) -> None:
        with self._database.transaction() as session:
            storage.inbox.store(session, arrivals, self._now())
