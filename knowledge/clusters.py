"""Questions that mean the same put together, so that an editor sees a hundred misses as a dozen gaps."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.search.reading import Reader, Reading
from knowledge.text.segment import Segmenter
from knowledge.text.synonyms import Synonyms

__all__ = ["Cluster", "Clusterer", "Said", "default_reader"]

# How much each kind of likeness counts: characters, sounds, words, and that the same entries resemble both.
_WEIGHTS: Final = {"c": 0.30, "s": 0.15, "w": 0.30, "n": 0.25}
# A question joins the group that it is at least this much like on the average, and groups so alike become
# one. Chosen on our own entries' phrasings, put together again without knowing whose they were.
_ALIKE: Final = 0.15
_COMMON: Final = 0.34  # what stands in so many of the questions tells nothing about which belong together
_MANY: Final = 40  # questions; in fewer nothing is left out

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """One question with a key of its own, and which entries resemble it how much (0 to 1)."""

    key: int
    text: str
    near: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions that mean the same, the most central first."""

    members: tuple[Said, ...]

    @property
    def title(self) -> str:
        """Return the question that is most like all the others."""
        return self.members[0].text

    @property
    def first_key(self) -> int:
        """Return the least key: it stays the same while more questions join."""
        return min(one.key for one in self.members)


def default_reader() -> Reader:
    """Return a reader with the dictionary and the synonyms that ship with the program."""
    synonyms = Synonyms.load()
    return Reader(Segmenter.load(extra=synonyms.words()), synonyms)


class Clusterer:
    """Groups questions by what they share: characters, sounds, words and the entries that resemble them."""

    def __init__(self, reader: Reader, background: Iterable[str] = ()) -> None:
        """Take a reader and sentences of the trade, by which one tells rare words from common ones."""
        self._reader = reader
        self._seen: Counter[str] = Counter()
        self._sentences = 0
        for sentence in background:
            self._sentences += 1
            self._seen.update(set(_features(reader.read(sentence))))

    def clusters(self, said: Sequence[Said]) -> list[Cluster]:
        """Return the groups, the largest first; the same questions always give the same groups.

        One pass puts every question to the group it is most like, the lowest key first; then the two groups
        that are most alike are made one, until none are alike. Memory grows with the square of the number of
        different questions.
        """
        ordered = sorted(said, key=lambda one: one.key)
        readings = [self._reader.read(one.text) for one in ordered]
        # Said in the same words they are one question, however often.
        places: dict[str, list[int]] = {}
        for place, reading in enumerate(readings):
            places.setdefault(reading.text or reading.plain, []).append(place)
        same = list(places.values())
        alike = self._alikeness(
            [readings[where[0]] for where in same], [ordered[where[0]].near for where in same]
        )
        found: list[Cluster] = []
        for group in _grouped(alike, np.array([len(where) for where in same], dtype=np.float64)):
            central = alike[np.ix_(group, group)] @ np.array([len(same[number]) for number in group])
            ranked = sorted(
                zip(central.round(9).tolist(), group, strict=True),
                key=lambda pair: (-pair[0], len(ordered[same[pair[1]][0]].text), pair[1]),
            )
            found.append(Cluster(tuple(ordered[place] for _, number in ranked for place in same[number])))
        return sorted(found, key=lambda cluster: (-len(cluster.members), cluster.first_key))

    def _alikeness(self, readings: Sequence[Reading], near: Sequence[Mapping[str, float]]) -> Floats:
        """Return how alike all questions are to each other, 0 to 1."""
        features = [_features(reading) for reading in readings]
        spread: Counter[str] = Counter()
        for found in features:
            spread.update(set(found))
        total = self._sentences + len(readings)
        limit = _COMMON * len(readings) if len(readings) >= _MANY else math.inf
        postings: dict[str, list[tuple[int, float]]] = {}
        for place, found in enumerate(features):
            views: dict[str, dict[str, float]] = {view: {} for view in _WEIGHTS}
            for feature, count in Counter(found).items():
                if spread[feature] <= limit:
                    rarity = math.log(1 + total / (self._seen[feature] + spread[feature]))
                    views[feature[0]][feature] = rarity * (1 + math.log(count))
            resembling = near[place].items()
            views["n"] = {f"n{entry}": math.sqrt(chance) for entry, chance in resembling if chance > 0}
            for feature, value in _joined(views).items():
                postings.setdefault(feature, []).append((place, value))
        alike = np.zeros((len(readings), len(readings)))
        for posting in postings.values():
            if len(posting) > 1:
                where = np.array([place for place, _ in posting])
                values = np.array([value for _, value in posting])
                alike[np.ix_(where, where)] += np.outer(values, values)
        np.fill_diagonal(alike, 1.0)
        return alike


def _grouped(alike: Floats, weights: Floats) -> list[list[int]]:
    """Return the questions by their places in groups; a question counts as often as its weight says."""
    groups: list[list[int]] = []
    for place in range(len(weights)):
        likeness = [
            float(alike[place, group] @ weights[group] / weights[group].sum()) for group in map(list, groups)
        ]
        best = int(np.argmax(likeness)) if likeness else 0
        if likeness and likeness[best] >= _ALIKE:
            groups[best].append(place)
        else:
            groups.append([place])
    return _merged(groups, alike, weights)


def _merged(groups: list[list[int]], alike: Floats, weights: Floats) -> list[list[int]]:
    """Make the two most alike groups one, again and again, while they are alike enough."""
    member = np.zeros((len(groups), len(weights)))
    for number, group in enumerate(groups):
        member[number, group] = weights[group]
    sizes = member.sum(axis=1)
    shared = member @ alike @ member.T  # the sum over all pairs of members
    left = np.ones(len(groups), dtype=bool)
    while left.sum() > 1:
        likeness = shared / np.outer(sizes, sizes)
        likeness[~left] = likeness[:, ~left] = -1.0
        np.fill_diagonal(likeness, -1.0)
        low, high = sorted(divmod(int(np.argmax(likeness)), len(groups)))
        if likeness[low, high] < _ALIKE:
            break
        groups[low] = groups[low] + groups[high]
        shared[low] += shared[high]
        shared[:, low] += shared[:, high]
        sizes[low] += sizes[high]
        left[high] = False
    return [sorted(group) for group, stays in zip(groups, left, strict=True) if stays]


def _features(reading: Reading) -> list[str]:
    """Return what a question is made of: characters and pairs of them, pairs of sounds, words."""
    units, sounds = reading.units, reading.sounds
    found = [f"c{one}" for one in units]
    found += [f"c{one}{other}" for one, other in pairwise(units)]
    found += [f"s{one} {other}" for one, other in pairwise(sounds)] or [f"s{one}" for one in sounds]
    found += [f"w{word}" for word in reading.words]
    return found


def _joined(views: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return the views of one question as one vector of length 1, each with its weight."""
    joined: dict[str, float] = {}
    present = sum(_WEIGHTS[view] for view, values in views.items() if values)
    for view, values in views.items():
        length = math.sqrt(sum(value * value for value in values.values()))
        scale = math.sqrt(_WEIGHTS[view] / present) / length if length else 0.0
        joined.update((feature, value * scale) for feature, value in values.items())
    return joined
