"""What colleagues do with tickets, on every channel: take, note, tell, arrive, wait, go on, resolve."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

import storage.audit
import storage.staff
import storage.tickets
from handlers.masking import hide_numbers
from handlers.messages import Reply
from handlers.staff import first_asked, rights
from handlers.tickets import closing, promise_clock, ticket_states
from handlers.tickets.ticket_cards import staff_name, staff_ticket, tell_customer
from handlers.turn import Desktop
from handlers.wording import ticket_work as wording
from handlers.wording import tickets as ticket_wording
from handlers.wording.moments import moment
from storage.models import OPEN_STATES, Lane, Staff, Ticket, TicketEvent

# Steps that a colleague's word to the customer keeps, and those that being there keeps.
_KEPT_BY_WORD = ("contact", "pass_on")
_KEPT_BY_COMING = ("arrive", "on_site")
# For these the customer has something to do.
_NEEDS_CUSTOMER = ("customer", "materials")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a colleague's act: whether it changed anything, and the sentence for them."""

    ok: bool
    text: str
    ticket: Ticket | None = None


Which = Literal["all", "team", "mine", "first_asked"]
Work = Callable[[Desktop, Session, str, Staff, datetime], Done]


def begin(
    session: Session,
    number: str,
    staff: Staff,
    act: str,
    now: datetime,
    *,
    detail: dict[str, Any] | None = None,
) -> Ticket | Done:
    """Return the ticket that a colleague may do this with, or why not; every act begins here."""
    ticket = storage.tickets.by_number(session, number)
    refusal = rights.refused(session, staff, act, now=now, ticket=ticket, detail=detail)
    if refusal is not None:
        return Done(False, refusal)
    if ticket is None:
        return Done(False, ticket_wording.work_unknown(number))
    return ticket


def take(desktop: Desktop, session: Session, number: str, staff: Staff, now: datetime) -> Done:
    """Give a ticket to a colleague and tell its customer; of two, the first gets it."""
    ticket = begin(session, number, staff, "ticket.take", now)
    if isinstance(ticket, Done):
        return ticket
    if not storage.tickets.take(session, ticket, staff, now=now):
        owner = storage.staff.by_id(session, ticket.owner_id)
        if owner is not None and ticket.state in OPEN_STATES:
            return Done(False, wording.work_taken_before(ticket.number, owner.name), ticket)
        return _unfit(ticket)
    first_asked.hold(session, ticket, staff, now)
    event = storage.tickets.events(session, ticket.id or 0)[-1]
    urgent = ticket.kind == "danger"
    lane = Lane.DANGER if urgent else Lane.INTERACTIVE
    _tell_all(desktop, session, ticket, event, now, quiet=not urgent, lane=lane)
    return Done(True, wording.work_taken(ticket.number, staff.name), ticket)


def note(session: Session, number: str, staff: Staff, text: str, now: datetime) -> Done:
    """Keep an internal note, which no customer ever sees."""
    ticket = begin(session, number, staff, "ticket.note", now)
    if isinstance(ticket, Done):
        return ticket
    if not text.strip():
        return Done(False, wording.work_needs_words(), ticket)
    storage.tickets.note(
        session, ticket, at=now, kind="note", actor=f"staff:{staff.name}", text=text.strip(), internal=True
    )
    return Done(True, wording.work_noted(ticket.number), ticket)


def tell(desktop: Desktop, session: Session, number: str, staff: Staff, text: str, now: datetime) -> Done:
    """Send a word about a ticket to its customer, and to nobody whose ticket was merged into it."""
    ticket = begin(session, number, staff, "ticket.tell", now)
    if isinstance(ticket, Done):
        return ticket
    if not text.strip():
        return Done(False, wording.work_needs_words(), ticket)
    event = storage.tickets.note(
        session, ticket, at=now, kind="told", actor=f"staff:{staff.name}", text=text.strip()
    )
    spoken_with(session, ticket, staff, now)
    reached = tell_customer(desktop, session, ticket, now, event)
    return Done(True, wording.work_done(ticket.number, "已告知客户", reached=reached), ticket)


def spoken_with(session: Session, ticket: Ticket, staff: Staff, now: datetime) -> None:
    """Note that a colleague spoke with a ticket's customer, by whatever way."""
    first_asked.hold(session, ticket, staff, now)
    promise_clock.step_done(session, ticket, _KEPT_BY_WORD, now)


