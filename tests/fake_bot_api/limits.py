"""Counts what arrives and says when it was too much: in all, per chat, per group."""

import math
from collections import defaultdict, deque
from collections.abc import Callable

from tests.fake_bot_api.refusals import too_fast

TOTAL_PER_SECOND = 30
CHAT_PER_SECOND = 1.0
CHAT_BURST = 4.0
GROUP_PER_MINUTE = 20


class Limits:
    """Sliding windows for the bot and its groups, a bucket per private chat."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all: deque[float] = deque()
        self._groups: defaultdict[int, deque[float]] = defaultdict(deque)
        self._chats: dict[int, tuple[float, float]] = {}
        self.on = True
        self.refused = 0
        self.most_in_a_second = 0

    def arrive(self, chat: int) -> int | None:
        """Count one message; return the seconds to wait where it is too much, else None."""
        if not self.on:
            return None
        now = self._clock()
        wait = self._wait(chat, now)
        if wait > 0:
            self.refused += 1
            return max(1, math.ceil(wait))
        self._all.append(now)
        self.most_in_a_second = max(self.most_in_a_second, len(self._all))
        if chat < 0:
            self._groups[chat].append(now)
        else:
            level, since = self._chats.get(chat, (CHAT_BURST, now))
            self._chats[chat] = (min(CHAT_BURST, level + (now - since) * CHAT_PER_SECOND) - 1, now)
        return None

    def _wait(self, chat: int, now: float) -> float:
        while self._all and self._all[0] <= now - 1:
            self._all.popleft()
        if len(self._all) >= TOTAL_PER_SECOND:
            return self._all[0] + 1 - now
        if chat < 0:
            seen = self._groups[chat]
            while seen and seen[0] <= now - 60:
                seen.popleft()
            return seen[0] + 60 - now if len(seen) >= GROUP_PER_MINUTE else 0.0
        level, since = self._chats.get(chat, (CHAT_BURST, now))
        level = min(CHAT_BURST, level + (now - since) * CHAT_PER_SECOND)
        return 0.0 if level >= 1 else (1 - level) / CHAT_PER_SECOND


def arrive(limits: Limits, chat: int) -> None:
    """Count one message, or refuse it as Telegram does."""
    wait = limits.arrive(chat)
    if wait is not None:
        raise too_fast(wait)
