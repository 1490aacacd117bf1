"""Sounds of characters, so that a homophone, an accent or typed pinyin is still understood."""

import os
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

__all__ = ["readings", "remember", "sound", "sound_key", "spell_out", "syllables", "written_down"]

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"), ("ong", "on"))
_LATIN = re.compile(r"[a-z']+")
_VOWEL = re.compile(r"[aeiouv]")


# The first and the last character a sound is asked for: those of the basic block.
_FIRST, _LAST = 0x4E00, 0x9FA5

_known: Mapping[str, tuple[str, ...]] | None = None  # the same in every process, whichever way it came


def _table() -> Mapping[str, tuple[str, ...]]:
    """Return the readings of every character that has any."""
    if _known is None:
        remember(written_down())
    assert _known is not None
    return _known


def written_down() -> list[str]:
    """Return pypinyin's readings of all characters, those with the same readings on one line.

    Asked for when an index is built and kept with it: a start from what is kept needs no pypinyin.
    """
    # phrases would cost memory, and we ask for single characters only
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    chars = [chr(code) for code in range(_FIRST, _LAST + 1)]
    lines: dict[str, list[str]] = {}
    # a list: characters of one string would be read as words of a sentence
    for char, spoken in zip(chars, pinyin(chars, style=Style.NORMAL, heteronym=True), strict=True):
        if spoken != [char]:
            lines.setdefault(" ".join(dict.fromkeys(spoken)), []).append(char)
    return [f"{spoken}\t{''.join(sharing)}" for spoken, sharing in lines.items()]


def remember(lines: Iterable[str]) -> None:
    """Take the readings that `written_down` returned, now or for an earlier start."""
    global _known
    table: dict[str, tuple[str, ...]] = {}
    for line in lines:
        spoken, _, characters = line.partition("\t")
        table.update(dict.fromkeys(characters, tuple(spoken.split(" "))))
    _known = table


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
