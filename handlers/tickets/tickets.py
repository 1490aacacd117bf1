"""Tickets from their customer's side: looking, adding to them, withdrawing them."""

from collections.abc import Sequence

import storage.tickets
from handlers.forms import forms
from handlers.masking import hide_numbers
from handlers.messages import Choice, Reply
from handlers.tickets import evidence, merging, promise_clock, ticket_states, ticket_work, urging
from handlers.tickets.ticket_opening import add_evidence, add_words, say_card
from handlers.turn import Turn
from handlers.wording import forms as form_wording
from handlers.wording import ticket_work as work_wording
from handlers.wording import tickets as wording
from handlers.wording.danger import THANKS
from handlers.wording.moments import day
from knowledge.rules.ticket_kinds import name_of, ticket_kinds
from storage.models import Evidence, Ticket
from storage.tickets import RUNNING

_SHOWN = 5
_FEW_WORDS = 8  # characters beside a ticket's number that do not make it a question of its own


def mine(turn: Turn, _argument: str) -> None:
    """Show the ticket that is named or the only open one, else the list."""
    asked = ticket_kinds().get(turn.heard.topic or "")
    turn.outcome("action", topic="ticket.status")
    assert turn.person.id is not None
    if wording.URGING.search(turn.text):
        urging.urge(turn, "")
        return
    named = urging.NUMBER.search(turn.text)
    if named:
        show(turn, named.group().upper())
        return
    found = storage.tickets.of_person(turn.session, turn.person.id, limit=_SHOWN)
    if asked is not None and all(one.kind != asked.kind for one in found):
        # Asked after a suggestion, and there is none: other tickets are no answer.
        turn.say(
            wording.none_of_kind(asked.name), Choice(f"现在{asked.name}", f"complaint:{asked.kind}"), _MINE
        )
        return
    if not found:
        turn.say(wording.none_yet(), Choice("报修", "repair"), Choice("投诉", "complaint"), _HUMAN)
        return
    if len(found) == 1:
        say_card(turn, found[0], quiet=False)
        return
    rows = [(one.number, name_of(one.kind), one.state, day(one.opened_at, turn.book.zone)) for one in found]
    choices = [Choice(one.number, f"ticket.show:{one.number}") for one in found]
    turn.say(Reply(wording.listing(rows), (*choices, _HUMAN), kind="card"))


def listen(turn: Turn) -> bool:
    """Show the ticket whose number is typed with few words beside it; False for everything else."""
    named = urging.NUMBER.search(turn.text)
    if named is None or len(turn.text) - len(named.group()) > _FEW_WORDS:
        return False
    mine(turn, "")
    return True


def has_open(turn: Turn) -> bool:
    """Return whether the one who speaks waits for a ticket of ours."""
    assert turn.person.id is not None
    found = storage.tickets.of_person(turn.session, turn.person.id, limit=_SHOWN)
    return any(one.state in RUNNING for one in found)


def show(turn: Turn, number: str) -> None:
    """Show one of the customer's own tickets."""
    ticket = _own(turn, number)
    if ticket is not None:
        say_card(turn, ticket, quiet=False)


def ask_withdraw(turn: Turn, number: str) -> None:
    """Ask once before a ticket is withdrawn."""
    ticket = _own(turn, number)
    if ticket is None or not _is_open(turn, ticket):
        return
    turn.say(
        Reply(
            wording.ask_withdraw(ticket.number, name_of(ticket.kind)),
            (
                Choice("确认撤销", f"ticket.withdrawn:{ticket.number}"),
                Choice("不撤销", f"ticket.show:{ticket.number}"),
            ),
            kind="question",
        )
    )


def withdraw(turn: Turn, number: str) -> None:
    """Take a ticket back."""
    ticket = _own(turn, number)
    if ticket is None:
        return
    merged = storage.tickets.merged_into(turn.session, ticket)
    if ticket.kind == "danger" or not ticket_states.move(turn.session, ticket, "withdraw", turn.now):
        turn.say(wording.settled_already(ticket.number, ticket.state), _MINE)
        return
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="withdrawn", actor="customer")
    promise_clock.go_on(turn.session, ticket, "customer", turn.now)
    promise_clock.void(turn.session, ticket, turn.now)
    if merged:
        merging.succeed(turn.desktop, turn.session, ticket, merged, turn.now)
    turn.tell_staff(
        Reply(work_wording.staff_withdrawn(ticket.number), kind="staff"), ticket=ticket, about=turn.person
    )
    say_card(turn, ticket)


