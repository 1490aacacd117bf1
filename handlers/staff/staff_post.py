"""Where a word for our colleagues goes: a topic of the staff group, or the private chats of those who may."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

import storage.handover
import storage.outbox
import storage.rooms
import storage.staff
from handlers.messages import Choice, Reply
from handlers.staff import rights
from handlers.turn import Address, Desktop, Turn
from handlers.wording import staff as wording
from knowledge.rules.roles import allows
from storage.models import Lane, OnUnknown, Staff, Ticket
from storage.outbox import Draft

PRIVATE = "telegram"  # the channel of colleagues' private chats with us: it says beyond doubt who writes


def room_of(ticket: Ticket | None, person_id: int | None) -> str | None:
    """Return the topic for a ticket, else for a customer's chat, else None for the group at large."""
    if ticket is not None and ticket.id is not None:
        return f"ticket:{ticket.id}"
    return f"person:{person_id}" if person_id is not None else None


def drafts(
    desktop: Desktop,
    session: Session,
    reply: Reply,
    *,
    key: str,
    lane: Lane = Lane.STAFF,
    ticket: Ticket | None = None,
    person_id: int | None = None,
    now: datetime | None = None,
    words: bool = False,
) -> list[Draft]:
    """Return the messages that tell our colleagues something; none where no way to them is configured.

    `key` is unique for this word; `person_id` is whom an answer to it goes to, the ticket's own where not
    given. With `now` a room that is new gets its card at once, else when the clock knocks next. A
    confidential ticket is told only to those who may know of it, in private. `words` are a customer's own:
    in a crowded group they stay what they are, while news become one digest.
    """
    about = person_id if person_id is not None else (ticket.person_id if ticket is not None else None)
    if ticket is None and about is not None and lane == Lane.STAFF:
        lane = Lane.INTERACTIVE  # somebody waits for a word, or speaks with us now
    draft = Draft(
        channel=PRIVATE,
        address="",
        reply=desktop.document(reply),
        dedupe_key=key,
        lane=lane,
        card=reply.card,
        on_unknown=OnUnknown.RESEND,
        about_person_id=about,
        ticket_id=ticket.id if ticket is not None else None,
    )
    if ticket is not None and ticket.confidential:
        return _in_confidence(desktop, session, draft, ticket)
    if desktop.staff is None:
        return _each(draft, _hands(session, ticket, about, lane)) if desktop.in_private else []
    room = room_of(ticket, about)
    news = ticket is not None and lane == Lane.STAFF and not words and not reply.enclosures
    draft = replace(
        draft, channel=desktop.staff.channel, address=desktop.staff.address, room=room, announces=news
    )
    if room is None or now is None:
        return [draft]
    return desktop.first_card(desktop, session, draft, reply, now)


def also_in_person(posts: list[Draft], desktop: Desktop, people: Sequence[Staff]) -> list[Draft]:
    """Return messages to the group together with their copies in the own chats of those who are meant.

    Nothing is added where everything goes to own chats anyway.
    """
    if desktop.staff is None or not desktop.in_private:
        return posts
    group = [one for one in posts if one.address == desktop.staff.address]
    linked = [one for one in people if one.telegram_id is not None]
    return posts + [
        replace(copy, channel=PRIVATE, room=None, announces=False)
        for one in group
        for copy in _each(one, linked)
    ]


def reachable(desktop: Desktop, session: Session) -> bool:
    """Return whether any colleague can be told anything: there is a group, or somebody is linked."""
    return desktop.staff is not None or (desktop.in_private and bool(_linked(session)))


