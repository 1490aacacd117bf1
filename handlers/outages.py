"""Is my power out, why, and until when: an outage is looked up, and no more is claimed than the book says."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

import storage.evidence
import storage.people
from handlers import forms
from handlers.messages import Choice, Reply
from handlers.outage_places import (
    COMING,
    GOING_ON,
    Known,
    NamedPlace,
    areas_of,
    as_of,
    as_of_lines,
    bare_place,
    describe,
    is_stale,
    known_at,
    known_at_account,
    own_places,
    place_in,
)
from handlers.turn import Turn
from handlers.wording import outages as wording
from knowledge.rules.outages import Match, Outage, state_at
from knowledge.rules.regions import read_region, without_region
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

Topic = Literal["outage.query", "outage.planned", "outage.eta"]

_ASK = "outage_place"
_SHOWN = 3  # outages in one answer
_LISTED = 6  # lines in an overview


def look_up(turn: Turn, _argument: str) -> None:
    """Look up the place that was named, else the one spoken of before or bound, else ask for it."""
    if _is_single_home(turn.text):
        _go_to_repair(turn, "single")
        return
    topic = _topic(turn.heard.topic)
    turn.outcome("action", topic=topic)
    if not _answered(turn, topic):
        _ask_place(turn, topic)


def look_up_named(turn: Turn) -> bool:
    """Look up a place that is named with words of power being out; False where the text has not both."""
    words = simplified(turn.text)
    if not wording.ABOUT_POWER.search(words) or _is_single_home(words):
        return False
    areas = areas_of(turn)
    place = place_in(words, areas)
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
    _tell(turn, topic, place, areas)
    return True


def answer_aside(turn: Turn) -> bool:
    """Look up in the middle of something else; False where the place is not known."""
    topic = _topic(turn.heard.topic)
    if _is_single_home(turn.text) or not _answered(turn, topic, aside=True):
        return False
    turn.outcome("action", topic=topic)
    return True


def listen(turn: Turn) -> bool:
    """Take a message as the place we asked for; False where it is another matter, and the question stays."""
    conversation = turn.conversation
    assert conversation is not None
    if turn.recall("asked_place") is None:
        turn.close_dialogue()  # asked too long ago: what comes now is a new matter
        return False
    topic = _topic(conversation.collected["about"])
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
    _tell(turn, topic, place, areas, words=asked)
    return True


# -- the question for the place


def _ask_place(turn: Turn, topic: Topic) -> None:
    if turn.conversation is not None and turn.conversation.topic in forms.FORMS:
        # A form that is being filled in is not thrown away for this.
        turn.say(wording.ask_with_question(), Choice("继续", "form.resume"))
        return
    turn.open_dialogue(_ASK, "place", about=topic, words=turn.text)
    turn.remember(asked_place=True)
    own = own_places(turn, {})
    _offer(
        turn,
        wording.ask_place(bound=bool(own)),
        (*(Choice(one.name, f"outage.own:{index}") for index, one in enumerate(own)), *_ways_to_repair()),
        asks_location=True,
    )


def _ask_again(turn: Turn, topic: Topic, tries: int) -> None:
    if tries:
        _go_to_repair(turn, "")
        return
    turn.go_to("place", tries=tries + 1)
    turn.remember(asked_place=True)
    _offer(turn, wording.ask_place_again(), _ways_to_repair(), asks_location=True)


def _take_location(turn: Turn, topic: Topic) -> bool:
    """Keep a place on the map for a repair; announcements go by names, so the name is asked for."""
    assert turn.message.location is not None
    storage.evidence.add(
        turn.session,
        person=turn.person,
        draft_key=storage.evidence.loose_key(turn.person),
        channel=turn.message.channel,
        attachments=(),
        place=(turn.message.location.latitude, turn.message.location.longitude),
        now=turn.now,
    )
    turn.outcome("action", topic=topic)
    turn.remember(asked_place=True)
    _offer(turn, wording.ask_name_of_location(), _ways_to_repair())
    return True


def _forget_question(turn: Turn) -> None:
    if turn.conversation is not None and turn.conversation.topic == _ASK:
        turn.close_dialogue()
    turn.remember(asked_place=None)


def _is_another_matter(turn: Turn, words: str) -> bool:
    from handlers import answers

    meant = answers.understand(turn, words)
    if meant.outcome == "unclear":
        return not (meant.topic or "").startswith("outage.")
    return meant.outcome in ("found", "smalltalk") and meant.entry_id is not None


def _is_single_home(words: str) -> bool:
    return bool(words) and wording.ONLY_MINE.search(simplified(words)) is not None


def _ways_to_repair() -> tuple[Choice, ...]:
    return (Choice("直接报修", "repair"), Choice("人工", "handover"))


def _go_to_repair(turn: Turn, scope: str) -> None:
    from handlers.desk import perform

    _forget_question(turn)
    perform(turn, f"repair:{scope}" if scope else "repair")


def _topic(topic: object) -> Topic:
    return topic if topic == "outage.planned" or topic == "outage.eta" else "outage.query"


# -- the answer


def _answered(turn: Turn, topic: Topic, *, aside: bool = False) -> bool:
    """Answer where the place is known: named, spoken of just before, or bound."""
    areas = areas_of(turn)
    text = turn.text
    place = place_in(text, areas) if text else None
    if place is not None:
        _tell(turn, topic, place, areas, aside=aside)
        return True
    if wording.ASKS_WHERE.search(simplified(text)):
        _tell_all(turn, areas)
        return True
    before = turn.recall("place")
    own = own_places(turn, areas)
    if before and not (own and wording.MY_HOME.search(simplified(text))):
        _tell(turn, topic, bare_place(str(before), areas) or NamedPlace(str(before)), areas, aside=aside)
        return True
    if own:
        _tell_own(turn, topic, own, areas, aside=aside)
    return bool(own)


def _tell_own(
    turn: Turn, topic: Topic, own: list[NamedPlace], areas: Mapping[int, Outage], *, aside: bool = False
) -> None:
    matches = {match.key: match for one in own for match in one.matches if match.certainty != "ambiguous"}
    place = NamedPlace(wording.my_addresses(len(own)), tuple(matches.values()))
    _tell(turn, topic, place, areas, own=True, aside=aside)


def _tell(
    turn: Turn,
    topic: Topic,
    place: NamedPlace,
    areas: Mapping[int, Outage],
    *,
    words: str | None = None,
    own: bool = False,
    aside: bool = False,
) -> None:
    """Say what the book knows of a place; `words` are the question, `aside` leaves the buttons out."""
    # 港口大道5号 is no day of the month.
    words = normalise(turn.text if words is None else words).replace(place.name, " ")
    turn.remember(place=None if own else place.name, topic=topic)
    if not place.matches and _is_region_only(place.name):
        _tell_region(turn, place, areas)
        return
    if any(match.certainty == "ambiguous" for match in place.matches):
        areas_named = {match.area: match.key for match in place.matches}
        choices = [Choice(area, f"outage.area:{key}") for area, key in areas_named.items()]
        _offer(turn, wording.which(place.name), (*choices[:4], *_ways_to_repair()))
        return
    found = [Known(one.key, areas[one.key], state_at(areas[one.key], turn.now)) for one in place.matches]
    told = _told(turn, topic, place, found, words)
    if told is None:
        _tell_nothing(turn, topic, place, words, aside=aside)
        return
    choices_after = [Choice("换个地方查", "outage.other"), Choice("人工", "handover")]
    if any(one.state in GOING_ON for one in found):
        choices_after.insert(0, Choice("我家情况不同", "repair:different"))
    else:
        choices_after.insert(0, Choice("我家现在没电", "repair"))
    lines = [told, *_doubts(place, own=own), *as_of_lines(turn)]
    _offer(turn, "\n".join(lines), () if aside else tuple(choices_after))


def _told(turn: Turn, topic: Topic, place: NamedPlace, found: list[Known], words: str) -> str | None:
    """Return what was found, told as the answer to what was asked; None where that is nothing."""
    today = turn.book.today(turn.now)
    going_on = [one for one in found if one.state in GOING_ON]
    coming = sorted((one for one in found if one.state in COMING), key=lambda one: one.outage.start_at)
    ended = [one for one in found if one.state not in (*GOING_ON, *COMING)]
    day = wording.day_asked(words, today)
    if day is not None and day > today:
        return _told_of_day(turn, place, found, day)
    if going_on:
        first = wording.running(
            place.name,
            going_on[0].outage,
            going_on[0].state,
            eta=topic == "outage.eta",
            now=turn.now,
            zone=turn.book.zone,
        )
        return _with_cards(turn, first, going_on + coming)
    if coming:
        first = wording.upcoming(place.name, day=None)
        now_first = "" if topic == "outage.planned" else wording.not_now(place.name)
        return _with_cards(turn, now_first + first, coming)
    if ended:
        last = max(ended, key=lambda one: one.outage.start_at)
        return _with_cards(turn, wording.over(place.name, last.state), [last])
    return None


def _told_of_day(turn: Turn, place: NamedPlace, found: list[Known], day: date) -> str | None:
    """Return what was found for a day to come; None where nothing is announced for any day."""
    today = turn.book.today(turn.now)
    said = wording.day_name(day, today)
    horizon = turn.book.practice.outage_horizon_days
    if day > today + timedelta(days=horizon):
        return wording.beyond_horizon(place.name, said, horizon)
    ahead = [one for one in found if one.state in (*COMING, *GOING_ON)]
    on_day = [one for one in ahead if _touches_day(turn, one.outage, day)]
    if on_day:
        return _with_cards(turn, wording.upcoming(place.name, day=said), on_day)
    off = [one for one in found if one.state == "cancelled" and _touches_day(turn, one.outage, day)]
    if off:
        return _with_cards(turn, wording.over(place.name, "cancelled"), off)
    return _with_cards(turn, wording.not_that_day(place.name, said), ahead) if ahead else None


def _with_cards(turn: Turn, first: str, shown: list[Known]) -> str:
    cards = [wording.card(one.outage, one.state, now=turn.now, zone=turn.book.zone) for one in shown[:_SHOWN]]
    return "\n".join([first, *cards])


def _touches_day(turn: Turn, outage: Outage, day: date) -> bool:
    return turn.book.today(outage.start_at) <= day <= turn.book.today(outage.stop_at)


def _doubts(place: NamedPlace, *, own: bool) -> list[str]:
    if own:
        return []
    for match in place.matches:
        if match.partly:
            return [wording.partly(match.area)]
        if match.certainty == "likely":
            return [wording.likely(match.area)]
    return []


def _tell_nothing(turn: Turn, topic: Topic, place: NamedPlace, words: str, *, aside: bool) -> None:
    """Say that nothing was found, or, where our data are old or missing, that we cannot tell."""
    other = Choice("换个地方查", "outage.other")
    if is_stale(turn):
        choices: tuple[Choice, ...] = (Choice("报修", "repair"), Choice("人工", "handover"), other)
        _offer(turn, wording.unsure(place.name, as_of(turn)), () if aside else choices)
        return
    today = turn.book.today(turn.now)
    day = wording.day_asked(words, today)
    planned = topic == "outage.planned"
    text = wording.nothing(
        place.name,
        planned=planned,
        days=turn.book.practice.outage_horizon_days,
        day=wording.day_name(day, today) if day is not None and day > today else None,
    )
    text = f"{text}（{as_of(turn)}）"
    choices = (
        Choice("就我家停电", "repair:single"),
        Choice("整片都停", "repair:area"),
        Choice("报修", "repair"),
        other,
    )
    _offer(turn, text if planned or aside else f"{text}\n{wording.triage()}", () if aside else choices)


def _is_region_only(name: str) -> bool:
    return read_region(name) is not None and not without_region(normalise(name)).strip()


def _tell_region(turn: Turn, place: NamedPlace, areas: Mapping[int, Outage]) -> None:
    """List what is announced in a whole region, where it is ours."""
    region = read_region(place.name, home=turn.book.utility.region)
    here = {key: one for key, one in areas.items() if one.region == region}
    if here or region == turn.book.utility.region:
        _tell_all(turn, here)
        return
    text = turn.fill(wording.elsewhere(turn.book.utility.short, place.name))
    _offer(turn, text, (Choice("换个地方查", "outage.other"), *_ways_to_repair()))


def _tell_all(turn: Turn, areas: Mapping[int, Outage]) -> None:
    """List what is going on and coming, for somebody who asks where."""
    states = {key: state_at(outage, turn.now) for key, outage in areas.items()}
    shown = [key for wanted in (GOING_ON, COMING) for key in areas if states[key] in wanted]
    if not shown and is_stale(turn):
        choices = (Choice("报修", "repair"), Choice("人工", "handover"))
        _offer(turn, wording.unsure("各处", as_of(turn)), choices)
        return
    rows = [
        wording.row(areas[key], states[key], now=turn.now, zone=turn.book.zone) for key in shown[:_LISTED]
    ]
    text = "\n".join([wording.overview(empty=not rows), *rows, *as_of_lines(turn)])
    _offer(turn, text, (Choice("查我家的", "outage.other"), Choice("报修", "repair")))


def _offer(turn: Turn, text: str, choices: tuple[Choice, ...], *, asks_location: bool = False) -> None:
    # Kept so that somebody may type what a button says.
    turn.remember(choices=[[choice.label, choice.act] for choice in choices])
    if asks_location:
        turn.say(Reply(text, choices, asks="location", kind="question"))
    else:
        turn.say(Reply(text, choices))


# -- buttons


def _show_area(turn: Turn, key: str) -> None:
    """Answer for the one of several areas that was chosen."""
    areas = areas_of(turn)
    topic = _topic(turn.recall("topic"))
    turn.outcome("action", topic=topic)
    if not key.isdigit() or int(key) not in areas:
        _ask_place(turn, topic)
        return
    _forget_question(turn)
    scope = areas[int(key)].scope
    _tell(turn, topic, NamedPlace(scope, (Match(int(key), "sure", scope),)), areas)


def _show_own(turn: Turn, index: str) -> None:
    """Answer for one of the bound addresses."""
    areas = areas_of(turn)
    own = own_places(turn, areas)
    topic = _topic(turn.recall("topic"))
    turn.outcome("action", topic=topic)
    if not index.isdigit() or int(index) >= len(own):
        _ask_place(turn, topic)
        return
    asked = turn.conversation.collected.get("words", "") if turn.conversation is not None else ""
    _forget_question(turn)
    place = own[int(index)]
    _tell(turn, topic, place, areas, words=str(asked), own=True)


def _ask_other(turn: Turn, _argument: str) -> None:
    """Ask for another place than the one spoken of."""
    topic = _topic(turn.recall("topic"))
    turn.outcome("action", topic=topic)
    turn.remember(place=None)
    _ask_place(turn, topic)


ACTS = {"outage": look_up, "outage.area": _show_area, "outage.own": _show_own, "outage.other": _ask_other}
DIALOGUES = {_ASK: listen}
