"""Messages sent in quick succession: each is answered at once, and read with the ones before it.

A customer types 我想问一下 / 那个电费 / 怎么算的: the answer to the last one takes the place of the first.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Literal

import storage.outbox
from handlers import menu
from handlers.answering import feedback
from handlers.answering.bursts import (
    MOST,
    Burst,
    fresh,
    group_of,
    keep,
    may_be_replaced,
    memory_of,
    note,
    noted,
    own_drafts,
    received,
    remembering,
)
from handlers.answering.meaning import understand
from handlers.forms import forms
from handlers.forms.form_shape import FORMS
from handlers.messages import Heard
from handlers.small_words import only_small, says_nothing
from handlers.tickets import danger
from handlers.turn import Turn
from handlers.wording.forms import QUESTION_SHAPE
from handlers.wording.general import PREFACE
from knowledge.follow_up import goes_on
from knowledge.rules.danger import read as read_danger
from knowledge.rules.tariffs import BillQuestion
from knowledge.text.normalise import normalise, simplified

_OPENING = 16  # characters of the longest opening
_TURNED = 10  # characters up to which two fragments may have been sent in the wrong order
_WHOLE = 5  # characters from which on a question may stand by itself
_ALBUM = timedelta(seconds=30)  # parts of one album arrive one by one, while the next is still uploaded
_FILLER = re.compile(r"^(?:那个|就是说?|就那个|嗯+|呃+|额+|哎|然后|请问)[,，、。…~ ]*")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a text would get: 3 an answer, 2 a question for more, 1 a question which of several, 0 nothing."""

    level: int
    meaning: str = ""
    score: float = 0.0


def tells_danger(turn: Turn) -> bool:
    """Answer a danger that is told over several messages; False where they tell of none."""
    burst = _earlier(turn)
    if burst is None or burst.standing == "danger" or _is_whole(burst.texts[-1]):
        return False
    words = _joined((*burst.texts, turn.text))
    found = read_danger(words)
    if found is None:
        return False
    turn.message = replace(turn.message, text=words)
    danger.answer(turn, found)
    return True


def answer(turn: Turn, listen_on: Callable[[Turn], None]) -> None:
    """Let a message be answered, read with the ones just before where that makes more of it."""
    said = turn.text
    burst = _earlier(turn)
    before = memory_of(turn)
    instead = False
    if burst is not None:
        way = _way(turn, burst)
        if way == "joined":
            forms.take_up(turn)  # the question that the words before had led to
            turn.message = replace(turn.message, text=_best_joined(turn, burst)[0])
        instead = way != "apart"
        if way == "joined" or (instead and burst.standing == "weak"):
            turn.person.memory = dict(burst.before)  # as if what was not understood had not been said
        if instead and burst.standing == "weak":
            feedback.take_back(turn, since=burst.since)
    asked_place = turn.conversation is not None
    listen_on(turn)
    if instead and asked_place and turn.heard.outcome in ("found", "unknown", "unclear"):
        instead = False  # it was no answer to our question but another matter
    if burst is not None and only_small(said) and not instead:
        keep(turn, replace(burst, at=received(turn)))
        return
    if burst is not None and instead and _take_place(turn, burst):
        note(turn, (*burst.texts, said), burst.before, burst)
    else:
        note(turn, (said,), before, None)


def answer_again(turn: Turn, before: str, listen_on: Callable[[Turn], None]) -> bool:
    """Let the changed words of the last question have their answer in the place of the first one's.

    False where they were not the last question, or its answer must stay: then nothing is said.
    """
    burst = noted(turn)
    if burst is None or turn.received_at is None or not burst.token or turn.conversation is not None:
        return False
    if not before or burst.texts[-1] != before:
        return False
    words = (*burst.texts[:-1], turn.text)
    turn.person.memory = dict(burst.before)
    if burst.standing == "weak":
        feedback.take_back(turn, since=burst.since)
    turn.message = replace(turn.message, text=_joined(words) if len(words) > 1 else turn.text, edited=False)
    listen_on(turn)
    replaced = _take_place(turn, burst)
    note(turn, words, burst.before, burst if replaced else None)
    return True


def note_danger(turn: Turn) -> None:
    """Note that what was said just now was a danger: more words of it are no new one."""
    if turn.received_at is not None and turn.text:
        keep(turn, fresh(turn, (turn.text,), "danger", "", "", {}))


def is_album_part(turn: Turn) -> bool:
    """Whether a message without words is a further part of an album that has been answered."""
    group = group_of(turn)
    if not group or turn.text or turn.received_at is None:
        return False
    burst = noted(turn)
    return burst is not None and burst.group == group and turn.received_at - burst.at <= _ALBUM


# -- which messages belong together


def _earlier(turn: Turn) -> Burst | None:
    """Return what was said in the moments before this message, None where it stands alone."""
    burst = noted(turn)
    if burst is None or turn.received_at is None or not _is_plain(turn):
        return None
    passed = turn.received_at - burst.at
    if burst.group and burst.group == group_of(turn) and passed <= _ALBUM:
        return burst
    limit = timedelta(seconds=turn.book.practice.together_seconds)
    return burst if timedelta(0) <= passed <= limit and not group_of(turn) and not burst.group else None


def _is_plain(turn: Turn) -> bool:
    message = turn.message
    words_only = not (message.attachments or message.location or message.contact)
    in_form = turn.conversation is not None and turn.conversation.topic in FORMS
    return (
        bool(turn.text)
        and message.choice is None
        and not message.edited
        and not turn.text.startswith("/")
        and (words_only or bool(group_of(turn)))
        and not in_form
        and turn.person.with_staff_since is None
    )


