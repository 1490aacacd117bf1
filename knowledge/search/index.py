"""The card index: ranks entries for a question and says how sure it is, or that it does not know."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from knowledge.caching import remembering
from knowledge.remedies import ALL, Remedies
from knowledge.search import building
from knowledge.search.building import Built, NothingToIndex
from knowledge.search.candidates import CANDIDATES, Finder
from knowledge.search.evidence import FEATURES
from knowledge.search.judgement import Judgement
from knowledge.search.reading import Reading
from knowledge.search.rows import Rows
from knowledge.search.storing import fingerprint, kept

__all__ = ["Considered", "Decision", "Found", "Hit", "Index", "NothingToIndex", "Unclear", "Unknown"]

_MASKS: Final = 256  # sets of allowed entries kept: one per region, day and audience
_WORDS: Final = 4096  # words whose entries are kept
_VERY_WORDS: Final = "="  # marks a sentence as typed among the sentences read word for word


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may answer a question; score is the probability (0 to 1) that it does."""

    entry_id: str
    score: float
    phrasing: str


@dataclass(frozen=True, slots=True)
class Found:
    """One entry answers the question."""

    hit: Hit


@dataclass(frozen=True, slots=True)
class Unclear:
    """Two to four entries may answer the question: ask which."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing here answers the question; the nearest hits are kept for the log."""

    hits: tuple[Hit, ...]


Decision = Found | Unclear | Unknown


@dataclass(frozen=True, slots=True)
class Considered:
    """A decision and what it was made from."""

    decision: Decision
    hits: tuple[Hit, ...]  # all that was weighed, best first
    answerable: float  # probability (0 to 1) that any entry answers, whichever it is
    subjects: tuple[str, ...]  # the nouns of the question
    text: str = ""  # the question in standard words


def _without(judged: Judgement, remedies: Remedies) -> Judgement:
    """Return the judgement with no weight for the figures of remedies that are off."""
    off = {"purpose": not remedies.question_type, "negation": not remedies.negation}
    silent = [off.get(figure, False) for figure in FEATURES]
    return replace(judged, ranking=np.where(silent, 0.0, judged.ranking)) if any(silent) else judged


