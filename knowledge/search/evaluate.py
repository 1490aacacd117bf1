"""Measures the search against questions whose answers are known: ranking, refusing, speed, size."""

import math
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from knowledge.search.index import Hit, Index

__all__ = [
    "BadLines",
    "Line",
    "Record",
    "Report",
    "build_measured",
    "evaluate",
    "evaluate_answers",
    "read_lines",
    "read_phrasings",
]

_NOWHERE: Final = "-"  # the expected id of a question that no entry answers
_DANGER: Final = "!"  # expected where somebody is in danger: the outcome itself, whichever the entry


class BadLines(ValueError):
    """Raised when a file of questions is malformed; the message names every bad line by number."""


@dataclass(frozen=True, slots=True)
class Line:
    """A question and the entry id (or topic) that should answer it, None where nothing should.

    `a|b` names two of which each is right, `!` that the outcome must be danger.
    """

    expected: str | None
    question: str
    number: int


@dataclass(frozen=True, slots=True)
class Record:
    """How one question fared; `rank` counts from 1, None where the expected one is not among the hits."""

    expected: str | None
    question: str
    outcome: str
    got: str | None
    score: float
    rank: int | None
    ms: float


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a run; shares are 0 to 1, times in milliseconds, memory in MiB."""

    top1: float
    top3: float
    recall5: float
    mrr10: float
    coverage: float  # share of all questions that were answered
    coverage_in_scope: float  # share of questions in scope that were answered
    precision: float  # share of answers that were right
    auroc: (
        float  # in scope against out of scope by how answerable they seem; NaN where one of them is missing
    )
    p50_ms: float
    p99_ms: float
    entries: int
    questions: int
    build_s: float
    peak_mb: float
    records: tuple[Record, ...]

    def table(self) -> str:
        """Return the figures as lines of `name value`, shares in percent."""
        percent = ("top1", "top3", "recall5", "coverage", "coverage_in_scope", "precision")
        rows = [(name, f"{100 * getattr(self, name):.1f}") for name in percent]
        rows[3:3] = [("mrr10", f"{self.mrr10:.3f}")]
        rows += [
            ("auroc", f"{self.auroc:.3f}"),
            ("p50_ms", f"{self.p50_ms:.2f}"),
            ("p99_ms", f"{self.p99_ms:.2f}"),
            ("entries", str(self.entries)),
            ("questions", str(self.questions)),
            ("build_s", f"{self.build_s:.2f}"),
            ("peak_mb", f"{self.peak_mb:.1f}"),
        ]
        return "\n".join(f"{name:<18}{value:>8}" for name, value in rows)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a system said: its hits best first, what it did with the first, and how sure it was."""

    hits: tuple[Hit, ...]
    outcome: str
    score: float


def read_lines(path: Path, *, known: Iterable[str] | None = None) -> list[Line]:
    """Read `expected<TAB>question` lines, `-` for out of scope, `a|b` for either; # starts a note.

    Raises BadLines; with `known` also for ids that do not exist (`!` is one where danger can be told).
    """
    ids = None if known is None else frozenset(known)
    lines: list[Line] = []
    faults: list[str] = []
    for number, expected, question in _columns(path, faults):
        if ids is not None and expected != _NOWHERE and not ids.issuperset(_either(expected, ids)):
            faults.append(f"line {number}: unknown id {expected!r}")
            continue
        lines.append(Line(None if expected == _NOWHERE else expected, question, number))
    if faults:
        raise BadLines(f"{path}: " + "; ".join(faults))
    if not lines:
        raise BadLines(f"{path}: no questions")
    return lines


def read_phrasings(path: Path) -> list[tuple[str, str]]:
    """Read foreign entries: `id<TAB>question`, the first of an id its standard question; raises BadLines."""
    faults: list[str] = []
    rows = [(entry_id, question) for _, entry_id, question in _columns(path, faults)]
    if faults:
        raise BadLines(f"{path}: " + "; ".join(faults))
    if not rows:
        raise BadLines(f"{path}: no entries")
    return rows


def build_measured(phrasings: Sequence[tuple[str, str]]) -> tuple[Index, float, float]:
    """Return an index, the seconds it took to build, and the MiB it peaked at (in a second, traced build)."""
    started = perf_counter()
    index = Index.build(phrasings)
    seconds = perf_counter() - started
    tracemalloc.start()
    try:
        Index.build(phrasings)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    return index, seconds, peak


