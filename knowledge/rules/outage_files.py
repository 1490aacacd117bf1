"""Reading the outage list of a utility (CSV or JSON): all of it, or every fault with its line."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from knowledge.data_files import read_yaml
from knowledge.rules.outage_values import Outage, OutageKind, OutageState
from knowledge.rules.regions import region_ids

__all__ = ["BadFile", "Problem", "read_outages_csv", "read_outages_json"]

UTILITY_ZONE = ZoneInfo("Asia/Shanghai")
_FILE = Path(__file__).parent.parent / "data" / "outage_fields.yaml"
_CHINESE_TIME = re.compile(
    r"(\d{4})年(\d{1,2})月(\d{1,2})日\s*(\d{1,2})[时点:](?:(\d{1,2})分?)?(?::?(\d{1,2})秒?)?"
)
_SLASHED_TIME = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?")
_FORMULA = re.compile(r"[=@\t\r]|[+-](?=[\w(=@])")
_EMPTY = frozenset({"", "-", "--", "—", "无", "null", "NULL", "None"})


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault: the line of a CSV file (the record of a JSON file), the column, and what is wrong."""

    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        where = f"第{self.line}行" + (f"「{self.column}」" if self.column else "")
        return f"{where}：{self.sentence}"


class BadFile(Exception):
    """Raised when an outage file has any fault; `problems` lists all, and nothing of the file is taken."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    kinds: Mapping[str, tuple[str, ...]]
    states: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    cells: Mapping[str, str]
    names: Mapping[str, str]  # our field → the column as the file calls it


def read_outages_csv(data: bytes, *, region: str, zone: ZoneInfo = UTILITY_ZONE) -> list[Outage]:
    """Return the outages of a CSV file (UTF-8 with or without BOM, or GBK); raises BadFile.

    `region` holds for rows without a region of their own; times without a zone are in `zone`.
    """
    text = _decoded(data)
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",\t;", key=first.count)
    problems: list[Problem] = []
    records: list[_Record] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = next(reader, [])
        names = _names(header, problems)
        if problems:
            raise BadFile(problems)
        line = reader.line_num
        for row in reader:
            start, line = line + 1, reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                problems.append(Problem(start, "", f"有{len(row)}格，表头有{len(header)}格。"))
                continue
            cells = dict(zip(header, row, strict=True))
            records.append(
                _Record(start, {field: cells[name].strip() for field, name in names.items()}, names)
            )
            problems.extend(
                Problem(start, name, "格子里是公式，请改成纯文字。")
                for name, cell in cells.items()
                if _FORMULA.match(cell) and cell.strip() not in _EMPTY
            )
    except csv.Error as error:
        problems.append(Problem(reader.line_num, "", f"不是合格的CSV：{error}。"))
    return _outages(records, problems, region, zone)


def read_outages_json(data: bytes, *, region: str, zone: ZoneInfo = UTILITY_ZONE) -> list[Outage]:
    """Return the outages of a JSON file: a list of objects, or an object holding one; raises BadFile."""
    text = _decoded(data)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise BadFile([Problem(line, "", "不是合格的JSON。")]) from None
    rows = _list_in(content)
    if rows is None:
        raise BadFile([Problem(1, "", "里面没有停电信息的列表。")])
    problems: list[Problem] = []
    records: list[_Record] = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            problems.append(Problem(number, "", "不是一条记录。"))
            continue
        found: list[Problem] = []
        names = _names([str(key) for key in row], found, number)
        problems.extend(found)
        cells = {field: _cell(row[name]) for field, name in names.items()}
        problems.extend(
            Problem(number, name, "应当是一段文字。")
            for name in names.values()
            if isinstance(row[name], (dict, list))
        )
        if not found:
            records.append(_Record(number, cells, names))
    return _outages(records, problems, region, zone)


@cache
def _fields() -> _Fields:
    return _Fields.model_validate(read_yaml(_FILE))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile([Problem(1, "", "文件是UTF-16编码，请另存为UTF-8或GBK。")])
    if b"\x00" in data:
        lines = [number for number, line in enumerate(data.split(b"\n"), start=1) if b"\x00" in line]
        raise BadFile([Problem(number, "", "含有空字符，文件可能损坏了。") for number in lines])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile([Problem(1, "", "编码认不出来，请另存为UTF-8或GBK。")])


def _key(name: str) -> str:
    return re.sub(r"[\s_]", "", name).lower()


def _names(header: Iterable[str], problems: list[Problem], line: int = 1) -> dict[str, str]:
    """Return which column holds which of our fields; columns we do not know are passed over."""
    fields = _fields()
    meaning = {_key(alias): field for field, aliases in fields.columns.items() for alias in aliases}
    names: dict[str, str] = {}
    for name in header:
        field = meaning.get(_key(name))
        if field in names:
            problems.append(Problem(line, name, f"和「{names[field]}」是同一列。"))
        elif field:
            names[field] = name
    problems.extend(
        Problem(line, fields.columns[field][0], "缺少这一列。")
        for field in fields.required
        if field not in names
    )
    return names


def _list_in(content: Any) -> list[Any] | None:
    if isinstance(content, list):
        return content
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        if len(lists) == 1:
            return lists[0]
        nested = [
            found for value in content.values() if isinstance(value, dict) and (found := _list_in(value))
        ]
        if len(nested) == 1:
            return nested[0]
    return None


def _cell(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _outages(records: list[_Record], problems: list[Problem], region: str, zone: ZoneInfo) -> list[Outage]:
    lines: dict[str, int] = {}
    outages: list[Outage] = []
    for record in records:
        before = len(problems)
        outage = _outage(record, problems, region, zone)
        earlier = lines.setdefault(record.cells["external_id"], record.line)
        if earlier != record.line:
            problems.append(Problem(record.line, record.names["external_id"], f"编号和第{earlier}行重复。"))
        if outage is not None and len(problems) == before:
            outages.append(outage)
    if problems:
        raise BadFile(problems)
    return outages


def _outage(record: _Record, problems: list[Problem], region: str, zone: ZoneInfo) -> Outage | None:
    cells = {field: "" if cell in _EMPTY else cell for field, cell in record.cells.items()}

    def fault(field: str, sentence: str) -> None:
        problems.append(Problem(record.line, record.names[field], sentence))

    def chosen(field: str, choices: Mapping[str, tuple[str, ...]]) -> str | None:
        value = _key(cells[field])
        found = next((name for name, aliases in choices.items() if value in map(_key, aliases)), None)
        if found is None:
            fault(field, f"不认识「{cells[field][:20]}」。")
        return found

    def moment(field: str) -> datetime | None:
        if not cells.get(field):
            return None
        found = _moment(cells[field], zone)
        if found is None:
            fault(field, f"时间「{cells[field][:30]}」读不懂，例如写成 2026-07-01 08:00。")
        return found

    for field in ("external_id", "scope"):
        if not cells[field]:
            fault(field, "不能为空。")
    kind = chosen("kind", _fields().kinds)
    state = chosen("state", _fields().states) if cells.get("state") else "announced"
    start, stop, etr = moment("start_at"), moment("stop_at"), moment("etr_at")
    published, updated = moment("published_at"), moment("updated_at")
    if not cells["start_at"]:
        fault("start_at", "不能为空。")
    if not cells["stop_at"] and kind == "fault":
        stop = etr  # of a fault only an estimate is known
    if stop is None and not cells["stop_at"]:
        fault("stop_at", "不能为空。")
    if start and stop and stop <= start:
        fault("stop_at", "结束时间不晚于开始时间。")
    if start and etr and etr <= start:
        fault("etr_at", "预计恢复时间不晚于开始时间。")
    place = cells.get("region") or region
    if place not in region_ids():
        fault("region", f"不认识地区「{place[:20]}」。")
    if kind is None or state is None or start is None or stop is None:
        return None
    return Outage(
        external_id=cells["external_id"],
        kind=cast(OutageKind, kind),
        state=cast(OutageState, state),
        scope=cells["scope"],
        start_at=start,
        stop_at=stop,
        region=place,
        substation=cells.get("substation", ""),
        line=cells.get("line", ""),
        transformer=cells.get("transformer", ""),
        reason=cells.get("reason", ""),
        etr_at=etr,
        published_at=published,
        updated_at=updated,
    )


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    match = _CHINESE_TIME.fullmatch(text) or _SLASHED_TIME.fullmatch(text)
    try:
        if match:
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=zone)
        if len(text) < 16:  # a day alone is no moment
            return None
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)
