"""A call back instead of waiting: parts of the next days to choose from, and the ticket that comes of one."""

import storage.handover
from handlers.forms import forms
from handlers.forms.form_steps import looks_like_phone
from handlers.handover import handover_queue
from handlers.messages import Choice, Reply
from handlers.tickets import ticket_opening
from handlers.turn import Turn
from handlers.wording import callbacks as wording
from handlers.wording import handover as handover_wording
from handlers.wording.requests import slot as slot_words
from knowledge.rules import slots
from knowledge.rules.calendars import calendar_of
from knowledge.rules.slots import Slot
from knowledge.rules.ticket_kinds import ticket_kinds

_KIND = "callback"
_TOPIC = "callback_phone"
_DAYS = (0, 7)  # from today on
_HERE = Choice("不留电话，在这里回复我", "callback.here")
_NOT_NOW = Choice("不约了", "callback.end")


def offer(turn: Turn, _argument: str) -> None:
    """Offer the next parts of days for a call back."""
    turn.outcome("action", topic="human")
    choices = [Choice(_label(turn, slot), f"callback.slot:{slot.key}") for slot in _offered(turn)]
    turn.remember(choices=[[choice.label, choice.act] for choice in choices])
    turn.say(Reply(turn.fill(wording.ask_slot()), (*choices, _NOT_NOW), kind="question"))


def choose(turn: Turn, key: str) -> None:
    """Take a part of a day and ask for the number to call; one that is over is offered anew."""
    turn.outcome("action", topic="human")
    slot = slots.slot_of(key, calendar_of(turn.home))
    team = ticket_kinds()[_KIND].team
    if slot.key not in [one.key for one in slots.of_day(team, calendar_of(turn.home), turn.now, slot.on)]:
        turn.say(wording.slot_passed())
        offer(turn, "")
        return
    forms.set_aside(turn, _TOPIC, "ask", slot=slot.key)
    turn.say(Reply(wording.ask_phone(), (_HERE, _NOT_NOW), asks="contact", kind="question"))


def listen(turn: Turn) -> bool:
    """Take the number to call; False where the message is something else."""
    words = turn.text.rstrip("。！!~.")
    if words in forms.CANCEL:
        end(turn, "")
    elif words in forms.SKIP or words == _HERE.label:
        _book(turn, "")
    elif turn.message.contact is not None:
        if turn.message.contact.own:
            _book(turn, turn.message.contact.phone)
        else:
            turn.say(wording.not_own_contact(), _HERE, _NOT_NOW)
    elif looks_like_phone(turn.text):
        _book(turn, turn.text)
    else:
        return False
    return True


def here(turn: Turn, _argument: str) -> None:
    """Be written to in this chat, without a number."""
    if turn.conversation is None or turn.conversation.topic != _TOPIC:
        offer(turn, "")
        return
    _book(turn, "")


def end(turn: Turn, _argument: str) -> None:
    """Want no call back after all; who waits in the queue goes on waiting."""
    turn.outcome("action", topic="human")
    if turn.conversation is not None and turn.conversation.topic == _TOPIC:
        forms.take_up(turn)
    turn.say(wording.none_wanted(in_queue=turn.person.in_queue), Choice("主菜单", "menu"))


def _book(turn: Turn, phone: str) -> None:
    turn.outcome("action", topic="human")
    conversation = turn.conversation
    assert conversation is not None
    assert turn.person.id is not None
    slot = slots.slot_of(str(conversation.collected["slot"]), calendar_of(turn.home))
    forms.take_up(turn)
    request = storage.handover.open_of(turn.session, turn.person.id, lock=True)
    ticket = ticket_opening.open_ticket(
        turn,
        kind=_KIND,
        fields={"slot": slot.key, "phone": phone, "what": request.reason if request is not None else ""},
        draft_key=turn.key_for("callback"),
        tell=False,
    )
    first = wording.booked(_label(turn, slot), phone=bool(phone))
    if request is not None:
        spoke = request.answered_at is not None
        handover_queue.close(turn.session, request, turn.person, turn.now, by="callback")
        turn.tell_staff(
            Reply(handover_wording.staff_callback(turn.person.id), kind="staff"), about=turn.person
        )
        first += wording.no_longer_waiting(spoke=spoke)
    ticket_opening.say_card(turn, ticket, first=first, quiet=False)
    forms.offer_draft(turn)


def _offered(turn: Turn) -> tuple[Slot, ...]:
    return slots.offered(ticket_kinds()[_KIND].team, calendar_of(turn.home), turn.now, _DAYS)


def _label(turn: Turn, slot: Slot) -> str:
    today = turn.book.today(turn.now)
    return slot_words(slot.on, slot.name, today, slot.begins, slot.ends)


ACTS = {"callback.slots": offer, "callback.slot": choose, "callback.here": here, "callback.end": end}
DIALOGUES = {_TOPIC: listen}
