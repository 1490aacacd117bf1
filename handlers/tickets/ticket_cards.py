"""A ticket as its customer and as colleagues see it, and sending it to a customer who is not there."""

from collections import Counter
from collections.abc import Sequence
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
from handlers.tickets.ticket_fields import shown_field
from handlers.turn import Desktop, in_script
from handlers.wording import danger as danger_wording
from handlers.wording import rebooking as rebooking_wording
from handlers.wording import ticket_work as work_wording
from handlers.wording import tickets as wording
from handlers.wording.moments import moment, spoken
from knowledge.book import Book
from knowledge.rules.ticket_kinds import name_of, ticket_kinds
from storage.models import OPEN_STATES, Evidence, Lane, Ticket, TicketEvent, TicketPromise, TicketState
from storage.outbox import Draft

# What the last line of the customer's card may quote; the rest is bookkeeping.
_NEWS = (
    "taken",
    "arrived",
    "told",
    "waiting",
    "went_on",
    "handed_on",
    "reclassed",
    "rebooked",
    "resolved",
    "urged",
    "reopened",
    "withdrawn",
    "unconfirmed",
)
_RUNNING = (*OPEN_STATES, TicketState.MERGED)


def ticket_card(book: Book, session: Session, ticket: Ticket, now: datetime, *, quiet: bool = True) -> Reply:
    """Return the card of a ticket for its customer; all cards of one ticket take one another's place."""
    assert ticket.id is not None
    events = storage.tickets.events(session, ticket.id)
    evidence = storage.evidence.of_ticket(session, ticket.id)
    running = ticket.state in _RUNNING
    rows = []
    place = str(ticket.fields.get("place", ""))
    if place:
        rows.append(wording.place(place))
    before = session.get(Ticket, ticket.follows_id) if ticket.follows_id is not None else None
    if before is not None:
        rows.append(wording.follows(before.number))
    paused = storage.tickets.pause_of(session, ticket) if ticket.state == TicketState.WAITING else None
    if paused is not None:
        rows.append(wording.waits(paused.reason))
    if running:
        rows += promise_lines(book, session, ticket, now)
    received = _counted(evidence)
    if received:
        rows.append(wording.evidence_line(received))
    last = _last_news(book, ticket, events, now)
    if last:
        rows.append(last)
    question = ""
    if ticket.state == TicketState.RESOLVED:
        family = ticket_kinds()[ticket.kind].family
        question = wording.is_it_done(family) if ticket.asked_at is not None else wording.will_ask()
    text = wording.card(
        ticket.number,
        name_of(ticket.kind, ticket.subtype),
        _stage_line(ticket, events, evidence),
        rows,
        question=question,
    )
    choices = _choices(ticket, missing=running and bool(missing_materials(ticket, evidence)))
    return Reply(text, choices, card=f"ticket:{ticket.id}", quiet=quiet, kind="card")


def promise_lines(book: Book, session: Session, ticket: Ticket, now: datetime) -> list[str]:
    """Return what is still promised, averages as averages and the rest with its moment."""
    assert ticket.id is not None
    waiting = ticket.state == TicketState.WAITING
    lines = []
    for promise in storage.tickets.promises(session, ticket.id):
        if promise.kept_at is None and promise.void_at is None and promise.told_span:
            line = _promise_line(book, promise, now, waiting=waiting)
            if line:
                lines.append(line)
    return lines


def next_step(book: Book, session: Session, ticket: Ticket, now: datetime) -> str:
    """Return the promise that is due next as the customer reads it, or nothing."""
    return next(iter(promise_lines(book, session, ticket, now)), "")


def missing_materials(ticket: Ticket, evidence: Sequence[Evidence]) -> list[str]:
    """Return the names of the required papers of a ticket's kind that have not come yet."""
    have = {one.material for one in evidence}
    return [
        one.name
        for one in ticket_kinds()[ticket.kind].materials
        if one.required and one.name not in have and (not one.subtypes or ticket.subtype in one.subtypes)
    ]


