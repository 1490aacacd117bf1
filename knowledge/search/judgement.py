"""How evidence becomes a probability, and from which probability on we answer, ask back or pass."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from knowledge.search.evidence import FEATURES

__all__ = ["Judgement", "Trial", "Verdict", "prior"]

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
_NEAR_STRANGERS: Final = (
    0.17  # near-miss questions for every question we can answer, seen at a bank's hotline
)
_PRECISION: Final = 0.96  # of answers given, on left-out phrasings and entries
_SUREST: Final = 0.95  # never ask for more than this


@dataclass(frozen=True, slots=True)
class Trial:
    """Candidates of a left-out phrasing: `right` is the place of its entry, None if it is not among them."""

    figures: NDArray[np.float32]
    question: Floats
    right: int | None
    known: bool  # False: its whole entry was left out


@dataclass(frozen=True, slots=True)
class Verdict:
    """Probability of each candidate, and that any candidate answers the question at all."""

    scores: Floats
    answerable: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """The learned part of the index: how to weigh evidence, and the thresholds of the three answers."""

    ranking: Floats
    right: Floats
    answers: Floats
    sure: float
    unclear: float = _UNCLEAR
    worth_asking: float = _WORTH_ASKING

    def weigh(self, figures: NDArray[np.float32], question: Floats) -> Verdict:
        """Return the probabilities of candidates; `question` is its share that nobody knows, per view."""
        chances, signals = self.signals(figures, question)
        answerable = _sigmoid(float(signals @ self.answers))
        # a question of a stranger and a tie between neighbours are both reasons for doubt
        confidence = (_sigmoid(float(signals @ self.right)) * answerable) ** 0.5
        return Verdict(confidence * chances / chances.max(), answerable)

    def signals(self, figures: NDArray[np.float32], question: Floats) -> tuple[Floats, Floats]:
        """Return the chances of candidates among themselves and what certainty is made from."""
        weighed = figures.astype(np.float64) @ self.ranking
        chances = np.exp(weighed - weighed.max())
        chances /= chances.sum()
        best = int(chances.argmax())
        chance = min(float(chances[best]), 0.9999)
        figure = figures[best]
        return chances, np.array(
            [
                1.0,
                np.log(chance / (1 - chance)),
                figure[0],
                figure[1],
                figure[2],
                figure[3],
                max(figure[4], figure[5]),
                figure[6],
                figure[0] - figures[:, 0].mean(),
                figure[4] - figures[:, 4].mean(),
                *question,
            ]
        )

    def learn(self, trials: Sequence[Trial]) -> Self:
        """Return this judgement moved towards what the trials say.

        Editors write phrasings to differ, customers do not: the prior keeps most of the weight.
        """
        asked = [trial for trial in trials if trial.known]
        if sum(trial.right is not None for trial in asked) < _FEWEST_TRIALS:
            return self
        ranking = fit_ranking(asked, self.ranking, _PULL)
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
    usable = [(trial.figures.astype(np.float64), trial.right) for trial in trials if trial.right is not None]
    width = max(len(figures) for figures, _ in usable)
    figures = np.zeros((len(usable), width, len(FEATURES)))
    absent = np.full((len(usable), width), -1e9)
    right = np.zeros(len(usable), dtype=np.int64)
    for row, (found, place) in enumerate(usable):
        figures[row, : len(found)] = found
        absent[row, : len(found)] = 0.0
        right[row] = place
    rows = np.arange(len(usable))

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = figures @ weights + absent
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        cost = -np.log(chances[rows, right] + 1e-12).mean() + pull * ((weights - start) ** 2).sum()
        chances[rows, right] -= 1.0
        slope = np.einsum("nm,nmf->f", chances, figures) / len(rows) + 2 * pull * (weights - start)
        return float(cost), slope

    best: Floats = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return best


def fit_certainty(signals: Floats, true: Floats, weight: Floats, start: Floats, pull: float) -> Floats:
    """Return logistic coefficients for 0/1 outcomes, pulled towards `start`."""
    total = weight.sum()

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        scores = signals @ coefficients
        cost = (weight * (np.logaddexp(0, scores) - true * scores)).sum() / total
        slope = signals.T @ (weight * (1 / (1 + np.exp(-scores)) - true)) / total
        drift = coefficients - start
        return float(cost + pull * (drift**2).sum()), slope + 2 * pull * drift

    best: Floats = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return best


def _sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))
