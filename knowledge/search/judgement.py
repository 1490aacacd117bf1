"""How evidence becomes a probability, and from which probability on we answer, ask back or pass."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from knowledge.search.evidence import FEATURES
from knowledge.search.learned import Coefficients, CoefficientsRefused, Ends, Pair

__all__ = [
    "PULL",
    "SIGNALS",
    "Judgement",
    "Trial",
    "fit_ranking",
    "left_out_threshold",
    "log_odds",
    "prior",
    "refused",
    "refused_threshold",
    "signals",
]

Floats = NDArray[np.float64]

SIGNALS: Final = (
    "always",  # 1: what is subtracted without any evidence
    "lead",  # log odds of the best candidate among the candidates
    "runner_up",  # how far it stands above the second, in what the ranking weighs
    "covered",  # the figures of the best candidate, see evidence.FEATURES
    "alike",
    "covered_often",
    "classifier",
    "ratio",  # the larger of characters and sounds
    "any_order",
    "purpose",
    "agreement",  # share of the figures in which the best candidate is the best
    "covered_above",  # by how much it exceeds the candidates' mean
    "ratio_above",
    "unseen_characters",  # shares of the question that no phrasing knows
    "unseen_sounds",
    "unseen_words",
)
_PLACE: Final = {name: place for place, name in enumerate(FEATURES)}
_BEST: Final = [_PLACE[name] for name in ("covered", "alike", "covered_often", "classifier")]
_BEST_TOO: Final = [_PLACE[name] for name in ("any_order", "purpose")]
_RATIO, _SOUND, _COVERED = _PLACE["ratio"], _PLACE["sound_ratio"], _PLACE["covered"]
_VIEWS: Final = [
    _PLACE[name]
    for name in ("covered", "alike", "covered_often", "classifier", "ratio", "sound_ratio", "any_order")
]
_SURELY: Final = 12.0  # log odds are cut off here: no evidence is certainty

_WORTH_ASKING: Final = 0.12  # a candidate this likely, measured by the best, is offered when we ask back
_UNCLEAR: Final = 0.4  # that anything answers: asking which costs a tap, a wrong "I do not know" the answer

# What a library's own phrasings are looked at for. Set by hand, and _REFUSED_BELOW matters where entries have
# one phrasing; what follows from the figures is learned. See docs/decisions/0009-thresholds.md.
_REFUSED_BELOW: Final = 0.75
_LEFT_OUT_PRECISION: Final = 0.85
_OUT_OF_SCOPE: Final = 0.41  # share of messages that no entry answers
_NEAR: Final = 0.25  # share of these that are about the same field
_LEAST_ANSWERED: Final = 0.02
_HIGHEST: Final = 0.99  # more is never asked for

PULL: Final = 0.02  # how strongly what a library's own phrasings teach is held back by the prior
_FEWEST_TRIALS: Final = 50
_STEPS: Final = 20
_FURTHEST: Final = 2.0  # the most a library's own phrasings may move the threshold, in log odds


@dataclass(frozen=True, slots=True)
class Trial:
    """A left-out phrasing and its candidates: `right` is the place of its entry among them, -1 for none."""

    figures: Floats
    unseen: tuple[float, ...]
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
    shift: float = 0.0  # log odds by which a library's own phrasings moved `sure`

    def weigh(self, figures: Floats, unseen: Sequence[float]) -> tuple[list[float], float]:
        """Return the probability of each candidate, and that any answers the question at all.

        `unseen` are the shares of the question that nobody knows, per view.
        """
        told, chances = signals(figures, unseen, self.ranking)
        answerable = _sigmoid(float(told @ self.answers))
        # a question of a stranger and a tie between neighbours are both reasons for doubt
        confidence = math.sqrt(_sigmoid(float(told @ self.right)) * answerable)
        return (chances * confidence).tolist(), answerable

    def learn(self, trials: Sequence[Trial], richness: float) -> Self:
        """Return this judgement moved towards what a library's left-out phrasings say.

        Editors write phrasings to differ, customers do not: the prior keeps most of the weight, and the
        threshold follows only as far as that proved right on libraries whose customers we know.
        """
        if len(trials) < _FEWEST_TRIALS:
            return self
        learned, known = self, _known()
        wanted = log_odds(refused_threshold(self, trials)) - log_odds(known.usual.single)
        shift = known.follow.single * wanted
        asked = [trial for trial in trials if trial.right >= 0]
        if len(asked) >= _FEWEST_TRIALS:
            learned = replace(self, ranking=fit_ranking(asked, self.ranking, PULL))
            wanted = log_odds(left_out_threshold(learned, trials)) - log_odds(known.usual.several)
            shift += richness * (known.follow.several * wanted - shift)
        return learned.moved(max(-_FURTHEST, min(_FURTHEST, shift)))

    def moved(self, shift: float) -> Self:
        """Return this judgement with `sure` moved by some log odds."""
        return replace(self, sure=_sigmoid(log_odds(self.sure) + shift), shift=self.shift + shift)


def refused_threshold(judgement: Judgement, trials: Sequence[Trial]) -> float:
    """Return the probability that three in four refused phrasings stay below.

    A phrasing is refused where its whole entry is taken away: whatever is found then is wrong.
    """
    scores = [_best(judgement, *left) for trial in trials if (left := refused(trial)) is not None]
    return float(np.quantile(scores, _REFUSED_BELOW)) if scores else judgement.sure


def left_out_threshold(judgement: Judgement, trials: Sequence[Trial]) -> float:
    """Return the probability from which on 85 in 100 answers to left-out phrasings would be right.

    Among them are as many refused ones as hotlines get questions of their field that nothing answers.
    """
    asked = [trial for trial in trials if trial.right >= 0]
    scores = [_best(judgement, trial.figures, trial.unseen) for trial in asked]
    right = [float(int((trial.figures @ judgement.ranking).argmax()) == trial.right) for trial in asked]
    refusals = [_best(judgement, *left) for trial in trials if (left := refused(trial)) is not None]
    shares = np.array(
        [(1 - _OUT_OF_SCOPE) / len(asked)] * len(asked)
        + [_OUT_OF_SCOPE * _NEAR / max(1, len(refusals))] * len(refusals)
    )
    every = np.array(scores + refusals)
    order = np.argsort(-every)
    gained = np.cumsum(np.array(right + [0.0] * len(refusals))[order] * shares[order])
    precise = np.flatnonzero(gained >= _LEFT_OUT_PRECISION * np.cumsum(shares[order]))
    precise = precise[precise >= _LEAST_ANSWERED * len(order)]
    return min(float(every[order[precise[-1]]]), _HIGHEST) if len(precise) else _HIGHEST


def _best(judgement: Judgement, figures: Floats, unseen: tuple[float, ...]) -> float:
    return max(judgement.weigh(figures, unseen)[0])


def refused(trial: Trial) -> tuple[Floats, tuple[float, ...]] | None:
    """Return the candidates of a trial without the entry it came from, None if there is no other."""
    figures = trial.figures if trial.right < 0 else np.delete(trial.figures, trial.right, axis=0)
    return (figures, trial.unseen) if len(figures) else None


def signals(figures: Floats, unseen: Sequence[float], ranking: Floats) -> tuple[Floats, Floats]:
    """Return SIGNALS of a question's candidates, and the chance of each measured by the best."""
    weighed = figures @ ranking
    best = int(weighed.argmax())
    chances = np.exp(weighed - weighed[best])
    chance = float(chances.sum())
    lead = -math.log(chance - 1) if chance > 1 + math.exp(-_SURELY) else _SURELY
    second = float(np.partition(weighed, -2)[-2]) if len(weighed) > 1 else 0.0
    figure = figures[best]
    ratios = np.maximum(figures[:, _RATIO], figures[:, _SOUND])
    agreement = float((figures[:, _VIEWS] >= figures[:, _VIEWS].max(axis=0) - 1e-9)[best].mean())
    told = np.array(
        [
            1.0,
            max(lead, -_SURELY),
            float(weighed[best]) - second,
            *figure[_BEST].tolist(),
            float(ratios[best]),
            *figure[_BEST_TOO].tolist(),
            agreement,
            float(figure[_COVERED] - figures[:, _COVERED].mean()),
            float(ratios[best] - ratios.mean()),
            *unseen,
        ]
    )
    return told, chances


