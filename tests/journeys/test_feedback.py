"""Thumbs under an answer, long answers in parts, and every question that we could not answer kept."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import col, select

from handlers.answering import answers
from handlers.desk import Desk
from handlers.messages import Heard
from knowledge.book import Book
from knowledge.understanding import Candidate, Understanding
from storage.database import Database
from storage.models import Miss, MissKind, Thumb
from storage.statistics import by_state
from tests.talking import STAFF, Chat, Clock

Hear = Callable[..., Heard]
QUESTION = "阶梯电价分几档"


def labels(heard: Heard) -> list[str]:
    return [choice.label for choice in heard.replies[-1].choices]


@pytest.fixture
def misses(database: Database) -> Callable[[], list[Miss]]:
    """All that is kept of what went wrong, oldest first."""

    def read() -> list[Miss]:
        with database.reading() as session:
            return list(session.exec(select(Miss).order_by(col(Miss.id))))

    return read


@pytest.fixture
def thumbs(database: Database) -> Callable[[], list[Thumb]]:
    """All that was thought of answers."""

    def read() -> list[Thumb]:
        with database.reading() as session:
            return list(session.exec(select(Thumb)))

    return read


# -- the form of an answer


def test_an_answer_has_its_parts_in_order(say: Hear) -> None:
    heard = say(QUESTION)
    lines = heard.text.splitlines()
    basis = next(number for number, line in enumerate(lines) if line.startswith("依据："))
    assert 1 <= basis <= 5
    assert "数据核对于2026年11月1日" in lines[basis]
    assert len(labels(heard)) == 5
    assert heard.replies[-1].row == 3


def test_small_talk_and_acts_get_no_thumbs(say: Hear) -> None:
    for text in ("你好", "报修", "谢谢"):
        assert "👍" not in labels(say(text))


def test_a_long_rule_comes_in_parts(
    book: Book, database: Database, clock: Clock, misses: Callable[[], list[Miss]]
) -> None:
    entry = book.library.entries["tariff.tiers.count"]
    long = replace(entry, answer="第一部分说什么是阶梯。\n---\n第二部分说怎么算。\n---\n第三部分说在哪查。")
    library = book.library.with_entries([long])
    desk = Desk(database, replace(book, library=library), staff=STAFF, secret=b"parts")
    alice = Chat(desk, clock, "web", "alice")
    first = alice.say(QUESTION)
    assert first.text.startswith("（1/3）第一部分")
    assert "---" not in first.text
    assert labels(first)[0] == "下一部分（2/3）"
    second = alice.tap("下一部分（2/3）")
    assert (second.outcome, second.entry) == ("found", entry.id)
    assert second.text.startswith("（2/3）第二部分")
    last = alice.tap("下一部分（3/3）")
    assert "第三部分" in last.text
    assert not any("下一部分" in label for label in labels(last))
    assert "依据" in last.text
    assert misses() == []


# -- thumbs


def test_a_thumb_up_is_thanked_in_the_answer_itself(
    say: Hear, tap: Hear, alice: Chat, thumbs: Callable[[], list[Thumb]]
) -> None:
    answer = say(QUESTION)
    thanked = tap("👍")
    assert thanked.text.startswith(answer.text)
    assert "谢谢" in thanked.text
    rows = alice.rows()
    assert rows[-1].card == rows[-2].card is not None
    assert rows[-1].reply["quiet"]
    assert "👍" not in labels(thanked)
    assert labels(thanked)[:2] == labels(answer)[:2]
    assert [(one.entry, one.up) for one in thumbs()] == [("tariff.tiers.count", True)]


def test_a_thumb_counts_once_and_may_be_changed(
    say: Hear, alice: Chat, thumbs: Callable[[], list[Thumb]], misses: Callable[[], list[Miss]]
) -> None:
    say(QUESTION)
    up, down = alice.key_of("👍"), alice.key_of("👎")
    for _ in range(2):
        say(choice=up)
    assert [one.up for one in thumbs()] == [True]
    for _ in range(2):
        say(choice=down)
    assert [one.up for one in thumbs()] == [False]
    assert [(one.kind, one.text, one.entry) for one in misses()] == [
        (MissKind.DOWN, QUESTION, "tariff.tiers.count")
    ]
    say(choice=up)
    assert [one.up for one in thumbs()] == [True]
    assert misses() == []
    assert alice.got()[-1].text.count("谢谢") == 1


def test_a_thumb_down_asks_one_thing_and_ends(
    say: Hear, tap: Hear, thumbs: Callable[[], list[Thumb]]
) -> None:
    say(QUESTION)
    asked = tap("👎")
    assert "没答对" in asked.text
    assert labels(asked)[:3] == ["不是我问的", "看不懂", "找人工"]
    done = tap("不是我问的")
    assert "记下了" in done.text
    assert "没答对" not in done.text
    assert "不是我问的" not in labels(done)
    assert [one.reason for one in thumbs()] == ["wrong"]


def test_a_thumb_down_leads_to_a_person_with_one_tap(say: Hear, tap: Hear, staff: Chat) -> None:
    say(QUESTION)
    tap("👎")
    assert "转人工" in tap("找人工").text
    assert QUESTION in staff.got()[-1].text


def test_thumbs_may_be_typed(say: Hear, thumbs: Callable[[], list[Thumb]]) -> None:
    say(QUESTION)
    assert "谢谢" in say("👍").text
    assert [one.up for one in thumbs()] == [True]


def test_thumbs_of_two_answers_are_two(say: Hear, tap: Hear, database: Database) -> None:
    say(QUESTION)
    tap("👍")
    say("发票怎么开")
    tap("👎")
    with database.reading() as session:
        counted = by_state(session)
    assert counted["thumbs"] == {"down": 1, "up": 1}
    assert counted["misses"] == {"down": 1}


def test_thanks_are_said_in_the_customers_script(say: Hear, tap: Hear) -> None:
    answer = say("階梯電價分幾檔")
    thanked = tap("👍")
    assert thanked.text.startswith(answer.text)
    assert "謝謝" in thanked.text
    assert "沒答對" in tap("👎").text


# -- misses


@pytest.fixture
def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search cannot tell two price questions apart, whatever is asked."""
    candidates = (
        Candidate("tariff.tier2.price", "第二档电价是多少？", 0.4),
        Candidate("tariff.tier3.price", "第三档电价是多少？", 0.35),
    )
    meant = Understanding("unclear", "faq.tariff", None, 0.4, candidates, None, "")
    monkeypatch.setattr(answers, "understand", lambda _turn, _text: meant)


