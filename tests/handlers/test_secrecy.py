"""What somebody began to report in confidence stays between us, whatever becomes of the draft."""

from collections.abc import Callable
from datetime import timedelta

from sqlmodel import select

from handlers.desk import Desk
from handlers.tickets import ticket_passing, ticket_work
from storage.models import AuditRecord, Ticket
from tests.journeys.ticket_stories import Work, report
from tests.talking import Chat, Clock

SECRET = "隔壁小厂夜里绕表接线"


def begin_report(customer: Chat, *, ref: str | None = None) -> None:
    customer.say("我要举报")
    customer.tap("匿名")
    customer.say(SECRET, ref=ref)


def test_words_of_a_report_that_came_to_nothing_are_on_no_card(
    alice: Chat, staff: Chat, clock: Clock
) -> None:
    begin_report(alice)
    clock.now += timedelta(days=40)
    alice.say("人工")
    assert "要人工" in staff.texts()
    assert SECRET not in staff.texts()
    assert "举报" not in staff.texts()


def test_other_words_for_a_report_are_not_told_in_the_group(chat: Callable[..., Chat], staff: Chat) -> None:
    customer = chat("4711", "telegram")
    begin_report(customer, ref="7")
    customer.say("取消")
    customer.say("人工")
    staff.answer("要人工", "您好，请讲")
    customer.say("换个说法，他们偷电", edited=True, ref="7")
    assert SECRET not in staff.texts()
    assert "偷电" not in staff.texts()
    customer.say("我家表走得太快", ref="8")
    customer.say("我家表走得太慢", edited=True, ref="8")
    assert "走得太慢" in staff.texts(), "what was said to the colleague follows its edit"


def test_who_arrives_first_at_a_customer_is_accountable(alice: Chat, work: Work) -> None:
    number = report(alice)
    work("张", ticket_passing.transfer, number, "李", "他在附近")
    work("王", ticket_work.arrived, number)
    assert work.ticket(number).first_asked_id is not None


def test_the_audit_does_not_say_who_reported_without_a_name(alice: Chat, work: Work, desk: Desk) -> None:
    begin_report(alice)
    alice.say("幸福路12号")
    number = alice.tap("提交").ticket
    assert number is not None
    work("张", ticket_work.take, number)
    with desk.database.reading() as session:
        ticket = session.exec(select(Ticket)).one()
        assert ticket.anonymous
        records = session.exec(select(AuditRecord).where(AuditRecord.ticket_id == ticket.id)).all()
    assert {"event.opened", "ticket.take"} <= {one.act for one in records}
    assert {one.person_id for one in records} == {None}
