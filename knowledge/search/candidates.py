"""Picks the entries worth a closer look and gathers the figures that speak for each of them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.search.classifier import Classifier
from knowledge.search.evidence import COMPARED, FEATURES, Wording
from knowledge.search.reading import Reading
from knowledge.search.rows import Rows
from knowledge.search.space import Evidence, Space

__all__ = ["CANDIDATES", "Candidates", "Finder"]

CANDIDATES: Final = 14  # entries compared in detail
_PHRASINGS: Final = 42  # phrasings compared in detail
_CLASSIFIER: Final = FEATURES.index("classifier")
_FAMILY: Final = FEATURES.index("family")
_FROM_SINGLE: Final = [FEATURES.index(name) for name in COMPARED]
_OFTEN: Final = 4  # best phrasings of an entry that count together


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate entries in no order, their figures (see evidence.FEATURES) and best phrasings."""

    entries: NDArray[np.int64]
    figures: NDArray[np.float64]
    phrasings: NDArray[np.intp]
    unseen: tuple[float, ...]  # shares of the question that no phrasing knows, per view


class Finder:
    """Finds candidates by what the phrasings share with a question."""

    def __init__(self, rows: Rows, space: Space, wording: Wording, classifier: Classifier | None) -> None:
        self._space = space
        self._wording = wording
        self._classifier = classifier
        self._starts, self._counts, self._groups = rows.starts, rows.counts, rows.groups
        # one row per entry, one column per phrasing of it; past its last one stands a place that is always 0
        columns = np.arange(int(rows.counts.max()))
        places = rows.starts[:, None] + columns
        self._grid = np.where(columns < rows.counts[:, None], places, len(rows.texts)).astype(np.intp)

    def find(
        self, reading: Reading, *, forbidden: NDArray[np.bool_] | None = None, without: int | None = None
    ) -> Candidates | None:
        """Return the best candidates, None without any.

        `forbidden` says of every entry whether it must not be found; `without` leaves one phrasing out.
        """
        evidence = self._space.evidence(reading, alone=without is not None)
        if without is not None:
            evidence.covered[without] = evidence.alike[without] = 0.0
        both = evidence.covered + evidence.alike
        entries = self._nearest(evidence, both, forbidden)
        if not len(entries):
            return None
        figures = np.zeros((len(entries), len(FEATURES)))
        if self._classifier is not None:
            figures[:, _CLASSIFIER], figures[:, _FAMILY] = (
                self._classifier.scores(evidence.alike, entries)
                if without is None
                else self._classifier.scores_without(without, entries)
            )
        phrasings = self._compare(reading, evidence, both, entries, figures)
        return Candidates(entries, figures, phrasings, evidence.unseen)

    def _nearest(
        self, evidence: Evidence, both: NDArray[np.float64], forbidden: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Return the entries whose best phrasing shares most with the question, in no order."""
        if evidence.places is None:
            best = np.maximum.reduceat(both[:-1], self._starts)
            if forbidden is not None:
                best[forbidden] = 0.0
            # most share nothing: choosing among so many equals would take longer than all the rest
            entries = np.flatnonzero(best > 0)
            best = best[entries]
        else:
            owners = self._groups[evidence.places]
            firsts = np.flatnonzero(np.diff(owners, prepend=-1))
            entries, best = owners[firsts], np.maximum.reduceat(both[evidence.places], firsts)
            found = best > 0 if forbidden is None else (best > 0) & ~forbidden[entries]
            entries, best = entries[found], best[found]
        if len(entries) > CANDIDATES:
            entries = entries[best.argpartition(-CANDIDATES)[-CANDIDATES:]]
        return entries

    def _compare(
        self,
        reading: Reading,
        evidence: Evidence,
        both: NDArray[np.float64],
        entries: NDArray[np.int64],
        figures: NDArray[np.float64],
    ) -> NDArray[np.intp]:
        """Fill in the figures that come from single phrasings; return the nearest phrasing of each entry."""
        places = self._grid[entries]
        own = evidence.covered[places]
        figures[:, 0] = own.max(axis=1)
        figures[:, 1] = evidence.alike[places].max(axis=1)
        if own.shape[1] > _OFTEN:
            own.partition(own.shape[1] - _OFTEN, axis=1)
            own = own[:, -_OFTEN:]
        figures[:, 2] = own.sum(axis=1) / np.minimum(self._counts[entries], _OFTEN)
        each = max(3, _PHRASINGS // len(entries))
        together = both[places]
        nearest = (-together).argsort(axis=1, kind="stable")[:, :each]
        entry = np.arange(len(entries))[:, None]
        # what shares nothing with the question, or is no phrasing at all, gives way to the nearest one
        chosen = np.where(together[entry, nearest] > 0, places[entry, nearest], places[entry, nearest[:, :1]])
        compared = self._wording.compare(reading, chosen.ravel())
        figures[:, _FROM_SINGLE] = compared.reshape(len(COMPARED), *chosen.shape).max(axis=2).T
        return chosen[:, 0]
