"""Forms that wait for days because papers have to be found: put aside, offered again, taken up."""

from datetime import timedelta

import storage.waiting_forms
from handlers.forms.form_shape import FORMS, Form
from handlers.messages import Choice
from handlers.turn import Turn
from handlers.wording import forms as wording
from storage.models import WaitingForm

PAPERS_TOLD = "papers_told"  # noted in a form: its papers have been listed
CAME_BACK = "came_back"  # how often somebody had to come back to a form, as it is kept in the form

_NOT_TOLD = (PAPERS_TOLD, "opening")


def last_longer(turn: Turn, form: Form) -> None:
    """Let an open form that waits last as long as such forms do, from now on."""
    if form.waits and turn.conversation is not None:
        turn.conversation.expires_at = turn.now + _lasts(turn)
        turn.session.add(turn.conversation)


def is_worth_keeping(turn: Turn) -> bool:
    """Return whether somebody has told or sent anything for the open form."""
    assert turn.conversation is not None
    return any(value and name not in _NOT_TOLD for name, value in turn.conversation.collected.items())


def is_old(turn: Turn, form: Form) -> bool:
    """Return whether an open form has not been touched for so long that other words are no answer to it."""
    if not form.waits or turn.conversation is None:
        return False
    touched = turn.conversation.expires_at - _lasts(turn)
    return turn.now - touched >= timedelta(hours=turn.book.practice.draft_hours)


def put_aside(turn: Turn) -> None:
    """Put the open form aside; it keeps what was told and sent until it is taken up."""
    conversation = turn.conversation
    assert conversation is not None
    until = max(conversation.expires_at, turn.now + _lasts(turn))
    storage.waiting_forms.put(turn.session, conversation, now=turn.now, until=until)
    name = FORMS[conversation.topic].name
    again = Choice(wording.continue_label(name), f"form.again:{conversation.topic}")
    turn.close_dialogue()
    turn.say(wording.put_aside(name, until, turn.book.zone), again, Choice("主菜单", "menu"))


def of_person(turn: Turn) -> list[WaitingForm]:
    """Return the forms that wait for the one who speaks, the newest first."""
    assert turn.person.id is not None
    waiting = storage.waiting_forms.of_person(turn.session, turn.person.id, turn.now)
    return [one for one in waiting if one.topic in FORMS]


def choices(turn: Turn) -> tuple[Choice, ...]:
    """Return a button for each form that waits for the one who speaks."""
    return tuple(
        Choice(wording.continue_label(FORMS[one.topic].name), f"form.again:{one.topic}")
        for one in of_person(turn)
    )


def take_up(turn: Turn, topic: str) -> bool:
    """Open a form that waited as it was left; False where none of its kind waits."""
    assert turn.person.id is not None
    waiting = storage.waiting_forms.take(turn.session, turn.person.id, topic, turn.now)
    if waiting is None:
        return False
    conversation = turn.open_dialogue(topic, waiting.step, **waiting.collected)
    conversation.draft_key = waiting.draft_key
    turn.session.add(conversation)
    count_return(turn)
    return True


def count_return(turn: Turn) -> None:
    """Note in the open form that its customer had to come back to it."""
    conversation = turn.conversation
    assert conversation is not None
    turn.go_to(conversation.step, **{CAME_BACK: int(conversation.collected.get(CAME_BACK, 0)) + 1})


def _lasts(turn: Turn) -> timedelta:
    return timedelta(days=turn.book.practice.draft_days)
