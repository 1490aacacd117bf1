"""First letters typed for a word: df is 电费, cdz is 充电桩."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Self

import yaml
from pydantic import TypeAdapter, ValidationError

from knowledge.data_files import read_yaml
from knowledge.text.pinyin import readings
from knowledge.text.segment import default_dictionary

__all__ = ["Initials", "InitialsRefused", "initials_table"]

_LETTERS: Final = re.compile(r"(?<![a-z0-9.])[a-z]{2,6}(?![a-z0-9])")
_LEAST: Final = 3  # letters of a word of the trade that need no line in the table


class InitialsRefused(ValueError):
    """Raised when the table cannot be read or gives one spelling to two words."""


def initials_table() -> Path:
    """Return the place of the table that ships with the program."""
    return Path(str(files("knowledge"))) / "data" / "initials.yaml"


class Initials:
    """Writes out first letters of frequent words, and of words of the trade that share theirs with none."""

    def __init__(
        self, listed: Mapping[str, Iterable[str]], words: Iterable[str], never: Iterable[str]
    ) -> None:
        """Take the spellings of each listed word, words of the trade, and what is never written out."""
        table: dict[str, str] = {}
        for word, spellings in listed.items():
            for spelling in spellings:
                if table.setdefault(spelling, word) != word:
                    raise InitialsRefused(f"{spelling} is read both as {table[spelling]} and {word}")
        sharing: dict[str, set[str]] = {}
        for word in words:
            if len(word) >= _LEAST:
                for spelling in _first_letters(word):
                    sharing.setdefault(spelling, set()).add(word)
        for spelling, found in sharing.items():
            if len(found) == 1:
                table.setdefault(spelling, next(iter(found)))
        for spelling in never:
            table.pop(spelling, None)
        self._table = table

    @classmethod
    def load(cls, path: Path | None = None) -> "Initials":
        """Read the table, the shipped one by default; raise InitialsRefused if it is malformed."""
        return _loaded(path or initials_table())

    @classmethod
    def _read(cls, source: Path) -> Self:
        try:
            content = TypeAdapter(dict[str, tuple[str, ...]]).validate_python(read_yaml(source))
        except (yaml.YAMLError, ValidationError) as error:
            raise InitialsRefused(f"{source}: {error}") from error
        lines = default_dictionary().read_text("utf-8").splitlines()
        words = (line.split("#", 1)[0].strip() for line in lines)
        never = content.pop("never", ())
        return cls(content, [word for word in words if word], never)

    def written_out(self, text: str) -> str:
        """Return a normalised text with known first letters written as words; other letters stay."""
        return _LETTERS.sub(self._word, text)

    def _word(self, match: re.Match[str]) -> str:
        return self._table.get(match.group(), match.group())


@cache
def _loaded(source: Path) -> Initials:
    return Initials._read(source)


def _first_letters(word: str) -> Iterable[str]:
    letters = [readings(char)[:1] for char in word]
    return ["".join(spoken[0][0] for spoken in letters)] if all(letters) else []