def answer(
    turn: Turn,
    reply: Reply,
    *,
    ticket: Ticket | None = None,
    person_id: int | None = None,
) -> None:
    """Answer a colleague where they wrote; what is confidential only in private, wherever they asked.

    With `person_id` an answer to it goes to that customer.
    """
    message = turn.message
    place = Address(message.channel, message.address)
    room = None
    staff = storage.staff.by_telegram(turn.session, message.member or message.address)
    if message.member is not None and ticket is not None and ticket.confidential and staff is not None:
        _answer(turn, Reply(wording.told_in_private(), kind="staff"), place, _room_here(turn), None, None)
        place = Address(PRIVATE, staff.telegram_id or message.address)
    elif message.member is not None:
        room = _room_here(turn)
    _answer(turn, reply, place, room, ticket, person_id)


def say(turn: Turn, text: str, *choices: Choice | None, ticket: Ticket | None = None) -> None:
    """Answer a colleague where they wrote; an answer to that stays among colleagues."""
    reply = Reply(text, tuple(one for one in choices if one is not None), kind="staff")
    answer(turn, reply, ticket=ticket)


# -- inside


def _answer(
    turn: Turn, reply: Reply, to: Address, room: str | None, ticket: Ticket | None, person_id: int | None
) -> None:
    if turn.message.address == to.address and turn.message.ref is not None and reply.answers is None:
        reply = replace(reply, answers=turn.message.ref)
    turn.heard.replies.append(reply)
    turn.drafts.append(
        Draft(
            channel=to.channel,
            address=to.address,
            reply=turn.desktop.document(reply),
            dedupe_key=f"{turn.message.channel}:{turn.message.update_id}:{len(turn.drafts)}",
            lane=Lane.INTERACTIVE,
            card=reply.card,
            on_unknown=OnUnknown.RESEND,
            about_person_id=person_id,
            ticket_id=ticket.id if ticket is not None else None,
            room=room,
        )
    )


def _room_here(turn: Turn) -> str | None:
    message = turn.message
    if message.thread is None:
        return None
    found = storage.rooms.by_thread(
        turn.session, channel=message.channel, address=message.address, thread=message.thread
    )
    return found.room if found is not None else None


def _linked(session: Session) -> list[Staff]:
    return [one for one in storage.staff.everybody(session) if one.telegram_id is not None]


def _hands(session: Session, ticket: Ticket | None, person_id: int | None, lane: Lane) -> list[Staff]:
    """Return whom a word goes to in private: whose chat it is, else who is on duty, else anybody who may."""
    linked = _linked(session)
    if ticket is not None:
        may = [one for one in linked if rights.sees(one, ticket)]
    elif person_id is not None:
        request = storage.handover.open_of(session, person_id)
        holder = None if request is None else request.claimed_by or request.answered_by
        may = [one for one in linked if allows(one.role, "chat.take")]
        if any(one.id == holder for one in may):
            return [one for one in may if one.id == holder]
    else:
        may = [one for one in linked if allows(one.role, "ticket.list")]
    on_duty = [one for one in may if one.on_duty]
    return may if lane == Lane.DANGER else on_duty or may


def _each(draft: Draft, hands: list[Staff]) -> list[Draft]:
    return [
        storage.outbox.twin(draft, address=one.telegram_id or "", dedupe_key=f"{draft.dedupe_key}#{one.id}")
        for one in hands
    ]


def _in_confidence(desktop: Desktop, session: Session, draft: Draft, ticket: Ticket) -> list[Draft]:
    hands = _hands(session, ticket, None, draft.lane) if desktop.in_private else []
    posts = _each(draft, hands)
    if desktop.staff is None:
        return posts
    # The group learns that there is something, once, and nothing of what.
    card = f"hidden:{ticket.id}"
    known = storage.rooms.last_written(
        session, channel=desktop.staff.channel, address=desktop.staff.address, card=card
    )
    if known is not None:
        return posts
    line = Reply(wording.something_confidential(told=bool(hands)), card=card, kind="staff")
    group = Draft(
        channel=desktop.staff.channel,
        address=desktop.staff.address,
        reply=desktop.document(line),
        dedupe_key=f"hidden:{draft.dedupe_key}",
        lane=draft.lane,
        card=card,
        on_unknown=OnUnknown.RESEND,
    )
    return [*posts, group]
