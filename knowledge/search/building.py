"""Builds the index: reads every phrasing, fits the classifier, learns to weigh evidence; and revises it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.remedies import ALL, Remedies
from knowledge.search import judgement
from knowledge.search.candidates import Finder
from knowledge.search.classifier import Classifier
from knowledge.search.evidence import Wording
from knowledge.search.judgement import Judgement, Trial
from knowledge.search.reading import Reader, Reading, comparable
from knowledge.search.rows import Rows
from knowledge.search.space import Space
from knowledge.search.spelling import Speller
from knowledge.search.storing import Parts, pack, unpack
from knowledge.text.normalise import normalise
from knowledge.text.pinyin import remember, written_down
from knowledge.text.segment import Segmenter
from knowledge.text.synonyms import Synonyms

__all__ = ["Built", "NothingToIndex", "build", "restored", "revised"]

_CLASSIFIER_LIMIT: Final = 4_000  # phrasings the classifier is fitted on: its cost grows with the cube
_TRIALS: Final = 400  # phrasings left out to learn from
_MOST_ENTRIES: Final = 2_200  # of more, two phrasings each are more than it may be fitted on
_MOST_CHANGED: Final = 128  # phrasings of those; where more came and went, fitting all anew is quicker
_SEVERAL: Final = 0.2  # share of entries with two phrasings from which on a classifier has something to learn


class NothingToIndex(ValueError):
    """Raised when an index is built from no phrasing with readable characters."""


@dataclass(frozen=True, slots=True)
class Built:
    """What an index is made of besides its rows."""

    plain: list[str]  # every phrasing normalised
    reader: Reader
    speller: Speller
    space: Space
    wording: Wording
    classifier: Classifier | None
    judgement: Judgement

    def parts(self) -> Parts:
        """Return what `restored` needs."""
        segmenter = self.reader.segmenter
        parts: Parts = {
            "index_plain": pack(self.plain),
            "readings": pack(written_down()),
            "segmenter_words": pack(segmenter.vocabulary),
            "segmenter_counts": segmenter.counts,
            "segmenter_nouns": segmenter.nouns,
            "judgement_ranking": self.judgement.ranking,
            "judgement_shift": np.array([self.judgement.shift]),
            **self.speller.parts(),
            **self.space.parts(),
            **self.wording.parts(),
        }
        return parts if self.classifier is None else parts | self.classifier.parts()


Learn = Callable[[Judgement, Sequence[Trial], float], Judgement]


def build(
    rows: Rows, families: Mapping[str, str], remedies: Remedies = ALL, learn: Learn = Judgement.learn
) -> Built:
    """Read and fit everything from the start; `learn` is told the left-out phrasings and the richness.

    Raises NothingToIndex.
    """
    remember(written_down())
    synonyms = Synonyms.load(remedies=remedies)
    plain = [normalise(text) for text in rows.texts]
    segmenter = Segmenter.load(extra=synonyms.words(), texts=plain)
    folded = [comparable(text, numbers=remedies.numbers) for text in plain]
    speller = Speller.build(folded, segmenter)
    reader = Reader(segmenter, synonyms, remedies)
    readings = [
        reader.read_comparable(text, alike, speller) for text, alike in zip(plain, folded, strict=True)
    ]
    if not any(reading.units for reading in readings):
        raise NothingToIndex("no phrasing with readable characters")
    space = Space.build(readings, rows.groups)
    wording = Wording.build(readings)
    classifier: Classifier | None = None
    trials = _trials(rows, readings)
    if _has_classifier(rows):
        chosen = _chosen(rows)
        trials = np.intersect1d(trials, chosen)
        classifier = Classifier.fit(
            space.weights(chosen).alikeness(),
            chosen,
            rows.groups[chosen],
            _numbered(rows, families),
            np.searchsorted(chosen, trials),
        )
    asked = _asked(Finder(rows, space, wording, classifier), rows, readings, trials)
    if classifier is not None:
        classifier.forget_training()
    learned = learn(judgement.prior(rows.richness), asked, rows.richness)
    return Built(plain, reader, speller, space, wording, classifier, learned)


def restored(rows: Rows, parts: Parts) -> Built:
    """Return what was kept on disk."""
    remember(unpack(parts["readings"]))
    words = unpack(parts["segmenter_words"])
    segmenter = Segmenter(words, parts["segmenter_counts"], parts["segmenter_nouns"])
    return Built(
        plain=unpack(parts["index_plain"]),
        reader=Reader(segmenter, Synonyms.load()),
        speller=Speller.restored(parts, segmenter),
        space=Space.restored(parts, rows.groups),
        wording=Wording.restored(parts),
        classifier=Classifier.restored(parts),
        judgement=_carried(rows, parts["judgement_ranking"], float(parts["judgement_shift"][0])),
    )


def revised(built: Built, before: Rows, rows: Rows, families: Mapping[str, str]) -> Built:
    """Return what belongs to changed rows: only new phrasings are read, the rest is kept or worked out anew.

    Words the dictionary left out for being rare, the weights that were learned and the decisions of the
    speller about phrasings that stay are those of the last full build. Where very much changed, this is one.
    Raises NothingToIndex.
    """
    kept, entries = rows.matched(before)
    classifier = built.classifier
    if _has_classifier(rows) != (classifier is not None):
        return build(rows, families)
    if classifier is not None:
        chosen = _chosen(rows)
        numbers = np.full(len(before.texts) + 1, -1)
        numbers[classifier.chosen] = np.arange(len(classifier.chosen))
        of_chosen = numbers[kept[chosen]]
        came = int((of_chosen < 0).sum())
        if 2 * came + len(classifier.chosen) - len(chosen) > _MOST_CHANGED:
            return build(rows, families)
    fresh, gone = np.flatnonzero(kept < 0).tolist(), np.setdiff1d(np.arange(len(before.texts)), kept).tolist()
    said = [normalise(rows.texts[place]) for place in fresh]
    coming = iter(said)
    plain = [built.plain[place] if place >= 0 else next(coming) for place in kept.tolist()]
    folded = [comparable(text) for text in said]
    speller = built.speller.revised((comparable(built.plain[place]) for place in gone), folded)
    readings = [
        built.reader.read_comparable(text, alike, speller) for text, alike in zip(said, folded, strict=True)
    ]
    wording = built.wording.revised(kept, readings)
    if not any(wording.texts):
        raise NothingToIndex("no phrasing with readable characters")
    space = built.space.revised(kept, readings, rows.groups)
    if classifier is not None:
        classifier = classifier.revised(
            chosen,
            rows.groups[chosen],
            _numbered(rows, families),
            kept=of_chosen,
            entries=entries,
            before=built.space.weights(classifier.chosen).times(),
            after=space.weights(chosen).times(),
        )
    learned = _carried(rows, built.judgement.ranking, built.judgement.shift)
    return Built(plain, built.reader, speller, space, wording, classifier, learned)


def _carried(rows: Rows, ranking: NDArray[np.float64], shift: float) -> Judgement:
    """Return what was learned before, for these rows."""
    return replace(judgement.prior(rows.richness), ranking=ranking).moved(shift)


def _numbered(rows: Rows, families: Mapping[str, str]) -> NDArray[np.int64] | None:
    """Return the number of each entry's family; entries without one share one."""
    if not families:
        return None
    names = {name: number for number, name in enumerate(dict.fromkeys(families.values()))}
    return np.array([names.get(families.get(entry_id, ""), len(names)) for entry_id in rows.ids])