def arrived(desktop: Desktop, session: Session, number: str, staff: Staff, now: datetime) -> Done:
    """Note that the crew is there; what is promised from then on gets its moments."""
    ticket = begin(session, number, staff, "ticket.work", now)
    if isinstance(ticket, Done):
        return ticket
    if not ticket_states.move(session, ticket, "arrive", now):
        return _unfit(ticket)
    first_asked.hold(session, ticket, staff, now)
    event = _note(session, ticket, "arrived", staff, now)
    promise_clock.step_done(session, ticket, _KEPT_BY_COMING, now)
    reached = _tell_all(desktop, session, ticket, event, now, keeps=_KEPT_BY_COMING)
    return Done(True, wording.work_done(ticket.number, "已记到场", reached=reached), ticket)


def wait(desktop: Desktop, session: Session, number: str, staff: Staff, reason: str, now: datetime) -> Done:
    """Let a ticket wait for one of the known reasons; its clocks stand still and the customer is told why."""
    ticket = begin(session, number, staff, "ticket.work", now, detail={"reason": reason})
    if isinstance(ticket, Done):
        return ticket
    known = wait_reason(reason)
    if known is None:
        return Done(False, wording.work_which_reason(), ticket)
    owner = ticket.owner_id if ticket.owner_id is not None else staff.id
    if not ticket_states.move(session, ticket, "wait", now, owner_id=owner):
        return _unfit(ticket)
    first_asked.hold(session, ticket, staff, now)
    event = _note(session, ticket, "waiting", staff, now, text=known)
    promise_clock.pause(session, ticket, known, f"staff:{staff.name}", now)
    reached = _tell_all(desktop, session, ticket, event, now)
    return Done(True, wording.work_waits(ticket.number, known, reached=reached), ticket)


def delay(desktop: Desktop, session: Session, number: str, staff: Staff, reason: str, now: datetime) -> Done:
    """Keep why a promise may not be kept; its customer reads it where one that they were told breaks."""
    ticket = begin(session, number, staff, "ticket.work", now)
    if isinstance(ticket, Done):
        return ticket
    if not reason.strip():
        return Done(False, wording.work_needs_reason(), ticket)
    if ticket.state not in OPEN_STATES:
        return _unfit(ticket)
    promise_clock.explain(session, ticket, reason.strip(), f"staff:{staff.name}", now)
    return Done(True, wording.work_delay_kept(ticket.number), ticket)


def wait_reason(words: str) -> str | None:
    """Return the reason to wait that a colleague's words name, or None."""
    said = words.strip()
    for key, label in ticket_wording.WAITS.items():
        if said in (key, label, wording.staff_wait_reason(key)):
            return key
    near = [key for key in ticket_wording.WAITS if said and said in wording.staff_wait_reason(key)]
    return near[0] if len(near) == 1 else None


def go_on(desktop: Desktop, session: Session, number: str, staff: Staff, now: datetime) -> Done:
    """Go on with a ticket that waited; the promised moments move by as long as it did."""
    ticket = begin(session, number, staff, "ticket.work", now)
    if isinstance(ticket, Done):
        return ticket
    if not resume(desktop, session, ticket, f"staff:{staff.name}", now):
        return _unfit(ticket)
    return Done(True, wording.work_done(ticket.number, "已继续处理", reached=True), ticket)


def resume(desktop: Desktop, session: Session, ticket: Ticket, actor: str, now: datetime) -> bool:
    """End a ticket's waiting, whoever ends it; False where it does not wait."""
    if not ticket_states.move(session, ticket, "go_on", now):
        return False
    event = storage.tickets.note(session, ticket, at=now, kind="went_on", actor=actor)
    promise_clock.go_on(session, ticket, actor, now)
    # The times are others than were told: the customer has to notice.
    _tell_all(desktop, session, ticket, event, now)
    return True


def resolve(
    desktop: Desktop, session: Session, number: str, staff: Staff, now: datetime, *, text: str = ""
) -> Done:
    """Say that the work is done; each customer is asked whether it is, at once or when the kind says."""
    ticket = begin(session, number, staff, "ticket.work", now)
    if isinstance(ticket, Done):
        return ticket
    owner = ticket.owner_id if ticket.owner_id is not None else staff.id
    if not ticket_states.move(
        session, ticket, "resolve", now, owner_id=owner, **closing.questions(ticket, now)
    ):
        return _unfit(ticket)
    actor = f"staff:{staff.name}"
    promise_clock.go_on(session, ticket, actor, now)  # the clocks of what waited, to the end
    first_asked.hold(session, ticket, staff, now)
    event = _note(session, ticket, "resolved", staff, now, text=text.strip())
    promise_clock.step_done(session, ticket, None, now)
    reached = tell_customer(desktop, session, ticket, now, event)
    for child in storage.tickets.merged_into(session, ticket):
        if not ticket_states.move(
            session, child, "resolve_with_main", now, owner_id=owner, **closing.questions(child, now)
        ):
            continue
        promise_clock.go_on(session, child, actor, now)
        first_asked.hold(session, child, staff, now)
        # Without the words: they were written for another customer.
        own = _note(session, child, "resolved", staff, now)
        promise_clock.step_done(session, child, None, now)
        tell_customer(desktop, session, child, now, own)
    return Done(True, wording.work_done(ticket.number, "已办结，等客户确认", reached=reached), ticket)


