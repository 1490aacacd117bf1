"""The commands of colleagues about tickets; in a topic no number is needed, and one that is said wins."""

import storage.handover
import storage.rooms
import storage.staff
import storage.tickets
from handlers.handover import handover_queue
from handlers.messages import Reply
from handlers.staff import staff_cards, staff_post
from handlers.staff.staff_post import say
from handlers.staff.staff_standing import Command, Standing, only_chat
from handlers.tickets import downgrades, evidence, merging, own_work, rebooking, ticket_passing, ticket_work
from handlers.tickets.ticket_work import Done, Which
from handlers.turn import Turn
from handlers.wording import staff as wording
from handlers.wording import tickets as ticket_wording
from storage.models import OPEN_STATES, Staff, Ticket

_LISTED = 30
_WHICH: dict[str, Which] = {
    "team": "team",
    "班组": "team",
    "mine": "mine",
    "我的": "mine",
    "first": "first_asked",
}


def report(turn: Turn, done: Done) -> None:
    """Say what became of an act on a ticket, and let its room show it."""
    ticket = done.ticket
    if ticket is not None:
        turn.heard.ticket = ticket.number
    choices = staff_cards.room_choices(ticket) if done.ok and ticket is not None else ()
    staff_post.answer(turn, Reply(done.text, choices, kind="staff"), ticket=ticket)
    if done.ok and ticket is not None:
        _show_in_room(turn, ticket)


def _note(turn: Turn, now: Standing, rest: str) -> None:
    number, words = _number(turn, now, rest)
    number = number or _only_of_customer(turn, now)
    if not number or not words:
        say(turn, wording.note_where())
        return
    report(turn, ticket_work.note(turn.session, number, now.staff, words, turn.now))


def _take(turn: Turn, now: Standing, rest: str) -> None:
    number, _ = _number(turn, now, rest)
    if number:
        report(turn, ticket_work.take(turn.desktop, turn.session, number, now.staff, turn.now))
        return
    request = storage.handover.open_of(turn.session, now.person_id) if now.person_id is not None else None
    if request is not None and request.id is not None:
        done = handover_queue.take(turn.desktop, turn.session, request.id, now.staff, turn.now)
    else:
        done = handover_queue.take_next(turn.desktop, turn.session, now.staff, turn.now)
    say(turn, done.text)


def _arrived(turn: Turn, now: Standing, rest: str) -> None:
    number, _ = _number(turn, now, rest)
    if _has(turn, number):
        report(turn, ticket_work.arrived(turn.desktop, turn.session, number, now.staff, turn.now))


def _wait(turn: Turn, now: Standing, rest: str) -> None:
    number, reason = _number(turn, now, rest)
    if _has(turn, number):
        report(turn, ticket_work.wait(turn.desktop, turn.session, number, now.staff, reason, turn.now))


def _delay(turn: Turn, now: Standing, rest: str) -> None:
    number, reason = _number(turn, now, rest)
    if _has(turn, number):
        report(turn, ticket_work.delay(turn.desktop, turn.session, number, now.staff, reason, turn.now))


def _rebook(turn: Turn, now: Standing, rest: str) -> None:
    number, slot = _number(turn, now, rest)
    if _has(turn, number):
        report(turn, rebooking.rebook(turn.desktop, turn.session, number, now.staff, slot, turn.now))


def _go(turn: Turn, now: Standing, rest: str) -> None:
    number, _ = _number(turn, now, rest)
    if _has(turn, number):
        report(turn, ticket_work.go_on(turn.desktop, turn.session, number, now.staff, turn.now))


def _done(turn: Turn, now: Standing, rest: str) -> None:
    number, words = _number(turn, now, rest)
    if _has(turn, number):
        work = ticket_work.resolve(turn.desktop, turn.session, number, now.staff, turn.now, text=words)
        report(turn, work)


def _show(turn: Turn, now: Standing, rest: str) -> None:
    number, _ = _number(turn, now, rest)
    if _has(turn, number):
        show(turn, now.staff, number)


def show(turn: Turn, staff: Staff, number: str) -> None:
    """Show a ticket with everything that happened, long numbers hidden."""
    found = ticket_work.show(turn.desktop, turn.session, number, staff, turn.now)
    if isinstance(found, Done):
        say(turn, found.text)
        return
    ticket = storage.tickets.by_number(turn.session, number)
    if ticket is not None:
        found = evidence.shown_to(turn.session, staff, ticket, found, turn.now)
    staff_post.answer(turn, found, ticket=ticket)


def _transfer(turn: Turn, now: Standing, rest: str) -> None:
    number, words = _number(turn, now, rest)
    to, _, reason = words.partition(" ")
    if number:
        work = ticket_passing.transfer(
            turn.desktop, turn.session, number, now.staff, to, reason.strip(), turn.now
        )
        report(turn, work)
        return
    whom = now if now.person_id is not None else only_chat(turn, now)
    colleague = storage.staff.by_name(turn.session, to)
    if whom is None or whom.person_id is None or colleague is None or not colleague.active:
        say(turn, wording.transfer_how())
        return
    done = handover_queue.transfer(
        turn.desktop, turn.session, whom.person_id, now.staff, colleague, reason.strip(), turn.now
    )
    say(turn, done.text)


