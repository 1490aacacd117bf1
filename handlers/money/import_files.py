"""Reading a CSV file of the utility: all of its rows, or every fault with line and column."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from handlers.money.import_rows import ROWS, Row, columns
from knowledge.rules.outages import BadFile, Problem


@dataclass(frozen=True, slots=True)
class Line:
    """A row that was read, with its place in the file."""

    number: int
    row: Row


def read(kind: str, data: bytes, *, zone: ZoneInfo) -> list[Line]:
    """Return the rows of a file (UTF-8 with or without BOM, or GBK); raises BadFile with every fault."""
    text = _decoded(data)
    problems: list[Problem] = []
    lines: list[Line] = []
    seen: dict[str, int] = {}
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = next(reader, [])
        places = _places(kind, header, problems)
        if problems:
            raise BadFile(problems)
        for start, cells in _numbered(reader, reader.line_num):
            if len(cells) != len(header):
                problems.append(Problem(start, "", f"有{len(cells)}格，表头有{len(header)}格。"))
                continue
            named = {field: cells[place].strip() for field, place in places.items()}
            row = _row(kind, named, [header[place] for place in places.values()], start, problems, zone)
            if row is None:
                continue
            earlier = seen.setdefault(row.number, start)
            if earlier != start:
                problems.append(Problem(start, header[places["number"]], f"编号和第{earlier}行重复。"))
            lines.append(Line(start, row))
    except csv.Error as error:
        problems.append(Problem(reader.line_num, "", f"不是合格的CSV：{error}。"))
    if problems:
        raise BadFile(problems)
    return lines


def _decoded(data: bytes) -> str:
    if b"\x00" in data:
        raise BadFile([Problem(1, "", "含有空字符：不是CSV文件，或是UTF-16编码，请另存为UTF-8或GBK。")])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile([Problem(1, "", "编码认不出来，请另存为UTF-8或GBK。")])


def _numbered(reader: Iterator[list[str]], first: int) -> Iterator[tuple[int, list[str]]]:
    """Give each row the line on which it begins; a quoted cell may span several."""
    line = first
    for cells in reader:
        start, line = line + 1, reader.line_num  # type: ignore[attr-defined]
        if any(cell.strip() for cell in cells):
            yield start, cells


def _key(name: str) -> str:
    return re.sub(r"[\s_]", "", name).lower()


def _places(kind: str, header: Sequence[str], problems: list[Problem]) -> dict[str, int]:
    """Return in which place of a row each field stands; columns that we do not know are passed over."""
    meaning = {_key(alias): field for field, aliases in columns(kind).items() for alias in aliases}
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        field = meaning.get(_key(name))
        if field in places:
            problems.append(Problem(1, name, f"和“{header[places[field]]}”是同一列。"))
        elif field is not None:
            places[field] = place
    problems.extend(
        Problem(1, columns(kind)[field][0], "缺少这一列。")
        for field, info in ROWS[kind].model_fields.items()
        if info.is_required() and field not in places
    )
    return places


def _row(
    kind: str,
    named: dict[str, str],
    header: list[str],
    line: int,
    problems: list[Problem],
    zone: ZoneInfo,
) -> Row | None:
    try:
        return ROWS[kind].model_validate(named, context={"zone": zone})
    except ValidationError as error:
        column = dict(zip(named, header, strict=True))
        for fault in error.errors(include_url=False, include_input=False):
            place = fault["loc"][0] if fault["loc"] else ""
            problems.append(Problem(line, column.get(str(place), ""), f"{_sentence(fault)}。"))
        return None


def _sentence(fault: object) -> str:
    assert isinstance(fault, dict)
    said = fault.get("ctx", {}).get("error")
    if said is not None:
        return str(said)
    return "不能小于零" if fault["type"] == "greater_than_equal" else "这一格读不懂"
