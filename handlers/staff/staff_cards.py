"""The pinned card of a room of the staff group: who, what, how it stands, and what can be done."""

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

import storage.handover
import storage.outbox
import storage.rooms
from handlers.handover import handover_queue, handover_relay
from handlers.messages import Choice, Reply
from handlers.staff import first_asked
from handlers.staff.staff_rooms import look
from handlers.tickets.ticket_cards import staff_choices, staff_ticket
from handlers.turn import Desktop
from handlers.wording import staff as wording
from storage.models import Lane, OnUnknown, StaffRoom, Ticket, TicketState
from storage.outbox import Draft

_BATCH = 20
_TAKES_CHAT = "staff.chat_take"


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Renew, in place and without a sound, the cards of rooms of whose matter there is news."""
    if desktop.staff is None:
        return {}
    place = {"channel": desktop.staff.channel, "address": desktop.staff.address}
    crowd = storage.rooms.waiting_count(session, **place, most=desktop.book.practice.digest_from + 1)
    if crowd > desktop.book.practice.digest_from:
        return {}  # the group gets few messages a minute: what is new goes before what looks better
    drafts = []
    for room in storage.rooms.stale(session, **place, limit=_BATCH):
        drafts += renewed(desktop, session, room, now)
    storage.outbox.write(session, drafts, now)
    return {"room_cards": len(drafts)}


def renewed(desktop: Desktop, session: Session, room: StaffRoom, now: datetime) -> list[Draft]:
    """Return the card of a room as it ought to be now; nothing where it says so already."""
    card = card_of(desktop, session, room.room, now)
    mark = hashlib.sha256(repr(card).encode()).hexdigest()[:16]
    same = mark == room.card_hash and not room.card_wanted
    room.updated_at, room.card_hash, room.card_wanted = now, mark, False
    room.closed = look(session, room.room).closed
    session.add(room)
    session.flush()
    if same:
        return []
    storage.rooms.withdraw_card(session, channel=room.channel, address=room.address, room=room.room)
    return [draft_of(desktop, session, room, now, key=f"room-card:{room.id}:{mark}:{now.timestamp()}")]


def draft_of(desktop: Desktop, session: Session, room: StaffRoom, now: datetime, *, key: str) -> Draft:
    """Return the message that shows a room's card."""
    kind, _, number = room.room.partition(":")
    ticket = session.get(Ticket, int(number)) if kind == "ticket" else None
    card = card_of(desktop, session, room.room, now)
    return Draft(
        channel=room.channel,
        address=room.address,
        reply=desktop.document(card),
        dedupe_key=key,
        lane=Lane.STAFF if ticket is not None else Lane.INTERACTIVE,
        card=card.card,
        on_unknown=OnUnknown.RESEND,
        about_person_id=ticket.person_id if ticket is not None else int(number),
        ticket_id=ticket.id if ticket is not None else None,
        room=room.room,
    )


def card_of(desktop: Desktop, session: Session, room: str, now: datetime) -> Reply:
    """Return the card of a room as it stands now, quiet and pinned."""
    kind, _, number = room.partition(":")
    ticket = session.get(Ticket, int(number), populate_existing=True) if kind == "ticket" else None
    if ticket is None:
        # The first of the facts says which customer it is.
        who, *facts = _facts(desktop, session, int(number), now)
        lines = [f"**{who}**", *facts]
        lines.append(wording.chat_state(_chat_state(session, int(number))))
        choices = _chat_choices(session, int(number))
    else:
        shown = staff_ticket(desktop.book, session, ticket, now)
        lines = [shown.text]
        duty = first_asked.line(session, ticket)
        if duty and duty not in shown.text:
            lines.append(duty)
        if ticket.person_id is not None and not ticket.anonymous and not ticket.confidential:
            lines += _facts(desktop, session, ticket.person_id, now)
        choices = room_choices(ticket)
    return Reply(
        "\n".join(line for line in lines if line),
        choices,
        card=storage.rooms.card_name(room),
        quiet=True,
        kind="staff",
        pinned=True,
    )


def room_choices(ticket: Ticket) -> tuple[Choice, ...]:
    """Return the buttons of a ticket's card: what can be done now, and how to do the rest."""
    more = []
    known = {one.act.partition(":")[0] for one in staff_choices(ticket)}
    if ticket.state == TicketState.TAKEN and "staff.resolve" not in known:
        more.append(Choice("办结", f"staff.resolve:{ticket.number}"))
    if ticket.state in (TicketState.ACCEPTED, TicketState.TAKEN, TicketState.WAITING):
        more += [
            Choice("备注", f"staff.how:note {ticket.number}"),
            Choice("转派", f"staff.how:transfer {ticket.number}"),
        ]
        if ticket.state == TicketState.WAITING:
            more.append(Choice("继续办理", f"staff.go:{ticket.number}"))
        else:
            more.append(Choice("等待…", f"staff.how:wait {ticket.number}"))
    return (*staff_choices(ticket), *[one for one in more if one.act.partition(":")[0] not in known])


def with_facts(desktop: Desktop, session: Session, text: str, room: StaffRoom, now: datetime) -> str:
    """Return the word that begins a room with what is known of the customer below it."""
    kind, _, number = room.room.partition(":")
    if kind != "ticket":
        return text
    ticket = session.get(Ticket, int(number))
    if ticket is None or ticket.person_id is None or ticket.anonymous or ticket.confidential:
        return text
    return "\n".join([text, *_facts(desktop, session, ticket.person_id, now)])


def first_of_room(
    desktop: Desktop, session: Session, draft: Draft, reply: Reply, now: datetime
) -> list[Draft]:
    """Let a room begin with its card: this word itself where it announces the matter, else one before it."""
    assert draft.room is not None
    room = storage.rooms.opened(
        session, channel=draft.channel, address=draft.address, room=draft.room, now=now
    )
    if room.closed:
        room.closed = False  # something goes on there after all: the clock looks at it again
        session.add(room)
    if not room.card_wanted:
        return [draft]
    begins = reply.card is None and (
        draft.ticket_id is not None or any(one.act.startswith(_TAKES_CHAT) for one in reply.choices)
    )
    room.card_wanted, room.card_hash, room.updated_at = False, "", now
    session.add(room)
    session.flush()
    if begins:
        card = replace(
            reply,
            text=with_facts(desktop, session, reply.text, room, now),
            card=storage.rooms.card_name(draft.room),
            pinned=True,
        )
        return [replace(draft, reply=desktop.document(card), card=card.card)]
    return [draft_of(desktop, session, room, now, key=f"card:{draft.dedupe_key}"), draft]


# -- inside


def _facts(desktop: Desktop, session: Session, person_id: int, now: datetime) -> list[str]:
    return list(handover_relay.card_facts(session, desktop.book, person_id, now))


def _chat_state(session: Session, person_id: int) -> str:
    request = storage.handover.open_of(session, person_id)
    if request is None:
        return "none"
    if request.answered_at is not None:
        return "speaking"
    return "claimed" if request.claimed_by is not None else "waiting"


def _chat_choices(session: Session, person_id: int) -> tuple[Choice, ...]:
    request = storage.handover.open_of(session, person_id)
    return () if request is None else tuple(handover_queue.staff_choices(request))
