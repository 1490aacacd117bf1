"""Messages that wait a moment for the rest of an album, so that its parts go out as one."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select, text, update
from sqlmodel import Session, col

from storage.models import Outgoing


def is_written(session: Session, keys: Sequence[str]) -> bool:
    """Return whether there is or was a message of one of these keys."""
    found = session.execute(select(col(Outgoing.id)).where(col(Outgoing.dedupe_key).in_(keys)).limit(1))
    return found.first() is not None


def add_to_waiting(
    session: Session, keys: Sequence[str], change: Callable[[dict[str, Any]], dict[str, Any]]
) -> bool:
    """Change the messages of these keys that still wait; False where the sender has taken them all."""
    found = session.execute(
        select(col(Outgoing.id), col(Outgoing.reply)).where(
            text("state = 'waiting'"), col(Outgoing.dedupe_key).in_(keys)
        )
    ).all()
    changed = 0
    for number, reply in found:
        done = session.connection().execute(
            update(Outgoing)
            .where(col(Outgoing.id) == number, text("state = 'waiting'"))
            .values(reply=change(dict(reply)))
        )
        changed += int(done.rowcount)
    return changed > 0
