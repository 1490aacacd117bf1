"""What a few words mean after an answer: 那第三档呢, 多少钱, 在哪办 go on with the subject spoken of."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from knowledge.data_files import read_yaml
from knowledge.library import Entry
from knowledge.rules.regions import without_region
from knowledge.search.index import Index

__all__ = ["Context", "FollowUp", "core_of", "goes_on", "subject_of"]

_SHORTEST: Final = 2  # characters that can name something
_LONGEST: Final = 12  # a follow-up is at most this many characters
_NAMED_CLEARLY: Final = 0.6  # chance of an entry on another subject from which on the new words name it
_NAMED: Final = 0.6  # share of the new words that one phrasing of an entry must hold
_NAMED_BY: Final = 0.15  # share of an entry's phrasings that must hold them
_SAME_QUESTION: Final = 0.3  # what it counts that an entry asks for the same as the question before
_SAME_KIND: Final = 0.3  # share of an entry's phrasings that must ask for the same as the fragment
_KIND_IN_TITLE: Final = 0.5  # what it counts that the standard question itself asks for it
_OFTEN: Final = 0.3  # share of an entry's phrasings that say a name of its subject
_IS_PART: Final = 0.5  # what it counts that an entry is named as a part of the one before
_NEAR: Final = 0.2  # share of the subject that an entry must speak of
_FILE: Final = Path(__file__).parent / "data" / "follow_ups.yaml"

_BEFORE: Final = (
    r"(?:那么|那要是|那如果|那换成|那改成|那按|那|如果是|如果|要是|假如|"
    r"换成|换做|换到|改成|至于|还有|就是|只是)"
)
_AFTER: Final = r"(?:的话?)?(?:呢|咧|喃|呀|啊)?[?？。!]*"
_FOLLOW_UP: Final = re.compile(
    rf"^(?:{_BEFORE}|哪)|(?:呢|咧|喃)[?？]?$|^.{{1,6}}的(?:话)?[?？。!]*$|的话[?？。!]*$"
)
_FOLLOW_WORDS: Final = re.compile(rf"^{_BEFORE}|{_AFTER}$")

# What may stand in the place of the thing itself.
_THING_LEFT_OUT: Final = r"(?:这个|那个|它|这|那)?(?:业务|手续)?"
_ASKED_WORDS: Final = re.compile(
    r"怎么|怎样|如何|多少钱?|多久|什么|哪里|哪些|在哪|吗|呢|几天|需要|要|能不能|可以|[?？]"
)


class _KindFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    said: tuple[str, ...]
    asked: str
    answered: str
    otherwise: str | None = Field(default=None, alias="else")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    subjects: dict[str, tuple[str, ...]]
    kinds: tuple[_KindFile, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of question that may leave its subject out."""

    name: str
    said: re.Pattern[str]
    asked: re.Pattern[str]
    answered: re.Pattern[str]
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class Context:
    """What was talked about just before."""

    topic: str | None = None
    entry_id: str | None = None


def core_of(asked: str) -> str:
    """Return a normalised fragment without the words that only tie it to what was said before."""
    return _FOLLOW_WORDS.sub("", _FOLLOW_WORDS.sub("", asked, count=1)).strip()


def goes_on(asked: str) -> bool:
    """Whether a normalised text is worded as going on with what was said before."""
    return len(asked) <= _LONGEST and bool(_FOLLOW_UP.search(asked) or _kind_of(asked))


def subject_of(topic: str) -> str:
    """Return the subject that a topic is part of: 电价, 峰谷 and 一户多人口 are all about prices."""
    for name, topics in _file().subjects.items():
        if topic in topics:
            return name
    first = topic.split(".")[0]
    return topic if first in ("faq", "service") else first