def prior(richness: float) -> Judgement:
    """Return what holds for any subject: richness 0 is one phrasing per entry, 1 is half a dozen and more."""
    known = _known()

    def between(pair: Pair, names: Sequence[str]) -> Floats:
        single = np.array([pair.single[name] for name in names])
        several = np.array([pair.several[name] for name in names])
        mixed: Floats = single * (1 - richness) + several * richness
        return mixed

    return Judgement(
        ranking=between(known.ranking, FEATURES),
        right=between(known.right, SIGNALS),
        answers=between(known.answers, SIGNALS),
        sure=_between(known.sure, richness),
    )


@cache
def _known() -> Coefficients:
    known = Coefficients.load()
    for pair, names in ((known.ranking, FEATURES), (known.right, SIGNALS), (known.answers, SIGNALS)):
        if {*pair.single} != {*names} or {*pair.several} != {*names}:
            raise CoefficientsRefused(f"wanted are coefficients of exactly {', '.join(names)}")
    return known


def _between(ends: Ends, richness: float) -> float:
    return ends.single * (1 - richness) + ends.several * richness


def fit_ranking(trials: Sequence[Trial], start: Floats, pull: float) -> Floats:
    """Return the weights under which the right candidates are likeliest, pulled towards `start`."""
    width = max(len(trial.figures) for trial in trials)
    figures = np.zeros((len(trials), width, len(start)))
    absent = np.full((len(trials), width), -1e9)
    right = np.zeros(len(trials), dtype=np.int64)
    for row, trial in enumerate(trials):
        figures[row, : len(trial.figures)] = trial.figures
        absent[row, : len(trial.figures)] = 0.0
        right[row] = trial.right
    rows = np.arange(len(trials))
    weights = start.copy()
    # Newton's method on a convex cost in few figures: a handful of steps
    for _ in range(_STEPS):
        scores = figures @ weights + absent
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        expected = np.einsum("nm,nmf->nf", chances, figures)
        slope = (expected - figures[rows, right]).mean(axis=0) + 2 * pull * (weights - start)
        flat = (figures * np.sqrt(chances)[:, :, None]).reshape(-1, len(start))
        spread = flat.T @ flat - expected.T @ expected
        step = np.linalg.solve(spread / len(rows) + 2 * pull * np.eye(len(start)), slope)
        weights = weights - step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def log_odds(chance: float) -> float:
    chance = min(max(chance, 1e-6), 1 - 1e-6)
    return math.log(chance / (1 - chance))
