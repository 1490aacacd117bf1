"""What speaks for each candidate entry: the few figures the decision is made from."""

import copy
from collections.abc import Mapping, Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from knowledge.search.reading import Reading
from knowledge.search.storing import Parts, pack, unpack

__all__ = ["FEATURES", "Wording"]

FEATURES: Final = (
    "covered",  # share of the question found in the entry's best phrasing
    "alike",  # cosine with the best phrasing
    "covered_often",  # mean of the four best phrasings
    "classifier",  # the ridge classifier's score
    "ratio",  # edit ratio of the characters
    "sound_ratio",  # edit ratio of the sounds
    "question_type",  # same question words (怎么, 多久, 为什么 …)
    "negation",  # both or neither deny something
    "family",  # the classifier's score of all entries of the same family (topic) together
)

# After synonyms are exchanged these are the question words left.
_QUESTION_WORDS: Final = (
    "为什么", "怎么", "什么时候", "多久", "多少", "哪", "谁",
    "吗", "什么", "是不是", "有没有", "可以", "区别",
)  # fmt: skip
_FIRST_CODE: Final = (
    0x4E00  # sounds are written as signs from here on, so that a distance counts whole sounds
)
_NEGATIONS: Final = frozenset("不没无未别非")
_NO_NEGATION: Final = ("有没有", "是不是", "要不", "对不起", "不好意思")


class Wording:
    """Exact comparisons of wording, made for a few dozen candidate phrasings only."""

    def __init__(self, texts: Sequence[str], sounds: Sequence[str], codes: Mapping[str, str]) -> None:
        """Use `build`, or the `parts` of one that was built."""
        self._codes = codes
        self.texts = texts
        self._sounds = sounds
        types = [question_words(text) for text in texts]
        self._types = np.array(types, dtype=np.float32).reshape(-1, len(_QUESTION_WORDS))
        self._asked: NDArray[np.float32] = self._types.sum(axis=1)
        self._denies = np.array([denies(text) for text in texts], dtype=bool)

    @classmethod
    def build(cls, readings: Sequence[Reading]) -> Self:
        """Take the readings of all phrasings."""
        codes: dict[str, str] = {}
        sounds = _coded(readings, codes)
        return cls([reading.text for reading in readings], sounds, codes)

    def revised(self, kept: NDArray[np.int64], readings: Sequence[Reading]) -> Self:
        """Return the wording of a changed list of phrasings.

        `kept` names for each of them its place here, or -1 where the next of the `readings` stands.
        """
        codes = dict(self._codes)
        fresh = type(self)([reading.text for reading in readings], _coded(readings, codes), codes)
        places = kept.copy()
        places[kept < 0] = np.arange(len(self.texts), len(self.texts) + len(readings))
        order = places.tolist()
        texts, sounds = [*self.texts, *fresh.texts], [*self._sounds, *fresh._sounds]
        revised = copy.copy(self)
        revised._codes = codes
        revised.texts = [texts[place] for place in order]
        revised._sounds = [sounds[place] for place in order]
        revised._types = np.concatenate([self._types, fresh._types])[places]
        revised._asked = revised._types.sum(axis=1)
        revised._denies = np.concatenate([self._denies, fresh._denies])[places]
        return revised

    def parts(self) -> Parts:
        """Return what `restored` needs."""
        return {
            "wording_texts": pack(self.texts),
            "wording_sounds": pack(self._sounds),
            "wording_codes": pack(self._codes),
        }

    @classmethod
    def restored(cls, parts: Parts) -> Self:
        """Return the wording kept among the parts."""
        keys = unpack(parts["wording_codes"])
        codes = {key: chr(_FIRST_CODE + place) for place, key in enumerate(keys)}
        return cls(unpack(parts["wording_texts"]), unpack(parts["wording_sounds"]), codes)

    def compare(self, reading: Reading, phrasings: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return ratio, sound ratio, question type and negation of each phrasing as rows of 0 to 1."""
        text = reading.text
        result = np.empty((4, len(phrasings)), dtype=np.float32)
        chosen = phrasings.tolist()
        result[0] = process.cdist([text], [self.texts[place] for place in chosen], scorer=fuzz.ratio)[0]
        sounds = "".join([self._codes.get(key, "?") for key in reading.sounds])
        result[1] = process.cdist([sounds], [self._sounds[place] for place in chosen], scorer=fuzz.ratio)[0]
        result[:2] *= np.float32(0.01)
        words = question_words(text)
        both = self._types[phrasings] @ np.array(words, dtype=np.float32)
        either = self._asked[phrasings] + np.float32(sum(words)) - both
        result[2] = np.where(either > 0, both / np.maximum(either, 1), 0.5)
        result[3] = self._denies[phrasings] == denies(text)
        return result


def _coded(readings: Sequence[Reading], codes: dict[str, str]) -> list[str]:
    """Return the sounds of readings with one sign for each; sounds without a sign get one."""
    return [
        "".join(codes.setdefault(key, chr(_FIRST_CODE + len(codes))) for key in reading.sounds)
        for reading in readings
    ]


def question_words(text: str) -> list[bool]:
    """Return which question words a text contains."""
    return [word in text for word in _QUESTION_WORDS]


def denies(text: str) -> bool:
    """Return whether a text denies something; 有没有 and 是不是 do not."""
    if _NEGATIONS.isdisjoint(text):
        return False
    for word in _NO_NEGATION:
        text = text.replace(word, "")
    return not _NEGATIONS.isdisjoint(text)
