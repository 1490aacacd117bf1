"""What does this customer want? The one pure function every channel's question goes through."""

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, Protocol, Self

from knowledge.caching import remembering
from knowledge.rules import danger
from knowledge.rules.danger import Danger
from knowledge.rules.regions import without_region
from knowledge.search.index import Considered, Decision, Found, Hit, Index, Unclear
from knowledge.second_look import SecondLook, cued_topic
from knowledge.text.normalise import normalise

__all__ = ["Candidate", "Context", "Outcome", "Understander", "Understanding"]

Outcome = Literal["found", "unclear", "unknown", "danger", "smalltalk"]

_LONGEST: Final = 160  # characters read by the search: a question is short, a story is for a colleague
# Lower than for an arbitrary index: our entries overlap, so a question's probability is shared by neighbours.
_SURE: Final = 0.7
_WHOLE: Final = 0.93  # an entry this likely answers all of a message
_CLEAR: Final = 0.5  # from here on the best entry names the topic, below all candidates vote
_ALLOWED: Final = 64  # sets of entries kept, one for a region and day
_REMEMBERED: Final = 2048  # answers kept for the same words said again
_FRAGMENT: Final = 12  # a follow-up is at most this long
_SECOND_INTENT_FROM: Final = 9  # a message this short has one intent

_ASKED_ALREADY: Final = 0.1  # weight of the entry just answered when a fragment asks on
_SAME_TOPIC: Final = 0.2  # what the topic spoken of adds to an entry's chance

_FOLLOW_UP: Final = re.compile(
    r"^(?:那|那么|那要是|如果|要是|换成|换做|改成|哪|还有|至于)|(?:呢|咧|喃)[?？]?$"
)
_FOLLOW_WORDS: Final = re.compile(
    r"^(?:那么|那要是|那如果|那换成|那|如果是|如果|要是|换成|换做|改成|至于)|(?:的话)?(?:呢|咧|喃)?[?？]?$"
)
_CLAUSE_END: Final = re.compile(
    r"[,。;!?、\n]+|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])|还有就是|还有|另外|顺便|然后|以及|而且"
)

_STRANGERS: Final = "out_of_scope"  # the topic of what is not about us
# 我要投诉 outweighs what the complaint is about; a wish does not outweigh a question we can answer.
_CUES_ABOVE_ALL: Final = frozenset({"complaint", "report", "praise"})
_NO_WISH: Final = frozenset({"smalltalk", "ask_back"})


