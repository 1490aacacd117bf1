"""What came in: stored before it is acknowledged, worked on in order, never twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from storage.models import Inbox, InboxState

_TABLE: Any = Inbox.__table__  # type: ignore[attr-defined]

MAX_ATTEMPTS = 5
RETRY_AFTER = (1, 5, 30, 120, 600)  # seconds, by how often it has failed


@dataclass(frozen=True, slots=True)
class Arrival:
    """One raw update as a channel received it."""

    channel: str
    update_id: str
    address: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One stored update that is to be worked on."""

    id: int
    channel: str
    update_id: str
    address: str
    payload: dict[str, Any]
    received_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Named:
    """The channel's own name of a message if it has one, and the draft or ticket that its words went into."""

    message_ref: str | None
    draft_key: str | None = None


def store(session: Session, arrivals: Sequence[Arrival], now: datetime) -> int:
    """Store updates and return how many were new; one that is known changes nothing."""
    if not arrivals:
        return 0
    rows = [
        {
            "channel": one.channel,
            "update_id": one.update_id,
            "address": one.address,
            "payload": one.payload,
            "received_at": now,
            "not_before": now,
            "state": InboxState.WAITING,
            "attempts": 0,
            "said": "",
        }
        for one in arrivals
    ]
    dialect = session.get_bind().dialect.name
    build = sqlite.insert if dialect == "sqlite" else postgresql.insert
    known = session.connection().execute(text("SELECT COALESCE(MAX(id), 0) FROM inbox")).scalar_one()
    session.connection().execute(build(_TABLE).on_conflict_do_nothing(), rows)
    counted = session.connection().execute(
        text("SELECT COUNT(*) FROM inbox WHERE id > :known"), {"known": known}
    )
    return int(counted.scalar_one())


def waiting(session: Session, now: datetime, limit: int) -> list[Waiting]:
    """Return the oldest updates to be worked on, in the order in which they came.

    A chat whose older update is being retried waits for it: its order is kept.
    """
    statement = text(
        "SELECT id, channel, address, not_before FROM inbox WHERE state = 'waiting' ORDER BY id LIMIT :limit"
    ).columns(id=_TABLE.c.id.type, not_before=_TABLE.c.not_before.type)
    held: set[tuple[str, str]] = set()
    ready: list[int] = []
    for row in session.connection().execute(statement, {"limit": limit * 2}):
        lane = (row.channel, row.address)
        if lane in held or row.not_before > now:
            held.add(lane)
        else:
            ready.append(row.id)
        if len(ready) == limit:
            break
    if not ready:
        return []
    found = session.connection().execute(
        select(
            col(Inbox.id),
            col(Inbox.channel),
            col(Inbox.update_id),
            col(Inbox.address),
            col(Inbox.payload),
            col(Inbox.received_at),
            col(Inbox.attempts),
        )
        .where(col(Inbox.id).in_(ready))
        .order_by(col(Inbox.id))
    )
    return [Waiting(*row) for row in found]


def finish(
    session: Session,
    done: Iterable[tuple[int, int | None, str]],
    named: Mapping[int, Named] | None = None,
) -> None:
    """Mark updates as worked on: (inbox id, person id, what was said), and how their messages are named."""
    names = named or {}
    rows = [
        {
            "key": key,
            "person": person,
            "words": said,
            "ref": names[key].message_ref if key in names else None,
            "draft": names[key].draft_key if key in names else None,
        }
        for key, person, said in done
    ]
    if rows:
        session.connection().execute(
            update(_TABLE)
            .where(_TABLE.c.id == bindparam("key"))
            .values(
                state=InboxState.DONE,
                person_id=bindparam("person"),
                said=bindparam("words"),
                message_ref=bindparam("ref"),
                draft_key=bindparam("draft"),
            ),
            rows,
        )


def fail(session: Session, inbox_id: int, now: datetime) -> InboxState:
    """Count a failure; the update is tried again later, or put aside for a person after the last try."""
    row = session.get_one(Inbox, inbox_id)
    row.attempts += 1
    if row.attempts >= MAX_ATTEMPTS:
        row.state = InboxState.DEAD
    else:
        row.not_before = now + timedelta(seconds=RETRY_AFTER[row.attempts - 1])
    session.add(row)
    return InboxState(row.state)


def id_of(session: Session, channel: str, update_id: str) -> int:
    """Return the row that keeps an update."""
    found: int = session.execute(
        select(_TABLE.c.id).where(_TABLE.c.channel == channel, _TABLE.c.update_id == update_id)
    ).scalar_one()
    return found
