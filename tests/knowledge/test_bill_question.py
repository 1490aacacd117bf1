"""Which sentences are a bill to be computed, what they say, and which are something else."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.bill_question import NeedsMore, read_bill_question
from knowledge.rules.regions import read_region
from knowledge.rules.tariffs import BillQuestion

TODAY = date(2026, 11, 23)
THIS_MONTH = date(2026, 11, 1)
BEFORE = BillQuestion("beijing", THIS_MONTH, Decimal(350))
ASKED_FOR_KWH = BillQuestion("beijing", THIS_MONTH)


def read(text: str, previous: BillQuestion | None = None) -> BillQuestion | NeedsMore | None:
    return read_bill_question(text, region="beijing", today=TODAY, previous=previous)


def said(result: BillQuestion | NeedsMore | None) -> dict[str, Any]:
    """Return what differs from an empty question, figures as text."""
    assert isinstance(result, BillQuestion), result
    empty = BillQuestion("beijing", THIS_MONTH)
    names = [name for name in BillQuestion.__slots__ if not name.endswith("_named")]
    changed = {name: getattr(result, name) for name in names if getattr(result, name) != getattr(empty, name)}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in changed.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("280度电要花多少钱", {"kwh": "280"}),
        ("四百五十度电得交多少", {"kwh": "450"}),
        ("一千二百度是多少电费", {"kwh": "1200"}),
        ("420kWh 费用", {"kwh": "420"}),
        ("用了275千瓦时", {"kwh": "275"}),
        ("这月走了330度 算算电费", {"kwh": "330"}),
        ("六月份深圳用电550度多少钱", {"region": "guangdong", "month": date(2026, 6, 1), "kwh": "550"}),
        ("長沙去年12月300度要繳幾多錢", {"region": "hunan", "month": date(2025, 12, 1), "kwh": "300"}),
        ("12月 200度", {"month": date(2025, 12, 1), "kwh": "200"}),
        ("上个月220度 大概多少钱", {"month": date(2026, 10, 1), "kwh": "220"}),
        ("峰180谷90 宁波", {"region": "zhejiang", "kwh": "270", "peak_kwh": "180", "valley_kwh": "90"}),
        (
            "白天用了100度，晚上用了60度 苏州 多少钱",
            {"region": "jiangsu", "kwh": "160", "peak_kwh": "100", "valley_kwh": "60"},
        ),
        (
            "总共300度其中谷120 浦东",
            {"region": "shanghai", "kwh": "300", "peak_kwh": "180", "valley_kwh": "120"},
        ),
        ("家里五口人 480度多少钱", {"kwh": "480", "people": 5}),
        ("低保户用了90度要交多少", {"kwh": "90", "low_income": True}),
        ("今年累计2500度，这个月又用了380度，多少钱", {"kwh": "380", "used_this_year": "2500"}),
        ("今年到现在用了4000度要多少钱", {"kwh": "4000", "span": "year"}),
        ("全年3600度电费多少", {"kwh": "3600", "span": "year"}),
        ("台北两个月用700度要多少", {"region": "taiwan", "kwh": "700", "span": "two_months"}),
        ("合表用户260度多少钱", {"kwh": "260", "customer": "shared_meter"}),
        ("开饭店一个月2000度要交多少", {"kwh": "2000", "customer": "commercial", "span": "month"}),
        ("空调这个月用了150度电多少钱", {"kwh": "150"}),
    ],
)
def test_a_bill_is_read(text: str, expected: dict[str, Any]) -> None:
    assert said(read(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "停电影响350户",
        "我住你们营业厅旁边350号",
        "每度多少钱",
        "一度电多少钱",
        "杭州现在多少钱一度",
        "第三档几块一度",
        "一个字是多少钱",
        "24度吹一夜要多少钱",
        "账单是估算的吗",
        "峰谷划算吗",
        "充了500块",
        "空调开26度一晚上多少钱",
        "热水器调到60度费电吗",
        "气温38度 电费要涨吗",
        "300度怎么收了我260块",
        "凭什么350度要这么多",
        "超过400度多少钱一度",
        "200度以内多少钱",
        "这个月350度正常吗",
        "350度电能用多久",
        "从200度变成500度了",
        "第二档从多少度开始",
        "户号3301234567电费多少",
        "我欠多少钱",
        "电费怎么算",
        "13800138000",
        "350",
        "电压220伏",
        "家里6个人",
        "你好",
        "",
    ],
)
def test_other_wishes_are_left_alone(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("帮我估算一下电费", "kwh"),
        ("给我算一哈电费嘛", "kwh"),
        ("峰200 上海多少钱", "valley_kwh"),
        ("谷80度 杭州 多少钱", "peak_kwh"),
        ("-40度多少钱", "kwh"),
        ("200到300度多少钱", "kwh"),
        ("88888888度多少钱", "kwh"),
        ("一共100度，其中峰300 上海多少钱", "kwh"),
    ],
)
def test_what_is_missing_is_asked_for(text: str, missing: str) -> None:
    result = read(text)
    assert isinstance(result, NeedsMore)
    assert result.missing == missing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("换成上海呢", {"region": "shanghai", "kwh": "350"}),
        ("那杭州呢", {"region": "zhejiang", "kwh": "350"}),
        ("換成臺灣咧", {"region": "taiwan", "kwh": "350"}),
        ("500度呢", {"kwh": "500"}),
        ("要是八百度呢", {"kwh": "800"}),
        ("那七月呢", {"month": date(2026, 7, 1), "kwh": "350"}),
        ("如果六个人呢", {"kwh": "350", "people": 6}),
        ("我们是低保呢", {"kwh": "350", "low_income": True}),
        ("合表呢", {"kwh": "350", "customer": "shared_meter"}),
        ("那商铺呢", {"kwh": "350", "customer": "commercial"}),
        ("今年之前已经用了2700度", {"kwh": "350", "used_this_year": "2700"}),
        ("峰200谷150呢", {"kwh": "350", "peak_kwh": "200", "valley_kwh": "150"}),
    ],
)
def test_a_fragment_changes_the_last_question(text: str, expected: dict[str, Any]) -> None:
    assert said(read(text, BEFORE)) == expected


@pytest.mark.parametrize(
    "text", ["谢谢", "人工", "什么时候来电", "那第三档呢", "为什么", "350", "上海路停电了吗"]
)
def test_other_wishes_do_not_change_the_last_question(text: str) -> None:
    assert read(text, BEFORE) is None


@pytest.mark.parametrize(
    "text", ["350", "三百五", "三百五十度", "大概350吧", "350左右", "用了350", "是350度", "350。", "３５０"]
)
def test_a_bare_number_answers_how_many(text: str) -> None:
    assert said(read(text, ASKED_FOR_KWH)) == {"kwh": "350"}


def test_a_bare_number_answers_how_much_in_the_valley() -> None:
    first = read("峰200 上海多少钱")
    assert isinstance(first, NeedsMore)
    answer = read("150", first.question)
    assert isinstance(answer, BillQuestion)
    assert (answer.peak_kwh, answer.valley_kwh, answer.kwh) == (200, 150, 350)


def test_the_region_asked_about_stays() -> None:
    first = read("上海350度多少钱")
    assert isinstance(first, BillQuestion)
    again = read("600度要多少钱", first)
    assert isinstance(again, BillQuestion)
    assert (again.region, again.kwh) == ("shanghai", 600)


@given(st.integers(1, 99_999), st.sampled_from(["{}度多少钱", "用了{}kwh", "{} 度电要交多少", "上海 {}度"]))
def test_any_whole_number_is_read_as_it_is(kwh: int, form: str) -> None:
    result = read(form.format(kwh))
    if kwh == 1:
        return  # 一度电多少钱 asks for the price
    assert isinstance(result, BillQuestion)
    assert result.kwh == kwh


@given(st.text(max_size=40), st.sampled_from([None, BEFORE, ASKED_FOR_KWH]))
def test_no_text_breaks_it(text: str, previous: BillQuestion | None) -> None:
    read(text, previous)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("广州七月", "guangdong"),
        ("廣州", "guangdong"),
        ("深圳的", "guangdong"),
        ("浦东的", "shanghai"),
        ("成都", "sichuan"),
        ("臺北市", "taiwan"),
        ("江城", "beijing"),
        ("从北京换成上海", "shanghai"),
        ("上海路18号", None),
        ("南京东路", None),
        ("北京花园", None),
        ("火星", None),
    ],
)
def test_regions_are_read_and_streets_are_not(text: str, region: str | None) -> None:
    assert read_region(text) == region
    assert read_region("江城", home="hunan") == "hunan"
