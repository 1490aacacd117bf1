"""The stored phrasings in order of their entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Rows"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Entry ids, and all phrasings so that those of an entry stand together, its standard question first."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    groups: NDArray[np.int64]  # the place among `ids` of each text's entry
    starts: NDArray[np.int64]  # the place of each entry's first text
    counts: NDArray[np.int64]  # how many texts each entry has

    @classmethod
    def of(cls, phrasings: Sequence[tuple[str, str]]) -> Self:
        """Order (entry id, text) pairs."""
        order: dict[str, int] = {}
        numbered = [(order.setdefault(entry_id, len(order)), text) for entry_id, text in phrasings]
        numbered.sort(key=lambda row: row[0])  # stable: texts of an entry keep their order
        groups = np.array([group for group, _ in numbered], dtype=np.int64)
        starts = np.searchsorted(groups, np.arange(len(order)))
        counts = np.diff([*starts, len(numbered)])
        return cls(tuple(order), tuple(text for _, text in numbered), groups, starts, counts)

    def matched(self, before: Self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the place before of every text, and the number before of every entry, -1 for what is new."""
        numbers = {entry_id: number for number, entry_id in enumerate(before.ids)}
        entries = np.array([numbers.get(entry_id, -1) for entry_id in self.ids], dtype=np.int64)
        kept = np.full(len(self.texts), -1, dtype=np.int64)
        starts, counts = self.starts.tolist(), self.counts.tolist()
        starts_before, counts_before = before.starts.tolist(), before.counts.tolist()
        for start, count, number in zip(starts, counts, entries.tolist(), strict=True):
            if number < 0:
                continue
            first, many = starts_before[number], counts_before[number]
            texts = self.texts[start : start + count]
            if texts == before.texts[first : first + many]:
                kept[start : start + count] = np.arange(first, first + many)
                continue
            places = {text: first + place for place, text in enumerate(before.texts[first : first + many])}
            # a phrasing written twice is kept once: no two texts may stand in one place
            kept[start : start + count] = [places.pop(text, -1) for text in texts]
        return kept, entries

    @property
    def richness(self) -> float:
        """Return 0 for one phrasing per entry, towards 1 for many."""
        return float(np.clip(np.log2(np.mean(self.counts)) / 2.5, 0.0, 1.0))
