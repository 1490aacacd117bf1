"""Finding a customer's place in the outage book: as named, as spoken of before, or as bound."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import storage.outages
import storage.people
from handlers.turn import Turn
from handlers.wording import outages as wording
from knowledge.rules.outage_places import mentioned
from knowledge.rules.outages import Match, Outage, OutageState, extract_place, state_at, touching
from knowledge.text.normalise import normalise
from storage.models import Account

GOING_ON: tuple[OutageState, ...] = ("running", "partly_restored")
COMING: tuple[OutageState, ...] = ("announced", "postponed")

_BEHIND_HOUSE_NUMBER = re.compile(r"^.*?(?:路|街|大道|巷|弄|胡同)\d+号(?=[\u4e00-\u9fff]{2})")


@dataclass(frozen=True, slots=True)
class Known:
    """An outage of the book that holds a place, by our key, with its state at this moment."""

    id: int
    outage: Outage
    state: OutageState


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place as it is called in our answers, with what of the book touches it."""

    name: str
    matches: tuple[Match[int], ...] = ()


def areas_of(turn: Turn) -> dict[int, Outage]:
    """Return by our key what the book says of now and of the days that we look ahead."""
    horizon = timedelta(days=turn.book.practice.outage_horizon_days)
    return storage.outages.current(turn.session, now=turn.now, horizon=horizon)


def known_at(turn: Turn, place: str) -> Known | None:
    """Return the outage that is going on at a place, None where there is none or the place is not clear."""
    areas = areas_of(turn)
    going_on = [
        match
        for match in touching_words(place, areas)
        if match.certainty != "ambiguous" and state_at(areas[match.key], turn.now) in GOING_ON
    ]
    if not going_on:
        return None
    first = min(going_on, key=lambda match: (match.certainty != "sure", areas[match.key].start_at))
    outage = areas[first.key]
    return Known(first.key, outage, state_at(outage, turn.now))


def known_at_account(turn: Turn, account: Account) -> Known | None:
    """Return the outage that is going on at an account's address, or None."""
    return known_at(turn, announced_address(account))


def describe(turn: Turn, known: Known) -> str:
    """Return an outage as the lines that a customer reads, with as of when we know."""
    text = wording.card(known.outage, known.state, now=turn.now, zone=turn.book.zone)
    return "\n".join([text, *as_of_lines(turn)])


def place_in(text: str, areas: Mapping[int, Outage]) -> NamedPlace | None:
    """Return the place that a message names, or None."""
    named = extract_place(text)
    if named is not None:
        return NamedPlace(named, tuple(touching_words(named, areas)))
    found = mentioned(text, areas)
    return NamedPlace(found[0].area, tuple(found)) if found else None


def without_place(text: str) -> str:
    """Return a question about power with the place it names left open, so that the name does not mislead."""
    named = extract_place(text)
    plain = normalise(text)
    if named is None or not wording.ABOUT_POWER.search(plain):
        return text
    return plain.replace(named, wording.SOME_PLACE)


def bare_place(words: str, areas: Mapping[int, Outage]) -> NamedPlace | None:
    """Return the words themselves as a place: they are the answer to our question for one."""
    name = normalise(words).strip("。.!！?？,， 的")
    return NamedPlace(name, tuple(touching_words(name, areas))) if 2 <= len(name) <= 30 else None


def touching_words(place: str, areas: Mapping[int, Outage]) -> list[Match[int]]:
    """Return what touches a place; of an address in full also by what stands behind the house number."""
    found = touching(place, areas)
    inner = _BEHIND_HOUSE_NUMBER.sub("", normalise(place))
    return found or (touching(inner, areas) if inner != normalise(place) else [])


def own_places(turn: Turn, areas: Mapping[int, Outage]) -> list[NamedPlace]:
    """Return the places of the accounts that this person has proven to belong to."""
    assert turn.person.id is not None
    return [
        NamedPlace(
            binding.nickname or account.community or "您家",
            tuple(touching_words(announced_address(account), areas)),
        )
        for account, binding in storage.people.accounts_of(turn.session, turn.person.id)
    ]


def announced_address(account: Account) -> str:
    """Return an account's address from its community on, which is how outages are announced."""
    _, community, behind = account.address.partition(account.community) if account.community else ("",) * 3
    return f"{community}{behind}" if community else account.address


def as_of(turn: Turn) -> str | None:
    """Return the words that say as of when we know, None where there are no data at all."""
    known = storage.outages.as_of(turn.session)
    return None if known is None else wording.as_of(known, turn.now, turn.book.zone)


def as_of_lines(turn: Turn) -> list[str]:
    """Return the lines under an answer: as of when we know, and a caution where that is long ago."""
    known = as_of(turn)
    lines = [f"（{known}）"] if known else []
    return [*lines, wording.old_data()] if is_stale(turn) else lines


def is_stale(turn: Turn) -> bool:
    """Whether our data are too old, or missing, to say that there is no outage."""
    known = storage.outages.as_of(turn.session)
    limit = timedelta(minutes=turn.book.practice.outage_stale_minutes)
    return known is None or turn.now - known > limit
