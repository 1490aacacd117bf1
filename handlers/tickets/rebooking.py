"""改时间: another slot for a visit or a call back that has been booked, asked by customer or colleague."""

from datetime import datetime

from sqlmodel import Session

import storage.tickets
from handlers.messages import Choice, Reply
from handlers.tickets import promise_clock, ticket_opening
from handlers.tickets.ticket_cards import tell_customer
from handlers.tickets.ticket_work import Done, begin
from handlers.turn import Desktop, Turn
from handlers.wording import rebooking as wording
from handlers.wording import ticket_work as work_wording
from handlers.wording import tickets as ticket_wording
from handlers.wording.requests import slot as slot_words
from knowledge.rules import slots
from knowledge.rules.calendars import calendar_of
from knowledge.rules.slots import Slot
from knowledge.rules.ticket_kinds import Asked, ticket_kinds
from storage.models import OPEN_STATES, Staff, Ticket

_HUMAN = Choice("人工", "handover")


def slot_field(kind: str) -> Asked | None:
    """Return the question of a kind that books a slot, or None."""
    return next((field for field in ticket_kinds()[kind].fields if field.type == "slot"), None)


def ask(turn: Turn, number: str) -> None:
    """Offer the slots that are free to whoever wants another one for their own ticket."""
    turn.outcome("action", topic="ticket.status")
    found = _own(turn, number or _only(turn))
    if found is None:
        return
    ticket, field = found
    choices = [
        Choice(_label(turn.desktop, slot, turn.now), f"ticket.rebooked:{ticket.number}:{slot.key}")
        for slot in _offered(ticket, field, turn.now)
        if slot.key != ticket.fields.get(field.name)
    ]
    leave = Choice(wording.stays(), f"ticket.show:{ticket.number}")
    turn.remember(choices=[[choice.label, choice.act] for choice in choices])
    turn.say(Reply(wording.ask(ticket.number), (*choices, leave), kind="question"))


def choose(turn: Turn, argument: str) -> None:
    """Book another slot; one that is over or taken away meanwhile is offered anew."""
    number, _, key = argument.partition(":")
    turn.outcome("action", topic="ticket.status")
    found = _own(turn, number)
    if found is None:
        return
    ticket, field = found
    if not _is_free(ticket, field, key, turn.now):
        turn.say(wording.passed())
        ask(turn, number)
        return
    slot = _rebook(turn.session, ticket, field, key, "customer", turn.now)
    label = _label(turn.desktop, slot, turn.now)
    turn.tell_staff(
        Reply(wording.staff_rebooked(ticket.number, label), kind="staff"), ticket=ticket, about=turn.person
    )
    ticket_opening.say_card(turn, ticket, first=wording.rebooked(label), quiet=False)


def rebook(desktop: Desktop, session: Session, number: str, staff: Staff, words: str, now: datetime) -> Done:
    """Book the slot that a colleague names (2026-12-01 morning, or 12-01 上午), and tell the customer."""
    ticket = begin(session, number, staff, "ticket.work", now)
    if isinstance(ticket, Done):
        return ticket
    field = slot_field(ticket.kind)
    if field is None or ticket.state not in OPEN_STATES:
        return Done(False, wording.staff_no_slot(ticket.number), ticket)
    free = list(_offered(ticket, field, now, every=True))
    slot = next((one for one in free if _names(one, words)), None)
    if slot is None:
        offered = [f"{one.on:%m-%d} {one.name}" for one in free[:6]]
        return Done(False, wording.staff_which_slot(offered), ticket)
    _rebook(session, ticket, field, slot.key, f"staff:{staff.name}", now)
    event = storage.tickets.events(session, ticket.id or 0)[-1]
    reached = tell_customer(desktop, session, ticket, now, event)
    label = _label(desktop, slot, now)
    return Done(
        True, work_wording.work_done(ticket.number, wording.work_rebooked(label), reached=reached), ticket
    )


# -- inside


def _only(turn: Turn) -> str:
    """Return the number of the newest of the speaker's own tickets whose time can be changed."""
    assert turn.person.id is not None
    found = [
        one
        for one in storage.tickets.of_person(turn.session, turn.person.id)
        if one.state in OPEN_STATES and slot_field(one.kind) is not None
    ]
    return found[0].number if found else ""


def _own(turn: Turn, number: str) -> tuple[Ticket, Asked] | None:
    assert turn.person.id is not None
    ticket = storage.tickets.own(turn.session, turn.person.id, number)
    if ticket is None:
        turn.say(ticket_wording.not_found(), Choice("我的工单", "tickets"), _HUMAN)
        return None
    turn.heard.ticket = ticket.number
    field = slot_field(ticket.kind)
    if field is None or ticket.state not in OPEN_STATES:
        ticket_opening.say_card(turn, ticket, first=wording.nothing_to_change())
        return None
    return ticket, field


def _offered(ticket: Ticket, field: Asked, now: datetime, *, every: bool = False) -> tuple[Slot, ...]:
    team, calendar = ticket_kinds()[ticket.kind].team, calendar_of(ticket.region)
    if every:
        return tuple(slots.free(team, calendar, now, field.days))
    return slots.offered(team, calendar, now, field.days)


def _is_free(ticket: Ticket, field: Asked, key: str, now: datetime) -> bool:
    return key in [one.key for one in _offered(ticket, field, now, every=True)]


def _rebook(session: Session, ticket: Ticket, field: Asked, key: str, actor: str, now: datetime) -> Slot:
    slot = slots.slot_of(key, calendar_of(ticket.region))
    ticket.fields = {**ticket.fields, field.name: slot.key}
    session.add(ticket)
    session.flush()
    promise_clock.rebook(session, ticket, actor, now)
    storage.tickets.note(session, ticket, at=now, kind="rebooked", actor=actor, text=slot.key)
    return slot


def _names(slot: Slot, words: str) -> bool:
    said = words.strip().replace("月", "-").replace("日", " ").replace("号", " ").split()
    day, part = [*said, "", ""][:2]
    days = {slot.on.isoformat(), f"{slot.on:%m-%d}", f"{slot.on.month}-{slot.on.day}"}
    return day in days and part in (slot.span, slot.name)


def _label(desktop: Desktop, slot: Slot, now: datetime) -> str:
    return slot_words(slot.on, slot.name, desktop.book.today(now), slot.begins, slot.ends)


ACTS = {"ticket.rebook": ask, "ticket.rebooked": choose}
