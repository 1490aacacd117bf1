"""What speaks for each candidate entry: the few figures the decision is made from."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from knowledge.search.reading import Reading, units_of
from knowledge.search.storing import Parts, pack, unpack

__all__ = ["COMPARED", "FEATURES", "Wording"]

FEATURES: Final = (
    "covered",  # share of the question found in the entry's best phrasing
    "alike",  # cosine with the best phrasing
    "covered_often",  # mean of the four best phrasings
    "classifier",  # the ridge classifier's score
    "ratio",  # edit ratio of the characters
    "sound_ratio",  # edit ratio of the sounds
    "any_order",  # edit ratio of the words, put in one order
    "purpose",  # asks for the same: a reason, a way, a time, an amount, a place …
    "negation",  # both or neither deny something
    "family",  # the classifier's score of all entries of the same family (topic) together
)
COMPARED: Final = ("ratio", "sound_ratio", "any_order", "purpose", "negation")  # those from single phrasings

Floats = NDArray[np.float32]

# What a question asks for, whatever its words: 为什么 and 是什么原因 ask for the same.
_PURPOSES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"为什么|为何|原因|怎么回事|怎么会|缘故|引起|导致|造成|何以",
        r"怎么(?!回事|会|样)|怎样|如何|方法|办法|步骤|流程|手续",
        r"怎么样|好不好|效果|有用|好吗|行不行",
        r"多久|多长时间|几天|几年|几个月|期限|什么时候|几点|何时|时间|哪天|日期",
        r"多少|几[个次块元毛度张本种级档]|价格|费用|收费|贵不贵|金额",
        r"哪里|在哪|去哪|到哪|地址|地点|位置",
        r"谁|哪个人|什么人|哪个部门|找哪",
        r"哪些|哪种|哪几|哪个",
        r"可以|可不可以|能不能|能(?!力|源|够的)|允许|准不准",
        r"需要|要不要|用不用|必须|该不该|应该|应不应该",
        r"是不是|有没有|是否|会不会|吗",
        r"是什么|什么是|什么叫|是指|意思|什么情况|区别|不同",
        r"影响|危害|后果|坏处|危险|伤害|严重",
    )
)
_FIRST_CODE: Final = (
    0x4E00  # sounds are written as signs from here on, so that a distance counts whole sounds
)
_NEGATIONS: Final = frozenset("不没无未别非")
_NO_NEGATION: Final = ("有没有", "是不是", "要不", "对不起", "不好意思")


class Wording:
    """Exact comparisons of wording, made for a few dozen candidate phrasings only."""

    def __init__(
        self,
        texts: Sequence[str],
        sounds: Sequence[str],
        words: Sequence[str],
        codes: Mapping[str, str],
        aims: NDArray[np.bool_],
    ) -> None:
        """Use `build`, or the `parts` of one that was built."""
        self._codes = codes
        self.texts = texts
        self._sounds = sounds
        self._words = words
        self._aims = aims
        self._wanted: Floats = aims[:, :-1].astype(np.float32)
        self._wants: Floats = self._wanted.sum(axis=1)

    @classmethod
    def build(cls, readings: Sequence[Reading]) -> Self:
        """Take the readings of all phrasings."""
        return cls._of(readings, {})

    @classmethod
    def _of(cls, readings: Sequence[Reading], codes: dict[str, str]) -> Self:
        texts = [reading.text for reading in readings]
        coded = _coded(readings, codes)
        aims = np.array([[*purposes(text), denies(text)] for text in texts], dtype=bool)
        return cls(
            texts,
            coded,
            [_in_one_order(reading, sounds) for reading, sounds in zip(readings, coded, strict=True)],
            codes,
            aims.reshape(-1, len(_PURPOSES) + 1),
        )

    def revised(self, kept: NDArray[np.int64], readings: Sequence[Reading]) -> Self:
        """Return the wording of a changed list of phrasings.

        `kept` names for each of them its place here, or -1 where the next of the `readings` stands.
        """
        codes = dict(self._codes)
        fresh = self._of(readings, codes)
        places = kept.copy()
        places[kept < 0] = np.arange(len(self.texts), len(self.texts) + len(readings))
        order = places.tolist()

        def ordered(old: Sequence[str], new: Sequence[str]) -> list[str]:
            both = [*old, *new]
            return [both[place] for place in order]

        return type(self)(
            ordered(self.texts, fresh.texts),
            ordered(self._sounds, fresh._sounds),
            ordered(self._words, fresh._words),
            codes,
            np.concatenate([self._aims, fresh._aims])[places],
        )

    def parts(self) -> Parts:
        """Return what `restored` needs."""
        return {
            "wording_texts": pack(self.texts),
            "wording_sounds": pack(self._sounds),
            "wording_words": pack(self._words),
            "wording_codes": pack(self._codes),
            "wording_aims": self._aims,
        }

    @classmethod
    def restored(cls, parts: Parts) -> Self:
        """Return the wording kept among the parts."""
        keys = unpack(parts["wording_codes"])
        return cls(
            unpack(parts["wording_texts"]),
            unpack(parts["wording_sounds"]),
            unpack(parts["wording_words"]),
            {key: chr(_FIRST_CODE + place) for place, key in enumerate(keys)},
            parts["wording_aims"],
        )

    def compare(self, reading: Reading, phrasings: NDArray[np.int64]) -> Floats:
        """Return the figures `COMPARED` of each phrasing as rows of 0 to 1."""
        result = np.empty((len(COMPARED), len(phrasings)), dtype=np.float32)
        chosen = phrasings.tolist()
        sounds = "".join([self._codes.get(key, "?") for key in reading.sounds])
        compared = (
            (reading.text, self.texts),
            (sounds, self._sounds),
            (_in_one_order(reading, sounds), self._words),
        )
        for row, (asked, stored) in enumerate(compared):
            result[row] = process.cdist([asked], [stored[place] for place in chosen], scorer=fuzz.ratio)[0]
        result[: len(compared)] *= np.float32(0.01)
        wanted = np.array(purposes(reading.text), dtype=np.float32)
        both = self._wanted[phrasings] @ wanted
        either = self._wants[phrasings] + wanted.sum() - both
        result[3] = np.where(either > 0, both / np.maximum(either, 1), 0.5)
        result[4] = self._aims[phrasings, -1] == denies(reading.text)
        return result


def _coded(readings: Sequence[Reading], codes: dict[str, str]) -> list[str]:
    """Return the sounds of readings with one sign for each; sounds without a sign get one."""
    return [
        "".join(codes.setdefault(key, chr(_FIRST_CODE + len(codes))) for key in reading.sounds)
        for reading in readings
    ]


def _in_one_order(reading: Reading, sounds: str) -> str:
    """Return the words of a reading, written by their sounds, in an order that says nothing."""
    words: list[str] = []
    place = 0
    for word in reading.words:
        length = len(units_of(word))
        words.append(sounds[place : place + length])
        place += length
    return " ".join(sorted(words))


def purposes(text: str) -> list[bool]:
    """Return what a question asks for."""
    return [pattern.search(text) is not None for pattern in _PURPOSES]


def denies(text: str) -> bool:
    """Return whether a text denies something; 有没有 and 是不是 do not."""
    if _NEGATIONS.isdisjoint(text):
        return False
    for word in _NO_NEGATION:
        text = text.replace(word, "")
    return not _NEGATIONS.isdisjoint(text)
