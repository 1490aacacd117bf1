"""Whom an announced outage touches, in the words of customers and of announcements."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.outages import Outage, extract_place, mentioned, touching

EIGHT = datetime(2026, 7, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai"))


def an_outage(scope: str, line: str = "", transformer: str = "") -> Outage:
    end = EIGHT + timedelta(hours=8)
    return Outage(
        "P", "planned", "announced", scope, EIGHT, end, "beijing", line=line, transformer=transformer
    )


TODAY = {
    1: an_outage("桂香苑1-12栋、滨河路2号至40号（双号）", line="10kV城北线", transformer="桂香2号公变"),
    2: an_outage("滨河路朝晖小区、青石镇赵家村"),
    3: an_outage("人民路朝晖小区"),
    4: an_outage("银杏家园（3栋除外）、八一路、学府路7、9、11号"),
    5: an_outage("紫薇花园1栋、3栋及5栋，金沙湾一期；和平里"),
    6: an_outage("紫薇新村全部用户"),
    7: an_outage("解放大道（光明路至长青路段）、梅园社区部分用户"),
    8: an_outage("月亮湾公寓"),
}


def found(place: str) -> list[tuple[int, str]]:
    return [(match.key, match.certainty) for match in touching(place, TODAY)]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("桂香苑3栋", [(1, "sure")]),
        ("桂香苑三号楼", [(1, "sure")]),
        ("桂香苑3栋2单元502", [(1, "sure")]),
        ("桂香苑12幢", [(1, "sure")]),
        ("滨河路18号", [(1, "sure")]),
        ("滨河路朝晖小区", [(2, "sure")]),
        ("赵家村", [(2, "sure")]),
        ("青石镇赵家村", [(2, "sure")]),
        ("江城市青石镇赵家村2组", [(2, "sure")]),
        ("銀杏家園2棟", [(4, "sure")]),
        ("八一路20号", [(4, "sure")]),
        ("学府路9号", [(4, "sure")]),
        ("紫薇花园5栋", [(5, "sure")]),
        ("金沙湾一期", [(5, "sure")]),
        ("和平里", [(5, "sure")]),
        ("紫薇新村", [(6, "sure")]),
        ("月亮湾公寓", [(8, "sure")]),
        ("城北线", [(1, "sure")]),
        ("10kV城北线", [(1, "sure")]),
        ("桂香2号变", [(1, "sure")]),
    ],
)
def test_what_is_announced_is_found(place: str, expected: list[tuple[int, str]]) -> None:
    assert found(place) == expected


@pytest.mark.parametrize(
    "place",
    [
        "桂香苑15栋",
        "滨河路19号",
        "滨河路42号",
        "新滨河路18号",
        "银杏家园3栋",
        "学府路8号",
        "紫薇花园2栋",
        "金沙湾二期",
        "八二路",
        "桂林苑",
        "白石镇赵家村",
        "光明路",
        "长青路5号",
        "南和平里",
        "城南线",
        "桂香3号变",
        "太阳湾公寓",
        "小区",
        "我家",
        "路",
        "家园",
        "",
        "?",
        "ok",
    ],
)
def test_what_is_not_announced_is_not_found(place: str) -> None:
    assert found(place) == []


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("桂香苑", [(1, "likely")]),  # twelve buildings of it: which one is not said
        ("桂香园5栋", [(1, "likely")]),  # the same sounds
        ("月亮弯公寓", [(8, "likely")]),
        ("青石镇", [(2, "likely")]),
        ("解放大道30号", [(7, "likely")]),  # a section of it
        ("梅园社区", [(7, "likely")]),  # some of its customers
        ("银杏", [(4, "likely")]),
        ("yueliangwan gongyu", [(8, "likely")]),
    ],
)
def test_what_the_words_leave_open_is_only_likely(place: str, expected: list[tuple[int, str]]) -> None:
    assert found(place) == expected


@pytest.mark.parametrize(("place", "keys"), [("朝晖小区", [2, 3]), ("紫薇", [5, 6]), ("滨河路", [1, 2])])
def test_a_name_of_several_areas_is_ambiguous(place: str, keys: list[int]) -> None:
    assert found(place) == [(key, "ambiguous") for key in keys]


def test_two_outages_of_one_area_are_both_sure() -> None:
    both = {"morning": an_outage("桂香苑"), "evening": an_outage("桂香苑、滨河路")}
    assert [match.certainty for match in touching("桂香苑", both)] == ["sure", "sure"]


def test_the_area_is_told_as_announced() -> None:
    (match,) = touching("学府路", TODAY)
    assert (match.area, match.partly) == ("学府路7、9、11号", True)


@given(st.text(max_size=30))
def test_no_text_breaks_the_matching(text: str) -> None:
    touching(text, TODAY)
    mentioned(text, TODAY)
    touching("桂香苑", {1: an_outage(text)})
    extract_place(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("银杏停电了吗", [(4, "likely")]),
        ("银杏2栋今天停不停", [(4, "likely")]),
        ("我们紫薇停电了吗", [(5, "ambiguous"), (6, "ambiguous")]),
        ("在月亮湾公寓这儿 没电", [(8, "sure")]),
        ("新滨河路停电了吗", []),
        ("什么时候来电", []),
    ],
)
def test_announced_names_are_seen_in_passing(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(match.key, match.certainty) for match in mentioned(text, TODAY)] == expected


@given(st.integers(1, 60))
def test_a_building_is_touched_exactly_when_it_is_in_the_range(number: int) -> None:
    assert bool(touching(f"桂香苑{number}栋", TODAY)) == (number <= 12)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("桂香苑停电了吗", "桂香苑"),
        ("我们朝晖小区几点来电啊", "朝晖小区"),
        ("闵行的", "闵行"),
        ("滨河路18号停不停", "滨河路18号"),
        ("我住在滨河路18号3栋2单元，什么时候来电", "滨河路18号3栋2单元"),
        ("请问明天城北线停电吗", "城北线"),
        ("青石镇赵家村停电到几点", "青石镇赵家村"),
        ("銀杏家園幾時有電返", "银杏家园"),
        ("紫薇的", "紫薇"),
        ("月亮湾那边没电了", "月亮湾"),
        ("銀杏那邊", "银杏"),
        ("我是和平里的 怎么没电了", "和平里"),
        ("八一路这一片停电了", "八一路"),
        ("成都那边停电了没有", "成都"),
        ("全福花园都停电了", "全福花园"),
        ("查一下桂香苑5栋今天停不停电", "桂香苑5栋"),
    ],
)
def test_the_place_is_taken_out_of_a_message(text: str, place: str) -> None:
    assert extract_place(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "又停电了",
        "我家没电",
        "我们小区今天停不停电",
        "这一片都没电",
        "隔壁有电我家没电",
        "停电了吗",
        "什么时候来电",
        "整个小区黑了",
        "影响350户",
        "天天停电",
        "大面积停电",
        "为什么我们这老停电",
        "说好45分钟到",
        "晚上突然没电",
        "隔壁小区有电我们没有",
        "他们村都来电了",
        "是哪条线路停电",
        "最近有停电计划吗",
        "说好六点来电",
        "企业停电通知",
        "电线掉水里了",
        "账户里有钱怎么停了",
        "我要改手机号",
        "整条街都黑了",
        "重症病人家庭停电怎么办",
        "你好",
        "人工",
        "电费多少",
        "",
    ],
)
def test_no_place_is_invented(text: str) -> None:
    assert extract_place(text) is None
