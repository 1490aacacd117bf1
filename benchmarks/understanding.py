"""How rightly and how fast questions are understood, beside six common ways to do it, all in one run."""

import gc
import multiprocessing
import os
import platform
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.corpus import SEED, Asked, Shelf, foreign_shelves, golden_shelves, grown_questions
from benchmarks.peers import PEERS, words
from benchmarks.tables import markdown, median, quantile, show, target, write_between
from knowledge.library import Library
from knowledge.search.index import Found, Index
from knowledge.understanding import Understander

SIZES: Final = (1_000, 10_000, 100_000)  # stored questions
SIZES_QUICK: Final = SIZES[:2]
SECONDS: Final = 15.0  # every system asks as many of the same questions as fit into this
ACCURACY_SECONDS: Final = 40.0  # the same where answers are judged
SECONDS_QUICK: Final = 3.0
QUESTIONS: Final = 1_000
QUESTIONS_QUICK: Final = 200
LEAST: Final = 20
AT_MOST: Final = 3.0  # times the fastest peer's median at the largest size
DOCS: Final = Path(__file__).parent.parent / "docs" / "understanding.md"

OURS: Final = "dianling, the search"
WHOLE: Final = "dianling, the whole understanding"

ACCURACY: Final = (
    "", "asked", "top 1 %", "top 3 %", "answered %", "right of these %", "refused of strange %",
)  # fmt: skip
SPEED: Final = ("", "build s", "p50 ms", "p99 ms", "× fastest", "memory MB", "asked")


@dataclass(frozen=True, slots=True)
class Said:
    """What a system names, best first, and whether it gives the first as its answer."""

    named: tuple[str, ...]
    gives: bool = True


System = Callable[[Asked], Said]


@dataclass(frozen=True, slots=True)
class Timing:
    """One system at one size: times in milliseconds, memory in MB more than before it was built."""

    build_s: float
    p50_ms: float
    p99_ms: float
    memory_mb: float
    asked: int


