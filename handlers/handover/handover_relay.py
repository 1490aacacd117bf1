"""Passing words on between a customer and a colleague, both ways, and what a colleague is shown before."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

import storage.handover
import storage.outages
import storage.people
import storage.said
import storage.secrecy
import storage.staff
import storage.tickets
from handlers.handover import handover_queue
from handlers.handover.handover_queue import Done, card_name
from handlers.masking import hide_numbers, tail
from handlers.messages import Choice, Enclosure, Reply
from handlers.outages.outage_places import GOING_ON, announced_address, touching_words
from handlers.staff import first_asked, rights
from handlers.tickets import evidence, ticket_work
from handlers.turn import Turn
from handlers.wording import handover as wording
from handlers.wording.moments import moment
from knowledge.book import Book
from knowledge.rules.outages import expected_end, state_at
from knowledge.rules.ticket_kinds import name_of
from storage.models import (
    OPEN_STATES,
    Chat,
    Conversation,
    HandoverRequest,
    Lane,
    Outgoing,
    Person,
    Staff,
    Ticket,
)

_SHOWN_WORDS = 5  # of each side
_SHOWN_LENGTH = 80
_LOOKED_AT = 50  # of a person's tickets

# -- from a colleague to a customer


def pass_on(
    turn: Turn,
    person_id: int,
    staff: Staff,
    text: str,
    *,
    ticket: Ticket | None = None,
    enclosures: Sequence[Enclosure] = (),
    relay_of: str | None = None,
) -> Done:
    """Send a colleague's words to a customer, who then has a person on the line; Done tells why not.

    Who waits is claimed by it. Words about a ticket whose customer stays unknown, or from somebody who has no
    room for a further conversation, go out without opening one. `relay_of` is the channel's name of the
    colleague's own message; an edit of it replaces what the customer reads.
    """
    session, now = turn.session, turn.now
    handover_queue.lock(session, staff)
    act = "chat.reply" if ticket is None else "ticket.tell"
    sentence = rights.refused(session, staff, act, now=now, ticket=ticket, person_id=person_id)
    if sentence is not None:
        return Done(False, sentence)
    hidden = ticket is not None and (ticket.anonymous or ticket.confidential)
    chats = storage.people.chat_of(session, person_id)
    if not chats:
        return Done(False, _not_sent(person_id, ticket if hidden else None))
    if ticket is not None and hidden:
        return _tell_of_ticket(turn, chats[0], staff, ticket, text, enclosures, relay_of)
    person = session.get_one(Person, person_id)
    request = storage.handover.open_of(session, person_id, lock=True)
    new = request is None
    if request is None:
        urgent = ticket is not None and ticket.priority >= storage.handover.DANGER
        request = storage.handover.ask(
            session,
            person_id,
            reason="同事主动联系",
            now=now,
            waiting_since=None,
            priority=storage.handover.DANGER if urgent else 0,
        )
    if request.claimed_by != staff.id:
        why = handover_queue.claim(turn.book, session, request, staff, now)
        if why is not None:
            if new:
                session.delete(request)
                session.flush()
                if ticket is not None:
                    return _tell_of_ticket(turn, chats[0], staff, ticket, text, enclosures, relay_of)
                return Done(False, why)
            holder = storage.staff.by_id(session, request.claimed_by)
            other = holder is not None and holder.id != staff.id
            return Done(False, wording.staff_held(holder.name) if holder is not None and other else why)
    if not storage.handover.answer(session, request, staff, now):
        return Done(False, handover_queue.held(session, request))
    joined = person.with_staff_since is None
    person.with_staff_since, person.in_queue = person.with_staff_since or now, False
    request.told_place = 0
    session.add(request)
    session.add(person)
    first_asked.hold(session, request, staff, now)
    if joined:
        card = Reply(wording.joined(staff.name), (handover_queue.END,), card=card_name(request))
        turn.tell(chats[0], card, lane=Lane.INTERACTIVE)
    said = Reply(
        wording.said_by(staff.name, text),
        (handover_queue.END,),
        card=_relay_card(relay_of),
        enclosures=tuple(enclosures),
    )
    turn.tell(chats[0], said, lane=Lane.INTERACTIVE, ticket=ticket, relay_of=relay_of)
    if ticket is not None and ticket.person_id == person_id:
        _note_told(turn, ticket, staff, text)
    return Done(True, wording.staff_sent(person_id), person_id)


def correct(turn: Turn, staff: Staff, text: str, *, relay_of: str) -> Done:
    """Let a colleague's edit of a message follow at the customer, in its place."""
    before = storage.said.relayed(turn.session, relay_of)
    ticket = turn.session.get(Ticket, before.ticket_id) if before is not None and before.ticket_id else None
    person_id = before.person_id if before is not None else None
    act = "chat.reply" if ticket is None else "ticket.tell"
    sentence = rights.refused(
        turn.session, staff, act, now=turn.now, ticket=ticket, person_id=person_id, detail={"edit": True}
    )
    if sentence is not None:
        return Done(False, sentence)
    if before is None or person_id is None:
        return Done(False, wording.staff_no_line())
    hidden = ticket is not None and (ticket.anonymous or ticket.confidential)
    chats = storage.people.chat_of(turn.session, person_id)
    here = [one for one in chats if (one.channel, one.address) == (before.channel, before.address)]
    if not here:
        return Done(False, _not_sent(person_id, ticket if hidden else None))
    choices, words = _as_before(before, staff, text, ticket)
    said = Reply(words, choices, card=_relay_card(relay_of), quiet=True)
    turn.tell(here[0], said, lane=Lane.INTERACTIVE, ticket=ticket, relay_of=relay_of)
    if ticket is not None:
        storage.tickets.note(
            turn.session, ticket, at=turn.now, kind="told", actor=f"staff:{staff.name}", text=text
        )
    return Done(True, wording.staff_sent(person_id), None if hidden else person_id)


