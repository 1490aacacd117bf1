"""Sparse evidence: which stored phrasings share characters, sounds and words with a question."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from knowledge.search.features import Features, spans
from knowledge.search.reading import Reading
from knowledge.search.storing import Parts

__all__ = ["Evidence", "Space"]

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

_VIEWS: Final = ("characters", "sounds", "words")
# Okapi BM25 (Robertson and Zaragoza 2009): saturation of repeats, weight of a phrasing's length.
_K1: Final = 1.2
_B: Final = 0.5
_MANY: Final = 1000  # phrasings
# What stands in every fifth phrasing tells nothing, and would be half of all the work.
_COMMON: Final = 0.2
# A question of many words is told by its rarer ones: the commonest are left out once this many places are
# looked at. Ranking does not change measurably, a third of the time is saved.
_ENOUGH: Final = 5_000
# On a shelf this large so few places would not even find the right phrasings. There more are looked at, for a
# first choice only, and the chosen are compared in all they say.
_LARGE: Final = 30_000  # phrasings
_ENOUGH_TO_CHOOSE: Final = 8_000
_CHOSEN: Final = 96

_LOG: Final = (0.0, *(float(np.log(count)) for count in range(1, 10)))
_DAMPED: Final = np.array([0.0, *(1 + _LOG[min(count, 9)] for count in range(1, 256))], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a question shares with every phrasing: how much of it is covered, how alike they are, 0 to 1.

    Both have one more place than there are phrasings, always 0.
    """

    covered: Doubles
    alike: Doubles
    unseen: tuple[float, ...]  # share of the question's weight no phrasing knows: characters, sounds, words
    places: Ints | None = None  # the phrasings that were looked at, in order; None where it was all of them


class _View:
    """The features of one kind with their weights, as postings: features to phrasings."""

    __slots__ = (
        "covering",
        "damp",
        "features",
        "firsts",
        "known",
        "norms",
        "rarities",
        "rarity",
        "resembling",
        "rows",
        "starts",
    )

    def __init__(self, features: Features, groups: Ints, entries: int) -> None:
        self.features = features
        self.known = features.vocabulary
        size = len(features.lengths)
        columns, counts = features.columns, features.counts.astype(np.float32)
        # a radix sort where the numbers are small enough, as they nearly always are
        narrow = columns.astype(np.uint16) if features.width <= 1 << 16 else columns
        order = np.argsort(narrow, kind="stable")
        rows = np.repeat(np.arange(size, dtype=np.int32), features.lengths)
        sorted_columns, sorted_rows = columns[order], rows[order]
        spread = np.bincount(columns, minlength=features.width)
        # rarity is counted over entries, not phrasings
        of_entry = groups[sorted_rows]
        another = np.ones(len(order), dtype=bool)
        another[1:] = (of_entry[1:] != of_entry[:-1]) | (sorted_columns[1:] != sorted_columns[:-1])
        held_by = np.bincount(sorted_columns[another], minlength=features.width)
        rarity = np.log(1 + (entries - held_by + 0.5) / (held_by + 0.5)).astype(np.float32)
        lengths = np.bincount(rows, counts, size)
        damp = (_K1 * (1 - _B + _B * lengths / (lengths.mean() or 1.0))).astype(np.float32)
        of_feature = rarity[columns]
        covering = of_feature * counts * np.float32(_K1 + 1) / (counts + damp[rows])
        resembling = _DAMPED[features.counts] * (of_feature + np.float32(0.1))
        norms = np.sqrt(np.bincount(rows, resembling * resembling, size)).astype(np.float32)
        norms[norms == 0] = 1.0
        resembling /= norms[rows]
        if size > _MANY:
            told = spread <= size * _COMMON
            spread[~told] = 0
            order = order[told[sorted_columns]]
        self.firsts = np.concatenate([[0], np.cumsum(features.lengths)])
        self.damp, self.norms, self.rarities = damp, norms, rarity
        self.rarity: list[float] = rarity.tolist()
        self.starts: list[int] = [0, *np.cumsum(spread).tolist()]
        self.rows, self.covering, self.resembling = rows[order], covering[order], resembling[order]

    def compared(
        self, places: Ints, columns: Sequence[int], covers: Doubles, resembles: Doubles
    ) -> tuple[Doubles, Doubles]:
        """Return how much of a question some phrasings cover, and how alike they are, feature by feature."""
        features = self.features
        lengths = features.lengths[places]
        chosen = spans(self.firsts[places], lengths)
        asked = np.zeros(features.width, dtype=np.int16)
        asked[columns] = np.arange(1, len(columns) + 1)
        number = asked[features.columns[chosen]]
        shared = np.flatnonzero(number)
        number = number[shared] - 1
        row = np.repeat(np.arange(len(places)), lengths)[shared]
        chosen = chosen[shared]
        count = features.counts[chosen]
        rarity = self.rarities[features.columns[chosen]]
        phrasing = places[row]
        cover = rarity * count * np.float32(_K1 + 1) / (count + self.damp[phrasing])
        resemble = _DAMPED[count] * (rarity + np.float32(0.1)) / self.norms[phrasing]
        return (
            _summed(row, cover * covers[number], len(places)),
            _summed(row, resemble * resembles[number], len(places)),
        )


