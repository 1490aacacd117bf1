"""Is somebody in danger right now? Reads one message against the editable words of data/danger.yaml."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from opencc import OpenCC
from pydantic import BaseModel, ConfigDict, Field

from knowledge.data_files import read_yaml

DATA = Path(__file__).parent.parent / "data" / "danger.yaml"

# Nobody shouts for help in an essay: the first lines decide, and the time per text stays bounded.
LONGEST_READ = 400
_JUST_AFTER = 3  # a 了 this close behind the event says that it has happened
_HAPPENED = re.compile("了(?!解)|咗|啦|嘞")
_CROSSED_OUT = "□"
_SPACES = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_LATIN = re.compile("[a-z]{3}")
_GROUP = re.compile("<([a-z]+)>")


@dataclass(frozen=True, slots=True)
class Danger:
    """The danger a message tells of; where it is not `certain`, one tap may ask whether it is now."""

    kind: str
    certain: bool
    words: str


@dataclass(frozen=True, slots=True)
class SafetyText:
    """The reviewed text of one kind: what to do, what never to do, whom to call; figures are `{fact.id}`."""

    do: tuple[str, ...]
    never: tuple[str, ...]
    call: str
    review: str


class _TextFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    do: list[str] = Field(min_length=1)
    never: list[str] = Field(min_length=1)
    call: str
    review: str


class _KindFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: str
    gate: str
    sure: list[str]
    maybe: list[str] = []
    latin: list[str] = []
    text: _TextFile


class _DangerFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: str
    typos: dict[str, str]
    groups: dict[str, str]
    harmless: list[str]
    urgent: str
    here: str
    told: str
    straight: str
    people: str
    hard: str
    soft: str
    blame: str
    rule: str
    past: str
    kinds: list[_KindFile]


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    gate: frozenset[str]
    sure: tuple[re.Pattern[str], ...]
    maybe: tuple[re.Pattern[str], ...]
    latin: re.Pattern[str] | None


class DangerRules:
    """The compiled words of one danger file; build once, read often."""

    def __init__(self, path: Path = DATA) -> None:
        file = _DangerFile.model_validate(read_yaml(path))
        groups = file.groups
        self.version = file.version
        self._typos = file.typos
        self._typo = re.compile("|".join(map(re.escape, sorted(file.typos, key=len, reverse=True))))
        self._harmless = re.compile("|".join(f"(?:{_spell_out(one, groups)})" for one in file.harmless))
        self._urgent, self._here = re.compile(file.urgent), re.compile(file.here)
        self._hard, self._past = re.compile(file.hard), re.compile(file.past)
        self._soft, self._blame, self._rule = map(re.compile, (file.soft, file.blame, file.rule))
        self._told, self._straight = re.compile(file.told), re.compile(file.straight)
        self._people = re.compile(file.people)
        self._kinds = tuple(
            _Kind(
                name=one.kind,
                gate=frozenset(one.gate),
                sure=_compile(one.sure, groups),
                maybe=_compile(one.maybe, groups),
                latin=re.compile(rf"\b(?:{'|'.join(one.latin)})") if one.latin else None,
            )
            for one in file.kinds
        )
        self._t2s = OpenCC("t2s")
        self.texts: Mapping[str, SafetyText] = {
            one.kind: SafetyText(tuple(one.text.do), tuple(one.text.never), one.text.call, one.text.review)
            for one in file.kinds
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the names of all kinds, the most pressing first."""
        return tuple(kind.name for kind in self._kinds)

    def read(self, text: str, *, normalised: bool = False) -> Danger | None:
        """Return the danger a message tells of, or None.

        `normalised` text is NFKC, lower-case and Simplified already.
        """
        text = text[:LONGEST_READ]
        if not normalised:
            text = self._t2s.convert(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower())
        spaced = text  # a space is where the customer drew breath: 着火了 能… is no straight question
        text = self._typo.sub(self._mend, _SPACES.sub("", text))
        # Most messages stop here; only a possible danger pays for the closer look below.
        found = self._find(text)
        if found is None:
            return None
        plain, crossed_out = self._harmless.subn(_CROSSED_OUT, text)
        if crossed_out and (found := self._find(plain)) is None:
            return None
        kind, words, sure, happened = found
        knowing = self._hard.search(text) or self._past.search(text)
        if self._urgent.search(text):
            return Danger(kind, certain=not knowing, words=words)
        if knowing:
            return None
        here = self._here.search(text) is not None
        told = happened or self._told.search(plain) is not None
        if self._blame.search(text):
            return Danger(kind, certain=False, words=words) if sure or told or here else None
        if self._rule.search(text) or self._soft.search(text):
            if told and (here or self._people.search(text) or not self._straight.search(spaced)):
                return Danger(kind, certain=True, words=words)
            asked_back = told or here or (sure and not self._rule.search(text))
            return Danger(kind, certain=False, words=words) if asked_back else None
        return Danger(kind, certain=sure or told or here, words=words)

    def _mend(self, match: re.Match[str]) -> str:
        return self._typos[match.group()]

    def _find(self, text: str) -> tuple[str, str, bool, bool] | None:
        """Return kind, words, whether the pattern is a sure one, and whether it is told as happened."""
        letters = set(text)
        weak: tuple[str, str, bool, bool] | None = None
        for kind in self._kinds:
            if letters.isdisjoint(kind.gate):
                continue
            if match := _first(kind.sure, text):
                return kind.name, match.group(), True, _has_happened(match)
            if weak is None and (match := _first(kind.maybe, text)):
                weak = kind.name, match.group(), False, _has_happened(match)
        if weak is None and _LATIN.search(text):
            for kind in self._kinds:
                if kind.latin and (match := kind.latin.search(text)):
                    return kind.name, match.group(), False, True
        return weak


def read(text: str, *, normalised: bool = False) -> Danger | None:
    """Return the danger a message tells of by the rules of data/danger.yaml, or None."""
    return rules().read(text, normalised=normalised)


@cache
def rules() -> DangerRules:
    """Return the shipped rules, compiled once; call it at start-up so that no customer waits for it."""
    return DangerRules()


def _compile(patterns: list[str], groups: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    # One by one: each then starts at its own few characters, which joining them would hide from the engine.
    return tuple(re.compile(_spell_out(one, groups)) for one in patterns)


def _spell_out(pattern: str, groups: Mapping[str, str]) -> str:
    for _ in range(3):  # groups may name groups
        pattern = _GROUP.sub(lambda found: f"(?:{groups[found.group(1)]})", pattern)
    return pattern.replace("~~", "[^。!?;]{0,14}").replace("~", "[^。!?;]{0,6}")


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    for pattern in patterns:
        if match := pattern.search(text):
            return match
    return None


def _has_happened(match: re.Match[str]) -> bool:
    return _HAPPENED.search(match.string, match.start(), match.end() + _JUST_AFTER) is not None
