"""Sparse evidence: which stored phrasings share characters, sounds and words with a question."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from knowledge.search.reading import Reading

__all__ = ["Evidence", "Space"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_VIEWS: Final = 3
# Okapi BM25 (Robertson and Zaragoza 2009): saturation of repeats, weight of a phrasing's length.
_K1: Final = 1.2
_B: Final = 0.5
_MANY: Final = 1000  # phrasings
_COMMON: Final = 0.2


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a question shares with every phrasing: how much of it is covered, how alike they are, 0 to 1."""

    covered: Floats
    alike: Floats
    unseen: tuple[
        float, ...
    ]  # share of the question's weight that no phrasing knows: characters, sounds, words


class Space:
    """All stored phrasings as sparse vectors over three views, with postings for fast questions."""

    def __init__(self, readings: Sequence[Reading], groups: Sequence[int]) -> None:
        """Take the readings and the entry number of each; rarity is counted over entries, not phrasings."""
        counts = [[Counter(grams) for grams in _views(reading)] for reading in readings]
        vocabulary: list[dict[str, int]] = [{} for _ in range(_VIEWS)]
        seen_in: list[list[set[int]]] = [[] for _ in range(_VIEWS)]
        for views, group in zip(counts, groups, strict=True):
            for view, grams in enumerate(views):
                known, seen = vocabulary[view], seen_in[view]
                for gram in grams:
                    place = known.setdefault(gram, len(known))
                    if place == len(seen):
                        seen.append(set())
                    seen[place].add(group)
        entries = max(groups) + 1
        self.size = len(readings)
        self._offsets = np.cumsum([0, *(len(known) for known in vocabulary)])
        spread = [np.array([len(where) for where in seen], dtype=np.float64) for seen in seen_in]
        self._rarity = [np.log(1 + (entries - df + 0.5) / (df + 0.5)) for df in spread]
        self._rarity_alike = [rarity + 0.1 for rarity in self._rarity]
        self._unknown_rarity = float(np.log(1 + entries / 0.5))
        self._vocabulary: list[dict[str, tuple[int, float]]] = [
            {gram: (place + int(offset), float(rarity[place])) for gram, place in known.items()}
            for known, offset, rarity in zip(vocabulary, self._offsets[:-1], self._rarity, strict=True)
        ]
        self._fill(counts)

    def _fill(self, counts: list[list[Counter[str]]]) -> None:
        rows: list[int] = []
        columns: list[int] = []
        covering: list[float] = []
        resembling: list[float] = []
        average = [
            sum(sum(views[view].values()) for views in counts) / len(counts) or 1.0 for view in range(_VIEWS)
        ]
        for row, views in enumerate(counts):
            for view, grams in enumerate(views):
                damp = _K1 * (1 - _B + _B * sum(grams.values()) / average[view])
                found = [(count, *self._vocabulary[view][gram]) for gram, count in grams.items()]
                weights = [
                    (1 + np.log(count)) * (rarity + 0.1) if count > 1 else rarity + 0.1
                    for count, _, rarity in found
                ]
                norm = sum(weight * weight for weight in weights) ** 0.5 or 1.0
                for (count, column, rarity), weight in zip(found, weights, strict=True):
                    rows.append(row)
                    columns.append(column)
                    covering.append(rarity * count * (_K1 + 1) / (count + damp))
                    resembling.append(weight / norm)
        width = int(self._offsets[-1])
        column_of = np.array(columns, dtype=np.int64)
        spread = np.bincount(column_of, minlength=width)
        if self.size > _MANY:
            # what stands in every fifth phrasing tells nothing, and would be half of all the work
            spread[spread > self.size * _COMMON] = 0
        kept = spread[column_of] > 0
        order = np.lexsort((np.array(rows)[kept], column_of[kept]))
        self._rows = np.array(rows, dtype=np.int32)[kept][order]
        self._covering = np.array(covering, dtype=np.float32)[kept][order]
        self._resembling = np.array(resembling, dtype=np.float32)[kept][order]
        starts = np.zeros(width + 1, dtype=np.int64)
        np.cumsum(spread, out=starts[1:])
        self._starts: list[int] = starts.tolist()

    def alikeness(self, chosen: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return how alike the chosen phrasings are to each other, 0 to 1, as a square array."""
        width = int(self._offsets[-1])
        by_feature = csr_matrix(
            (self._resembling, self._rows, np.array(self._starts)), shape=(width, self.size)
        )
        vectors = by_feature.T.tocsr()[chosen]
        vectors.data /= np.float32(_VIEWS**0.5)
        turned = vectors.T.tocsr()
        alike = np.empty((len(chosen), len(chosen)), dtype=np.float32)
        for start in range(
            0, len(chosen), 256
        ):  # in strips: the sparse product would need three times the memory
            alike[start : start + 256] = (vectors[start : start + 256] @ turned).toarray()
        return alike

    def evidence(self, reading: Reading) -> Evidence:
        """Return what the question shares with every phrasing."""
        parts: list[slice] = []
        lengths: list[int] = []
        covering: list[float] = []
        resembling: list[float] = []
        starts = self._starts
        unseen: list[float] = []
        for view, grams in enumerate(_views(reading)):
            counts = Counter(grams)
            known = self._vocabulary[view]
            total = missed = squares = 0.0
            first = len(parts)
            for gram, count in counts.items():
                place = known.get(gram)
                if place is None:
                    missed += self._unknown_rarity * count
                    weight = (self._unknown_rarity + 0.1) * (1 + _LOG[min(count, 9)])
                    squares += weight * weight
                    continue
                column, rarity = place
                weight = (rarity + 0.1) * (1 + _LOG[min(count, 9)])
                squares += weight * weight
                total += rarity * count
                if starts[column] == starts[column + 1]:
                    continue
                parts.append(slice(starts[column], starts[column + 1]))
                lengths.append(starts[column + 1] - starts[column])
                covering.append(float(count))
                resembling.append(weight)
            total += missed
            unseen.append(missed / total if total > 0 else 1.0)
            for place_in_query in range(first, len(parts)):
                covering[place_in_query] /= total * _VIEWS or 1.0
                resembling[place_in_query] /= squares**0.5 * _VIEWS or 1.0
        if not parts:
            empty = np.zeros(self.size, dtype=np.float32)
            return Evidence(empty, empty, (1.0,) * _VIEWS)
        rows = np.concatenate([self._rows[part] for part in parts])
        covered = np.concatenate([self._covering[part] for part in parts])
        covered *= np.repeat(np.array(covering, dtype=np.float32), lengths)
        alike = np.concatenate([self._resembling[part] for part in parts])
        alike *= np.repeat(np.array(resembling, dtype=np.float32), lengths)
        return Evidence(
            np.bincount(rows, covered, self.size).astype(np.float32),
            np.bincount(rows, alike, self.size).astype(np.float32),
            tuple(unseen),
        )


_LOG: Final = (0.0, *(float(np.log(count)) for count in range(1, 10)))


def _views(reading: Reading) -> Iterator[list[str]]:
    units, sounds = reading.units, reading.sounds
    yield [*units, *(a + b for a, b in pairwise(units))]
    yield [*sounds, *(f"{a} {b}" for a, b in pairwise(sounds))]
    yield list(reading.words)