def staff_ticket(
    book: Book, session: Session, ticket: Ticket, now: datetime, *, head: str = "", whole: bool = False
) -> Reply:
    """Return a ticket for colleagues; long numbers are hidden unless `whole`, which the group never gets."""
    assert ticket.id is not None
    owner = storage.staff.by_id(session, ticket.owner_id)
    first_asked = storage.staff.by_id(session, ticket.first_asked_id)
    asked = {one.name: one.label for one in ticket_kinds()[ticket.kind].fields} | wording.FIELDS
    hidden = ("phone",) if ticket.anonymous else ()
    rows = [
        (label, _shown(shown_field(ticket, name, book.today(now)), whole=whole))
        for name, label in asked.items()
        if ticket.fields.get(name) and name not in hidden
    ]
    received = _counted(storage.evidence.of_ticket(session, ticket.id))
    if received:
        rows.append(("证据", wording.evidence_line(received).removeprefix("已收：")))
    if first_asked is not None and first_asked.id != ticket.owner_id:
        rows.append(("首问", first_asked.name))
    main = session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id is not None else None
    if main is not None and ticket.state == TicketState.MERGED:
        rows.append(("并入", main.number))
    parts = storage.tickets.merged_into(session, ticket)
    if parts:
        rows.append(("含", "、".join(one.number for one in parts)))
    same = look_alikes(session, ticket, book, now)
    if same:
        rows.append(("可能重复", work_wording.maybe_same(same)))
    paused = storage.tickets.pause_of(session, ticket) if ticket.state == TicketState.WAITING else None
    text = work_wording.staff_card(
        head,
        ticket.number,
        staff_name(ticket),
        ticket.state,
        owner.name if owner is not None else "",
        rows,
        work_wording.staff_row_wait(paused.reason) if paused else _next_limit(book, session, ticket, now),
    )
    return Reply(text, staff_choices(ticket), kind="staff")


def look_alikes(session: Session, ticket: Ticket, book: Book, now: datetime) -> list[str]:
    """Return the numbers of other persons' open tickets that may be about the same matter; for colleagues."""
    if ticket.confidential or ticket.anonymous or ticket.state not in OPEN_STATES:
        return []
    since = ticket.opened_at - book.practice.same_matter
    return [one.number for one in storage.tickets.alike(session, ticket, since=since)]


def staff_name(ticket: Ticket) -> str:
    """Return the kind of a ticket as colleagues read it."""
    if ticket.kind == "danger":
        return f"紧急·{danger_wording.KINDS.get(ticket.subtype, ticket.subtype)}"
    return name_of(ticket.kind, ticket.subtype)


def staff_choices(ticket: Ticket) -> tuple[Choice, ...]:
    """Return what a colleague can do with a ticket where it stands."""
    show = Choice("看工单", f"staff.show:{ticket.number}")
    if ticket.state == TicketState.ACCEPTED:
        return (Choice("我来处理", f"staff.take:{ticket.number}"), show)
    if ticket.state == TicketState.TAKEN:
        done = Choice("办结", f"staff.resolve:{ticket.number}")
        if ticket.kind in ("repair", "danger"):
            return (Choice("已到场", f"staff.arrived:{ticket.number}"), done, show)
        return (done, show)
    if ticket.state == TicketState.WAITING:
        return (Choice("办结", f"staff.resolve:{ticket.number}"), show)
    return ()


def tell_customer(
    desktop: Desktop,
    session: Session,
    ticket: Ticket,
    now: datetime,
    event: TicketEvent,
    *,
    lane: Lane = Lane.INTERACTIVE,
    quiet: bool = False,
    first: str = "",
) -> bool:
    """Send a ticket's card to where its customer can be reached; False where nowhere.

    It sounds, or with `quiet` is written into the card that stands there.
    """
    if ticket.person_id is None:
        return False
    chats = storage.people.chat_of(session, ticket.person_id)
    if not chats:
        return False
    chat = chats[0]
    card = ticket_card(desktop.book, session, ticket, now, quiet=quiet)
    if first:
        card = with_first(card, first)
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


def _counted(evidence: Sequence[Evidence]) -> list[tuple[str, int]]:
    counts = Counter(one.kind for one in evidence if one.state != "refused")
    return sorted(counts.items(), key=lambda pair: -pair[1])


def _stage_line(ticket: Ticket, events: Sequence[TicketEvent], evidence: Sequence[Evidence]) -> str:
    kind = ticket_kinds()[ticket.kind]
    skip = () if kind.materials else ("materials",)
    if ticket.state == TicketState.WITHDRAWN:
        return f"**{wording.STATES[ticket.state]}**"
    if ticket.state == TicketState.CLOSED:
        last = next((one.kind for one in reversed(events) if one.kind in ("confirmed", "unconfirmed")), "")
        end = wording.CLOSED_UNCONFIRMED if last == "unconfirmed" else wording.STATES["closed"]
        return wording.stages(kind.family, "", skip=skip, end=end)
    return wording.stages(kind.family, _stage(ticket, kind.family, events, evidence), skip=skip)