class _Entry(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def phrasings(self) -> tuple[str, ...]: ...
    @property
    def action(self) -> str | None: ...
    @property
    def audience(self) -> Literal["public", "staff"]: ...
    @property
    def regions(self) -> tuple[str, ...]: ...


class _Library(Protocol):
    @property
    def entries(self) -> Mapping[str, _Entry]: ...
    def served(self, region: str, on: date) -> Iterable[_Entry]: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What was talked about just before."""

    topic: str | None = None
    entry_id: str | None = None


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

    def __init__(self, library: _Library, *, cache_dir: Path | None = None) -> None:
        """Take the library; what takes long to build is kept in `cache_dir` if one is given."""
        said = _said_of(library, {})
        index = Index.build(_listed(said), families=_families(library), cache_dir=cache_dir)
        danger.read("")  # compiles the rules now, not at the first question
        self._take(library, said, index)

    def revised(self, library: _Library) -> Self:
        """Return one of a changed library in a fraction of the time; this one goes on answering."""
        said = _said_of(library, self._said)
        index = self.index.revised(_listed(said), families=_families(library))
        revised = copy.copy(self)
        revised._take(library, said, index)
        return revised

    def _take(self, library: _Library, said: "_Said", index: Index) -> None:
        self._library, self._entries, self._said, self.index = library, library.entries, said, index
        self._second_look = SecondLook(index, library.entries)
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
        if not any(char.isalnum() for char in without_region(_FOLLOW_WORDS.sub("", asked))):
            # nothing but signs, or nothing but a place: the latter continues what was asked before
            if any(char.isalnum() for char in plain) and context.entry_id in allowed:
                return self._known(context.entry_id, plain, risk)
            return Understanding("smalltalk", "greeting_smalltalk", None, 0.5, (), None, plain, risk)
        considered = self._consider(asked, allowed, danger_told=risk is not None)
        decision = considered.decision
        settled = isinstance(decision, Found) and self._entries[decision.hit.entry_id].action != "ask_back"
        if context.entry_id is not None and len(plain) <= _FRAGMENT and not settled:
            continued = self._continued(asked, context, allowed, decision)
            if continued is not None:
                return self._known(continued, plain, risk)
        cued = self._cued(asked, considered, allowed)
        if cued is not None:
            return self._result(Found(cued), plain, None, risk, considered)
        also: str | None = None
        # a message with two wishes is never covered well by one entry
        if len(asked) >= _SECOND_INTENT_FROM and considered.hits and considered.hits[0].score < _WHOLE:
            first, also = self._two_wishes(asked, allowed)
            if first is not None:
                decision = Found(first)
        return self._result(decision, plain, also, risk, considered)

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

    def _continued(
        self, asked: str, context: Context, allowed: frozenset[str], alone: Decision
    ) -> str | None:
        """Return the entry a fragment like 那第三档呢 means after the question before it."""
        assert context.entry_id is not None
        before = self._entries.get(context.entry_id)
        if before is None or not _FOLLOW_UP.search(asked):
            return None
        core = _FOLLOW_WORDS.sub("", asked).strip()
        if not core:
            return before.id if before.id in allowed else None
        together = self.index.rank(f"{before.question} {core}", top=6, allowed=allowed)
        by_itself = self.index.rank(core, top=6, allowed=allowed)
        chances: dict[str, float] = {}
        for hit in (*together, *by_itself):
            if self._entries[hit.entry_id].action == "ask_back":
                continue  # asking back is for words without a question before them
            # The question before is most of the words read together; that alone must not decide for it.
            score = hit.score * _ASKED_ALREADY if hit.entry_id == before.id else hit.score
            chances[hit.entry_id] = chances.get(hit.entry_id, 0.0) + score
        for entry_id in chances:
            chances[entry_id] += _SAME_TOPIC if self._entries[entry_id].topic == before.topic else 0.0
        if not chances:
            return None
        return max(chances, key=lambda entry_id: chances[entry_id])

    def _cued(self, asked: str, considered: Considered, allowed: frozenset[str]) -> Hit | None:
        """Return the entry of the topic a message names itself, where the search found something else."""
        topic = cued_topic(asked)
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

    def _two_wishes(self, asked: str, allowed: frozenset[str]) -> tuple[Hit | None, str | None]:
        """Return the first wish and the entry of the second where a message clearly holds two."""
        clauses = [clause.strip() for clause in _CLAUSE_END.split(asked)]
        clauses = [clause for clause in clauses if len(clause) >= 3]
        if not 2 <= len(clauses) <= 4:
            return None, None
        found: list[Hit] = []
        for clause in clauses:
            decision = self._consider(clause, allowed).decision
            # a greeting, or a word that only asks back, is no wish of its own
            if (
                isinstance(decision, Found)
                and self._entries[decision.hit.entry_id].action not in _NO_WISH
                and decision.hit.score >= _SURE
            ):
                found.append(decision.hit)
        if len(found) < 2:
            return None, None
        first = found[0]
        topic = self._entries[first.entry_id].topic
        for second in found[1:]:
            if self._entries[second.entry_id].topic != topic:
                return first, second.entry_id
        return None, None

    def _work_out_allowed(self, region: str, on: date | None) -> frozenset[str]:
        if on is not None:
            return frozenset(entry.id for entry in self._library.served(region, on))
        return frozenset(
            entry.id
            for entry in self._entries.values()
            if entry.audience == "public" and (not entry.regions or region in entry.regions)
        )


_Said = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]  # by entry: its phrasings, and normalised


def _said_of(library: _Library, before: _Said) -> _Said:
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


def _families(library: _Library) -> dict[str, str]:
    return {entry.id: entry.topic for entry in library.entries.values()}
