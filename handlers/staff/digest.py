"""News for a crowded staff group as one card: a group gets few messages a minute, and nothing may be lost."""

from datetime import datetime, timedelta

from sqlmodel import Session

import storage.outbox
import storage.rooms
from handlers.messages import Reply
from handlers.tickets.ticket_cards import staff_name
from handlers.turn import Desktop
from handlers.wording import staff as wording
from storage.models import Lane, OnUnknown, Outgoing, StaffRoom, Ticket, TicketState
from storage.outbox import Draft

_CARD = "digest"
_LONGEST = 3500  # of a message's 4096, so that a digest is one message


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Gather the news that wait for the staff group where too much waits; dangers and chats go on as ever."""
    if desktop.staff is None:
        return {}
    channel, address = desktop.staff.channel, desktop.staff.address
    practice = desktop.book.practice
    last = storage.rooms.last_written(session, channel=channel, address=address, card=_CARD)
    if last is not None and last > now - timedelta(seconds=practice.digest_seconds):
        return {}
    most = practice.digest_from + 1
    if storage.rooms.waiting_count(session, channel=channel, address=address, most=most) < most:
        return {}
    rows = storage.rooms.waiting_news(session, channel=channel, address=address)
    lines = _lines(session, rows)
    parts = _parts(lines)
    if not parts:
        return {}
    # One message is what a digest may be; what does not fit waits for the next.
    told = parts[0]
    ids = [number for line in told for number in line[1]]
    storage.rooms.drop(ids, session, "told in a digest")
    _want_cards(session, [row for row in rows if row.id in set(ids)])
    reply = Reply(
        wording.digest([text for text, _ in told], left=sum(len(part) for part in parts[1:])),
        card=_CARD,
        kind="staff",
    )
    draft = Draft(
        channel=channel,
        address=address,
        reply=desktop.document(reply),
        dedupe_key=f"digest:{ids[0]}",
        lane=Lane.INTERACTIVE,
        card=_CARD,
        on_unknown=OnUnknown.RESEND,
    )
    storage.outbox.write(session, [draft], now)
    return {"digest": len(ids)}


def _lines(session: Session, rows: list[Outgoing]) -> list[tuple[str, list[int]]]:
    """Return a line for each ticket with the messages that it stands for, the most urgent tickets first."""
    of_ticket: dict[int, list[Outgoing]] = {}
    for row in rows:
        if row.ticket_id is not None:
            of_ticket.setdefault(row.ticket_id, []).append(row)
    found = []
    for ticket_id, news in of_ticket.items():
        ticket = session.get_one(Ticket, ticket_id)
        place = "" if ticket.anonymous or ticket.confidential else str(ticket.fields.get("place") or "")
        line = wording.digest_line(
            ticket.number,
            staff_name(ticket),
            ticket.state,
            wording.short_place(place, 8),
            len(news),
            urged=ticket.urged,
            open_=ticket.state == TicketState.ACCEPTED,
            last=_last(news, ticket),
        )
        found.append((-ticket.priority, ticket_id, line, [row.id for row in news if row.id is not None]))
    return [(line, ids) for _, _, line, ids in sorted(found)]


def _last(news: list[Outgoing], ticket: Ticket) -> str:
    """Return the beginning of the last of a ticket's news, but for the one that it is there."""
    told = [row for row in news if row.card is None]
    return wording.beginning(str(told[-1].reply.get("text", "")), ticket.number) if told else ""


def _parts(lines: list[tuple[str, list[int]]]) -> list[list[tuple[str, list[int]]]]:
    parts: list[list[tuple[str, list[int]]]] = []
    size = _LONGEST
    for line in lines:
        if size + len(line[0]) + 1 > _LONGEST:
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += len(line[0]) + 1
    return parts


def _want_cards(session: Session, rows: list[Outgoing]) -> None:
    """Let a room whose card was among them get it when the room is first written to, and no sooner."""
    for row in rows:
        if row.card is None or row.room is None:
            continue
        known = storage.rooms.of(session, channel=row.channel, address=row.address, room=row.room)
        if known is not None and known.thread is None:
            _forget(session, known)


def _forget(session: Session, room: StaffRoom) -> None:
    session.delete(room)
    session.flush()
