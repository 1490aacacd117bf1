"""Asking what a consumption costs, and going on asking."""

from collections.abc import Callable

import pytest

from handlers.messages import Heard
from tests.talking import Clock

Hear = Callable[..., Heard]


def test_a_bill_with_every_step(say: Hear) -> None:
    heard = say("一个月用了三百度电要交多少钱")
    assert (heard.outcome, heard.topic) == ("action", "faq.tariff")
    for part in ("估算", "第一档", "第二档", "以实际账单为准"):
        assert part in heard.text
    assert heard.sources


def test_a_bare_number_answers_the_question(say: Hear) -> None:
    assert "多少度" in say("帮我算一下电费").text
    assert "用电280度" in say("280").text


def test_the_question_goes_on(say: Hear) -> None:
    say("用了300度多少钱")
    assert "600度" in say("600度呢").text
    there = say("换成上海呢").text
    assert "上海" in there
    assert "600度" in there
    assert "上海" in say("那150度呢").text
    split = say("峰200谷100呢")
    assert split.topic == "faq.tou"
    assert "估算" in split.text


def test_peak_and_valley_by_the_button(say: Hear, tap: Hear) -> None:
    say("上海用了300度多少钱")
    assert "高峰" in tap("按峰谷算").text
    assert "估算" in say("峰180谷120").text


def test_what_cannot_be_computed_is_said(say: Hear) -> None:
    heard = say("商铺用了500度电要多少钱")
    assert "不能算" in heard.text
    assert "人工" in [choice.label for choice in heard.replies[-1].choices]


def test_another_answer_in_between_keeps_the_number_awaited(say: Hear) -> None:
    say("帮我算一下电费")
    say("阶梯电价分几档")
    assert "用电320度" in say("320度").text


def test_a_region_alone_goes_on_with_the_last_answer(say: Hear) -> None:
    say("用了300度多少钱")
    say("阶梯电价分几档")
    heard = say("上海的")
    assert heard.outcome == "found"
    assert "估算" not in heard.text


def test_the_talk_is_forgotten_after_a_while(say: Hear, clock: Clock) -> None:
    say("上海用了300度多少钱")
    clock.pass_(hours=1)
    assert "北京" in say("用了300度多少钱").text


@pytest.mark.parametrize(
    "words", ["为什么我用了300度要交这么多", "空调开26度费电吗", "我充了300块怎么没到账"]
)
def test_what_is_no_question_for_the_calculator(say: Hear, words: str) -> None:
    assert "估算约" not in say(words).text
