"""Tickets from their customer's side: looking, urging, adding, withdrawing, confirming, opening again."""

import re
from datetime import timedelta

import storage.evidence
import storage.tickets
from handlers import forms
from handlers.masking import hide_numbers
from handlers.messages import Choice, Reply
from handlers.ticket_cards import staff_choices
from handlers.ticket_opening import add_evidence, add_words, say_card
from handlers.turn import Turn
from handlers.wording import forms as form_wording
from handlers.wording import tickets as wording
from handlers.wording.danger import THANKS
from handlers.wording.moments import day
from knowledge.rules.ticket_kinds import name_of, ticket_kinds
from storage.models import OPEN_STATES, Lane, Ticket, TicketState

_NUMBER = re.compile(r"[A-Za-z]{2}\d{8}-\d{3,}")
_SHOWN = 5


def mine(turn: Turn, _argument: str) -> None:
    """Show the ticket that is named or the only open one, else the list."""
    asked = ticket_kinds().get(turn.heard.topic or "")
    turn.outcome("action", topic="ticket.status")
    assert turn.person.id is not None
    if wording.URGING.search(turn.text):
        urge(turn, "")
        return
    named = _NUMBER.search(turn.text)
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


def has_open(turn: Turn) -> bool:
    """Return whether the one who speaks waits for a ticket of ours."""
    assert turn.person.id is not None
    found = storage.tickets.of_person(turn.session, turn.person.id, limit=_SHOWN)
    return any(one.state in OPEN_STATES for one in found)


def show(turn: Turn, number: str) -> None:
    """Show one of the customer's own tickets."""
    ticket = _own(turn, number)
    if ticket is not None:
        say_card(turn, ticket, quiet=False)


def urge(turn: Turn, number: str) -> None:
    """Pass an urging on: every one raises the priority, the third goes to the lead."""
    turn.outcome("action", topic="ticket.status")
    number = number or _named_or_only(turn)
    if not number:
        return
    ticket = _own(turn, number)
    if ticket is None or not _is_open(turn, ticket):
        return
    ticket.urged += 1
    ceiling = max(turn.book.practice.urge_priority_ceiling, ticket.priority)
    ticket.priority = min(ticket.priority + 1, ceiling)
    turn.session.add(ticket)
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="urged", actor="customer")
    turn.tell_staff(
        Reply(wording.staff_urged(ticket.number, ticket.urged), staff_choices(ticket), kind="staff"),
        lane=Lane.DANGER if ticket.kind == "danger" else Lane.STAFF,
        ticket=ticket,
        about=turn.person,
    )
    say_card(turn, ticket, quiet=False)


def urge_instead(turn: Turn, number: str) -> None:
    """Urge the ticket that there is, and let go of the form that would have opened a second one."""
    turn.close_dialogue()
    urge(turn, number)


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
    if ticket.kind == "danger" or not storage.tickets.move(
        turn.session, ticket, to=TicketState.WITHDRAWN, among=OPEN_STATES, now=turn.now
    ):
        turn.say(wording.settled_already(ticket.number, ticket.state), _MINE)
        return
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="withdrawn", actor="customer")
    turn.tell_staff(
        Reply(wording.staff_withdrawn(ticket.number), kind="staff"), ticket=ticket, about=turn.person
    )
    say_card(turn, ticket)


def ask_words(turn: Turn, number: str) -> None:
    """Ask for what is to be added to a ticket; evidence that came before is put there at once."""
    ticket = _own(turn, number)
    if ticket is None or not _is_open(turn, ticket):
        return
    assert ticket.id is not None
    since = turn.now - timedelta(hours=turn.book.practice.draft_hours)
    loose = storage.evidence.adopt(turn.session, person=turn.person, draft_key=ticket.draft_key, since=since)
    if loose:
        storage.evidence.attach(turn.session, draft_key=ticket.draft_key, ticket_id=ticket.id)
        _tell_added(turn, ticket, words="", evidence=loose)
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
    if ticket is None or ticket.state not in OPEN_STATES or words in form_wording.YES | THANKS | forms.CANCEL:
        return _leave(turn)
    evidence = add_evidence(turn, ticket)
    if not evidence and (not words or turn.conversation.step == "more"):
        return _leave(turn)
    if words:
        add_words(turn, ticket, turn.text)
    turn.go_to("more")
    _tell_added(turn, ticket, words=turn.text, evidence=evidence)
    return True


