"""From the bot to a person and visibly back; what is said among colleagues stays among them."""

from collections.abc import Callable

from sqlmodel import select

from handlers.desk import Desk
from knowledge.book import Book
from storage.database import Database
from storage.models import HandoverRequest, Ticket
from tests.talking import STAFF, Chat, Clock


def test_to_a_person_and_back(alice: Chat, staff: Chat) -> None:
    alice.say("居民阶梯电价分几档？")
    assert "您排在第一位" in alice.say("转人工").text
    card = staff.got()[-1].text
    assert "分几档" in card
    assert "✅" in staff.answer("要人工", "您好，我是小王，请讲").text
    assert "王 已接入" in alice.got()[-1].text
    assert "请讲" in alice.got()[-1].text
    heard = alice.say("我家表走得太快了，电话13912345678")
    assert heard.outcome == "staff"
    assert heard.replies == []
    relayed = staff.got()[-1].text
    assert "走得太快" in relayed
    assert "13912345678" not in relayed
    staff.answer("走得太快", "给您约了校表")
    assert "约了校表" in alice.got()[-1].text
    staff.tap("结束")
    assert "人工对话已结束" in alice.got()[-1].text
    assert alice.say("居民阶梯电价分几档？").outcome == "found"


def test_talk_among_colleagues_stays_there(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    before = len(alice.rows())
    staff.say("这个客户又来了，谁接一下")
    staff.say("/r 忘了接谁")
    assert "没有发出" in staff.got()[-1].text
    assert len(alice.rows()) == before


def test_slash_r_goes_to_the_one_i_speak_with(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    staff.answer("要人工", "在的")
    staff.say("/r 马上给您查")
    assert "马上给您查" in alice.got()[-1].text


def test_while_waiting_the_bot_still_answers(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    assert alice.say("居民阶梯电价分几档？").outcome == "found"
    assert "分几档" in staff.got()[-1].text
    assert "已取消排队" in alice.tap("取消排队").text
    assert "不用再回复" in staff.got()[-1].text


def test_asking_twice_queues_once(alice: Chat, chat: Callable[..., Chat], database: Database) -> None:
    alice.say("人工")
    assert "没有重复排队" in alice.say("人工").text
    assert "前面还有1位" in chat("bob").say("人工").text
    with database.reading() as session:
        assert len(list(session.exec(select(HandoverRequest)))) == 2


def test_silence_of_ours_is_admitted_once(
    alice: Chat, staff: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice.say("人工")
    clock.pass_(minutes=6)
    assert tick()["handover_late"] == 1
    assert "仍在排队" in alice.got()[-1].text
    assert "6分钟" in staff.got()[-1].text
    clock.pass_(minutes=6)
    assert tick()["handover_late"] == 0


def test_at_night_the_truth_is_told_at_once(
    alice: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    clock.set(2026, 11, 23, 22, 0)
    said = alice.say("人工").text
    assert "明天08:00" in said
    assert "95598" in said
    clock.pass_(minutes=30)
    assert tick()["handover_late"] == 0


def test_a_message_is_left_as_a_ticket(alice: Chat, staff: Chat, database: Database, clock: Clock) -> None:
    clock.set(2026, 11, 23, 22, 0)
    alice.say("人工")
    alice.tap("留言")
    assert "ZX20261123-0001" in alice.say("明天上午给我回电话，说说过户").text
    assert "过户" in staff.texts()
    with database.reading() as session:
        assert session.exec(select(Ticket)).one().kind == "consult"


def test_leaving_a_message_keeps_the_form_that_was_open(alice: Chat) -> None:
    alice.say("报修")
    alice.tap("整片/整条街")
    alice.say("人工")
    alice.tap("留言")
    assert "没填完的报修" in alice.say("我家没人，门卫有钥匙").text
    assert "在哪里" in alice.tap("继续").text


def test_a_forgotten_conversation_ends_by_itself(
    alice: Chat, staff: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice.say("人工")
    staff.answer("要人工", "在的")
    clock.pass_(minutes=61)
    assert tick()["handover_idle"] == 1
    assert "继续为您服务" in alice.got()[-1].text
    assert alice.say("居民阶梯电价分几档？").outcome == "found"


def test_an_answer_to_a_ticket_reaches_its_customer(alice: Chat, staff: Chat) -> None:
    alice.say("我爸触电了倒在地上")
    staff.answer("触电", "您在几号楼？")
    assert "您在几号楼" in alice.got()[-1].text
    alice.say("三号楼二单元")
    assert "三号楼" in staff.got()[-1].text


def test_the_customer_can_end_it(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    staff.answer("要人工", "在的")
    assert "已结束" in alice.say("结束人工").text
    assert "由客户结束" in staff.got()[-1].text


def test_where_nobody_is_connected_it_is_said(database: Database, book: Book, clock: Clock) -> None:
    alone = Chat(Desk(database, book, secret=b"alone"), clock, "web", "alice")
    assert "没有同事在线" in alone.say("人工").text
    alone.tap("留言")
    assert alone.say("请回电，想问过户").ticket == "ZX20261123-0001"


def test_an_unreachable_customer_is_reported(alice: Chat, staff: Chat, desk: Desk, clock: Clock) -> None:
    alice.say("人工")
    with desk.database.transaction() as session:
        from storage.people import mark_reachable

        mark_reachable(session, "web", "alice", since=clock.now)
    assert "❌" in staff.answer("要人工", "在吗").text


def test_staff_buttons_are_for_the_group_only(staff: Chat) -> None:
    assert STAFF.channel == staff.channel
    assert "过期" in staff.say(choice="made-up:0").text


def test_colleagues_read_words_of_one_moment_in_their_order(alice: Chat, staff: Chat) -> None:
    for words in ("一度电多少钱", "谢谢", "电费怎么交"):
        alice.say(words)
    alice.say("人工")
    card = staff.got()[-1].text
    assert card.index("客户：一度电多少钱") < card.index("客户：谢谢") < card.index("客户：电费怎么交")
