"""Different words for one thing (没电 = 断电 = 停电), read from an editable table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

__all__ = ["Synonyms", "SynonymsRefused", "default_synonyms"]


class SynonymsRefused(ValueError):
    """Raised when the table cannot be read or says two things about one word."""


class _Group(BaseModel):
    """One line of the table: the word we keep, the words read as it, words that forbid the exchange."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: str
    also: tuple[str, ...]
    unless: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Exchange:
    canonical: str
    unless: tuple[str, ...]


def default_synonyms() -> Path:
    """Return the place of the table that ships with the program."""
    return Path(str(files("knowledge"))) / "data" / "synonyms.yaml"


class Synonyms:
    """Replace every known variant by the word we keep, the longest variant first, from left to right."""

    def __init__(self, groups: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> None:
        """Take (kept word, variants, forbidding words) of every group; raises SynonymsRefused."""
        exchanges: dict[str, _Exchange] = {}
        for canonical, variants, unless in groups:
            for variant in variants:
                exchange = _Exchange(canonical, tuple(unless))
                if exchanges.setdefault(variant, exchange) != exchange:
                    raise SynonymsRefused(
                        f"{variant} is read both as {exchanges[variant].canonical} and {canonical}"
                    )
            # the kept word shields itself: 停电 is never torn apart by a shorter variant inside it
            if canonical:
                exchanges.setdefault(canonical, _Exchange(canonical, ()))
        self._exchanges = exchanges
        # a single character is exchanged only where it is a word by itself: 服 in 服务 is not 吃
        self._single = {word: exchange for word, exchange in exchanges.items() if len(word) == 1}
        self._lengths: dict[str, tuple[int, ...]] = {}
        for variant in exchanges:
            if len(variant) == 1:
                continue
            lengths = {*self._lengths.get(variant[0], ()), len(variant)}
            self._lengths[variant[0]] = tuple(sorted(lengths, reverse=True))

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read the table; raise SynonymsRefused if it is malformed."""
        source = path or default_synonyms()
        try:
            groups = TypeAdapter(list[_Group]).validate_python(yaml.safe_load(source.read_text("utf-8")))
        except (yaml.YAMLError, ValidationError) as error:
            raise SynonymsRefused(f"{source}: {error}") from error
        return cls((group.say, group.also, group.unless) for group in groups)

    def words(self) -> tuple[str, ...]:
        """Return every word of the table, for a segmenter that should not split them."""
        return tuple(self._exchanges)

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
