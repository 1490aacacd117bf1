"""Photos, voice notes, files and places that customers send, kept with their ticket or with its draft."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from storage.models import Evidence, Person

Part = tuple[str, str, int | None, str]
"""Kind, the channel's key, size in bytes, caption."""


def add(
    session: Session,
    *,
    person: Person,
    draft_key: str,
    channel: str,
    attachments: Sequence[Part],
    place: tuple[float, float] | None,
    now: datetime,
) -> int:
    """Keep what came with a message and return how many parts it was."""
    assert person.id is not None
    rows = [
        Evidence(
            person_id=person.id,
            draft_key=draft_key,
            kind=kind,
            channel=channel,
            ref=ref,
            caption=caption,
            size_bytes=size,
            received_at=now,
        )
        for kind, ref, size, caption in attachments
    ]
    if place is not None:
        rows.append(
            Evidence(
                person_id=person.id,
                draft_key=draft_key,
                kind="location",
                channel=channel,
                latitude=place[0],
                longitude=place[1],
                received_at=now,
            )
        )
    session.add_all(rows)
    session.flush()
    return len(rows)


def loose_key(person: Person) -> str:
    """Return the key under which evidence waits that came before any form was open."""
    return f"loose:{person.id}"


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


def of_ticket(session: Session, ticket_id: int) -> list[Evidence]:
    """Return the evidence of a ticket in the order in which it came."""
    return list(
        session.execute(
            select(Evidence).where(col(Evidence.ticket_id) == ticket_id).order_by(col(Evidence.id))
        ).scalars()
    )
