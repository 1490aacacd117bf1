"""How evidence becomes a probability, and from which probability on we answer, ask back or pass."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from knowledge.search.evidence import FEATURES

__all__ = ["Judgement", "Trial", "prior"]

Floats = NDArray[np.float64]

# Weight of each figure of evidence.FEATURES when entries have one phrasing, and when they have several.
_RANKING_SINGLE: Final = (5.92, 3.49, 5.92, 0.0, 4.15, 4.15, 0.67, 0.73, 3.0)
_RANKING_SEVERAL: Final = (2.78, 4.26, 4.51, 6.6, 3.29, 3.0, 0.06, 0.93, 3.0)
# Coefficients of `signals`: how they speak for the best candidate being right, and for any being right.
_RIGHT_SINGLE: Final = (-4.67, 0.44, 1.46, 0.41, 1.46, 0.0, 2.62, 0.33, 1.55, -0.52, 0.25, -0.36, -0.98)
_RIGHT_SEVERAL: Final = (-1.32, 0.58, -3.21, -1.2, 1.34, 6.25, 2.02, 0.4, -0.8, -0.48, -2.66, 1.62, -1.14)
_ANSWERABLE_SINGLE: Final = (-5.63, 0.16, 2.35, 0.75, 2.35, 0.0, 4.28, 0.52, -0.06, 0.59, -0.7, 0.1, -1.52)
_ANSWERABLE_SEVERAL: Final = (
    -1.68,
    0.13,
    -3.46,
    1.05,
    3.03,
    6.59,
    3.59,
    0.11,
    0.62,
    -0.54,
    -3.45,
    1.58,
    -0.98,
)
# Where 95.5 of 100 answers are right and two of five messages are nothing we know.
_SURE_SINGLE: Final = 0.885
_SURE_SEVERAL: Final = 0.87
_UNCLEAR: Final = 0.5
_WORTH_ASKING: Final = 0.12  # a candidate this likely, measured by the best, is offered when we ask back

_PULL: Final = 0.02  # how strongly what a library's own phrasings teach is held back by the prior
_FEWEST_TRIALS: Final = 50
_STEPS: Final = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """Candidates of a left-out phrasing: `right` is the place of its entry among them."""

    figures: Floats
    right: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """The learned part of the index: how to weigh evidence, and the thresholds of the three answers."""

    ranking: Floats
    right: Floats
    answers: Floats
    sure: float
    unclear: float = _UNCLEAR
    worth_asking: float = _WORTH_ASKING

    def weigh(self, figures: Floats, unseen: Sequence[float]) -> tuple[list[float], float]:
        """Return the probability of each candidate, and that any answers the question at all.

        `unseen` are the shares of the question that nobody knows, per view.
        """
        weighed = figures @ self.ranking
        best = int(weighed.argmax())
        chances = np.exp(weighed - weighed[best])
        chance = min(1 / float(chances.sum()), 0.9999)
        figure: list[float] = figures[best].tolist()
        mean: list[float] = figures.mean(axis=0).tolist()
        signals = np.array(
            [
                1.0,
                math.log(chance / (1 - chance)) if chance > 0 else 0.0,
                *figure[:4],
                max(figure[4], figure[5]),
                figure[6],
                figure[0] - mean[0],
                figure[4] - mean[4],
                *unseen,
            ]
        )
        answerable = _sigmoid(float(signals @ self.answers))
        # a question of a stranger and a tie between neighbours are both reasons for doubt
        confidence = math.sqrt(_sigmoid(float(signals @ self.right)) * answerable)
        return (chances * confidence).tolist(), answerable

    def learn(self, trials: Sequence[Trial]) -> Self:
        """Return this judgement moved towards what the trials say.

        Editors write phrasings to differ, customers do not: the prior keeps most of the weight.
        """
        if len(trials) < _FEWEST_TRIALS:
            return self
        ranking = fit_ranking(trials, self.ranking, _PULL)
        return replace(self, ranking=ranking)


def prior(richness: float) -> Judgement:
    """Return what holds for any subject: richness 0 is one phrasing per entry, 1 is half a dozen and more."""

    def between(single: Sequence[float], several: Sequence[float]) -> Floats:
        return np.array(single) * (1 - richness) + np.array(several) * richness

    return Judgement(
        ranking=between(_RANKING_SINGLE, _RANKING_SEVERAL),
        right=between(_RIGHT_SINGLE, _RIGHT_SEVERAL),
        answers=between(_ANSWERABLE_SINGLE, _ANSWERABLE_SEVERAL),
        sure=_SURE_SINGLE * (1 - richness) + _SURE_SEVERAL * richness,
    )


def fit_ranking(trials: Sequence[Trial], start: Floats, pull: float) -> Floats:
    """Return the weights under which the right candidates are likeliest, pulled towards `start`."""
    width = max(len(trial.figures) for trial in trials)
    figures = np.zeros((len(trials), width, len(FEATURES)))
    absent = np.full((len(trials), width), -1e9)
    right = np.zeros(len(trials), dtype=np.int64)
    for row, trial in enumerate(trials):
        figures[row, : len(trial.figures)] = trial.figures
        absent[row, : len(trial.figures)] = 0.0
        right[row] = trial.right
    rows = np.arange(len(trials))
    weights = start.copy()
    # Newton's method on a convex cost in nine figures: a handful of steps
    for _ in range(_STEPS):
        scores = figures @ weights + absent
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        expected = np.einsum("nm,nmf->nf", chances, figures)
        slope = (expected - figures[rows, right]).mean(axis=0) + 2 * pull * (weights - start)
        spread = np.einsum("nm,nmf,nmg->fg", chances, figures, figures) - expected.T @ expected
        step = np.linalg.solve(spread / len(rows) + 2 * pull * np.eye(len(start)), slope)
        weights = weights - step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
