"""Reading a notice about a work calendar: a year's days off and make-up days, or single days."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import yaml

from knowledge.rules.calendars import Notice, NoticeDay, calendar_country, calendar_names
from knowledge.rules.public_holidays import holidays_of

_YES: Final = frozenset({"true", "yes", "1", "班", "上班", "是"})
_NO: Final = frozenset({"false", "no", "0", "休", "放假", "否"})
_COLUMNS = ("date", "works", "name")
_KEYS = frozenset({"calendar", "year", "document", "days"})
_DAY_KEYS = frozenset({"date", "from", "to", "works", "name"})
_LONGEST_STRETCH = 31


class BadNotice(ValueError):
    """Raised where a notice cannot be taken as it is; its text names every fault with its line."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    first: str
    last: str
    works: str
    name: str


def read_notice(
    data: bytes, name: str, *, calendar: str | None = None, year: int | None = None, document: str = ""
) -> Notice:
    """Read a notice from YAML, or from CSV with the columns date, works and name; raises BadNotice.

    A YAML file may name its own calendar, year and document; what is given here goes before it. With a year
    the notice is complete: every other day of the year is worked from Monday to Friday.
    """
    text = _decoded(data)
    faults: list[tuple[int, str]] = []
    head: dict[str, str] = {}
    if name.lower().endswith((".yaml", ".yml")):
        rows = list(_yaml_rows(text, head, faults))
    else:
        rows = list(_csv_rows(text, faults))
    calendar = calendar or head.get("calendar") or "mainland"
    document = document or head.get("document", "")
    if year is None and "year" in head:
        year = _year(head["year"], faults)
    if calendar not in calendar_names():
        faults.append((1, f"there is no calendar {calendar}; there are {', '.join(calendar_names())}"))
    days = _days(rows, year, faults)
    if not rows and not faults:
        faults.append((1, "the file names no day"))
    if year is not None and not faults:
        country = calendar_country(calendar)
        for on, holiday in sorted(holidays_of(country, year).items()) if country == "CN" else ():
            if on.weekday() < 5 and on not in days:
                faults.append((1, f"a whole year's notice must name {on} ({holiday}), and this one does not"))
    if faults:
        raise BadNotice("\n".join(f"line {line}: {fault}" for line, fault in sorted(faults)))
    return Notice(calendar, year, document, days)


# -- inside


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadNotice("line 1: the file is neither UTF-8 nor GBK")


def _csv_rows(text: str, faults: list[tuple[int, str]]) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [one.strip() for one in next(reader, [])]
        if sorted(header) != sorted(_COLUMNS):
            faults.append((1, f"the columns are to be {', '.join(_COLUMNS)}, not {', '.join(header)}"))
            return
        for values in reader:
            if not any(one.strip() for one in values):
                continue
            if len(values) != len(header):
                faults.append((reader.line_num, f"{len(values)} values for {len(header)} columns"))
                continue
            row = dict(zip(header, (one.strip() for one in values), strict=True))
            yield _Row(reader.line_num, row["date"], row["date"], row["works"], row["name"])
    except csv.Error as error:
        faults.append((reader.line_num, str(error)))


def _yaml_rows(text: str, head: dict[str, str], faults: list[tuple[int, str]]) -> Iterator[_Row]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        faults.append((mark.line + 1 if mark is not None else 1, "this is no YAML"))
        return
    if not isinstance(root, yaml.MappingNode):
        faults.append((1, "the file must have the keys days and, if it is a whole year's, year"))
        return
    days: yaml.Node | None = None
    for key, value in root.value:
        line = key.start_mark.line + 1
        if key.value not in _KEYS:
            faults.append((line, f"unknown key {key.value}; there are {', '.join(sorted(_KEYS))}"))
        elif key.value == "days":
            days = value
        elif isinstance(value, yaml.ScalarNode):
            head[key.value] = value.value
        else:
            faults.append((line, f"{key.value} must be one word"))
    if not isinstance(days, yaml.SequenceNode):
        faults.append((1, "days must be a list"))
        return
    for node in days.value:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode) or not all(
            isinstance(value, yaml.ScalarNode) for _, value in node.value
        ):
            faults.append((line, "a day is written {date: 2027-01-01, works: false, name: 元旦}"))
            continue
        row = {str(key.value): str(value.value) for key, value in node.value}
        unknown = set(row) - _DAY_KEYS
        if unknown:
            faults.append((line, f"unknown key {', '.join(sorted(unknown))}"))
            continue
        if ("date" in row) == ("from" in row or "to" in row):
            faults.append((line, "a day is named with date, a stretch with from and to"))
            continue
        first = row.get("date", row.get("from", ""))
        yield _Row(line, first, row.get("date", row.get("to", "")), row.get("works", ""), row.get("name", ""))


def _days(rows: list[_Row], year: int | None, faults: list[tuple[int, str]]) -> dict[date, NoticeDay]:
    days: dict[date, NoticeDay] = {}
    for row in rows:
        works = row.works.lower()
        if works not in _YES | _NO:
            faults.append((row.line, f"works is true or false, not {row.works!r}"))
            continue
        try:
            first, last = date.fromisoformat(row.first), date.fromisoformat(row.last)
        except ValueError:
            faults.append((row.line, f"{row.first!r} or {row.last!r} is no day such as 2027-01-01"))
            continue
        if not 0 <= (last - first).days < _LONGEST_STRETCH:
            faults.append((row.line, f"from {first} to {last} is no stretch of days off"))
            continue
        for ahead in range((last - first).days + 1):
            on = first + timedelta(days=ahead)
            if on in days:
                faults.append((row.line, f"{on} is named twice"))
            elif year is not None and on.year != year:
                faults.append((row.line, f"{on} is not in {year}"))
            else:
                days[on] = NoticeDay(works in _YES, row.name)
    return days


def _year(text: str, faults: list[tuple[int, str]]) -> int | None:
    if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100:
        return int(text)
    faults.append((1, f"{text!r} is no year"))
    return None
