"""Who hears of a promise: staff around its limit, each rung once, and the customer when it breaks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session

import storage.outbox
import storage.promises
import storage.staff
import storage.tickets
from handlers.messages import Reply
from handlers.staff import first_asked, staff_post
from handlers.tickets import calendars, promise_recount
from handlers.tickets.ticket_cards import staff_choices, staff_name, tell_customer
from handlers.turn import Desktop
from handlers.wording import promises as wording
from handlers.wording.moments import moment, spoken
from knowledge.book import Book
from knowledge.rules.calendars import WorkCalendar, calendar_of, team_calendar
from knowledge.rules.ladder import STAFF_RUNGS, Alarm, alarms, waits_until
from knowledge.rules.promises import Span
from knowledge.rules.ticket_kinds import ticket_kinds
from storage.models import OPEN_STATES, Lane, Staff, Ticket, TicketPromise, TicketState
from storage.outbox import Draft

_BATCH: Final = 100


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Count anew what was provisional, then tell staff and customers what is due to be told, each once."""
    calendars.take_up(session)
    # A day that moves sounds at the customer's: not in the night.
    awake = waits_until(now, staff_hours(desktop.book)) == now
    recounted = promise_recount.recompute(desktop, session, now) if awake else 0
    due = storage.promises.due_alarms(session, now, limit=_BATCH)
    told = {"warned": 0, "overdue": 0, "escalated": 0, "broken": 0}
    for promise, ticket in due:
        for name in _look_after(desktop, session, promise, ticket, now):
            told[name] += 1
    more = len(due) == _BATCH or recounted >= promise_recount.BATCH
    return {"recounted": recounted, **told, "more": int(more)}


def hours_of(book: Book, ticket: Ticket) -> WorkCalendar | None:
    """Return the hours in which colleagues are told of a ticket; None where it cannot wait."""
    if ticket.kind == "danger":
        return None
    own = team_calendar(ticket_kinds()[ticket.kind].team, ticket.region)
    return own if own is not None else staff_hours(book)


def staff_hours(book: Book) -> WorkCalendar:
    """Return the hours in which colleagues answer."""
    hours = book.utility.staff_hours
    calendar = calendar_of(book.utility.region)
    return calendar.with_hours(hours.open, hours.close, every_day=hours.days == "每天")


# -- inside


def _look_after(
    desktop: Desktop, session: Session, promise: TicketPromise, ticket: Ticket, now: datetime
) -> list[str]:
    """Tell who is to be told of one promise by now; return what was told."""
    assert ticket.id is not None
    still = storage.promises.standing_still(session, ticket.id) is not None
    gone = ticket.state not in (*OPEN_STATES, TicketState.MERGED)
    if promise.kept_at is not None or promise.void_at is not None or still or gone:
        storage.promises.claim_alarm(session, promise, following=None)
        return []
    hours = hours_of(desktop.book, ticket)
    said = storage.promises.alarms(session, promise)
    rungs = [
        one
        for one in _rungs(desktop.book, promise, ticket, hours)
        if (one.rung, one.at_stake) not in said
        # Of a merged ticket colleagues hear through the main one; its customer was promised it all the same.
        and (one.rung == "customer" or ticket.state != TicketState.MERGED)
    ]
    later = min((one.at for one in rungs if one.at > now), default=None)
    due = [one for one in rungs if one.at <= now]
    awake = waits_until(now, hours)
    if due and awake > now:  # nobody was there to knock when it was due, and now it is night
        storage.promises.claim_alarm(session, promise, following=awake)
        return []
    if not storage.promises.claim_alarm(session, promise, following=later):
        return []
    for one in due:
        storage.promises.alarmed(session, promise, one.rung, one.at_stake, now)
    names = []
    staff = [one for one in due if one.rung in STAFF_RUNGS]
    if staff:
        names.append(_tell_staff(desktop, session, promise, ticket, _highest(staff), now))
    if any(one.rung == "customer" for one in due):
        _tell_customer(desktop, session, promise, ticket, now)
        names.append("broken")
    return names


