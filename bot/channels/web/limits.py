"""How often one session may write: a bucket of tokens for each, forgotten when it is full again."""

import time
from collections import OrderedDict
from collections.abc import Callable

KEPT = 50_000


class Buckets:
    """Token buckets by address; `burst` at once, then `per_second`."""

    def __init__(
        self, *, burst: float, per_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, tokens: float = 1.0) -> bool:
        """Take tokens and return True, or return False where there are not enough."""
        moment = self._clock()
        left, since = self._left.pop(address, (self._burst, moment))
        left = min(self._burst, left + (moment - since) * self._per_second)
        allowed = left >= tokens
        self._left[address] = (left - tokens if allowed else left, moment)
        # The one that wrote longest ago is the likeliest to have a full bucket anyway.
        while len(self._left) > KEPT:
            self._left.popitem(last=False)
        return allowed
