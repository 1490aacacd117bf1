"""A linear classifier fitted on the stored phrasings: it learns which words tell the entries apart."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import spotrf, spotri

__all__ = ["Classifier"]

_RIDGE: Final = np.float32(1.0)  # regularisation; 0.3 to 3 differ by less than a point


class Classifier:
    """Kernel ridge regression on alikeness, one output per entry, exact about left-out phrasings."""

    def __init__(
        self,
        alikeness: NDArray[np.float32],
        chosen: NDArray[np.int64],
        groups: NDArray[np.int64],
        families: NDArray[np.int64] | None = None,
    ) -> None:
        """Take the alikeness of the chosen phrasings to each other, their entries, and the families."""
        size = len(chosen)
        alikeness[np.arange(size), np.arange(size)] += _RIDGE
        # in place (LAPACK wants columns first; a symmetric matrix does not care), half the memory of a solve
        factor, fault = spotrf(alikeness.T, lower=0, overwrite_a=True)
        assert fault == 0, "alikeness is not positive definite"
        inverse, fault = spotri(factor, lower=0, overwrite_c=True)
        assert fault == 0
        inverse = inverse.T
        _mirror(inverse)
        self._chosen = chosen
        self._whole = bool(np.array_equal(chosen, np.arange(size)))
        self._groups = groups
        entries = int(groups.max()) + 1
        # one row of coefficients per entry: its own phrasings pull, all others push
        self._coefficients = np.zeros((entries, size), dtype=np.float32)
        np.add.at(self._coefficients, groups, inverse)
        self._families = families
        if families is not None:
            self._family_coefficients = np.zeros((int(families.max()) + 1, size), dtype=np.float32)
            np.add.at(self._family_coefficients, families, self._coefficients)
        self._inverse: NDArray[np.float32] | None = inverse
        self._place = {int(phrasing): place for place, phrasing in enumerate(chosen)}

    def scores(
        self, alike: NDArray[np.float32], entries: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the score of each of the entries, and of its whole family, for a question; about 0 to 1.

        `alike` is the question's alikeness to all phrasings. Without families their scores are 0.
        """
        known = alike if self._whole else alike[self._chosen]
        own: NDArray[np.float32] = self._coefficients[entries] @ known
        if self._families is None:
            return own, np.zeros_like(own)
        return own, (self._family_coefficients @ known)[self._families[entries]]

    def scores_without(
        self, phrasing: int, entries: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the scores a phrasing would get if it were not among the phrasings itself."""
        assert self._inverse is not None, "asked after forget_training"
        place = self._place[phrasing]
        group = self._groups[place]
        # the closed form of leave-one-out for ridge regression: no second fit is needed
        own = (entries == group) - self._coefficients[entries, place] / self._inverse[place, place]
        if self._families is None:
            return own.astype(np.float32), np.zeros(len(entries), dtype=np.float32)
        family = self._families[group]
        whole = self._family_coefficients[:, place] / self._inverse[place, place]
        whole = (np.arange(len(whole)) == family) - whole
        return own.astype(np.float32), whole[self._families[entries]].astype(np.float32)

    def forget_training(self) -> None:
        """Release what only `scores_without` needs."""
        self._inverse = None

    def __contains__(self, phrasing: int) -> bool:
        """Return whether the classifier was fitted on this phrasing."""
        return phrasing in self._place


def _mirror(lower: NDArray[np.float32], block: int = 512) -> None:
    """Copy the lower triangle of a square array to the upper one, block by block to spare memory."""
    size = len(lower)
    for start in range(0, size, block):
        end = min(start + block, size)
        lower[start:end, end:] = lower[end:, start:end].T
        corner = lower[start:end, start:end]
        corner[:] = np.tril(corner) + np.tril(corner, -1).T
