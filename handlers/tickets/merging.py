"""Tickets of several customers about one matter: worked on as one, told to each apart, parted again.

A ticket that was merged keeps its person, events, notes and evidence. What passes from the main ticket to the
others is only that somebody took it, arrived, waits or is done.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

import storage.staff
import storage.tickets
from handlers.masking import hide_numbers
from handlers.tickets import promise_clock, ticket_opening, ticket_states
from handlers.tickets.ticket_cards import staff_choices, staff_ticket, tell_customer
from handlers.tickets.ticket_posts import tell_room
from handlers.tickets.ticket_work import Done, begin
from handlers.turn import Desktop
from handlers.wording import ticket_work as wording
from handlers.wording import tickets as ticket_wording
from knowledge.rules.ticket_kinds import ticket_kinds
from storage.models import OPEN_STATES, Staff, Ticket, TicketEvent, TicketState

# Kinds of one family are one matter; a danger and a repair may be.
_TOGETHER = {"danger": "repair"}
_QUOTED = 60  # characters of a customer's words where they are offered to be split off


def merge(desktop: Desktop, session: Session, number: str, staff: Staff, into: str, now: datetime) -> Done:
    """Let a ticket go on in another one; its customer follows the progress on a card of their own."""
    ticket = begin(session, number, staff, "ticket.merge", now, detail={"into": into})
    if isinstance(ticket, Done):
        return ticket
    main = begin(session, into, staff, "ticket.merge", now, detail={"from": number})
    if isinstance(main, Done):
        return main
    if main.state == TicketState.MERGED and main.merged_into_id is not None:
        main = session.get_one(Ticket, main.merged_into_id)
    if main.id == ticket.id:
        return Done(False, wording.work_not_merged(wording.MERGE_SELF), ticket)
    storage.tickets.hold(session, ticket, main)
    refusal = _kept_apart(ticket, main)
    if refusal:
        return Done(False, wording.work_not_merged(refusal), ticket)
    waited = ticket.state == TicketState.WAITING
    followers = storage.tickets.merged_into(session, ticket)
    if not ticket_states.move(session, ticket, "merge", now, merged_into_id=main.id):
        return Done(False, wording.work_state(ticket.number, ticket.state), ticket)
    actor = f"staff:{staff.name}"
    if waited:
        promise_clock.go_on(session, ticket, actor, now)
    storage.tickets.note(session, ticket, at=now, kind="merged", actor=actor, text=main.number, internal=True)
    event = storage.tickets.note(
        session, main, at=now, kind="merged_in", actor=actor, text=ticket.number, internal=True
    )
    for follower in followers:
        storage.tickets.change(session, follower, among=(TicketState.MERGED,), merged_into_id=main.id)
    for one in (ticket, *followers):
        _catch_up(desktop, session, main, one, now)
    main.priority = max(main.priority, ticket.priority)
    session.add(main)
    _hold_to_the_stricter(session, main, ticket, now)
    tell_room(
        desktop,
        session,
        main,
        event,
        wording.work_merged(ticket.number, main.number),
        now,
        choices=staff_choices(main),
    )
    return Done(True, wording.work_merged(ticket.number, main.number), main)


def split(
    desktop: Desktop,
    session: Session,
    number: str,
    staff: Staff,
    words: Sequence[int],
    now: datetime,
) -> Done:
    """Make a second ticket of some of a customer's words, or without any part a merged ticket again.

    `words` are the keys of what the customer said, as `show` lists them. Internal notes stay where they are.
    """
    ticket = begin(session, number, staff, "ticket.split", now, detail={"words": list(words)})
    if isinstance(ticket, Done):
        return ticket
    if ticket.state == TicketState.MERGED and not words:
        event = part(session, ticket, f"staff:{staff.name}", now)
        if event is None:
            return Done(False, wording.work_state(ticket.number, ticket.state), ticket)
        text = wording.work_parted(ticket.number)
        tell_room(desktop, session, ticket, event, text, now, choices=staff_choices(ticket))
        tell_customer(desktop, session, ticket, now, event, quiet=True)
        return Done(True, text, ticket)
    said = {one.id: one for one in storage.tickets.events(session, ticket.id or 0) if _is_theirs(one)}
    chosen = [said[key] for key in dict.fromkeys(words) if key in said]
    if not chosen or len(chosen) < len(set(words)):
        rows = [(key or 0, hide_numbers(one.text)[:_QUOTED]) for key, one in said.items()]
        return Done(False, wording.work_split_what(rows), ticket)
    new = _split_off(desktop, session, ticket, chosen, f"staff:{staff.name}", now)
    return Done(True, wording.work_split(ticket.number, new.number), new)


def part(session: Session, ticket: Ticket, actor: str, now: datetime) -> TicketEvent | None:
    """Let a merged ticket stand by itself again; None where it does so already."""
    paused = storage.tickets.pause_of(session, ticket) is not None
    if not ticket_states.move(session, ticket, "part", now, merged_into_id=None, owner_id=None):
        return None
    if paused:
        promise_clock.go_on(session, ticket, actor, now)
    promise_clock.revive(session, ticket, now)
    _call_out_again(session, ticket, now)
    return storage.tickets.note(session, ticket, at=now, kind="parted", actor=actor, internal=True)


def succeed(
    desktop: Desktop, session: Session, main: Ticket, followers: Sequence[Ticket], now: datetime
) -> None:
    """Let the tickets go on whose main one was withdrawn: the oldest of them takes its place."""
    owner = storage.staff.by_id(session, main.owner_id)
    heir, *others = followers
    if owner is not None and owner.active:
        moved = ticket_states.move(session, heir, "lead", now, merged_into_id=None, owner_id=owner.id)
    else:
        moved = ticket_states.move(session, heir, "part", now, merged_into_id=None, owner_id=None)
    if not moved:
        return
    for one in others:
        storage.tickets.change(session, one, among=(TicketState.MERGED,), merged_into_id=heir.id)
    for one in (heir, *others):
        promise_clock.go_on(session, one, "clock", now)
        promise_clock.revive(session, one, now)
    _call_out_again(session, heir, now)
    event = storage.tickets.note(session, heir, at=now, kind="parted", actor="clock", internal=True)
    text = wording.staff_parted(heir.number, wording.WHY_MAIN_WITHDRAWN)
    tell_room(desktop, session, heir, event, text, now, choices=staff_choices(heir))


# -- inside


def _kept_apart(ticket: Ticket, main: Ticket) -> str:
    """Return why two tickets must not be merged, or nothing."""
    if ticket.confidential or main.confidential or ticket.anonymous or main.anonymous:
        return wording.MERGE_HIDDEN
    if ticket.state not in OPEN_STATES or main.state not in OPEN_STATES:
        return wording.MERGE_ENDED
    if ticket.kind == "danger" and main.kind != "danger":
        return wording.MERGE_DANGER
    one, other = (_TOGETHER.get(family, family) for family in (_family(ticket), _family(main)))
    return "" if one == other else wording.MERGE_KINDS


def _family(ticket: Ticket) -> str:
    kind = ticket_kinds()[ticket.kind]
    return kind.kind if kind.family == "service" else kind.family


def _catch_up(desktop: Desktop, session: Session, main: Ticket, ticket: Ticket, now: datetime) -> None:
    """Bring the card of a merged ticket to where the main one stands."""
    done = {one.kind for one in storage.tickets.events(session, ticket.id or 0)}
    owner = storage.staff.by_id(session, main.owner_id)
    actor = f"staff:{owner.name}" if owner is not None else "clock"
    event = None
    if owner is not None and "taken" not in done:
        event = storage.tickets.note(session, ticket, at=now, kind="taken", actor=actor)
    there = any(one.kind == "arrived" for one in storage.tickets.events(session, main.id or 0))
    if there and "arrived" not in done:
        event = storage.tickets.note(session, ticket, at=now, kind="arrived", actor=actor)
        promise_clock.step_done(session, ticket, ("arrive", "on_site"), now)
    paused = storage.tickets.pause_of(session, main)
    if main.state == TicketState.WAITING and paused is not None:
        event = storage.tickets.note(session, ticket, at=now, kind="waiting", actor=actor, text=paused.reason)
        promise_clock.pause(session, ticket, paused.reason, actor, now)
    if event is not None:
        tell_customer(desktop, session, ticket, now, event, quiet=event.kind == "taken")


def _hold_to_the_stricter(session: Session, main: Ticket, ticket: Ticket, now: datetime) -> None:
    """Alarm colleagues about the main ticket by the earlier of both limits: the other was promised too."""
    limits = {
        row.step: row.limit_at
        for row in storage.tickets.promises(session, ticket.id or 0)
        if row.kept_at is None and row.void_at is None and row.limit_at is not None
    }
    for row in storage.tickets.promises(session, main.id or 0):
        limit = limits.get(row.step)
        owed = row.kept_at is None and row.void_at is None and row.limit_at is not None
        if owed and limit is not None and row.limit_at is not None and limit < row.limit_at:
            row.limit_at, row.next_alarm_at = limit, now
            session.add(row)
    session.flush()


def _call_out_again(session: Session, ticket: Ticket, now: datetime) -> None:
    if ticket.kind == "danger" and ticket.state == TicketState.ACCEPTED:
        ticket.alarm_at = now
        session.add(ticket)


def _is_theirs(event: TicketEvent) -> bool:
    return event.kind == "said" and event.actor == "customer" and not event.internal


def _split_off(
    desktop: Desktop,
    session: Session,
    ticket: Ticket,
    chosen: Sequence[TicketEvent],
    actor: str,
    now: datetime,
) -> Ticket:
    keys = ",".join(str(one.id) for one in chosen)
    draft_key = f"split:{ticket.id}:{hashlib.sha256(keys.encode()).hexdigest()[:40]}"
    known = storage.tickets.by_draft(session, draft_key)
    if known is not None:
        return known
    kept = {name: ticket.fields.get(name) for name in ("place", "phone", "account")}
    new = ticket_opening.create(
        session,
        desktop.book,
        ticket_opening.new(
            kind=ticket.kind,
            subtype=ticket.subtype,
            fields={"description": "；".join(one.text for one in chosen), **kept},
            draft_key=draft_key,
            region=ticket.region,
            zone=ticket.zone,
            person_id=ticket.person_id,
            account_id=ticket.account_id,
            anonymous=ticket.anonymous,
            split_from_id=ticket.id,
            now=now,
        ),
        now,
        actor=actor,
    )
    # The duty for a customer stays with who has it.
    new.first_asked_id = ticket.first_asked_id
    session.add(new)
    for one in chosen:
        storage.tickets.note(session, new, at=one.at, kind="said", actor="customer", text=one.text)
    event = storage.tickets.note(
        session, ticket, at=now, kind="split", actor=actor, text=new.number, internal=True
    )
    card = staff_ticket(desktop.book, session, new, now, head=wording.staff_split_from(ticket.number))
    tell_room(desktop, session, new, event, card.text, now, choices=card.choices)
    opened = storage.tickets.events(session, new.id or 0)[0]
    tell_customer(desktop, session, new, now, opened, first=ticket_wording.opened_first())
    return new
