"""Different words for one thing (没电 = 断电 = 停电, 冇電 = 停电), read from editable tables."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from knowledge.data_files import read_yaml
from knowledge.remedies import ALL, Remedies
from knowledge.text.normalise import fold, normalise

__all__ = ["Synonyms", "SynonymsRefused", "word_tables"]

_DATA: Final = Path(str(files("knowledge"))) / "data"
# The table of each remedy. The first may name a word that a later one exchanges further.
_TABLES: Final = {"synonyms": "synonyms.yaml", "names": "names.yaml", "dialects": "dialects.yaml"}


class SynonymsRefused(ValueError):
    """Raised when a table cannot be read or says two things about one word."""


class _Group(BaseModel):
    """One line of a table: the word we keep, the words read as it, words that forbid the exchange."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: str
    also: tuple[str, ...]
    unless: tuple[str, ...] = ()
    region: str = Field(default="", alias="in")  # where it is said: for editors only
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Exchange:
    canonical: str
    unless: tuple[str, ...]


def word_tables() -> tuple[Path, ...]:
    """Return the places of the tables that ship with the program."""
    return tuple(_DATA / name for name in _TABLES.values())


class Synonyms:
    """Replace every known variant by the word we keep, the longest variant first, from left to right."""

    def __init__(self, groups: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> None:
        """Take (kept word, variants, forbidding words) of every group; raises SynonymsRefused."""
        exchanges: dict[str, _Exchange] = {}
        kept: list[str] = []
        for canonical, variants, unless in groups:
            for written in variants:
                exchange = _Exchange(canonical, tuple(unless))
                # an editor may write either script: questions are compared in one
                for variant in {written, fold(normalise(written))}:
                    if variant != canonical and exchanges.setdefault(variant, exchange) != exchange:
                        raise SynonymsRefused(
                            f"{written} is read both as {exchanges[variant].canonical} and {canonical}"
                        )
            kept.append(canonical)
        for canonical in (word for words in kept for word in words.split()):
            # the kept word shields itself: 停电 is never torn apart by a shorter variant inside it
            exchanges.setdefault(canonical, _Exchange(canonical, ()))
        # 電火錢 is read as 电钱, and that as 电费; 好久來電 as 什么时候 and 来电, two words
        self._exchanges = {variant: _followed(one, exchanges) for variant, one in exchanges.items()}
        self._words = tuple(
            dict.fromkeys(
                word for variant, one in exchanges.items() for word in (variant, *one.canonical.split())
            )
        )
        # a single character is exchanged only where it is a word by itself: 服 in 服务 is not 吃
        self._single = {word: one for word, one in self._exchanges.items() if len(word) == 1}
        self._lengths: dict[str, tuple[int, ...]] = {}
        for variant in self._exchanges:
            if len(variant) == 1:
                continue
            lengths = {*self._lengths.get(variant[0], ()), len(variant)}
            self._lengths[variant[0]] = tuple(sorted(lengths, reverse=True))

    @classmethod
    def load(cls, path: Path | None = None, *, remedies: Remedies = ALL) -> Self:
        """Read one table, or those of the remedies that are on; raise SynonymsRefused if malformed."""
        sources = [path] if path else [_DATA / _TABLES[name] for name in _TABLES if getattr(remedies, name)]
        groups: list[_Group] = []
        for source in sources:
            try:
                groups += TypeAdapter(list[_Group]).validate_python(read_yaml(source))
            except (yaml.YAMLError, ValidationError) as error:
                raise SynonymsRefused(f"{source}: {error}") from error
        return cls((group.say, group.also, group.unless) for group in groups)

    def words(self) -> tuple[str, ...]:
        """Return every word of the tables, for a segmenter that should not split them."""
        return self._words

    @property
    def single_characters(self) -> Collection[str]:
        """Return the characters that are read as another word: no slip of whoever types them."""
        return self._single

    def replace(self, text: str) -> str:
        """Return a normalised text with variants of two and more characters exchanged."""
        result: list[str] = []
        place = 0
        while place < len(text):
            for length in self._lengths.get(text[place], ()):
                exchange = self._exchanges.get(text[place : place + length])
                if exchange is not None and not any(word in text for word in exchange.unless):
                    result.append(exchange.canonical)
                    place += length
                    break
            else:
                result.append(text[place])
                place += 1
        return "".join(result)

    def replace_word(self, word: str, text: str) -> str:
        """Return the word we keep for a single-character word of the text, or the word itself."""
        exchange = self._single.get(word)
        if exchange is None or any(other in text for other in exchange.unless):
            return word
        return exchange.canonical


def _followed(exchange: _Exchange, exchanges: dict[str, _Exchange]) -> _Exchange:
    """Return an exchange that ends at words which are not exchanged themselves."""
    words: list[str] = []
    unless = list(exchange.unless)
    for word in exchange.canonical.split():
        seen = {word}
        while (further := exchanges.get(word)) is not None and further.canonical not in seen:
            word = further.canonical
            seen.add(word)
            unless += further.unless
        words.append(word)
    return _Exchange("".join(words), tuple(dict.fromkeys(unless)))
