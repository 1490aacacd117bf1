"""Questions and answers: sure, asking which, not knowing, going on, and the script of the customer."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlmodel import select

from handlers.answering import answers
from handlers.messages import Heard
from knowledge.understanding import Candidate, Understanding
from storage.database import Database
from storage.models import Person
from tests.talking import Chat, Clock

Hear = Callable[..., Heard]


@pytest.fixture
def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search cannot tell two price questions apart, whatever is asked."""
    candidates = (
        Candidate("tariff.tier2.price", "第二档电价是多少？", 0.4),
        Candidate("tariff.tier3.price", "第三档电价是多少？", 0.35),
    )
    meant = Understanding("unclear", "faq.tariff", None, 0.4, candidates, None, "")
    monkeypatch.setattr(answers, "understand", lambda _turn, _text: meant)


def labels(heard: Heard) -> list[str]:
    return [choice.label for choice in heard.replies[-1].choices]


def test_a_sure_answer_with_what_it_stands_on(say: Hear) -> None:
    heard = say("阶梯电价分几档")
    assert (heard.outcome, heard.topic, heard.entry) == ("found", "faq.tariff", "tariff.tiers.count")
    assert Decimal(str(heard.score)) > Decimal("0.7")
    assert heard.sources
    assert "依据" in heard.text
    assert labels(heard)[-3:] == ["👍", "👎", "人工"]


def test_a_related_question_is_one_tap_away(say: Hear, tap: Hear) -> None:
    offered = labels(say("阶梯电价分几档"))[0]
    heard = tap(offered)
    assert heard.outcome == "found"
    assert heard.entry != "tariff.tiers.count"


def test_a_label_may_be_typed_in_either_script(say: Hear, alice: Chat) -> None:
    offered = labels(say("階梯電價分幾檔"))[0]
    heard = say(offered)
    assert heard.outcome == "found"
    assert heard.entry != "tariff.tiers.count"


@pytest.mark.usefixtures("unsure")
def test_an_unclear_question_is_asked_back_once(say: Hear, tap: Hear) -> None:
    first = say("第几档多少钱来着")
    assert first.outcome == "unclear"
    assert labels(first)[-1] == "都不是"
    assert len(first.candidates) == 2
    assert tap(labels(first)[0]).outcome == "found"


@pytest.mark.usefixtures("unsure")
def test_unclear_twice_offers_a_person(say: Hear) -> None:
    say("第几档多少钱来着")
    second = say("就是那个档嘛")
    assert labels(second) == ["人工", "主菜单"]
    assert "不再让您重复" in second.text


@pytest.mark.usefixtures("unsure")
def test_none_of_these_offers_a_person(say: Hear, tap: Hear) -> None:
    say("第几档多少钱来着")
    heard = tap("都不是")
    assert heard.outcome == "unknown"
    assert "人工" in labels(heard)


def test_what_we_do_not_know_is_admitted(say: Hear) -> None:
    heard = say("qwxzpl")
    assert heard.outcome == "unknown"
    assert "人工" in labels(heard)


def test_out_of_scope_names_who_is_responsible(say: Hear) -> None:
    heard = say("水费怎么交")
    assert (heard.outcome, heard.topic) == ("unknown", "out_of_scope")
    assert "自来水" in heard.text


def test_traditional_stays_until_simplified_is_written(say: Hear) -> None:
    assert "階梯" in say("階梯電價分幾檔").text
    assert "別" in say("好的").text  # both scripts write it alike
    assert "阶梯" in say("阶梯电价分几档").text


@pytest.mark.parametrize(
    ("first", "then", "entry"),
    [
        ("第二档电价是多少", "那第三档呢", "tariff.tier3.price"),
        ("阶梯电价分几档", "那商铺呢", "tariff.business"),
        ("阶梯电价分几档", "合表的呢", "tariff.shared_meter"),
    ],
)
def test_a_fragment_goes_on_with_the_question_before(say: Hear, first: str, then: str, entry: str) -> None:
    say(first)
    assert say(then).entry == entry


def test_a_region_goes_on_with_the_question_before(say: Hear, database: Database) -> None:
    here = say("第二档电价是多少")
    there = say("那上海呢")
    assert there.outcome == "found"
    assert there.text != here.text
    assert "上海" in there.text
    with database.reading() as session:
        assert session.exec(select(Person)).one().region is None


def test_a_region_is_spoken_of_for_a_while_only(say: Hear, clock: Clock) -> None:
    here = say("第二档电价是多少").text
    say("上海的")
    assert say("第三档电价是多少").text.startswith("（以下按上海")
    clock.pass_(hours=1)
    assert say("第二档电价是多少").text == here


def test_two_wishes_in_one_message_are_both_seen(say: Hear) -> None:
    heard = say("阶梯电价分几档，另外房子过户怎么办")
    assert heard.entry == "tariff.tiers.count"
    assert "过户" in labels(heard)[0]


def test_an_answer_in_the_middle_of_a_form_starts_nothing(say: Hear, tap: Hear) -> None:
    say("报修")
    heard = say("阶梯电价分几档？")
    assert heard.outcome == "found"
    assert "三档" in heard.text
    assert "报修" in heard.replies[-1].text
