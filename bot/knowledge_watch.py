"""Notices what editors publish: a running service changes its book between two messages."""

import asyncio
import gc
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter
from typing import Final

import structlog

import storage.knowledge
from bot.opening import published
from knowledge.book import Book
from knowledge.library import Library
from knowledge.search.index import NothingToIndex
from knowledge.sheets import BadContent
from storage.database import Database

log = structlog.get_logger()

LOOK_SECONDS: Final = 1.0
# How long a thread may compute before an answer gets its turn: the usual 5 ms, paid at every step of a
# transaction, would make answers wait for as long as the new book takes.
_TURN_SECONDS: Final = 0.0002


class KnowledgeWatch:
    """Looks at the number of what is published, and makes the new book beside the work."""

    def __init__(
        self,
        database: Database,
        book: Book,
        *,
        take: Callable[[Book], None],
        seconds: float = LOOK_SECONDS,
    ) -> None:
        """Give every newer book than this one to `take`, which is called from another thread."""
        self._database = database
        self._book = book
        self._take = take
        self._seconds = seconds
        self._seen = book.edition
        # A hand of its own: neither the database nor the door waits for it.
        self._hand = ThreadPoolExecutor(max_workers=1, thread_name_prefix="knowledge")

    async def run(self) -> None:
        """Look again and again until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await loop.run_in_executor(self._hand, self.look)
            except Exception:
                # The database may be away for a while; the number is still there at the next look.
                log.exception("cannot look at the published knowledge")

    def close(self) -> None:
        """Wait for a look that is under way."""
        self._hand.shutdown(wait=True)

    def look(self) -> bool:
        """Take what was published since the last look; return whether there was anything that can be used."""
        with self._database.reading() as session:
            if storage.knowledge.published_version(session) == self._seen:
                return False
        edition, sheets = published(self._database)
        started = perf_counter()
        try:
            with beside_the_work():
                self._book = self._book.revised(Library.of_sheets(sheets), edition=edition)
        except (BadContent, NothingToIndex) as error:
            log.error("published knowledge cannot be used, the old stays", edition=edition, reason=str(error))
            return False
        finally:
            self._seen = edition  # also where it cannot be used: trying again would give the same
        self._take(self._book)
        log.info(
            "published knowledge taken",
            edition=edition,
            entries=len(self._book.library.entries),
            seconds=round(perf_counter() - started, 3),
        )
        return True


@contextmanager
def beside_the_work() -> Iterator[None]:
    """Make a book while others answer: they get their turn often, and nobody looks through it for garbage."""
    turn, collecting = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(_TURN_SECONDS)
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(turn)
        if collecting:
            gc.enable()
