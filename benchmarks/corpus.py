"""What is asked and what is stored: our own phrasings, thinned out or grown, and foreign sets of files."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from knowledge.golden import DANGER, GOLDEN_DIR, NOWHERE, Golden, read_golden, region_of
from knowledge.library import Entry, Library
from knowledge.search.evaluate import read_lines, read_phrasings

__all__ = [
    "HOW_GROWN",
    "SEED",
    "Asked",
    "Shelf",
    "foreign_shelves",
    "golden_shelves",
    "grown_questions",
    "own_library",
    "own_shelf",
]

SEED = 20261101
LEAST_PHRASINGS = 3  # an entry that keeps fewer after one is left out says little
MOST_STORED = 40_000  # phrasings: beyond it, every entry keeps only its first ones

# Invented makes: the name is what tells a grown entry from the one it was grown from. Towns would not do, for
# where somebody lives is left out of a question on purpose.
_MAKES = (
    "青柳牌", "石桥牌", "白鹭牌", "双溪牌", "金堂牌", "云台牌", "清泉牌", "竹园牌", "枫林牌", "永安牌",
    "大湾牌", "南屏牌", "东岭牌", "西坪牌", "北塘牌", "龙潭牌", "凤鸣牌", "松岗牌", "沙洲牌", "梅岭牌",
)  # fmt: skip

HOW_GROWN = (
    "Entries beyond our own are copies of ours that speak of one of twenty invented makes, as in\n"
    "青柳牌电费分几档. One phrasing of every entry, never its standard question, is left out of it\n"
    f"and of all its copies, and asked. Where more than {MOST_STORED:,} phrasings would be stored, every\n"
    "entry keeps only its first ones."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and the entry that should answer it, or one of `also`; None where none should."""

    question: str
    expected: str | None
    also: tuple[str, ...] = ()
    region: str = ""

    def is_meant(self, named: Sequence[str]) -> bool:
        """Return whether a right one is among what was named."""
        return self.expected is not None and any(one in (self.expected, *self.also) for one in named)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What every system stores, (entry id, phrasing) pairs, and what it is asked."""

    name: str
    entries: int
    stored: tuple[tuple[str, str], ...]
    asked: tuple[Asked, ...]
    library: Library | None = None  # ours: the whole understanding can be asked, not the search alone
    labels: Mapping[str, str] = field(default_factory=dict)  # what is expected instead of an entry's id
    refusing: frozenset[str] = frozenset()  # entries that say: this is none of our business, or: which?

    def label(self, entry_id: str) -> str:
        """Return the name by which an entry is expected."""
        return self.labels.get(entry_id, entry_id)

    @property
    def families(self) -> Mapping[str, str] | None:
        """The topic of every entry, None for a foreign set."""
        return (
            None
            if self.library is None
            else {entry.id: entry.topic for entry in self.library.entries.values()}
        )


def own_library(library: Library, size: int) -> tuple[Library, tuple[Asked, ...]]:
    """Return a library of `size` entries without one phrasing of each, and those phrasings at random."""
    chance = random.Random(SEED)
    base = [
        entry
        for entry in library.entries.values()
        if entry.audience == "public" and len(entry.similar) > LEAST_PHRASINGS and not entry.regions
    ]
    if size < len(base):
        base = chance.sample(base, size)
    entries: list[Entry] = []
    asked: list[Asked] = []
    per_entry = max(LEAST_PHRASINGS, MOST_STORED // size)
    # The same phrasing goes out of an entry and of all its copies: none of them may give it away.
    gaps = [chance.randrange(len(entry.similar)) for entry in base]
    for number, entry in enumerate(_grown(base, size)):
        gap = gaps[number % len(base)]
        kept = (*entry.similar[:gap], *entry.similar[gap + 1 :])[: per_entry - 1]
        entries.append(replace(entry, similar=kept))
        asked.append(Asked(entry.similar[gap], entry.id))
    chance.shuffle(asked)
    grown = Library(
        entries,
        facts=library.facts,
        sources=library.sources,
        topics=library.topics.values(),
        utility=library.utility,
    )
    return grown, tuple(asked)


def own_shelf(library: Library, asked: Sequence[Asked]) -> Shelf:
    """Return what the peers store to be asked the same."""
    stored = tuple((entry.id, one) for entry in library.entries.values() for one in entry.phrasings)
    return Shelf(f"{len(library.entries):,} entries", len(library.entries), stored, tuple(asked))


def golden_shelves(library: Library) -> Iterator[Shelf]:
    """Return our own questions for measuring: those that name entries, and those that name topics."""
    lines = read_golden(GOLDEN_DIR, library)
    stored = tuple((entry.id, one) for entry in library.entries.values() for one in entry.phrasings)
    refusing = frozenset(
        entry.id for entry in library.entries.values() if entry.action in ("out_of_scope", "ask_back")
    )
    dangers = {entry.id: DANGER for entry in library.entries.values() if entry.action == "danger"}
    topics = {entry.id: entry.topic for entry in library.entries.values()}
    by_topic = [line for line in lines if line.expected[0] in library.topics]
    by_entry = [line for line in lines if line.expected[0] not in library.topics]
    for name, chosen, labels in (
        ("Golden questions, by entry", by_entry, dangers),
        ("Golden questions, by topic", by_topic, topics),
    ):
        asked = tuple(_asked(line, labels, refusing, library) for line in chosen)
        yield Shelf(name, len(library.entries), stored, asked, library, labels, refusing)


def _asked(line: Golden, labels: Mapping[str, str], refusing: frozenset[str], library: Library) -> Asked:
    region = region_of(line.expected, line.question, library)
    first, *also = (labels.get(one, one) for one in line.expected)
    strange = first in (NOWHERE, "out_of_scope") or all(one in refusing for one in line.expected)
    return Asked(line.question, None if strange else first, tuple(also), region)


def grown_questions(library: Library, size: int) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return `size` phrasings to store, of our entries and copies of them, and phrasings left out."""
    chance = random.Random(SEED)
    base = [entry for entry in library.entries.values() if entry.audience == "public"]
    chance.shuffle(base)
    stored: list[tuple[str, str]] = []
    asked: list[str] = []
    copies = 1 + size // sum(len(entry.similar) for entry in base)
    for entry in _grown(base, copies * len(base)):
        gap = chance.randrange(len(entry.similar))
        kept = (entry.question, *entry.similar[:gap], *entry.similar[gap + 1 :])
        stored += [(entry.id, phrasing) for phrasing in kept]
        asked.append(entry.similar[gap])
        if len(stored) >= size:
            break
    chance.shuffle(asked)
    return tuple(stored[:size]), tuple(asked)