def _rungs(book: Book, promise: TicketPromise, ticket: Ticket, hours: WorkCalendar | None) -> list[Alarm]:
    found: list[Alarm] = []
    calendar = calendar_of(ticket.region)
    if promise.limit_at is not None and promise.started_at is not None and promise.limit_span is not None:
        found += alarms(
            book.practice.promise_alarms,
            started_at=promise.started_at,
            limit=promise.limit_at,
            span=Span.parse(promise.limit_span),
            hours=hours,
            calendar=calendar,
        )
    elif promise.limit_at is not None:  # from before the spans were kept: only that it has passed
        found.append(Alarm("owner", promise.limit_at, waits_until(promise.limit_at, hours)))
    if promise.promised_at is not None:
        # An average is broken for one customer only where the standard's own limit has passed too.
        breaks = max(promise.promised_at, promise.limit_at or promise.promised_at)
        at = breaks if promise.average else promise.promised_at
        found.append(Alarm("customer", at, waits_until(at, hours)))
    return found


def _highest(due: Sequence[Alarm]) -> Alarm:
    return max(due, key=lambda one: STAFF_RUNGS.index(one.rung))


def _tell_staff(
    desktop: Desktop, session: Session, promise: TicketPromise, ticket: Ticket, alarm: Alarm, now: datetime
) -> str:
    book = desktop.book
    found = storage.staff.by_id(session, ticket.owner_id)
    owner = found.name if found is not None else ""
    # Of a confidential ticket the group reads that it waits, and nothing of what it is about.
    kind = "" if ticket.confidential else staff_name(ticket)
    by = moment(alarm.at_stake, now, book.zone)
    leading: list[Staff] = []
    match alarm.rung:
        case "warning":
            text, told = wording.staff_warning(ticket.number, kind, promise.step, by, owner), "warned"
        case "owner":
            text, told = wording.staff_overdue(ticket.number, kind, promise.step, owner), "overdue"
        case _:
            leading = _leading(book, session, ticket, alarm.rung)
            names = [one.name for one in leading]
            text = wording.staff_escalation(ticket.number, kind, promise.step, by, alarm.rung, names, owner)
            told = "escalated"
    storage.tickets.note(
        session,
        ticket,
        at=now,
        kind="overdue" if alarm.rung != "warning" else "warned",
        actor="clock",
        text=f"{promise.step} {alarm.rung}",
        internal=True,
    )
    posts = _posts(desktop, session, ticket, text, promise, alarm)
    if not ticket.confidential:  # those who may know of one are told in person already
        posts = staff_post.also_in_person(posts, desktop, leading)
    storage.outbox.write(session, posts, now)
    return told


def _posts(
    desktop: Desktop, session: Session, ticket: Ticket, text: str, promise: TicketPromise, alarm: Alarm
) -> list[Draft]:
    choices = () if ticket.confidential else staff_choices(ticket)
    text = text if ticket.confidential else first_asked.named(session, ticket, text)
    return staff_post.drafts(
        desktop,
        session,
        Reply(text, choices, kind="staff"),
        key=f"promise:{promise.id}:{alarm.rung}:{alarm.at_stake.timestamp():.0f}",
        lane=Lane.DANGER if ticket.kind == "danger" else Lane.STAFF,
        ticket=ticket,
    )


def _leading(book: Book, session: Session, ticket: Ticket, rung: str) -> list[Staff]:
    """Return who leads the ticket's team, or anybody of that role where the team has nobody."""
    rules = book.practice.promise_alarms
    roles = rules.lead_roles if rung == "lead" else rules.manager_roles
    return storage.staff.active_of(session, roles, team=ticket.team) or storage.staff.active_of(
        session, roles
    )


def _tell_customer(
    desktop: Desktop, session: Session, promise: TicketPromise, ticket: Ticket, now: datetime
) -> None:
    assert promise.promised_at is not None
    reason = _reason(session, ticket)
    if promise.average:
        text = wording.broken_average(promise.step, spoken(promise.told_span or ""), reason)
    else:
        by = moment(promise.promised_at, now, desktop.book.zone)
        text = wording.broken(promise.step, by, reason)
    event = storage.tickets.note(
        session, ticket, at=now, kind="promise_broken", actor="clock", text=promise.step
    )
    tell_customer(desktop, session, ticket, now, event, first=text)


def _reason(session: Session, ticket: Ticket) -> str:
    """Return why it takes longer, in a colleague's words, or nothing."""
    assert ticket.id is not None
    events = storage.tickets.events(session, ticket.id)
    return next((one.text for one in reversed(events) if one.kind == "delay_reason"), "")
