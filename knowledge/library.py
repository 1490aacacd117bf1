"""The library: what we can answer, as written by editors, with figures put in and sources named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from knowledge.caching import remembering
from knowledge.facts import PLACEHOLDER, Fact, FactMissing, Facts, read_facts
from knowledge.rules.tariff_facts import tariff_fact_rows
from knowledge.sheets import BadContent, Problem, read_sheets, read_values, rows_of, values_of
from knowledge.sources import Sources, read_sources
from knowledge.utility import Utility

HERE = Path(__file__).parent
OWN_PRACTICE = "own.practice"
ENTRIES_DIR = HERE / "entries"
DATA_DIR = HERE / "data"

ACTIONS = frozenset(
    {
        "bill_calculator",
        "bill_view",
        "outage_lookup",
        "repair",
        "complaint",
        "tickets",
        "urge",
        "handover",
        "bind",
        "unbind",
        "promise_to_pay",
        "opt_out",
        "danger",
        "smalltalk",
        "out_of_scope",
        "ask_back",
    }
)

Audience = Literal["public", "staff"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing a message can be about."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Basis:
    """A paper an entry rests on, with the article where there is one."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    source: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """What is said differently in one region; None leaves it as it is everywhere."""

    __pydantic_config__ = ConfigDict(extra="forbid", str_strip_whitespace=True)

    answer: Annotated[str, Field(min_length=1)] | None = None
    extra: str | None = None
    basis: tuple[Basis, ...] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One question we can answer; `answer` and `extra` still hold placeholders.

    The day `valid_to` is the first on which the entry no longer holds; `successor` is the entry that holds
    from then on. No `regions` means all of them.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")]
    topic: str
    question: Annotated[str, Field(min_length=1)]
    similar: tuple[Annotated[str, Field(min_length=1)], ...]
    answer: Annotated[str, Field(min_length=1)]
    basis: tuple[Basis, ...] = ()
    related: tuple[str, ...] = ()
    audience: Audience = "public"
    action: str | None = None
    regions: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    extra: str = ""
    overrides: Mapping[str, Override] = field(default_factory=dict, hash=False)
    review: str | None = None
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    @property
    def phrasings(self) -> tuple[str, ...]:
        """Return the standard question and all similar ones."""
        return (self.question, *self.similar)

    def told_in(self, region: str) -> "Entry":
        """Return the entry as it is told in a region: with what is overridden there in its place."""
        own = self.overrides.get(region)
        if own is None:
            return self
        return replace(
            self,
            answer=self.answer if own.answer is None else own.answer,
            extra=self.extra if own.extra is None else own.extra,
            basis=self.basis if own.basis is None else own.basis,
            overrides={},
        )

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Return the facts it needs, as `id` or `id@region`, each once."""
        found = PLACEHOLDER.findall(f"{self.answer}\n{self.extra}")
        return tuple(dict.fromkeys(f"{name}@{region}" if region else name for name, region in found))

    def holds(self, region: str, on: date) -> bool:
        """Whether the entry itself is meant for this region and day; says nothing about its facts."""
        return (
            (not self.regions or region in self.regions)
            and (self.valid_from is None or self.valid_from <= on)
            and (self.valid_to is None or on < self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An entry as one customer reads it."""

    entry: Entry
    text: str
    extra: str
    sources: tuple[str, ...]
    unconfirmed: bool  # some figure still waits for the utility: say 待供电公司确认
    related: tuple[Entry, ...]
    used: tuple[Fact, ...]
    changes_on: date | None = None  # from this day on the successor holds
    changes_to: str = ""  # the successor's first line as it will be read then, else its question


class Library:
    """All entries with the facts and sources they need."""

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        facts: Facts,
        sources: Sources,
        topics: Iterable[Topic],
        utility: Utility,
    ) -> None:
        self.entries: Mapping[str, Entry] = MappingProxyType({entry.id: entry for entry in entries})
        self.topics: Mapping[str, Topic] = MappingProxyType({topic.id: topic for topic in topics})
        self.facts = facts
        self.sources = sources
        self.utility = utility
        by_topic: dict[str, list[Entry]] = {topic: [] for topic in self.topics}
        for entry in self.entries.values():
            by_topic.setdefault(entry.topic, []).append(entry)
        self.by_topic: Mapping[str, tuple[Entry, ...]] = MappingProxyType(
            {topic: tuple(found) for topic, found in by_topic.items()}
        )
        # Whether every figure can be resolved is worked out once per region and day, not per question.
        self._served = remembering(self._work_out_served, most=64)

    @classmethod
    def load(cls, entries_dir: Path | None = None, data_dir: Path | None = None) -> "Library":
        """Read the library of the package, or of other folders; raises BadContent with every fault."""
        problems: list[Problem] = []
        library = read_library(entries_dir or ENTRIES_DIR, data_dir or DATA_DIR, problems)
        if problems:
            raise BadContent(problems)
        return library

    @classmethod
    def of_sheets(cls, sheets: Mapping[str, str], data_dir: Path | None = None) -> "Library":
        """Read the library from sheets given as text, by file name; raises BadContent with every fault."""
        problems: list[Problem] = []
        library = read_library_of(sheets, data_dir or DATA_DIR, problems)
        if problems:
            raise BadContent(problems)
        return library

    def with_entries(self, changed: Iterable[Entry]) -> "Library":
        """Return a library in which these entries stand in place of those of the same id, or are new."""
        return self.of_entries({**self.entries, **{entry.id: entry for entry in changed}}.values())

    def of_entries(self, entries: Iterable[Entry]) -> "Library":
        """Return a library of these entries alone, with the same facts, sources and topics."""
        return Library(
            entries,
            facts=self.facts,
            sources=self.sources,
            topics=self.topics.values(),
            utility=self.utility,
        )

    def served(self, region: str, on: date, audience: Audience = "public") -> tuple[Entry, ...]:
        """Return the entries that can be answered here and today; staff also see the public ones.

        An entry with a missing or expired fact is not among them.
        """
        return tuple(self._served(region, on, audience).values())

    def is_served(self, entry_id: str, region: str, on: date, audience: Audience = "public") -> bool:
        return entry_id in self._served(region, on, audience)

    def answer(self, entry: Entry, region: str, on: date, audience: Audience = "public") -> Answer:
        """Return the entry with its figures, sources and neighbours; raises FactMissing if not served.

        Where it has ended and its successor is served, it is the successor that answers.
        """
        served = self._served(region, on, audience)
        after = self.entries.get(entry.successor) if entry.successor else None
        if after is not None and entry.valid_to is not None and on >= entry.valid_to and after.id in served:
            entry, after = after, self.entries.get(after.successor) if after.successor else None
        told = entry.told_in(region)
        here = self.facts.at(on, region)
        text, extra = here.render(told.answer), here.render(told.extra)
        used = tuple(dict.fromkeys((*text.used, *extra.used)))
        coming = after is not None and entry.valid_to is not None and on < entry.valid_to
        return Answer(
            entry=entry,
            text=text.text,
            extra=extra.text,
            sources=self._cite(told, used, region),
            unconfirmed=any(fact.unconfirmed for fact in used),
            related=tuple(served[other] for other in entry.related if other in served),
            used=used,
            changes_on=entry.valid_to if coming else None,
            changes_to=self._first_line(after, region) if coming and after is not None else "",
        )

    def _first_line(self, entry: Entry, region: str) -> str:
        """Return the first line of an entry as it reads on its first day, else its question."""
        line = entry.told_in(region).answer.partition("\n")[0]
        try:
            return self.facts.render(line, region=region, on=entry.valid_from or date.min).text
        except FactMissing:
            # Next year's prices are not published yet: what it will be about can still be said.
            return entry.question

    def _cite(self, entry: Entry, used: tuple[Fact, ...], region: str) -> tuple[str, ...]:
        articles: dict[str, list[str]] = {}
        named = [(basis.source, basis.article) for basis in entry.basis]
        named += [(fact.source, fact.article) for fact in used if _worth_citing(fact)]
        for source, article in named:
            listed = articles.setdefault(source, [])
            if article and article not in listed:
                listed.append(article)
        return tuple(
            self.sources[source].citation(tuple(listed), region=region)
            for source, listed in articles.items()
            # Our own way of working is no document that a customer could look up.
            if source in self.sources and source != OWN_PRACTICE
        )

    def _work_out_served(self, region: str, on: date, audience: Audience) -> Mapping[str, Entry]:
        served: dict[str, Entry] = {}
        known: dict[str, bool] = {}
        for entry in self.entries.values():
            if entry.audience == "staff" and audience != "staff":
                continue
            if entry.holds(region, on) and all(
                self._knows(name, region, on, known) for name in entry.told_in(region).placeholders
            ):
                served[entry.id] = entry
        return MappingProxyType(served)

    def _knows(self, name: str, region: str, on: date, known: dict[str, bool]) -> bool:
        if name not in known:
            try:
                self.facts.resolve(name, region=region, on=on)
            except FactMissing:
                known[name] = False
            else:
                known[name] = True
        return known[name]


def _worth_citing(fact: Fact) -> bool:
    """A telephone number or our own name has no paper that a customer would want to read."""
    return fact.source != OWN_PRACTICE and not fact.id.startswith("phone.")


_ENTRY = TypeAdapter(Entry)
_TOPIC = TypeAdapter(Topic)


def read_library(entries_dir: Path, data_dir: Path, problems: list[Problem]) -> Library:
    """Return the library as far as it can be read; faults of form are added to `problems`."""
    return read_library_of(read_sheets(entries_dir, problems), data_dir, problems)


def read_library_of(sheets: Mapping[str, str], data_dir: Path, problems: list[Problem]) -> Library:
    """Return the library of sheets given as text as far as it can be read; faults go to `problems`."""
    sources = read_sources(data_dir, problems)
    facts = read_facts(data_dir, sources, problems, derived=_tariff_facts)
    topics = [topic for _, topic in read_values([data_dir / "topics.yaml"], _TOPIC, problems)]
    utility = Utility.load(data_dir)
    entries: dict[str, Entry] = {}
    for entry in read_entries(sheets, problems):
        if entry.id in entries:
            first = entries[entry.id]
            sentence = f"编号已经用过：{first.file}:{first.line}。"
            problems.append(Problem(entry.file, entry.line, entry.id, "duplicate-id", sentence))
            continue
        entries[entry.id] = entry
    return Library(entries.values(), facts=facts, sources=sources, topics=topics, utility=utility)


def read_entries(sheets: Mapping[str, str], problems: list[Problem]) -> list[Entry]:
    """Return the entries of sheets given as text, by file name; faults of form are added to `problems`."""
    rows = (row for name in sorted(sheets) for row in rows_of(name, sheets[name], problems))
    return [replace(entry, file=row.file, line=row.line) for row, entry in values_of(rows, _ENTRY, problems)]


def _tariff_facts(region: str, on: date) -> Mapping[str, Fact]:
    return {
        fact_id: Fact(
            id=fact_id,
            value="",
            unit="",
            say=row.say,
            source=row.source,
            article=row.article,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            checked_on=row.checked_on,
            trust=row.trust,
            confirmed=row.confirmed,
            region=region,
        )
        for fact_id, row in tariff_fact_rows(region, on).items()
    }
