"""How long a change of content takes at 2,000 entries, and what answers feel of it meanwhile."""

import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Final, TypeVar

from benchmarks import corpus
from benchmarks.tables import median, quantile, show, target
from bot import clock
from bot.knowledge_watch import beside_the_work
from bot.memory import settle
from handlers.desk import Desk
from handlers.messages import Message
from knowledge.book import Book
from knowledge.library import Entry, Library
from storage.database import Database

__all__ = ["run"]

T = TypeVar("T")

ENTRIES: Final = 2_000
PHRASINGS: Final = (8, 20)  # of each entry
ROUNDS: Final = 3
ASKED: Final = 300
REVISION_TARGET_S: Final = 1.0

_NEW: Final = ("水晶吊灯烧坏了找谁赔", "来电的时候把水晶灯冲坏了", "吊灯坏了能不能赔钱", "水晶灯赔偿怎么算")


def run(*, quick: bool = False) -> None:
    """Measure revisions at both numbers of phrasings, each in a book of its own."""
    print("\n== Revisions ==")
    print(corpus.HOW_GROWN)
    rows: list[list[str]] = []
    for phrasings in PHRASINGS[:1] if quick else PHRASINGS:
        rows.append(_measured(phrasings))
    show(
        f"{ENTRIES:,} entries: seconds from the new library to the new book",
        ["phrasings", "build", "add one entry", "change one", "take one out", "answers as of a build %",
         "worst answer meanwhile, × p99 alone"],
        rows,
    )  # fmt: skip


def _measured(phrasings: int) -> list[str]:
    grown, asked = corpus.own_library(Library.load(), ENTRIES)
    library = grown.with_entries(
        [replace(entry, similar=entry.similar[: phrasings - 1]) for entry in grown.entries.values()]
    )
    entries = list(library.entries.values())
    build_s, book = _timed(lambda: Book.of(library))
    settle()
    new = replace(entries[0], id="claim.chandelier", question=_NEW[0], similar=_NEW[1:])
    added = library.with_entries([new])
    changed = library.with_entries([replace(entries[5], similar=(*entries[5].similar[:-1], _NEW[1]))])
    fewer = _without(library, entries[7])
    seconds = {
        name: median([_timed(lambda after=after: book.revised(after))[0] for _ in range(ROUNDS)])  # type: ignore[misc]
        for name, after in (("add", added), ("change", changed), ("fewer", fewer))
    }
    revised, fresh = book.revised(added), Book.of(added)
    region, questions = library.utility.region, [one.question for one in asked[:ASKED]]
    same = 0
    for question in questions:
        mine = revised.understander.understand_afresh(question, region=region)
        theirs = fresh.understander.understand_afresh(question, region=region)
        same += (mine.outcome, mine.entry_id) == (theirs.outcome, theirs.entry_id)
    del fresh
    ratio = _worst_meanwhile(book, added, questions)
    total = sum(len(entry.phrasings) for entry in entries)
    target(
        f"adding one entry to {total:,} phrasings",
        seconds["add"] <= REVISION_TARGET_S,
        f"{seconds['add']:.2f} s",
        f"≤ {REVISION_TARGET_S:.0f} s",
    )
    return [
        f"{total:,}",
        f"{build_s:.1f}",
        *[f"{seconds[name]:.2f}" for name in ("add", "change", "fewer")],
        f"{100 * same / len(questions):.1f}",
        f"{ratio:.1f}",
    ]


def _without(library: Library, entry: Entry) -> Library:
    return Library(
        [one for one in library.entries.values() if one is not entry],
        facts=library.facts,
        sources=library.sources,
        topics=library.topics.values(),
        utility=library.utility,
    )


def _worst_meanwhile(book: Book, after: Library, questions: list[str]) -> float:
    """Return the slowest answer of the desk while a book is made, by the 99th percentile of others."""
    with ExitStack() as open_now:
        folder = open_now.enter_context(tempfile.TemporaryDirectory(prefix="dianling-bench-"))
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        open_now.callback(database.close)
        database.upgrade()
        desk = Desk(database, book, secret=b"bench" * 8)
        number = 0

        def ask() -> float:
            nonlocal number
            number += 1
            now, question = clock.now(), questions[number % len(questions)]
            message = Message("bench", f"asker-{number}", str(number), now, text=question)
            return _timed(lambda: desk.hear(message, now))[0]

        def revise() -> None:
            with beside_the_work():
                desk.take_book(book.revised(after))

        alone = [ask() for _ in range(ASKED)][10:]
        worst: list[float] = []
        for _ in range(ROUNDS):
            revising = threading.Thread(target=revise)
            revising.start()
            meanwhile = [ask()]
            while revising.is_alive():
                meanwhile.append(ask())
            revising.join()
            worst.append(max(meanwhile))
    return median(worst) / quantile(alone, 0.99)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = perf_counter()
    result = work()
    return perf_counter() - started, result
