"""A ticket as its customer and as the staff group see it, and sending it to a customer who is not there."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

import storage.evidence
import storage.outbox
import storage.people
import storage.staff
import storage.tickets
from handlers.masking import hide_numbers
from handlers.messages import Choice, Reply
from handlers.turn import Desktop, in_script
from handlers.wording import danger as danger_wording
from handlers.wording import tickets as wording
from handlers.wording.moments import length, moment
from knowledge.book import Book
from knowledge.rules.promises import PromiseTerm, promises_for
from knowledge.rules.ticket_kinds import name_of
from storage.models import OPEN_STATES, Lane, Ticket, TicketEvent, TicketPromise
from storage.outbox import Draft

# What the last line of the customer's card may quote; the rest is bookkeeping.
_NEWS = ("taken", "arrived", "told", "resolved", "urged", "reopened", "withdrawn")


def ticket_card(book: Book, session: Session, ticket: Ticket, now: datetime, *, quiet: bool = True) -> Reply:
    """Return the card of a ticket for its customer; all cards of one ticket take one another's place."""
    assert ticket.id is not None
    text = wording.card(
        ticket.number,
        name_of(ticket.kind, ticket.subtype),
        ticket.state,
        str(ticket.fields.get("place", "")),
        promise_lines(book, session, ticket, now) if ticket.state in OPEN_STATES else [],
        _last_news(book, session, ticket, now),
    )
    return Reply(text, _choices(ticket), card=f"ticket:{ticket.id}", quiet=quiet, kind="card")


def promise_lines(book: Book, session: Session, ticket: Ticket, now: datetime) -> list[str]:
    """Return what is still promised, averages as averages and the rest with its moment."""
    assert ticket.id is not None
    terms = {term.step: term for term in terms_of(ticket)}
    lines = []
    for promise in storage.tickets.promises(session, ticket.id):
        if promise.kept_at is None and promise.step in terms:
            line = _promise_line(book, promise, terms[promise.step], now)
            if line:
                lines.append(line)
    return lines


def terms_of(ticket: Ticket) -> list[PromiseTerm]:
    """Return the steps that were promised when a ticket was opened."""
    return promises_for(ticket.kind, ticket.subtype, ticket.zone, ticket.opened_at, region=ticket.region)


def staff_ticket(
    book: Book, session: Session, ticket: Ticket, now: datetime, *, head: str = "", whole: bool = False
) -> Reply:
    """Return a ticket for colleagues; long numbers are hidden unless `whole`, which the group never gets."""
    assert ticket.id is not None
    owner = storage.staff.by_id(session, ticket.owner_id)
    rows = [
        (label, _shown(ticket.fields[name], whole=whole))
        for name, label in wording.FIELDS.items()
        if ticket.fields.get(name)
    ]
    evidence = len(storage.evidence.of_ticket(session, ticket.id))
    if evidence:
        rows.append(("照片/位置", f"{evidence}份"))
    text = wording.staff_card(
        head,
        ticket.number,
        staff_name(ticket),
        ticket.state,
        owner.name if owner is not None else "",
        rows,
        _next_limit(book, session, ticket, now),
    )
    return Reply(text, staff_choices(ticket), kind="staff")


def staff_name(ticket: Ticket) -> str:
    """Return the kind of a ticket as colleagues read it."""
    if ticket.kind == "danger":
        return f"紧急·{danger_wording.KINDS.get(ticket.subtype, ticket.subtype)}"
    return name_of(ticket.kind, ticket.subtype)


def staff_choices(ticket: Ticket) -> tuple[Choice, ...]:
    """Return what a colleague can do with a ticket where it stands."""
    show = Choice("看工单", f"staff.show:{ticket.number}")
    if ticket.state == "accepted":
        return (Choice("我来处理", f"staff.take:{ticket.number}"), show)
    if ticket.state == "taken":
        done = Choice("办结", f"staff.resolve:{ticket.number}")
        if ticket.kind in ("repair", "danger"):
            return (Choice("已到场", f"staff.arrived:{ticket.number}"), done, show)
        return (done, show)
    return ()


