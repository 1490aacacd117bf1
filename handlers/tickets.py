"""Tickets from their customer's side: opening one once, looking, urging, adding, withdrawing, confirming."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

import storage.evidence
import storage.outbox
import storage.tickets
from handlers import forms
from handlers.masking import hide_numbers
from handlers.messages import Choice, Reply
from handlers.ticket_cards import staff_choices, staff_name, staff_ticket, terms_of, ticket_card, with_first
from handlers.turn import Desktop, Turn
from handlers.wording import forms as form_wording
from handlers.wording import tickets as wording
from handlers.wording.danger import THANKS
from handlers.wording.moments import day, moment
from knowledge.rules.promises import OPENED, due, version_at
from knowledge.rules.ticket_kinds import name_of, ticket_kinds
from storage.models import OPEN_STATES, Lane, Ticket, TicketPromise, TicketState
from storage.outbox import Draft

# The same matter told twice within this time is urged, not opened again.
SAME_MATTER = timedelta(hours=24)
_NUMBER = re.compile(r"[A-Za-z]{2}\d{8}-\d{3,}")
_SHOWN = 5
_LEAD_FROM = 3  # so many urgings go to the lead


def open_ticket(
    turn: Turn,
    *,
    kind: str,
    subtype: str = "",
    fields: dict[str, Any],
    zone: str = "urban",
    priority: int = 0,
    draft_key: str,
    account_id: int | None = None,
    outage_id: int | None = None,
    tell: bool = True,
) -> Ticket:
    """Open the ticket of a draft and tell staff; a second call for the same draft returns the first ticket.

    `tell` says whether the customer gets its card now. Raises UnknownTicketKind.
    """
    ticket = storage.tickets.by_draft(turn.session, draft_key)
    if ticket is None:
        ticket = _new(
            turn,
            Ticket(
                number="",
                kind=kind,
                subtype=subtype,
                priority=priority,
                person_id=turn.person.id,
                account_id=account_id,
                outage_id=outage_id,
                draft_key=draft_key,
                fields={name: value for name, value in fields.items() if value not in (None, "")},
                region=turn.region,
                zone=zone,
                rules_version=version_at(turn.now),
                opened_at=turn.now,
            ),
        )
        if kind != "danger":  # a danger is called out by its own alarm
            turn.tell_staff(
                staff_ticket(turn.book, turn.session, ticket, turn.now, head="🆕 "),
                ticket=ticket,
                about=turn.person,
            )
    turn.heard.ticket = ticket.number
    if tell:
        say_card(turn, ticket, first=wording.opened_first(), quiet=False)
    return ticket


def say_card(turn: Turn, ticket: Ticket, *, first: str = "", quiet: bool = True) -> None:
    """Show a ticket's card to the one who speaks."""
    turn.heard.ticket = ticket.number
    card = ticket_card(turn.book, turn.session, ticket, turn.now, quiet=quiet)
    turn.say(with_first(card, first) if first else card, ticket=ticket)


def same_matter(
    turn: Turn, kind: str, *, account_id: int | None, place: str, subtype: str | None = None
) -> Ticket | None:
    """Return the open ticket of the last day about the same matter at the same place, or None.

    Of any subtype, unless one is named.
    """
    assert turn.person.id is not None
    since = turn.now - SAME_MATTER
    for ticket in storage.tickets.open_of_kind(turn.session, turn.person.id, kind, since=since):
        if subtype is not None and ticket.subtype != subtype:
            continue
        if account_id is not None and ticket.account_id == account_id:
            return ticket
        if _plain(str(ticket.fields.get("place", ""))) == _plain(place):
            return ticket
    return None


def offer_urge(turn: Turn, ticket: Ticket, other: Choice) -> None:
    """Offer to urge the ticket that there is, or to go on with another one."""
    turn.heard.ticket = ticket.number
    opened = moment(ticket.opened_at, turn.now, turn.book.zone)
    text = wording.again(ticket.number, name_of(ticket.kind), ticket.state, opened)
    turn.say(Reply(text, (Choice("催办", f"ticket.urge:{ticket.number}"), other), kind="question"))


