"""What a customer says they do not want: 不想投诉 is no complaint, 别转人工 calls nobody."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from knowledge.data_files import read_yaml

__all__ = ["NOTHING_DENIED", "Denied", "denied"]

_FILE: Final = Path(__file__).parent / "data" / "negation.yaml"
_CUE: Final = re.compile(r"[不没别莫唔冇]|无需|并非|并未|谁说")
_ASKS: Final = re.compile(r"(.{1,2})[不没冇唔](?:\1|有)")
_ENDS: Final = " ,。;!?、，"


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    denial: str
    word: str
    actions: tuple[str, ...]
    topics: tuple[str, ...]
    own_entries: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    denial: re.Pattern[str]
    word: re.Pattern[str]
    actions: frozenset[str]
    topics: frozenset[str]
    own_entries: bool


@dataclass(frozen=True, slots=True)
class Denied:
    """What is not meant, and what is left of the message without the denial."""

    actions: frozenset[str]
    topics: frozenset[str]
    words: tuple[re.Pattern[str], ...]  # entries whose standard question says one of these are not meant
    rest: str

    def __bool__(self) -> bool:
        return bool(self.actions or self.topics or self.words)

    def concerns(self, action: str | None, topic: str, question: str) -> bool:
        """Return whether an entry of this action, topic and standard question is what the customer denies."""
        return (
            action in self.actions
            or topic in self.topics
            or any(word.search(question) for word in self.words)
        )


NOTHING_DENIED: Final = Denied(frozenset(), frozenset(), (), "")


def denied(text: str) -> Denied:
    """Return what a normalised message denies, by data/negation.yaml."""
    if not _CUE.search(text):
        return NOTHING_DENIED
    actions: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    words: list[re.Pattern[str]] = []
    rest = text
    for rule in _rules():
        if not rule.word.search(rest):
            continue
        without = rule.denial.sub(_left_out, rest)
        # 没说要投诉, 但是现在我要投诉: said again without a denial, it is meant
        if without != rest and not rule.word.search(without):
            actions, topics, rest = actions | rule.actions, topics | rule.topics, without
            words += [rule.word] if rule.own_entries else []
    return NOTHING_DENIED if rest == text else Denied(actions, topics, tuple(words), rest.strip(_ENDS))


def _left_out(match: re.Match[str]) -> str:
    """Return nothing for a denial, but the words themselves for a question: 是不是停电, 要不要报修."""
    start = max(0, match.start() - 1)
    asks = _ASKS.search(match.string, start, match.end())
    return match.group() if asks is not None and asks.start() <= match.start() else " "


@cache
def _rules() -> tuple[_Rule, ...]:
    lines = read_yaml(_FILE)
    read = [_Line.model_validate({"denial": line.pop("not"), **line}) for line in lines]
    return tuple(
        _Rule(
            re.compile(line.denial.replace("~", "[^,。!?;]{0,3}?")),
            re.compile(line.word),
            frozenset(line.actions),
            frozenset(line.topics),
            line.own_entries,
        )
        for line in read
    )
