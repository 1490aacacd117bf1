"""Doorbells: telling the open pages of an address that something new stands in the database for them."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator
from typing import Any

BELLS_PER_ADDRESS = 6  # as many as a browser opens to one host
NOTES_KEPT = 64


class Bell:
    """One open page's doorbell.

    It carries no answers, only the news that there are some: a slow page cannot pile anything up, and what it
    misses it reads from the database.
    """

    def __init__(self) -> None:
        self.closed = False
        self._rung = asyncio.Event()
        self._notes: deque[dict[str, Any]] = deque(maxlen=NOTES_KEPT)

    def ring(self, note: dict[str, Any] | None = None) -> None:
        """Wake the page, with a passing note for it if there is one."""
        if note is not None:
            self._notes.append(note)
        self._rung.set()

    def close(self) -> None:
        """Let the page's stream end."""
        self.closed = True
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Wait until the bell rings; return False where it did not within that time."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True

    def notes(self) -> list[dict[str, Any]]:
        """Take the passing notes that have gathered, oldest first."""
        taken = list(self._notes)
        self._notes.clear()
        return taken


class Hub:
    """All doorbells of this process, by address."""

    def __init__(self) -> None:
        self.closed = False
        self._bells: dict[str, list[Bell]] = {}

    @contextlib.contextmanager
    def listening(self, address: str) -> Iterator[Bell]:
        """Hang up a bell for an address while the block runs; the oldest of too many is closed."""
        bell = Bell()
        if self.closed:
            bell.close()
        bells = self._bells.setdefault(address, [])
        bells.append(bell)
        if len(bells) > BELLS_PER_ADDRESS:
            bells[0].close()
        try:
            yield bell
        finally:
            bells.remove(bell)
            if not bells and self._bells.get(address) is bells:
                del self._bells[address]

    def ring(self, address: str, note: dict[str, Any] | None = None) -> None:
        """Ring every bell of an address."""
        for bell in self._bells.get(address, ()):
            bell.ring(note)

    def close(self) -> None:
        """End all streams, those that are about to begin too."""
        self.closed = True
        for bells in self._bells.values():
            for bell in bells:
                bell.close()