class FollowUp:
    """Reads fragments with the entry that was answered before them."""

    def __init__(self, index: Index, entries: Mapping[str, Entry]) -> None:
        self._index = index
        self._entries = entries

    def meant(self, asked: str, context: Context, allowed: frozenset[str], *, settled: bool) -> str | None:
        """Return the entry that a fragment means after the one before it, or None.

        `settled` says that the search has found a good answer to the words alone: then only words that leave
        their subject out altogether (多少钱, 要多久) are read with what was before.
        """
        before = self._entries.get(context.entry_id or "")
        if before is None or len(asked) > _LONGEST:
            return None
        kind = _kind_of(asked)
        if kind is not None:
            same = self._same_subject(kind, before, allowed)
            if same is not None:
                return same
        if settled or not _FOLLOW_UP.search(asked):
            return None
        core = core_of(asked)
        if not without_region(core).strip():
            return self.elsewhere(context, allowed)
        if len(core) < _SHORTEST or not any(char.isalpha() for char in core):
            return None  # 那个 names nothing, and a number alone says nothing of what it counts
        return self._with(core, before, allowed)

    def elsewhere(self, context: Context, allowed: frozenset[str]) -> str | None:
        """Return the entry that answers the question before in another region, or None."""
        before = self._entries.get(context.entry_id or "")
        if before is None or before.id in allowed:
            return None if before is None else before.id
        # What holds in one region only is written for it.
        near = frozenset(
            one for one in allowed if self._entries[one].topic == before.topic and self._entries[one].regions
        )
        hits = self._index.rank(before.question, top=1, allowed=near) if near else []
        return hits[0].entry_id if hits else None

    def _with(self, core: str, before: Entry, allowed: frozenset[str]) -> str | None:
        """Return the entry that the new words name, rather one near to the question before, or None."""
        real = frozenset(
            one
            for one in allowed
            if one != before.id and self._entries[one].action not in ("ask_back", "smalltalk")
        )
        subject, pairs = subject_of(before.topic), _pairs(core)
        named = {
            one: _named(self._entries[one], core)
            for one in real
            if subject_of(self._entries[one].topic) == subject
            and (not pairs or len(pairs & self._said[one]) >= _NAMED * len(pairs))
        }
        same = frozenset(
            one for one, share in named.items() if share and self._entries[one].topic == before.topic
        )
        kin = frozenset(one for one, share in named.items() if share >= _NAMED_BY)
        wanted = [kind for kind in _kinds().values() if kind.asked.search(before.question)]
        for among, least in ((same, 0.0), (kin, 0.0), (real, _NAMED_CLEARLY)):
            chances = {
                hit.entry_id: hit.score
                + _SAME_QUESTION
                * any(kind.asked.search(self._entries[hit.entry_id].question) for kind in wanted)
                for hit in (self._index.rank(core, top=8, allowed=among) if among else ())
                if hit.score >= least
            }
            if chances:
                return max(chances, key=lambda entry_id: chances[entry_id])
        return None

    def _same_subject(self, kind: _Kind, before: Entry, allowed: frozenset[str]) -> str | None:
        """Return the entry about the same subject that answers this kind of question, or None."""
        family = before.id.split(".")[0]
        subject = self._subject(before)
        siblings = {
            one.id: self._nearness(subject, one)
            for one in self._entries.values()
            if one.id in allowed
            and one.topic == before.topic
            and one.id.split(".")[0] == family
            and one.action not in ("ask_back", "smalltalk")
        }
        direct = self._best(kind, siblings, before)
        if direct is not None:
            return direct
        if before.id in allowed and kind.answered.search(before.answer):
            return before.id  # no entry is about just that, but the answer before holds it
        other = _kinds().get(kind.otherwise or "")
        return None if other is None else self._best(other, siblings, before)

    def _best(self, kind: _Kind, siblings: Mapping[str, float], before: Entry) -> str | None:
        """Return the sibling that answers a kind of question best, by how near each is; None without one."""
        chances: dict[str, float] = {}
        for entry_id, nearness in siblings.items():
            share = _share(self._entries[entry_id], kind)
            part = _IS_PART if entry_id.startswith(f"{before.id}.") else 0.0
            if nearness >= _NEAR and share >= _SAME_KIND:
                chances[entry_id] = share + nearness / 2 + part
        return max(chances, key=lambda entry_id: chances[entry_id]) if chances else None

    def _subject(self, entry: Entry) -> Mapping[str, float]:
        """Return the pairs of characters that name what an entry is about, the rarer the heavier.

        A pair that this entry alone says is no name that its siblings could share.
        """
        said = Counter(pair for one in entry.phrasings for pair in _pairs(_ASKED_WORDS.sub(" ", one)))
        often = {pair for pair, times in said.items() if times >= _OFTEN * len(entry.phrasings)}
        often |= _pairs(_ASKED_WORDS.sub(" ", entry.question))
        known = len(self._entries)
        return {pair: log(known / self._spread[pair]) for pair in often if self._spread[pair] > 1}

    def _nearness(self, subject: Mapping[str, float], entry: Entry) -> float:
        """Return how much of a subject an entry speaks of, 0 to 1."""
        said = self._said[entry.id]
        return sum(weight for pair, weight in subject.items() if pair in said) / (sum(subject.values()) or 1)

    @cached_property
    def _spread(self) -> Mapping[str, int]:
        """Return in how many entries each pair of characters is said."""
        return Counter(pair for pairs in self._said.values() for pair in pairs)

    @cached_property
    def _said(self) -> Mapping[str, frozenset[str]]:
        """Return the pairs of characters that the phrasings of each entry say."""
        return {one.id: _pairs(" ".join(one.phrasings)) for one in self._entries.values()}


@cache
def _file() -> _File:
    return _File.model_validate(read_yaml(_FILE))


@cache
def _kinds() -> Mapping[str, _Kind]:
    return {
        one.name: _Kind(
            one.name,
            re.compile(rf"(?:{_BEFORE})?{_THING_LEFT_OUT}(?:{'|'.join(one.said)}){_AFTER}"),
            re.compile(one.asked),
            re.compile(one.answered),
            one.otherwise,
        )
        for one in _file().kinds
    }


def _kind_of(asked: str) -> _Kind | None:
    """Return what a fragment without a subject asks for, or None."""
    return next((kind for kind in _kinds().values() if kind.said.fullmatch(asked)), None)


def _share(entry: Entry, kind: _Kind) -> float:
    """Return how much of an entry asks for a kind of thing; its standard question counts most."""
    said = sum(kind.asked.search(phrasing) is not None for phrasing in entry.phrasings)
    return said / len(entry.phrasings) + (_KIND_IN_TITLE if kind.asked.search(entry.question) else 0.0)


def _named(entry: Entry, words: str) -> float:
    """Return the share of an entry's phrasings that hold most of some words; 0 for what is of one region."""
    if without_region(entry.question) != entry.question:
        return 0.0
    pairs = _pairs(words)
    holding = sum(
        len(pairs & _pairs(phrasing)) >= _NAMED * len(pairs) if pairs else words in phrasing
        for phrasing in entry.phrasings
    )
    return holding / len(entry.phrasings)


def _pairs(text: str) -> frozenset[str]:
    """Return all neighbouring characters of a text that are both Chinese."""
    return frozenset(
        a + b for a, b in pairwise(text) if "\u4e00" <= a <= "\u9fff" and "\u4e00" <= b <= "\u9fff"
    )