def _assign(turn: Turn, now: Standing, rest: str) -> None:
    number, to = _number(turn, now, rest)
    if _has(turn, number):
        report(turn, ticket_passing.assign(turn.desktop, turn.session, number, now.staff, to, turn.now))


def _merge(turn: Turn, now: Standing, rest: str) -> None:
    first, _, second = rest.partition(" ")
    if first and not second.strip() and now.ticket is not None:
        first, second = now.ticket.number, first
    if not first or not second.strip():
        say(turn, wording.merge_how())
        return
    work = merging.merge(turn.desktop, turn.session, first, now.staff, second.strip(), turn.now)
    report(turn, work)


def _split(turn: Turn, now: Standing, rest: str) -> None:
    number, words = _number(turn, now, rest)
    keys = words.replace("，", " ").replace(",", " ").split()
    if not number or not all(one.isascii() and one.isdigit() for one in keys):
        say(turn, wording.split_how())
        return
    chosen = [int(one) for one in keys]
    report(turn, merging.split(turn.desktop, turn.session, number, now.staff, chosen, turn.now))


def _list(turn: Turn, now: Standing, rest: str) -> None:
    which: Which = _WHICH.get(rest.strip(), "all")
    found = ticket_work.listing(turn.session, now.staff, turn.now, which=which)
    if isinstance(found, Done):
        say(turn, found.text)
        return
    # In the group others read along.
    rows = [one for one in found if turn.message.member is None or not one[0].confidential]
    if not rows:
        say(turn, wording.no_open_tickets())
        return
    lines = [
        f"{ticket.number} {kind} {ticket_wording.STATES[ticket.state]} {owner}".rstrip()
        for ticket, kind, owner in rows[:_LISTED]
    ]
    say(turn, wording.listed(lines, len(rows) - len(lines)))


def _mine(turn: Turn, now: Standing, _rest: str) -> None:
    say(turn, own_work.mine(turn.session, turn.book, now.staff, turn.now))


def _class(turn: Turn, now: Standing, rest: str) -> None:
    number, words = _number(turn, now, rest)
    kind, _, reason = words.partition(" ")
    if not number or not kind or not reason.strip():
        say(turn, wording.class_how())
        return
    work = downgrades.ask(turn.desktop, turn.session, number, now.staff, kind, reason.strip(), turn.now)
    report(turn, work)


def _approve(turn: Turn, now: Standing, rest: str) -> None:
    _decide(turn, now, rest, approved=True)


def _refuse(turn: Turn, now: Standing, rest: str) -> None:
    _decide(turn, now, rest, approved=False)


def _decide(turn: Turn, now: Standing, rest: str, *, approved: bool) -> None:
    number, _ = _number(turn, now, rest)
    if _has(turn, number):
        work = downgrades.decide(turn.desktop, turn.session, number, now.staff, turn.now, approved=approved)
        report(turn, work)


TICKET_COMMANDS: dict[str, Command] = {
    "n": _note,
    "note": _note,
    "take": _take,
    "arrived": _arrived,
    "wait": _wait,
    "delay": _delay,
    "rebook": _rebook,
    "go": _go,
    "done": _done,
    "show": _show,
    "list": _list,
    "mine": _mine,
    "transfer": _transfer,
    "assign": _assign,
    "merge": _merge,
    "split": _split,
    "class": _class,
    "approve": _approve,
    "refuse": _refuse,
}


# -- inside


def _number(turn: Turn, now: Standing, rest: str) -> tuple[str, str]:
    """Return the number of the ticket that is meant and the rest of the line; a number that is said wins."""
    first, _, more = rest.partition(" ")
    looks_like_one = first[:1].isalpha() and first.isascii() and any(one.isdigit() for one in first)
    if looks_like_one or storage.tickets.by_number(turn.session, first) is not None:
        return first, more.strip()
    return (now.ticket.number if now.ticket is not None else ""), rest.strip()


def _only_of_customer(turn: Turn, now: Standing) -> str:
    """Return the number of the only open ticket of the customer spoken of that everybody may know of."""
    if now.person_id is None:
        return ""
    found = [
        one
        for one in storage.tickets.of_person(turn.session, now.person_id)
        if one.state in OPEN_STATES and not (one.confidential or one.anonymous)
    ]
    return found[0].number if len(found) == 1 else ""


def _has(turn: Turn, number: str) -> bool:
    if not number:
        say(turn, wording.which_ticket())
    return bool(number)


def _show_in_room(turn: Turn, ticket: Ticket) -> None:
    """Renew the card in the ticket's own room, which opens the room where it has none yet."""
    desk = turn.desktop.staff
    if desk is None or ticket.confidential or ticket.id is None:
        return
    room = storage.rooms.opened(
        turn.session, channel=desk.channel, address=desk.address, room=f"ticket:{ticket.id}", now=turn.now
    )
    turn.session.flush()
    turn.drafts.extend(staff_cards.renewed(turn.desktop, turn.session, room, turn.now))