def add_evidence(turn: Turn, ticket: Ticket) -> int:
    """Put photos, voice notes and places of this message with a ticket; return how many."""
    assert ticket.id is not None
    if not (turn.message.attachments or turn.message.location):
        return 0
    place = turn.message.location
    added = storage.evidence.add(
        turn.session,
        person=turn.person,
        draft_key=ticket.draft_key,
        channel=turn.message.channel,
        attachments=[
            (one.kind, one.ref, one.size_bytes, turn.message.text) for one in turn.message.attachments
        ],
        place=(place.latitude, place.longitude) if place else None,
        now=turn.now,
    )
    storage.evidence.attach(turn.session, draft_key=ticket.draft_key, ticket_id=ticket.id)
    storage.tickets.note(
        turn.session, ticket, at=turn.now, kind="evidence", actor="customer", text=str(added)
    )
    return added


def add_words(turn: Turn, ticket: Ticket, text: str) -> None:
    """Write the customer's words into a ticket."""
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="said", actor="customer", text=text)


# -- what a customer can ask for


def mine(turn: Turn, _argument: str) -> None:
    """Show the ticket that is named or the only open one, else the list."""
    turn.outcome("action", topic="ticket.status")
    assert turn.person.id is not None
    named = _NUMBER.search(turn.text)
    if named:
        show(turn, named.group().upper())
        return
    found = storage.tickets.of_person(turn.session, turn.person.id, limit=_SHOWN)
    if not found:
        turn.say(wording.none_yet(), Choice("报修", "repair"), Choice("投诉", "complaint"), _HUMAN)
        return
    if len(found) == 1:
        say_card(turn, found[0], quiet=False)
        return
    rows = [(one.number, name_of(one.kind), one.state, day(one.opened_at, turn.book.zone)) for one in found]
    choices = [Choice(one.number, f"ticket.show:{one.number}") for one in found]
    turn.say(Reply(wording.listing(rows), (*choices, _HUMAN), kind="card"))


def show(turn: Turn, number: str) -> None:
    """Show one of the customer's own tickets."""
    ticket = _own(turn, number)
    if ticket is not None:
        say_card(turn, ticket, quiet=False)


def urge(turn: Turn, number: str) -> None:
    """Pass an urging on: every one raises the priority, the third goes to the lead."""
    turn.outcome("action", topic="ticket.status")
    number = number or _named_or_only(turn)
    if not number:
        return
    ticket = _own(turn, number)
    if ticket is None or not _is_open(turn, ticket):
        return
    ticket.urged += 1
    ceiling = max(turn.book.practice.urge_priority_ceiling, ticket.priority)
    ticket.priority = min(ticket.priority + 1, ceiling)
    turn.session.add(ticket)
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="urged", actor="customer")
    turn.tell_staff(
        Reply(wording.staff_urged(ticket.number, ticket.urged), staff_choices(ticket), kind="staff"),
        lane=Lane.DANGER if ticket.kind == "danger" else Lane.STAFF,
        ticket=ticket,
        about=turn.person,
    )
    say_card(turn, ticket, quiet=False)


def ask_withdraw(turn: Turn, number: str) -> None:
    """Ask once before a ticket is withdrawn."""
    ticket = _own(turn, number)
    if ticket is None or not _is_open(turn, ticket):
        return
    turn.say(
        Reply(
            wording.ask_withdraw(ticket.number, name_of(ticket.kind)),
            (
                Choice("确认撤销", f"ticket.withdrawn:{ticket.number}"),
                Choice("不撤销", f"ticket.show:{ticket.number}"),
            ),
            kind="question",
        )
    )


def withdraw(turn: Turn, number: str) -> None:
    """Take a ticket back."""
    ticket = _own(turn, number)
    if ticket is None:
        return
    if ticket.kind == "danger" or not storage.tickets.move(
        turn.session, ticket, to=TicketState.WITHDRAWN, among=OPEN_STATES, now=turn.now
    ):
        turn.say(wording.settled_already(ticket.number, ticket.state), _MINE)
        return
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="withdrawn", actor="customer")
    turn.tell_staff(
        Reply(wording.staff_withdrawn(ticket.number), kind="staff"), ticket=ticket, about=turn.person
    )
    say_card(turn, ticket)


