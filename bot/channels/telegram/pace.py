"""How fast we may speak: evenly, urgent lanes first, within every limit that Telegram counts."""

import asyncio
import bisect
import itertools
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

BULK_FROM_LANE = 3  # outage notices and reminders; what is below answers somebody
# Shares of the rate: a steady pace, what may go at once on top of it, and what broadcasts may take.
_STEADY = 26 / 30
_BURST = 4 / 30
_BULK = 22 / 30
CHAT_RATE = 1.0
CHAT_BURST = 3
GROUP_MESSAGES = 19
GROUP_SECONDS = 60.0
GROUP_KEPT = 4  # of them are kept for dangers and for customers who speak with a colleague now
STAFF_LANE = 2
SLOWEST = 0.25  # of the usual pace, after being told again and again that we are too fast
RECOVERY_PER_SECOND = 0.1 / 60
_FORGET_BEYOND = 20_000


class Meter:
    """Counts by the generic cell rate algorithm: a steady rate, and a burst that fills again at that rate.

    In any span of t seconds at most `burst + rate * t` pass.
    """

    __slots__ = ("_burst", "_due", "_rate")

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._due = float("-inf")

    def delay(self, now: float, *, factor: float = 1.0, burst: int | None = None, keep: int = 0) -> float:
        """Return the seconds until one more may pass; with `burst`, until that much of it would be left."""
        del keep  # a chat has only one who is answered
        spare = (self._burst if burst is None else burst) - 1
        return self._due - spare / (self._rate * factor) - now

    def count(self, now: float, *, factor: float = 1.0) -> None:
        """Count one that passes now."""
        self._due = max(self._due, now) + 1 / (self._rate * factor)

    def is_idle(self, now: float) -> bool:
        """Tell whether nothing is left to remember."""
        return self._due <= now


class Window:
    """Counts exactly: at most `most` in any span of `seconds`."""

    __slots__ = ("_most", "_passed", "_seconds")

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._passed: deque[float] = deque()

    def delay(self, now: float, *, keep: int = 0) -> float:
        """Return the seconds until one more may pass and so many more could at once."""
        most = self._most - keep
        if len(self._passed) < most:
            return 0.0
        return self._passed[-most] + self._seconds - now

    def count(self, now: float) -> None:
        """Count one that passes now."""
        if len(self._passed) == self._most:
            self._passed.popleft()
        self._passed.append(now)

    def is_idle(self, now: float) -> bool:
        """Tell whether nothing is left to remember."""
        return not self._passed or self._passed[-1] + self._seconds <= now


@dataclass(order=True, slots=True)
class _Waiter:
    lane: int
    number: int
    address: str = field(compare=False)
    passed: "asyncio.Future[None]" = field(compare=False)