def test_an_unknown_question_is_kept_without_what_is_private(
    say: Hear, book: Book, misses: Callable[[], list[Miss]]
) -> None:
    heard = say("我叫王小明，电话13912345678，天河区能申请qwxzpl吗")
    assert heard.outcome == "unknown"
    (miss,) = misses()
    assert miss.kind == MissKind.UNKNOWN
    assert "小明" not in miss.text
    assert "1391" not in miss.text
    assert "qwxzpl" in miss.text
    assert (miss.week, miss.district, miss.region) == ("2026-W48", "天河区", book.utility.region)
    assert miss.person_id is not None


@pytest.mark.usefixtures("unsure")
def test_none_of_these_is_the_same_miss(say: Hear, tap: Hear, misses: Callable[[], list[Miss]]) -> None:
    say("第几档多少钱来着")
    assert [one.kind for one in misses()] == [MissKind.UNCLEAR]
    tap("都不是")
    (miss,) = misses()
    assert (miss.kind, miss.text) == (MissKind.NONE, "第几档多少钱来着")
    assert miss.candidates == ["tariff.tier2.price", "tariff.tier3.price"]


@pytest.mark.usefixtures("unsure")
def test_what_was_chosen_is_kept_with_the_unclear_question(
    say: Hear, tap: Hear, misses: Callable[[], list[Miss]]
) -> None:
    tap(labels(say("第几档多少钱来着"))[1])
    assert [(one.kind, one.entry) for one in misses()] == [(MissKind.UNCLEAR, "tariff.tier3.price")]


def test_what_is_none_of_our_business_is_no_miss(
    say: Hear, database: Database, misses: Callable[[], list[Miss]]
) -> None:
    say("水费怎么交")
    say(QUESTION)
    say("你好")
    assert [one.kind for one in misses()] == [MissKind.OUT_OF_SCOPE]
    with database.reading() as session:
        assert by_state(session)["misses"] == {"out_of_scope": 1}


def test_who_asked_is_forgotten_after_a_while(
    say: Hear, clock: Clock, tick: Callable[[], dict[str, int]], misses: Callable[[], list[Miss]]
) -> None:
    say("qwxzpl")
    clock.pass_(days=89)
    assert tick()["miss_persons_dropped"] == 0
    clock.pass_(days=2)
    assert tick()["miss_persons_dropped"] == 1
    (miss,) = misses()
    assert (miss.person_id, miss.text) == (None, "qwxzpl")


def test_words_of_a_form_are_never_kept(say: Hear, misses: Callable[[], list[Miss]]) -> None:
    say("报修")
    say("我家没电了，建设路12号3栋501")
    say("13912345678")
    assert all("139" not in one.text and "501" not in one.text for one in misses())