def _joined(texts: tuple[str, ...]) -> str:
    """Return what was said in several messages as one sentence; greetings and openings say nothing of it."""
    parts = [one for one in texts if not _says_little(one)][-MOST:] or [texts[-1]]
    parts = [_FILLER.sub("", one) or one for one in parts]
    whole = parts[0]
    for before, part in pairwise(parts):
        if _is_whole(before):
            whole += "，" + part
        else:
            whole += part if _CHINESE.search(before[-1] + part[0]) else " " + part
    return whole


def _says_little(text: str) -> bool:
    """Whether words only open a conversation: 你好, 在吗, 我想问一下."""
    opens = len(text) <= _OPENING and PREFACE.fullmatch(simplified(text)) is not None
    return opens or only_small(text) or says_nothing(text)


def _is_whole(text: str) -> bool:
    """Whether words can be a question of their own."""
    return len(text) >= _WHOLE and QUESTION_SHAPE.search(text) is not None and not _says_little(text)


# -- how they are read


def _way(turn: Turn, burst: Burst) -> Literal["apart", "instead", "joined"]:
    """Return whether a message is answered by itself, in place of the answer before, or read with it."""
    if not burst.token:
        return "apart"
    if turn.conversation is not None:
        return "instead" if burst.standing == "asked" else "apart"  # it may answer what we have just asked
    if burst.group:
        return "instead"
    said = turn.text
    if normalise(said) == normalise(burst.texts[-1]):
        return "instead"  # sent twice
    if all(_says_little(one) for one in burst.texts):
        return "instead" if burst.standing == "weak" else "apart"
    if only_small(said):
        return "apart"
    last = [one for one in burst.texts if not _says_little(one)][-1]
    if menu.is_word(said):
        return "apart" if burst.standing == "firm" or _is_whole(last) else "instead"
    alone = _read(turn, said)
    together = _best_joined(turn, burst)[1]
    changes = together.level == 3 and together.meaning != burst.meaning
    asks = QUESTION_SHAPE.search(said) is not None
    if burst.standing == "asked":
        return "instead" if alone.level >= 2 and not _is_whole(said) else "apart"
    if burst.standing == "weak" and not _is_whole(last):
        if together.level == 3:
            return "joined"
        return "instead" if alone.level > together.level else "joined"
    if burst.standing == "weak":
        return "joined" if alone.level < 2 and not _is_whole(said) and together.level == 3 else "apart"
    if not _is_whole(last) and asks and together.level == 3 and together.score >= alone.score:
        return "joined"  # 350度, 多少钱: neither was a question without the other
    if goes_on(normalise(said)) and asks:
        return "apart"
    if alone.level >= 2:
        if not asks and not _is_whole(said):
            return "joined" if changes else "instead"  # 上海的, 浦东: more of the same question
        return "apart"
    return "joined" if changes and not _is_whole(said) else "apart"


def _best_joined(turn: Turn, burst: Burst) -> tuple[str, _Reading]:
    """Return all that was said as one sentence, and what it would get; 坏了, 电表 is 电表坏了."""
    words = _joined((*burst.texts, turn.text))
    with remembering(turn, burst.before):
        reading = _read(turn, words)
        told = [one for one in burst.texts if not _says_little(one)]
        if reading.level < 3 and len(told) == 1 and len(told[0]) + len(turn.text) <= _TURNED:
            turned = _joined((turn.text, told[0]))
            other = _read(turn, turned)
            if other.level > reading.level:
                return turned, other
    return words, reading


def _read(turn: Turn, text: str) -> _Reading:
    """Return what a text would be answered with; nothing is said and nothing remembered."""
    from handlers.money import bills
    from handlers.outages import outages

    probe = replace(turn, message=replace(turn.message, text=text), drafts=[], heard=Heard())
    bill = bills.read(probe)
    if bill is not None:
        known = isinstance(bill, BillQuestion)
        return _Reading(3 if known else 2, f"bill {bill}", 1.0)
    place = outages.goes_on_with(probe)
    if place is not None:
        return _Reading(3, f"outage {place}", 1.0)
    meant = understand(probe, text)
    named = outages.place_of(probe)
    entry = turn.book.library.entries.get(meant.entry_id or "")
    if meant.outcome == "found" and entry is not None:
        if entry.action == "ask_back":
            return _Reading(1, entry.id, meant.score)
        if entry.action == "outage_lookup":
            return _Reading(3 if named else 2, f"outage {named}", meant.score)
        return _Reading(3, entry.id, meant.score)
    if named is not None and meant.outcome != "smalltalk":
        return _Reading(3, f"outage {named}", 1.0)
    return _Reading(1 if meant.outcome == "unclear" else 0, "", meant.score)


# -- taking the place of an answer


def _take_place(turn: Turn, burst: Burst) -> bool:
    """Let the answer of this turn take the place of the one before; False where that is not possible."""
    own = own_drafts(turn)
    if not own or not may_be_replaced(own[0]):
        return False
    shown = burst.shown
    unwritten = next((one for one in turn.unwritten if one.token == burst.token), None)
    if unwritten is not None:
        turn.unwritten.remove(unwritten)
    else:
        shown = storage.outbox.withdraw(turn.session, token=burst.token, card=burst.card) or shown
    index = turn.drafts.index(own[0])
    turn.drafts[index] = replace(
        own[0], card=burst.card, reply={**own[0].reply, "card": burst.card, "quiet": shown}
    )
    return True
