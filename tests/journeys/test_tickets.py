"""A ticket in the hands of its customer and of colleagues: looking, adding, withdrawing, working on it."""

from collections.abc import Callable

import pytest

import storage.staff
from handlers.desk import Desk
from handlers.tickets import ticket_passing, ticket_work
from tests.journeys.ticket_stories import Work, complain, report
from tests.talking import Chat, Clock

NUMBER = "BX20261123-0001"


@pytest.fixture(autouse=True)
def _a_ticket(request: pytest.FixtureRequest) -> None:
    alice: Chat = request.getfixturevalue("alice")
    assert report(alice) == NUMBER


def test_where_does_my_repair_stand(alice: Chat) -> None:
    said = alice.say("我的工单")
    assert NUMBER in said.text
    assert "**已受理** → 已派单 → 已到达 → 已修复 → 待您确认" in said.text


def test_a_strangers_ticket_does_not_exist(chat: Callable[..., Chat]) -> None:
    mallory = chat("mallory")
    assert NUMBER not in mallory.say(f"{NUMBER} 到哪一步了").text
    assert "还没有工单" in mallory.say("我的工单").text


def test_withdrawing_asks_once(alice: Chat, staff: Chat, work: Work) -> None:
    assert "确定撤销" in alice.tap("撤销").text
    assert work.ticket(NUMBER).state == "accepted"
    assert "已撤销" in alice.tap("确认撤销").text
    assert work.ticket(NUMBER).state == "withdrawn"
    assert "客户已撤销" in staff.texts()
    assert "不用再操作" in alice.say(choice=alice.key_of("确认撤销")).text
    assert all(one.void_at for one in work.promises(NUMBER))


def test_words_and_photos_can_be_added(alice: Chat, staff: Chat) -> None:
    alice.tap("补充")
    assert "已补充" in alice.say("单元门禁密码问门卫").text
    assert "2份" in alice.say(photos=2).text
    assert "门卫" in staff.texts()
    assert alice.say("居民阶梯电价分几档？").outcome == "found"
    assert "已收：照片2份" in alice.say("我的工单").text


def test_of_two_who_take_it_one_gets_it(alice: Chat, work: Work) -> None:
    assert work("王", ticket_work.take, NUMBER).ok
    late = work("李", ticket_work.take, NUMBER)
    assert not late.ok
    assert "已由 王 接手" in late.text
    assert "王已接手处理" in alice.texts()
    assert work.ticket(NUMBER).state == "taken"


def test_only_what_matters_sounds(alice: Chat, work: Work) -> None:
    assert alice.got()[-1].quiet is False  # accepted
    work("王", ticket_work.take, NUMBER)
    assert alice.got()[-1].quiet is True
    work("王", ticket_work.arrived, NUMBER)
    assert alice.got()[-1].quiet is False
    work("钱", ticket_passing.assign, NUMBER, "李")
    assert alice.got()[-1].quiet is True
    work("李", ticket_work.resolve, NUMBER)
    assert alice.got()[-1].quiet is False
    cards = [one for one in alice.shown() if one.card == "ticket:1"]
    assert len(cards) == 1, "one card, edited or replaced"


def test_a_note_never_reaches_the_customer(alice: Chat, work: Work) -> None:
    assert work.note("王", NUMBER, "这户脾气急，先打电话").ok
    work("王", ticket_work.take, NUMBER)
    work("王", ticket_work.resolve, NUMBER, text="已更换保险")
    alice.say("我的工单")
    assert "脾气急" not in alice.texts()
    assert "已更换保险" in alice.texts()


def test_waiting_stops_the_clock_and_says_why(alice: Chat, work: Work, clock: Clock) -> None:
    work("王", ticket_work.take, NUMBER)
    assert "请写明原因" in work("王", ticket_work.wait, NUMBER, "没空").text
    assert work("王", ticket_work.wait, NUMBER, "等停电许可").ok
    assert "等停电许可" in alice.got()[-1].text
    assert "不计时" in alice.say("我的工单").text
    clock.pass_(hours=3)
    assert "已经超时" not in alice.say("我的工单").text
    assert work("王", ticket_work.go_on, NUMBER).ok
    assert "17:45" in alice.got()[-1].text, "45 minutes and three hours after 14:00"
    assert not work("王", ticket_work.go_on, NUMBER).ok


