"""What a customer and we have said to one another lately, out of both ledgers."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from storage.models import Inbox, Outgoing


def last_words(
    session: Session, person_id: int, *, limit: int = 5, since: datetime | None = None
) -> list[tuple[datetime, str, str]]:
    """Return the last words of each side, oldest first: when, by whom (customer or bot), and the words."""
    heard = select(col(Inbox.received_at), col(Inbox.said)).where(
        col(Inbox.person_id) == person_id, col(Inbox.said) != ""
    )
    replied = select(col(Outgoing.created_at), col(Outgoing.reply)).where(
        col(Outgoing.person_id) == person_id
    )
    if since is not None:
        heard = heard.where(col(Inbox.received_at) > since)
        replied = replied.where(col(Outgoing.created_at) > since)
    said = session.execute(heard.order_by(col(Inbox.id).desc()).limit(limit))
    answered = session.execute(replied.order_by(col(Outgoing.id).desc()).limit(limit))
    # Oldest first already, so that what has the same moment keeps its order.
    words = [(at, "customer", text) for at, text in reversed(said.all())]
    words += [(at, "bot", str(reply.get("text", ""))) for at, reply in reversed(answered.all())]
    # Of one moment the question stands before its answer.
    return sorted(words, key=lambda one: (one[0], one[1] == "bot"))


def relayed(session: Session, relay_of: str) -> Outgoing | None:
    """Return the newest message to a customer that passed a colleague's message on, or None."""
    return session.execute(
        select(Outgoing)
        .where(col(Outgoing.relay_of) == relay_of, col(Outgoing.person_id).is_not(None))
        .order_by(col(Outgoing.id).desc())
        .limit(1)
    ).scalar_one_or_none()
