"""Builds what the index keeps: reads every phrasing, fits the classifier, learns how to weigh evidence."""

from collections.abc import Mapping, Sequence
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
from knowledge.search.storing import Parts, pack
from knowledge.text.normalise import normalise
from knowledge.text.pinyin import remember, written_down
from knowledge.text.segment import Segmenter
from knowledge.text.synonyms import Synonyms

__all__ = ["NothingToIndex", "build_parts"]

_CLASSIFIER_LIMIT: Final = 4_000  # phrasings the classifier is fitted on: its cost grows with the cube
_TRIALS: Final = 400  # phrasings left out to learn from
_SEVERAL: Final = 0.2  # share of entries with two phrasings from which on a classifier has something to learn


class NothingToIndex(ValueError):
    """Raised when an index is built from no phrasing with readable characters."""


def build_parts(rows: Rows, families: Mapping[str, str], remedies: Remedies = ALL) -> Parts:
    """Return all an index needs besides its rows; raises NothingToIndex."""
    sounds = written_down()
    remember(sounds)
    synonyms = Synonyms.load(remedies=remedies)
    plain = [normalise(text) for text in rows.texts]
    segmenter = Segmenter.load(extra=synonyms.words(), texts=plain)
    speller = Speller.build(map(comparable, plain), segmenter)
    reader = Reader(segmenter, synonyms, remedies)
    readings = [reader.read_normalised(text, speller) for text in plain]
    if not any(reading.units for reading in readings):
        raise NothingToIndex("no phrasing with readable characters")
    space = Space.build(readings, rows.groups.tolist())
    wording = Wording.build(readings)
    learned = judgement.prior(rows.richness)
    parts: Parts = {
        "index_plain": pack(plain),
        "readings": pack(sounds),
        "segmenter_words": pack(segmenter.vocabulary),
        "segmenter_counts": segmenter.counts,
        "segmenter_nouns": segmenter.nouns,
        **speller.parts(),
        **space.parts(),
        **wording.parts(),
    }
    # Where two phrasings of each entry are more than it may be fitted on, it has nothing to tell apart.
    fits = 2 * len(rows.counts) <= _CLASSIFIER_LIMIT
    if fits and float(np.mean(rows.counts >= 2)) > _SEVERAL:
        chosen = _chosen(rows)
        trials = _trials(rows, chosen, readings)
        classifier = Classifier.fit(
            space.alikeness(readings, chosen),
            chosen,
            rows.groups[chosen],
            _numbered(rows, families),
            np.searchsorted(chosen, trials),
        )
        learned = _learned(learned, Finder(rows, space, wording, classifier), rows, readings, trials)
        parts |= classifier.parts()
    parts["judgement_ranking"] = learned.ranking
    return parts


def _numbered(rows: Rows, families: Mapping[str, str]) -> NDArray[np.int64] | None:
    """Return the number of each entry's family; entries without one share one."""
    if not families:
        return None
    names = {name: number for number, name in enumerate(dict.fromkeys(families.values()))}
    return np.array([names.get(families.get(entry_id, ""), len(names)) for entry_id in rows.ids])


def _chosen(rows: Rows) -> NDArray[np.int64]:
    """Return the phrasings to fit on: of every entry its first ones before the others."""
    size = len(rows.texts)
    if size <= _CLASSIFIER_LIMIT:
        return np.arange(size)
    rank = np.arange(size) - rows.starts[rows.groups]
    return np.sort(np.argsort(rank, kind="stable")[:_CLASSIFIER_LIMIT])


def _trials(rows: Rows, chosen: NDArray[np.int64], readings: Sequence[Reading]) -> NDArray[np.int64]:
    """Return phrasings to leave out one by one, evenly over all entries that have another."""
    eligible = np.flatnonzero(rows.counts[rows.groups] >= 2)
    spread = eligible[:: max(1, len(eligible) // _TRIALS)]
    usable = [place for place in spread.tolist() if readings[place].units]
    return np.intersect1d(np.array(usable, dtype=np.int64), chosen)


def _learned(
    prior: Judgement, finder: Finder, rows: Rows, readings: Sequence[Reading], trials: NDArray[np.int64]
) -> Judgement:
    """Return the judgement after asking left-out phrasings against the rest."""
    asked: list[Trial] = []
    for phrasing in trials.tolist():
        candidates = finder.find(readings[phrasing], without=phrasing)
        if candidates is not None:
            right = np.flatnonzero(candidates.entries == rows.groups[phrasing])
            if len(right):
                asked.append(Trial(candidates.figures, int(right[0])))
    return prior.learn(asked)
