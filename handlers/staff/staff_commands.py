"""The commands of colleagues: what stands behind the slash, and about which ticket or customer it is."""

import storage.handover
import storage.people
import storage.rooms
import storage.staff
import storage.tickets
from handlers.handover import handover_relay
from handlers.messages import Choice, Reply
from handlers.staff import canned, rights, staff_accounts, staff_post
from handlers.staff.relay_fates import line_name
from handlers.staff.staff_post import say
from handlers.staff.staff_standing import Command, Standing, only_chat
from handlers.staff.staff_ticket_commands import TICKET_COMMANDS
from handlers.tickets import evidence
from handlers.turn import Address, Turn
from handlers.wording import staff as wording
from knowledge.rules.canned import named, near
from storage.models import Lane, Ticket


def pass_on(turn: Turn, now: Standing, text: str) -> None:
    """Send words, and what comes with them, to the customer; ✅ or ❌ follows when their fate is known."""
    assert now.person_id is not None
    enclosures = evidence.from_colleague(turn, now.person_id)
    if not text and not enclosures:
        say(turn, wording.nothing_to_send())
        return
    ref = turn.message.ref
    relay_of = line_name(turn.message.address, ref) if ref is not None else None
    done = handover_relay.pass_on(
        turn,
        now.person_id,
        now.staff,
        text,
        ticket=now.ticket,
        enclosures=enclosures,
        relay_of=relay_of,
    )
    if done and relay_of is not None:
        return
    say(turn, done.text, Choice("结束", f"staff.end:{now.person_id}") if done and done.person_id else None)


def hint_where_it_looks_like_an_answer(turn: Turn) -> None:
    """Say once that a line was not sent, where a colleague writes beside a customer they speak with."""
    message = turn.message
    staff = storage.staff.by_telegram(turn.session, message.member)
    if staff is None or staff.id is None or message.thread is None or message.reply_to is not None:
        return
    room = storage.rooms.by_thread(
        turn.session, channel=message.channel, address=message.address, thread=message.thread
    )
    if room is None or not room.room.startswith("person:"):
        return
    request = storage.handover.open_of(turn.session, int(room.room.partition(":")[2]))
    if request is None or staff.id not in (request.claimed_by, request.answered_by):
        return
    card = f"hint:{request.id}:{staff.id}"
    known = storage.rooms.last_written(
        turn.session, channel=message.channel, address=message.address, card=card
    )
    if known is None:
        staff_post.answer(turn, Reply(wording.stayed_inside(), card=card, kind="staff"))


# -- words for customers


def _reply(turn: Turn, now: Standing, rest: str) -> None:
    if not rest and not turn.message.attachments:
        say(turn, wording.nothing_to_send())
        return
    whom = now if now.person_id is not None else only_chat(turn, now)
    if whom is None:
        say(turn, wording.reply_to_whom())
        return
    pass_on(turn, whom, rest)


def _canned(turn: Turn, now: Standing, rest: str) -> None:
    keyword, _, more = rest.partition(" ")
    one = named(keyword)
    if one is None:
        say(turn, wording.no_such_canned(keyword, [found.key for found in near(keyword)]))
        return
    whom = now if now.person_id is not None else only_chat(turn, now)
    found = canned.filled(turn, one, now.staff, now.ticket)
    if found.missing:
        say(turn, wording.canned_lacks(found.text, found.missing), ticket=now.ticket)
    elif whom is None:
        say(turn, wording.canned_preview(found.text, sendable=False))
    elif more.strip().lower() in ("send", "发送"):
        pass_on(turn, whom, found.text)
    else:
        ticket = whom.ticket.number if whom.ticket is not None else ""
        act = f"staff.canned:{one.key}:{whom.person_id}:{ticket}"
        send = Choice("发送", act)
        say(turn, wording.canned_preview(found.text, sendable=True), send, ticket=now.ticket)


def _undo(turn: Turn, now: Standing, _rest: str) -> None:
    message = turn.message
    name = line_name(message.address, message.reply_to) if message.reply_to is not None else ""
    rows = storage.rooms.passed_on(turn.session, name) if name else []
    last = rows[-1] if rows else None
    if last is None or last.person_id is None or f"**{now.staff.name}" not in last.reply.get("text", ""):
        say(turn, wording.undo_what())
        return
    ticket = turn.session.get(Ticket, last.ticket_id) if last.ticket_id is not None else None
    act = "chat.reply" if ticket is None else "ticket.tell"
    refused = rights.refused(
        turn.session,
        now.staff,
        act,
        now=turn.now,
        ticket=ticket,
        person_id=last.person_id,
        detail={"undo": name},
    )
    if refused is not None:
        say(turn, refused)
        return
    here = Address(last.channel, last.address)
    for chat in storage.people.chat_of(turn.session, last.person_id):
        if Address(chat.channel, chat.address) == here:
            gone = Reply(wording.taken_back(now.staff.name), card=last.card, quiet=True)
            turn.tell(chat, gone, lane=Lane.INTERACTIVE, ticket=ticket, relay_of=name)
            say(turn, wording.undone())
            return
    say(turn, wording.undo_what())


def _end(turn: Turn, now: Standing, _rest: str) -> None:
    whom = now if now.person_id is not None else only_chat(turn, now)
    if whom is None or whom.person_id is None:
        say(turn, wording.nobody_to_end())
        return
    say(turn, handover_relay.end(turn, whom.person_id, now.staff).text)


def _off(turn: Turn, now: Standing, _rest: str) -> None:
    name = now.staff.name
    say(turn, staff_accounts.set_duty(turn.session, name, False, by=name, now=turn.now).text)


def _on(turn: Turn, now: Standing, _rest: str) -> None:
    name = now.staff.name
    say(turn, staff_accounts.set_duty(turn.session, name, True, by=name, now=turn.now).text)


def _help(turn: Turn, _now: Standing, _rest: str) -> None:
    say(turn, wording.help_lines())


COMMANDS: dict[str, Command] = {
    **TICKET_COMMANDS,
    "r": _reply,
    "c": _canned,
    "undo": _undo,
    "end": _end,
    "close": _end,
    "off": _off,
    "on": _on,
    "help": _help,
    "start": _help,
}
