"""Is my power out, why, and until when: an outage is looked up, and no more is claimed than the book says."""

from datetime import datetime, timedelta
from typing import Any

from handlers.acts import perform
from handlers.answering.meaning import understand
from handlers.forms import forms
from handlers.forms.form_shape import FORMS
from handlers.messages import Choice
from handlers.outages.outage_answers import Topic, offer, tell, tell_all, tell_own, topic_of, ways_to_repair
from handlers.outages.outage_places import (
    Known,
    NamedPlace,
    areas_of,
    bare_place,
    describe,
    known_at,
    known_at_account,
    own_places,
    place_in,
)
from handlers.tickets import evidence
from handlers.turn import Turn
from handlers.wording import outages as wording
from knowledge.rules.outages import Match, Outage, extract_place
from knowledge.rules.regions import read_region
from knowledge.text.normalise import normalise, simplified

__all__ = [
    "ACTS",
    "DIALOGUES",
    "Known",
    "answer_aside",
    "describe",
    "known_at",
    "known_at_account",
    "look_up",
]

_ASK = "outage_place"
_REPAIR = "repair"  # the topic of the form for a fault
_SCOPES = {"single": "mine", "area": "area"}
# How long our question for a place stands when something else is talked about.
_ASKED_FOR = timedelta(minutes=30)


def look_up(turn: Turn, _argument: str) -> None:
    """Look up the place that was named, else the one spoken of before or bound, else ask for it."""
    if _is_single_home(turn.text):
        _go_to_repair(turn, "single")
        return
    topic = topic_of(turn.heard.topic)
    turn.outcome("action", topic=topic)
    if not _answered(turn, topic):
        _ask_place(turn, topic)


def look_up_named(turn: Turn) -> bool:
    """Look up a place that is named with words of power being out; False where the text has not both."""
    words = simplified(turn.text)
    areas = areas_of(turn)
    place = _named(turn, areas)
    if place is None:
        return False
    today = turn.book.today(turn.now)
    day = wording.day_asked(normalise(words).replace(place.name, " "), today)
    topic: Topic = "outage.query"
    if wording.PLANNED.search(words) or (day is not None and day > today):
        topic = "outage.planned"
    elif wording.ETA.search(words):
        topic = "outage.eta"
    turn.outcome("action", topic=topic)
    tell(turn, topic, place, areas)
    return True


def place_of(turn: Turn) -> str | None:
    """Return the place that is named with words of power being out, or None."""
    place = _named(turn, areas_of(turn)) if wording.ABOUT_POWER.search(simplified(turn.text)) else None
    return None if place is None else place.name


def goes_on_with(turn: Turn) -> str | None:
    """Return the place that is asked about right after an answer about outages, or None."""
    found = _followed(turn)
    return None if found is None else found[1].name


def follow_up(turn: Turn) -> bool:
    """Look up a place that is named right after an answer about outages: 浦东的, 柳荫路5号, 阳光花园呢."""
    found = _followed(turn)
    if found is None:
        return False
    topic, place, areas = found
    turn.outcome("action", topic=topic)
    tell(turn, topic, place, areas)
    return True


def _named(turn: Turn, areas: dict[int, Outage]) -> NamedPlace | None:
    words = simplified(turn.text)
    if not wording.ABOUT_POWER.search(words) or _is_single_home(words):
        return None
    return place_in(words, areas)


def _followed(turn: Turn) -> tuple[Topic, NamedPlace, dict[int, Outage]] | None:
    """Return which of the questions is asked of which place by words that go on with an answer."""
    topic = turn.recall("topic")
    if turn.recall("place") is None or topic not in wording.TOPICS:
        return None
    words = normalise(simplified(turn.text))
    areas = areas_of(turn)
    asked_on = _asked_on(turn, topic, words)
    if asked_on is not None:
        before = str(turn.recall("place"))
        return asked_on, bare_place(before, areas) or NamedPlace(before), areas
    named = wording.ANOTHER_PLACE.fullmatch(words)
    name = named[1] if named else words
    bare = extract_place(name) == name  # 柳荫路5号 is no day of the month
    is_day = wording.day_asked(name, turn.book.today(turn.now)) is not None
    if wording.ABOUT_OTHER.search(name) or (is_day and not bare):
        return None
    place = place_in(name, areas) if named or bare else None
    if place is None and named and read_region(name) is not None:
        place = NamedPlace(name)
    return None if place is None else (topic_of(topic), place, areas)


