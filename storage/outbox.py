"""What goes out: rows written with the work that caused them, drained by lane, settled by their fate."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update
from sqlmodel import Session, col

from storage.database import database_now
from storage.models import Lane, OnUnknown, Outgoing, OutgoingState

LEASE = timedelta(seconds=60)
_OF_CARD = 8  # states of a card that are looked through for the one that was shown last
_TABLE: Any = Outgoing.__table__  # type: ignore[attr-defined]
_FIELDS = "id, channel, address, lane, token, reply, card, attempts, on_unknown, room, relay_of"


@dataclass(frozen=True, slots=True)
class Draft:
    """One message that is to go out."""

    channel: str
    address: str
    reply: dict[str, Any]
    dedupe_key: str
    lane: Lane = Lane.INTERACTIVE
    card: str | None = None
    on_unknown: OnUnknown = OnUnknown.RESEND
    not_before: datetime | None = None
    not_after: datetime | None = None
    person_id: int | None = None
    about_person_id: int | None = None
    ticket_id: int | None = None
    notice_id: int | None = None
    room: str | None = None
    relay_of: str | None = None
    announces: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(9))


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message that this sender alone may now send."""

    id: int
    channel: str
    address: str
    lane: int
    token: str
    reply: dict[str, Any]
    card: str | None
    attempts: int
    on_unknown: str
    room: str | None = None
    relay_of: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a message that was tried."""

    id: int
    state: OutgoingState
    platform_ref: str | None = None
    error: str | None = None
    not_before: datetime | None = None  # with state WAITING: when to try again


def twin(draft: Draft, *, address: str, dedupe_key: str) -> Draft:
    """Return the same message to another address; its buttons have keys of their own."""
    return replace(draft, address=address, dedupe_key=dedupe_key, token=secrets.token_urlsafe(9))


def write(session: Session, drafts: Sequence[Draft], now: datetime) -> None:
    """Write messages; one whose `dedupe_key` exists already raises, for it would be sent twice."""
    if not drafts:
        return
    session.flush()
    session.connection().execute(
        insert(_TABLE),
        [
            {
                "channel": draft.channel,
                "address": draft.address,
                "lane": int(draft.lane),
                "token": draft.token,
                "dedupe_key": draft.dedupe_key,
                "reply": draft.reply,
                "card": draft.card,
                "state": OutgoingState.WAITING,
                "on_unknown": draft.on_unknown,
                "created_at": now,
                "not_before": draft.not_before or now,
                "not_after": draft.not_after,
                "attempts": 0,
                "spent": False,
                "person_id": draft.person_id,
                "about_person_id": draft.about_person_id,
                "ticket_id": draft.ticket_id,
                "notice_id": draft.notice_id,
                "room": draft.room,
                "relay_of": draft.relay_of,
                "announces": draft.announces,
            }
            for draft in drafts
        ],
    )


def claim(
    session: Session,
    *,
    channel: str,
    owner: str,
    now: datetime,
    limit: int,
    fastest: Lane = Lane.DANGER,
    slowest: Lane = Lane.REMINDER,
) -> list[Claimed]:
    """Take the next messages of a channel, most urgent lane first, oldest first; nobody else gets them."""
    lock = "" if session.get_bind().dialect.name == "sqlite" else "FOR UPDATE SKIP LOCKED"
    # The state stands as a literal: with a bind parameter the partial index would not be used.
    statement = text(
        f"""
        UPDATE outgoing SET state = 'sending', owner = :owner, lease_until = :lease, attempts = attempts + 1
        WHERE id IN (
            SELECT id FROM outgoing
            WHERE state = 'waiting' AND channel = :channel AND lane BETWEEN :fastest AND :slowest
                AND not_before <= :now
                AND (not_after IS NULL OR not_after >= :now)
            ORDER BY lane, id LIMIT :limit {lock})
        RETURNING {_FIELDS}
        """  # noqa: S608  (no text from outside)
    ).bindparams(
        bindparam("lease", type_=_TABLE.c.lease_until.type),
        bindparam("now", type_=_TABLE.c.not_before.type),
    )
    rows = session.connection().execute(
        statement.columns(reply=_TABLE.c.reply.type),
        {
            "owner": owner,
            "lease": database_now(session) + LEASE,
            "channel": channel,
            "fastest": int(fastest),
            "slowest": int(slowest),
            "now": now,
            "limit": limit,
        },
    )
    claimed = [Claimed(*row) for row in rows]
    return sorted(claimed, key=lambda one: (one.lane, one.id))


def settle(session: Session, results: Sequence[Settled], *, owner: str) -> None:
    """Write down what became of messages; a late word of the same owner heals an `unknown`."""
    if not results:
        return
    moment = database_now(session)
    session.connection().execute(
        update(_TABLE)
        .where(
            _TABLE.c.id == bindparam("key"),
            _TABLE.c.owner == owner,
            text("state IN ('sending', 'unknown')"),
        )
        .values(
            state=bindparam("new_state"),
            platform_ref=bindparam("ref"),
            error=bindparam("why"),
            settled_at=moment,
            lease_until=None,
        ),
        [
            {"key": one.id, "new_state": one.state, "ref": one.platform_ref, "why": one.error}
            for one in results
        ],
    )
    for one in results:
        if one.state is OutgoingState.WAITING and one.not_before is not None:
            session.connection().execute(
                update(_TABLE).where(_TABLE.c.id == one.id).values(not_before=one.not_before)
            )


def recover(session: Session) -> tuple[int, int]:
    """Deal with messages whose sender died: resend or hold, as each row says. Return how many of each."""
    moment = {"moment": database_now(session)}
    over = bindparam("moment", type_=_TABLE.c.lease_until.type)
    resent = session.connection().execute(
        text(
            "UPDATE outgoing SET state = 'waiting', lease_until = NULL "
            "WHERE state = 'sending' AND lease_until < :moment AND on_unknown = 'resend'"
        ).bindparams(over),
        moment,
    )
    held = session.connection().execute(
        text(
            "UPDATE outgoing SET state = 'unknown', lease_until = NULL, error = 'sender died' "
            "WHERE state = 'sending' AND lease_until < :moment AND on_unknown = 'hold'"
        ).bindparams(over),
        moment,
    )
    return resent.rowcount, held.rowcount


def next_due(
    session: Session, channel: str, *, fastest: Lane = Lane.DANGER, slowest: Lane = Lane.REMINDER
) -> datetime | None:
    """Return when the earliest waiting message of a channel, of some lanes, may go, or None."""
    found: datetime | None = (
        session.connection()
        .execute(
            select(col(Outgoing.not_before))
            .where(
                text("state = 'waiting'"),
                col(Outgoing.channel) == channel,
                col(Outgoing.lane).between(int(fastest), int(slowest)),
            )
            .order_by(col(Outgoing.not_before))
            .limit(1)
        )
        .scalar_one_or_none()
    )
    return found


def of_card(
    session: Session, *, channel: str, address: str, card: str, but: int
) -> list[tuple[int, str | None]]:
    """Return the last messages of a card but for one, newest first: our key, and the channel's name."""
    rows = session.connection().execute(
        select(col(Outgoing.id), col(Outgoing.platform_ref))
        .where(
            col(Outgoing.channel) == channel,
            col(Outgoing.address) == address,
            col(Outgoing.card) == card,
            col(Outgoing.id) != but,
        )
        .order_by(col(Outgoing.id).desc())
        .limit(_OF_CARD)
    )
    return [(int(number), ref) for number, ref in rows if number is not None]


