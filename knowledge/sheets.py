"""Reading our YAML lists: every row checked, every fault told with its file and line."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from knowledge.data_files import LOADER

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a content or data file, told in a sentence an editor can act on."""

    file: str
    line: int
    entry: str  # the id of the entry or fact, "" where there is none
    rule: str  # short stable name of the rule, e.g. bare-figure
    sentence: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.entry + ': ' if self.entry else ''}{self.sentence} [{self.rule}]"


class BadContent(Exception):
    """Raised when files cannot be used as they are; `problems` lists every fault found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a YAML list, as written."""

    file: str
    line: int
    data: Any

    @property
    def id(self) -> str:
        found = self.data.get("id") if isinstance(self.data, dict) else None
        return found if isinstance(found, str) else ""

    def problem(self, rule: str, sentence: str) -> Problem:
        return Problem(self.file, self.line, self.id, rule, sentence)


def yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder by name; an absent folder has none."""
    return sorted(folder.glob("*.yaml"))


def read_sheets(folder: Path, problems: list[Problem]) -> dict[str, str]:
    """Return the YAML files of a folder by name, as they are byte for byte; faults go to `problems`."""
    sheets: dict[str, str] = {}
    for path in yaml_files(folder):
        text = _read_text(path, problems)
        if text is not None:
            sheets[path.name] = text
    return sheets


def read_rows(path: Path, problems: list[Problem]) -> list[Row]:
    """Return the items of one YAML list; what cannot be read is added to `problems`."""
    text = _read_text(path, problems)
    return [] if text is None else rows_of(path.name, text, problems)


def rows_of(name: str, text: str, problems: list[Problem]) -> list[Row]:
    """Return the items of a YAML list given as text; what cannot be read is added to `problems`."""
    try:
        loader = LOADER(text)
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node) if node is not None else []
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date such as 2026-02-30
        mark = getattr(error, "problem_mark", None)
        told = getattr(error, "problem", None) or str(error)
        problems.append(Problem(name, mark.line + 1 if mark else 0, "", "yaml", f"YAML读不懂：{told}"))
        return []
    if not isinstance(data, list):
        problems.append(Problem(name, 1, "", "yaml", "文件应当是一个列表。"))
        return []
    lines = [item.start_mark.line + 1 for item in node.value] if node is not None else []
    return [Row(name, line, item) for line, item in zip(lines, data, strict=True)]


def read_values(paths: list[Path], adapter: TypeAdapter[T], problems: list[Problem]) -> list[tuple[Row, T]]:
    """Return each row with the value it describes; rows that do not fit are added to `problems`."""
    return values_of((row for path in paths for row in read_rows(path, problems)), adapter, problems)


def values_of(rows: Iterable[Row], adapter: TypeAdapter[T], problems: list[Problem]) -> list[tuple[Row, T]]:
    """Return each row with the value it describes; rows that do not fit are added to `problems`."""
    values: list[tuple[Row, T]] = []
    for row in rows:
        try:
            values.append((row, adapter.validate_python(row.data)))
        except ValidationError as error:
            problems.extend(
                row.problem("field", f"字段 {'.'.join(map(str, fault['loc'])) or '（整条）'}：{fault['msg']}")
                for fault in error.errors(include_url=False, include_context=False, include_input=False)
            )
    return values


@dataclass(frozen=True, slots=True)
class Block:
    """One item of a sheet exactly as written, from its dash to the line before what follows it."""

    id: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet cut into its items and what stands between them; joined they are the file again.

    `pieces` holds text that belongs to no item (comments, blank lines) as str, and the items as Block.
    """

    name: str
    pieces: tuple[str | Block, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return the items alone."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Block))


def cut(name: str, text: str, problems: list[Problem]) -> Sheet:
    """Cut a sheet into items; faults (unreadable, an item without an id or dash) go to `problems`."""
    rows = rows_of(name, text, problems)
    if not rows:
        return Sheet(name, (text,) if text else ())
    lines = text.splitlines(keepends=True)
    starts = [row.line - 1 for row in rows]
    for row, start in zip(rows, starts, strict=True):
        if not lines[start].startswith("- ") or not row.id:
            problems.append(row.problem("yaml", "每一条都要以行首的“- id: …”开始。"))
            return Sheet(name, (text,))
    pieces: list[str | Block] = ["".join(lines[: starts[0]])]
    for row, start, end in zip(rows, starts, [*starts[1:], len(lines)], strict=True):
        last = end
        while last > start + 1 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
            last -= 1
        pieces += [Block(row.id, row.line, "".join(lines[start:last])), "".join(lines[last:end])]
    return Sheet(name, tuple(piece for piece in pieces if piece))


def _read_text(path: Path, problems: list[Problem]) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        problems.append(Problem(path.name, 0, "", "yaml", "文件不是UTF-8编码。"))
        return None
