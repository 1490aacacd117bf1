"""Asking one question of a form, and showing the filled form for a last look."""

from typing import Any

import storage.evidence
from handlers.forms import form_waiting
from handlers.forms.form_shape import Form, Step, visible
from handlers.messages import Choice, Reply
from handlers.turn import Turn
from handlers.wording import forms as wording


def progress(form: Form, turn: Turn) -> str:
    """Return which question of how many is open."""
    assert turn.conversation is not None
    names = [step.name for step in visible(form, collected_of(turn))]
    here = names.index(turn.conversation.step) + 1 if turn.conversation.step in names else len(names)
    return f"{here}/{len(names)}"


def ask(turn: Turn, form: Form, step: Step, *, first: str = "") -> None:
    """Ask a question of the open form, under a first line."""
    assert turn.conversation is not None
    turn.heard.topic = turn.heard.topic or form.topic
    form_waiting.last_longer(turn, form)
    choices = [Choice(label, f"form.choose:{step.name}:{value}") for value, label in step.choices(turn)]
    choices += step.acts(turn)
    if visible(form, collected_of(turn))[0].name != step.name:
        choices.append(Choice("上一步", "form.back"))
    if step.skippable:
        choices.append(Choice("跳过", f"form.skip:{step.name}"))
    choices.append(Choice("取消", "form.cancel"))
    text = wording.question(form.name, progress(form, turn), step.ask(turn), first=first)
    turn.remember(choices=[[choice.label, choice.act] for choice in choices])
    turn.say(Reply(text, tuple(choices), asks=step.asks, kind="question"))


def show(turn: Turn, form: Form, *, first: str = "") -> None:
    """Show the filled form, under a first line."""
    assert turn.conversation is not None
    turn.heard.topic = turn.heard.topic or form.topic
    collected = collected_of(turn)
    rows = [
        (step.label, label_of(turn, step, collected[step.name]))
        for step in visible(form, collected)
        if collected.get(step.name) not in (None, "") and label_of(turn, step, collected[step.name])
    ]
    count = storage.evidence.count(turn.session, draft_key=draft_key_of(turn))
    form_waiting.last_longer(turn, form)
    text = wording.summary(
        form.name,
        rows,
        evidence=count,
        first=first,
        note=str(collected.get("note", "")),
        also=form.also(turn),
    )
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


def label_of(turn: Turn, step: Step, value: Any) -> str:
    """Return how a kept value reads."""
    if step.reads is not None:
        return step.reads(turn, value)
    for kept, label in step.choices(turn):
        if kept == value:
            return label
    return str(value)


def keep_note(turn: Turn, words: str) -> None:
    """Keep words that answer no question of the form: they are shown and handed in with it."""
    assert turn.conversation is not None
    before = str(turn.conversation.collected.get("note", ""))
    if words and words not in before.split("；"):
        turn.go_to(turn.conversation.step, note=f"{before}；{words}" if before else words)


def collected_of(turn: Turn) -> dict[str, Any]:
    """Return what the open form has been told."""
    assert turn.conversation is not None
    return dict(turn.conversation.collected)


def draft_key_of(turn: Turn) -> str:
    """Return the key under which the open form keeps its evidence."""
    assert turn.conversation is not None
    return turn.conversation.draft_key
