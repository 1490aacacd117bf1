"""What a message in the middle of a form is: a question of another kind, or a late answer."""

from handlers.answering.meaning import understand
from handlers.forms.form_shape import Form, Step, visible
from handlers.turn import Turn
from handlers.wording import forms as wording


def question_in(turn: Turn, form: Form, step: Step | None) -> str:
    """Return the question that is to be answered before the form goes on, "" where the words are none.

    要多久能办好 alone is asked about what the form is for.
    """
    from handlers.money import bills

    text = turn.text
    if len(text) < 3 or not wording.QUESTION_SHAPE.search(text) or wording.ANY_WILL_DO.search(text):
        return ""
    if bills.is_question(turn):
        return text
    least = wording.SURE_INTERRUPTION if step is not None and step.free else 0.0
    for asked in (text, f"{form.name}{text}") if form.waits else (text,):
        meant = understand(turn, asked)
        if meant.outcome == "found" and meant.topic not in form.own_topics and meant.score >= least:
            return asked
    return ""


def take_skipped(turn: Turn, form: Form) -> bool:
    """Take a phone number that comes late as the answer to the question that was skipped."""
    assert turn.conversation is not None
    collected = dict(turn.conversation.collected)
    for step in visible(form, collected):
        if step.asks == "contact" and collected.get(step.name) == "":
            taken = step.take(turn, turn.message)
            if isinstance(taken, str):
                turn.go_to("confirm", **{step.name: taken})
                return True
    return False
