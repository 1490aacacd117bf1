"""The staff group: take, note, resolve and end; only a reply or /r ever leaves the room."""

import storage.handover
import storage.outbox
import storage.staff
import storage.tickets
from handlers import handover, ticket_work
from handlers.messages import Choice, Reply
from handlers.ticket_cards import staff_choices
from handlers.ticket_work import Done
from handlers.turn import Address, Turn
from handlers.wording import handover as handover_wording
from handlers.wording import staff as wording
from handlers.wording import tickets as ticket_wording
from storage.models import Outgoing, Person, Staff, Ticket

_LISTED = 20


def listen(turn: Turn) -> None:
    """Deal with what is said in the staff group; what is neither a reply nor a command stays there."""
    from handlers.desk import act_of, perform

    turn.outcome("staff")
    message = turn.message
    if message.edited:
        return
    if message.choice is not None:
        act = act_of(turn, message.choice)
        if act is None or not act.startswith("staff."):
            _say(turn, wording.expired())
            return
        perform(turn, act)
        turn.outcome("staff")
        return
    answered = _answered(turn)
    if turn.text.startswith("/"):
        name, _, rest = turn.text[1:].partition(" ")
        command = _COMMANDS.get(name.partition("@")[0].lower())
        if command is not None:
            command(turn, rest.strip(), answered)
        elif name.partition("@")[0].lower() in ("help", "start"):
            _say(turn, wording.help_lines())
        return
    if message.reply_to is None or answered is None:
        return  # colleagues among themselves
    if answered.about_person_id is None:
        _say(turn, wording.reply_to_whom())
        return
    if not turn.text:
        _say(turn, wording.only_text())
        return
    _send(turn, answered.about_person_id, turn.text, _ticket_of(turn, answered))


# -- commands: the rest of the line, and the message that it answers


def _command_reply(turn: Turn, rest: str, answered: Outgoing | None) -> None:
    if not rest:
        _say(turn, wording.nothing_to_send())
        return
    if answered is not None and answered.about_person_id is not None:
        _send(turn, answered.about_person_id, rest, _ticket_of(turn, answered))
        return
    staff = _who(turn)
    assert staff.id is not None
    speaking = storage.handover.of_staff(turn.session, staff.id)
    if len(speaking) == 1:
        _send(turn, speaking[0].person_id, rest, None)
    else:
        _say(turn, wording.reply_to_whom())


def _command_note(turn: Turn, rest: str, answered: Outgoing | None) -> None:
    ticket = _ticket_of(turn, answered)
    if ticket is None:
        number, _, rest = rest.partition(" ")
        ticket = storage.tickets.by_number(turn.session, number)
    if ticket is None or not rest.strip():
        _say(turn, wording.note_where())
        return
    _report(turn, ticket_work.note(turn.session, ticket.number, _who(turn), rest.strip(), turn.now))


def _command_list(turn: Turn, _rest: str, _answered: Outgoing | None) -> None:
    rows = ticket_work.listing(turn.session)[:_LISTED]
    if not rows:
        _say(turn, wording.no_open_tickets())
        return
    lines = [
        f"- {ticket.number} {kind} {ticket_wording.STATES[ticket.state]} {owner}".rstrip()
        for ticket, kind, owner in rows
    ]
    _say(turn, "\n".join(lines))


def _command_show(turn: Turn, rest: str, answered: Outgoing | None) -> None:
    ticket = _ticket_of(turn, answered)
    show(turn, rest or (ticket.number if ticket is not None else ""))


def _command_take(turn: Turn, rest: str, answered: Outgoing | None) -> None:
    ticket = _ticket_of(turn, answered)
    take(turn, rest or (ticket.number if ticket is not None else ""))


def _command_done(turn: Turn, rest: str, answered: Outgoing | None) -> None:
    ticket = _ticket_of(turn, answered)
    number, text = ("", rest) if ticket is not None else (rest.partition(" ")[0], rest.partition(" ")[2])
    _report(
        turn,
        ticket_work.resolve(
            turn.desktop,
            turn.session,
            ticket.number if ticket is not None else number,
            _who(turn),
            turn.now,
            text=text.strip(),
        ),
    )


