"""Counting what is where."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

import storage.feedback
from storage.models import Inbox, Notice, Outgoing, Ticket

_COUNTED: dict[str, Any] = {"inbox": Inbox, "outbox": Outgoing, "tickets": Ticket, "notices": Notice}


def by_state(session: Session) -> dict[str, dict[str, int]]:
    """Return for each ledger how many rows are in which state, and how many thumbs and misses there are."""
    rows = {
        name: {
            str(state): int(count)
            for state, count in session.execute(
                select(model.state, func.count()).group_by(model.state).order_by(model.state)
            )
        }
        for name, model in _COUNTED.items()
    }
    return rows | storage.feedback.counts(session)