def foreign_shelves(folder: Path) -> Iterator[Shelf]:
    """Return the foreign sets of a folder: NAME_kb.tsv, NAME_queries.tsv and perhaps NAME_oos_near.tsv."""
    for file in sorted(folder.glob("*_kb.tsv")):
        name = file.name.removesuffix("_kb.tsv")
        stored = tuple(read_phrasings(file))
        asked = [Asked(line.question, line.expected) for line in read_lines(folder / f"{name}_queries.tsv")]
        near = folder / f"{name}_oos_near.tsv"
        if near.exists():
            # Their first column names an entry that was taken out: nothing stored answers them.
            asked += [Asked(line.question, None) for line in read_lines(near)]
        random.Random(SEED).shuffle(asked)
        yield Shelf(f"{name} (foreign)", len({entry_id for entry_id, _ in stored}), stored, tuple(asked))


def _grown(base: Sequence[Entry], size: int) -> Iterator[Entry]:
    for number in range(size):
        entry, copy = base[number % len(base)], number // len(base)
        yield entry if copy == 0 else _elsewhere(entry, _MAKES[(number + copy) % len(_MAKES)], copy)


def _elsewhere(entry: Entry, make: str, copy: int) -> Entry:
    question, *similar = (f"{make}{phrasing}" for phrasing in entry.phrasings)
    return replace(entry, id=f"{entry.id}.make{copy}", question=question, similar=tuple(similar))
