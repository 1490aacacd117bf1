"""What speaks for each candidate entry: the few figures the decision is made from."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from knowledge.search.reading import Reading

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
_NEGATIONS: Final = frozenset("不没无未别非")
_NO_NEGATION: Final = ("有没有", "是不是", "要不", "对不起", "不好意思")


class Wording:
    """Exact comparisons of wording, made for a few dozen candidate phrasings only."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._codes: dict[str, str] = {}
        self._texts = ["".join(reading.units) for reading in readings]
        self._sounds = [self._encoded(reading.sounds, learn=True) for reading in readings]
        self._types = np.array([question_words(text) for text in self._texts], dtype=np.float32)
        self._denies = np.array([denies(text) for text in self._texts], dtype=bool)

    def compare(self, reading: Reading, phrasings: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return ratio, sound ratio, question type and negation of each phrasing as rows of 0 to 1."""
        text = "".join(reading.units)
        result = np.empty((4, len(phrasings)), dtype=np.float32)
        chosen = phrasings.tolist()
        result[0] = process.cdist([text], [self._texts[place] for place in chosen], scorer=fuzz.ratio)[0]
        sounds = self._encoded(reading.sounds)
        result[1] = process.cdist([sounds], [self._sounds[place] for place in chosen], scorer=fuzz.ratio)[0]
        result[:2] *= np.float32(0.01)
        asked = np.array(question_words(text), dtype=np.float32)
        stored = self._types[phrasings]
        both = stored @ asked
        either = stored.sum(axis=1) + asked.sum() - both
        result[2] = np.where(either > 0, both / np.maximum(either, 1), 0.5)
        result[3] = self._denies[phrasings] == denies(text)
        return result

    def _encoded(self, sounds: Sequence[str], *, learn: bool = False) -> str:
        """Return one private-use character per sound, so that an edit distance counts whole sounds."""
        codes = self._codes
        if learn:
            return "".join(codes.setdefault(key, chr(0xF0000 + len(codes))) for key in sounds)
        return "".join(codes.get(key, "?") for key in sounds)


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
