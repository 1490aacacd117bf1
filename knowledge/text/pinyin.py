"""Sounds of characters, so that a homophone, an accent or typed pinyin is still understood."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

__all__ = ["readings", "sound", "sound_key", "spell_out", "syllables"]

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"), ("ong", "on"))
_LATIN = re.compile(r"[a-z']+")
_VOWEL = re.compile(r"[aeiouv]")


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """Return the readings of every common character: a file of ours, a tenth of the memory of a library."""
    table: dict[str, tuple[str, ...]] = {}
    source = Path(str(files("knowledge"))) / "data" / "readings.txt"
    for line in source.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            spoken, _, characters = line.partition("\t")
            table.update(dict.fromkeys(characters, tuple(spoken.split(" "))))
    return table


def readings(char: str) -> tuple[str, ...]:
    """Return the toneless readings of one character, the commonest first; none for other signs."""
    return _table().get(char, ())


@lru_cache(maxsize=16384)
def sound(char: str) -> str:
    """Return the sound key of one character, or the character itself where it has none."""
    known = readings(char)
    return sound_key(known[0]) if known else char


@lru_cache(maxsize=2048)
def sound_key(syllable: str) -> str:
    """Return what a syllable sounds like to someone who keeps zh/z, n/l, in/ing, hu/f apart badly."""
    for exact, blurred in _INITIALS:
        if syllable.startswith(exact):
            syllable = blurred + syllable[2:]
            break
    if syllable.startswith("n") and len(syllable) > 1 and syllable != "ng":
        syllable = "l" + syllable[1:]
    elif syllable.startswith("hu") and len(syllable) > 2:
        syllable = "f" + {"ui": "ei", "ua": "a", "uan": "an", "uang": "ang", "un": "en", "uo": "o"}.get(
            syllable[1:], syllable[1:]
        )
    for exact, blurred in _FINALS:
        if syllable.endswith(exact):
            return syllable[: -len(exact)] + blurred
    return syllable


@cache
def syllables() -> frozenset[str]:
    """Return every toneless syllable of the common characters."""
    return frozenset(syllable for spoken in _table().values() for syllable in spoken)


def spell_out(text: str) -> tuple[str, ...] | None:
    """Return typed pinyin as syllables (tingdian le → ting dian le), None if the run is no pinyin."""
    result: list[str] = []
    for run in _LATIN.findall(text):
        for part in run.split("'"):
            split = _split(part)
            if split is None:
                return None
            result.extend(split)
    return tuple(result) or None


@lru_cache(maxsize=1024)
def _split(run: str) -> tuple[str, ...] | None:
    """Return the fewest syllables a run of letters consists of."""
    if not _VOWEL.search(run) or len(run) > 60:
        return None
    known = syllables()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - 6), end):
            head = best[start]
            if head is not None and run[start:end] in known:
                candidate = (*head, run[start:end])
                current = best[end]
                if current is None or len(candidate) < len(current):
                    best[end] = candidate
    return best[-1]
