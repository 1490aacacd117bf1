"""Small courtesies: greetings in mid-form, anger, signs only, words that tell no place."""

from collections.abc import Callable

import pytest

from tests.talking import Chat, Clock


def labels(chat: Chat) -> list[str]:
    """Return the buttons under the newest message."""
    return [choice.label for choice in chat.got()[-1].choices]


def test_a_form_that_has_expired_makes_room_for_a_new_one(alice: Chat, clock: Clock) -> None:
    alice.say("报修")
    alice.say("只有我家")
    clock.pass_(hours=25)
    assert "只有您家没电" in alice.say("报修").text


@pytest.mark.parametrize("words", ["你好", "谢谢", "好的谢谢", "在吗？"])
def test_a_greeting_answers_no_question_of_a_form(alice: Chat, words: str) -> None:
    alice.say("报修")
    alice.say("只有我家")
    alice.say(words)
    assert "跳闸" in alice.got()[-1].text
    alice.say("继续")
    assert "跳闸" in alice.got()[-1].text


def test_words_that_tell_no_place_are_kept_and_the_place_is_asked_again_once(alice: Chat) -> None:
    alice.say("报修")
    alice.say("整片")
    assert "地址" in alice.say("我家").text
    assert "已记下" in alice.say("昨天半夜开始一直没来真着急").text
    alice.say("翠竹苑7栋")
    alice.say("跳过")
    alice.say("跳过")
    said = alice.got()[-1].text
    assert "翠竹苑7栋" in said
    assert "昨天半夜" in said


def test_words_at_the_question_for_a_phone_number_are_kept(alice: Chat) -> None:
    alice.say("家里电压低，灯泡很暗")
    alice.say("翠竹苑7栋")
    assert "已记下" in alice.say("晚上最严重").text
    alice.say("跳过")
    alice.say("没有了")
    assert "晚上最严重" in alice.got()[-1].text
    assert "没有了" not in alice.got()[-1].text
    alice.say("13800001111")
    assert "联系电话：13800001111" in alice.got()[-1].text


def test_an_entry_before_a_form_says_one_short_line(alice: Chat) -> None:
    alice.say("我要投诉")
    replies = alice.heard.replies
    assert len(replies) == 1
    assert replies[0].text.index("**投诉") <= 80
    alice.say("取消")
    alice.say("我要报修")
    assert "1/" in alice.got()[-1].text
    assert "只有您家没电" in alice.got()[-1].text


def test_who_asks_how_to_help_himself_is_helped_first(alice: Chat) -> None:
    assert "拔" in alice.say("家里跳闸了怎么办").text
    alice.tap("还是不行，报修")
    assert "电表亮不亮" in alice.got()[-1].text


def test_a_question_that_may_mean_several_is_offered_in_mid_form(alice: Chat) -> None:
    alice.say("报修")
    alice.say("只有我家")
    alice.say("停电赔偿怎么弄")
    if alice.heard.outcome == "unclear":
        offered = alice.heard.replies[0].choices[0].label
        alice.tap(offered)
        assert "没填完的报修" in alice.got()[-1].text


def test_urging_instead_lets_the_second_form_go(alice: Chat) -> None:
    for _ in range(2):
        alice.say("报修")
        alice.say("整片")
        alice.say("翠竹苑7栋")
        if "已经报过" in alice.got()[-1].text:
            break
        for words in ("跳过", "跳过", "提交"):
            alice.say(words)
    alice.tap("催办")
    assert "没填完" not in alice.say("/menu").text


def test_who_has_a_ticket_and_asks_where_they_are_sees_it(alice: Chat) -> None:
    for words in ("报修", "整片", "翠竹苑7栋", "跳过", "跳过", "提交"):
        alice.say(words)
    assert alice.heard.ticket
    assert alice.say("师傅到哪了").ticket == alice.got()[-1].text.split()[1].strip("*")


def test_pictures_and_signs_only_get_a_kind_word(alice: Chat) -> None:
    for words in ("😀😀", "？", "……"):
        assert alice.say(words).outcome == "smalltalk"
        assert "人工" in labels(alice)


def test_anger_is_never_a_button(alice: Chat) -> None:
    alice.say("滚")
    assert {"投诉", "人工"} <= set(labels(alice))
    alice.say("你们什么垃圾公司，天天停电，滚")
    assert "心里有气想说两句" not in labels(alice)


def test_anger_is_no_kind_of_complaint(alice: Chat) -> None:
    alice.say("投诉")
    alice.say("滚")
    assert "哪方面" in alice.got()[-1].text


def test_a_short_word_of_praise_is_asked_for_more(alice: Chat) -> None:
    alice.say("表扬一下师傅")
    assert "为什么事" in alice.got()[-1].text or "因为什么事" in alice.got()[-1].text


def test_an_asked_back_customer_gets_ways_on(alice: Chat, book: object) -> None:
    alice.say("怎么办手续")
    assert alice.heard.outcome == "unclear"
    assert len(labels(alice)) >= 3


def test_words_that_answers_name_do_something(chat: Callable[..., Chat]) -> None:
    for index, words in enumerate(
        ("危险", "催办", "举报", "表扬", "缓交", "停电异议", "我的账单", "删除我的数据")
    ):
        heard = chat(f"c{index}").say(words)
        assert heard.outcome in ("action", "danger"), words


def test_an_expired_button_gets_one_message(alice: Chat, clock: Clock) -> None:
    alice.say("/start")
    key = alice.key_of("我的电费")
    clock.pass_(hours=24 * 90)
    heard = alice.say(choice=key)
    assert len(heard.replies) == 1
    assert "过期" in heard.text
