"""Photos, voice notes, files and places that customers send, kept with their ticket or with its draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlmodel import Session, col

from storage.models import Evidence, EvidenceState, Person

_STAFF = "staff:"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that came with a message; `ref` is the channel's key to its content."""

    kind: str
    ref: str = ""
    size_bytes: int | None = None
    caption: str = ""
    album: str = ""
    name: str = ""
    media_type: str = ""
    content_hash: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    label: str = ""

    @property
    def state(self) -> EvidenceState:
        """Where its content is at first."""
        if self.kind == "location":
            return EvidenceState.NONE
        return EvidenceState.WAITING if self.content_hash is None else EvidenceState.STORED


def add(
    session: Session,
    *,
    person_id: int,
    draft_key: str,
    channel: str,
    parts: Sequence[Part],
    now: datetime,
    ticket_id: int | None = None,
    message_ref: str | None = None,
) -> list[Evidence]:
    """Keep what came with a message and return its rows."""
    rows = [
        Evidence(
            person_id=person_id,
            draft_key=draft_key,
            ticket_id=ticket_id,
            kind=part.kind,
            channel=channel,
            ref=part.ref,
            caption=part.caption,
            size_bytes=part.size_bytes,
            latitude=part.latitude,
            longitude=part.longitude,
            label=part.label,
            album=part.album[:64],
            name=part.name,
            state=part.state,
            content_hash=part.content_hash,
            media_type=part.media_type[:64],
            message_ref=message_ref,
            received_at=now,
        )
        for part in parts
    ]
    session.add_all(rows)
    session.flush()
    return rows


def loose_key(person: Person) -> str:
    """Return the key under which evidence waits that came before any form was open."""
    return f"loose:{person.id}"


def staff_key(person_id: int) -> str:
    """Return the key of what colleagues sent to a person: ours, and no evidence of theirs."""
    return f"{_STAFF}{person_id}"


def adopt(session: Session, *, person: Person, draft_key: str, since: datetime) -> int:
    """Give evidence that came since a moment, before the form, to the form; return how many parts."""
    moved = session.connection().execute(
        update(Evidence)
        .where(col(Evidence.draft_key) == loose_key(person), col(Evidence.received_at) >= since)
        .values(draft_key=draft_key)
    )
    return int(moved.rowcount)


def attach(session: Session, *, draft_key: str, ticket_id: int) -> None:
    """Give the evidence of a draft to the ticket that came of it."""
    session.connection().execute(
        update(Evidence).where(col(Evidence.draft_key) == draft_key).values(ticket_id=ticket_id)
    )


def count(session: Session, *, draft_key: str) -> int:
    """Return how many parts a draft has."""
    return int(
        session.execute(
            select(func.count()).select_from(Evidence).where(col(Evidence.draft_key) == draft_key)
        ).scalar_one()
    )


def of_draft(session: Session, draft_key: str) -> list[Evidence]:
    """Return the evidence of a draft in the order in which it came."""
    return _listed(session, col(Evidence.draft_key) == draft_key)


def of_ticket(session: Session, ticket_id: int) -> list[Evidence]:
    """Return the evidence of a ticket in the order in which it came."""
    return _listed(session, col(Evidence.ticket_id) == ticket_id)


def of_message(session: Session, message_ref: str) -> list[Evidence]:
    """Return what came with one message, as its channel names it."""
    return _listed(session, col(Evidence.message_ref) == message_ref)


def album_home(session: Session, *, person_id: int, channel: str, album: str) -> Evidence | None:
    """Return the part of an album that came last: where it lies, the next ones belong."""
    found: Evidence | None = session.execute(
        select(Evidence)
        .where(
            col(Evidence.person_id) == person_id,
            col(Evidence.channel) == channel,
            col(Evidence.album) == album[:64],
        )
        .order_by(col(Evidence.id).desc())
        .limit(1)
        .execution_options(populate_existing=True)  # it may have been given to a ticket meanwhile
    ).scalar_one_or_none()
    return found


def kept_since(session: Session, *, person_id: int, since: datetime) -> tuple[int, int]:
    """Return how many files of a person were kept since a moment, and their bytes together."""
    files, size = session.execute(
        select(func.count(), func.coalesce(func.sum(col(Evidence.size_bytes)), 0)).where(
            col(Evidence.person_id) == person_id,
            col(Evidence.received_at) > since,
            col(Evidence.kind) != "location",
            ~col(Evidence.draft_key).startswith(_STAFF),
        )
    ).one()
    return int(files), int(size)


# -- fetching


def to_fetch(session: Session, *, channels: Sequence[str], now: datetime, limit: int) -> list[Evidence]:
    """Return what still lies with its channel and may be tried now, what waits longest first."""
    rows = session.execute(
        select(Evidence)
        .where(
            col(Evidence.state) == EvidenceState.WAITING,
            col(Evidence.channel).in_(list(channels)),
            or_(col(Evidence.not_before).is_(None), col(Evidence.not_before) <= now),
        )
        .order_by(col(Evidence.attempts), col(Evidence.id))
        .limit(limit)
    )
    return list(rows.scalars())


def settle(
    session: Session,
    evidence_id: int,
    state: EvidenceState,
    *,
    content_hash: str | None = None,
    kind: str | None = None,
    media_type: str = "",
    size_bytes: int | None = None,
) -> bool:
    """Write down what became of a part that waited; False where somebody else did so before."""
    values: dict[str, Any] = {"state": state, "not_before": None}
    if state is EvidenceState.STORED:
        values |= {
            "content_hash": content_hash,
            "kind": kind,
            "media_type": media_type,
            "size_bytes": size_bytes,
        }
    return _update_waiting(session, evidence_id, values)


def again_later(session: Session, evidence_id: int, *, attempts: int, not_before: datetime) -> bool:
    """Note that a part could not be fetched and when to try again."""
    return _update_waiting(session, evidence_id, {"attempts": attempts, "not_before": not_before})


def stored_content(session: Session, *, channel: str, ref: str) -> Evidence | None:
    """Return the row that tells where the content of a channel's file lies with us, or None."""
    found: Evidence | None = session.execute(
        select(Evidence)
        .where(
            col(Evidence.state) == EvidenceState.STORED,
            col(Evidence.channel) == channel,
            col(Evidence.ref) == ref,
        )
        .order_by(col(Evidence.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def _update_waiting(session: Session, evidence_id: int, values: dict[str, Any]) -> bool:
    changed = session.connection().execute(
        update(Evidence)
        .where(col(Evidence.id) == evidence_id, col(Evidence.state) == EvidenceState.WAITING)
        .values(**values)
    )
    return int(changed.rowcount) == 1


def _listed(session: Session, condition: Any) -> list[Evidence]:
    statement = select(Evidence).where(condition).order_by(col(Evidence.id))
    return list(session.execute(statement.execution_options(populate_existing=True)).scalars())
