"""Filling in a form by talking: one question a message, forward and back, with other questions in between."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import storage.evidence
from handlers import evidence
from handlers.form_shape import FORMS, Form, Refused, Step, step_of, visible
from handlers.messages import Choice, Reply
from handlers.small_words import GO_ON, nothing_more, only_small
from handlers.turn import Turn
from handlers.wording import forms as wording

CANCEL = {"取消", "算了", "不报了", "不用了", "退出", "放弃", "不弄了", "cancel", "quit"}
BACK = {"上一步", "返回", "后退", "上一个", "back"}
SKIP = {"跳过", "略过", "没有", "不填", "下一步", "skip"}


def begin(turn: Turn, form: Form, *, first: str = "", **known: Any) -> None:
    """Open a form with what is known already and ask its first open question, under a first line."""
    turn.open_dialogue(form.topic, "", **known)
    since = turn.now - timedelta(hours=turn.book.practice.draft_hours)
    storage.evidence.adopt(turn.session, person=turn.person, draft_key=_draft_key(turn), since=since)
    take_evidence(turn)
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
    turn.say(
        wording.unfinished(open_form.name, _progress(open_form, turn)),
        Choice(f"继续{open_form.name}", "form.resume"),
        Choice(f"重新{form.name}" if form is open_form else f"放弃，去{form.name}", anew),
    )
    return True


def ask_next(turn: Turn, form: Form, *, first: str = "") -> None:
    """Ask the first question that has no answer yet, or show the filled form."""
    collected = _collected(turn)
    for step in visible(form, collected):
        if step.name not in collected:
            turn.go_to(step.name)
            _ask(turn, form, step, first=first)
            return
    turn.go_to("confirm")
    _show(turn, form, first=first)


def listen(turn: Turn) -> bool:
    """Take a message as the answer to the open question; False where it is something else to be answered."""
    conversation = turn.conversation
    assert conversation is not None
    form = FORMS[conversation.topic]
    turn.outcome("action", topic=form.topic)
    added = take_evidence(turn)
    words = turn.text.rstrip("。！!~.")
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
        _ask(turn, form, step, first=wording.go_on(form.name))
        return True
    if step is None:  # the filled form is shown; words other than yes are not lost
        if words in wording.YES:
            submit(turn, conversation.draft_key)
        elif added and not words:
            _show(turn, form, first=wording.evidence_added(added))
        elif words and _interrupts(turn, form, None):
            return _answer_between(turn, form)
        else:
            more = bool(words) and not nothing_more(words)
            if more and not _takes_skipped(turn, form):
                _note(turn, words)
            _show(turn, form, first=wording.noted() if more else "")
        return True
    if step.skippable and words in SKIP:
        skip(turn, step.name)
        return True
    if words and _interrupts(turn, form, step):
        return _answer_between(turn, form)
    taken = step.take(turn, turn.message)
    if isinstance(taken, Refused):
        if taken.keep:
            keep_note(turn, words)
        _ask(turn, form, step, first=taken.sentence)
    elif taken is None:
        if words:
            return _answer_between(turn, form)
        _ask(turn, form, step, first=wording.evidence_added(added) if added else "")
    else:
        _keep(turn, form, step, taken)
    return True


def take_evidence(turn: Turn) -> int:
    """Keep photos, voice notes and places that came with this message; return how many."""
    return evidence.keep(turn, _draft_key(turn))


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
        return
    form = FORMS[turn.conversation.topic]
    turn.say(
        wording.unfinished(form.name, _progress(form, turn)),
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
        _show(turn, form)
    else:
        _ask(turn, form, step)


def back(turn: Turn, _argument: str) -> None:
    """Go back to the question before."""
    if turn.conversation is None or turn.conversation.topic not in FORMS:
        resume(turn, "")
        return
    form = FORMS[turn.conversation.topic]
    collected = _collected(turn)
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
    _ask(turn, form, before)


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
    if any(step.name not in _collected(turn) for step in visible(form, _collected(turn))):
        ask_next(turn, form)
        return
    turn.outcome("action", topic=form.topic)
    form.submit(turn)


def label_of(turn: Turn, step: Step, value: Any) -> str:
    """Return how a kept value reads."""
    for kept, label in step.choices(turn):
        if kept == value:
            return label
    return str(value)


# -- inside


def _keep(turn: Turn, form: Form, step: Step, value: Any) -> None:
    turn.go_to(step.name, **{step.name: value})
    if not step.then(turn):
        ask_next(turn, form)


def _collected(turn: Turn) -> dict[str, Any]:
    assert turn.conversation is not None
    return dict(turn.conversation.collected)


def _draft_key(turn: Turn) -> str:
    assert turn.conversation is not None
    return turn.conversation.draft_key


def _progress(form: Form, turn: Turn) -> str:
    assert turn.conversation is not None
    names = [step.name for step in visible(form, _collected(turn))]
    here = names.index(turn.conversation.step) + 1 if turn.conversation.step in names else len(names)
    return f"{here}/{len(names)}"


def _ask(turn: Turn, form: Form, step: Step, *, first: str = "") -> None:
    assert turn.conversation is not None
    turn.heard.topic = turn.heard.topic or form.topic
    choices = [Choice(label, f"form.choose:{step.name}:{value}") for value, label in step.choices(turn)]
    if visible(form, _collected(turn))[0].name != step.name:
        choices.append(Choice("上一步", "form.back"))
    if step.skippable:
        choices.append(Choice("跳过", f"form.skip:{step.name}"))
    choices.append(Choice("取消", "form.cancel"))
    text = wording.question(form.name, _progress(form, turn), step.ask(turn), first=first)
    turn.remember(choices=[[choice.label, choice.act] for choice in choices])
    turn.say(Reply(text, tuple(choices), asks=step.asks, kind="question"))


def _show(turn: Turn, form: Form, *, first: str = "") -> None:
    assert turn.conversation is not None
    turn.heard.topic = turn.heard.topic or form.topic
    collected = _collected(turn)
    rows = [
        (step.label, label_of(turn, step, collected[step.name]))
        for step in visible(form, collected)
        if collected.get(step.name) not in (None, "")
    ]
    count = storage.evidence.count(turn.session, draft_key=_draft_key(turn))
    text = wording.summary(form.name, rows, evidence=count, first=first, note=str(collected.get("note", "")))
    turn.say(
        Reply(
            text,
            (
                Choice("提交", f"form.submit:{turn.conversation.draft_key}"),
                Choice("上一步", "form.back"),
                Choice("取消", "form.cancel"),
            ),
            kind="question",
        )
    )


def _note(turn: Turn, words: str) -> None:
    turn.go_to("confirm")
    keep_note(turn, words)


def keep_note(turn: Turn, words: str) -> None:
    """Keep words that answer no question of the form: they are shown and handed in with it."""
    assert turn.conversation is not None
    before = str(turn.conversation.collected.get("note", ""))
    if words and words not in before.split("；"):
        turn.go_to(turn.conversation.step, note=f"{before}；{words}" if before else words)


def _takes_skipped(turn: Turn, form: Form) -> bool:
    """Take a phone number that comes late as the answer to the question that was skipped."""
    collected = _collected(turn)
    for step in visible(form, collected):
        if step.asks == "contact" and collected.get(step.name) == "":
            taken = step.take(turn, turn.message)
            if isinstance(taken, str):
                turn.go_to("confirm", **{step.name: taken})
                return True
    return False


def _interrupts(turn: Turn, form: Form, step: Step | None) -> bool:
    """Whether the words are a question of another kind, to be answered before the form goes on."""
    from handlers import answers, bills

    text = turn.text
    if len(text) < 3 or not wording.QUESTION_SHAPE.search(text):
        return False
    if bills.is_question(turn):
        return True
    meant = answers.understand(turn, text)
    if meant.outcome != "found" or meant.topic in form.own_topics:
        return False
    return step is None or not step.free or meant.score >= wording.SURE_INTERRUPTION


def _answer_between(turn: Turn, form: Form) -> bool:
    """Answer a question in mid-form and come back to the form; False where another matter was begun."""
    from handlers import answers, bills

    if not bills.listen(turn):
        answers.answer_aside(turn, turn.text)
    step = step_of(form, turn.conversation.step) if turn.conversation is not None else None
    outcome, topic, entry = turn.heard.outcome, turn.heard.topic, turn.heard.entry
    if turn.conversation is not None and turn.conversation.topic == form.topic:
        if step is None:
            _show(turn, form, first=wording.go_on(form.name))
        else:
            _ask(turn, form, step, first=wording.go_on(form.name))
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
}
