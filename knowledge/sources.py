"""The papers our answers rest on, and how a customer sees them cited."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter

from knowledge.sheets import BadContent, Problem, read_values, yaml_files

Trust = Literal["A", "B", "C", "D", "K"]
"""A read in full, B official page, C second hand, K from memory, D our own choice."""


@dataclass(frozen=True, slots=True)
class Source:
    """A law, rule, promise or notice."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: str
    title: str
    publisher: str
    effective: date | None
    trust: Trust
    note: str = ""
    effective_as: Literal["起施行", "公布", "文本"] = "起施行"
    holds_in: tuple[str, ...] | None = None  # regions; None: everywhere

    def citation(self, articles: tuple[str, ...] = (), *, region: str | None = None) -> str:
        """Return the line under an answer: 《电力供应与使用条例》第三十九条（2016-02-06起施行）.

        Where the paper is not in force in the asker's region, the line says that we only go by it (参照).
        """
        dated = f"（{self.effective.isoformat()}{self.effective_as}）" if self.effective else ""
        only_followed = region is not None and self.holds_in is not None and region not in self.holds_in
        return f"{'参照' if only_followed else ''}{self.title}{'、'.join(articles)}{dated}"


class Sources(Mapping[str, Source]):
    """All sources by id."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = dict(sources)

    @classmethod
    def load(cls, data_dir: Path) -> "Sources":
        """Read sources.yaml and sources/*.yaml; raises BadContent with every fault."""
        problems: list[Problem] = []
        sources = read_sources(data_dir, problems)
        if problems:
            raise BadContent(problems)
        return sources

    def __getitem__(self, source_id: str) -> Source:
        return self._sources[source_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


_ADAPTER = TypeAdapter(Source)


def read_sources(data_dir: Path, problems: list[Problem]) -> Sources:
    """Return the sources that can be read; faults are added to `problems`."""
    found: dict[str, Source] = {}
    paths = [data_dir / "sources.yaml", *yaml_files(data_dir / "sources")]
    for row, source in read_values([path for path in paths if path.exists()], _ADAPTER, problems):
        if source.id in found:
            problems.append(row.problem("duplicate-id", f"来源 {source.id} 已经有了。"))
        found.setdefault(source.id, source)
    return Sources(found)
