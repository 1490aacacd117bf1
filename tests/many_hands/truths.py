"""What must be true of the database whatever customers, colleagues, the clock and power failures do."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from storage.handover import DANGER
from storage.models import (
    OPEN_STATES,
    Chat,
    Evidence,
    HandoverRequest,
    Outgoing,
    OutgoingState,
    Person,
    Staff,
    Survey,
    Ticket,
    TicketEvent,
    TicketPause,
    TicketPromise,
)

_MARK = re.compile(r"暗号[a-z]+\d+终")
_RELAYED = ("💬", "✏️")  # a customer's words as colleagues get them, and other words for them
_NEW_WORDS = "现："


@dataclass
class Ledger:
    """Who said which mark, and to whom it was meant; a mark is a word that nobody else says."""

    customers: frozenset[str]
    number: int = 0
    said: dict[str, str] = field(default_factory=dict)  # by the customer with this address
    on_the_line: set[str] = field(default_factory=set)  # said while a person was on the line
    in_confidence: set[str] = field(default_factory=set)  # said in a report; not for the group
    meant_for: dict[str, str] = field(default_factory=dict)  # by a colleague, for this address
    internal: set[str] = field(default_factory=set)  # among colleagues
    promised: dict[int, datetime] = field(default_factory=dict)
    first_asked: dict[int, int] = field(default_factory=dict)

    def mark(self) -> str:
        """Return words that nobody else says; they name a photo as well."""
        self.number += 1
        return f"暗号{'abcdefghij'[self.number % 10]}{self.number}终"


def check(session: Session, ledger: Ledger, group: str) -> None:
    """Assert everything that must be true at every moment; `group` is the staff group's address."""
    _check_words(session, ledger, group)
    _check_files(session, ledger)
    _check_tickets(session, ledger)
    _check_promises(session, ledger)
    _check_queue(session)


def check_after_tick(session: Session, now: datetime) -> None:
    """Assert what the clock must have seen to."""
    for request in session.exec(select(HandoverRequest)):
        if request.closed_at is None and request.answered_at is None and request.claim_until is not None:
            assert request.claim_until > now, "a claim that has run out was not given on"


def marks_in(document: dict[str, Any]) -> set[str]:
    """Return the marks in the words and the files of a reply."""
    files = " ".join(one["ref"] for one in document.get("enclosures", ()))
    return set(_MARK.findall(f"{document['text']} {files}"))


# -- words


def _check_words(session: Session, ledger: Ledger, group: str) -> None:
    """No word is heard by anybody whom it is not for, and colleagues hear everything just once."""
    persons = {person: one for one, person in _addresses(session).items() if one in ledger.customers}
    relayed: Counter[str] = Counter()
    for row in session.exec(select(Outgoing)):
        for mark in marks_in(row.reply):
            what = f"{row.address}: {row.reply['text']}"
            if row.address == group:
                assert mark not in ledger.in_confidence, f"the group read a confidential word: {what}"
                continue
            if row.address not in persons.values():
                continue  # a colleague's private chat
            if mark in ledger.internal:
                raise AssertionError(f"an internal word reached a customer: {what}")
            assert row.address == (ledger.meant_for | ledger.said).get(mark, row.address), what
        text = row.reply["text"]
        if row.address != group or not text.startswith(_RELAYED) or row.state == OutgoingState.CANCELLED:
            continue
        for mark in marks_in({**row.reply, "text": text.rpartition(_NEW_WORDS)[2]}):
            relayed[mark] += 1
            by = persons.get(row.about_person_id or 0)
            assert ledger.said.get(mark) == by, f"an answer to these words goes to {by}: {text}"
    twice = [mark for mark, count in relayed.items() if count > 1]
    assert not twice, f"colleagues read more than once: {twice}"
    lost = ledger.on_the_line - relayed.keys()
    assert not lost, f"colleagues never read: {lost}"


