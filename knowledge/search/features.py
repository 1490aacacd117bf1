"""What every phrasing consists of, phrasing by phrasing: the part of the index that a revision keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from knowledge.search.storing import Parts, pack, unpack

__all__ = ["Features"]

_MOST: Final = 255  # a feature counted more often in one phrasing than this is no sentence


@dataclass(frozen=True, slots=True)
class Features:
    """One kind of features (characters, sounds or words): for each phrasing its distinct ones, counted."""

    vocabulary: dict[str, int]  # a feature's column; columns without a feature belonged to removed phrasings
    width: int  # columns given out so far
    columns: NDArray[np.int32]
    counts: NDArray[np.uint8]
    lengths: NDArray[np.int32]  # how many distinct features each phrasing has

    @classmethod
    def of(cls, phrasings: Sequence[Sequence[str]]) -> Self:
        """Count the features of every phrasing."""
        vocabulary: dict[str, int] = {}
        columns, counts, lengths = _counted(phrasings, vocabulary)
        return cls(vocabulary, len(vocabulary), columns, counts, lengths)

    def revised(self, kept: NDArray[np.int64], fresh: Sequence[Sequence[str]]) -> Self:
        """Return the features of a changed list of phrasings.

        `kept` names for each of them its place here, or -1 where the next of the `fresh` ones stands.
        """
        # numbers are never given out twice: what was kept on disk or in arrays stays right
        vocabulary = dict(self.vocabulary)
        columns, counts, lengths = _counted(fresh, vocabulary, self.width)
        width = self.width + len(vocabulary) - len(self.vocabulary)
        columns = np.concatenate([self.columns, columns])
        counts = np.concatenate([self.counts, counts])
        lengths = np.concatenate([self.lengths, lengths])
        places = kept.copy()
        places[kept < 0] = np.arange(len(self.lengths), len(lengths))
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])[places]
        lengths = lengths[places]
        chosen = spans(starts, lengths)
        columns, counts = columns[chosen], counts[chosen]
        alive = np.zeros(width, dtype=bool)
        alive[columns] = True
        if int(alive.sum()) < len(vocabulary):
            said = alive.tolist()
            vocabulary = {gram: column for gram, column in vocabulary.items() if said[column]}
        return type(self)(vocabulary, width, columns, counts, lengths)

    def parts(self, name: str) -> Parts:
        """Return what `restored` needs, under names that begin with `name`."""
        return {
            f"{name}_grams": pack(self.vocabulary),
            f"{name}_numbers": np.array(list(self.vocabulary.values()), dtype=np.int32),
            f"{name}_width": np.array([self.width]),
            f"{name}_columns": self.columns,
            f"{name}_counts": self.counts,
            f"{name}_lengths": self.lengths,
        }

    @classmethod
    def restored(cls, parts: Parts, name: str) -> Self:
        """Return the features kept among the parts."""
        grams, numbers = unpack(parts[f"{name}_grams"]), parts[f"{name}_numbers"].tolist()
        return cls(
            dict(zip(grams, numbers, strict=True)),
            int(parts[f"{name}_width"][0]),
            parts[f"{name}_columns"],
            parts[f"{name}_counts"],
            parts[f"{name}_lengths"],
        )


def spans(starts: NDArray[np.int64], lengths: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return all places of spans that begin at `starts`, one span after the other."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - lengths), lengths) + np.arange(total)


def _counted(
    phrasings: Sequence[Sequence[str]], vocabulary: dict[str, int], first: int = 0
) -> tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.int32]]:
    """Return columns, counts and lengths; features not in the vocabulary get the columns from `first` on."""
    shift = first - len(vocabulary)
    numbers: list[int] = []
    for grams in phrasings:
        for gram in grams:
            number = vocabulary.get(gram)
            if number is None:
                number = vocabulary[gram] = len(vocabulary) + shift
            numbers.append(number)
    sizes = np.array([len(grams) for grams in phrasings], dtype=np.int64)
    width = len(vocabulary) + shift + 1
    rows = np.repeat(np.arange(len(phrasings)), sizes)
    keys, counts = np.unique(rows * width + np.array(numbers, dtype=np.int64), return_counts=True)
    lengths = np.bincount(keys // width, minlength=len(phrasings)).astype(np.int32)
    return (keys % width).astype(np.int32), np.minimum(counts, _MOST).astype(np.uint8), lengths