def show(
    desktop: Desktop,
    session: Session,
    number: str,
    staff: Staff | None,
    now: datetime,
    *,
    whole: bool = False,
) -> Reply | Done:
    """Return a ticket with everything that happened, or why it is not shown.

    Without a colleague it is the operator who looks, on the machine itself; only there `whole` numbers.
    """
    if staff is not None:
        found = begin(session, number, staff, "ticket.see", now)
    else:
        found = storage.tickets.by_number(session, number) or Done(False, ticket_wording.work_unknown(number))
    if isinstance(found, Done):
        return found
    if staff is None:  # colleagues are audited where their right is asked for
        _audit_operator(session, found, now)
    card = staff_ticket(desktop.book, session, found, now, whole=whole)
    lines = [card.text]
    for event in storage.tickets.events(session, found.id or 0):
        at = moment(event.at, now, desktop.book.zone)
        text = event.text if whole else hide_numbers(event.text)
        # The key by which a customer's words can be split off.
        key = f"#{event.id} " if event.kind == "said" else ""
        inside = "（内部）" if event.internal else ""
        lines.append(f"- {at} {key}{event.actor} {event.kind}{inside} {text}".rstrip())
    return Reply("\n".join(lines), card.choices, kind="staff")


def listing(
    session: Session,
    staff: Staff | None = None,
    now: datetime | None = None,
    *,
    which: Which = "all",
    states: Collection[str] | None = OPEN_STATES,
) -> list[tuple[Ticket, str, str]] | Done:
    """Return tickets with their kind and owner as read, the most urgent first, or why they are not shown.

    `which` of them: all, those of the colleague's team, the colleague's own, or those they answered first.
    Tickets that the colleague may not know of are left out; without a colleague it is the operator who looks.
    """
    wanted: dict[str, Any] = {}
    if staff is not None and now is not None:
        refusal = rights.refused(session, staff, "ticket.list", now=now, detail={"how": which})
        if refusal is not None:
            return Done(False, refusal)
        if which == "team":
            wanted["team"] = staff.team
        elif which == "mine":
            wanted["owner_id"] = staff.id
        elif which == "first_asked":
            wanted["first_asked_id"] = staff.id
    rows = []
    for ticket in storage.tickets.listing(session, states=states, **wanted):
        if staff is not None and ticket.confidential and not rights.sees(staff, ticket):
            continue
        owner = storage.staff.by_id(session, ticket.owner_id)
        rows.append((ticket, staff_name(ticket), owner.name if owner is not None else ""))
    return rows


# -- inside


def _audit_operator(session: Session, ticket: Ticket, now: datetime) -> None:
    storage.audit.write(
        session,
        at=now,
        actor="operator",
        act="ticket.see",
        ticket_id=ticket.id,
        person_id=ticket.person_id,
        detail={"numbers": "whole"},
    )


def _unfit(ticket: Ticket) -> Done:
    return Done(False, wording.work_state(ticket.number, ticket.state), ticket)


def _note(
    session: Session, ticket: Ticket, kind: str, staff: Staff, now: datetime, *, text: str = ""
) -> TicketEvent:
    return storage.tickets.note(session, ticket, at=now, kind=kind, actor=f"staff:{staff.name}", text=text)


def _tell_all(
    desktop: Desktop,
    session: Session,
    ticket: Ticket,
    event: TicketEvent,
    now: datetime,
    *,
    quiet: bool = False,
    lane: Lane = Lane.INTERACTIVE,
    keeps: Collection[str] = (),
) -> bool:
    """Tell the customer of a ticket, and those whose tickets were merged into it, each on their own card.

    What goes to the others is the kind of progress and never free words: a reason to wait is one of a list.
    """
    for child in storage.tickets.merged_into(session, ticket):
        own = storage.tickets.note(
            session,
            child,
            at=now,
            kind=event.kind,
            actor=event.actor,
            text=event.text if event.kind == "waiting" else "",
        )
        if event.kind == "waiting":
            promise_clock.pause(session, child, event.text, event.actor, now)
        elif event.kind == "went_on":
            promise_clock.go_on(session, child, event.actor, now)
        elif keeps:
            promise_clock.step_done(session, child, keeps, now)
        tell_customer(desktop, session, child, now, own, quiet=quiet, lane=lane)
    return tell_customer(desktop, session, ticket, now, event, quiet=quiet, lane=lane)