def run(*, quick: bool = False, foreign: Path | None = None, docs: bool = False) -> None:
    """Measure accuracy on our golden questions and on foreign sets, then time and memory at three sizes.

    With `docs` the tables are written into docs/understanding.md as well.
    """
    print("\n== Understanding ==")
    words("预热")  # jieba loads its dictionary now: no peer shall pay for it at its first question
    written = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}; "
        "all tables of this part come from one run."
    ]

    def keep(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        show(title, head, rows)
        written.extend((f"**{title}**", markdown(head, rows)))

    shelves = list(golden_shelves(Library.load()))
    if foreign is None or not foreign.is_dir():
        print("Foreign sets: no folder given (--dev), not measured.")
    else:
        shelves += foreign_shelves(foreign)
    for shelf in shelves:
        keep(f"{shelf.name}, {len(shelf.stored):,} stored", ACCURACY, _accuracy(shelf, quick=quick))
    for size in SIZES_QUICK if quick else SIZES:
        timings = _timings(size, SECONDS_QUICK if quick else SECONDS)
        keep(f"{size:,} stored questions, each system in a process of its own", SPEED, _speed(timings))
        if size == SIZES[-1]:
            times = min(one.p50_ms for name, one in timings.items() if name != OURS)
            ratio = timings[OURS].p50_ms / times
            target(
                f"median at {size:,} against the fastest peer",
                ratio <= AT_MOST,
                f"{ratio:.1f}",
                f"≤ {AT_MOST:.0f}",
            )
    if docs:
        write_between(DOCS, "bench", "\n\n".join(written))
        print(f"written to {DOCS}")


def _accuracy(shelf: Shelf, *, quick: bool) -> list[list[str]]:
    asked = list(shelf.asked)
    random.Random(SEED).shuffle(asked)
    asked = asked[: QUESTIONS_QUICK if quick else None]
    rows: list[list[str]] = []
    for name, build in _systems(shelf):
        system = build()
        asked_of = len(asked)
        known = first = among = given = right = strange = refused = 0
        begun = perf_counter()
        for number, one in enumerate(asked):
            if perf_counter() - begun > ACCURACY_SECONDS:
                asked_of = number
                break
            said = system(one)
            hit = one.is_meant(said.named[:1])
            if one.expected is None:
                strange += 1
                refused += not said.gives
            else:
                known += 1
                first += hit
                among += one.is_meant(said.named[:3])
            given += said.gives
            right += said.gives and hit
        ours = name in (OURS, WHOLE)
        rows.append(
            [
                name,
                f"{asked_of:,}",
                _percent(first, known),
                _percent(among, known),
                _percent(given, asked_of) if ours else "all",
                _percent(right, given),
                _percent(refused, strange) if ours else "none",
            ]
        )
        del system
        gc.collect()
    return rows


def _systems(shelf: Shelf) -> Iterator[tuple[str, Callable[[], System]]]:
    if shelf.library is not None:
        library = shelf.library
        yield WHOLE, lambda: _whole(library, shelf)
    yield OURS, lambda: _search(shelf)
    for name in PEERS:
        yield name, lambda name=name: _peer(name, shelf)  # type: ignore[misc]


def _whole(library: Library, shelf: Shelf) -> System:
    understander = Understander(library)
    alarm = next(shelf.label(entry.id) for entry in library.entries.values() if entry.action == "danger")

    def ask(one: Asked) -> Said:
        meant = understander.understand_afresh(one.question, region=one.region)
        ids = [meant.entry_id] if meant.entry_id else []
        ids += [candidate.entry_id for candidate in meant.candidates]
        labels = [alarm] if meant.outcome == "danger" else []
        labels += [shelf.label(entry_id) for entry_id in ids]
        gives = meant.outcome in ("found", "smalltalk", "danger")
        return Said(tuple(dict.fromkeys(labels)), gives and not (ids and ids[0] in shelf.refusing))

    return ask


def _search(shelf: Shelf) -> System:
    index = Index.build(shelf.stored, families=shelf.families)

    def ask(one: Asked) -> Said:
        considered = index.consider(one.question)
        labels = dict.fromkeys(shelf.label(hit.entry_id) for hit in considered.hits)
        decision = considered.decision
        gives = isinstance(decision, Found) and decision.hit.entry_id not in shelf.refusing
        return Said(tuple(labels), gives)

    return ask


def _peer(name: str, shelf: Shelf) -> System:
    owners = [shelf.label(entry_id) for entry_id, _ in shelf.stored]
    peer = PEERS[name]([phrasing for _, phrasing in shelf.stored])

    def ask(one: Asked) -> Said:
        return Said(tuple(dict.fromkeys(owners[place] for place in peer(one.question))))

    return ask


def _timings(size: int, seconds: float) -> dict[str, Timing]:
    timings: dict[str, Timing] = {}
    for name in (OURS, *PEERS):
        # a process of its own each: what one leaves in memory is not counted against the next
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            timings[name] = pool.submit(timed, name, size, seconds).result()
    return timings


def _speed(timings: dict[str, Timing]) -> list[list[str]]:
    fastest = min(timing.p50_ms for timing in timings.values())
    return [
        [
            name,
            f"{one.build_s:.1f}",
            f"{one.p50_ms:.2f}",
            f"{one.p99_ms:.2f}",
            f"{one.p50_ms / fastest:.1f}",
            f"{one.memory_mb:.0f}",
            str(one.asked),
        ]
        for name, one in timings.items()
    ]


def timed(name: str, size: int, seconds: float) -> Timing:
    """Build one system with so many stored questions and time its answers."""
    words("预热")
    stored, asked = grown_questions(Library.load(), size)
    gc.collect()
    before = _memory_mb()
    started = perf_counter()
    ask: Callable[[str], object]
    ask = Index.build(stored).consider if name == OURS else PEERS[name]([text for _, text in stored])
    build_s = perf_counter() - started
    gc.collect()
    gc.freeze()
    memory = _memory_mb() - before
    taken: list[float] = []
    for question in asked[:QUESTIONS]:
        started = perf_counter()
        ask(question)
        taken.append(perf_counter() - started)
        if len(taken) >= LEAST and sum(taken) > seconds:
            break
    return Timing(build_s, median(taken) * 1000, quantile(taken, 0.99) * 1000, memory, len(taken))


def _memory_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError("this system does not tell how much memory a process has")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"
