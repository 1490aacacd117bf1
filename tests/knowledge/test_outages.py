"""Outage lists as they come in, their faults, and what an outage is at a given moment."""

import contextlib
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.outages import (
    BadFile,
    Outage,
    is_overdue,
    read_outages_csv,
    read_outages_json,
    state_at,
)

ZONE = ZoneInfo("Asia/Shanghai")
EIGHT = datetime(2026, 7, 1, 8, tzinfo=ZONE)
HEADER = "powerOffId,typeCode,subsName,lineName,pubTranName,scope,startTime,stopTime,poweroffReason"
ROW = "P1,计划停电,城西变,10kV城西线,翠湖2号公变,翠湖花园1-12栋,2026-07-01 08:00,2026-07-01 18:00,检修"


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows]).encode()


def problems_of(data: bytes) -> list[tuple[int, str]]:
    with pytest.raises(BadFile) as refused:
        read_outages_csv(data, region="beijing")
    return [(problem.line, problem.column) for problem in refused.value.problems]


def an_outage(state: str = "announced", kind: str = "planned", etr_at: datetime | None = None) -> Outage:
    return Outage("P1", kind, state, "翠湖花园", EIGHT, EIGHT + timedelta(hours=10), "beijing", etr_at=etr_at)  # type: ignore[arg-type]


def test_a_list_is_read() -> None:
    (outage,) = read_outages_csv(csv_of(ROW), region="hunan")
    assert outage == Outage(
        external_id="P1",
        kind="planned",
        state="announced",
        scope="翠湖花园1-12栋",
        start_at=EIGHT,
        stop_at=EIGHT + timedelta(hours=10),
        region="hunan",
        substation="城西变",
        line="10kV城西线",
        transformer="翠湖2号公变",
        reason="检修",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_encodings(encoding: str) -> None:
    (outage,) = read_outages_csv(f"{HEADER}\r\n{ROW}\r\n".encode(encoding), region="beijing")
    assert outage.scope == "翠湖花园1-12栋"


def test_chinese_headers_optional_columns_and_other_delimiters() -> None:
    header = "停电编号;停电类型;停电范围;开始时间;结束时间;状态;预计恢复时间;更新时间;备注"
    row = "F9;故障;江滨路;2026年7月1日8时30分;-;停电中;2026/7/1 12:00;2026-07-01T01:00:00Z;无"
    (outage,) = read_outages_csv(csv_of(row, header=header), region="beijing")
    assert (outage.kind, outage.state) == ("fault", "running")
    assert outage.start_at == EIGHT + timedelta(minutes=30)
    assert outage.stop_at == outage.etr_at == EIGHT + timedelta(hours=4)
    assert outage.updated_at == EIGHT + timedelta(hours=1)


def test_commas_and_line_breaks_in_quotes_keep_the_line_numbers() -> None:
    quoted = 'P2,计划,,,,"江滨路,\n建设路",2026-07-01 08:00,2026-07-01 18:00,'
    read = read_outages_csv(csv_of(ROW, quoted), region="beijing")
    assert read[1].scope == "江滨路,\n建设路"
    assert problems_of(csv_of(ROW, quoted, "P3,计划,,,,,2026-07-01 08:00,2026-07-01 18:00,")) == [
        (5, "scope")
    ]


def test_all_faults_are_told_and_nothing_is_taken() -> None:
    rows = [
        ROW,
        "P1,计划,,,,江滨路,2026-07-01 08:00,2026-07-01 18:00,",
        "P3,聚会,,,,江滨路,2026-07-01 08:00,2026-07-01 18:00,",
        "P4,计划,,,,,2026-07-01 08:00,2026-07-01 18:00,",
        "P5,计划,,,,江滨路,明天上午,2026-07-01 18:00,",
        "P6,计划,,,,江滨路,2026-07-01 18:00,2026-07-01 08:00,",
        "P7,计划,,,,江滨路,2026-02-30 18:00,2026-07-01 08:00,",
        "P8,计划,,,,=HYPERLINK(0),2026-07-01 08:00,2026-07-01 18:00,",
        "P9,计划,江滨路,2026-07-01 08:00,2026-07-01 18:00,",
        ",计划,,,,江滨路,2026-07-01 08:00,,",
    ]
    assert problems_of(csv_of(*rows)) == [
        (3, "powerOffId"),
        (4, "typeCode"),
        (5, "scope"),
        (6, "startTime"),
        (7, "stopTime"),
        (8, "startTime"),
        (9, "scope"),
        (10, ""),
        (11, "powerOffId"),
        (11, "stopTime"),
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "powerOffId"),
        (csv_of(header="powerOffId,typeCode,startTime,stopTime"), "scope"),
        (csv_of(header=HEADER + ",停电范围"), "停电范围"),
        (csv_of(ROW.replace("检修", "检\x00修")), "空字符"),
        (csv_of(ROW).decode().encode("utf-16"), "UTF-16"),
        (b"\x81\xff\xff", "编码"),
        (csv_of(ROW + ',"open'), ""),
        (csv_of(ROW.replace("2026-07-01 08:00", "2026-07-01")), "读不懂"),
    ],
)
def test_unreadable_files(data: bytes, told: str) -> None:
    with pytest.raises(BadFile) as refused:
        read_outages_csv(data, region="beijing")
    assert told in str(refused.value)


def test_json_lists() -> None:
    record = dict(zip(HEADER.split(","), ROW.split(","), strict=True))
    for content in ([record], {"data": {"list": [record]}, "code": 1}):
        (outage,) = read_outages_json(json.dumps(content).encode(), region="beijing")
        assert outage.start_at == EIGHT
    with pytest.raises(BadFile) as refused:
        read_outages_json(json.dumps([record, record | {"scope": None}, 7]).encode(), region="beijing")
    assert [(problem.line, problem.column) for problem in refused.value.problems] == [
        (2, "powerOffId"),
        (2, "scope"),
        (3, ""),
    ]


@pytest.mark.parametrize("data", [b"", b"{", b"7", b'{"a": 1}', b'["x"]', b"[" * 100_000])
def test_unreadable_json(data: bytes) -> None:
    with pytest.raises(BadFile):
        read_outages_json(data, region="beijing")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for read in (read_outages_csv, read_outages_json):
        with contextlib.suppress(BadFile):
            read(data, region="beijing")


@pytest.mark.parametrize(
    ("outage", "hours", "state", "overdue"),
    [
        (an_outage(), -1, "announced", False),
        (an_outage(), 0, "running", False),
        (an_outage(), 9.99, "running", False),
        (an_outage(), 10, "restored", False),
        (an_outage(etr_at=EIGHT + timedelta(hours=12)), 11, "running", False),
        (an_outage("running"), 11, "running", True),
        (an_outage(kind="fault"), 11, "running", True),
        (an_outage("postponed"), -1, "postponed", False),
        (an_outage("postponed"), 1, "running", False),
        (an_outage("cancelled"), 1, "cancelled", False),
        (an_outage("restored"), 1, "restored", False),
        (an_outage("partly_restored"), 11, "partly_restored", True),
    ],
)
def test_the_state_follows_the_clock(outage: Outage, hours: float, state: str, overdue: bool) -> None:
    now = EIGHT + timedelta(hours=hours)
    assert (state_at(outage, now), is_overdue(outage, now)) == (state, overdue)