def end(turn: Turn, person_id: int, staff: Staff) -> Done:
    """End a conversation from the staff side, the bot visibly back; Done tells why not."""
    handover_queue.lock(turn.session, staff)
    sentence = rights.refused(turn.session, staff, "chat.reply", now=turn.now, person_id=person_id)
    if sentence is not None:
        return Done(False, sentence)
    request = storage.handover.open_of(turn.session, person_id, lock=True)
    if request is None:
        return Done(False, wording.staff_gone(person_id))
    holder = storage.staff.by_id(turn.session, request.claimed_by)
    if holder is not None and holder.id != staff.id:
        return Done(False, wording.staff_held_take(holder.name))
    person = turn.session.get_one(Person, person_id)
    handover_queue.close(turn.session, request, person, turn.now, by=f"staff:{staff.name}")
    for chat in storage.people.chat_of(turn.session, person_id)[:1]:
        back = Reply(wording.bot_back(), (Choice("人工", "handover"), Choice("主菜单", "menu")))
        turn.tell(chat, back, lane=Lane.INTERACTIVE)
    return Done(True, wording.staff_ended(person_id, staff.name), person_id)


# -- from a customer to colleagues


def relay(turn: Turn, request: HandoverRequest, *, keep: bool = True) -> None:
    """Pass a customer's message on to colleagues, with what came with it; an album goes as one.

    `keep` puts what came with it by; without, the form or answer that the bot goes on with does so.
    """
    assert turn.person.id is not None
    if keep:
        evidence.keep_loose(turn)
    text = wording.staff_relay(turn.person.id, hide_numbers(turn.text))
    reply = Reply(text, handover_queue.staff_choices(request), kind="staff")
    evidence.tell_staff(turn, reply, about=turn.person)


def is_private(conversation: Conversation | None) -> bool:
    """Whether somebody is in the middle of something that not all colleagues may read, as a report (举报)."""
    return conversation is not None and storage.secrecy.is_private(conversation.topic, conversation.collected)


