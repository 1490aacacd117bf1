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

    @property
    def richness(self) -> float:
        """Return 0 for one phrasing per entry, towards 1 for many."""
        return float(np.clip(np.log2(np.mean(self.counts)) / 2.5, 0.0, 1.0))