class Index:
    """An index over (entry id, phrasing) pairs; build it once, ask it from any thread."""

    def __init__(
        self, rows: Rows, built: Built, *, from_disk: bool = False, remedies: Remedies = ALL
    ) -> None:
        """Use `Index.build`."""
        self.from_disk = from_disk
        self._rows, self._built = rows, built
        self._reader, self._speller = built.reader, built.speller
        self._ids, self._texts = rows.ids, rows.texts
        self._masks: dict[frozenset[str], NDArray[np.bool_]] = {}
        self._space, self._groups = built.space, rows.groups
        self._saying = remembering(self._work_out_saying, most=_WORDS)
        self._finder = Finder(rows, built.space, built.wording, built.classifier)
        self._judgement = _without(built.judgement, remedies)
        # the entries of a sentence, one as often as it claims it: 真人 and 转人工 both read as 人工客服
        self._exact: dict[str, tuple[int, ...]] = {}
        for text, said, group in zip(built.wording.texts, built.plain, rows.groups.tolist(), strict=True):
            # the very words count for more than the same words after synonyms were exchanged
            for words in (text, _VERY_WORDS + said):
                self._exact[words] = (*self._exact.get(words, ()), group)

    @classmethod
    def build(
        cls,
        phrasings: Sequence[tuple[str, str]],
        *,
        families: Mapping[str, str] | None = None,
        cache_dir: Path | None = None,
        remedies: Remedies = ALL,
    ) -> Self:
        """Build from (entry id, text) pairs, the first text of an id being its standard question.

        `families` names a family (topic) for entry ids: entries of one family support each other. With
        `cache_dir` what takes long is kept in that folder for the next time. `remedies` are all on but
        where the worth of one is measured.
        Raises NothingToIndex without any readable phrasing.
        """
        if not phrasings:
            raise NothingToIndex("no phrasings")
        rows = Rows.of(phrasings)
        known = families or {}
        if cache_dir is None or remedies != ALL:
            return cls(rows, building.build(rows, known, remedies), remedies=remedies)
        name = fingerprint(phrasings, known)
        parts, from_disk = kept(cache_dir, name, lambda: building.build(rows, known).parts())
        return cls(rows, building.restored(rows, parts), from_disk=from_disk)

    def revised(
        self, phrasings: Sequence[tuple[str, str]], *, families: Mapping[str, str] | None = None
    ) -> Self:
        """Return the index of changed phrasings in a fraction of the time; this one goes on answering.

        Its answers about what did not change may differ in a hair from those of a full build.
        Raises NothingToIndex without any readable phrasing.
        """
        if not phrasings:
            raise NothingToIndex("no phrasings")
        rows = Rows.of(phrasings)
        return type(self)(rows, building.revised(self._built, self._rows, rows, families or {}))

    @property
    def entries(self) -> int:
        """Return the number of entries."""
        return len(self._ids)

    @property
    def questions(self) -> int:
        """Return the number of phrasings."""
        return len(self._texts)

    def rank(self, question: str, *, top: int = 5, allowed: Collection[str] | None = None) -> list[Hit]:
        """Return the likeliest entries, best first; none where nothing is shared with any phrasing."""
        return list(self._hits(self._reader.read(question, self._speller), top, allowed)[0])

    def decide(
        self, question: str, *, allowed: Collection[str] | None = None, sure: float | None = None
    ) -> Decision:
        """Return the one entry, the two to four to ask about, or that we do not know."""
        return self.consider(question, allowed=allowed, sure=sure).decision

    def consider(
        self, question: str, *, allowed: Collection[str] | None = None, sure: float | None = None
    ) -> Considered:
        """Return the decision with all that was weighed; `sure` replaces our own threshold."""
        reading = self._reader.read(question, self._speller)
        hits, answerable = self._hits(reading, CANDIDATES, allowed)
        decision = self.decided(hits, answerable, sure)
        is_noun = self._reader.segmenter.is_noun
        subjects = tuple(dict.fromkeys(word for word in reading.words if is_noun(word)))
        return Considered(decision, hits, answerable, subjects, reading.text)

    def saying(self, word: str) -> Mapping[str, int] | None:
        """Return how many phrasings of each entry say a word, None for a word said nearly everywhere."""
        return self._saying(word)

    def _work_out_saying(self, word: str) -> Mapping[str, int] | None:
        places = self._space.saying(word)
        return (
            None if places is None else Counter(self._ids[group] for group in self._groups[places].tolist())
        )

    def answerable(self, question: str) -> float:
        """Return the probability (0 to 1) that any entry answers the question, whichever it is."""
        return self._hits(self._reader.read(question, self._speller), 1, None)[1]

    def decided(self, hits: tuple[Hit, ...], answerable: float, sure: float | None = None) -> Decision:
        """Return what follows from the weighed hits, best first."""
        if not hits:
            return Unknown(())
        if hits[0].score >= (self._judgement.sure if sure is None else sure):
            return Found(hits[0])
        if answerable < self._judgement.unclear or len(hits) < 2:
            return Unknown(hits[:5])
        near = tuple(hit for hit in hits[:4] if hit.score >= self._judgement.worth_asking * hits[0].score)
        return Unclear(near if len(near) >= 2 else hits[:2])

    def _hits(
        self, reading: Reading, top: int, allowed: Collection[str] | None
    ) -> tuple[tuple[Hit, ...], float]:
        if not reading.units:
            return (), 0.0
        candidates = self._finder.find(reading, forbidden=self._mask(allowed))
        if candidates is None:
            return (), 0.0
        scores, answerable = self._judgement.weigh(candidates.figures, candidates.unseen)
        entries: list[int] = candidates.entries.tolist()
        exact = self._exact.get(_VERY_WORDS + reading.plain) or self._exact.get(reading.text)
        if exact is not None:
            claims = {entry: exact.count(entry) for entry in entries if entry in exact}
            if claims:
                # said word for word: certain, unless several entries claim the words
                total = sum(claims.values())
                scores = [
                    claims[entry] / total if entry in claims else score * 0.01
                    for entry, score in zip(entries, scores, strict=True)
                ]
                answerable = 1.0
        order = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)[:top]
        phrasings: list[int] = candidates.phrasings.tolist()
        hits = tuple(
            Hit(self._ids[entries[place]], scores[place], self._texts[phrasings[place]]) for place in order
        )
        return hits, answerable

    def _mask(self, allowed: Collection[str] | None) -> NDArray[np.bool_] | None:
        """Return of every entry whether it must not be found."""
        if allowed is None:
            return None
        if isinstance(allowed, frozenset):
            known = self._masks.get(allowed)
            if known is not None:
                return known
        forbidden = np.array([entry_id not in allowed for entry_id in self._ids], dtype=bool)
        if isinstance(allowed, frozenset):
            if len(self._masks) >= _MASKS:
                self._masks.clear()
            self._masks[allowed] = forbidden
        return forbidden
