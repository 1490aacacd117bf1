"""Reading our YAML lists: every row checked, every fault told with its file and line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

# libyaml reads our whole library in a tenth of a second; the pure Python loader takes a second and more.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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


def read_rows(path: Path, problems: list[Problem]) -> list[Row]:
    """Return the items of one YAML list; what cannot be read is added to `problems`."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node) if node is not None else []
        finally:
            loader.dispose()
    except UnicodeDecodeError:
        problems.append(Problem(path.name, 0, "", "yaml", "文件不是UTF-8编码。"))
        return []
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date such as 2026-02-30
        mark = getattr(error, "problem_mark", None)
        told = getattr(error, "problem", None) or str(error)
        problems.append(Problem(path.name, mark.line + 1 if mark else 0, "", "yaml", f"YAML读不懂：{told}"))
        return []
    if not isinstance(data, list):
        problems.append(Problem(path.name, 1, "", "yaml", "文件应当是一个列表。"))
        return []
    lines = [item.start_mark.line + 1 for item in node.value] if node is not None else []
    return [Row(path.name, line, item) for line, item in zip(lines, data, strict=True)]


def read_values(paths: list[Path], adapter: TypeAdapter[T], problems: list[Problem]) -> list[tuple[Row, T]]:
    """Return each row with the value it describes; rows that do not fit are added to `problems`."""
    values: list[tuple[Row, T]] = []
    for path in paths:
        for row in read_rows(path, problems):
            try:
                values.append((row, adapter.validate_python(row.data)))
            except ValidationError as error:
                problems.extend(
                    row.problem(
                        "field", f"字段 {'.'.join(map(str, fault['loc'])) or '（整条）'}：{fault['msg']}"
                    )
                    for fault in error.errors(include_url=False, include_context=False, include_input=False)
                )
    return values
