"""A conversation in the terminal: buttons are numbers, answers come at once."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.delivery import Take
from handlers.messages import Message, Reply

_BOLD = re.compile(r"\*\*(.+?)\*\*")


def plain(text: str) -> str:
    """Return our neutral markup as a terminal shows it."""
    return _BOLD.sub(r"\1", text)


class TerminalChannel:
    """Prints what is sent, and turns typed lines into messages; a number taps the button of that number."""

    name = "terminal"

    def __init__(self, show: Callable[[str], None] = print) -> None:
        self._show = show
        self._keys: dict[str, list[str]] = {}

    def read(self, payload: dict[str, Any], update_id: str, received_at: datetime) -> Message | None:
        """Return what was typed, or the button whose number was typed."""
        text = str(payload.get("text", "")).strip()
        address = str(payload["address"])
        keys = self._keys.get(address, [])
        choice = None
        if text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= len(keys):
            choice, text = keys[int(text) - 1], ""
        return Message(self.name, address, update_id, received_at, text=text, choice=choice)

    async def admit(self, address: str, lane: int) -> None:
        """Let everything through: a terminal has no limits."""

    async def send(self, address: str, token: str, reply: Reply, *, replaces: str | None) -> str | None:
        """Print a reply with its buttons numbered."""
        self.show(address, token, reply)
        return token

    def show(self, address: str, token: str, reply: Reply) -> None:
        """Print a reply with its buttons numbered, and remember what the numbers mean."""
        lines = [plain(reply.text)]
        if reply.choices:
            self._keys[address] = [f"{token}:{index}" for index in range(len(reply.choices))]
            lines.append(
                "  ".join(f"[{index}] {one.label}" for index, one in enumerate(reply.choices, start=1))
            )
        self._show("\n".join(lines))

    async def receive(self, take: Take) -> None:
        """Bring nothing by itself: lines are handed over by whoever reads them."""
        raise NotImplementedError("lines are read by the command line")
