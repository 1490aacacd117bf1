"""Drafts that not everybody may read: their keys say so for as long as anything that was said lasts."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from knowledge.rules.ticket_kinds import ticket_kinds
from storage.models import Inbox, Outgoing

_PREFIX = "secret-"


def is_private(topic: str, collected: Mapping[str, Any]) -> bool:
    """Return whether a dialogue is about something that not all colleagues may read, as a report (举报)."""
    kinds = ticket_kinds()
    named = [kinds.get(one) for one in (topic, (collected.get("held") or {}).get("topic")) if one]
    return any(kind is not None and (kind.confidential or kind.anonymous) for kind in named)


def new_key(topic: str, collected: Mapping[str, Any]) -> str:
    """Return a key for the draft of a new dialogue."""
    return (_PREFIX if is_private(topic, collected) else "") + secrets.token_hex(12)


def is_private_key(draft_key: str | None) -> bool:
    """Return whether words went into a draft that not all colleagues may read."""
    return draft_key is not None and draft_key.startswith(_PREFIX)


def last_said(session: Session, person_id: int) -> datetime | None:
    """Return the moment of the last answer to words that went into such a draft, or None."""
    row = session.execute(
        select(col(Inbox.channel), col(Inbox.update_id), col(Inbox.received_at))
        .where(col(Inbox.person_id) == person_id, col(Inbox.draft_key).startswith(_PREFIX))
        .order_by(col(Inbox.id).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    channel, update_id, received_at = row
    answered = session.execute(
        select(func.max(col(Outgoing.created_at))).where(
            col(Outgoing.person_id) == person_id,
            col(Outgoing.created_at) >= received_at,
            col(Outgoing.dedupe_key).startswith(f"{channel}:{update_id}:", autoescape=True),
        )
    ).scalar_one()
    found: datetime = received_at if answered is None else max(received_at, answered)
    return found
