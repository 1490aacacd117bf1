"""A linear classifier fitted on the stored phrasings: it learns which words tell the entries apart."""

from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from knowledge.search.storing import Parts

__all__ = ["Classifier"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_RIDGE: Final = np.float32(1.0)  # regularisation; 0.3 to 3 differ by less than a point
_BLOCK: Final = 256  # rows taken at once: small enough for the processor's cache


class Classifier:
    """Kernel ridge regression on alikeness, one output per entry and one per family."""

    def __init__(
        self, coefficients: Floats, of_families: Floats, chosen: Ints, families: Ints | None
    ) -> None:
        """Use `fit` or `restored`."""
        self._coefficients = coefficients
        self._of_families = of_families
        self._chosen = chosen
        self._families = families
        # what only `scores_without` needs, until forget_training
        self._left_out: dict[int, tuple[int, int, float]] = {}

    @classmethod
    def fit(cls, alikeness: Floats, chosen: Ints, groups: Ints, families: Ints | None, trials: Ints) -> Self:
        """Fit on the alikeness (overwritten) of the chosen phrasings to each other, and their entries.

        `trials` are the places among the chosen that `scores_without` will be asked for.
        """
        size = len(chosen)
        alikeness[np.arange(size), np.arange(size)] += _RIDGE
        corners = _factorise(alikeness)
        entries = int(groups.max()) + 1
        targets = np.zeros((size, entries), dtype=np.float32)
        targets[np.arange(size), groups] = 1.0
        _solve_lower(alikeness, corners, targets)
        _solve_upper(alikeness, corners, targets)
        # one row of coefficients per entry: its own phrasings pull, all others push
        coefficients = np.ascontiguousarray(targets.T)
        del targets
        of_families = np.zeros((0, size), dtype=np.float32)
        if families is not None:
            of_families = np.zeros((int(families.max()) + 1, size), dtype=np.float32)
            np.add.at(of_families, families, coefficients)
        fitted = cls(coefficients, of_families, chosen, families)
        asked = np.zeros((size, len(trials)), dtype=np.float32)
        asked[trials, np.arange(len(trials))] = 1.0
        _solve_lower(alikeness, corners, asked)
        # the diagonal of the inverse, for the trials only
        weights = np.einsum("ij,ij->j", asked, asked).tolist()
        for place, weight in zip(trials.tolist(), weights, strict=True):
            fitted._left_out[int(chosen[place])] = (place, int(groups[place]), weight)
        return fitted

    def parts(self) -> Parts:
        """Return what `restored` needs."""
        parts: Parts = {
            "classifier_coefficients": self._coefficients,
            "classifier_of_families": self._of_families,
            "classifier_chosen": self._chosen,
        }
        if self._families is not None:
            parts["classifier_families"] = self._families
        return parts

    @classmethod
    def restored(cls, parts: Parts) -> Self | None:
        """Return the classifier kept among the parts, None if there is none."""
        if "classifier_coefficients" not in parts:
            return None
        return cls(
            parts["classifier_coefficients"],
            parts["classifier_of_families"],
            parts["classifier_chosen"],
            parts.get("classifier_families"),
        )

    def scores(self, alike: NDArray[np.float64], entries: Ints) -> tuple[Floats, Floats]:
        """Return the score of each of the entries, and of its whole family, for a question; about 0 to 1.

        `alike` is the question's alikeness to all phrasings. Without families their scores are 0.
        """
        known = alike[self._chosen].astype(np.float32)
        own: Floats = self._coefficients[entries] @ known
        if self._families is None:
            return own, np.zeros_like(own)
        families = self._families[entries].tolist()
        distinct = list(dict.fromkeys(families))
        whole = dict(zip(distinct, (self._of_families[distinct] @ known).tolist(), strict=True))
        return own, np.array([whole[family] for family in families], dtype=np.float32)

    def scores_without(self, phrasing: int, entries: Ints) -> tuple[Floats, Floats]:
        """Return the scores a phrasing would get if it were not among the phrasings itself."""
        place, group, weight = self._left_out[phrasing]
        # the closed form of leave-one-out for ridge regression: no second fit is needed
        own = (entries == group) - self._coefficients[entries, place] / np.float32(weight)
        if self._families is None:
            return own.astype(np.float32), np.zeros(len(entries), dtype=np.float32)
        whole = self._of_families[:, place] / np.float32(weight)
        whole = (np.arange(len(whole)) == self._families[group]) - whole
        return own.astype(np.float32), whole[self._families[entries]].astype(np.float32)

    def forget_training(self) -> None:
        """Release what only `scores_without` needs."""
        self._left_out = {}

    def __contains__(self, phrasing: int) -> bool:
        """Return whether `scores_without` can be asked for this phrasing."""
        return phrasing in self._left_out


def _factorise(matrix: Floats) -> list[Floats]:
    """Replace the lower half of a positive definite array by its Cholesky factor; return inverted corners.

    In place and block by block: a library call would hold the largest array of the program three times.
    """
    size = len(matrix)
    corners: list[Floats] = []
    for start in range(0, size, _BLOCK):
        end = min(start + _BLOCK, size)
        if start:
            matrix[start:, start:end] -= matrix[start:, :start] @ matrix[start:end, :start].T
        corner = np.linalg.inv(np.linalg.cholesky(matrix[start:end, start:end]))
        if end < size:
            matrix[end:, start:end] = matrix[end:, start:end] @ corner.T
        corners.append(corner)
    return corners


def _solve_lower(factor: Floats, corners: list[Floats], values: Floats) -> None:
    """Replace values by the solution of `factor @ x = values`."""
    for number, corner in enumerate(corners):
        start, end = number * _BLOCK, number * _BLOCK + len(corner)
        values[start:end] = corner @ (values[start:end] - factor[start:end, :start] @ values[:start])


def _solve_upper(factor: Floats, corners: list[Floats], values: Floats) -> None:
    """Replace values by the solution of `factor.T @ x = values`."""
    for number in range(len(corners) - 1, -1, -1):
        corner = corners[number]
        start, end = number * _BLOCK, number * _BLOCK + len(corner)
        values[start:end] = corner.T @ (values[start:end] - factor[end:, start:end].T @ values[end:])
