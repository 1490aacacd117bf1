"""What may be kept of a customer's words: what they ask, never who and where they are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.redaction import district_of, redact, without_marks

_PIECES = st.sampled_from(
    [
        "电费",
        "我叫",
        "号",
        "-",
        " ",
        "\u200b",
        "１３９",
        "139",
        "1234",
        "５",
        "٣٤",
        "七",
        "幺三九",
        "路",
        "栋",
        ".",
    ]
)


@given(st.text() | st.lists(_PIECES, max_size=20).map("".join))
def test_no_long_number_survives(text: str) -> None:
    kept = redact(text)
    assert not re.search(r"\d{5,}", kept)
    assert not re.search(r"\d(?:[ -]?\d){6,}", kept)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我叫王小明，电费怎么交", "我叫〔姓名〕，电费怎么交"),
        ("我姓李，电费怎么交", "我姓〔姓名〕，电费怎么交"),
        ("陳先生家裡跳電", "〔姓名〕先生家裡跳電"),
        ("電話０９１２３４５６７８", "電話〔号码〕"),
        ("打139 1234 5678找我", "打〔号码〕找我"),
        ("户号1100000001没电", "户号〔号码〕没电"),
        ("身份证11010119900101123X能过户吗", "身份证〔证件〕能过户吗"),
        ("车牌京A12345在充电", "车牌〔车牌〕在充电"),
        ("建设路12号停电了", "建设路〔门牌〕停电了"),
        ("阳光花园3栋2单元501没电", "阳光花园〔门牌〕没电"),
        ("發票寄到 a.b@mail.example.tw", "發票寄到 〔邮箱〕"),
        # What a question is about stays.
        ("350度电要多少钱", "350度电要多少钱"),
        ("2026年11月23日停电吗", "2026年11月23日停电吗"),
        ("户名不一致能交吗", "户名不一致能交吗"),
        ("我是江城人想问电费", "我是江城人想问电费"),
        ("12号停不停电", "12号停不停电"),
    ],
)
def test_who_and_where_is_taken_out(said: str, kept: str) -> None:
    assert redact(said) == kept


@pytest.mark.parametrize(
    ("said", "phrasing"),
    [
        ("我叫王小明，电话13912345678，电费怎么交", "电费怎么交"),
        ("户号1100000001，充电桩能装吗", "充电桩能装吗"),
        ("能装充电桩吗", "能装充电桩吗"),
    ],
)
def test_a_phrasing_has_no_marks(said: str, phrasing: str) -> None:
    assert without_marks(redact(said)) == phrasing


@pytest.mark.parametrize(
    ("said", "district"),
    [
        ("浦东新区川沙镇停电吗", "浦东新区"),
        ("我家住朝阳区望京街道花家地怎么没电", "朝阳区"),
        ("天河区能装充电桩吗", "天河区"),
        ("我这小区没电", None),
        ("城区和农村的电价", None),
    ],
)
def test_a_district_is_read(said: str, district: str | None) -> None:
    assert district_of(said) == district
