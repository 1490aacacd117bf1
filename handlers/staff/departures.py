"""When a colleague leaves, goes off duty or may do less: their work and their duty go on elsewhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

import storage.departures
import storage.first_asked
import storage.outbox
import storage.staff
import storage.tickets
from handlers.handover import handover_queue
from handlers.messages import Reply
from handlers.staff import first_asked, staff_post
from handlers.tickets import promise_clock, ticket_states
from handlers.tickets.ticket_cards import staff_choices, staff_name, tell_customer
from handlers.turn import Desktop
from handlers.wording import colleagues as wording
from knowledge.book import Book
from storage.models import Lane, Role, Staff, Ticket


@dataclass(frozen=True, slots=True)
class Returned:
    """How much went on elsewhere: tickets and conversations back to their queues, duties to an heir."""

    tickets: int = 0
    chats: int = 0
    duties: int = 0
    heir: str = ""

    def told(self) -> str:
        """Return this as the end of a sentence for whoever asked for it."""
        parts = []
        if self.tickets:
            parts.append(f"tickets back in the queue: {self.tickets}")
        if self.chats:
            parts.append(f"customers back in the queue: {self.chats}")
        if self.duties:
            parts.append(f"accountable for {self.duties} now: {self.heir}")
        return "; " + "; ".join(parts) if parts else ""

    def counted(self) -> dict[str, int]:
        """Return the numbers for the audit."""
        return {"tickets": self.tickets, "chats": self.chats, "duties": self.duties}


def heir(session: Session, staff: Staff) -> Staff | None:
    """Return who takes a colleague's duty over: the eldest lead of the team, any lead, or an admin."""
    leads = storage.staff.active_of(session, [Role.LEAD])
    candidates = [
        *[one for one in leads if one.team == staff.team],
        *leads,
        *storage.staff.active_of(session, [Role.ADMIN]),
    ]
    return next((one for one in candidates if one.id != staff.id), None)


def has_duties(session: Session, staff: Staff, now: datetime, book: Book) -> bool:
    """Return whether a colleague is accountable for anything that may still go on."""
    assert staff.id is not None
    return any(storage.first_asked.every_of(session, staff.id, closed_since=_closed_since(book, now)))


def give_back(
    desktop: Desktop,
    session: Session,
    staff: Staff,
    now: datetime,
    *,
    actor: str,
    tickets: bool,
    chats: bool,
    heir: Staff | None,
) -> Returned:
    """Let a colleague's tickets, conversations and (with an heir) duty go on, all in this transaction.

    Customers are told that it goes on, the team is told of what is free; what was sent is not touched.
    """
    given = _tickets(desktop, session, staff, now, actor) if tickets else 0
    back = handover_queue.give_back(session, staff, now) if chats else 0
    moved = _duty(desktop, session, staff, heir, now, actor) if heir is not None else 0
    return Returned(given, back, moved, heir.name if heir is not None and moved else "")


# -- inside


def _tickets(desktop: Desktop, session: Session, staff: Staff, now: datetime, actor: str) -> int:
    assert staff.id is not None
    given = 0
    for ticket in storage.departures.worked_on(session, staff.id):
        storage.tickets.hold(session, ticket)
        if ticket.owner_id != staff.id or not ticket_states.move(
            session, ticket, "give_back", now, owner_id=None
        ):
            continue
        given += 1
        # Whoever takes it decides anew what it waits for; until then the clocks run, against us.
        promise_clock.go_on(session, ticket, actor, now)
        danger = ticket.kind == "danger"
        if danger:  # one that nobody has is called out again at once
            ticket.alarm_at = now
            session.add(ticket)
        event = storage.tickets.note(session, ticket, at=now, kind="handed_on", actor=actor)
        tell_customer(desktop, session, ticket, now, event, quiet=not danger)
        post = Reply(
            wording.staff_passed_on(ticket.number, staff_name(ticket), staff.name),
            staff_choices(ticket),
            kind="staff",
        )
        posts = staff_post.drafts(
            desktop,
            session,
            post,
            key=f"returned:{event.id}",
            ticket=ticket,
            lane=Lane.DANGER if danger else Lane.STAFF,
        )
        storage.outbox.write(session, posts, now)
    storage.departures.let_go(session, staff, closed_since=_closed_since(desktop.book, now))
    return given


def _duty(desktop: Desktop, session: Session, staff: Staff, heir: Staff, now: datetime, actor: str) -> int:
    assert staff.id is not None
    tickets, talks = storage.first_asked.every_of(
        session, staff.id, closed_since=_closed_since(desktop.book, now)
    )
    moved = 0
    numbers = []
    for ticket in tickets:
        if not first_asked.move(session, ticket, heir, "left", now, actor=actor):
            continue
        moved += 1
        event = storage.tickets.note(
            session,
            ticket,
            at=now,
            kind="duty",
            actor=actor,
            text=f"{staff.name} → {heir.name}",
            internal=True,
        )
        if ticket.confidential:  # not even its number is for the group
            _tell_of_duty(
                desktop, session, staff, heir, [ticket.number], now, key=str(event.id), ticket=ticket
            )
        else:
            numbers.append(ticket.number)
    moved += sum(first_asked.move(session, one, heir, "left", now, actor=actor) for one in talks)
    if numbers:
        key = f"{staff.id}:{now:%Y%m%d%H%M%S%f}"
        _tell_of_duty(desktop, session, staff, heir, numbers, now, key=key)
    return moved


def _tell_of_duty(
    desktop: Desktop,
    session: Session,
    staff: Staff,
    heir: Staff,
    numbers: list[str],
    now: datetime,
    *,
    key: str,
    ticket: Ticket | None = None,
) -> None:
    post = Reply(wording.duty_passed_on(heir.name, staff.name, numbers), kind="staff")
    posts = staff_post.drafts(desktop, session, post, key=f"duty:{key}", ticket=ticket)
    storage.outbox.write(session, posts, now)


def _closed_since(book: Book, now: datetime) -> datetime:
    window = book.library.facts.resolve(
        "ticket.reopen_window", region=book.utility.region, on=book.today(now)
    )
    return now - timedelta(days=int(window.amount))
