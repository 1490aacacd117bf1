"""Fits the judgement on libraries of many kinds made from our own: `python -m benchmarks fit`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.samples import Golden, Sample, read_golden, samples
from bot import clock
from knowledge.library import Library
from knowledge.search import building
from knowledge.search.candidates import Finder
from knowledge.search.evidence import FEATURES
from knowledge.search.judgement import (
    PULL,
    SIGNALS,
    Judgement,
    Trial,
    fit_ranking,
    left_out_threshold,
    log_odds,
    refused_threshold,
    signals,
)
from knowledge.search.learned import default_coefficients
from knowledge.search.rows import Rows

__all__ = ["run"]

Floats = NDArray[np.float64]

ROUNDS: Final = 2  # samples of every kind
GOLDEN: Final = Path(__file__).parent.parent / "knowledge" / "golden"
OUT_OF_SCOPE: Final = 0.41  # share of messages that nothing answers
NEAR: Final = 0.25  # share of these that are about our field all the same
PRECISION: Final = 0.95  # of the answers given
# How strongly coefficients are held back: few questions want a firm hand. Set by hand, with foreign sets
# in view: see docs/decisions/0009-thresholds.md.
_PULL_SINGLE: Final = 0.05
_PULL_SEVERAL: Final = 0.001
_RIDGE_RIGHT: Final = 3e-4
_RIDGE_ANSWERS: Final = 1e-3
_FEWEST: Final = 50
_LEAST_ANSWERED: Final = 0.02  # share of questions below which a precision says nothing
_MOST: Final = 0.99  # no threshold above
_STEPS: Final = 30


@dataclass(frozen=True, slots=True)
class Case:
    """A question to a sample: its candidates, those that answer it, and where it comes from."""

    figures: Floats
    unseen: tuple[float, ...]
    right: tuple[int, ...]
    in_scope: bool
    source: str


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a sample was asked, and its left-out phrasings."""

    sample: Sample
    richness: float
    cases: tuple[Case, ...]
    trials: tuple[Trial, ...]

    @property
    def single(self) -> bool:
        """Return whether every entry has one phrasing."""
        return self.richness == 0

    @property
    def sources(self) -> tuple[str, ...]:
        """Return whose questions are like a customer's to such a library.

        One phrasing answers those who say it nearly in its words. Half a dozen are answered by any.
        """
        if self.single:
            return ("phrasing",) if self.sample.kind.close else ()
        return ("phrasing", "golden")


@dataclass(frozen=True, slots=True)
class Told:
    """The signals of a sample's questions, with weights that add up to the mix of a hotline."""

    asked: Asked
    signals: Floats
    right: NDArray[np.bool_]
    in_scope: NDArray[np.bool_]
    sources: NDArray[np.str_]
    ranking: Floats

    def weights(self, sources: Sequence[str]) -> Floats:
        """Return the weight of each question where those in scope come from these sources."""
        weights = np.zeros(len(self.sources))
        shares = dict.fromkeys(sources, (1 - OUT_OF_SCOPE) / len(sources))
        shares |= {"near": OUT_OF_SCOPE * NEAR, "far": OUT_OF_SCOPE * (1 - NEAR)}
        for source, share in shares.items():
            mine = self.sources == source
            if mine.any():
                weights[mine] = share / mine.sum()
        return weights


