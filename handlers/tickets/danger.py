"""Somebody is in danger: reviewed words at once, an urgent ticket, and an alarm until somebody takes it."""

from datetime import datetime, timedelta

from sqlmodel import Session

import storage.outbox
import storage.tickets
from handlers.answering.meaning import understand
from handlers.forms import forms
from handlers.masking import hide_numbers
from handlers.messages import Choice, Reply
from handlers.small_words import asks_when, is_over, only_small, says_nothing
from handlers.staff import staff_post
from handlers.tickets import evidence, ticket_opening
from handlers.tickets.ticket_cards import staff_choices
from handlers.turn import Desktop, Turn
from handlers.wording import danger as wording
from handlers.wording.forms import QUESTION_SHAPE
from knowledge.rules.danger import Danger, read, rules
from storage.models import OPEN_STATES, Lane, Ticket
from storage.outbox import Draft

# Several messages of one frightened person are one danger.
SAME_DANGER = timedelta(hours=1)
GENERAL = "shock"


def listen(turn: Turn) -> bool:
    """Answer a message that tells of a present danger, in whatever state; False where it tells of none."""
    found = read(turn.text)
    if found is None:
        return False
    answer(turn, found)
    return True


def answer(turn: Turn, danger: Danger) -> None:
    """Say what to do, open or renew the ticket, alarm staff, and ask only for the place."""
    turn.outcome("danger", topic="emergency")
    turn.heard.score = 1.0
    text = rules().texts[danger.kind]
    turn.say(
        Reply(
            turn.fill(wording.instructions(text.do, text.never, text.call)),
            kind="danger",
        ),
        lane=Lane.DANGER,
    )
    assert turn.person.id is not None
    known = storage.tickets.recent_danger(turn.session, turn.person.id, now=turn.now, within=SAME_DANGER)
    if known is None:
        ticket = ticket_opening.open_ticket(
            turn,
            kind="danger",
            subtype=danger.kind,
            fields={"description": turn.text},
            priority=3,
            draft_key=turn.key_for("danger"),
            tell=False,
        )
    else:
        ticket = known
        order = rules().kinds
        if order.index(danger.kind) < order.index(ticket.subtype):
            ticket.subtype = danger.kind  # the more pressing of the two is what colleagues must read
        storage.tickets.note(turn.session, ticket, at=turn.now, kind="said", actor="customer", text=turn.text)
    _alarm_again_at(turn.desktop, ticket, turn.now)
    turn.session.add(ticket)
    turn.heard.ticket = ticket.number
    ticket_opening.add_evidence(turn, ticket)
    alarmed = evidence.tell_staff(
        turn,
        _alarm(ticket, more=turn.text if known is not None else "", certain=danger.certain),
        lane=Lane.DANGER,
        ticket=ticket,
        about=turn.person,
    )
    # A form that is open waits under it: the next words are most likely the place.
    forms.set_aside(turn, "danger_place", "place", ticket=ticket.number)
    turn.say(
        Reply(
            turn.fill(wording.ask_place(ticket.number, alarmed=alarmed)),
            (_false_alarm(ticket), Choice("人工", "handover")),
            asks="location",
            kind="danger",
        ),
        lane=Lane.DANGER,
        ticket=ticket,
    )


def listen_place(turn: Turn) -> bool:
    """Take what follows as the place and more words for the danger's ticket; a real question passes."""
    conversation = turn.conversation
    assert conversation is not None
    ticket = storage.tickets.by_number(turn.session, str(conversation.collected["ticket"]))
    thanks = conversation.step == "more" and turn.text.rstrip("。！!~ ") in wording.THANKS
    if ticket is None or ticket.state not in OPEN_STATES or thanks:
        return _leave(turn)
    message = turn.message
    contact = message.contact is not None and message.contact.own
    if not (turn.text or message.attachments or message.location or contact):
        return False
    if turn.text and not (message.attachments or message.location):
        if is_over(turn.text):
            _tell_over(turn, ticket)
            return True
        if says_nothing(turn.text) or only_small(turn.text) or turn.text.isdigit():
            if turn.text.isdigit():  # a phone or a house number: colleagues see it, but it is no place
                ticket_opening.add_words(turn, ticket, turn.text)
                _tell_staff_more(turn, ticket)
            _say_how_it_stands(turn, ticket)
            return True
        if asks_when(turn.text) and QUESTION_SHAPE.search(turn.text):
            _tell_staff_more(turn, ticket)
            _say_how_it_stands(turn, ticket)
            return True
    question = _is_question(turn)
    if question and conversation.step == "more":
        return _leave(turn)
    ticket_opening.add_evidence(turn, ticket)
    if turn.text:
        ticket_opening.add_words(turn, ticket, turn.text)
        if not question and conversation.step == "place":
            ticket.fields = {**ticket.fields, "place": turn.text}
    if message.contact is not None and contact:
        ticket.fields = {**ticket.fields, "phone": message.contact.phone}
    turn.session.add(ticket)
    _tell_staff_more(turn, ticket)
    if question:
        return False  # staff have it, and it is answered; the place is still to be told
    turn.outcome("danger", topic="emergency")
    turn.heard.ticket = ticket.number
    turn.say(
        Reply(turn.fill(wording.place_noted()), (Choice("人工", "handover"),), kind="danger"),
        lane=Lane.DANGER,
        ticket=ticket,
    )
    if "held" in conversation.collected:
        forms.take_up(turn)
        forms.offer_draft(turn)
    else:
        turn.go_to("more")
    return True


