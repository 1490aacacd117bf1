"""What the index sees of a sentence: characters, sounds and words, without what should not matter."""

import re
from dataclasses import dataclass
from functools import lru_cache

from knowledge.remedies import ALL, Remedies
from knowledge.search.spelling import Speller
from knowledge.text.initials import Initials
from knowledge.text.normalise import fold, normalise
from knowledge.text.numbers import canonical_numbers, canonical_units
from knowledge.text.pinyin import sound
from knowledge.text.places import without_places
from knowledge.text.segment import Segmenter
from knowledge.text.synonyms import Synonyms

__all__ = ["Reader", "Reading", "comparable", "units_of"]

_FILLER = frozenset("吗的")  # what is left of 谢谢啊 once politeness is gone
_LONG_NUMBER = re.compile(r"\d(?:[\d-]{4,})\d")


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence as the index compares it; `plain` is normalised, the rest has synonyms exchanged."""

    plain: str
    units: tuple[str, ...]  # single Chinese characters, whole numbers, whole Latin words
    sounds: tuple[str, ...]  # one sound key per unit
    words: tuple[str, ...]
    text: str  # the units in one string


class Reader:
    """Turn sentences into readings with one dictionary and one table of synonyms."""

    def __init__(self, segmenter: Segmenter, synonyms: Synonyms, remedies: Remedies = ALL) -> None:
        self._segmenter = segmenter
        self._synonyms = synonyms
        self._remedies = remedies
        self._initials = Initials.load()

    @property
    def segmenter(self) -> Segmenter:
        """Return the segmenter in use."""
        return self._segmenter

    def read(self, text: str, speller: Speller | None = None) -> Reading:
        """Return the reading of a text as typed, with typing errors put right where a speller is given."""
        return self.read_normalised(normalise(text), speller)

    def read_normalised(self, plain: str, speller: Speller | None = None) -> Reading:
        """Return the reading of a text that is already normalised."""
        return self.read_comparable(plain, comparable(plain, numbers=self._remedies.numbers), speller)

    def read_comparable(self, plain: str, folded: str, speller: Speller | None = None) -> Reading:
        """Return the reading of a normalised text whose `comparable` form is at hand."""
        remedies = self._remedies
        if remedies.names:
            folded = without_places(folded)
        if speller is not None:
            if remedies.pinyin:
                folded = speller.written_out(self._initials.written_out(folded))
            if remedies.sounds:
                folded = speller.corrected(folded, self._synonyms.single_characters)
        reading = self._read(plain, self._synonyms.replace(folded), exchange=True)
        # 你好, 请问一下: nothing but filler is a message too
        return reading if not _FILLER.issuperset(reading.units) else self._read(plain, folded, exchange=False)

    def _read(self, plain: str, text: str, *, exchange: bool) -> Reading:
        words: list[str] = []
        units: list[str] = []
        for word in self._segmenter.words(text):
            kept = self._synonyms.replace_word(word, text) if exchange else word
            parts = units_of(kept)
            if parts:
                words.append(kept)
                units.extend(parts)
        heard = tuple(map(sound, units)) if self._remedies.sounds else tuple(units)
        return Reading(plain, tuple(units), heard, tuple(words), "".join(units))


def comparable(plain: str, *, numbers: bool = True) -> str:
    """Return a normalised text in one spelling of terms and numbers, account and ticket numbers left out."""
    folded = fold(plain)
    if numbers:
        folded = canonical_units(canonical_numbers(folded))
    return _LONG_NUMBER.sub(" ", folded)


@lru_cache(maxsize=16384)
def units_of(word: str) -> tuple[str, ...]:
    """Return the Chinese characters, whole numbers and whole Latin words of a text."""
    units: list[str] = []
    run = ""
    for char in word:
        if "a" <= char <= "z" or "0" <= char <= "9" or char == ".":
            run += char
            continue
        if run:
            units.append(run)
            run = ""
        if "\u3400" <= char <= "\u9fff":
            units.append(char)
    if run.strip("."):
        units.append(run)
    return tuple(units)
