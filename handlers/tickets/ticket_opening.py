"""Opening a ticket once for one draft, with its promises, and keeping what belongs to it."""

import re
from datetime import datetime
from typing import Any

from sqlmodel import Session

import storage.evidence
import storage.tickets
from handlers.messages import Choice, Reply
from handlers.tickets import evidence, promise_clock
from handlers.tickets.ticket_cards import staff_ticket, ticket_card, with_first
from handlers.turn import Turn
from handlers.wording import tickets as wording
from handlers.wording.moments import moment
from knowledge.book import Book
from knowledge.rules.place_names import place_of
from knowledge.rules.promises import version_at
from knowledge.rules.ticket_kinds import name_of, ticket_kinds
from storage.models import Ticket

# Of these the whole household hears that they were reported already, by the account that it has proven.
_OF_HOUSEHOLD = ("repair",)
_KEY_LENGTH = 64


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
    anonymous: bool = False,
    follows_id: int | None = None,
    tell: bool = True,
) -> Ticket:
    """Open the ticket of a draft and tell staff; a second call for the same draft returns the first ticket.

    `tell` says whether the customer gets its card now. Raises UnknownTicketKind.
    """
    ticket = storage.tickets.by_draft(turn.session, draft_key)
    if ticket is None:
        ticket = create(
            turn.session,
            turn.book,
            new(
                kind=kind,
                subtype=subtype,
                fields=fields,
                draft_key=draft_key,
                region=turn.home,
                zone=zone,
                priority=priority,
                person_id=turn.person.id,
                account_id=account_id,
                outage_id=outage_id,
                anonymous=anonymous,
                follows_id=follows_id,
                now=turn.now,
            ),
            turn.now,
        )
        if kind != "danger":  # a danger is called out by its own alarm
            card = staff_ticket(turn.book, turn.session, ticket, turn.now, head="🆕 ")
            came = storage.evidence.of_draft(turn.session, draft_key)
            turn.tell_staff(
                evidence.with_evidence(card, came, anonymous=ticket.anonymous),
                ticket=ticket,
                about=turn.person,
            )
    turn.heard.ticket = ticket.number
    if tell:
        say_card(turn, ticket, first=wording.opened_first(), quiet=False)
    return ticket


def new(
    *, kind: str, fields: dict[str, Any], draft_key: str, region: str, now: datetime, **others: Any
) -> Ticket:
    """Return a ticket as its kind wants it, not kept yet; `others` are columns of a ticket."""
    known = ticket_kinds()[kind]
    return Ticket(
        number="",
        kind=kind,
        draft_key=draft_key,
        fields={name: value for name, value in fields.items() if value not in (None, "")},
        region=region,
        place_key=place_key(str(fields.get("place", ""))),
        rules_version=version_at(now),
        team=known.team,
        confidential=known.confidential,
        opened_at=now,
        **others,
    )


def create(session: Session, book: Book, ticket: Ticket, now: datetime, *, actor: str = "customer") -> Ticket:
    """Keep a new ticket with its number, its promises and the evidence of its draft."""
    prefix = ticket_kinds()[ticket.kind].prefix
    storage.tickets.add(session, ticket, prefix=prefix, day=f"{book.today(now):%Y%m%d}")
    assert ticket.id is not None
    promise_clock.start(session, ticket, book, now)
    storage.tickets.note(session, ticket, at=now, kind="opened", actor=actor)
    storage.evidence.attach(session, draft_key=ticket.draft_key, ticket_id=ticket.id)
    return ticket


def say_card(turn: Turn, ticket: Ticket, *, first: str = "", quiet: bool = True) -> None:
    """Show a ticket's card to the one who speaks."""
    turn.heard.ticket = ticket.number
    card = ticket_card(turn.book, turn.session, ticket, turn.now, quiet=quiet)
    turn.say(with_first(card, first) if first else card, ticket=ticket)


def same_matter(
    turn: Turn, kind: str, *, account_id: int | None, place: str, subtype: str | None = None
) -> Ticket | None:
    """Return the ticket in work of the last day about the same matter at the same place, or None.

    Of any subtype, unless one is named. A repair may be another person's who is bound to the same account,
    which the one who speaks must have proven to belong to.
    """
    assert turn.person.id is not None
    since = turn.now - turn.book.practice.same_matter
    found = storage.tickets.open_of_kind(turn.session, turn.person.id, kind, since=since)
    if kind in _OF_HOUSEHOLD and account_id is not None:
        found += storage.tickets.open_at_account(turn.session, account_id, kind, since=since)
    key = place_key(place)
    for ticket in found:
        if subtype is not None and ticket.subtype != subtype:
            continue
        if account_id is not None and ticket.account_id == account_id:
            return ticket
        if ticket.person_id != turn.person.id:
            continue
        same_place = bool(key) and key == ticket.place_key
        if same_place or _plain(str(ticket.fields.get("place", ""))) == _plain(place):
            return ticket
    return None


def offer_urge(turn: Turn, ticket: Ticket, other: Choice) -> None:
    """Offer to urge the ticket that there is, or to go on with another one."""
    opened = moment(ticket.opened_at, turn.now, turn.book.zone)
    if ticket.person_id != turn.person.id:
        text, act = wording.again_at_home(opened), f"ticket.urge_home:{ticket.number}"
    else:
        turn.heard.ticket = ticket.number
        text = wording.again(ticket.number, name_of(ticket.kind), ticket.state, opened)
        act = f"ticket.urge_instead:{ticket.number}"
    turn.say(Reply(text, (Choice("催办", act), other), kind="question"))


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
    event = storage.tickets.note(turn.session, ticket, at=turn.now, kind="said", actor="customer", text=text)
    event.message_ref = evidence.ref_of(turn.message)
    turn.session.add(event)


def place_key(words: str) -> str:
    """Return a place down to its building, the same however it is written; nothing where it names none."""
    place = place_of(words) if words else None
    if place is None or not place.names:
        return ""
    numbers = "".join(f"#{run.first}" for run in place.numbers)
    return f"{place.name}{numbers}"[:_KEY_LENGTH]


# -- inside


def _plain(place: str) -> str:
    return re.sub(r"[\s，,。.]", "", place)