def test_what_we_waited_for_lets_the_ticket_go_on(alice: Chat, work: Work, clock: Clock) -> None:
    work("王", ticket_work.wait, NUMBER, "customer")
    clock.pass_(minutes=20)
    alice.tap("补充")
    alice.say("我在家，随时可以来")
    assert work.ticket(NUMBER).state == "taken"
    assert "went_on" in work.kinds(NUMBER)


def test_work_moves_and_the_duty_stays(alice: Chat, staff: Chat, work: Work) -> None:
    work("王", ticket_work.take, NUMBER)
    wang = work.ticket(NUMBER).owner_id
    assert "请写明理由" in work("王", ticket_passing.transfer, NUMBER, "李", "").text
    assert "没有叫" in work("王", ticket_passing.transfer, NUMBER, "没有这人", "换班").text
    assert work("王", ticket_passing.transfer, NUMBER, "李", "换班，内情见备注").ok
    ticket = work.ticket(NUMBER)
    assert ticket.owner_id != wang
    assert ticket.first_asked_id == wang
    assert "换班" in staff.got()[-1].text
    assert "换班" not in alice.texts()
    assert work("李", ticket_passing.transfer, NUMBER, "complaints", "不归我们").ok
    assert work.ticket(NUMBER).state == "accepted"
    assert work.ticket(NUMBER).first_asked_id == wang


def test_who_may_not_does_nothing(work: Work) -> None:
    for act in (ticket_work.take, ticket_work.arrived, ticket_work.resolve):
        assert not work("孙", act, NUMBER).ok
    assert not work("王", ticket_passing.assign, NUMBER, "李").ok
    assert work.ticket(NUMBER).state == "accepted"


def test_another_customer_at_the_same_place_is_for_colleagues_to_see(
    chat: Callable[..., Chat], alice: Chat, staff: Chat
) -> None:
    bob = chat("bob")
    number = report(bob, "城东区翠竹苑七栋")
    assert f"可能重复：{NUMBER}" in staff.last(containing=number).reply["text"]
    assert NUMBER not in bob.texts()
    assert number not in alice.texts()


def test_a_complaint_is_said_to_be_answered_only_when_it_is(alice: Chat, work: Work) -> None:
    number = complain(alice)
    assert "**已受理** → 已联系 → 处理中 → 已答复 → 待您确认" in alice.got()[-1].text
    work("王", ticket_work.take, number)
    work("王", ticket_work.tell, number, "您好，我来核实")
    assert "已联系 → **处理中**" in alice.got()[-1].text


def test_the_command_line_can_do_what_the_group_can(alice: Chat, desk: Desk, work: Work) -> None:
    assert work("张", ticket_work.take, NUMBER).ok
    with desk.database.transaction() as session:
        zhang = storage.staff.by_name(session, "张")
        assert zhang is not None
        assert ticket_work.tell(desk.desktop, session, NUMBER, zhang, "已派车", work.clock.now).ok
        shown = ticket_work.show(desk.desktop, session, NUMBER, None, work.clock.now, whole=True)
        hidden = ticket_work.show(desk.desktop, session, NUMBER, zhang, work.clock.now)
        assert not isinstance(shown, ticket_work.Done)
        assert not isinstance(hidden, ticket_work.Done)
        rows = ticket_work.listing(session, zhang, work.clock.now, which="mine")
    assert not isinstance(rows, ticket_work.Done)
    assert [ticket.number for ticket, _, _ in rows] == [NUMBER]
    assert work("张", ticket_work.resolve, NUMBER, text="换了保险").ok
    assert not work("张", ticket_work.take, "BX0-9").ok
    assert "13912345678" in shown.text
    assert "13912345678" not in hidden.text
    assert "同事回复：已派车" in alice.texts()
    assert "换了保险" in alice.got()[-1].text