def evaluate(
    index: Index,
    lines: Sequence[Line],
    *,
    by: Mapping[str, str] | None = None,
    build_s: float = 0.0,
    peak_mb: float = 0.0,
) -> Report:
    """Ask the index every line; `by` maps entry ids to what is expected instead of them, e.g. topics."""

    def answer(question: str) -> Answered:
        hits = tuple(index.rank(question, top=10 if by is None else 30))
        decision = index.decide(question)
        return Answered(hits, type(decision).__name__.lower(), index.answerable(question))

    def timed(question: str) -> None:
        index.decide(question)

    return evaluate_answers(
        answer, lines, timed=timed, by=by, entries=index.entries, questions=index.questions,
        build_s=build_s, peak_mb=peak_mb,
    )  # fmt: skip


def evaluate_answers(
    answer: Callable[[str], Answered],
    lines: Sequence[Line],
    *,
    timed: Callable[[str], object] | None = None,
    by: Mapping[str, str] | None = None,
    entries: int = 0,
    questions: int = 0,
    build_s: float = 0.0,
    peak_mb: float = 0.0,
) -> Report:
    """Ask any system every line and return the figures; times are those of `timed`, or of `answer`."""
    records: list[Record] = []
    for line in lines:
        started = perf_counter()
        (timed or answer)(line.question)
        ms = (perf_counter() - started) * 1000
        said = answer(line.question)
        names = [hit.entry_id if by is None else by.get(hit.entry_id, hit.entry_id) for hit in said.hits]
        names = list(dict.fromkeys(names))[:10]
        rank = _rank(line.expected, names, said.outcome)
        records.append(
            Record(
                line.expected, line.question, said.outcome, names[0] if names else None, said.score, rank, ms
            )
        )
    return _report(records, entries, questions, build_s, peak_mb)


def _rank(expected: str | None, names: Sequence[str], outcome: str) -> int | None:
    """Return the place (from 1) of the first name that is right, None where there is none."""
    if expected is None:
        return None
    right = {expected, *expected.split("|")}
    if _DANGER in right and outcome == "danger":
        return 1
    return next((place for place, name in enumerate(names, start=1) if name in right), None)


def _either(expected: str, ids: frozenset[str]) -> list[str]:
    """Return what may answer: an id is an id even where it has a bar in it."""
    return [expected] if expected in ids else [part.strip() for part in expected.split("|")]


def _report(records: list[Record], entries: int, questions: int, build_s: float, peak_mb: float) -> Report:
    asked = [record for record in records if record.expected is not None]
    strange = [record for record in records if record.expected is None]
    given = [record for record in records if record.outcome in ("found", "smalltalk", "danger")]
    right = sum(record.rank == 1 for record in given)
    times = sorted(record.ms for record in records)

    def within(limit: int) -> float:
        return _share(sum(record.rank is not None and record.rank <= limit for record in asked), len(asked))

    return Report(
        top1=within(1),
        top3=within(3),
        recall5=within(5),
        mrr10=_share(sum(1 / record.rank for record in asked if record.rank), len(asked)),
        coverage=_share(len(given), len(records)),
        coverage_in_scope=_share(sum(record.expected is not None for record in given), len(asked)),
        precision=_share(right, len(given)),
        auroc=_auroc([record.score for record in asked], [record.score for record in strange]),
        p50_ms=_quantile(times, 0.5),
        p99_ms=_quantile(times, 0.99),
        entries=entries,
        questions=questions,
        build_s=build_s,
        peak_mb=peak_mb,
        records=tuple(records),
    )


def _auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Return the chance that a question in scope scores above one out of scope (ties count half)."""
    if not inside or not outside:
        return math.nan
    ranked = sorted([(score, True) for score in inside] + [(score, False) for score in outside])
    total, place = 0.0, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        middle = (place + end + 1) / 2
        total += middle * sum(is_inside for _, is_inside in ranked[place:end])
        place = end
    count = len(inside)
    return (total - count * (count + 1) / 2) / (count * len(outside))


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def _share(part: float, whole: int) -> float:
    return part / whole if whole else math.nan


def _columns(path: Path, faults: list[str]) -> Iterable[tuple[int, str, str]]:
    for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != 2:
            faults.append(f"line {number}: {len(columns)} columns instead of 2")
        elif not columns[0].strip() or not columns[1].strip():
            faults.append(f"line {number}: an empty column")
        else:
            yield number, columns[0].strip(), columns[1].strip()