class Pace:
    """The one gate through which every message of a bot goes; addresses with a minus sign are groups.

    `rate` is what Telegram allows this bot in all, per second.
    """

    def __init__(
        self,
        rate: float = 30.0,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._all = Meter(rate * _STEADY, max(1, int(rate * _BURST + 1e-9)))
        self._bulk = Meter(rate * _BULK, 1)
        self._places: dict[str, Meter | Window] = {}
        self._paused_until = float("-inf")
        self._groups_paused_until: dict[str, float] = {}
        self._slowed_to = 1.0
        self._slowed_at = float("-inf")
        self._waiting: list[_Waiter] = []
        self._numbers = itertools.count()
        self._tending: asyncio.Task[None] | None = None
        self._wake_at = float("inf")

    async def admit(self, address: str, lane: int) -> None:
        """Wait until one message may go to an address; a lower lane goes first."""
        now = self._monotonic()
        if not self._waiting and self._delay(address, lane, now) <= 0:
            self._count(address, lane, now)
            return
        waiter = _Waiter(lane, next(self._numbers), address, asyncio.get_running_loop().create_future())
        bisect.insort(self._waiting, waiter)
        self._tend()
        try:
            await waiter.passed
        finally:
            if not waiter.passed.done() or waiter.passed.cancelled():
                self._waiting = [one for one in self._waiting if one is not waiter]

    def pause(self, address: str, seconds: float) -> None:
        """Let nothing through for some seconds: to this group, or, for a private chat, to all of them.

        A private chat's pause also halves our pace, which then recovers by a tenth a minute.
        """
        now = self._monotonic()
        if _is_group(address):
            until = self._groups_paused_until.get(address, now)
            self._groups_paused_until[address] = max(until, now + seconds)
            return
        if now >= self._paused_until:  # the first of many refusals at once counts, not each of them
            self._slowed_to = max(SLOWEST, self._factor(now) / 2)
        self._paused_until = max(self._paused_until, now + seconds)
        self._slowed_at = self._paused_until

    def _factor(self, now: float) -> float:
        if self._slowed_to >= 1:
            return 1.0
        found = self._slowed_to + max(0.0, now - self._slowed_at) * RECOVERY_PER_SECOND
        if found >= 1:
            self._slowed_to = 1.0
        return min(1.0, found)

    def _common_delay(self, lane: int, now: float) -> float:
        """Return what everybody on a lane has to wait for."""
        factor = self._factor(now)
        if lane < BULK_FROM_LANE:
            return self._all.delay(now, factor=factor)
        # Broadcasts never touch the burst: it is kept for whoever asks something now.
        return max(self._all.delay(now, factor=factor, burst=1), self._bulk.delay(now, factor=factor))

    def _place_delay(self, address: str, lane: int, now: float) -> float:
        paused = self._groups_paused_until.get(address, now) if _is_group(address) else self._paused_until
        pause = paused - now
        place = self._places.get(address)
        if place is None:
            return pause
        return max(pause, place.delay(now, keep=GROUP_KEPT if lane >= STAFF_LANE else 0))

    def _delay(self, address: str, lane: int, now: float) -> float:
        return max(self._common_delay(lane, now), self._place_delay(address, lane, now))

    def _count(self, address: str, lane: int, now: float) -> None:
        factor = self._factor(now)
        self._all.count(now, factor=factor)
        if lane >= BULK_FROM_LANE:
            self._bulk.count(now, factor=factor)
        place = self._places.get(address)
        if place is None:
            if len(self._places) > _FORGET_BEYOND:
                self._places = {key: one for key, one in self._places.items() if not one.is_idle(now)}
            group = _is_group(address)
            place = Window(GROUP_MESSAGES, GROUP_SECONDS) if group else Meter(CHAT_RATE, CHAT_BURST)
            self._places[address] = place
        place.count(now)

    def _let_through(self) -> float:
        """Let through whoever may go, in order of lane and arrival; return the seconds until the next may."""
        now = self._monotonic()
        soonest = float("inf")
        left: list[_Waiter] = []
        for waiter in self._waiting:
            if waiter.passed.done():
                continue
            # A lane that has to wait costs no look at its chats: thousands may stand there.
            delay = self._common_delay(waiter.lane, now)
            if delay <= 0:
                delay = self._place_delay(waiter.address, waiter.lane, now)
                if delay <= 0:
                    self._count(waiter.address, waiter.lane, now)
                    waiter.passed.set_result(None)
                    continue
            soonest = min(soonest, delay)
            left.append(waiter)
        self._waiting = left
        return soonest

    def _tend(self) -> None:
        """See to it that somebody wakes the waiting in time."""
        soonest = self._let_through()
        if not self._waiting:
            return
        wake_at = self._monotonic() + soonest
        if self._tending is not None:
            if wake_at >= self._wake_at:
                return
            self._tending.cancel()
        self._wake_at = wake_at
        self._tending = asyncio.create_task(self._wake(soonest))

    async def _wake(self, seconds: float) -> None:
        while self._waiting:
            await self._sleep(max(seconds, 0.0005))
            seconds = self._let_through()
            self._wake_at = self._monotonic() + seconds
        self._wake_at = float("inf")
        self._tending = None


def _is_group(address: str) -> bool:
    return address.startswith("-")
