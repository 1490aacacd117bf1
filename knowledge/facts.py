"""The dated figures behind answers: found by id, region and day, and put into sentences."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter

from knowledge.rules.regions import region_ids
from knowledge.sheets import BadContent, Problem, Row, read_values, yaml_files
from knowledge.sources import Sources, Trust, read_sources
from knowledge.utility import Utility

PLACEHOLDER = re.compile(r"\{([a-z0-9_]+(?:\.[a-z0-9_]+)*)(?:@([a-z]+))?\}")

Derived = Callable[[str, date], Mapping[str, "Fact"]]
"""Facts worked out from other data (the tariffs): region, day → fact id → fact."""


class FactMissing(LookupError):
    """Raised when no row of a fact holds in this region on this day."""

    def __init__(self, fact_id: str, region: str, on: date) -> None:
        self.fact_id, self.region, self.on = fact_id, region, on
        super().__init__(f"{fact_id} is not known in {region} on {on.isoformat()}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure as it holds in one region for one period; the day `valid_to` is no longer part of it."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: str
    value: str
    unit: str
    source: str
    valid_from: date
    checked_on: date
    trust: Trust
    say: str = ""
    article: str = ""
    valid_to: date | None = None
    confirmed: bool = False
    region: str | None = None
    note: str = ""

    @property
    def text(self) -> str:
        """Return the figure as a customer reads it."""
        return self.say or f"{self.value}{self.unit}"

    @property
    def amount(self) -> Decimal:
        """Return the figure alone, in `unit`; raises decimal.InvalidOperation where it is not a number."""
        return Decimal(self.value)

    @property
    def unconfirmed(self) -> bool:
        """Whether a customer must be told that the utility has still to confirm it."""
        return self.trust in ("C", "K") and not self.confirmed

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text with its figures in place, and the facts they came from."""

    text: str
    used: tuple[Fact, ...]


def _nothing(region: str, on: date) -> Mapping[str, Fact]:
    return {}


class Facts:
    """All facts, those written down and those derived from the tariffs."""

    def __init__(
        self, rows: Iterable[Fact], *, derived: Derived = _nothing, words: Mapping[str, str] | None = None
    ) -> None:
        self._rows: dict[str, list[Fact]] = {}
        for row in rows:
            self._rows.setdefault(row.id, []).append(row)
        self._words = dict(words or {})
        # Few regions and days are asked about: a tariff is not computed again for every answer.
        self._derived = lru_cache(maxsize=64)(derived)

    @classmethod
    def load(cls, data_dir: Path, *, derived: Derived = _nothing) -> "Facts":
        """Read facts/*.yaml and the utility's own words; raises BadContent with every fault."""
        problems: list[Problem] = []
        facts = read_facts(data_dir, read_sources(data_dir, problems), problems, derived=derived)
        if problems:
            raise BadContent(problems)
        return facts

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids written down (derived ones depend on region and day)."""
        return frozenset(self._rows) | frozenset(self._words)

    def resolve(self, fact_id: str, *, region: str, on: date) -> Fact:
        """Return the row that holds: the region's own before the general one, the latest if several.

        `fact_id` may name another region (`tariff.price1@shanghai`). Raises FactMissing.
        """
        fact_id, _, named = fact_id.partition("@")
        region = named or region
        # A price table knows better than a row written by hand, which may stand in where the table is silent.
        worked_out = self._derived(region, on).get(fact_id)
        if worked_out is not None:
            return worked_out
        best: Fact | None = None
        for row in self._rows.get(fact_id, ()):
            if row.region in (None, region) and row.holds(on) and (best is None or _rank(row) > _rank(best)):
                best = row
        if best is None and fact_id in self._words:
            best = _own_words(fact_id, self._words[fact_id])
        if best is None:
            raise FactMissing(fact_id, region, on)
        return best

    def render(self, text: str, *, region: str, on: date) -> Rendered:
        """Return the text with every placeholder filled; raises FactMissing for the first that cannot be."""
        used: dict[tuple[str, str | None], Fact] = {}

        def fill(found: re.Match[str]) -> str:
            fact = self.resolve(found[1], region=found[2] or region, on=on)
            used[fact.id, fact.region] = fact
            return fact.text

        filled = PLACEHOLDER.sub(fill, text)
        return Rendered(filled, tuple(used.values()))

    def at(self, on: date, region: str) -> "FactsAt":
        """Return the same facts with day and region settled."""
        return FactsAt(self, on, region)


@dataclass(frozen=True, slots=True)
class FactsAt:
    """The facts of one region on one day."""

    facts: Facts
    on: date
    region: str

    def resolve(self, fact_id: str) -> Fact:
        return self.facts.resolve(fact_id, region=self.region, on=self.on)

    def render(self, text: str) -> Rendered:
        return self.facts.render(text, region=self.region, on=self.on)


def _rank(fact: Fact) -> tuple[bool, date]:
    return fact.region is not None, fact.valid_from


def _own_words(fact_id: str, text: str) -> Fact:
    return Fact(fact_id, "", "", "own.practice", date.min, date.min, "D", say=text)


_ADAPTER = TypeAdapter(Fact)


def read_facts(
    data_dir: Path, sources: Sources, problems: list[Problem], *, derived: Derived = _nothing
) -> Facts:
    """Return the facts that can be read; faults are added to `problems`."""
    rows = read_values(yaml_files(data_dir / "facts"), _ADAPTER, problems)
    seen: dict[tuple[str, str | None], list[Fact]] = {}
    for row, fact in rows:
        problems.extend(_faults(row, fact, sources))
        others = seen.setdefault((fact.id, fact.region), [])
        if any(_overlap(fact, other) for other in others):
            problems.append(row.problem("duplicate-id", "同一地区、同一时期已经有这一条数据。"))
        others.append(fact)
    words = Utility.load(data_dir).words if (data_dir / "utility.yaml").exists() else {}
    return Facts((fact for _, fact in rows), derived=derived, words=words)


def _faults(row: Row, fact: Fact, sources: Sources) -> Iterable[Problem]:
    if not PLACEHOLDER.fullmatch(f"{{{fact.id}}}") or "." not in fact.id:
        yield row.problem("id", "编号只用小写字母、数字、下划线，用点分段。")
    if fact.source not in sources:
        yield row.problem("source", f"来源 {fact.source} 没有登记。")
    if fact.region is not None and fact.region not in region_ids():
        yield row.problem("region", f"没有 {fact.region} 这个地区。")
    if not fact.text.strip():
        yield row.problem("field", "value 和 say 至少要写一个。")
    if fact.valid_to is not None and fact.valid_to <= fact.valid_from:
        yield row.problem("field", "valid_to 必须晚于 valid_from。")


def _overlap(one: Fact, other: Fact) -> bool:
    first, second = sorted((one, other), key=lambda fact: fact.valid_from)
    return first.valid_to is None or second.valid_from < first.valid_to