def _check_files(session: Session, ledger: Ledger) -> None:
    addresses = _addresses(session)
    seen: Counter[str] = Counter()
    for one in session.exec(select(Evidence)):
        if one.ref in ledger.said:
            seen[one.ref] += 1
            assert addresses[ledger.said[one.ref]] == one.person_id, "a photo was kept for somebody else"
    assert all(count == 1 for count in seen.values()), "a photo was kept twice"


def _addresses(session: Session) -> dict[str, int]:
    return {one.address: one.person_id for one in session.exec(select(Chat))}


# -- tickets


def _check_tickets(session: Session, ledger: Ledger) -> None:
    active = {one.id for one in session.exec(select(Staff)) if one.active}
    tickets = list(session.exec(select(Ticket)))
    assert len({one.number for one in tickets}) == len(tickets)
    events = list(session.exec(select(TicketEvent).order_by(col(TicketEvent.id))))
    touched = {
        event.ticket_id
        for event in events
        if event.kind in ("taken", "told", "arrived", "resolved") and event.actor.startswith("staff:")
    }
    for ticket in tickets:
        assert ticket.id is not None
        if ticket.id in touched and ticket.state in (*OPEN_STATES, "resolved"):
            assert ticket.first_asked_id in active, (ticket.number, ticket.state, ticket.first_asked_id)
        if ticket.owner_id is not None and ticket.state in OPEN_STATES:
            assert ticket.owner_id in active
        known = ledger.first_asked.get(ticket.id)
        if known is not None and known in active:
            assert ticket.first_asked_id == known, "the duty went from one colleague to another"
        if ticket.first_asked_id is not None:
            ledger.first_asked[ticket.id] = ticket.first_asked_id
    last: dict[int, datetime] = {}
    for event in events:
        assert event.at >= last.get(event.ticket_id, event.at), "a ticket's history runs backwards"
        last[event.ticket_id] = event.at
    pauses = list(session.exec(select(TicketPause)))
    assert all(one.until is None or one.until >= one.since for one in pauses)
    open_pauses = [one.ticket_id for one in pauses if one.until is None]
    assert len(open_pauses) == len(set(open_pauses))
    assert {one.id for one in tickets if one.state == "waiting"} == set(open_pauses)
    rounds = [(one.ticket_id, one.round) for one in session.exec(select(Survey))]
    assert len(rounds) == len(set(rounds)), "somebody was asked twice how it was"


def _check_promises(session: Session, ledger: Ledger) -> None:
    for promise in session.exec(select(TicketPromise)):
        assert promise.id is not None
        if promise.started_at is not None:
            for later in (promise.promised_at, promise.kept_at):
                assert later is None or later >= promise.started_at
        if promise.promised_at is not None:
            before = ledger.promised.get(promise.id)
            assert before is None or promise.promised_at >= before, "a clock ran backwards"
            ledger.promised[promise.id] = promise.promised_at


# -- people


def _check_queue(session: Session) -> None:
    requests = [one for one in session.exec(select(HandoverRequest)) if one.closed_at is None]
    by_person = {one.person_id: one for one in requests}
    assert len(by_person) == len(requests), "one customer waits twice"
    staff = {one.id: one for one in session.exec(select(Staff))}
    held: Counter[int] = Counter()
    for request in requests:
        if request.answered_at is not None:
            assert request.claimed_by == request.answered_by, "two colleagues have one customer"
            assert request.claim_until is None
            assert request.first_asked_id is not None, "nobody is accountable for a conversation"
            assert staff[request.first_asked_id].active, "whoever left is still accountable"
        if request.claimed_by is not None and request.priority < DANGER:
            held[request.claimed_by] += 1
    for key, count in held.items():
        assert staff[key].active, "somebody who left still has a customer"
        assert count <= staff[key].capacity, f"{staff[key].name} speaks with {count} customers at once"
    for person in session.exec(select(Person)):
        assert person.id is not None
        mine = by_person.get(person.id)
        speaks = mine is not None and mine.answered_at is not None
        assert (person.with_staff_since is not None) == speaks, "the bot is silent and nobody speaks"
        assert person.in_queue == (mine is not None and not speaks)