def ask_words(turn: Turn, number: str) -> None:
    """Ask for what is to be added to a ticket; evidence that came before is put there at once."""
    ticket = _own(turn, number)
    if ticket is None or not _is_open(turn, ticket):
        return
    assert ticket.id is not None
    since = turn.now - timedelta(hours=turn.book.practice.draft_hours)
    loose = storage.evidence.adopt(turn.session, person=turn.person, draft_key=ticket.draft_key, since=since)
    if loose:
        storage.evidence.attach(turn.session, draft_key=ticket.draft_key, ticket_id=ticket.id)
        _tell_added(turn, ticket, words="", evidence=loose)
        return
    forms.set_aside(turn, "ticket_words", "ask", ticket=ticket.number)
    turn.say(
        Reply(wording.ask_words(ticket.number), (Choice("不补充了", "ticket.add_end"),), kind="question")
    )


def listen_words(turn: Turn) -> bool:
    """Put what follows into the ticket: the first words, and photos as long as they come."""
    assert turn.conversation is not None
    ticket = storage.tickets.by_number(turn.session, str(turn.conversation.collected["ticket"]))
    words = turn.text.rstrip("。！!~.")
    if ticket is None or ticket.state not in OPEN_STATES or words in form_wording.YES | THANKS | forms.CANCEL:
        return _leave(turn)
    evidence = add_evidence(turn, ticket)
    if not evidence and (not words or turn.conversation.step == "more"):
        return _leave(turn)
    if words:
        add_words(turn, ticket, turn.text)
    turn.go_to("more")
    _tell_added(turn, ticket, words=turn.text, evidence=evidence)
    return True


def solved(turn: Turn, number: str) -> None:
    """Close a ticket that the customer says is solved."""
    ticket = _own(turn, number)
    if ticket is None:
        return
    if not storage.tickets.move(
        turn.session, ticket, to=TicketState.CLOSED, among=(TicketState.RESOLVED,), now=turn.now
    ):
        turn.say(wording.settled_already(ticket.number, ticket.state), _MINE)
        return
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="confirmed", actor="customer")
    turn.tell_staff(
        Reply(wording.staff_confirmed(ticket.number), kind="staff"), ticket=ticket, about=turn.person
    )
    say_card(turn, ticket, first=wording.confirmed())