def _command_end(turn: Turn, _rest: str, answered: Outgoing | None) -> None:
    if answered is not None and answered.about_person_id is not None:
        end(turn, str(answered.about_person_id))
        return
    staff = _who(turn)
    assert staff.id is not None
    speaking = storage.handover.of_staff(turn.session, staff.id)
    if len(speaking) == 1:
        end(turn, str(speaking[0].person_id))
    else:
        _say(turn, wording.nobody_to_end())


_COMMANDS = {
    "r": _command_reply,
    "n": _command_note,
    "note": _command_note,
    "list": _command_list,
    "show": _command_show,
    "take": _command_take,
    "done": _command_done,
    "end": _command_end,
}


# -- buttons


def take(turn: Turn, number: str) -> None:
    """Take a ticket; of two who press, one gets it and the other is told who."""
    if _in_group(turn):
        done = ticket_work.take(turn.desktop, turn.session, number, _who(turn), turn.now)
        _report(turn, done, choices=staff_choices(done.ticket) if done.ok and done.ticket is not None else ())


def arrived(turn: Turn, number: str) -> None:
    """Note that the crew is there."""
    if _in_group(turn):
        _report(turn, ticket_work.arrived(turn.desktop, turn.session, number, _who(turn), turn.now))


def resolve(turn: Turn, number: str) -> None:
    """Say that a ticket's work is done; its customer is asked."""
    if _in_group(turn):
        _report(turn, ticket_work.resolve(turn.desktop, turn.session, number, _who(turn), turn.now))


def show(turn: Turn, number: str) -> None:
    """Show a ticket with everything that happened, long numbers hidden."""
    if not _in_group(turn):
        return
    card = ticket_work.show(turn.desktop, turn.session, number, turn.now)
    if card is None:
        _say(turn, ticket_wording.work_unknown(number))
        return
    ticket = storage.tickets.by_number(turn.session, number)
    _tell(turn, card, ticket, ticket.person_id if ticket is not None else None)


def end(turn: Turn, person: str) -> None:
    """End a conversation with a customer."""
    if not _in_group(turn):
        return
    staff = _who(turn)
    if handover.end(turn, int(person), staff):
        _say(turn, handover_wording.staff_ended(int(person), staff.name))
    else:
        _say(turn, wording.nobody_to_end())


# -- inside


def _in_group(turn: Turn) -> bool:
    if turn.desktop.staff == Address(turn.message.channel, turn.message.address):
        return True
    turn.say(wording.group_only())
    return False


def _who(turn: Turn) -> Staff:
    message = turn.message
    return storage.staff.in_group(turn.session, message.member or "0", message.member_name, now=turn.now)


def _answered(turn: Turn) -> Outgoing | None:
    message = turn.message
    if message.reply_to is None:
        return None
    return storage.outbox.by_ref(
        turn.session, channel=message.channel, address=message.address, ref=message.reply_to
    )


def _ticket_of(turn: Turn, answered: Outgoing | None) -> Ticket | None:
    if answered is None or answered.ticket_id is None:
        return None
    return turn.session.get(Ticket, answered.ticket_id)


def _send(turn: Turn, person_id: int, text: str, ticket: Ticket | None) -> None:
    if handover.pass_on(turn, person_id, _who(turn), text, ticket=ticket):
        end_it = (Choice("结束", f"staff.end:{person_id}"),)
        _tell(turn, Reply(handover_wording.staff_sent(person_id), end_it, kind="staff"), ticket, person_id)
    else:
        _say(turn, handover_wording.staff_not_sent(person_id))


def _report(turn: Turn, done: Done, *, choices: tuple[Choice, ...] = ()) -> None:
    ticket = done.ticket
    if ticket is not None:
        turn.heard.ticket = ticket.number
    person_id = ticket.person_id if ticket is not None else None
    _tell(turn, Reply(done.text, choices, kind="staff"), ticket, person_id)


def _say(turn: Turn, text: str) -> None:
    _tell(turn, Reply(text, kind="staff"), None, None)


def _tell(turn: Turn, reply: Reply, ticket: Ticket | None, person_id: int | None) -> None:
    """Write to the group; an answer to it goes to the person it is about."""
    about = turn.session.get(Person, person_id) if person_id is not None else None
    turn.heard.replies.append(reply)
    turn.tell_staff(reply, ticket=ticket, about=about)


ACTS = {
    "staff.take": take,
    "staff.arrived": arrived,
    "staff.resolve": resolve,
    "staff.show": show,
    "staff.end": end,
}
