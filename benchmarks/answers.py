"""How fast and how rightly questions are answered, at three sizes, beside six common ways to do it."""

import gc
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.corpus import HOW_GROWN, Asked, Shelf, own_library, own_shelf
from benchmarks.peers import PEERS, Peer, words
from benchmarks.tables import median, quantile, show, target
from bot import clock
from handlers.desk import Desk
from handlers.messages import Heard, Message
from knowledge.book import Book
from knowledge.library import Library
from knowledge.practice import load_practice
from knowledge.search.index import Found, Index
from knowledge.understanding import Understander
from storage.database import Database

SIZES: Final = (200, 1_000, 10_000)
# Each system asks as many of the same questions, in the same order, as fit into its time.
SECONDS: Final = 20.0
QUESTIONS: Final = 1_000
SECONDS_QUICK: Final = 3.0
QUESTIONS_QUICK: Final = 150
LEAST: Final = 20
P99_TARGET_MS: Final = 25.0

OURS = "dianling, the search"
DESK = "dianling, the whole desk"


@dataclass(frozen=True, slots=True)
class Said:
    """What a system answered: the entries it names, best first, and whether it gives the first."""

    entries: tuple[str, ...]
    given: bool = True


@dataclass(slots=True)
class Score:
    """How a system fared so far; its time is in seconds."""

    name: str
    ask: Callable[[Asked], Said]
    build_s: float
    seconds: list[float] = field(default_factory=list)
    known: int = 0
    first: int = 0
    among_three: int = 0
    given: int = 0
    given_right: int = 0

    def take(self, asked: Asked) -> None:
        """Ask one question and note the answer."""
        started = perf_counter()
        said = self.ask(asked)
        self.seconds.append(perf_counter() - started)
        right = asked.expected is not None and said.entries[:1] == (asked.expected,)
        if asked.expected is not None:
            self.known += 1
            self.first += right
            self.among_three += asked.expected in said.entries[:3]
        if said.given and said.entries:
            self.given += 1
            self.given_right += right


def run(*, quick: bool = False) -> None:
    """Measure at every size on our own entries."""
    print("\n== Answers ==")
    print(HOW_GROWN)
    print("All systems are asked in turn, question by question; slow ones as many as fit into their time.")
    library = Library.load()
    words("预热")  # jieba loads its dictionary now: no peer shall pay for it at its first question
    medians: dict[int, tuple[float, float]] = {}
    for size in SIZES[:2] if quick else SIZES:
        small, asked = own_library(library, size)
        shelf = own_shelf(small, asked)
        started = perf_counter()
        book = Book(library=small, understander=Understander(small), practice=load_practice())
        build_s = perf_counter() - started
        with (
            tempfile.TemporaryDirectory(prefix="dianling-bench-") as folder,
            _desk(book, Path(folder)) as hear,
        ):
            systems = [
                Score(DESK, _desk_system(hear, book), build_s),
                Score(OURS, _search(book.understander.index), build_s),
                *_peers(shelf),
            ]
            _ask_all(systems, shelf.asked, quick=quick)
        _report(shelf, systems)
        desk = systems[0]
        medians[size] = (quantile(desk.seconds, 0.5) * 1000, quantile(desk.seconds, 0.99) * 1000)
        if size == 1_000:
            p99 = medians[size][1]
            target(
                "p99 of an answer through the desk",
                p99 <= P99_TARGET_MS,
                f"{p99:.1f} ms",
                f"≤ {P99_TARGET_MS:.0f} ms",
            )
        del systems, book, small
        gc.collect()


def _peers(shelf: Shelf) -> list[Score]:
    owners = [entry_id for entry_id, _ in shelf.stored]
    phrasings = [phrasing for _, phrasing in shelf.stored]
    scores: list[Score] = []
    for name, build in PEERS.items():
        started = perf_counter()
        peer = build(phrasings)
        scores.append(Score(name, _entries_of(peer, owners), perf_counter() - started))
    return scores


def _entries_of(peer: Peer, owners: Sequence[str]) -> Callable[[Asked], Said]:
    def ask(asked: Asked) -> Said:
        return Said(tuple(dict.fromkeys(owners[place] for place in peer(asked.question)))[:3])

    return ask


def _search(index: Index) -> Callable[[Asked], Said]:
    def ask(asked: Asked) -> Said:
        found = index.consider(asked.question)
        return Said(tuple(hit.entry_id for hit in found.hits[:3]), isinstance(found.decision, Found))

    return ask


@contextmanager
def _desk(book: Book, folder: Path) -> Iterator[Callable[[str], Heard]]:
    """Open a desk on a database of its own; every question comes from somebody new."""
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    database.upgrade()
    desk = Desk(database, book, secret=b"bench" * 8)
    number = 0

    def hear(question: str) -> Heard:
        nonlocal number
        number += 1
        now = clock.now()
        return desk.hear(Message("bench", f"asker-{number}", str(number), now, text=question), now)

    try:
        for _ in range(3):
            hear("你好")  # the first turns compile statements
        yield hear
    finally:
        database.close()


def _desk_system(hear: Callable[[str], Heard], book: Book) -> Callable[[Asked], Said]:
    entries = book.library.entries

    def ask(asked: Asked) -> Said:
        heard = hear(asked.question)
        named = [heard.entry] if heard.entry is not None else []
        if heard.entry is None and heard.outcome == "danger" and asked.expected is not None:
            # A present danger is answered by its rules; they name no entry, but mean those of this action.
            named = [asked.expected] if entries[asked.expected].action == "danger" else ["danger"]
        named += [one.entry for one in heard.candidates if one.entry not in named]
        return Said(tuple(named[:3]), heard.outcome not in ("unclear", "unknown") or heard.entry is not None)

    return ask


def _ask_all(systems: Sequence[Score], questions: Sequence[Asked], *, quick: bool) -> None:
    budget, most = (SECONDS_QUICK, QUESTIONS_QUICK) if quick else (SECONDS, QUESTIONS)
    gc.collect()
    gc.freeze()  # the indexes are no garbage: looking through them would count as somebody's time
    try:
        for number, asked in enumerate(questions[:most]):
            for system in systems:
                if number < LEAST or sum(system.seconds) < budget:
                    system.take(asked)
    finally:
        gc.unfreeze()


def _report(shelf: Shelf, systems: Sequence[Score]) -> None:
    ours = median(next(one for one in systems if one.name == OURS).seconds)
    rows = [
        [
            one.name,
            str(len(one.seconds)),
            f"{one.build_s:.1f}",
            f"{median(one.seconds) * 1000:.2f}",
            f"{quantile(one.seconds, 0.99) * 1000:.2f}",
            f"{median(one.seconds) / ours:.2f}",
            _percent(one.first, one.known),
            _percent(one.among_three, one.known),
            _percent(one.given, len(one.seconds)) if one.name in (OURS, DESK) else "all",
            _percent(one.given_right, one.given),
        ]
        for one in systems
    ]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    title = f"{shelf.name}, {len(shelf.stored):,} phrasings stored (this process so far: {memory:.0f} MB)"
    head = [
        "",
        "asked",
        "build s",
        "p50 ms",
        "p99 ms",
        "× ours",
        "top 1 %",
        "top 3 %",
        "answered %",
        "right of these %",
    ]
    show(title, head, rows)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"