def _asked_on(turn: Turn, topic: str, words: str) -> Topic | None:
    """Return what is asked of the place just looked up where the words ask on: 要多久, 那明天呢."""
    if wording.HOW_LONG.fullmatch(words):
        return "outage.eta"
    today = turn.book.today(turn.now)
    day = wording.day_asked(words, today) if wording.ANOTHER_DAY.fullmatch(words) else None
    if day is not None:
        return "outage.planned" if day > today else topic_of(topic)
    return None


def answer_aside(turn: Turn) -> bool:
    """Look up in the middle of something else; False where the place is not known."""
    topic = topic_of(turn.heard.topic)
    if _is_single_home(turn.text) or not _answered(turn, topic, aside=True):
        return False
    turn.outcome("action", topic=topic)
    return True


def listen(turn: Turn) -> bool:
    """Take a message as the place we asked for; False where it is another matter, and the question stays."""
    conversation = turn.conversation
    assert conversation is not None
    if datetime.fromisoformat(conversation.collected["asked_at"]) < turn.now - _ASKED_FOR:
        return _is_too_late(turn)
    topic = topic_of(conversation.collected["about"])
    words = turn.text or (turn.message.location.label if turn.message.location else "")
    if not words:
        return turn.message.location is not None and _take_location(turn, topic)
    if words.rstrip("。.!！~") in wording.CANCEL:
        turn.outcome("action", topic=topic)
        _forget_question(turn)
        turn.say(wording.cancelled(), Choice("主菜单", "menu"))
        return True
    if _is_single_home(words):
        _go_to_repair(turn, "single")
        return True
    areas = areas_of(turn)
    place = place_in(words, areas)
    if place is None and not wording.DO_NOT_KNOW.search(simplified(words)):
        if _is_another_matter(turn, words):
            return False
        bare = bare_place(words, areas)
        # Words that no announcement knows may be no place at all: of them nothing is said, not even nothing.
        place = bare if bare is not None and bare.matches else None
    turn.outcome("action", topic=topic)
    if place is None:
        _ask_again(turn, topic, int(conversation.collected.get("tries", 0)))
        return True
    # The day may have been named in the question before: 明天停电吗 … 翠湖小区.
    asked = f"{conversation.collected.get('words', '')} {words}"
    _forget_question(turn)
    tell(turn, topic, place, areas, words=asked)
    return True


# -- the question for the place


def _ask_place(turn: Turn, topic: Topic) -> None:
    # A form that is being filled in waits under the question.
    forms.set_aside(turn, _ASK, "place", about=topic, words=turn.text, asked_at=turn.now.isoformat(), tries=0)
    own = own_places(turn, {})
    offer(
        turn,
        wording.ask_place(bound=bool(own)),
        (*(Choice(one.name, f"outage.own:{index}") for index, one in enumerate(own)), *ways_to_repair()),
        asks_location=True,
    )


def _ask_again(turn: Turn, topic: Topic, tries: int) -> None:
    if tries:
        _forget_question(turn)
        offer(turn, wording.not_recognised(), ways_to_repair())
        return
    turn.go_to("place", tries=tries + 1)
    offer(turn, wording.ask_place_again(), ways_to_repair(), asks_location=True)


def _take_location(turn: Turn, topic: Topic) -> bool:
    """Keep a place on the map for a repair; announcements go by names, so the name is asked for."""
    assert turn.message.location is not None
    evidence.keep_loose(turn)
    turn.outcome("action", topic=topic)
    offer(turn, wording.ask_name_of_location(), ways_to_repair())
    return True