def _tell_staff_more(turn: Turn, ticket: Ticket) -> None:
    evidence.tell_staff(
        turn,
        Reply(wording.staff_more(ticket.number, hide_numbers(turn.text)), kind="staff"),
        lane=Lane.DANGER,
        ticket=ticket,
        about=turn.person,
    )


def _tell_over(turn: Turn, ticket: Ticket) -> None:
    """Pass on that it is over; whether it was no emergency at all, the customer says with a tap."""
    turn.outcome("danger", topic="emergency")
    turn.heard.ticket = ticket.number
    ticket_opening.add_words(turn, ticket, turn.text)
    _tell_staff_more(turn, ticket)
    turn.say(
        Reply(wording.over(), (_false_alarm(ticket), Choice("人工", "handover")), kind="danger"),
        lane=Lane.DANGER,
        ticket=ticket,
    )


def _say_how_it_stands(turn: Turn, ticket: Ticket) -> None:
    """Say who has the emergency and when somebody comes, and ask for the place while it is not known."""
    assert turn.conversation is not None
    turn.outcome("danger", topic="emergency")
    turn.heard.ticket = ticket.number
    text = wording.stands(
        ticket.number,
        taken=ticket.owner_id is not None,
        alarmed=staff_post.reachable(turn.desktop, turn.session),
        place=str(ticket.fields.get("place", "")),
    )
    turn.say(
        Reply(
            turn.fill(text),
            (_false_alarm(ticket), Choice("人工", "handover")),
            asks=None if ticket.fields.get("place") else "location",
            kind="danger",
        ),
        lane=Lane.DANGER,
        ticket=ticket,
    )


def _false_alarm(ticket: Ticket) -> Choice:
    return Choice("不是紧急情况", f"danger.false:{ticket.number}")


def raise_general(turn: Turn, _argument: str) -> None:
    """Somebody tapped that there is danger without saying which."""
    assert turn.person.id is not None
    known = storage.tickets.recent_danger(turn.session, turn.person.id, now=turn.now, within=SAME_DANGER)
    answer(turn, Danger(kind=known.subtype if known is not None else GENERAL, certain=False, words=""))


def not_one(turn: Turn, number: str) -> None:
    """Somebody says that it was no emergency: staff see it, and decide."""
    assert turn.person.id is not None
    ticket = storage.tickets.own(turn.session, turn.person.id, number)
    if ticket is None:
        turn.say(wording.nothing_to_take_back(), Choice("主菜单", "menu"))
        return
    if ticket.state == "accepted":
        ticket.priority, ticket.alarm_at = 1, None
        turn.session.add(ticket)
        storage.tickets.note(
            turn.session, ticket, at=turn.now, kind="false_alarm", actor="customer", text="不是紧急情况"
        )
        turn.tell_staff(
            Reply(wording.staff_false_alarm(ticket.number), kind="staff"), ticket=ticket, about=turn.person
        )
    turn.heard.ticket = ticket.number
    turn.say(wording.false_alarm(), Choice("报修", "repair"), Choice("主菜单", "menu"))
    if turn.conversation is not None and turn.conversation.topic == "danger_place":
        forms.take_up(turn)
        forms.offer_draft(turn)


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Call out again every danger that nobody has taken."""
    due = storage.tickets.due_alarms(session, now)
    drafts: list[Draft] = []
    for ticket in due:
        ticket.alarms += 1
        _alarm_again_at(desktop, ticket, now)
        session.add(ticket)
        drafts += staff_post.drafts(
            desktop,
            session,
            _alarm(ticket, again=True),
            key=f"alarm:{ticket.id}:{ticket.alarms}",
            lane=Lane.DANGER,
            ticket=ticket,
        )
    storage.outbox.write(session, drafts, now)
    return {"alarms": len(due)}


def _alarm(ticket: Ticket, *, again: bool = False, more: str = "", certain: bool = True) -> Reply:
    words = more or str(ticket.fields.get("description", ""))
    place = str(ticket.fields.get("place", ""))
    return Reply(
        wording.staff_alarm(
            ticket.number,
            ticket.subtype,
            hide_numbers(words),
            hide_numbers(place),
            again=again,
            certain=certain,
            open_for_all=ticket.owner_id is None,
        ),
        staff_choices(ticket),
        kind="staff",
    )


def _is_question(turn: Turn) -> bool:
    text = turn.text
    if len(text) < 3 or not QUESTION_SHAPE.search(text):
        return False
    return understand(turn, text).outcome in ("found", "smalltalk", "unclear")


def _leave(turn: Turn) -> bool:
    """End the short dialogue; the message belongs to the form that waited, or to the desk."""
    forms.take_up(turn)
    return turn.conversation is not None and forms.listen(turn)


def _alarm_again_at(desktop: Desktop, ticket: Ticket, now: datetime) -> None:
    if ticket.owner_id is None:
        ticket.alarm_at = now + timedelta(seconds=desktop.book.practice.alarm_repeat_seconds)


ACTS = {"danger": raise_general, "danger.false": not_one}
DIALOGUES = {"danger_place": listen_place}
