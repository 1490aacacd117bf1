"""Fetching what customers sent from where it lies with its channel, into our own store."""

import asyncio
import random
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, cast

import structlog

import storage.evidence
from bot import clock
from bot.delivery import Channel, DeliveryError, FileGone, FileTooLarge
from bot.files import MEGABYTE, FileStore, Kept, NotTaken
from handlers.desk import Desk
from handlers.tickets import evidence
from storage.database import Database
from storage.models import Evidence, EvidenceState

log = structlog.get_logger()

BATCH = 4  # files at a time: each may be held in memory whole
IDLE_SECONDS = 1.0
MAX_ATTEMPTS = 60  # about two days: the line may be down for long, and the file waits there
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 3600.0


class FileSource(Protocol):
    """A channel that keeps files for us until we fetch them."""

    async def fetch(self, ref: str, *, most_bytes: int) -> bytes:
        """Return a file; raises FileGone, FileTooLarge, or DeliveryError where another try may help."""
        ...


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What became of one try."""

    outcome: Literal["stored", "again", "refused"]
    kept: Kept | None = None
    why: str = ""


class Fetcher:
    """Empties the list of files that wait to be fetched.

    A file is written before its row says so: after a crash in between it is fetched again, to the same name.
    """

    def __init__(
        self,
        database: Database,
        desk: Desk,
        channels: Mapping[str, Channel],
        store: FileStore,
        *,
        hands: Executor,
        told: Callable[[], None],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._database = database
        self._desk = desk
        self._sources = {
            name: cast(FileSource, channel) for name, channel in channels.items() if hasattr(channel, "fetch")
        }
        self._store = store
        self._hands = hands
        self._told = told
        self._now = now
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Look at once for what waits."""
        self._news.set()

    async def run(self) -> None:
        """Fetch until cancelled; no error of a channel, the disk or the database ends it."""
        while True:
            self._news.clear()
            try:
                found = await self.fetch_once()
            except Exception:
                log.exception("cannot fetch files")
                await asyncio.sleep(IDLE_SECONDS)
                continue
            if found:
                continue
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def fetch_once(self) -> int:
        """Try what may be tried now, a few at a time; return how many it was."""
        loop = asyncio.get_running_loop()
        waiting = await loop.run_in_executor(self._hands, self._waiting)
        if waiting:
            tried = await asyncio.gather(*(self._fetch(one) for one in waiting))
            await loop.run_in_executor(self._hands, self._settle, list(zip(waiting, tried, strict=True)))
            if any(one.outcome == "refused" for one in tried):
                self._told()
        return len(waiting)

    def _waiting(self) -> list[Evidence]:
        with self._database.reading() as session:
            return storage.evidence.to_fetch(
                session, channels=list(self._sources), now=self._now(), limit=BATCH
            )

    async def _fetch(self, one: Evidence) -> _Fetched:
        try:
            content = await self._sources[one.channel].fetch(one.ref, most_bytes=self._store.most_bytes)
            return _Fetched("stored", await asyncio.to_thread(self._store.keep, content))
        except FileTooLarge:
            return _Fetched("refused", why="large")
        except NotTaken as error:
            return _Fetched("refused", why=error.why)
        except FileGone:
            return _Fetched("refused", why="lost")
        except DeliveryError as error:
            log.warning("a file was not fetched", evidence=one.id, reason=str(error))
        except OSError:
            log.exception("a file cannot be kept", evidence=one.id)
            return _Fetched("again", why="disk")
        return _Fetched("again")

    def _settle(self, tried: list[tuple[Evidence, _Fetched]]) -> None:
        now = self._now()
        with self._database.transaction() as session:
            for one, fetched in tried:
                assert one.id is not None
                if fetched.kept is not None:
                    kept = fetched.kept
                    storage.evidence.settle(
                        session,
                        one.id,
                        EvidenceState.STORED,
                        content_hash=kept.content_hash,
                        kind="voice" if one.kind == "voice" else kept.type.kind,
                        media_type=kept.type.media_type,
                        size_bytes=kept.size_bytes,
                    )
                    continue
                attempts = one.attempts + 1
                # A full disk is our own fault: the customer's file waits until there is room again.
                if fetched.outcome == "again" and (attempts < MAX_ATTEMPTS or fetched.why == "disk"):
                    pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 11))
                    later = now + timedelta(seconds=pause * random.uniform(1, 1.25))
                    storage.evidence.again_later(session, one.id, attempts=attempts, not_before=later)
                    continue
                why = fetched.why or "lost"
                state = EvidenceState.LOST if why == "lost" else EvidenceState.REFUSED
                if storage.evidence.settle(session, one.id, state):
                    evidence.say_refused(
                        self._desk.desktop,
                        session,
                        one,
                        why=why,
                        megabytes=self._store.most_bytes // MEGABYTE,
                        now=now,
                    )