def card_facts(session: Session, book: Book, person_id: int, now: datetime, *, said: str = "") -> list[str]:
    """Return what colleagues read of a customer before they answer, a line each, long numbers masked.

    Tickets that not everybody may know of are left out, and so are all words said up to their last event.
    `said` is what the customer says just now.
    """
    person = session.get_one(Person, person_id)
    vulnerable = storage.handover.priorities(session, [person_id], now).get(person_id, 0)
    lines = [wording.fact_customer(person_id, vulnerable=vulnerable == storage.handover.VULNERABLE)]
    areas = storage.outages.current(session, now=now, horizon=timedelta())
    for account, _ in storage.people.accounts_of(session, person_id):
        lines.append(wording.fact_account(tail(account.number), account.community))
        for match in touching_words(announced_address(account), areas):
            outage = areas[match.key]
            if match.certainty != "ambiguous" and state_at(outage, now) in GOING_ON:
                etr = moment(expected_end(outage), now, book.zone)
                lines.append(wording.fact_outage(account.community, outage.scope, etr))
                break
    tickets = storage.tickets.of_person(session, person_id, limit=_LOOKED_AT)
    shown = [one for one in tickets if not (one.confidential or one.anonymous)]
    open_now = [
        f"{one.number}（{name_of(one.kind, one.subtype)}）" for one in shown if one.state in OPEN_STATES
    ]
    if open_now:
        lines.append(wording.fact_tickets(open_now))
    request = storage.handover.open_of(session, person_id)
    if request is not None and request.reason:
        lines.append(wording.fact_matter(request.reason))
    since, hidden_now = _hidden_until(session, person, [one for one in tickets if one not in shown], now)
    if since is not None:
        lines.append(wording.fact_hidden())
    words = storage.said.last_words(session, person_id, limit=_SHOWN_WORDS, since=since)
    if said and not hidden_now:
        words.append((now, "customer", said))
    return lines + [wording.fact_word(who, _short(text)) for _, who, text in words if text]


# -- inside


def _short(text: str) -> str:
    return hide_numbers(text.replace("\n", " "))[:_SHOWN_LENGTH]


def _hidden_until(
    session: Session, person: Person, tickets: Sequence[Ticket], now: datetime
) -> tuple[datetime | None, bool]:
    """Return up to when a customer's words are not for everybody, and whether those said now are not."""
    moments = [
        event.at for ticket in tickets if ticket.id for event in storage.tickets.events(session, ticket.id)
    ]
    assert person.id is not None
    told = storage.secrecy.last_said(session, person.id)  # in a draft that came to nothing, or waits
    if told is not None:
        moments.append(told)
    conversation = storage.people.conversations(session, [person.id], now).get(person.id)
    private = is_private(conversation)
    if private:
        moments.append(now)
    return max(moments, default=None), private


def _relay_card(relay_of: str | None) -> str | None:
    return f"relay:{relay_of}" if relay_of is not None else None


def _not_sent(person_id: int, ticket: Ticket | None) -> str:
    return wording.staff_ticket_not_sent(ticket.number) if ticket else wording.staff_not_sent(person_id)


def _tell_of_ticket(
    turn: Turn,
    chat: Chat,
    staff: Staff,
    ticket: Ticket,
    text: str,
    enclosures: Sequence[Enclosure],
    relay_of: str | None,
) -> Done:
    said = Reply(
        wording.said_of_ticket(staff.name, ticket.number, text),
        _ticket_choices(ticket),
        card=_relay_card(relay_of),
        enclosures=tuple(enclosures),
    )
    turn.tell(chat, said, lane=Lane.INTERACTIVE, ticket=ticket, relay_of=relay_of)
    _note_told(turn, ticket, staff, text)
    return Done(True, wording.staff_sent_of_ticket(ticket.number))


def _ticket_choices(ticket: Ticket) -> tuple[Choice, ...]:
    return (Choice("补充", f"ticket.add:{ticket.number}"), Choice("人工", "handover"))


def _note_told(turn: Turn, ticket: Ticket, staff: Staff, text: str) -> None:
    storage.tickets.note(
        turn.session, ticket, at=turn.now, kind="told", actor=f"staff:{staff.name}", text=text
    )
    ticket_work.spoken_with(turn.session, ticket, staff, turn.now)


def _as_before(
    before: Outgoing, staff: Staff, text: str, ticket: Ticket | None
) -> tuple[tuple[Choice, ...], str]:
    of_ticket = ticket is not None and wording.said_of_ticket(staff.name, ticket.number, "").strip("*")
    if ticket is not None and of_ticket and of_ticket in str(before.reply.get("text", "")):
        return _ticket_choices(ticket), wording.said_of_ticket(staff.name, ticket.number, text)
    return (handover_queue.END,), wording.said_by(staff.name, text)
