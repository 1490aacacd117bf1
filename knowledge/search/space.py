"""Sparse evidence: which stored phrasings share characters, sounds and words with a question."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from knowledge.search.reading import Reading
from knowledge.search.storing import Parts, pack, unpack

__all__ = ["Evidence", "Space"]

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

_VIEWS: Final = 3
# Okapi BM25 (Robertson and Zaragoza 2009): saturation of repeats, weight of a phrasing's length.
_K1: Final = 1.2
_B: Final = 0.5
_MANY: Final = 1000  # phrasings
# What stands in every fifth phrasing tells nothing, and would be half of all the work.
_COMMON: Final = 0.2
# A question of many words is told by its rarer ones: the commonest are left out once this many places are
# looked at. Ranking does not change measurably, a third of the time is saved.
_ENOUGH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a question shares with every phrasing: how much of it is covered, how alike they are, 0 to 1.

    Both have one more place than there are phrasings, always 0.
    """

    covered: Doubles
    alike: Doubles
    unseen: tuple[float, ...]  # share of the question's weight no phrasing knows: characters, sounds, words


class Space:
    """All stored phrasings as sparse vectors over three views, kept as postings: features to phrasings."""

    def __init__(self, parts: Parts) -> None:
        """Use `build`, or the `parts` of one that was built."""
        self._parts = parts
        self._vocabulary: list[dict[str, int]] = []
        first = 0
        for view in range(_VIEWS):
            grams = unpack(parts[f"space_grams{view}"])
            self._vocabulary.append(dict(zip(grams, range(first, first + len(grams)), strict=True)))
            first += len(grams)
        self.size = int(parts["space_size"][0])
        self._unknown_rarity = float(parts["space_rarity"][-1])
        self._rarity: list[float] = parts["space_rarity"][:-1].tolist()
        self._starts: list[int] = parts["space_starts"].tolist()
        # as wide as numpy sums them up: narrower ones would be copied at every question
        self._rows = parts["space_rows"].astype(np.intp)
        self._covering: Floats = parts["space_covering"]
        self._resembling: Floats = parts["space_resembling"]

    @classmethod
    def build(cls, readings: Sequence[Reading], groups: Sequence[int]) -> Self:
        """Take the readings and the entry number of each; rarity is counted over entries, not phrasings."""
        counts = [[Counter(grams) for grams in _views(reading)] for reading in readings]
        parts: Parts = {"space_size": np.array([len(readings)])}
        entries = max(groups) + 1
        vocabulary: list[dict[str, int]] = []
        rarity: list[float] = []
        for view in range(_VIEWS):
            seen_in: dict[str, set[int]] = {}
            for views, group in zip(counts, groups, strict=True):
                for gram in views[view]:
                    seen_in.setdefault(gram, set()).add(group)
            vocabulary.append({gram: place + len(rarity) for place, gram in enumerate(seen_in)})
            parts[f"space_grams{view}"] = pack(seen_in)
            spread = np.array([len(where) for where in seen_in.values()], dtype=np.float64)
            rarity.extend(np.log(1 + (entries - spread + 0.5) / (spread + 0.5)).tolist())
        parts["space_rarity"] = np.array([*rarity, np.log(1 + entries / 0.5)])
        _fill(parts, counts, vocabulary, rarity)
        return cls(parts)

    def parts(self) -> Parts:
        """Return what the same space can be made from again."""
        return self._parts

    def alikeness(self, readings: Sequence[Reading], chosen: Ints) -> Floats:
        """Return how alike the chosen phrasings are to each other, 0 to 1, as a square array."""
        alike = np.empty((len(chosen), len(chosen)), dtype=np.float32)
        for row, place in enumerate(chosen.tolist()):
            alike[row] = self.evidence(readings[place], whole=True).alike[chosen]
        return alike

    def saying(self, word: str) -> Ints | None:
        """Return the places of the phrasings that say a word, None where that is too many to be kept."""
        column = self._vocabulary[-1].get(word)
        if column is None:
            return np.empty(0, dtype=np.intp)
        start, end = self._starts[column], self._starts[column + 1]
        return self._rows[start:end] if start != end else None

    def evidence(self, reading: Reading, *, whole: bool = False) -> Evidence:
        """Return what the question shares with every phrasing; `whole` leaves no common word out."""
        parts: list[slice] = []
        lengths: list[int] = []
        covering: list[float] = []
        resembling: list[float] = []
        unseen: list[float] = []
        starts, rarities, unknown = self._starts, self._rarity, self._unknown_rarity
        for known, grams in zip(self._vocabulary, _views(reading), strict=True):
            total = missed = squares = 0.0
            first = len(parts)
            counts = dict.fromkeys(grams, 1)
            if len(counts) < len(grams):
                counts = Counter(grams)
            for gram, count in counts.items():
                column = known.get(gram)
                rarity = unknown if column is None else rarities[column]
                weight = rarity + 0.1
                if count > 1:
                    weight *= 1 + _LOG[min(count, 9)]
                squares += weight * weight
                total += rarity * count
                if column is None:
                    missed += rarity * count
                    continue
                start, end = starts[column], starts[column + 1]
                if start != end:
                    parts.append(slice(start, end))
                    lengths.append(end - start)
                    covering.append(float(count))
                    resembling.append(weight)
            unseen.append(missed / total if total > 0 else 1.0)
            share, scale = 1 / (total * _VIEWS or 1.0), 1 / (squares**0.5 * _VIEWS or 1.0)
            for place in range(first, len(parts)):
                covering[place] *= share
                resembling[place] *= scale
        width = self.size + 1
        if not parts:
            return Evidence(np.zeros(width), np.zeros(width), (1.0,) * _VIEWS)
        if not whole and sum(lengths) > _ENOUGH:
            kept = _rarest(lengths)
            parts = [parts[place] for place in kept]
            lengths = [lengths[place] for place in kept]
            covering = [covering[place] for place in kept]
            resembling = [resembling[place] for place in kept]
        rows = np.concatenate([self._rows[part] for part in parts])
        covered = np.repeat(np.array(covering), lengths)
        covered *= np.concatenate([self._covering[part] for part in parts])
        alike = np.repeat(np.array(resembling), lengths)
        alike *= np.concatenate([self._resembling[part] for part in parts])
        return Evidence(_summed(rows, covered, width), _summed(rows, alike, width), tuple(unseen))


