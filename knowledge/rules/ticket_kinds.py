"""The kinds of ticket: what each asks, promises and how it ends (data/kinds, one file a kind)."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from knowledge.data_files import read_yaml
from knowledge.rules.promise_rows import PromiseRow
from knowledge.sheets import BadContent, Problem, yaml_files

FOLDER = Path(__file__).parent.parent / "data" / "kinds"
ABOUT = "about"  # the question whose answer is the ticket's subtype
WHAT = "what"  # the question whose answer is what happened, kept as the ticket's description

Family = Literal[
    "danger",
    "repair",
    "complaint",
    "report",
    "opinion",
    "suggestion",
    "praise",
    "consult",
    "dispute",
    "service",
]
FieldType = Literal[
    "words", "place", "phone", "choice", "identity", "date", "slot", "number", "account"
]  # fmt: skip
# Words by which people begin a request whose name they know; a file may add others.
_BEGINNINGS = ("我要{}", "我想{}", "我要办{}", "我想办{}", "办理{}", "申请{}", "办{}", "{}办理", "{}申请")
_BEGINNINGS_ALSO = ("我要办理{}", "我想办理{}", "我要申请{}", "我想申请{}", "帮我办{}", "帮我办理{}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(_Strict):
    """One question of a kind's form, in the order in which it is asked.

    words: `least` characters. number: from `least` to `most`. date and slot: from `least` to `most` days from
    today, negative for days that have passed. choice: one of `choices`, or of the kind's subtypes where the
    question is called `about`; with `open` other words are taken too. identity: under one's own name, or
    not. `pattern` is what the whole answer must look like, and `wrong` what is said to one who is refused.
    `hint` stands under the question. A question that is not `required` can be skipped.
    """

    name: str = Field(pattern="^[a-z_]+$", max_length=32)
    label: str = Field(min_length=1)
    type: FieldType
    ask: str = Field(min_length=1)
    hint: str = ""
    wrong: str = ""
    required: bool = True
    least: int | None = None
    most: int | None = None
    pattern: str = ""
    choices: dict[str, str] = {}
    open: bool = False
    # Asked only for these subtypes; for all of them where empty.
    subtypes: tuple[str, ...] = ()

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is no pattern: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is more than most")
        if self.type == "choice" and self.name != ABOUT and len(self.choices) < 2:
            raise ValueError("a choice needs at least two choices")
        if self.choices and self.type != "choice":
            raise ValueError(f"a question of type {self.type} has no choices")
        return self

    @property
    def days(self) -> tuple[int, int]:
        """Return the first and the last day that may be named, counted from today."""
        least = 0 if self.least is None else self.least
        return least, (365 if least >= 0 else 0) if self.most is None else self.most


class Material(_Strict):
    """One paper that a customer has to bring, told once with all the others.

    A paper that `may_follow` can be brought after the ticket was opened; one that is not `required` need
    not be brought at all. `source` is the document that asks for it.
    """

    name: str = Field(pattern="^[a-z_]+$", max_length=32)
    label: str = Field(min_length=1)
    hint: str = ""
    required: bool = True
    may_follow: bool = False
    subtypes: tuple[str, ...] = ()
    source: str = "own.practice"


class Closing(_Strict):
    """How a kind ends: after how many minutes the customer is asked, and whether a survey follows."""

    ask_after_minutes: int = Field(default=0, ge=0)
    survey: bool = True


class TicketKind(_Strict):
    """One kind of ticket; `subtypes` maps the kept word to the one that people read.

    `entries` maps knowledge entries to the subtype that somebody means who asked for them ("" for none);
    a button to the form stands under their answers. `topics` are those whose entries with the action
    "complaint" lead here. `words` begin the form when typed alone, beside 我要…, 办理… with the kind's name.
    `team` is who works on it first; `confidential` tickets are seen by few, `anonymous` ones may hide the
    customer. `thanks` stands over the new card. A ticket with `outage_within`, a fact in days, is put to the
    outage that its place had within these days. From `told_at_once` characters on, the words that led here
    tell what happened, and nobody is asked for it again.
    """

    kind: str = Field(pattern="^[a-z_]+$")
    prefix: str = Field(pattern="^[A-Z]{2}$")
    name: str = Field(min_length=1)
    family: Family
    team: str
    confidential: bool = False
    anonymous: bool = False
    subtypes: dict[str, str] = {}
    entries: dict[str, str] = {}
    topics: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    thanks: str = ""
    outage_within: str = ""
    told_at_once: int = Field(default=16, gt=0)
    fields: tuple[Asked, ...] = ()
    materials: tuple[Material, ...] = ()
    closing: Closing = Closing()
    promises: tuple[PromiseRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_find_each_other(self) -> Self:
        for what, names in (
            ("field", [one.name for one in self.fields]),
            ("material", [one.name for one in self.materials]),
        ):
            twice = {name for name in names if names.count(name) > 1}
            if twice:
                raise ValueError(f"{what} named twice: {', '.join(sorted(twice))}")
        depends = [(field.name, field.subtypes) for field in self.fields]
        depends += [(paper.name, paper.subtypes) for paper in self.materials]
        for name, subtypes in depends:
            unknown = set(subtypes) - set(self.subtypes)
            if unknown:
                raise ValueError(f"{name}: no subtype {', '.join(sorted(unknown))}")
        unknown = {one for one in self.entries.values() if one} - set(self.subtypes)
        if unknown:
            raise ValueError(f"entries: no subtype {', '.join(sorted(unknown))}")
        for one in self.fields:
            if one.name == ABOUT and one.type == "choice" and not (self.subtypes or one.choices):
                raise ValueError("about: the kind has no subtypes to choose from")
            if one.type == "identity" and not self.anonymous:
                raise ValueError(f"{one.name}: the kind is not anonymous")
        return self

    def materials_for(self, subtype: str) -> tuple[Material, ...]:
        """Return the papers that a subtype asks for, in their order."""
        return tuple(one for one in self.materials if not one.subtypes or subtype in one.subtypes)

    @property
    def starting_words(self) -> frozenset[str]:
        """Return the words that begin the form when they are typed alone."""
        if not self.fields or self.family != "service":
            return frozenset(self.words)
        return frozenset((*self.words, *(one.format(self.name) for one in _BEGINNINGS + _BEGINNINGS_ALSO)))


def ticket_kinds() -> Mapping[str, TicketKind]:
    """Return every kind by its id; raises BadContent, naming file and field, where a file is wrong."""
    return read_kinds(_folders[-1])


@cache
def read_kinds(folder: Path) -> Mapping[str, TicketKind]:
    """Return the kinds of a folder by their id; raises BadContent with every fault of every file."""
    problems: list[Problem] = []
    kinds = kinds_in(folder, problems)
    if problems:
        raise BadContent(problems)
    return kinds


def kinds_in(folder: Path, problems: list[Problem]) -> dict[str, TicketKind]:
    """Return the kinds of a folder that can be read, by their id; faults go to `problems`."""
    found: dict[str, TicketKind] = {}
    prefixes: dict[str, str] = {}
    for path in yaml_files(folder):
        kind = _read(path, problems)
        if kind is None:
            continue
        if kind.kind != path.stem:
            problems.append(_fault(path, "kind", f"文件名要和 kind 相同：{kind.kind}.yaml。"))
        elif kind.prefix in prefixes:
            problems.append(_fault(path, "prefix", f"{kind.prefix} 已经是 {prefixes[kind.prefix]} 的编号。"))
        prefixes.setdefault(kind.prefix, kind.kind)
        found[kind.kind] = kind
    return found


def kind_begun_by(words: str) -> str | None:
    """Return the kind whose form these words begin when they are typed alone, or None."""
    return _begun_by(_folders[-1]).get(words)


@contextmanager
def kinds_of_folder(folder: Path) -> Iterator[None]:
    """Take the kinds of another folder for a while."""
    _folders.append(folder)
    try:
        yield
    finally:
        _folders.remove(folder)


def name_of(kind: str, subtype: str = "") -> str:
    """Return how a kind of ticket reads, with its subtype where that has a name."""
    known = ticket_kinds()[kind]
    detail = known.subtypes.get(subtype, "")
    return f"{known.name}·{detail}" if detail else known.name


_folders = [FOLDER]


@cache
def _begun_by(folder: Path) -> Mapping[str, str]:
    return {word: kind.kind for kind in read_kinds(folder).values() for word in kind.starting_words}


def _read(path: Path, problems: list[Problem]) -> TicketKind | None:
    try:
        return TicketKind.model_validate(read_yaml(path))
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            where = ".".join(map(str, fault["loc"]))
            problems.append(_fault(path, "field", f"字段 {where or '（整份）'}：{fault['msg']}"))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        told = getattr(error, "problem", None) or str(error)
        problems.append(_fault(path, "yaml", f"YAML读不懂：{told}", line=mark.line + 1 if mark else 0))
    return None


def _fault(path: Path, rule: str, sentence: str, *, line: int = 0) -> Problem:
    return Problem(f"kinds/{path.name}", line, path.stem, rule, sentence)