def _has_classifier(rows: Rows) -> bool:
    """Return whether there are phrasings enough of each entry, and few enough in all, to fit on."""
    return len(rows.counts) <= _MOST_ENTRIES and float(np.mean(rows.counts >= 2)) > _SEVERAL


def _chosen(rows: Rows) -> NDArray[np.int64]:
    """Return the phrasings to fit on: of every entry its first ones before the others."""
    size, most = len(rows.texts), max(_CLASSIFIER_LIMIT, 2 * len(rows.counts))
    if size <= most:
        return np.arange(size)
    rank = np.arange(size) - rows.starts[rows.groups]
    return np.sort(np.argsort(rank, kind="stable")[:most])


def _trials(rows: Rows, readings: Sequence[Reading]) -> NDArray[np.int64]:
    """Return phrasings to leave out one by one, evenly over all entries that have another.

    Where hardly any has, phrasings of all entries serve: they tell what is found for what nothing answers.
    """
    eligible = np.flatnonzero(rows.counts[rows.groups] >= 2)
    if float(np.mean(rows.counts >= 2)) <= _SEVERAL:
        eligible = np.arange(len(rows.texts))
    spread = eligible[:: max(1, len(eligible) // _TRIALS)]
    return np.array([place for place in spread.tolist() if readings[place].units], dtype=np.int64)


def _asked(finder: Finder, rows: Rows, readings: Sequence[Reading], trials: NDArray[np.int64]) -> list[Trial]:
    """Return how left-out phrasings fare against the rest."""
    asked: list[Trial] = []
    for phrasing in trials.tolist():
        candidates = finder.find(readings[phrasing], without=phrasing)
        if candidates is not None:
            right = np.flatnonzero(candidates.entries == rows.groups[phrasing])
            asked.append(Trial(candidates.figures, candidates.unseen, int(right[0]) if len(right) else -1))
    return asked
