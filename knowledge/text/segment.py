"""Words of a sentence, by a tokenizer of our own that knows the words of the trade."""

import logging
import warnings
from collections.abc import Iterable
from importlib.resources import files
from io import StringIO
from pathlib import Path

# jieba's source is older than Python's warnings about its escapes, and about pkg_resources
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jieba

__all__ = ["Segmenter", "default_dictionary"]

# A hotline's questions are short and plain: rarer and longer general words only cost memory.
_RAREST = 10  # occurrences in jieba's corpus
_LONGEST = 4  # characters
_OUR_WORD = 20_000  # a word of the trade wins against any split of it

jieba.setLogLevel(logging.WARNING)


def default_dictionary() -> Path:
    """Return the place of the dictionary that ships with the program."""
    return Path(str(files("knowledge"))) / "data" / "dictionary.txt"


class Segmenter:
    """Split sentences into words; everything is loaded on construction, never at the first question."""

    def __init__(self, dictionary: Path | None = None, *, extra: Iterable[str] = ()) -> None:
        """Load jieba's common words, then our own (one word a line, # for notes) and `extra`."""
        source = dictionary or default_dictionary()
        kept: list[str] = []
        # total occurrences stay those of the kept words: only ratios between words matter
        with jieba.get_module_res("dict.txt") as stream:
            for raw in stream:
                line = raw.decode("utf-8")
                word, count, _ = line.split(" ", 2)
                if len(word) <= _LONGEST and int(count) >= _RAREST:
                    kept.append(f"{word} {count}")
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.FREQ, self._tokenizer.total = self._tokenizer.gen_pfdict(_Lines("\n".join(kept)))
        self._tokenizer.initialized = True
        if source.exists():
            for line in source.read_text("utf-8").splitlines():
                word = line.split("#", 1)[0].strip()
                if word:
                    self._tokenizer.add_word(word, _OUR_WORD)
        for word in extra:
            if len(word) > 1:
                self._tokenizer.add_word(word, max(_OUR_WORD, self._tokenizer.FREQ.get(word, 0)))

    def words(self, text: str) -> list[str]:
        """Return the words of a normalised text in order."""
        found: list[str] = self._tokenizer.lcut(text, HMM=False)
        return found

    def knows(self, word: str) -> bool:
        """Return whether this is a word of the language or of the trade."""
        return bool(self._tokenizer.FREQ.get(word))

    def frequency(self, word: str) -> float:
        """Return the share of a word in general text, 0.0 for an unknown one."""
        return float(self._tokenizer.FREQ.get(word, 0)) / float(self._tokenizer.total)


class _Lines(StringIO):
    """A text that jieba takes for an open dictionary file."""

    name = "filtered dict.txt"

    def __iter__(self) -> "_Lines":  # type: ignore[override]
        return self

    def __next__(self) -> bytes:  # type: ignore[override]
        return super().__next__().encode("utf-8")
