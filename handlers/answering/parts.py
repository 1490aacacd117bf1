"""What arrives in several messages though it is one: a text that a messenger has cut, an album of photos."""

from datetime import datetime, timedelta

import storage.evidence
import storage.tickets
from handlers.answering import together
from handlers.forms.form_shape import FORMS
from handlers.tickets import evidence, ticket_opening
from handlers.turn import Turn
from handlers.wording import forms as wording

_NAME = "long_text"


def listen(turn: Turn) -> bool:
    """Take a message as the rest of the one before; False where it is one of its own."""
    if together.is_album_part(turn):
        _keep_photo(turn)
        return True
    before = turn.recall(_NAME)
    if before is None or turn.received_at is None or not turn.text or turn.message.choice is not None:
        return False
    passed = turn.received_at - datetime.fromisoformat(before["at"])
    if not timedelta(0) <= passed <= timedelta(seconds=turn.book.practice.together_seconds):
        return False
    turn.outcome("silent")
    _add(turn, before)
    turn.note(**{_NAME: {**before, "at": turn.received_at.isoformat()} if _is_long(turn) else None})
    return True


def note(turn: Turn) -> None:
    """Note a text that is so long that its rest may follow, and where it was put."""
    if turn.received_at is None or not _is_long(turn):
        return
    conversation = turn.conversation
    field = None
    if conversation is not None:
        field = next(
            (
                name
                for name, value in conversation.collected.items()
                if isinstance(value, str) and len(value) > 1 and turn.text.startswith(value)
            ),
            None,
        )
    turn.note(
        **{
            _NAME: {
                "at": turn.received_at.isoformat(),
                "form": conversation.topic if conversation is not None else None,
                "field": field,
                "ticket": turn.heard.ticket,
            }
        }
    )


def _add(turn: Turn, before: dict[str, str | None]) -> None:
    """Put the rest where the first part went; a text that only was a question has been answered by it."""
    conversation, field = turn.conversation, before["field"]
    if conversation is not None and field is not None and conversation.topic == before["form"]:
        whole = str(conversation.collected.get(field, "")) + turn.text
        limit = turn.book.practice.words_characters
        turn.go_to(conversation.step, **{field: whole[:limit]})
        turn.outcome("action", topic=conversation.topic)
        if len(whole) > limit:
            turn.say(wording.cut(limit))
    elif before["ticket"] is not None:
        ticket = storage.tickets.by_number(turn.session, before["ticket"])
        if ticket is not None:
            ticket_opening.add_words(turn, ticket, turn.text)


def _is_long(turn: Turn) -> bool:
    return len(turn.text) >= turn.book.practice.split_characters


def _keep_photo(turn: Turn) -> None:
    """Keep a further photo of an album; the first one has been answered."""
    turn.outcome("silent")
    conversation = turn.conversation
    in_form = conversation is not None and conversation.topic in FORMS
    key = conversation.draft_key if conversation is not None and in_form else None
    evidence.keep_album_part(turn, key or storage.evidence.loose_key(turn.person))
