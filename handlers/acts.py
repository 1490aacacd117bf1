"""Acts by name: what a button, a command, a word or an entry asks for. Each handler brings its own."""

from collections.abc import Callable
from datetime import timedelta

import storage.outbox
from handlers.turn import Turn

Act = Callable[[Turn, str], None]

# Filled by the desk when it is opened, so that no handler has to know all the others.
ACTS: dict[str, Act] = {}

# After these it still stands that we have asked back and not understood.
_ASKED_BACK = ("none", "answer_text", "handover")


def perform(turn: Turn, act: str) -> None:
    """Do what a button, a command or an entry asks for."""
    name, _, argument = act.partition(":")
    turn.outcome("action")
    if name not in _ASKED_BACK and turn.recall("unclear"):
        turn.remember(unclear=None)
    ACTS[name](turn, argument)


def act_of(turn: Turn, choice: str) -> str | None:
    """Return what a tapped button stands for here, or None where it is too old or not of this chat."""
    token, _, index = choice.rpartition(":")
    row = storage.outbox.by_token(turn.session, token)
    if row is None or not index.isascii() or not index.isdigit():
        return None
    if (row.channel, row.address) != (turn.message.channel, turn.message.address):
        return None
    if row.created_at < turn.now - timedelta(hours=turn.book.practice.button_hours):
        return None
    choices = row.reply.get("choices", [])
    return str(choices[int(index)][1]) if int(index) < len(choices) else None