def after(session: Session, *, channel: str, address: str, last_id: int, limit: int = 200) -> list[Outgoing]:
    """Return the messages to an address that came after the one named, oldest first."""
    return list(
        session.execute(
            select(Outgoing)
            .where(
                col(Outgoing.channel) == channel,
                col(Outgoing.address) == address,
                col(Outgoing.id) > last_id,
            )
            .order_by(col(Outgoing.id))
            .limit(limit)
        ).scalars()
    )


def by_token(session: Session, token: str) -> Outgoing | None:
    """Return the message with this opaque name, or None."""
    return session.execute(select(Outgoing).where(col(Outgoing.token) == token)).scalar_one_or_none()


def withdraw(session: Session, *, token: str, card: str) -> bool:
    """Make a message the first of a card that is to be replaced; one that waits still is not sent at all.

    Return whether it may have been seen already.
    """
    waiting = session.connection().execute(
        update(_TABLE)
        .where(_TABLE.c.token == token, text("state = 'waiting'"))
        .values(state=OutgoingState.CANCELLED, card=card, error="replaced before it was sent")
    )
    if waiting.rowcount:
        return False
    session.connection().execute(update(_TABLE).where(_TABLE.c.token == token).values(card=card))
    found = session.connection().execute(select(_TABLE.c.state).where(_TABLE.c.token == token)).scalar()
    return found in (OutgoingState.SENDING, OutgoingState.SENT, OutgoingState.UNKNOWN)


def move(session: Session, channel: str, old: str, new: str) -> None:
    """Send what waits for an address to its new name."""
    session.connection().execute(
        update(_TABLE)
        .where(text("state = 'waiting'"), _TABLE.c.channel == channel, _TABLE.c.address == old)
        .values(address=new)
    )


def under_way(session: Session, *, channel: str, address: str) -> bool:
    """Return whether something is being sent to an address just now, whose name there is not known yet."""
    rows = session.execute(
        select(col(Outgoing.id))
        .where(text("state = 'sending'"), col(Outgoing.channel) == channel, col(Outgoing.address) == address)
        .limit(1)
    )
    return rows.first() is not None


def by_ref(session: Session, *, channel: str, address: str, ref: str) -> Outgoing | None:
    """Return the message that a channel calls by this name at an address, or None."""
    return session.execute(
        select(Outgoing)
        .where(
            col(Outgoing.channel) == channel,
            col(Outgoing.address) == address,
            col(Outgoing.platform_ref) == ref,
        )
        .order_by(col(Outgoing.id).desc())
        .limit(1)
    ).scalar_one_or_none()


def waiting_for(session: Session, *, channel: str, address: str) -> list[Outgoing]:
    """Return the messages that wait for an address, in the order in which they were written."""
    return list(
        session.execute(
            select(Outgoing)
            .where(
                text("state = 'waiting'"), col(Outgoing.channel) == channel, col(Outgoing.address) == address
            )
            .order_by(col(Outgoing.id))
        ).scalars()
    )
