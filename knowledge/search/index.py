"""The card index: ranks entries for a question and says how sure it is, or that it does not know."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from knowledge.search import judgement
from knowledge.search.classifier import Classifier
from knowledge.search.evidence import FEATURES, Wording
from knowledge.search.judgement import Judgement
from knowledge.search.reading import Reader, Reading, comparable
from knowledge.search.space import Evidence, Space
from knowledge.search.spelling import Speller
from knowledge.text.normalise import normalise
from knowledge.text.segment import Segmenter
from knowledge.text.synonyms import Synonyms

__all__ = ["Decision", "Found", "Hit", "Index", "NothingToIndex", "Unclear", "Unknown"]

_CANDIDATES: Final = 14  # entries compared in detail
_PHRASINGS: Final = 42  # phrasings compared in detail
_CLASSIFIER_LIMIT: Final = 4_000  # phrasings the classifier is fitted on: its cost grows with the cube
_MASKS: Final = 256  # sets of allowed entries kept: one per region, day and audience
_TRIALS: Final = 400  # phrasings left out to see how sure we may be


class NothingToIndex(ValueError):
    """Raised when an index is built from no phrasing with readable characters."""


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
class Candidates:
    """Candidate entries in no order, their figures (see evidence.FEATURES) and best phrasings."""

    entries: NDArray[np.int64]
    figures: NDArray[np.float32]
    phrasings: NDArray[np.int64]
    question: NDArray[np.float64]  # its shares that no phrasing knows, per view


class Index:
    """An index over (entry id, phrasing) pairs; build it once, ask it from any thread."""

    def __init__(
        self, phrasings: Sequence[tuple[str, str]], reader: Reader, families: Mapping[str, str]
    ) -> None:
        """Use `Index.build`."""
        self._reader = reader
        order: dict[str, int] = {}
        numbered: list[tuple[int, str, str]] = []
        for entry_id, text in phrasings:
            plain = normalise(text)
            numbered.append((order.setdefault(entry_id, len(order)), plain, text))
        numbered.sort(
            key=lambda row: row[0]
        )  # stable: phrasings of an entry stand together, standard question first
        self._ids = tuple(order)
        self._places = order
        self._masks: dict[frozenset[str], NDArray[np.bool_]] = {}
        self._texts = tuple(text for _, _, text in numbered)
        groups = [group for group, _, _ in numbered]
        self._groups = np.array(groups, dtype=np.int64)
        self._starts = np.searchsorted(self._groups, np.arange(len(order)))
        self._counts = np.diff([*self._starts, len(groups)])
        self._speller = Speller((comparable(plain) for _, plain, _ in numbered), reader.segmenter)
        readings = [reader.read_normalised(plain, self._speller) for _, plain, _ in numbered]
        if not any(reading.units for reading in readings):
            raise NothingToIndex("no phrasing with readable characters")
        self._exact: dict[tuple[str, ...], set[int]] = {}
        for reading, group in zip(readings, groups, strict=True):
            self._exact.setdefault(reading.units, set()).add(group)
            # the very words count for more than the same words after synonyms were exchanged
            self._exact.setdefault((reading.plain, ""), set()).add(group)
        self._space = Space(readings, groups)
        self._wording = Wording(readings)
        self._families: NDArray[np.int64] | None = None
        if families:
            names = {name: number for number, name in enumerate(dict.fromkeys(families.values()))}
            stray = len(names)  # entries without a family share one
            self._families = np.array([names.get(families.get(each, ""), stray) for each in self._ids])
        several = float(np.mean(self._counts >= 2))
        self._classifier = self._fitted_classifier() if several > 0.2 else None
        self._judgement = judgement.prior(self._richness())
        if self._classifier is not None:
            self._judgement = self._learned(readings)
            self._classifier.forget_training()

    @classmethod
    def build(
        cls,
        phrasings: Sequence[tuple[str, str]],
        *,
        families: Mapping[str, str] | None = None,
        reader: Reader | None = None,
    ) -> Self:
        """Build from (entry id, text) pairs, the first text of an id being its standard question.

        `families` names a family (topic) for entry ids: entries of one family support each other.
        Raises NothingToIndex without any readable phrasing.
        """
        if not phrasings:
            raise NothingToIndex("no phrasings")
        if reader is None:
            synonyms = Synonyms.load()
            reader = Reader(Segmenter(extra=synonyms.words()), synonyms)
        return cls(phrasings, reader, families or {})

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
        return self.consider(question, allowed=allowed, sure=sure)[0]

    def consider(
        self, question: str, *, allowed: Collection[str] | None = None, sure: float | None = None
    ) -> tuple[Decision, tuple[Hit, ...]]:
        """Return the decision and all that was weighed, best first; `sure` replaces our own threshold."""
        hits, answerable = self._hits(self._reader.read(question, self._speller), _CANDIDATES, allowed)
        return self._decided(hits, answerable, self._judgement.sure if sure is None else sure), hits

    def answerable(self, question: str) -> float:
        """Return the probability (0 to 1) that any entry answers the question, whichever it is."""
        return self._hits(self._reader.read(question, self._speller), 1, None)[1]

    def _decided(self, hits: tuple[Hit, ...], answerable: float, sure: float) -> Decision:
        if not hits:
            return Unknown(())
        if hits[0].score >= sure:
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
        evidence = self._space.evidence(reading)
        candidates = self._candidates(reading, evidence, allowed=self._mask(allowed))
        if candidates is None:
            return (), 0.0
        verdict = self._judgement.weigh(candidates.figures, candidates.question)
        scores: list[float] = verdict.scores.tolist()
        entries: list[int] = candidates.entries.tolist()
        answerable = verdict.answerable
        exact = self._exact.get((reading.plain, "")) or self._exact.get(reading.units)
        if exact is not None and not exact.isdisjoint(entries):
            # said word for word: certain, unless two entries claim the words
            same = len(exact.intersection(entries))
            scores = [
                1.0 / same if entry in exact else score * 0.01
                for entry, score in zip(entries, scores, strict=True)
            ]
            answerable = 1.0
        order = sorted(range(len(scores)), key=lambda place: -scores[place])[:top]
        phrasings: list[int] = candidates.phrasings.tolist()
        hits = tuple(
            Hit(self._ids[entries[place]], scores[place], self._texts[phrasings[place]]) for place in order
        )
        return hits, answerable

    def _mask(self, allowed: Collection[str] | None) -> NDArray[np.bool_] | None:
        if allowed is None:
            return None
        if isinstance(allowed, frozenset):
            known = self._masks.get(allowed)
            if known is not None:
                return known
        mask = np.zeros(len(self._ids), dtype=bool)
        mask[[self._places[entry_id] for entry_id in allowed if entry_id in self._places]] = True
        if isinstance(allowed, frozenset):
            if len(self._masks) >= _MASKS:
                self._masks.clear()
            self._masks[allowed] = mask
        return mask

    def _candidates(
        self,
        reading: Reading,
        evidence: Evidence,
        *,
        allowed: NDArray[np.bool_] | None = None,
        without: int | None = None,
    ) -> Candidates | None:
        """Return the best candidates; `without` leaves one phrasing out."""
        covered, alike = evidence.covered, evidence.alike
        both = covered + alike
        if without is not None:
            both[without] = -1.0
        best = np.maximum.reduceat(both, self._starts)
        if allowed is not None:
            best = np.where(allowed, best, np.float32(-1.0))
        if len(best) > _CANDIDATES:
            entries = np.argpartition(-best, _CANDIDATES)[:_CANDIDATES]
        else:
            entries = np.arange(len(best))
        entries = entries[best[entries] > 0]
        if not len(entries):
            return None
        figures = np.zeros((len(entries), len(FEATURES)), dtype=np.float32)
        if self._classifier is not None:
            figures[:, 3], figures[:, 8] = (
                self._classifier.scores(alike, entries)
                if without is None
                else self._classifier.scores_without(without, entries)
            )
        # one row per entry, one column per phrasing of it, the best first; -1 where there is none
        counts = self._counts[entries]
        columns = np.arange(int(counts.max()))
        places = self._starts[entries][:, None] + columns
        real = columns < counts[:, None]
        places[~real] = 0
        if without is not None:
            real &= places != without
        together = np.where(real, both[places], np.float32(-1.0))
        best_first = np.argsort(-together, axis=1, kind="stable")
        places = np.take_along_axis(places, best_first, axis=1)
        real = np.take_along_axis(real, best_first, axis=1)
        own = np.where(real, covered[places], np.float32(0.0))
        figures[:, 0] = own.max(axis=1)
        figures[:, 1] = np.where(real, alike[places], np.float32(0.0)).max(axis=1)
        often = np.sort(own, axis=1)[:, -4:]
        figures[:, 2] = often.sum(axis=1) / np.minimum(real.sum(axis=1), 4)
        each = max(3, _PHRASINGS // len(entries))
        near = real[:, :each]
        lengths = near.sum(axis=1)
        chosen = places[:, :each][near]
        starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        compared = self._wording.compare(reading, chosen)
        figures[:, 4:8] = np.maximum.reduceat(compared, starts, axis=1).T
        return Candidates(entries, figures, places[:, 0], _question_figures(evidence))

    def _fitted_classifier(self) -> Classifier:
        size = len(self._texts)
        if size <= _CLASSIFIER_LIMIT:
            chosen = np.arange(size)
        else:  # the same share of every entry, its first phrasings before the others
            rank = np.arange(size) - self._starts[self._groups]
            chosen = np.sort(np.argsort(rank, kind="stable")[:_CLASSIFIER_LIMIT])
        return Classifier(self._space.alikeness(chosen), chosen, self._groups[chosen], self._families)

    def _richness(self) -> float:
        """Return 0 for one phrasing per entry, towards 1 for many."""
        return float(np.clip(np.log2(np.mean(self._counts)) / 2.5, 0.0, 1.0))

    def _learned(self, readings: Sequence[Reading]) -> Judgement:
        """Return the judgement after asking left-out phrasings against the rest."""
        eligible = np.flatnonzero(self._counts[self._groups] >= 2)
        if self._classifier is None or len(eligible) < 50:
            return self._judgement
        step = max(1, len(eligible) // _TRIALS)
        trials: list[judgement.Trial] = []
        for phrasing in eligible[::step].tolist():
            if phrasing not in self._classifier:
                continue
            reading = readings[phrasing]
            if not reading.units:
                continue
            candidates = self._candidates(reading, self._space.evidence(reading), without=phrasing)
            if candidates is not None:
                right = np.flatnonzero(candidates.entries == self._groups[phrasing])
                if len(right):
                    trials.append(judgement.Trial(candidates.figures, int(right[0])))
        return self._judgement.learn(trials)


def _question_figures(evidence: Evidence) -> NDArray[np.float64]:
    return np.array(evidence.unseen)
