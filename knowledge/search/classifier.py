"""A linear classifier fitted on the stored phrasings: it learns which words tell the entries apart."""

from collections.abc import Callable
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from knowledge.search.storing import Parts

__all__ = ["Classifier"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_RIDGE: Final = np.float32(1.0)  # regularisation; 0.3 to 3 differ by less than a point
_CLOSE: Final = 1e-3  # share of the error that a revision may leave
_ROUNDS: Final = 60
_TOGETHER: Final = 32  # columns worked on at once: each needs as much memory as all phrasings have features
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
        fitted = cls(coefficients, _summed(coefficients, families), chosen, families)
        asked = np.zeros((size, len(trials)), dtype=np.float32)
        asked[trials, np.arange(len(trials))] = 1.0
        _solve_lower(alikeness, corners, asked)
        # the diagonal of the inverse, for the trials only
        weights = np.einsum("ij,ij->j", asked, asked).tolist()
        for place, weight in zip(trials.tolist(), weights, strict=True):
            fitted._left_out[int(chosen[place])] = (place, int(groups[place]), weight)
        return fitted

    @property
    def chosen(self) -> Ints:
        """Return the places of the phrasings it is fitted on."""
        return self._chosen

    def revised(
        self,
        chosen: Ints,
        groups: Ints,
        families: Ints | None,
        *,
        kept: Ints,
        entries: Ints,
        before: Callable[[Floats], Floats],
        after: Callable[[Floats], Floats],
    ) -> Self:
        """Return a classifier for a changed list of phrasings, without fitting all of it again.

        `kept` names for each of the `chosen` its place among those chosen here, `entries` for each entry its
        number here, -1 what is new. `before` and `after` multiply columns by the alikeness of what was and
        what is chosen. Costs with how many phrasings came and went.
        """
        fresh = np.flatnonzero(kept < 0)
        same = np.flatnonzero(kept >= 0)
        gone = np.setdiff1d(np.arange(len(self._chosen)), kept[same])
        known = np.flatnonzero(entries >= 0)
        size, changes = len(chosen), len(gone) + len(fresh)
        coefficients: Floats = np.take(self._coefficients[entries], kept, axis=1)
        coefficients[entries < 0] = 0.0
        coefficients[:, fresh] = 0.0
        # What is wrong with the old coefficients lies in as many directions as phrasings came and went.
        wrong = np.zeros((size, changes), dtype=np.float32)
        amounts = np.zeros((len(entries), changes), dtype=np.float32)
        if len(gone):
            wrong[same, : len(gone)] = before(_columns(len(self._chosen), gone))[kept[same]]
            amounts[known, : len(gone)] = self._coefficients[np.ix_(entries[known], gone)]
        if len(fresh):
            wrong[fresh, np.arange(len(gone), changes)] = 1.0
            missing = -(coefficients @ after(_columns(size, fresh)))
            missing[groups[fresh], np.arange(len(fresh))] += 1.0
            amounts[:, len(gone) :] = missing
        if changes:
            for first in range(0, changes, _TOGETHER):
                some = slice(first, first + _TOGETHER)
                coefficients += amounts[:, some] @ _conjugate_gradients(after, wrong[:, some]).T
        return type(self)(coefficients, _summed(coefficients, families), chosen, families)

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


def _summed(coefficients: Floats, families: Ints | None) -> Floats:
    """Return the coefficients of whole families."""
    if families is None:
        return np.zeros((0, coefficients.shape[1]), dtype=np.float32)
    members = np.zeros((int(families.max()) + 1, len(families)), dtype=np.float32)
    members[families, np.arange(len(families))] = 1.0
    summed: Floats = members @ coefficients
    return summed


def _columns(size: int, places: Ints) -> Floats:
    """Return one column for each of the places, 1 there and 0 elsewhere."""
    columns = np.zeros((size, len(places)), dtype=np.float32)
    columns[places, np.arange(len(places))] = 1.0
    return columns


def _conjugate_gradients(times: Callable[[Floats], Floats], wanted: Floats) -> Floats:
    """Solve `(alikeness + ridge) @ x = wanted` for every column by itself."""
    found = np.zeros_like(wanted)
    rest, step = wanted.copy(), wanted.copy()
    error = np.einsum("ij,ij->j", rest, rest)
    enough = error * np.float32(_CLOSE**2)
    for _ in range(_ROUNDS):
        if bool((error <= enough).all()):
            break
        product = times(step)
        product += _RIDGE * step
        length = error / np.maximum(np.einsum("ij,ij->j", step, product), np.float32(1e-20))
        found += length * step
        rest -= length * product
        before, error = error, np.einsum("ij,ij->j", rest, rest)
        step *= error / np.maximum(before, np.float32(1e-20))
        step += rest
    return found


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
