"""Words of a sentence, as jieba cuts it by its common words and the words of our trade."""

import logging
import re
import warnings
from collections.abc import Iterable, Sequence
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # how jieba's source is written is not for our customers' terminals
    import jieba
    from jieba import finalseg

__all__ = ["Segmenter", "default_dictionary", "general_dictionary"]

# On import jieba loads a table for guessing words that no dictionary has. We never let it guess (HMM=False),
# so its 57 MB are given back: whoever does want to guess in this process gets a KeyError, not wrong words.
finalseg.emit_P.clear()
jieba.setLogLevel(logging.WARNING)

# A hotline's questions are short and plain: rarer and longer general words only cost memory.
_RAREST = 50  # occurrences in jieba's corpus
_RARE = 8  # the same for a word that our own phrasings use
_LONGEST = 4  # characters
_NOUN_KINDS = ("n", "vn")  # jieba's marks for names of things and of doings
_COMMON = 1e-6  # share in general text
_OUR_WORD = 20_000  # a word of the trade wins against any split of it

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9.]+")


def default_dictionary() -> Path:
    """Return the place of the dictionary that ships with the program."""
    return Path(str(files("knowledge"))) / "data" / "dictionary.txt"


def general_dictionary() -> Path:
    """Return the place of jieba's dictionary: a word, how often it occurs and its kind on every line."""
    return Path(jieba.__file__).with_name("dict.txt")


class Segmenter:
    """Cuts sentences into words; everything is loaded on construction, never at the first question."""

    def __init__(self, words: Sequence[str], counts: NDArray[np.int32], nouns: NDArray[np.bool_]) -> None:
        """Take how often each word occurs in general text, and which are nouns; see `load`.

        Beginnings of words that are no words themselves occur never, as jieba wants it.
        """
        self.counts = counts
        self.nouns = nouns
        self._nouns = frozenset(words[place] for place in np.flatnonzero(nouns).tolist())
        self._counts: dict[str, int] = dict(zip(words, counts.tolist(), strict=True))
        self._total = int(counts.sum(dtype=np.int64))
        # what jieba would read from a dictionary file at its first question, we have at hand
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total, tokenizer.initialized = self._counts, self._total, True
        self._cut = tokenizer.cut

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
        # jieba's own reader adds the beginnings; its columns are parted by spaces, so no word may have one
        lines_of_ours = (f"{word} {count}\n" for word, count in counts.items() if " " not in word)
        known, _ = jieba.Tokenizer.gen_pfdict(BytesIO("".join(lines_of_ours).encode()))
        return cls(
            tuple(known),
            np.array(list(known.values()), dtype=np.int32),
            np.array([word in nouns for word in known]),
        )

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Return every known word and beginning of one, in the order of `counts`."""
        return tuple(self._counts)

    def words(self, text: str) -> list[str]:
        """Return the words of a normalised text in order, without the signs between them."""
        found: list[str] = []
        for match in _RUN.finditer(text):
            run = match.group()
            if len(run) == 1 or run[0] < "\u3400":
                found.append(run)
            else:
                found.extend(self._cut(run, HMM=False))
        return found

    def knows(self, word: str) -> bool:
        """Return whether this is a word of the language or of the trade."""
        return self._counts.get(word, 0) > 0

    def is_noun(self, word: str) -> bool:
        """Return whether a word of two and more characters names a thing."""
        return word in self._nouns

    def is_common(self, word: str) -> bool:
        """Return whether a word is so common in general text that whoever types it means it."""
        return self._counts.get(word, 0) > _COMMON * self._total
