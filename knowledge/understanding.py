"""What does this customer want? The one pure function every channel's question goes through."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, Self

from knowledge.caching import remembering
from knowledge.follow_up import Context, FollowUp, core_of, goes_on
from knowledge.library import Library
from knowledge.negation import NOTHING_DENIED, Denied, denied
from knowledge.remedies import ALL, Remedies
from knowledge.rules import danger
from knowledge.rules.danger import Danger
from knowledge.rules.regions import without_region
from knowledge.search.index import Considered, Decision, Found, Hit, Index, Unclear
from knowledge.second_look import SecondLook, cued_topic
from knowledge.text.normalise import normalise
from knowledge.two_wishes import Wishes, says_two, wishes_of, without_lead_in

__all__ = ["Candidate", "Context", "Outcome", "Understander", "Understanding"]

Outcome = Literal["found", "unclear", "unknown", "danger", "smalltalk"]

_LONGEST: Final = 160  # characters read by the search: a question is short, a story is for a colleague
# Lower than for an arbitrary index: our entries overlap, so a question's probability is shared by neighbours.
_SURE: Final = 0.7
_WHOLE: Final = 0.93  # an entry this likely answers all of a message
_CLEAR: Final = 0.5  # from here on the best entry names the topic, below all candidates vote
_ALLOWED: Final = 64  # sets of entries kept, one for a region and day
_REMEMBERED: Final = 2048  # answers kept for the same words said again
_SHORTEST_REST: Final = 4  # characters of a question that are left beside what is denied
_SECOND_INTENT_FROM: Final = 9  # a message this short has one intent

_STRANGERS: Final = "out_of_scope"  # the topic of what is not about us
# 我要投诉 outweighs what the complaint is about; a wish does not outweigh a question we can answer.
_CUES_ABOVE_ALL: Final = frozenset({"complaint", "report", "praise"})
_NO_WISH: Final = frozenset({"smalltalk", "ask_back"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be meant; `question` serves as a button."""

    entry_id: str
    question: str
    score: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a message means.

    `found` names one entry (its action may be out_of_scope or ask_back), `unclear` two to four
    candidates, `unknown` none that is likely enough; `score` is the probability (0 to 1) that the first
    is meant. `also` is the entry of a second wish in the same message. `danger` is what the danger rules
    said, also where they are not certain and the outcome is another.
    """

    outcome: Outcome
    topic: str | None
    entry_id: str | None
    score: float
    candidates: tuple[Candidate, ...]
    also: str | None
    question: str
    danger: Danger | None = None


class Understander:
    """Understands questions by a library's phrasings; build once, ask from any thread."""

    def __init__(self, library: Library, *, cache_dir: Path | None = None, remedies: Remedies = ALL) -> None:
        """Take the library; what takes long to build is kept in `cache_dir` if one is given."""
        said = _said_of(library, {})
        index = Index.build(
            _listed(said), families=_families(library), cache_dir=cache_dir, remedies=remedies
        )
        self._remedies = remedies
        danger.read("")  # compiles the rules now, not at the first question
        denied("不")
        self._take(library, said, index)

    def revised(self, library: Library) -> Self:
        """Return one of a changed library in a fraction of the time; this one goes on answering."""
        said = _said_of(library, self._said)
        index = self.index.revised(_listed(said), families=_families(library))
        revised = copy.copy(self)
        revised._take(library, said, index)
        return revised

    def _take(self, library: Library, said: "_Said", index: Index) -> None:
        self._library, self._entries, self._said, self.index = library, library.entries, said, index
        self._second_look = SecondLook(index, library.entries, self._remedies)
        self._follow_up = FollowUp(index, library.entries)
        self._allowed = remembering(self._work_out_allowed, most=_ALLOWED)
        self._remembered = remembering(self._understand, most=_REMEMBERED)

    def understand(
        self, text: str, *, region: str, context: Context | None = None, on: date | None = None
    ) -> Understanding:
        """Return what a message means to a customer of a region.

        With `on` only entries are found whose figures hold on that day.
        """
        return self._remembered(normalise(text[: 4 * _LONGEST]), region, context or Context(), on)

    def understand_afresh(
        self, text: str, *, region: str, context: Context | None = None, on: date | None = None
    ) -> Understanding:
        """Return the same as `understand` without looking at what is remembered: for measuring."""
        return self._understand(normalise(text[: 4 * _LONGEST]), region, context or Context(), on)

    def _understand(self, plain: str, region: str, context: Context, on: date | None) -> Understanding:
        risk = danger.read(plain, normalised=True)
        if risk is not None and risk.certain:
            return Understanding("danger", "emergency", None, 1.0, (), None, plain, risk)
        allowed = self._allowed(region, on)
        asked = plain[:_LONGEST]
        if not any(char.isalnum() for char in without_region(core_of(asked))):
            # nothing but signs, or nothing but a place: the latter continues what was asked before
            continued = self._follow_up.elsewhere(context, allowed) if any(map(str.isalnum, plain)) else None
            if continued is not None:
                return self._known(continued, plain, risk)
            return Understanding("smalltalk", "greeting_smalltalk", None, 0.5, (), None, plain, risk)
        denial = denied(asked) if self._remedies.negation else NOTHING_DENIED
        if denial:
            allowed = self._without_denied(allowed, denial)
            # 不想投诉就问问电费: what is denied is no part of the question, unless it is all of it
            asked = without_lead_in(denial.rest) if len(denial.rest) >= _SHORTEST_REST else asked
        considered = self._consider(asked, allowed, danger_told=risk is not None)
        decision = considered.decision
        settled = (
            isinstance(decision, Found)
            and decision.hit.score >= _SURE
            and self._entries[decision.hit.entry_id].action != "ask_back"
            # 那第三档呢 after a price asks for a price, whatever 第三档 alone is taken for
            and not (goes_on(asked) and self._entries[decision.hit.entry_id].topic == context.topic)
        )
        if context.entry_id is not None:
            continued = self._follow_up.meant(asked, context, allowed, settled=settled)
            if continued is not None:
                return self._known(continued, plain, risk)
        # a message with two wishes is never covered well by one entry; some say that they hold two
        long_enough = self._remedies.two_wishes and len(asked) >= _SECOND_INTENT_FROM
        two_said = long_enough and says_two(asked)
        wishes = self._two_wishes(asked, allowed) if two_said else None
        cued = None if denial or wishes is not None else self._cued(asked, considered, allowed)
        if cued is not None:
            return self._result(Found(cued), plain, None, risk, considered)
        if long_enough and not two_said and considered.hits and considered.hits[0].score < _WHOLE:
            wishes = self._two_wishes(asked, allowed)
        if wishes is not None:
            return self._result(wishes.first, plain, wishes.also, risk, considered)
        return self._result(decision, plain, None, risk, considered)

    def _consider(self, asked: str, allowed: frozenset[str], *, danger_told: bool = False) -> Considered:
        considered = self.index.consider(asked, allowed=allowed, sure=_SURE)
        return self._second_look.at(asked, considered, danger_told=danger_told, sure=_SURE)

    def _result(
        self,
        decision: Decision,
        plain: str,
        also: str | None,
        risk: Danger | None,
        considered: Considered | None = None,
    ) -> Understanding:
        hits = (decision.hit,) if isinstance(decision, Found) else decision.hits
        candidates = tuple(
            Candidate(hit.entry_id, self._entries[hit.entry_id].question, hit.score) for hit in hits
        )
        if not candidates:
            return Understanding("unknown", None, None, 0.0, (), None, plain, risk)
        best = self._entries[candidates[0].entry_id]
        score = candidates[0].score
        outcome: Outcome = "unknown"
        if isinstance(decision, Found):
            outcome = "found"
            if best.action == "danger":
                outcome = "danger"
            elif best.action == "smalltalk":
                outcome = "smalltalk"
        elif isinstance(decision, Unclear):
            outcome = "unclear"
        if considered is None or isinstance(decision, Found):
            named = best.id if isinstance(decision, Found) else None
            return Understanding(outcome, best.topic, named, score, candidates, also, plain, risk)
        if outcome == "unknown" and self._second_look.is_stranger(plain, considered):
            return Understanding(outcome, _STRANGERS, None, score, (), None, plain, risk)
        topic = best.topic if score >= _CLEAR else self._likeliest_topic(considered.hits)
        return Understanding(outcome, topic, None, score, candidates, also, plain, risk)

    def _likeliest_topic(self, weighed: tuple[Hit, ...]) -> str:
        """Return the topic most of the hits speak for: neighbouring entries share a question between them."""
        votes: dict[str, float] = {}
        for hit in weighed:
            topic = self._entries[hit.entry_id].topic
            votes[topic] = votes.get(topic, 0.0) + hit.score**0.5
        return max(votes, key=lambda topic: votes[topic])

    def _known(self, entry_id: str | None, plain: str, risk: Danger | None) -> Understanding:
        assert entry_id is not None
        return self._result(Found(Hit(entry_id, 0.9, "")), plain, None, risk)

    def _cued(self, asked: str, considered: Considered, allowed: frozenset[str]) -> Hit | None:
        """Return the entry of the topic a message names itself, where the search found something else."""
        topic = cued_topic(asked) or cued_topic(considered.text)
        if topic is None:
            return None
        decision = considered.decision
        if isinstance(decision, Found) and self._entries[decision.hit.entry_id].topic == topic:
            return None
        if isinstance(decision, Found) and topic not in _CUES_ABOVE_ALL:
            return None
        meant = frozenset(entry_id for entry_id in allowed if self._entries[entry_id].topic == topic)
        hits = self.index.consider(asked, allowed=meant).hits if meant else ()
        return Hit(hits[0].entry_id, _SURE, hits[0].phrasing) if hits else None

    def _two_wishes(self, asked: str, allowed: frozenset[str]) -> Wishes | None:
        return wishes_of(
            asked,
            lambda clause: self._decided(clause, allowed),
            lambda entry_id: self._entries[entry_id].topic,
            lambda entry_id: self._entries[entry_id].action in _NO_WISH,
        )

    def _decided(self, clause: str, allowed: frozenset[str]) -> Decision:
        considered = self._consider(clause, allowed)
        cued = self._cued(clause, considered, allowed)
        return considered.decision if cued is None else Found(cued)

    def _without_denied(self, allowed: frozenset[str], denial: Denied) -> frozenset[str]:
        """Return the entries left once those are gone that the customer says are not meant."""
        return frozenset(
            entry_id
            for entry_id in allowed
            if not denial.concerns(
                self._entries[entry_id].action,
                self._entries[entry_id].topic,
                self._entries[entry_id].question,
            )
        )

    def _work_out_allowed(self, region: str, on: date | None) -> frozenset[str]:
        if on is not None:
            return frozenset(entry.id for entry in self._library.served(region, on))
        return frozenset(
            entry.id
            for entry in self._entries.values()
            if entry.audience == "public" and (not entry.regions or region in entry.regions)
        )


_Said = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]  # by entry: its phrasings, and normalised


def _said_of(library: Library, before: _Said) -> _Said:
    """Return what customers say for each entry; what is the same as before is not normalised again."""
    said: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for entry in library.entries.values():
        phrasings, known = entry.phrasings, before.get(entry.id)
        if known is None or known[0] != phrasings:
            known = (phrasings, tuple(map(normalise, phrasings)))
        said[entry.id] = known
    return said


def _listed(said: _Said) -> list[tuple[str, str]]:
    return [(entry_id, text) for entry_id, (_, plain) in said.items() for text in plain]


def _families(library: Library) -> dict[str, str]:
    return {entry.id: entry.topic for entry in library.entries.values()}
