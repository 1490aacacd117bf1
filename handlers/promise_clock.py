"""The service-promise clock: staff are told of promises whose limit has passed, each once."""

from datetime import datetime

from sqlmodel import Session

import storage.outbox
import storage.promises
import storage.tickets
from handlers import staff_post
from handlers.messages import Reply
from handlers.ticket_cards import staff_choices, staff_name
from handlers.turn import Desktop
from handlers.wording import tickets as wording
from storage.outbox import Draft


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Tell staff, once each, of promises whose limit has passed."""
    posts: list[Draft] = []
    late = storage.promises.overdue(session, now, rung="owner")
    for promise, ticket in late:
        alarm = storage.promises.alarmed(session, promise, "owner", now)
        storage.tickets.note(
            session, ticket, at=now, kind="overdue", actor="clock", text=promise.step, internal=True
        )
        text = wording.staff_overdue(ticket.number, staff_name(ticket), promise.step)
        posts += staff_post.drafts(
            desktop,
            session,
            Reply(text, staff_choices(ticket), kind="staff"),
            key=f"overdue:{alarm.id}",
            ticket=ticket,
        )
    storage.outbox.write(session, posts, now)
    return {"overdue": len(late)}
