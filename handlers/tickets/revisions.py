"""Edited messages: the first words stay, the new ones reach the ticket, the form and the colleagues."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import storage.evidence
import storage.revisions
import storage.secrecy
import storage.tickets
from handlers.answering import together
from handlers.forms import forms
from handlers.forms.form_shape import FORMS, Refused, Step, step_of
from handlers.handover import handover_relay
from handlers.masking import hide_numbers
from handlers.messages import Attachment, Message, Reply
from handlers.tickets import danger, evidence
from handlers.turn import Turn
from handlers.wording import evidence as wording
from storage.models import Conversation, Ticket


def origin(turn: Turn, draft_before: str | None) -> str | None:
    """Return the key of the draft or ticket that the words of this turn went into, None where into none.

    `draft_before` is the draft that was open when they came.
    """
    if turn.message.edited and (ref := evidence.ref_of(turn.message)) is not None:
        earlier = storage.revisions.earlier(turn.session, ref)
        if earlier is not None:
            return earlier.draft_key  # whatever came of the first words belongs to the new ones too
    if turn.heard.ticket is not None:
        ticket = storage.tickets.by_number(turn.session, turn.heard.ticket)
        if ticket is not None and storage.revisions.wrote_into(turn.session, ticket, turn.now):
            return ticket.draft_key
    if turn.heard.outcome == "staff":
        return None  # it was said to a colleague, whatever form lies open meanwhile
    if turn.conversation is not None and turn.conversation.topic in FORMS:
        return turn.conversation.draft_key
    return draft_before


def overtaken(turn: Turn) -> None:
    """Keep the first words of a message whose change was worked on before them."""
    ref = evidence.ref_of(turn.message)
    assert ref is not None
    assert turn.person.id is not None
    turn.outcome("silent")
    newer = storage.revisions.earlier(turn.session, ref)
    storage.revisions.add(
        turn.session,
        person_id=turn.person.id,
        message_ref=ref,
        before=turn.text,
        text=newer.said if newer is not None else "",
        at=turn.now,
    )


def listen(turn: Turn, answer: Callable[[Turn], None], first_heard: Callable[[Turn], None]) -> None:
    """Deal with the changed words of a message.

    `answer` answers what is an ordinary question, `first_heard` what we hear for the first time.
    """
    ref = evidence.ref_of(turn.message)
    earlier = storage.revisions.earlier(turn.session, ref) if ref is not None else None
    turn.outcome("silent")
    if earlier is None and ref is not None:
        # Its first form has not reached us: these are the words that we have.
        turn.message = replace(turn.message, edited=False)
        first_heard(turn)
        return
    before = earlier.said.strip() if earlier is not None else ""
    added = _new_attachments(turn, ref)
    if earlier is not None and before == turn.text and not added:
        return  # only its look was changed
    cried = bool(turn.text) and danger.listen(turn)
    if cried:
        together.note_danger(turn)
    key = earlier.draft_key if earlier is not None else None
    ticket = storage.tickets.by_draft(turn.session, key) if key is not None else None
    _keep(turn, ref, before, ticket)
    if added:
        _keep_attachments(turn, added, key, ticket)
    if ticket is not None:
        _note(turn, ticket, before, added, ref)
    elif _is_overheard(turn) and not cried and not storage.secrecy.is_private_key(key):
        _tell_staff(turn, None, before, added)
    if cried or ticket is not None:
        return
    conversation = turn.conversation
    if conversation is not None and conversation.draft_key == key and conversation.topic in FORMS:
        _revise_form(turn, conversation, before)
    elif turn.person.with_staff_since is None and turn.text:
        together.answer_again(turn, before, answer)


def _is_overheard(turn: Turn) -> bool:
    """Whether colleagues read what is said here: they must not go on with what was taken back."""
    waits = turn.person.in_queue and not handover_relay.is_private(turn.conversation)
    return turn.person.with_staff_since is not None or waits


def _keep(turn: Turn, ref: str | None, before: str, ticket: Ticket | None) -> None:
    if ref is None:
        return  # the inbox row keeps the words; nobody can say what they were before
    assert turn.person.id is not None
    storage.revisions.add(
        turn.session,
        person_id=turn.person.id,
        message_ref=ref,
        before=before,
        text=turn.text,
        at=turn.now,
        ticket_id=ticket.id if ticket is not None else None,
    )


def _new_attachments(turn: Turn, ref: str | None) -> list[Attachment]:
    """Return what a message has now and had not before; what it had before stays with us all the same."""
    if not turn.message.attachments or ref is None:
        return []
    known = {one.ref for one in storage.evidence.of_message(turn.session, ref)}
    return [one for one in turn.message.attachments if one.ref not in known]


def _keep_attachments(turn: Turn, added: list[Attachment], key: str | None, ticket: Ticket | None) -> None:
    whole = turn.message
    turn.message = replace(whole, attachments=tuple(added), location=None)
    evidence.keep(turn, key or storage.evidence.loose_key(turn.person))
    turn.message = whole
    if ticket is not None and ticket.id is not None:
        storage.evidence.attach(turn.session, draft_key=ticket.draft_key, ticket_id=ticket.id)


def _note(turn: Turn, ticket: Ticket, before: str, added: list[Attachment], ref: str | None) -> None:
    """Write a change into what happened to a ticket, and tell colleagues and the customer."""
    event = storage.tickets.note(
        turn.session,
        ticket,
        at=turn.now,
        kind="revised",
        actor="customer",
        text=wording.revised_event(before, turn.text),
    )
    event.message_ref = ref
    turn.session.add(event)
    turn.heard.ticket = ticket.number
    _tell_staff(turn, ticket, before, added)
    turn.say(wording.ticket_revised(ticket.number), ticket=ticket)


def _tell_staff(turn: Turn, ticket: Ticket | None, before: str, added: list[Attachment]) -> None:
    number = ticket.number if ticket is not None else ""
    text = wording.staff_revised(number, hide_numbers(before), hide_numbers(turn.text))
    enclosures = evidence.enclosures_of(added, channel=turn.message.channel)
    turn.tell_staff(
        Reply(text, kind="staff", enclosures=enclosures), ticket=ticket, about=turn.person, words=True
    )


# -- the open form


def _revise_form(turn: Turn, conversation: Conversation, before: str) -> None:
    """Put changed words into the answer that they gave; where they cannot be taken, say so."""
    form = FORMS[conversation.topic]
    name = _answered(turn, conversation, before)
    if name is None:
        return
    step = step_of(form, name)
    at = conversation.step
    turn.outcome("action", topic=form.topic)
    if step is None:
        turn.go_to(at, **{name: turn.text})
        forms.ask_next(turn, form, first=wording.field_revised("情况"))
        return
    taken = _taken(turn, step, turn.message)
    if taken is None or isinstance(taken, Refused):
        conversation.step = at
        turn.say(wording.field_not_revised(step.label))
        return
    turn.go_to(at, **{name: taken})
    forms.ask_next(turn, form, first=wording.field_revised(step.label))


def _answered(turn: Turn, conversation: Conversation, before: str) -> str | None:
    """Return the field that these words were the answer to, the last of several."""
    form = FORMS[conversation.topic]
    found = None
    for name, value in conversation.collected.items():
        if not isinstance(value, str) or not value or not before:
            continue
        step = step_of(form, name)
        labels = dict(step.choices(turn)) if step is not None else {}
        if value == before or before.startswith(value) or labels.get(value) == before:
            found = name
    return found


def _taken(turn: Turn, step: Step, message: Message) -> Any:
    turn.message = replace(message, edited=False)
    try:
        return step.take(turn, turn.message)
    finally:
        turn.message = message
