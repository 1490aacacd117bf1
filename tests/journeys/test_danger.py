"""Somebody is in danger: words at once, a ticket, an alarm until somebody takes it, in whatever state."""

from collections.abc import Callable

import pytest
from sqlmodel import select

import storage.tickets
from handlers.desk import Desk
from handlers.wording.danger import KINDS
from knowledge.book import Book
from knowledge.rules.danger import rules
from storage.database import Database
from storage.models import Lane, Ticket
from tests.talking import Chat, Clock

SHOCKED = "我爸触电了倒在地上"


def the_ticket(database: Database) -> Ticket:
    with database.reading() as session:
        return session.exec(select(Ticket).where(Ticket.kind == "danger")).one()


def test_words_first_then_the_place(alice: Chat, staff: Chat, database: Database) -> None:
    heard = alice.say(SHOCKED)
    assert heard.outcome == "danger"
    assert "120" in heard.replies[0].text
    assert "在哪里" in heard.replies[-1].text
    assert alice.rows()[0].lane == Lane.DANGER
    assert heard.ticket == the_ticket(database).number == "JJ20261123-0001"
    assert SHOCKED in staff.got()[-1].text
    assert "已补充" in alice.say("城关镇老街五金店门口").text
    assert "五金店" in staff.got()[-1].text
    assert the_ticket(database).fields["place"] == "城关镇老街五金店门口"


@pytest.mark.parametrize("kind", rules().kinds)
def test_every_kind_has_its_words(kind: str, book: Book) -> None:
    assert kind in KINDS
    text = rules().texts[kind]
    whole = "\n".join([*text.do, *text.never, text.call])
    assert "{" not in book.fill(whole, region="beijing", now=Clock().now)


def test_the_alarm_is_repeated_until_somebody_takes_it(
    alice: Chat, staff: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice.say(SHOCKED)
    assert tick()["alarms"] == 0
    clock.pass_(seconds=61)
    assert tick()["alarms"] == 1
    assert tick()["alarms"] == 0
    clock.pass_(seconds=61)
    assert tick()["alarms"] == 1
    assert "仍无人接手" in staff.got()[-1].text
    staff.tap("我来处理")
    assert "王已接手处理" in alice.got()[-1].text
    clock.pass_(minutes=30)
    assert tick()["alarms"] == 0


def test_one_danger_told_in_three_messages_is_one_ticket(
    alice: Chat, staff: Chat, database: Database
) -> None:
    alice.say(SHOCKED)
    alice.say("救命啊，人没反应了")
    assert alice.heard.outcome == "danger"
    the_ticket(database)
    assert "没反应" in staff.got()[-1].text


def test_another_hour_is_another_danger(alice: Chat, clock: Clock, database: Database) -> None:
    alice.say(SHOCKED)
    clock.pass_(hours=2)
    alice.say("配电箱着火了，快来人")
    with database.reading() as session:
        assert len(list(session.exec(select(Ticket)))) == 2


def test_in_the_middle_of_a_form(alice: Chat, database: Database) -> None:
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    assert alice.say("楼下电箱冒烟着火了").outcome == "danger"
    assert "没填完的报修" in alice.say("翠竹苑7栋楼下").text
    assert the_ticket(database).fields["place"] == "翠竹苑7栋楼下"
    assert "在哪里" in alice.tap("继续").text
    alice.say("翠竹苑7栋")
    assert "电话" in alice.say("跳过").text


def test_the_buttons_of_the_form_under_it_still_work(alice: Chat) -> None:
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    alice.say("楼下电箱冒烟着火了")
    assert "只有您家" in alice.tap("上一步").text


def test_no_emergency_after_all(alice: Chat, staff: Chat, database: Database) -> None:
    alice.say("插座冒火花了")
    alice.tap("不是紧急情况")
    assert the_ticket(database).priority == 1
    assert the_ticket(database).alarm_at is None
    assert "不是紧急情况" in staff.got()[-1].text


def test_a_question_while_the_place_is_asked_is_answered(alice: Chat, staff: Chat) -> None:
    alice.say(SHOCKED)
    alice.say("居民阶梯电价分几档？")
    assert "三档" in alice.heard.text
    assert "已补充" in alice.say("北门桥头").text


def test_without_a_staff_group_nobody_is_said_to_be_alarmed(
    database: Database, book: Book, clock: Clock
) -> None:
    alone = Chat(Desk(database, book, secret=b"alone"), clock, "web", "alice")
    said = alone.say(SHOCKED).text
    assert "已收到警报" not in said
    assert "95598" in said


def test_a_person_on_the_line_does_not_silence_it(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    staff.answer("要人工", "您好，请讲")
    assert alice.say("居民阶梯电价分几档").replies == []
    assert alice.say("家里电线着火了").outcome == "danger"


def test_an_edited_cry_for_help_is_answered_once(alice: Chat) -> None:
    heard = alice.say("有人触电了", edited=True)
    assert heard.text.count("先保证人身安全") == 1


def test_signs_greetings_and_numbers_are_no_place(alice: Chat, database: Database) -> None:
    number = alice.say("有人触电了").ticket
    for words in ("？", "你好", "13800001111", "一度电多少钱"):
        alice.say(words)
    with database.reading() as session:
        ticket = storage.tickets.by_number(session, number or "")
        assert ticket is not None
        assert not ticket.fields.get("place")


def test_who_waits_for_help_hears_how_it_stands(alice: Chat) -> None:
    number = alice.say("变压器爆炸了").ticket
    alice.say("城东菜市场")
    heard = alice.say("什么时候来人")
    assert heard.ticket == number
    assert "一般" in heard.text
    assert "人没事就好" in alice.say("没事了").text


def test_the_word_danger_does_not_change_what_is_known(alice: Chat, database: Database) -> None:
    number = alice.say("家里着火了").ticket
    alice.say("危险")
    with database.reading() as session:
        ticket = storage.tickets.by_number(session, number or "")
        assert ticket is not None
        assert ticket.subtype == "fire"