def _forget_question(turn: Turn) -> None:
    if turn.conversation is not None and turn.conversation.topic == _ASK:
        forms.take_up(turn)


def _is_too_late(turn: Turn) -> bool:
    """Drop our question: what comes now is a new matter, or an answer to the form under it."""
    _forget_question(turn)
    return turn.conversation is not None and forms.listen(turn)


def _is_another_matter(turn: Turn, words: str) -> bool:
    meant = understand(turn, words)
    if meant.outcome == "unclear":
        return not (meant.topic or "").startswith("outage.")
    return meant.outcome in ("found", "smalltalk") and meant.entry_id is not None


def _is_single_home(words: str) -> bool:
    return bool(words) and wording.ONLY_MINE.search(simplified(words)) is not None


def _go_to_repair(turn: Turn, scope: str) -> None:
    _forget_question(turn)
    perform(turn, f"repair:{scope}" if scope else "repair")


def _answered(turn: Turn, topic: Topic, *, aside: bool = False) -> bool:
    """Answer where the place is known: named, spoken of just before, or bound."""
    areas = areas_of(turn)
    text = turn.text
    place = place_in(text, areas) if text else None
    if place is not None:
        tell(turn, topic, place, areas, aside=aside)
        return True
    if wording.ASKS_WHERE.search(simplified(text)):
        tell_all(turn, areas)
        return True
    before = turn.recall("place")
    own = own_places(turn, areas)
    if before and not (own and wording.MY_HOME.search(simplified(text))):
        tell(turn, topic, bare_place(str(before), areas) or NamedPlace(str(before)), areas, aside=aside)
        return True
    if own:
        tell_own(turn, topic, own, areas, aside=aside)
    return bool(own)


# -- buttons


def _show_area(turn: Turn, key: str) -> None:
    """Answer for the one of several areas that was chosen."""
    areas = areas_of(turn)
    topic = topic_of(turn.recall("topic"))
    turn.outcome("action", topic=topic)
    if not key.isdigit() or int(key) not in areas:
        _ask_place(turn, topic)
        return
    _forget_question(turn)
    scope = areas[int(key)].scope
    tell(turn, topic, NamedPlace(scope, (Match(int(key), "sure", scope),)), areas)


def _show_own(turn: Turn, index: str) -> None:
    """Answer for one of the bound addresses."""
    areas = areas_of(turn)
    own = own_places(turn, areas)
    topic = topic_of(turn.recall("topic"))
    turn.outcome("action", topic=topic)
    if not index.isdigit() or int(index) >= len(own):
        _ask_place(turn, topic)
        return
    asked = turn.conversation.collected.get("words", "") if turn.conversation is not None else ""
    _forget_question(turn)
    place = own[int(index)]
    tell(turn, topic, place, areas, words=str(asked), own=True)


def _ask_other(turn: Turn, _argument: str) -> None:
    """Ask for another place than the one spoken of."""
    topic = topic_of(turn.recall("topic"))
    turn.outcome("action", topic=topic)
    turn.remember(place=None)
    _ask_place(turn, topic)


def _report(turn: Turn, argument: str) -> None:
    """Report a fault at the place just spoken of, without asking for it again."""
    _forget_question(turn)
    turn.outcome("action", topic=_REPAIR)
    known: dict[str, Any] = {}
    if argument in _SCOPES:
        known["scope"] = _SCOPES[argument]
    place = turn.recall("place")
    if place:
        known["place"] = str(place)
    if argument == "different":
        known["different"] = True
    if not forms.occupied(turn, FORMS[_REPAIR], f"repair.anew:{argument if argument in _SCOPES else ''}"):
        forms.begin(turn, FORMS[_REPAIR], **known)


ACTS = {
    "outage": look_up,
    "outage.area": _show_area,
    "outage.own": _show_own,
    "outage.other": _ask_other,
    "outage.report": _report,
}
DIALOGUES = {_ASK: listen}
