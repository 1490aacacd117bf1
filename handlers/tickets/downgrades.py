"""Counting a complaint as something milder: one asks with a reason, another decides, the customer is told."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

import storage.downgrades
import storage.outbox
import storage.people
import storage.tickets
from handlers.messages import Choice, Reply
from handlers.tickets import promise_clock, ticket_posts
from handlers.tickets.ticket_cards import tell_customer
from handlers.tickets.ticket_posts import tell_room
from handlers.tickets.ticket_work import Done, begin
from handlers.turn import Desktop, Turn, in_script
from handlers.wording import downgrades as wording
from handlers.wording import ticket_work as work_wording
from handlers.wording import tickets as ticket_wording
from knowledge.rules.ticket_kinds import name_of, ticket_kinds
from storage.models import OPEN_STATES, Downgrade, Staff, Ticket, TicketEvent
from storage.outbox import Draft

# From the strictest to the mildest; kinds of other families do not change into one another.
_STRICTNESS = ("complaint", "opinion", "suggestion", "consult")


def ask(
    desktop: Desktop, session: Session, number: str, staff: Staff, to_kind: str, reason: str, now: datetime
) -> Done:
    """Ask for a ticket to count as another class; a stricter one needs nobody else and counts at once.

    The reason is told to the customer as it stands.
    """
    ticket = begin(session, number, staff, "ticket.downgrade", now, detail={"to": to_kind})
    if isinstance(ticket, Done):
        return ticket
    refusal = _unfit(ticket, to_kind)
    if refusal:
        return Done(False, refusal, ticket)
    if not reason.strip():
        return Done(False, work_wording.work_needs_reason(), ticket)
    to_kind = _kind_of(to_kind) or to_kind
    storage.tickets.hold(session, ticket)
    if storage.downgrades.undecided(session, ticket) is not None:
        return Done(False, wording.asked_before(ticket.number), ticket)
    if _rank(to_kind) < _rank(ticket.kind):
        event = _count_as(desktop, session, ticket, to_kind, f"staff:{staff.name}", now)
        text = wording.raised(ticket.number, name_of(to_kind))
        reached = _tell(desktop, session, ticket, event, Reply(text, kind="notice"), now)
        return Done(True, wording.upgraded(ticket.number, name_of(to_kind), reached=reached), ticket)
    storage.downgrades.ask(session, ticket, to_kind, reason.strip(), staff, now)
    event = storage.tickets.note(
        session,
        ticket,
        at=now,
        kind="downgrade_asked",
        actor=f"staff:{staff.name}",
        text=f"{to_kind}：{reason.strip()}",
        internal=True,
    )
    tell_room(
        desktop,
        session,
        ticket,
        event,
        wording.staff_asked(
            ticket.number, name_of(ticket.kind), name_of(to_kind), staff.name, reason.strip()
        ),
        now,
        choices=(
            Choice("同意改类", f"staff.downgrade_yes:{ticket.number}"),
            Choice("不同意", f"staff.downgrade_no:{ticket.number}"),
        ),
    )
    return Done(True, wording.asked(ticket.number), ticket)


def decide(
    desktop: Desktop, session: Session, number: str, staff: Staff, now: datetime, *, approved: bool
) -> Done:
    """Grant or refuse what another colleague asked for; of two who decide, the first does."""
    ticket = begin(session, number, staff, "ticket.downgrade.decide", now, detail={"approved": approved})
    if isinstance(ticket, Done):
        return ticket
    storage.tickets.hold(session, ticket)
    row = storage.downgrades.undecided(session, ticket)
    if row is None or ticket.kind != row.from_kind:
        return Done(False, wording.nothing_to_decide(ticket.number), ticket)
    if row.asked_by == staff.id:
        return Done(False, wording.another_person(), ticket)
    if approved and ticket.state not in OPEN_STATES:
        return Done(False, wording.ended(ticket.number), ticket)
    if not storage.downgrades.decide(session, row, staff, now, approved=approved):
        return Done(False, wording.nothing_to_decide(ticket.number), ticket)
    actor = f"staff:{staff.name}"
    if not approved:
        event = storage.tickets.note(
            session, ticket, at=now, kind="downgrade_refused", actor=actor, internal=True
        )
        text = wording.refused(ticket.number, staff.name)
        tell_room(desktop, session, ticket, event, text, now)
        return Done(True, text, ticket)
    event = _count_as(desktop, session, ticket, row.to_kind, actor, now)
    reached = _tell(desktop, session, ticket, event, _told(ticket, row), now)
    done = wording.approved(ticket.number, name_of(row.to_kind), staff.name, reached=reached)
    return Done(True, done, ticket)


def disagree(turn: Turn, number: str) -> None:
    """Bring a customer's objection to the lead, once."""
    turn.outcome("action", topic="ticket.status")
    assert turn.person.id is not None
    ticket = storage.tickets.own(turn.session, turn.person.id, number)
    if ticket is None:
        turn.say(ticket_wording.not_found(), Choice("我的工单", "tickets"), Choice("人工", "handover"))
        return
    turn.heard.ticket = ticket.number
    ways = (Choice("监管部门电话", "downgrade.regulator"), Choice("人工", "handover"))
    events = storage.tickets.events(turn.session, ticket.id or 0)
    if any(one.kind == "disagreed" for one in events):
        turn.say(wording.disagreed_before(), *ways)
        return
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="disagreed", actor="customer")
    ticket.priority = max(ticket.priority, turn.book.practice.urge_priority_ceiling)
    turn.session.add(ticket)
    leads = ticket_posts.leads(turn.session, ticket)
    turn.tell_staff(
        Reply(wording.staff_disagreed(ticket.number, leads), kind="staff"), ticket=ticket, about=turn.person
    )
    turn.say(wording.disagreed(), *ways)


