"""Telling what the outage book says of a place: the answer to what was asked, and as of when we know."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from handlers.messages import Choice, Reply
from handlers.outages.outage_places import (
    COMING,
    GOING_ON,
    Known,
    NamedPlace,
    as_of,
    as_of_lines,
    is_stale,
)
from handlers.turn import Turn
from handlers.wording import outages as wording
from knowledge.rules.outages import Outage, state_at
from knowledge.rules.regions import read_region, without_region
from knowledge.text.normalise import normalise

Topic = Literal["outage.query", "outage.planned", "outage.eta"]

_SHOWN = 3  # outages in one answer
_LISTED = 6  # lines in an overview
_USUAL: dict[Topic, tuple[str, str]] = {
    "outage.query": ("outage.eta.how_long", "complaint.compensation"),
    "outage.planned": ("outage.planned.advance", "outage.planned.medical"),
    "outage.eta": ("outage.eta.how_long", "outage.eta.why_changes"),
}


def topic_of(topic: object) -> Topic:
    """Return which of the three questions about outages is asked; otherwise whether there is one now."""
    return topic if topic == "outage.planned" or topic == "outage.eta" else "outage.query"


def ways_to_repair() -> tuple[Choice, ...]:
    """Return the buttons for somebody who had better report than search on."""
    return (Choice("直接报修", "repair"), Choice("人工", "handover"))


def tell_own(
    turn: Turn, topic: Topic, own: list[NamedPlace], areas: Mapping[int, Outage], *, aside: bool = False
) -> None:
    """Say what the book knows of all bound addresses."""
    matches = {match.key: match for one in own for match in one.matches if match.certainty != "ambiguous"}
    place = NamedPlace(wording.my_addresses(len(own)), tuple(matches.values()))
    tell(turn, topic, place, areas, own=True, aside=aside)


def tell(
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
        offer(turn, wording.which(place.name), (*choices[:4], *ways_to_repair()))
        return
    found = [Known(one.key, areas[one.key], state_at(areas[one.key], turn.now)) for one in place.matches]
    told = _told(turn, topic, place, found, words)
    if told is None:
        _tell_nothing(turn, topic, place, words, aside=aside)
        return
    choices_after = [Choice("换个地方查", "outage.other"), *_related(turn, topic), Choice("人工", "handover")]
    if any(one.state in GOING_ON for one in found):
        choices_after.insert(0, Choice("我家情况不同", "outage.report:different"))
    else:
        choices_after.insert(0, Choice("我家现在没电", "outage.report"))
    lines = [told, *_doubts(place, own=own), *as_of_lines(turn)]
    offer(turn, "\n".join(lines), () if aside else tuple(choices_after))


def _related(turn: Turn, topic: Topic) -> tuple[Choice, ...]:
    """Return two questions that are near: those of the entry that led here, else the usual ones."""
    entries = turn.book.library.entries
    usual = tuple(Choice(entries[one].question, f"answer:{one}") for one in _USUAL[topic] if one in entries)
    return (turn.related + tuple(one for one in usual if one not in turn.related))[:2]


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
        now_first = _not_now(turn, topic, place)
        return _with_cards(turn, now_first + first, coming)
    if ended:
        last = max(ended, key=lambda one: one.outage.start_at)
        now_first = _not_now(turn, topic, place) if last.state == "cancelled" else ""
        return _with_cards(turn, now_first + wording.over(place.name, last.state), [last])
    return None


def _not_now(turn: Turn, topic: Topic, place: NamedPlace) -> str:
    """Return that nothing is going on now; old data cannot say so, and who asks of later is not told."""
    return "" if topic == "outage.planned" or is_stale(turn) else wording.not_now(place.name)


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
        choices: tuple[Choice, ...] = (Choice("报修", "outage.report"), Choice("人工", "handover"), other)
        offer(turn, wording.unsure(place.name, as_of(turn)), () if aside else choices)
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
        Choice("就我家停电", "outage.report:single"),
        Choice("整片都停", "outage.report:area"),
        Choice("报修", "outage.report"),
        other,
        Choice("人工", "handover"),
    )
    offer(turn, text if planned or aside else f"{text}\n{wording.triage()}", () if aside else choices)


def _is_region_only(name: str) -> bool:
    return read_region(name) is not None and not without_region(normalise(name)).strip()


def _tell_region(turn: Turn, place: NamedPlace, areas: Mapping[int, Outage]) -> None:
    """List what is announced in a whole region, where it is ours."""
    region = read_region(place.name, home=turn.book.utility.region)
    here = {key: one for key, one in areas.items() if one.region == region}
    if here or region == turn.book.utility.region:
        tell_all(turn, here)
        return
    text = turn.fill(wording.elsewhere(turn.book.utility.short, place.name))
    offer(turn, text, (Choice("换个地方查", "outage.other"), *ways_to_repair()))


def tell_all(turn: Turn, areas: Mapping[int, Outage]) -> None:
    """List what is going on and coming, for somebody who asks where."""
    states = {key: state_at(outage, turn.now) for key, outage in areas.items()}
    shown = [key for wanted in (GOING_ON, COMING) for key in areas if states[key] in wanted]
    if not shown and is_stale(turn):
        choices = (Choice("报修", "repair"), Choice("人工", "handover"))
        offer(turn, wording.unsure("各处", as_of(turn)), choices)
        return
    rows = [
        wording.row(areas[key], states[key], now=turn.now, zone=turn.book.zone) for key in shown[:_LISTED]
    ]
    text = "\n".join([wording.overview(empty=not rows), *rows, *as_of_lines(turn)])
    offer(turn, text, (Choice("查我家的", "outage.other"), *ways_to_repair()))


def offer(turn: Turn, text: str, choices: tuple[Choice, ...], *, asks_location: bool = False) -> None:
    """Say something with buttons whose labels may be typed as well."""
    # Kept so that somebody may type what a button says.
    turn.remember(choices=[[choice.label, choice.act] for choice in choices])
    if asks_location:
        turn.say(Reply(text, choices, asks="location", kind="question"))
    else:
        turn.say(Reply(text, choices))