def solved(turn: Turn, number: str) -> None:
    """Close a ticket that the customer says is solved."""
    ticket = _own(turn, number)
    if ticket is None:
        return
    if not storage.tickets.move(
        turn.session, ticket, to=TicketState.CLOSED, among=(TicketState.RESOLVED,), now=turn.now
    ):
        turn.say(wording.settled_already(ticket.number, ticket.state), _MINE)
        return
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="confirmed", actor="customer")
    turn.tell_staff(
        Reply(wording.staff_confirmed(ticket.number), kind="staff"), ticket=ticket, about=turn.person
    )
    say_card(turn, ticket, first=wording.confirmed())


def reopen(turn: Turn, number: str) -> None:
    """Open a ticket again that is said not to be solved, within the window for it."""
    ticket = _own(turn, number)
    if ticket is None:
        return
    window = turn.book.library.facts.resolve(
        "ticket.reopen_window", region=turn.region, on=turn.book.today(turn.now)
    )
    if ticket.settled_at is not None and turn.now - ticket.settled_at > timedelta(days=int(window.amount)):
        turn.say(
            wording.closed_too_long(window.text),
            Choice("报修", "repair"),
            Choice("投诉", "complaint"),
            _HUMAN,
        )
        return
    if not storage.tickets.move(
        turn.session,
        ticket,
        to=TicketState.TAKEN if ticket.owner_id is not None else TicketState.ACCEPTED,
        among=(TicketState.RESOLVED, TicketState.CLOSED),
        now=turn.now,
        priority=max(ticket.priority, min(ticket.priority + 1, turn.book.practice.urge_priority_ceiling)),
    ):
        turn.say(wording.settled_already(ticket.number, ticket.state), _MINE)
        return
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="reopened", actor="customer")
    turn.tell_staff(
        Reply(wording.staff_reopened(ticket.number), staff_choices(ticket), kind="staff"),
        ticket=ticket,
        about=turn.person,
    )
    say_card(turn, ticket, quiet=False)


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
    if ticket.state in OPEN_STATES:
        return True
    say_card(turn, ticket, first=wording.settled_already(ticket.number, ticket.state))
    return False


def _named_or_only(turn: Turn) -> str:
    """Return the number that is meant; where none or several are, say so and return nothing."""
    assert turn.person.id is not None
    named = _NUMBER.search(turn.text)
    if named:
        return named.group().upper()
    found = storage.tickets.of_person(turn.session, turn.person.id, limit=_SHOWN)
    found = [one for one in found if one.state in OPEN_STATES]
    if len(found) == 1:
        return found[0].number
    if found:
        choices = [Choice(f"{name_of(one.kind)} {one.number}", f"ticket.urge:{one.number}") for one in found]
        turn.say(Reply(wording.which_to_urge(), tuple(choices), kind="question"))
    else:
        turn.say(wording.nothing_to_urge(), _HUMAN, Choice("报修", "repair"), _MINE)
    return ""


def _tell_added(turn: Turn, ticket: Ticket, *, words: str, evidence: int) -> None:
    turn.heard.ticket = ticket.number
    turn.outcome("action", topic="ticket.status")
    text = wording.staff_added(ticket.number, hide_numbers(words), evidence)
    turn.tell_staff(Reply(text, kind="staff"), ticket=ticket, about=turn.person)
    turn.say(
        wording.words_added(ticket.number, words=bool(words), evidence=evidence),
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
    "urge": urge,
    "ticket.show": show,
    "ticket.urge": urge,
    "ticket.urge_instead": urge_instead,
    "ticket.withdraw": ask_withdraw,
    "ticket.withdrawn": withdraw,
    "ticket.add": ask_words,
    "ticket.add_end": _end_words,
    "ticket.solved": solved,
    "ticket.reopen": reopen,
}
DIALOGUES = {"ticket_words": listen_words}
