"""Opening a ticket once for one draft, with its promises, and keeping what belongs to it."""

import re
from datetime import timedelta
from typing import Any

import storage.evidence
import storage.tickets
from handlers import evidence
from handlers.messages import Choice, Reply
from handlers.ticket_cards import staff_ticket, terms_of, ticket_card, with_first
from handlers.turn import Turn
from handlers.wording import tickets as wording
from handlers.wording.moments import moment
from knowledge.rules.promises import OPENED, due, version_at
from knowledge.rules.ticket_kinds import name_of, ticket_kinds
from storage.models import Ticket, TicketPromise

# The same matter told twice within this time is urged, not opened again.
SAME_MATTER = timedelta(hours=24)


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
                region=turn.home,
                zone=zone,
                rules_version=version_at(turn.now),
                team=ticket_kinds()[kind].team,
                confidential=ticket_kinds()[kind].confidential,
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
    turn.say(Reply(text, (Choice("催办", f"ticket.urge_instead:{ticket.number}"), other), kind="question"))


def add_evidence(turn: Turn, ticket: Ticket) -> int:
    """Put photos, voice notes and places of this message with a ticket; return how many."""
    assert ticket.id is not None
    added = evidence.keep(turn, ticket.draft_key)
    if not added:
        return 0
    storage.evidence.attach(turn.session, draft_key=ticket.draft_key, ticket_id=ticket.id)
    storage.tickets.note(
        turn.session, ticket, at=turn.now, kind="evidence", actor="customer", text=str(added)
    )
    return added


def add_words(turn: Turn, ticket: Ticket, text: str) -> None:
    """Write the customer's words into a ticket."""
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="said", actor="customer", text=text)


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
                after=term.after,
                told_span=str(term.told) if term.told else None,
                limit_span=str(term.limit) if term.limit else None,
                started_at=turn.now if step else None,
                promised_at=promised.at if promised else None,
                limit_at=limit.at if limit else None,
                average=term.average,
                provisional=promised.provisional if promised else False,
                document=term.document,
                limit_document=term.limit_document,
            )
        )
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="opened", actor="customer")
    storage.evidence.attach(turn.session, draft_key=ticket.draft_key, ticket_id=ticket.id)
    return ticket


def _plain(place: str) -> str:
    return re.sub(r"[\s，,。.]", "", place)