def ask_words(turn: Turn, number: str) -> None:
    """Ask for what is to be added to a ticket; evidence that came before is put there at once."""
    ticket = _own(turn, number)
    if ticket is None or not _is_open(turn, ticket):
        return
    came = evidence.give_loose(turn, ticket)
    if came:
        _tell_added(turn, ticket, words="", added=len(came), came=came)
        return
    forms.set_aside(turn, "ticket_words", "ask", ticket=ticket.number)
    turn.say(
        Reply(wording.ask_words(ticket.number), (Choice("不补充了", "ticket.add_end"),), kind="question")
    )


def listen_words(turn: Turn) -> bool:
    """Put what follows into the ticket: the first words, and photos as long as they come."""
    assert turn.conversation is not None
    ticket = storage.tickets.by_number(turn.session, str(turn.conversation.collected["ticket"]))
    words = turn.text.rstrip("。！!~.")
    if ticket is None or ticket.state not in RUNNING or words in form_wording.YES | THANKS | forms.CANCEL:
        return _leave(turn)
    added = add_evidence(turn, ticket)
    if not added and (not words or turn.conversation.step == "more"):
        return _leave(turn)
    if words:
        add_words(turn, ticket, turn.text)
    turn.go_to("more")
    _tell_added(turn, ticket, words=turn.text, added=added)
    return True


# -- inside

_HUMAN = Choice("人工", "handover")
_MINE = Choice("我的工单", "tickets")


def _own(turn: Turn, number: str) -> Ticket | None:
    assert turn.person.id is not None
    ticket = storage.tickets.own(turn.session, turn.person.id, number)
    if ticket is None:
        turn.say(wording.not_found(), _MINE, _HUMAN)
    else:
        turn.heard.ticket = ticket.number
    return ticket


def _is_open(turn: Turn, ticket: Ticket) -> bool:
    if ticket.state in RUNNING:
        return True
    say_card(turn, ticket, first=wording.settled_already(ticket.number, ticket.state))
    return False


def _tell_added(turn: Turn, ticket: Ticket, *, words: str, added: int, came: Sequence[Evidence] = ()) -> None:
    """Tell both sides what was added: with this message, or with those before it (`came`)."""
    turn.heard.ticket = ticket.number
    turn.outcome("action", topic="ticket.status")
    text = work_wording.staff_added(ticket.number, hide_numbers(words), len(came))
    told = evidence.with_evidence(Reply(text, kind="staff"), came, anonymous=ticket.anonymous)
    evidence.tell_staff(turn, told, ticket=ticket, about=turn.person)
    paused = storage.tickets.pause_of(turn.session, ticket)
    if paused is not None and paused.reason == "customer":
        # What we waited for has come: the clocks run again at once.
        ticket_work.resume(turn.desktop, turn.session, ticket, "customer", turn.now)
    turn.say(
        wording.words_added(ticket.number, words=bool(words), evidence=added),
        Choice("看进度", f"ticket.show:{ticket.number}"),
    )


def _leave(turn: Turn) -> bool:
    """End the short dialogue; the message belongs to the form that waited, or to the desk."""
    forms.take_up(turn)
    return turn.conversation is not None and forms.listen(turn)


def _end_words(turn: Turn, _argument: str) -> None:
    forms.take_up(turn)
    if turn.conversation is None:
        mine(turn, "")
    else:
        forms.resume(turn, "")


ACTS = {
    "tickets": mine,
    "ticket.show": show,
    "ticket.withdraw": ask_withdraw,
    "ticket.withdrawn": withdraw,
    "ticket.add": ask_words,
    "ticket.add_end": _end_words,
}
DIALOGUES = {"ticket_words": listen_words}
