"""Entries that differ in one word (第二档 and 第三档): the word decides, and without it we ask which."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from knowledge.data_files import read_yaml
from knowledge.library import Entry
from knowledge.remedies import ALL, Remedies
from knowledge.search.index import Considered, Decision, Found, Hit, Unclear
from knowledge.text.normalise import normalise

__all__ = ["NearTies", "Weighed", "asking_which"]

_FILE: Final = Path(__file__).parent / "data" / "confusable.yaml"
_NEAR: Final = 0.25  # an entry this likely, measured by the best, is near it
_DECIDES: Final = 0.12  # the same where the mark outweighs an entry that carries none
_POINTED: Final = 0.0005  # the same where the question names one of several without saying which
_SAID_NEAR: Final = 0.08  # the same where the question says a mark
_WHOLE: Final = 0.93  # an entry this likely was asked for nearly word for word
_DOUBT: Final = 0.6  # what is left of an entry that carries another mark than the one asked for
_LIFTED: Final = 0.95  # as likely as an entry becomes because it alone carries the mark asked for
_MOST: Final = 4  # entries asked about


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str
    marks: dict[str, str]
    which: str | None = None  # names one of them without saying which: 那一档
    within: str | None = None  # only where the question and the entries say this
    ask: bool = True
    decides: bool = False  # the mark outweighs an entry that carries none
    same_topic: bool = False
    first: bool = False  # of several marks said, the first of the list counts
    strong: tuple[str, ...] | None = None  # marks that outweigh the others; by default all
    remedy: str = "near_ties"


@dataclass(frozen=True, slots=True)
class _Group:
    marks: tuple[tuple[str, re.Pattern[str]], ...]
    which: re.Pattern[str] | None
    within: re.Pattern[str] | None
    ask: bool
    decides: bool
    same_topic: bool
    first: bool
    strong: frozenset[str]
    remedy: str

    def said(self, text: str) -> frozenset[str]:
        """Return the marks a text says."""
        if self.within is not None and not self.within.search(text):
            return frozenset()
        found = (name for name, pattern in self.marks if pattern.search(text))
        return frozenset(islice(found, 1) if self.first else found)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Hits after the marks were looked at; `asking` are those to ask about, `doubted` forbids to lead."""

    hits: tuple[Hit, ...]
    asking: tuple[Hit, ...] = ()
    doubted: bool = False


class NearTies:
    """Holds entries against each other that differ in a mark of data/confusable.yaml."""

    def __init__(self, entries: Mapping[str, Entry], remedies: Remedies = ALL) -> None:
        self._entries = entries
        groups = [group for group in _groups() if getattr(remedies, group.remedy)]
        # which mark of which group an entry carries: by its standard question, which editors keep short
        self._carries: list[tuple[_Group, dict[str, str]]] = []
        for group in groups:
            carrying: dict[str, str] = {}
            for entry_id, entry in entries.items():
                said = group.said(normalise(entry.question))
                if len(said) == 1:
                    carrying[entry_id] = next(iter(said))
            self._carries.append((group, carrying))

    def weighed(self, considered: Considered) -> Weighed:
        """Return the hits with those first that carry the marks asked for, or those to ask about."""
        hits, asked, doubted = considered.hits, considered.text, False
        for group, carrying in self._carries:
            best = hits[0]
            mark = carrying.get(best.entry_id)
            if mark is None and not group.decides:
                continue
            said = group.said(asked)
            if mark is None and group.decides and len(said) == 1:
                right = next((hit for hit in hits if carrying.get(hit.entry_id) in said), None)
                if right is not None and best.score < _WHOLE and right.score >= _DECIDES * best.score:
                    hits = _exchanged(hits, best, right)
            if mark is None or (not said and not group.ask):
                continue
            points = not said and group.which is not None and group.which.search(asked) is not None
            limit = (_POINTED if points else _SAID_NEAR if group.ask and said else _NEAR) * best.score
            near = [hit for hit in hits if hit.score >= limit and self._comparable(group, best, hit)]
            others = [hit for hit in near if carrying.get(hit.entry_id, mark) != mark]
            if not said or (len(said) > 1 and mark in said):
                meant = [hit for hit in others if not said or carrying[hit.entry_id] in said]
                if meant and group.ask and best.score < _WHOLE:
                    return Weighed(hits, asking=self._one_of_each([best, *meant], carrying))
            elif mark in said:
                hits = _lifted(hits, best, others)
            elif len(said) == 1 and (said <= group.strong or mark not in group.strong):
                right = next((hit for hit in near if carrying.get(hit.entry_id) in said), None)
                if right is not None:
                    hits = _exchanged(hits, best, right)
                elif best.score < _WHOLE and not group.ask and {mark, *said} <= group.strong:
                    hits, doubted = _doubted(hits, best), True
        return Weighed(hits, doubted=doubted)

    def _comparable(self, group: _Group, best: Hit, hit: Hit) -> bool:
        return not group.same_topic or (
            self._entries[best.entry_id].topic == self._entries[hit.entry_id].topic
        )

    @staticmethod
    def _one_of_each(hits: list[Hit], carrying: Mapping[str, str]) -> tuple[Hit, ...]:
        """Return the best hit of each mark."""
        first: dict[str, Hit] = {}
        for hit in hits:
            first.setdefault(carrying[hit.entry_id], hit)
        return tuple(first.values())[:_MOST]


def asking_which(considered: Considered, hits: tuple[Hit, ...]) -> Considered:
    """Return what was considered with the decision to ask which of some hits is meant."""
    rest = tuple(hit for hit in considered.hits if hit not in hits)
    decision: Decision = Unclear(hits) if len(hits) > 1 else Found(hits[0])
    return replace(considered, decision=decision, hits=(*hits, *rest))


def _lifted(hits: tuple[Hit, ...], best: Hit, others: list[Hit]) -> tuple[Hit, ...]:
    """Return the hits with what the others had given to the best one: their mark is not the one asked for."""
    taken = sum(hit.score for hit in others) * 0.8
    losers = {hit.entry_id for hit in others}
    return tuple(
        sorted(
            (
                replace(hit, score=max(hit.score, min(_LIFTED, hit.score + taken)))
                if hit is best
                else replace(hit, score=hit.score * 0.2)
                if hit.entry_id in losers
                else hit
                for hit in hits
            ),
            key=lambda hit: -hit.score,
        )
    )


def _exchanged(hits: tuple[Hit, ...], best: Hit, right: Hit) -> tuple[Hit, ...]:
    """Return the hits with the scores of two of them exchanged."""
    swapped = (replace(right, score=best.score), replace(best, score=right.score))
    rest = tuple(hit for hit in hits if hit is not best and hit is not right)
    return tuple(sorted((*swapped, *rest), key=lambda hit: -hit.score))


def _doubted(hits: tuple[Hit, ...], best: Hit) -> tuple[Hit, ...]:
    """Return the hits with less for the best: no entry near it carries the mark asked for."""
    doubted = tuple(replace(hit, score=hit.score * _DOUBT) if hit is best else hit for hit in hits)
    return tuple(sorted(doubted, key=lambda hit: -hit.score))


@cache
def _groups() -> tuple[_Group, ...]:
    lines = [_Line.model_validate(line) for line in read_yaml(_FILE)]
    return tuple(
        _Group(
            tuple((name, re.compile(pattern)) for name, pattern in line.marks.items()),
            re.compile(line.which) if line.which else None,
            re.compile(line.within) if line.within else None,
            line.ask,
            line.decides,
            line.same_topic,
            line.first,
            frozenset(line.marks if line.strong is None else line.strong),
            line.remedy,
        )
        for line in lines
    )
