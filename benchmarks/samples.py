"""Libraries of many kinds, made by leaving entries and phrasings out of ours, and what they are asked."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz

from knowledge.library import Entry, Library

__all__ = ["KINDS", "Golden", "Kind", "Question", "Sample", "read_golden", "samples"]

SEED: Final = 20261123
# Answered with a phrase, or not at all: nothing a question could be told apart from.
_STRANGE: Final = frozenset({"out_of_scope", "greeting_smalltalk"})
_NO_QUESTIONS: Final = frozenset({"ambiguous"})
_LEAST: Final = 6  # phrasings an entry needs to be left some after others are taken
_ASKED: Final = 1000  # questions to a sample that one of its entries answers
_REFUSED: Final = 350  # of each sort that none of its entries answers
_PER_ENTRY: Final = 6  # phrasings of an entry that was left out


@dataclass(frozen=True, slots=True)
class Kind:
    """What a sample is like; `close`: how near (0 to 100) its questions are to what is stored."""

    entries: int
    phrasings: tuple[int, int]
    families: bool
    whole_topics: bool
    close: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question to a sample: the entries that answer it (none for a refusal), and where it comes from."""

    text: str
    expected: frozenset[str]
    source: str  # phrasing or golden; near or far where nothing answers


@dataclass(frozen=True, slots=True)
class Sample:
    """What is stored, and what is asked."""

    kind: Kind
    stored: tuple[tuple[str, str], ...]
    families: dict[str, str]
    asked: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Golden:
    """A line of our golden questions: the entries that answer it, none where nothing does."""

    text: str
    expected: frozenset[str]


KINDS: Final = tuple(
    Kind(entries, phrasings, families, whole_topics, close)
    for close, families, (phrasings, sizes) in product(
        (0, 50, 65),
        (False, True),
        (((1, 1), (500, 150)), ((2, 8), (70, 200)), ((12, 26), (70, 180))),
    )
    for entries, whole_topics in zip(sizes, (False, close == 0), strict=True)
)


def read_golden(folder: Path, known: frozenset[str]) -> list[Golden]:
    """Read `entry[|entry]<TAB>question` lines of all files; lines of a topic or a danger are left out."""
    found: list[Golden] = []
    for file in sorted(folder.glob("*.tsv")):
        for line in file.read_text("utf-8").splitlines():
            if line.startswith("#") or "\t" not in line:
                continue
            expected, text = line.split("\t", 1)
            ids = frozenset() if expected == "-" else frozenset(expected.split("|"))
            if ids <= known:
                found.append(Golden(text.strip(), ids))
    return found


def samples(library: Library, golden: Sequence[Golden], rounds: int) -> Iterator[Sample]:
    """Return one sample of every kind, as many times as there are rounds."""
    for turn in range(rounds):
        for number, kind in enumerate(KINDS):
            yield _sample(library, golden, kind, random.Random(SEED + 1000 * turn + number))


def _sample(library: Library, golden: Sequence[Golden], kind: Kind, chance: random.Random) -> Sample:
    entries = [
        entry
        for entry in library.entries.values()
        if entry.topic not in _STRANGE | _NO_QUESTIONS
        and entry.audience == "public"
        and not entry.regions
        and len(set(entry.phrasings)) >= _LEAST
    ]
    if kind.whole_topics:
        topics = sorted({entry.topic for entry in entries})
        chance.shuffle(topics)
        inside: list[Entry] = []
        for topic in topics:
            inside += [entry for entry in entries if entry.topic == topic]
            if len(inside) >= 1.3 * kind.entries:
                break
        entries = inside
    chance.shuffle(entries)
    size = min(kind.entries, int(0.8 * len(entries)))
    stored: list[tuple[str, str]] = []
    asked: list[Question] = []
    for entry in entries[:size]:
        kept, left_out = _parted(entry, kind, chance)
        stored += [(entry.id, phrasing) for phrasing in kept]
        left_out = left_out[: max(2, _ASKED // size)]
        asked += [Question(phrasing, frozenset({entry.id}), "phrasing") for phrasing in left_out]
    chance.shuffle(asked)
    ids = {entry_id for entry_id, _ in stored}
    removed = {entry.id for entry in entries} - ids
    refused: dict[str, list[Question]] = {"near": [], "far": []}
    for entry in library.entries.values():
        if entry.id in removed or entry.topic in _STRANGE:
            phrasings = list(entry.phrasings)
            if entry.id in removed:
                phrasings = chance.sample(phrasings, min(_PER_ENTRY, len(phrasings)))
            source = "near" if entry.id in removed else "far"
            refused[source] += [Question(phrasing, frozenset(), source) for phrasing in phrasings]
    for line in golden:
        topics_of = {library.entries[one].topic for one in line.expected}
        if line.expected & ids:
            asked.append(Question(line.text, line.expected & ids, "golden"))
        elif not line.expected or topics_of <= _STRANGE:
            refused["far"].append(Question(line.text, frozenset(), "far"))
        elif line.expected <= removed:
            refused["near"].append(Question(line.text, frozenset(), "near"))
    for questions in refused.values():
        chance.shuffle(questions)
        asked += questions[:_REFUSED]
    families = {one: library.entries[one].topic for one in ids} if kind.families else {}
    return Sample(kind, tuple(stored), families, tuple(asked))


def _parted(entry: Entry, kind: Kind, chance: random.Random) -> tuple[list[str], list[str]]:
    """Return the phrasings of an entry that are stored, and those to be asked."""
    phrasings = list(dict.fromkeys(entry.phrasings))
    rest = phrasings[1:]
    chance.shuffle(rest)
    count = min(chance.randint(*kind.phrasings), max(1, len(phrasings) - 2))
    first = phrasings[0]
    if kind.close and count == 1:
        # any of the phrasings that have a close neighbour may stand for the entry
        first = chance.choice(sorted(phrasings, key=lambda one: -_closest(one, phrasings))[:4])
        rest = [phrasing for phrasing in phrasings if phrasing != first]
    kept, left_out = [first, *rest[: count - 1]], rest[count - 1 :]
    if kind.close:
        left_out = sorted(left_out, key=lambda one: -_closest(one, kept))
        left_out = [phrasing for phrasing in left_out if _closest(phrasing, kept) >= kind.close]
        left_out = left_out[:3] if count == 1 else left_out
    return kept, left_out


def _closest(phrasing: str, others: Sequence[str]) -> float:
    return max((_closeness(phrasing, other) for other in others if other != phrasing), default=0.0)


@lru_cache(maxsize=1 << 20)
def _closeness(one: str, other: str) -> float:
    """Return 0 to 100: half by the order of the characters, half by which there are."""
    first, second = set(one), set(other)
    return 0.5 * float(fuzz.ratio(one, other)) + 100 * len(first & second) / (len(first) + len(second))