def _stage(ticket: Ticket, family: str, events: Sequence[TicketEvent], evidence: Sequence[Evidence]) -> str:
    """Return the stage that a ticket has reached, as its family names it."""
    if ticket.state == TicketState.RESOLVED:
        return "asked" if ticket.asked_at is not None else "resolved"
    since = max((at for at, one in enumerate(events) if one.kind == "reopened"), default=-1)
    done = {one.kind for one in events[since + 1 :]}
    names = wording.stages_of(family)
    if "arrived" in done and "arrived" in names:
        return "arrived"
    worked_on = bool(done & {"taken", "waiting", "went_on"}) or ticket.state in (
        TicketState.TAKEN,
        TicketState.WAITING,
    )
    if "contacted" in names:  # nobody is said to have been spoken with who was not
        spoken_with = any(one.kind == "told" for one in events)
        return ("taken" if worked_on else "contacted") if spoken_with else "accepted"
    if worked_on:
        return "taken"
    if "materials" in names and ticket_kinds()[ticket.kind].materials:
        return "accepted" if missing_materials(ticket, evidence) else "materials"
    return "accepted"


def _promise_line(book: Book, promise: TicketPromise, now: datetime, *, waiting: bool) -> str:
    told = spoken(promise.told_span or "")
    if promise.promised_at is None:
        return wording.average_after(promise.step, told) if promise.average and told else ""
    said = moment(promise.promised_at, now, book.zone)
    late = promise.limit_at is not None and max(promise.promised_at, promise.limit_at) < now
    if late and not waiting:
        return wording.overdue(promise.step, said)
    if promise.average and told:
        return wording.average(promise.step, told, said if promise.promised_at > now else "")
    return wording.deadline(promise.step, said, provisional=promise.provisional)


def _next_limit(book: Book, session: Session, ticket: Ticket, now: datetime) -> str:
    assert ticket.id is not None
    open_now = [
        one
        for one in storage.tickets.promises(session, ticket.id)
        if one.kept_at is None and one.void_at is None and one.limit_at is not None
    ]
    if not open_now or ticket.state not in OPEN_STATES:
        return ""
    first = min(open_now, key=lambda one: one.limit_at or now)
    assert first.limit_at is not None
    return work_wording.staff_limit(first.step, moment(first.limit_at, now, book.zone))


def _last_news(book: Book, ticket: Ticket, events: Sequence[TicketEvent], now: datetime) -> str:
    last = next((one for one in reversed(events) if one.kind in _NEWS and not one.internal), None)
    if last is None:
        return ""
    text = {
        "taken": lambda: wording.taken(last.actor.removeprefix("staff:")),
        "arrived": wording.arrived,
        "told": lambda: wording.told(last.text),
        "waiting": lambda: wording.waiting(last.text),
        "went_on": wording.went_on,
        "handed_on": wording.handed_on,
        "reclassed": lambda: wording.reclassed(name_of(ticket.kind)),
        "rebooked": lambda: rebooking_wording.news(shown_field(ticket, _slot_name(ticket), book.today(now))),
        "resolved": lambda: wording.resolved(last.text),
        "urged": lambda: wording.urged(ticket.urged, last.text or None),
        "reopened": wording.reopened,
        "withdrawn": wording.withdrawn,
        "unconfirmed": wording.unconfirmed,
    }[last.kind]()
    return wording.last_news(text, moment(last.at, now, book.zone))


def _slot_name(ticket: Ticket) -> str:
    """Return the name of the answer that books a slot, nothing where this kind has none."""
    return next((field.name for field in ticket_kinds()[ticket.kind].fields if field.type == "slot"), "")


def _choices(ticket: Ticket, *, missing: bool) -> tuple[Choice, ...]:
    human = Choice("人工", "handover")
    number = ticket.number
    if ticket.state == TicketState.RESOLVED:
        return (
            Choice("已解决", f"ticket.solved:{number}"),
            Choice("还没好", f"ticket.reopen:{number}"),
            human,
        )
    if ticket.state in _RUNNING:
        back = (
            Choice("不是紧急情况", f"danger.false:{number}")
            if ticket.kind == "danger"
            else Choice("撤销", f"ticket.withdraw:{number}")
        )
        papers = (Choice("补材料", f"materials.add:{number}"),) if missing else ()
        booked = (Choice("改时间", f"ticket.rebook:{number}"),) if _slot_name(ticket) else ()
        return (
            *papers,
            *booked,
            Choice("催办", f"ticket.urge:{number}"),
            Choice("补充", f"ticket.add:{number}"),
            back,
            human,
        )
    if ticket.state == TicketState.CLOSED:
        return (Choice("没解决", f"ticket.reopen:{number}"), Choice("我的工单", "tickets"), human)
    return (Choice("我的工单", "tickets"), human)
