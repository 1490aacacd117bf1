"""Texts and buttons stay within Telegram's bounds whatever the desk writes."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.telegram.rendering import keyboard, rows, shorten, split, to_html, to_plain, units, width
from bot.delivery import Undeliverable
from handlers.messages import Choice
from tests.fake_bot_api.markup import visible

TEXTS = st.text(st.sampled_from("电费停。！，\n\n -*<>&;b/a😀𠮷 "), max_size=400)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(TEXTS, st.integers(8, 120))
@example("😀" * 30, 9)
def test_parts_fit_and_nothing_is_lost(text: str, limit: int):
    parts = split(text, limit)
    assert all(0 < units(part) <= limit for part in parts)
    assert bare("".join(parts)) == bare(text)
    assert all(part == part.strip() for part in parts)


@given(TEXTS)
def test_html_can_always_be_read_and_shows_what_plain_text_shows(text: str):
    seen = visible(to_html(text))
    assert seen == to_plain(text)
    assert units(seen) <= units(text)


def test_cuts_are_made_between_paragraphs_then_lines_then_sentences():
    assert split("一二三。\n\n四五六七\n八九", 10) == ["一二三。", "四五六七\n八九"]
    assert split("一二三四\n五六七八", 6) == ["一二三四", "五六七八"]
    assert split("一二三四。五六七八", 7) == ["一二三四。", "五六七八"]
    assert split("一二三四五六七八", 5) == ["一二三四五", "六七八"]


def test_markup():
    assert to_html("**一**二 **三 四**\n- 五 - 六\n * * **") == "<b>一</b>二 <b>三 四</b>\n• 五 - 六\n * * **"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["报修", "停电", "电费"], [[0, 1, 2]]),
        (["停电报修", "电费查询", "我的工单", "转人工"], [[0, 1], [2, 3]]),
        (["1", "2", "3", "4", "5"], [[0, 1, 2, 3, 4]]),
        (["居民阶梯电价分几档？", "是", "否"], [[0], [1, 2]]),
        (["一户多人口怎么申请", "合表用户电价是多少"], [[0, 1]]),
        (["一户多人口怎么申请优惠", "都不是"], [[0], [1]]),
        ([], []),
    ],
)
def test_short_labels_share_a_row(labels: list[str], expected: list[list[int]]):
    assert rows(labels) == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["怎么交电费", "发票怎么开", "👍", "👎", "人工"], [[0, 1], [2, 3, 4]]),
        (["阶梯电价是什么意思？", "👍", "👎", "人工"], [[0], [1, 2, 3]]),
        (["👍", "👎", "人工"], [[0, 1, 2]]),
    ],
)
def test_thumbs_have_a_row_of_their_own(labels: list[str], expected: list[list[int]]):
    assert rows(labels, 3) == expected
    found = keyboard("t", [Choice(label, "x") for label in labels], last_row=3)
    assert found is not None
    assert [len(row) for row in found.inline_keyboard] == [len(row) for row in expected]


@given(st.lists(st.text(max_size=60), max_size=130))
def test_keyboards_stay_within_bounds(labels: list[str]):
    found = keyboard("t" * 24, [Choice(label, "x") for label in labels])
    if not labels:
        assert found is None
        return
    assert found is not None
    buttons = [button for row in found.inline_keyboard for button in row]
    assert len(buttons) == min(len(labels), 100)
    assert all(len(row) <= 8 for row in found.inline_keyboard)
    assert all(button.text.strip() and width(button.text) <= 57 for button in buttons)
    assert [button.callback_data for button in buttons] == [f"{'t' * 24}:{n}" for n in range(len(buttons))]


def test_a_key_that_is_too_long_is_refused():
    with pytest.raises(Undeliverable):
        keyboard("t" * 64, [Choice("是", "x")])


def test_long_labels_are_cut():
    assert width(shorten("电" * 90)) <= 57
    assert shorten(" 报\n修 ") == "报 修"
