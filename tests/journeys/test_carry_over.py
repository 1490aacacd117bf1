"""Journeys through what is carried from one answer to the next about outages and one's own bills."""

from tests.talking import Chat


def test_another_place_after_an_outage_answer_is_no_question_about_prices(alice: Chat) -> None:
    alice.say("翠竹苑停电了吗")
    heard = alice.say("浦东的")
    assert heard.outcome == "action"
    assert "浦东" in heard.text
    assert "电价" not in heard.text
    assert "柳荫路5号" in alice.say("柳荫路5号").text


def test_after_an_outage_answer_a_price_is_still_a_price(alice: Chat) -> None:
    alice.say("翠竹苑停电了吗")
    assert not (alice.say("那商铺电价呢").topic or "").startswith("outage.")


def test_every_answer_about_an_outage_has_a_person_and_related_questions(alice: Chat) -> None:
    alice.say("翠竹苑停电了吗")
    assert "人工" in [choice.label for choice in alice.got()[-1].choices]


def test_a_computed_bill_offers_related_questions(alice: Chat) -> None:
    alice.say("用了350度多少钱")
    assert len(alice.got()[-1].choices) >= 4


def test_without_an_account_nothing_is_said_twice(alice: Chat) -> None:
    for words in ("欠多少钱", "110010000099"):
        replies = alice.say(words).replies
        assert len(replies) == 1, words
        assert replies[0].text.count("绑定") <= 2


def test_a_proof_names_only_what_the_channel_has(alice: Chat, chat: object) -> None:
    alice.say("绑定户号 110010000099")
    assert "手机号】" not in alice.got()[-1].text
    assert alice.got()[-1].asks is None