class Space:
    """All stored phrasings as sparse vectors over three views, kept as postings: features to phrasings."""

    def __init__(self, features: Sequence[Features], groups: Ints) -> None:
        """Use `build`, `revised` or `restored`; `groups` is the number of each phrasing's entry."""
        entries = int(groups.max()) + 1
        self.size = len(groups)
        self._unknown_rarity = float(np.log(1 + entries / 0.5))
        self._views = tuple(_View(one, groups, entries) for one in features)

    @classmethod
    def build(cls, readings: Sequence[Reading], groups: Ints) -> Self:
        """Take the readings and the entry number of each."""
        views = [_views(reading) for reading in readings]
        return cls([Features.of([view[place] for view in views]) for place in range(len(_VIEWS))], groups)

    def revised(self, kept: Ints, fresh: Sequence[Reading], groups: Ints) -> Self:
        """Return the space of a changed list of phrasings.

        `kept` names for each of them its place here, or -1 where the next of the `fresh` ones stands.
        """
        views = [_views(reading) for reading in fresh]
        return type(self)(
            [
                view.features.revised(kept, [one[place] for one in views])
                for place, view in enumerate(self._views)
            ],
            groups,
        )

    def parts(self) -> Parts:
        """Return what `restored` needs."""
        parts: Parts = {}
        for name, view in zip(_VIEWS, self._views, strict=True):
            parts |= view.features.parts(f"space_{name}")
        return parts

    @classmethod
    def restored(cls, parts: Parts, groups: Ints) -> Self:
        """Return the space kept among the parts."""
        return cls([Features.restored(parts, f"space_{name}") for name in _VIEWS], groups)

    def weights(self, chosen: Ints) -> "Weights":
        """Return the chosen phrasings as unit vectors, for those who compare them with each other."""
        columns: list[NDArray[np.int64]] = []
        values: list[Floats] = []
        rows: list[NDArray[np.int64]] = []
        first = 0
        for view in self._views:
            features = view.features
            starts = np.concatenate([[0], np.cumsum(features.lengths)[:-1]])[chosen]
            lengths = features.lengths[chosen]
            places = spans(starts, lengths)
            row = np.repeat(np.arange(len(chosen)), lengths)
            column = features.columns[places].astype(np.int64)
            value = _DAMPED[features.counts[places]] * (np.array(view.rarity, np.float32)[column] + 0.1)
            norms = np.sqrt(np.bincount(row, value * value, len(chosen)))
            norms[norms == 0] = 1.0
            value /= (norms * len(_VIEWS) ** 0.5).astype(np.float32)[row]
            told = np.diff(view.starts)[column] > 0
            columns.append(column[told] + first)
            values.append(value[told].astype(np.float32))
            rows.append(row[told])
            first += features.width
        row, column = np.concatenate(rows), np.concatenate(columns)
        order = np.lexsort((column, row))
        return Weights(len(chosen), row[order], column[order], np.concatenate(values)[order])

    def saying(self, word: str) -> Ints | None:
        """Return the places of the phrasings that say a word, None where that is too many to be kept."""
        view = self._views[-1]
        column = view.known.get(word)
        if column is None:
            return np.empty(0, dtype=np.intp)
        start, end = view.starts[column], view.starts[column + 1]
        return view.rows[start:end].astype(np.intp) if start != end else None

    def evidence(self, reading: Reading, *, alone: bool = False) -> Evidence:
        """Return what the question shares with every phrasing; on a large shelf, with the nearest ones.

        With `alone` the question is a stored phrasing: what only one phrasing has, nobody else knows.
        """
        asked = self._asked(reading, alone=alone)
        if not asked.lengths:
            width = self.size + 1
            return Evidence(np.zeros(width), np.zeros(width), (1.0,) * len(_VIEWS))
        if self.size < _LARGE:
            return self._at_once(asked)
        return self._in_two_steps(asked)

    def _asked(self, reading: Reading, *, alone: bool) -> "_Asked":
        """Return the features of a question that some phrasings have, and what each of them weighs."""
        asked = _Asked()
        unknown = self._unknown_rarity
        for number, (view, grams) in enumerate(zip(self._views, _views(reading), strict=True)):
            known, rarities, starts = view.known, view.rarity, view.starts
            total = missed = squares = 0.0
            first = len(asked.lengths)
            counts = dict.fromkeys(grams, 1)
            if len(counts) < len(grams):
                counts = Counter(grams)
            for gram, count in counts.items():
                column = known.get(gram)
                if alone and column is not None and starts[column + 1] - starts[column] == 1:
                    column = None
                rarity = unknown if column is None else rarities[column]
                weight = rarity + 0.1
                if count > 1:
                    weight *= 1 + _LOG[min(count, 9)]
                squares += weight * weight
                total += rarity * count
                if column is None:
                    missed += rarity * count
                    continue
                length = starts[column + 1] - starts[column]
                if length:
                    asked.views.append(number)
                    asked.columns.append(column)
                    asked.lengths.append(length)
                    asked.covers.append(float(count))
                    asked.resembles.append(weight)
            asked.unseen.append(missed / total if total > 0 else 1.0)
            share, scale = 1 / (total * len(_VIEWS) or 1.0), 1 / (squares**0.5 * len(_VIEWS) or 1.0)
            for place in range(first, len(asked.lengths)):
                asked.covers[place] *= share
                asked.resembles[place] *= scale
        return asked

    def _at_once(self, asked: "_Asked") -> Evidence:
        """Return the evidence of the question's rarer features on all phrasings."""
        kept = _rarest(asked.lengths, _ENOUGH)
        lengths = [asked.lengths[place] for place in kept]
        rows, covering, resembling = self._postings(asked, kept)
        covered = np.repeat(np.array([asked.covers[place] for place in kept]), lengths)
        covered *= covering
        alike = np.repeat(np.array([asked.resembles[place] for place in kept]), lengths)
        alike *= resembling
        width = self.size + 1
        return Evidence(_summed(rows, covered, width), _summed(rows, alike, width), tuple(asked.unseen))

    def _in_two_steps(self, asked: "_Asked") -> Evidence:
        """Return the evidence of all the question's features, on the phrasings nearest by its rarer ones."""
        kept = _rarest(asked.lengths, _ENOUGH_TO_CHOOSE)
        lengths = [asked.lengths[place] for place in kept]
        rows, covering, resembling = self._postings(asked, kept)
        weights = np.repeat(np.array([asked.covers[place] for place in kept], np.float32), lengths)
        weights *= covering
        resembling *= np.repeat(np.array([asked.resembles[place] for place in kept], np.float32), lengths)
        weights += resembling
        first = np.bincount(rows, weights, self.size)
        places = np.flatnonzero(first > 0)
        if len(places) > _CHOSEN:
            places = np.sort(places[first[places].argpartition(-_CHOSEN)[-_CHOSEN:]])
        covers, resembles = np.array(asked.covers), np.array(asked.resembles)
        covered, alike = np.zeros(self.size + 1), np.zeros(self.size + 1)
        start = 0
        for number, view in enumerate(self._views):
            end = start + asked.views.count(number)
            if start < end:
                cover, resemble = view.compared(
                    places, asked.columns[start:end], covers[start:end], resembles[start:end]
                )
                covered[places] += cover
                alike[places] += resemble
            start = end
        return Evidence(covered, alike, tuple(asked.unseen), places)

    def _postings(self, asked: "_Asked", kept: Sequence[int]) -> tuple[NDArray[np.intp], Floats, Floats]:
        """Return the phrasings of some of the question's features, with both their weights."""
        rows: list[NDArray[np.int32]] = []
        covering: list[Floats] = []
        resembling: list[Floats] = []
        for place in kept:
            view, column = self._views[asked.views[place]], asked.columns[place]
            start, end = view.starts[column], view.starts[column + 1]
            rows.append(view.rows[start:end])
            covering.append(view.covering[start:end])
            resembling.append(view.resembling[start:end])
        # as wide as numpy sums them up
        return np.concatenate(rows, dtype=np.intp), np.concatenate(covering), np.concatenate(resembling)


