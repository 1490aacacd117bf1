"""Which entries are too near to be told apart: customers of the one would be answered with the other."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.library import Entry, Library
from knowledge.search.index import Decision, Found, Hit, Index, Unclear
from knowledge.text.normalise import normalise

__all__ = ["Near", "near", "near_everywhere"]

_RIVALS: Final = 6  # entries that a new one is compared with in detail
_FOLDS: Final = 2  # a phrasing is asked against the other half of its own entry
_TIE: Final = 0.8  # from this share of our score on the other is as likely
_TIES: Final = 3  # so many ties are no accident


@dataclass(frozen=True, slots=True)
class Near:
    """Another entry that takes questions from this one.

    `score` is the probability (0 to 1) that the search gives it for `ours`; `taken` counts the phrasings
    that it would answer, `tied` those at which it is as likely as this one.
    """

    other: str
    ours: str
    theirs: str
    score: float
    taken: int
    tied: int


def near(library: Library, index: Index, entry: Entry) -> list[Near]:
    """Return the entries that one (new or changed) entry is not told apart from, the nearest first.

    Each phrasing of the entry is left out and asked; `index` is that of the library as it is served.
    """
    others = _others(library, entry)
    if not others or len(entry.phrasings) < 2:
        return _first_alone(index, entry, others)
    weights: dict[str, float] = {}
    for phrasing in entry.phrasings:
        for hit in index.rank(normalise(phrasing), top=4, allowed=others):
            weights[hit.entry_id] = weights.get(hit.entry_id, 0.0) + hit.score
    rivals = sorted(weights, key=weights.__getitem__, reverse=True)[:_RIVALS]
    if not rivals:
        return []
    shelf = {rival: library.entries[rival] for rival in rivals} | {entry.id: entry}
    return _left_out(shelf, [entry.id]).get(entry.id, [])


def near_everywhere(library: Library) -> dict[str, list[Near]]:
    """Return for every entry of the library those that it is not told apart from; takes a minute."""
    public = {entry.id: entry for entry in library.entries.values() if entry.audience == "public"}
    return _left_out(public, public)


def _others(library: Library, entry: Entry) -> frozenset[str]:
    """Return the entries that can be served to somebody who is served this one."""
    return frozenset(other.id for other in library.entries.values() if _meet(entry, other))


def _meet(one: Entry, other: Entry) -> bool:
    if one.id == other.id or one.successor == other.id or other.successor == one.id:
        return False
    return not one.regions or not other.regions or bool(set(one.regions) & set(other.regions))


def _left_out(entries: Mapping[str, Entry], asked: Iterable[str]) -> dict[str, list[Near]]:
    asked = list(asked)
    families = {entry.id: entry.topic for entry in entries.values()}
    found: dict[str, list[tuple[Hit, str, bool]]] = {entry_id: [] for entry_id in asked}
    alike = {
        entry_id: frozenset(one.id for one in entries.values() if _meet(entries[entry_id], one)) | {entry_id}
        for entry_id in asked
    }
    for fold in range(_FOLDS):
        kept: list[tuple[str, str]] = []
        left: list[tuple[str, str]] = []
        wanted = set(asked)
        for entry in entries.values():
            for place, phrasing in enumerate(entry.phrasings):
                out = entry.id in wanted and len(entry.phrasings) > 1 and place % _FOLDS == fold
                (left if out else kept).append((entry.id, phrasing))
        index = Index.build([(entry_id, normalise(text)) for entry_id, text in kept], families=families)
        for entry_id, phrasing in left:
            decision = index.decide(normalise(phrasing), allowed=alike[entry_id])
            rival = _rival(decision, entry_id)
            if rival is not None:
                found[entry_id].append((rival, phrasing, isinstance(decision, Found)))
    return {entry_id: _summed(rows) for entry_id, rows in found.items() if rows}


def _rival(decision: Decision, entry_id: str) -> Hit | None:
    """Return the other entry that a phrasing goes to, or ties with."""
    if isinstance(decision, Found):
        return decision.hit if decision.hit.entry_id != entry_id else None
    if not isinstance(decision, Unclear):
        return None
    own = next((hit.score for hit in decision.hits if hit.entry_id == entry_id), 0.0)
    other = next((hit for hit in decision.hits if hit.entry_id != entry_id), None)
    return other if other is not None and other.score >= _TIE * own else None


def _summed(rows: Sequence[tuple[Hit, str, bool]]) -> list[Near]:
    by_other: dict[str, list[tuple[Hit, str, bool]]] = {}
    for row in rows:
        by_other.setdefault(row[0].entry_id, []).append(row)
    found: list[Near] = []
    for other, theirs in by_other.items():
        taken = sum(answered for _, _, answered in theirs)
        if not taken and len(theirs) < _TIES:
            continue
        hit, ours, _ = max(theirs, key=lambda row: (row[2], row[0].score))
        found.append(Near(other, ours, hit.phrasing, round(hit.score, 4), taken, len(theirs) - taken))
    return sorted(found, key=lambda one: (-one.taken, -one.tied, -one.score, one.other))


def _first_alone(index: Index, entry: Entry, others: Collection[str]) -> list[Near]:
    """Return what answers the only phrasing of an entry as things are."""
    decision = index.decide(normalise(entry.question), allowed=frozenset(others)) if others else None
    if not isinstance(decision, Found):
        return []
    hit = decision.hit
    return [Near(hit.entry_id, entry.question, hit.phrasing, round(hit.score, 4), 1, 0)]