def reopen(turn: Turn, number: str) -> None:
    """Open a ticket again that is said not to be solved, within the window for it."""
    ticket = _own(turn, number)
    if ticket is None:
        return
    window = turn.book.library.facts.resolve(
        "ticket.reopen_window", region=turn.region, on=turn.book.today(turn.now)
    )
    if ticket.settled_at is not None and turn.now - ticket.settled_at > timedelta(days=int(window.amount)):
        turn.say(
            wording.closed_too_long(window.text),
            Choice("报修", "repair"),
            Choice("投诉", "complaint"),
            _HUMAN,
        )
        return
    if not storage.tickets.move(
        turn.session,
        ticket,
        to=TicketState.TAKEN if ticket.owner_id is not None else TicketState.ACCEPTED,
        among=(TicketState.RESOLVED, TicketState.CLOSED),
        now=turn.now,
        priority=max(ticket.priority, min(ticket.priority + 1, turn.book.practice.urge_priority_ceiling)),
    ):
        turn.say(wording.settled_already(ticket.number, ticket.state), _MINE)
        return
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="reopened", actor="customer")
    turn.tell_staff(
        Reply(wording.staff_reopened(ticket.number), staff_choices(ticket), kind="staff"),
        ticket=ticket,
        about=turn.person,
    )
    say_card(turn, ticket, quiet=False)


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Tell staff, once each, of promises whose limit has passed."""
    drafts = []
    late = storage.tickets.overdue_promises(session, now)
    for promise, ticket in late:
        promise.alarmed_at = now
        session.add(promise)
        storage.tickets.note(
            session, ticket, at=now, kind="overdue", actor="clock", text=promise.step, internal=True
        )
        if desktop.staff is not None:
            text = wording.staff_overdue(ticket.number, staff_name(ticket), promise.step)
            drafts.append(
                Draft(
                    channel=desktop.staff.channel,
                    address=desktop.staff.address,
                    reply=Reply(text, staff_choices(ticket), kind="staff").as_document(),
                    dedupe_key=f"overdue:{promise.id}",
                    lane=Lane.STAFF,
                    about_person_id=ticket.person_id,
                    ticket_id=ticket.id,
                )
            )
    storage.outbox.write(session, drafts, now)
    return {"overdue": len(late)}


# -- inside

_HUMAN = Choice("人工", "handover")
_MINE = Choice("我的工单", "tickets")


def _new(turn: Turn, ticket: Ticket) -> Ticket:
    prefix = ticket_kinds()[ticket.kind].prefix
    storage.tickets.add(turn.session, ticket, prefix=prefix, day=f"{turn.book.today(turn.now):%Y%m%d}")
    assert ticket.id is not None
    for term in terms_of(ticket):
        # A step that follows another one gets its moments when that one is done.
        step = due(term, turn.now) if term.after == OPENED else None
        promised, limit = (step.promised, step.limit) if step else (None, None)
        turn.session.add(
            TicketPromise(
                ticket_id=ticket.id,
                step=term.step,
                promised_at=promised.at if promised else None,
                limit_at=limit.at if limit else None,
                average=term.average,
                provisional=promised.provisional if promised else False,
                document=term.document,
            )
        )
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="opened", actor="customer")
    storage.evidence.attach(turn.session, draft_key=ticket.draft_key, ticket_id=ticket.id)
    return ticket


def _own(turn: Turn, number: str) -> Ticket | None:
    assert turn.person.id is not None
    ticket = storage.tickets.own(turn.session, turn.person.id, number)
    if ticket is None:
        turn.say(wording.not_found(), _MINE, _HUMAN)
    else:
        turn.heard.ticket = ticket.number
    return ticket


def _is_open(turn: Turn, ticket: Ticket) -> bool:
    if ticket.state in OPEN_STATES:
        return True
    say_card(turn, ticket, first=wording.settled_already(ticket.number, ticket.state))
    return False


def _named_or_only(turn: Turn) -> str:
    """Return the number that is meant; where none or several are, say so and return nothing."""
    assert turn.person.id is not None
    named = _NUMBER.search(turn.text)
    if named:
        return named.group().upper()
    found = storage.tickets.of_person(turn.session, turn.person.id, limit=_SHOWN)
    found = [one for one in found if one.state in OPEN_STATES]
    if len(found) == 1:
        return found[0].number
    if found:
        choices = [Choice(f"{name_of(one.kind)} {one.number}", f"ticket.urge:{one.number}") for one in found]
        turn.say(Reply(wording.which_to_urge(), tuple(choices), kind="question"))
    else:
        turn.say(wording.nothing_to_urge(), _HUMAN, Choice("报修", "repair"), _MINE)
    return ""


def _tell_added(turn: Turn, ticket: Ticket, *, words: str, evidence: int) -> None:
    turn.heard.ticket = ticket.number
    turn.outcome("action", topic="ticket.status")
    text = wording.staff_added(ticket.number, hide_numbers(words), evidence)
    turn.tell_staff(Reply(text, kind="staff"), ticket=ticket, about=turn.person)
    turn.say(
        wording.words_added(ticket.number, words=bool(words), evidence=evidence),
        Choice("看进度", f"ticket.show:{ticket.number}"),
    )


def _leave(turn: Turn) -> bool:
    """End the short dialogue; the message belongs to the form that waited, or to the desk."""
    forms.take_up(turn)
    return turn.conversation is not None and forms.listen(turn)


def _end_words(turn: Turn, _argument: str) -> None:
    forms.take_up(turn)
    if turn.conversation is None:
        mine(turn, "")
    else:
        forms.resume(turn, "")


def _plain(place: str) -> str:
    return re.sub(r"[\s，,。.]", "", place)


ACTS = {
    "tickets": mine,
    "urge": urge,
    "ticket.show": show,
    "ticket.urge": urge,
    "ticket.withdraw": ask_withdraw,
    "ticket.withdrawn": withdraw,
    "ticket.add": ask_words,
    "ticket.add_end": _end_words,
    "ticket.solved": solved,
    "ticket.reopen": reopen,
}
DIALOGUES = {"ticket_words": listen_words}
