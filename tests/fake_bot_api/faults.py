"""What can go wrong on the way to Telegram and back, on demand."""

import random
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "slow",  # answer late, by `seconds`
    "hang",  # no answer for `seconds`, then the connection closes
    "drop",  # close the connection without an answer
    "half",  # close it in the middle of the answer
    "garbage",  # 200 and a page
    "page",  # `status` and a page, as a proxy answers
    "empty",  # `status` and nothing
    "error",  # `status` in Telegram's own form
    "flood",  # 429 with `seconds` to wait
]


@dataclass(slots=True)
class Fault:
    """One misbehaviour; `after` says whether the request had its effect first."""

    kind: Kind
    method: str = "sendMessage"
    times: int | None = 1
    after: bool = False
    seconds: float = 0.0
    status: int = 500
    share: float = 1.0
    chat: int | None = None
    seen: int = field(default=0, init=False)


class Faults:
    """The misbehaviours that are in force."""

    def __init__(self) -> None:
        self.listed: list[Fault] = []
        self._dice = random.Random(7)

    def add(self, fault: Fault) -> Fault:
        """Let a fault happen from now on."""
        self.listed.append(fault)
        return fault

    def clear(self) -> None:
        """Behave well again."""
        self.listed.clear()

    def pick(self, method: str, chat: int | None) -> Fault | None:
        """Return the fault that this request meets, if any."""
        for fault in self.listed:
            if fault.method not in ("*", method) or fault.chat not in (None, chat):
                continue
            if fault.times is not None and fault.seen >= fault.times:
                continue
            if fault.share < 1 and self._dice.random() >= fault.share:
                continue
            fault.seen += 1
            return fault
        return None