def _rarest(lengths: Sequence[int]) -> list[int]:
    """Return the places of the shortest lengths that together are enough."""
    kept: list[int] = []
    total = 0
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        total += lengths[place]
        if total > _ENOUGH and kept:
            break
        kept.append(place)
    return kept


def _summed(rows: NDArray[np.intp], weights: Doubles, width: int) -> Doubles:
    """Return the sum of the weights of each row."""
    return np.bincount(rows, weights, width).astype(np.float64, copy=False)


_LOG: Final = (0.0, *(float(np.log(count)) for count in range(1, 10)))


def _views(reading: Reading) -> tuple[list[str], list[str], list[str]]:
    units, sounds = reading.units, reading.sounds
    return (
        [*units, *[a + b for a, b in pairwise(units)]],
        [*sounds, *[f"{a} {b}" for a, b in pairwise(sounds)]],
        list(reading.words),
    )


def _fill(
    parts: Parts, counts: list[list[Counter[str]]], vocabulary: list[dict[str, int]], rarities: list[float]
) -> None:
    """Work out the weight of every feature in every phrasing, and put them in order of features."""
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
            known = vocabulary[view]
            found = [(count, known[gram], rarities[known[gram]]) for gram, count in grams.items()]
            weights = [(1 + _LOG[min(count, 9)]) * (rarity + 0.1) for count, _, rarity in found]
            norm = sum(weight * weight for weight in weights) ** 0.5 or 1.0
            for (count, column, rarity), weight in zip(found, weights, strict=True):
                rows.append(row)
                columns.append(column)
                covering.append(rarity * count * (_K1 + 1) / (count + damp))
                resembling.append(weight / norm)
    column_of = np.array(columns, dtype=np.int64)
    spread = np.bincount(column_of, minlength=len(rarities))
    if len(counts) > _MANY:
        spread[spread > len(counts) * _COMMON] = 0
    kept = spread[column_of] > 0
    order = np.lexsort((np.array(rows)[kept], column_of[kept]))
    parts["space_rows"] = np.array(rows, dtype=np.int32)[kept][order]
    parts["space_covering"] = np.array(covering, dtype=np.float32)[kept][order]
    parts["space_resembling"] = np.array(resembling, dtype=np.float32)[kept][order]
    parts["space_starts"] = np.concatenate(([0], np.cumsum(spread)))
