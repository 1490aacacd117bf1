"""What becomes of a ticket: looking, urging, adding, withdrawing, resolving, opening again."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from handlers import ticket_work
from handlers.desk import Desk
from storage.database import Database
from storage.models import Ticket, TicketEvent, TicketPromise
from storage.staff import named
from tests.talking import Chat, Clock

NUMBER = "BX20261123-0001"


@pytest.fixture(autouse=True)
def _a_ticket(request: pytest.FixtureRequest) -> None:
    alice: Chat = request.getfixturevalue("alice")
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    alice.say("翠竹苑7栋2单元")
    alice.say("楼道灯也不亮")
    alice.say("13912345678")
    assert alice.tap("提交").ticket == NUMBER


def the_ticket(database: Database) -> Ticket:
    with database.reading() as session:
        return session.exec(select(Ticket)).one()


def kinds(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(TicketEvent.kind).order_by(col(TicketEvent.id))))


def test_where_does_my_repair_stand(alice: Chat) -> None:
    said = alice.say("我的工单")
    assert NUMBER in said.text
    assert "**已受理** → 处理中 → 已完成" in said.text


def test_a_strangers_ticket_does_not_exist(chat: Callable[..., Chat]) -> None:
    mallory = chat("mallory")
    assert NUMBER not in mallory.say(f"{NUMBER} 到哪一步了").text
    assert "还没有工单" in mallory.say("我的工单").text


def test_the_third_urging_goes_to_the_lead(alice: Chat, staff: Chat, database: Database) -> None:
    alice.tap("催办")
    assert "班长" not in staff.texts()
    alice.tap("催办")
    assert "第3次" in alice.tap("催办").text
    assert "请班长亲自跟进" in staff.got()[-1].text
    ticket = the_ticket(database)
    assert ticket.urged == 3
    assert ticket.priority == 2


def test_urging_in_words(alice: Chat) -> None:
    said = alice.say("我报的修催一下，怎么还没人来")
    assert said.ticket == NUMBER
    assert "第1次催办" in said.text


def test_nothing_to_urge_is_said_honestly(chat: Callable[..., Chat]) -> None:
    said = chat("bob").say("帮我催一下工单")
    assert said.ticket is None
    assert "没有查到" in said.text


def test_withdrawing_asks_once(alice: Chat, staff: Chat, database: Database) -> None:
    assert "确定撤销" in alice.tap("撤销").text
    assert the_ticket(database).state == "accepted"
    assert "已撤销" in alice.tap("确认撤销").text
    assert the_ticket(database).state == "withdrawn"
    assert "客户已撤销" in staff.texts()
    assert "不用再操作" in alice.say(choice=alice.key_of("确认撤销")).text


def test_words_and_photos_can_be_added(alice: Chat, staff: Chat, database: Database) -> None:
    alice.tap("补充")
    assert "已补充" in alice.say("单元门禁密码问门卫").text
    assert "照片/位置2份" in alice.say(photos=2).text
    assert "门卫" in staff.texts()
    assert alice.say("居民阶梯电价分几档？").outcome == "found"


def test_of_two_who_take_it_one_gets_it(alice: Chat, staff: Chat, database: Database) -> None:
    assert "由 王 处理" in staff.tap("我来处理", member="王").text
    assert "已由 王 接手" in staff.say(choice=staff.key_of("我来处理"), member="李").text
    assert "王已接手处理" in alice.texts()
    assert the_ticket(database).state == "taken"


def test_a_note_never_reaches_the_customer(alice: Chat, staff: Chat) -> None:
    staff.say(f"/n {NUMBER} 这户脾气急，先打电话", member="王")
    staff.tap("我来处理")
    staff.say(f"/done {NUMBER} 已更换保险")
    alice.say("我的工单")
    assert "脾气急" not in alice.texts()
    assert "已更换保险" in alice.texts()


def test_arrived_resolved_confirmed(alice: Chat, staff: Chat, database: Database, clock: Clock) -> None:
    staff.tap("我来处理")
    clock.pass_(minutes=30)
    staff.tap("已到场")
    assert "修复：一般3小时左右" in alice.got()[-1].text
    assert "今天17:30" in alice.got()[-1].text
    staff.tap("办结")
    assert "问题解决了吗" in alice.got()[-1].text
    assert "已办结" in alice.tap("已解决").text
    assert the_ticket(database).state == "closed"
    with database.reading() as session:
        assert all(one.kept_at for one in session.exec(select(TicketPromise)))


def test_not_solved_opens_it_again_and_thanks_do_not(alice: Chat, staff: Chat, database: Database) -> None:
    staff.tap("我来处理")
    staff.tap("办结")
    alice.say("谢谢")
    assert the_ticket(database).state == "resolved"
    alice.tap("还没好")
    assert the_ticket(database).state == "taken"
    assert "还没好" in staff.got()[-1].text


def test_after_the_window_a_ticket_stays_closed(
    alice: Chat, staff: Chat, database: Database, clock: Clock
) -> None:
    staff.tap("我来处理")
    staff.tap("办结")
    clock.pass_(days=1)
    alice.tap("已解决")
    clock.pass_(days=8)
    alice.say("我的工单")
    assert the_ticket(database).state == "closed"


def test_staff_are_told_once_of_a_limit_that_passed(
    staff: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    clock.pass_(minutes=61)
    assert tick()["overdue"] == 1
    assert tick()["overdue"] == 0
    assert "已超时" in staff.got()[-1].text


def test_the_command_line_can_do_what_the_group_can(alice: Chat, desk: Desk, clock: Clock) -> None:
    with desk.database.transaction() as session:
        colleague = named(session, "张", now=clock.now)
        assert ticket_work.take(desk.desktop, session, NUMBER, colleague, clock.now).ok
        assert ticket_work.tell(desk.desktop, session, NUMBER, colleague, "已派车", clock.now).ok
        assert ticket_work.resolve(desk.desktop, session, NUMBER, colleague, clock.now, text="换了保险").ok
        assert not ticket_work.take(desk.desktop, session, "BX0-9", colleague, clock.now).ok
        shown = ticket_work.show(desk.desktop, session, NUMBER, clock.now, whole=True)
    assert shown is not None
    assert "13912345678" in shown.text
    assert "同事回复：已派车" in alice.texts()
    assert "换了保险" in alice.got()[-1].text
