"""Words of a sentence: the likeliest way to cut it, by jieba's dictionary and the words of our trade."""

import math
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Segmenter", "default_dictionary", "general_dictionary"]

# A hotline's questions are short and plain: rarer and longer general words only cost memory.
_RAREST = 50  # occurrences in jieba's corpus
_RARE = 8  # the same for a word that our own phrasings use
_LONGEST = 4  # characters
_NOUN_KINDS = ("n", "vn")  # jieba's marks for names of things and of doings
_COMMON = math.log(1e-6)  # share in general text
_OUR_WORD = 20_000  # a word of the trade wins against any split of it

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9.]+")


def default_dictionary() -> Path:
    """Return the place of the dictionary that ships with the program."""
    return Path(str(files("knowledge"))) / "data" / "dictionary.txt"


def general_dictionary() -> Path:
    """Return the place of jieba's dictionary.

    Only that file is needed: importing jieba would also load its tables for guessing unknown words, which
    cost 70 MB and which we never ask.
    """
    found = find_spec("jieba")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("jieba is not installed")
    return Path(found.origin).with_name("dict.txt")


class Segmenter:
    """Cuts sentences into words; everything is loaded on construction, never at the first question."""

    def __init__(self, words: Sequence[str], counts: NDArray[np.int32], nouns: NDArray[np.bool_]) -> None:
        """Take how often each word occurs in general text, and which are nouns; see `load`."""
        self.counts = counts
        self.nouns = nouns
        self._nouns = frozenset(words[place] for place in np.flatnonzero(nouns).tolist())
        total = float(counts.sum(dtype=np.int64))
        self._weights: dict[str, float] = dict(zip(words, np.log(counts / total).tolist(), strict=True))
        self._unknown = math.log(1 / total)
        # how long the words are that begin with a character, so that no longer one is looked up
        longest: dict[str, int] = {}
        for word in words:
            if len(word) > longest.get(word[0], 1):
                longest[word[0]] = len(word)
        self._longest = longest

    @classmethod
    def load(
        cls, dictionary: Path | None = None, *, extra: Iterable[str] = (), texts: Iterable[str] = ()
    ) -> Self:
        """Read jieba's common words and those in `texts`, then our own (one a line) and `extra`."""
        used = {
            text[start : start + length]
            for text in texts
            for length in range(2, _LONGEST + 1)
            for start in range(len(text) - length + 1)
        }
        counts: dict[str, int] = {}
        nouns: set[str] = set()
        with general_dictionary().open(encoding="utf-8") as lines:
            for line in lines:
                word, count, kind = line.split(" ", 2)
                if len(word) <= _LONGEST and (
                    int(count) >= _RAREST or (word in used and int(count) >= _RARE)
                ):
                    counts[word] = int(count)
                    if len(word) > 1 and kind.startswith(_NOUN_KINDS):
                        nouns.add(word)
        source = dictionary or default_dictionary()
        if source.exists():
            for line in source.read_text("utf-8").splitlines():
                word = line.split("#", 1)[0].strip()
                if word:
                    counts[word] = _OUR_WORD
        for word in extra:
            if len(word) > 1:
                counts[word] = max(_OUR_WORD, counts.get(word, 0))
        return cls(
            tuple(counts),
            np.array(list(counts.values()), dtype=np.int32),
            np.array([word in nouns for word in counts]),
        )

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Return every known word, in the order of `counts`."""
        return tuple(self._weights)

    def words(self, text: str) -> list[str]:
        """Return the words of a normalised text in order, without the signs between them."""
        found: list[str] = []
        for match in _RUN.finditer(text):
            run = match.group()
            if len(run) == 1 or run[0] < "\u3400":
                found.append(run)
            else:
                self._cut(run, found)
        return found

    def knows(self, word: str) -> bool:
        """Return whether this is a word of the language or of the trade."""
        return word in self._weights

    def is_noun(self, word: str) -> bool:
        """Return whether a word of two and more characters names a thing."""
        return word in self._nouns

    def is_common(self, word: str) -> bool:
        """Return whether a word is so common in general text that whoever types it means it."""
        weight = self._weights.get(word)
        return weight is not None and weight > _COMMON

    def _cut(self, run: str, found: list[str]) -> None:
        """Add the words of the likeliest way through a run of Chinese characters, found from its end."""
        size = len(run)
        best = [0.0] * (size + 1)
        ends = [0] * size
        weights, longest, unknown = self._weights, self._longest, self._unknown
        for start in range(size - 1, -1, -1):
            char = run[start]
            top = weights.get(char, unknown) + best[start + 1]
            end = start + 1
            for stop in range(start + 2, min(size, start + longest.get(char, 1)) + 1):
                weight = weights.get(run[start:stop])
                if weight is not None and weight + best[stop] >= top:
                    top, end = weight + best[stop], stop
            best[start], ends[start] = top, end
        start = 0
        while start < size:
            found.append(run[start : ends[start]])
            start = ends[start]