def regulator(turn: Turn, _argument: str) -> None:
    """Say how the regulator is reached, whoever asks."""
    turn.outcome("action", topic="complaint")
    turn.say(turn.fill(wording.regulator()), Choice("我的工单", "tickets"), Choice("人工", "handover"))


# -- inside


def _rank(kind: str) -> int:
    return _STRICTNESS.index(ticket_kinds()[kind].family)


def _kind_of(words: str) -> str | None:
    """Return the kind that a colleague means by its id or its name."""
    for kind in ticket_kinds().values():
        if words.strip() in (kind.kind, kind.name) and kind.family in _STRICTNESS:
            return kind.kind
    return None


def _unfit(ticket: Ticket, to_kind: str) -> str:
    """Return why a ticket cannot count as a kind, or nothing."""
    if ticket_kinds()[ticket.kind].family not in _STRICTNESS or ticket.confidential:
        return wording.not_this(ticket.number)
    if ticket.state not in OPEN_STATES:
        return wording.ended(ticket.number)
    kind = _kind_of(to_kind)
    if kind is None:
        possible = [(one.kind, one.name) for one in ticket_kinds().values() if one.family in _STRICTNESS]
        return wording.which_kinds(possible)
    return wording.same_kind(ticket.number) if kind == ticket.kind else ""


def _count_as(
    desktop: Desktop, session: Session, ticket: Ticket, kind: str, actor: str, now: datetime
) -> TicketEvent:
    """Let a ticket be of another kind; nothing that its customer was told comes later by it.

    The kind's own promises count from the first opening. A step that was promised before keeps its moment,
    or gets the earlier one; steps that only the old kind has stay owed.
    """
    old = {row.step: row for row in storage.tickets.promises(session, ticket.id or 0) if row.void_at is None}
    ticket.kind, ticket.subtype = kind, ""
    ticket.team = ticket_kinds()[kind].team
    session.add(ticket)
    session.flush()
    for row in promise_clock.start(session, ticket, desktop.book, ticket.opened_at):
        before = old.get(row.step)
        if before is None:
            continue
        if before.kept_at is None and _is_earlier(row.promised_at, before.promised_at):
            before.promised_at = row.promised_at
        if before.kept_at is None and _is_earlier(row.limit_at, before.limit_at):
            before.limit_at, before.next_alarm_at = row.limit_at, now
        session.add(before)
        session.delete(row)
    session.flush()
    return storage.tickets.note(session, ticket, at=now, kind="reclassed", actor=actor)


def _is_earlier(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one < other)


def _told(ticket: Ticket, row: Downgrade) -> Reply:
    text = wording.told(ticket.number, name_of(row.from_kind), name_of(row.to_kind), row.reason)
    return Reply(
        text,
        (
            Choice("不同意", f"downgrade.disagree:{ticket.number}"),
            Choice("监管部门电话", "downgrade.regulator"),
            Choice("人工", "handover"),
        ),
        kind="notice",
    )


def _tell(
    desktop: Desktop, session: Session, ticket: Ticket, event: TicketEvent, reply: Reply, now: datetime
) -> bool:
    """Tell the customer in a message of its own, and bring the card up to date; False where nobody can."""
    chats = storage.people.chat_of(session, ticket.person_id) if ticket.person_id is not None else []
    if not chats:
        return False
    tell_customer(desktop, session, ticket, now, event, quiet=True)
    said = in_script(replace(reply, quiet=False), chats[0].script, taiwan=ticket.region == "taiwan")
    draft = Draft(
        channel=chats[0].channel,
        address=chats[0].address,
        reply=desktop.document(said),
        dedupe_key=f"reclassed:{event.id}",
        person_id=ticket.person_id,
        ticket_id=ticket.id,
    )
    storage.outbox.write(session, [draft], now)
    return True


ACTS = {"downgrade.disagree": disagree, "downgrade.regulator": regulator}