def run(*, rounds: int = ROUNDS) -> None:
    """Fit everything and write the file of coefficients; takes minutes."""
    library = Library.load()
    golden = read_golden(GOLDEN, frozenset(library.entries))
    asked: list[Asked] = []
    for sample in samples(library, golden, rounds):
        asked.append(ask(sample))
        print(f"{len(asked):3} {sample.kind}, {len(asked[-1].cases)} asked", flush=True)
    found = fit(asked)
    note = _note(library, golden, asked)
    default_coefficients().write_text(
        note + yaml.safe_dump(found, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    print(f"written: {default_coefficients()}")


def ask(sample: Sample) -> Asked:
    """Build a sample's index and gather what speaks for the candidates of each question."""
    trials: list[Trial] = []

    def learn(judgement: Judgement, left_out: Sequence[Trial], _: float) -> Judgement:
        trials.extend(left_out)
        return judgement

    rows = Rows.of(sample.stored)
    built = building.build(rows, sample.families, learn=learn)
    finder = Finder(rows, built.space, built.wording, built.classifier)
    cases: list[Case] = []
    for question in sample.asked:
        reading = built.reader.read(question.text, built.speller)
        candidates = finder.find(reading) if reading.units else None
        if candidates is not None:
            ids = [rows.ids[entry] for entry in candidates.entries.tolist()]
            right = tuple(place for place, one in enumerate(ids) if one in question.expected)
            in_scope = bool(question.expected)
            cases.append(Case(candidates.figures, candidates.unseen, right, in_scope, question.source))
    return Asked(sample, rows.richness, tuple(cases), tuple(trials))


def fit(asked: Sequence[Asked]) -> dict[str, object]:
    """Return all coefficients by name, as the file holds them."""
    single, several = _ranking(asked)
    told = [_told(one, single * (1 - one.richness) + several * one.richness) for one in asked]
    used = [one for one in told if one.asked.sources]
    features = np.vstack([_both_ends(one.signals, one.asked.richness) for one in used])
    weights = np.concatenate([one.weights(one.asked.sources) for one in used])
    right = _logistic(features, np.concatenate([one.right for one in used]), weights, _RIDGE_RIGHT)
    answers = _logistic(features, np.concatenate([one.in_scope for one in used]), weights, _RIDGE_ANSWERS)
    size = len(SIGNALS)
    judged: list[tuple[Told, Judgement]] = []
    for one in used:
        ends = (right[:size], right[size:]), (answers[:size], answers[size:])
        mixed = [first * (1 - one.asked.richness) + last * one.asked.richness for first, last in ends]
        judged.append((one, Judgement(one.ranking, mixed[0], mixed[1], sure=0.5)))
    singles = _followed([pair for pair in judged if pair[0].asked.single], refused_threshold)
    severals = _followed([pair for pair in judged if not pair[0].asked.single], left_out_threshold)
    return {
        "ranking": {"single": _named(FEATURES, single), "several": _named(FEATURES, several)},
        "right": {"single": _named(SIGNALS, right[:size]), "several": _named(SIGNALS, right[size:])},
        "answers": {"single": _named(SIGNALS, answers[:size]), "several": _named(SIGNALS, answers[size:])},
        **{
            name: {"single": round(singles[place], 4), "several": round(severals[place], 4)}
            for place, name in enumerate(("sure", "usual", "follow"))
        },
    }


def _ranking(asked: Sequence[Asked]) -> tuple[Floats, Floats]:
    """Return the weights of the figures for one phrasing per entry, and for several."""
    size = len(FEATURES)
    trials: dict[bool, list[Trial]] = {True: [], False: []}
    for one in asked:
        sources = ("phrasing",) if one.single else ("phrasing", "golden")
        for case in one.cases if one.sources else ():
            if case.right and case.source in sources:
                # where several entries are right, the one that more speaks for
                right = max(case.right, key=case.figures.sum(axis=1).__getitem__)
                figures = case.figures if one.single else _both_ends(case.figures, one.richness)
                trials[one.single].append(Trial(figures, case.unseen, right))
    single = fit_ranking(trials[True], np.zeros(size), _PULL_SINGLE)
    # held back as much as that, the weights rank well but say too little: one factor puts it right
    scaled = [Trial((t.figures @ single)[:, None], t.unseen, t.right) for t in trials[True]]
    single = single * fit_ranking(scaled, np.ones(1), 0.0)[0]
    several = fit_ranking(trials[False], np.zeros(2 * size), _PULL_SEVERAL)[size:]
    return single, several


def _told(one: Asked, ranking: Floats) -> Told:
    known = [trial for trial in one.trials if trial.right >= 0]
    if len(known) >= _FEWEST:
        ranking = fit_ranking(known, ranking, PULL)
    cases = [case for case in one.cases if len(case.figures)]
    return Told(
        one,
        np.array([signals(case.figures, case.unseen, ranking)[0] for case in cases]),
        np.array([int((case.figures @ ranking).argmax()) in case.right for case in cases]),
        np.array([case.in_scope for case in cases]),
        np.array([case.source for case in cases]),
        ranking,
    )


def _followed(
    judged: Sequence[tuple[Told, Judgement]], statistic: Callable[[Judgement, Sequence[Trial]], float]
) -> tuple[float, float, float]:
    """Return the usual threshold, the usual statistic of left-out phrasings, and how far to follow it.

    Each sample says at which probability its answers reach the precision we want. Within samples of one
    kind, the slope of that on the statistic tells how much of what a library's own phrasings say holds.
    """
    kinds: dict[tuple[int, int, str], list[tuple[float, float]]] = {}
    for told, judgement in judged:
        known = log_odds(statistic(judgement, told.asked.trials))
        weighed = _scores(told, judgement)
        kind = told.asked.sample.kind
        for source in told.asked.sources:
            # golden lines are for libraries that are complete: most were written for one thing each
            complete = kind.phrasings[0] > 2
            if not (kind.close if source == "phrasing" else complete):
                continue
            wanted = _threshold(weighed, told.right, told.weights((source,)))
            key = (kind.phrasings[0], kind.close if source == "phrasing" else -1, source)
            kinds.setdefault(key, []).append((known, log_odds(min(wanted, _MOST))))
    means = np.array([np.mean(points, axis=0) for points in kinds.values()])
    spread = np.vstack([np.array(points) - mean for points, mean in zip(kinds.values(), means, strict=True)])
    slope = float(spread[:, 0] @ spread[:, 1] / (spread[:, 0] @ spread[:, 0]))
    usual, sure = means.mean(axis=0).tolist()
    return 1 / (1 + float(np.exp(-sure))), 1 / (1 + float(np.exp(-usual))), max(0.0, min(1.0, slope))


def _scores(told: Told, judgement: Judgement) -> Floats:
    right = 1 / (1 + np.exp(-told.signals @ judgement.right))
    answers = 1 / (1 + np.exp(-told.signals @ judgement.answers))
    scores: Floats = np.sqrt(right * answers)
    return scores


def _threshold(scores: Floats, right: NDArray[np.bool_], weights: Floats) -> float:
    """Return the lowest score from which on the precision holds."""
    used = np.flatnonzero(weights)
    order = used[np.argsort(-scores[used])]
    precision = np.cumsum((weights * right)[order]) / np.cumsum(weights[order])
    enough = np.flatnonzero(precision >= PRECISION)
    enough = enough[enough >= _LEAST_ANSWERED * len(order)]
    return float(scores[order[enough[-1]]]) if len(enough) else 1.0


def _logistic(features: Floats, truth: NDArray[np.bool_], weights: Floats, ridge: float) -> Floats:
    """Return the coefficients of a ridge logistic regression, by Newton's method."""
    weights = weights / weights.sum()
    found = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(features @ found, -30, 30)))
        slope = features.T @ (weights * (chances - truth)) + ridge * found
        bend = (features * (weights * chances * (1 - chances))[:, None]).T @ features
        step = np.linalg.solve(bend + ridge * np.eye(len(found)), slope)
        found = found - step
        if np.abs(step).max() < 1e-6:
            break
    return found


def _both_ends(figures: Floats, richness: float) -> Floats:
    """Return figures whose weights are those for one phrasing, followed by those for several."""
    return np.hstack([figures * (1 - richness), figures * richness])


def _named(names: Sequence[str], numbers: Floats) -> dict[str, float]:
    return {name: round(float(number), 4) for name, number in zip(names, numbers, strict=True)}


def _note(library: Library, golden: Sequence[Golden], asked: Sequence[Asked]) -> str:
    phrasings = sum(len(entry.phrasings) for entry in library.entries.values())
    questions = sum(len(one.cases) for one in asked)
    return (
        "# How evidence becomes a probability (knowledge/search/learned.py). Not to be edited by hand:\n"
        f"# `python -m benchmarks fit` wrote it on {clock.now():%Y-%m-%d}, from our own library only:\n"
        f"# {len(library.entries)} entries, {phrasings:,} phrasings and {len(golden):,} golden questions, as "
        f"{len(asked)} smaller libraries\n"
        f"# that were asked {questions:,} questions.\n"
    )