@dataclass(slots=True)
class _Asked:
    """The features of a question that some phrasings have, in the order of the views."""

    views: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)  # how many phrasings have the feature
    covers: list[float] = field(default_factory=list)
    resembles: list[float] = field(default_factory=list)
    unseen: list[float] = field(default_factory=list)  # by view


@dataclass(frozen=True, slots=True)
class Weights:
    """Chosen phrasings as sparse unit vectors, row by row: the product of two is how alike they are."""

    size: int
    rows: Ints
    columns: Ints
    values: Floats

    def alikeness(self) -> Floats:
        """Return how alike the phrasings are to each other, 0 to 1, as a square array."""
        order = np.argsort(self.columns, kind="stable")
        rows, values = self.rows[order], self.values[order]
        ends = [0, *np.cumsum(np.bincount(self.columns)).tolist()]
        columns, own = self.columns.tolist(), self.values.tolist()
        bounds: list[int] = np.searchsorted(self.rows, np.arange(self.size + 1)).tolist()
        alike = np.zeros((self.size, self.size), dtype=np.float32)
        for row, (start, end) in enumerate(pairwise(bounds)):
            if start == end:
                continue
            parts = [slice(ends[column], ends[column + 1]) for column in columns[start:end]]
            lengths = [part.stop - part.start for part in parts]
            scaled = np.repeat(np.array(own[start:end]), lengths)
            scaled *= np.concatenate([values[part] for part in parts])
            alike[row] = np.bincount(np.concatenate([rows[part] for part in parts]), scaled, self.size)
        return alike

    def times(self) -> Callable[[Floats], Floats]:
        """Return what multiplies that square array by columns, without ever writing it down."""
        order = np.argsort(self.columns, kind="stable")
        _, starts, column = np.unique(self.columns[order], return_index=True, return_inverse=True)
        of_feature = np.empty_like(self.columns)
        of_feature[order] = column
        said, bounds = np.unique(self.rows, return_index=True)
        rows, by_feature, by_row = self.rows[order], self.values[order, None], self.values[:, None]

        def times(vectors: Floats) -> Floats:
            product = np.zeros_like(vectors)
            if len(said):
                summed = np.add.reduceat(vectors[rows] * by_feature, starts)
                product[said] = np.add.reduceat(summed[of_feature] * by_row, bounds)
            return product

        return times


def _rarest(lengths: Sequence[int], enough: int) -> Sequence[int]:
    """Return the places of the shortest lengths that together are enough, all of them where they are not."""
    if sum(lengths) <= enough:
        return range(len(lengths))
    kept: list[int] = []
    total = 0
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        total += lengths[place]
        if total > enough and kept:
            break
        kept.append(place)
    return kept


def _summed(rows: NDArray[np.intp], weights: Doubles, width: int) -> Doubles:
    """Return the sum of the weights of each row."""
    return np.bincount(rows, weights, width).astype(np.float64, copy=False)


def _views(reading: Reading) -> tuple[list[str], list[str], list[str]]:
    units, sounds = reading.units, reading.sounds
    return (
        [*units, *[a + b for a, b in pairwise(units)]],
        [*sounds, *[f"{a} {b}" for a, b in pairwise(sounds)]],
        list(reading.words),
    )