def tell_customer(
    desktop: Desktop,
    session: Session,
    ticket: Ticket,
    now: datetime,
    event: TicketEvent,
    *,
    lane: Lane = Lane.INTERACTIVE,
) -> bool:
    """Send a ticket's card, with sound, to where its customer can be reached; False where nowhere."""
    if ticket.person_id is None:
        return False
    chats = storage.people.chat_of(session, ticket.person_id)
    if not chats:
        return False
    chat = chats[0]
    card = ticket_card(desktop.book, session, ticket, now, quiet=False)
    said = in_script(card, chat.script, taiwan=ticket.region == "taiwan")
    draft = Draft(
        channel=chat.channel,
        address=chat.address,
        reply=desktop.document(said),
        dedupe_key=f"ticket-event:{event.id}",
        lane=lane,
        card=said.card,
        person_id=ticket.person_id,
        ticket_id=ticket.id,
    )
    storage.outbox.write(session, [draft], now)
    return True


def with_first(card: Reply, first: str) -> Reply:
    """Return a card with a line above it."""
    return replace(card, text=f"{first}\n{card.text}")


# -- inside


def _shown(value: object, *, whole: bool) -> str:
    return str(value) if whole else hide_numbers(str(value))


def _promise_line(book: Book, promise: TicketPromise, term: PromiseTerm, now: datetime) -> str:
    if term.told is None:
        return ""
    if promise.promised_at is None:
        return wording.average_after(promise.step, length(term.told)) if promise.average else ""
    said = moment(promise.promised_at, now, book.zone)
    if promise.limit_at is not None and max(promise.promised_at, promise.limit_at) < now:
        return wording.overdue(promise.step, said)
    if promise.average:
        return wording.average(promise.step, length(term.told), said if promise.promised_at > now else "")
    return wording.deadline(promise.step, said, provisional=promise.provisional)


def _next_limit(book: Book, session: Session, ticket: Ticket, now: datetime) -> str:
    assert ticket.id is not None
    open_now = [
        one
        for one in storage.tickets.promises(session, ticket.id)
        if one.kept_at is None and one.limit_at is not None
    ]
    if not open_now or ticket.state not in OPEN_STATES:
        return ""
    first = min(open_now, key=lambda one: one.limit_at or now)
    assert first.limit_at is not None
    return wording.staff_limit(first.step, moment(first.limit_at, now, book.zone))


def _last_news(book: Book, session: Session, ticket: Ticket, now: datetime) -> str:
    assert ticket.id is not None
    news = [
        one for one in storage.tickets.events(session, ticket.id) if one.kind in _NEWS and not one.internal
    ]
    if not news:
        return ""
    last = news[-1]
    text = {
        "taken": lambda: wording.taken(last.actor.removeprefix("staff:")),
        "arrived": wording.arrived,
        "told": lambda: wording.told(last.text),
        "resolved": lambda: wording.resolved(last.text),
        "urged": lambda: wording.urged(ticket.urged),
        "reopened": wording.reopened,
        "withdrawn": wording.withdrawn,
    }[last.kind]()
    return f"{text}（{moment(last.at, now, book.zone)}）"


def _choices(ticket: Ticket) -> tuple[Choice, ...]:
    human = Choice("人工", "handover")
    if ticket.state == "resolved":
        return (
            Choice("已解决", f"ticket.solved:{ticket.number}"),
            Choice("还没好", f"ticket.reopen:{ticket.number}"),
            human,
        )
    if ticket.state in OPEN_STATES:
        back = (
            Choice("不是紧急情况", f"danger.false:{ticket.number}")
            if ticket.kind == "danger"
            else Choice("撤销", f"ticket.withdraw:{ticket.number}")
        )
        return (
            Choice("催办", f"ticket.urge:{ticket.number}"),
            Choice("补充", f"ticket.add:{ticket.number}"),
            back,
            human,
        )
    return (Choice("我的工单", "tickets"), human)
