"""Filling in a form by talking: one question a message, forward and back, with other questions in between."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import storage.evidence
from handlers.acts import ACTS as EVERY_ACT
from handlers.forms import form_waiting
from handlers.forms.form_asking import ask, collected_of, draft_key_of, keep_note, progress, show
from handlers.forms.form_reading import question_in, take_skipped
from handlers.forms.form_shape import FORMS, Form, Refused, Step, step_of, visible
from handlers.messages import Choice
from handlers.small_words import GO_ON, nothing_more, only_small
from handlers.tickets import evidence
from handlers.turn import Turn
from handlers.wording import forms as wording

WAIT = {
    "先放着",
    "以后再说",
    "以后再办",
    "先不交",
    "以后补",
    "先不交，以后补",
    "过几天再办",
    "改天再办",
    "下次再办",
}
CANCEL = {"取消", "算了", "不报了", "不用了", "退出", "放弃", "不弄了", "cancel", "quit"}
BACK = {"上一步", "返回", "后退", "上一个", "back"}
SKIP = {"跳过", "略过", "没有", "不填", "下一步", "skip"}


def begin(turn: Turn, form: Form, *, first: str = "", **known: Any) -> None:
    """Open a form with what is known already and ask its first open question, under a first line."""
    turn.open_dialogue(form.topic, "", **known)
    first = _adopt(turn, form, first)
    for step in visible(form, known):
        if step.name in known:
            turn.go_to(step.name)
            if step.then(turn):
                return
    ask_next(turn, form, first=first)


def occupied(turn: Turn, form: Form, anew: str) -> bool:
    """Show the form that is open already instead of losing it; False where none with answers is.

    `anew` is the act that begins the wanted form all the same.
    """
    conversation = turn.conversation
    if conversation is not None and "held" in conversation.collected:
        take_up(turn)
    if conversation is None or conversation.topic not in FORMS or not conversation.collected:
        return False
    open_form = FORMS[conversation.topic]
    if open_form.waits and form is not open_form:
        if form_waiting.is_worth_keeping(turn):
            form_waiting.put_aside(turn)
        return False
    turn.say(
        wording.unfinished(open_form.name, progress(open_form, turn)),
        Choice(wording.continue_label(open_form.name), "form.resume"),
        Choice(f"重新{form.name}" if form is open_form else f"放弃，去{form.name}", anew),
    )
    return True


def ask_next(turn: Turn, form: Form, *, first: str = "") -> None:
    """Ask the first question that has no answer yet, or show the filled form."""
    told = form.tells(turn)
    if told:
        turn.say("\n\n".join(filter(None, (first, told))))
        first = ""
    collected = collected_of(turn)
    for step in visible(form, collected):
        if step.name not in collected:
            turn.go_to(step.name)
            ask(turn, form, step, first=first)
            return
    turn.go_to("confirm")
    show(turn, form, first=first)


def listen(turn: Turn) -> bool:
    """Take a message as the answer to the open question; False where it is something else to be answered."""
    conversation = turn.conversation
    assert conversation is not None
    form = FORMS[conversation.topic]
    words = turn.text.rstrip("。！!~.")
    if form_waiting.is_old(turn, form):
        if words and not turn.message.attachments and words not in GO_ON:
            form_waiting.put_aside(turn)
            return False
        form_waiting.count_return(turn)
    turn.outcome("action", topic=form.topic)
    added = take_evidence(turn)
    took = form.took(turn, added) if added else ""
    if form.waits and words in WAIT:
        wait(turn, "")
        return True
    if words in CANCEL:
        cancel(turn, "")
        return True
    if words in BACK:
        back(turn, "")
        return True
    if words in GO_ON:
        resume(turn, "")
        return True
    step = step_of(form, conversation.step)
    if step is not None and words and not added and only_small(words):
        ask(turn, form, step, first=wording.go_on(form.name))
        return True
    if step is None:  # the filled form is shown; words other than yes are not lost
        if words in wording.YES:
            submit(turn, conversation.draft_key)
        elif added and not words:
            show(turn, form, first=took)
        elif words and not added and (asked := question_in(turn, form, None)):
            return _answer_between(turn, form, asked)
        else:
            more = bool(words) and not nothing_more(words)
            if more and not (added and form.waits) and not take_skipped(turn, form):
                _note(turn, words)
            show(turn, form, first=took or (wording.noted() if more else ""))
        return True
    if step.skippable and words in SKIP:
        skip(turn, step.name)
        return True
    asked = question_in(turn, form, step) if words and not (added and form.waits) else ""
    if asked:
        return _answer_between(turn, form, asked)
    taken = step.take(turn, turn.message)
    if isinstance(taken, Refused):
        if taken.keep:
            keep_note(turn, words)
        ask(turn, form, step, first="\n".join(filter(None, (took, taken.sentence))))
    elif taken is None:
        if words and not (added and form.waits):
            return _answer_between(turn, form, turn.text)
        ask(turn, form, step, first=took)
    else:
        _keep(turn, form, step, taken)
    return True


def take_evidence(turn: Turn) -> int:
    """Keep photos, voice notes and places that came with this message; return how many."""
    assert turn.conversation is not None
    added = evidence.keep(turn, turn.conversation.draft_key)
    if added:
        FORMS[turn.conversation.topic].sorts(turn)
    return added


def set_aside(turn: Turn, topic: str, step: str, **collected: Any) -> None:
    """Open a short dialogue over whatever is open; a form that is open waits under it."""
    conversation = turn.conversation
    held = None
    if conversation is not None:
        held = (
            {"topic": conversation.topic, "step": conversation.step, "collected": conversation.collected}
            if conversation.topic in FORMS
            else conversation.collected.get("held")
        )
    if conversation is None or held is None:
        turn.open_dialogue(topic, step, **collected)
        return
    conversation.topic, conversation.collected = topic, {"held": held}
    turn.go_to(step, **collected)


def take_up(turn: Turn) -> None:
    """End a short dialogue; the form that waited under it is open again."""
    conversation = turn.conversation
    if conversation is None or conversation.topic in FORMS:
        return
    held = conversation.collected.get("held")
    if held is None:
        turn.close_dialogue()
        return
    conversation.topic, conversation.collected = held["topic"], held["collected"]
    turn.go_to(held["step"])


def offer_draft(turn: Turn) -> None:
    """Remind somebody who comes back of a form that is not finished."""
    if turn.conversation is None or turn.conversation.topic not in FORMS:
        waiting = form_waiting.choices(turn)
        if waiting:
            turn.say(wording.waiting(), *waiting)
        return
    form = FORMS[turn.conversation.topic]
    turn.say(
        wording.unfinished(form.name, progress(form, turn)),
        Choice("继续", "form.resume"),
        Choice("放弃", "form.cancel"),
    )


def resume(turn: Turn, _argument: str) -> None:
    """Ask again what was open."""
    if turn.conversation is None or turn.conversation.topic not in FORMS:
        turn.say(wording.nothing_open(), Choice("主菜单", "menu"))
        return
    form = FORMS[turn.conversation.topic]
    step = step_of(form, turn.conversation.step)
    if step is None:
        show(turn, form)
    else:
        ask(turn, form, step)


def again(turn: Turn, topic: str) -> None:
    """Take up a form that was put aside; one of another kind that is open gives way to it."""
    form = FORMS.get(topic)
    if form is None:
        resume(turn, "")
        return
    if turn.conversation is not None and turn.conversation.topic == topic:
        ask_next(turn, form)
        return
    if occupied(turn, form, f"form.again_now:{topic}"):
        return
    again_now(turn, topic)


def again_now(turn: Turn, topic: str) -> None:
    """Take up a form that was put aside, whatever else is open."""
    form = FORMS[topic]
    if form_waiting.take_up(turn, topic):
        turn.outcome("action", topic=topic)
        ask_next(turn, form, first=_adopt(turn, form, wording.taken_up(form.name)))
    else:
        turn.say(wording.nothing_waits(form.name), Choice("我的工单", "tickets"), Choice("主菜单", "menu"))


def wait(turn: Turn, _argument: str) -> None:
    """Put the open form aside for some days; one that cannot wait is only shown again."""
    conversation = turn.conversation
    if conversation is None or conversation.topic not in FORMS or not FORMS[conversation.topic].waits:
        resume(turn, "")
        return
    form_waiting.put_aside(turn)


def back(turn: Turn, _argument: str) -> None:
    """Go back to the question before."""
    if turn.conversation is None or turn.conversation.topic not in FORMS:
        resume(turn, "")
        return
    form = FORMS[turn.conversation.topic]
    collected = collected_of(turn)
    asked = visible(form, collected)
    names = [step.name for step in asked]
    here = names.index(turn.conversation.step) if turn.conversation.step in names else len(names)
    if here == 0:
        resume(turn, "")
        return
    before = asked[here - 1]
    collected.pop(before.name, None)
    turn.conversation.collected = collected
    turn.go_to(before.name)
    ask(turn, form, before)


def skip(turn: Turn, name: str) -> None:
    """Leave a question unanswered."""
    if turn.conversation is None or turn.conversation.topic not in FORMS:
        resume(turn, "")
        return
    form = FORMS[turn.conversation.topic]
    step = step_of(form, turn.conversation.step)
    if step is None or not step.skippable or (name and name != step.name):
        resume(turn, "")
        return
    _keep(turn, form, step, "")


def choose(turn: Turn, argument: str) -> None:
    """Take a tapped value; a button of a question that has passed only shows what is open."""
    name, _, value = argument.partition(":")
    if turn.conversation is None or turn.conversation.topic not in FORMS or turn.conversation.step != name:
        resume(turn, "")
        return
    form = FORMS[turn.conversation.topic]
    turn.outcome("action", topic=form.topic)
    step = step_of(form, name)
    assert step is not None
    outdated = step.outdated(turn, value)
    if outdated:
        ask(turn, form, step, first=outdated)
    else:
        _keep(turn, form, step, value)


def cancel(turn: Turn, _argument: str) -> None:
    """Throw the form away."""
    if turn.conversation is None:
        turn.say(wording.nothing_open(), Choice("主菜单", "menu"))
        return
    name = FORMS[turn.conversation.topic].name if turn.conversation.topic in FORMS else ""
    turn.close_dialogue()
    turn.say(wording.cancelled(name), Choice("主菜单", "menu"), Choice("人工", "handover"))


def submit(turn: Turn, draft_key: str) -> None:
    """Hand the form in, once: a second tap finds it gone."""
    if turn.conversation is None or turn.conversation.draft_key != draft_key:
        turn.say(wording.already_submitted(), Choice("我的工单", "tickets"))
        return
    form = FORMS[turn.conversation.topic]
    if any(step.name not in collected_of(turn) for step in visible(form, collected_of(turn))):
        ask_next(turn, form)
        return
    turn.outcome("action", topic=form.topic)
    if not _ask_outdated(turn, form):
        form.submit(turn)


# -- inside


def _adopt(turn: Turn, form: Form, first: str) -> str:
    """Give a form what was sent shortly before it; return the first line with the word about it."""
    since = turn.now - timedelta(hours=turn.book.practice.draft_hours)
    adopted = storage.evidence.adopt(
        turn.session, person=turn.person, draft_key=draft_key_of(turn), since=since
    )
    if adopted:
        form.sorts(turn)
    added = adopted + take_evidence(turn)
    return "\n".join(filter(None, (first, form.took(turn, added)))) if added and form.waits else first


def _keep(turn: Turn, form: Form, step: Step, value: Any) -> None:
    turn.go_to(step.name, **{step.name: value})
    if not step.then(turn):
        ask_next(turn, form)


def _ask_outdated(turn: Turn, form: Form) -> bool:
    """Ask again what no longer holds since it was told, as a day that has passed; False where all does."""
    collected = collected_of(turn)
    for step in visible(form, collected):
        outdated = step.outdated(turn, collected[step.name]) if collected[step.name] else ""
        if outdated:
            assert turn.conversation is not None
            turn.conversation.collected = {
                name: value for name, value in collected.items() if name != step.name
            }
            turn.go_to(step.name)
            ask(turn, form, step, first=outdated)
            return True
    return False


def _note(turn: Turn, words: str) -> None:
    turn.go_to("confirm")
    keep_note(turn, words)


def _answer_between(turn: Turn, form: Form, asked: str) -> bool:
    """Answer a question in mid-form and come back to the form; False where another matter was begun."""
    from handlers.money import bills

    if not bills.listen(turn):
        EVERY_ACT["answer_aside"](turn, asked)
    step = step_of(form, turn.conversation.step) if turn.conversation is not None else None
    outcome, topic, entry = turn.heard.outcome, turn.heard.topic, turn.heard.entry
    if turn.conversation is not None and turn.conversation.topic == form.topic:
        if step is None:
            show(turn, form, first=wording.go_on(form.name))
        else:
            ask(turn, form, step, first=wording.go_on(form.name))
    turn.heard.outcome, turn.heard.topic, turn.heard.entry = outcome, topic, entry
    return True


def _on_form(act: Callable[[Turn, str], None]) -> Callable[[Turn, str], None]:
    """Return the act for the form that is open or waits under a short dialogue."""

    def acting(turn: Turn, argument: str) -> None:
        if turn.conversation is not None and "held" in turn.conversation.collected:
            take_up(turn)
        act(turn, argument)

    return acting


ACTS = {
    "form.back": _on_form(back),
    "form.skip": _on_form(skip),
    "form.choose": _on_form(choose),
    "form.cancel": _on_form(cancel),
    "form.submit": _on_form(submit),
    "form.resume": _on_form(resume),
    "form.wait": _on_form(wait),
    "form.again": _on_form(again),
    "form.again_now": _on_form(again_now),
}
