"""A year's notice makes promises certain and moves some; a month's promises are counted."""

from datetime import date
from decimal import Decimal

from sqlmodel import select

from handlers.desk import Desk
from handlers.tickets import calendars, promise_clock, promise_report
from knowledge.rules.calendar_files import read_notice
from storage.models import Staff
from tests.handlers.promised import Opening, Ticking, at, do, promises, said_once
from tests.knowledge.test_calendars import NOTICE
from tests.talking import Chat, Clock


def load(desk: Desk, clock: Clock, notice: str = NOTICE) -> bool:
    with desk.database.transaction() as session:
        return calendars.load(session, read_notice(notice.encode(), "2027.yaml"), clock.now, by="operator")


def test_a_ticket_of_december_is_expected_then_certain_and_told_where_the_day_moves(
    open_ticket: Opening, clock: Clock, tick: Ticking, alice: Chat, desk: Desk
) -> None:
    clock.set(2026, 12, 28, 10, 0)
    ticket = open_ticket("solar")  # twenty working days
    row = promises(desk.database, ticket)["scheme"]
    assert row.provisional
    assert row.promised_at == at(2027, 1, 26, 17, 30)
    alice.say("我的工单")
    assert "预计2027年1月26日（周二）17:30前" in alice.texts()

    clock.set(2026, 12, 29, 10, 0)
    longer = NOTICE.replace("to: 2027-01-03", "to: 2027-01-05")  # two more days off
    assert load(desk, clock, longer)
    assert not load(desk, clock, longer)
    assert tick()["recounted"] == 1
    assert tick()["recounted"] == 0

    row = promises(desk.database, ticket)["scheme"]
    assert not row.provisional
    assert row.promised_at == at(2027, 1, 28, 17, 30)
    assert said_once(alice, "放假安排已公布：原来的预计时间改为2027年1月28日（周四）17:30前")


def test_where_the_day_stays_the_customer_hears_nothing(
    open_ticket: Opening, clock: Clock, tick: Ticking, alice: Chat, desk: Desk
) -> None:
    clock.set(2026, 12, 28, 10, 0)
    ticket = open_ticket("complaint")
    load(desk, clock)
    assert tick()["recounted"] == 1
    assert not promises(desk.database, ticket)["reply"].provisional
    assert "放假安排" not in alice.texts()


def test_what_was_kept_or_has_broken_is_not_counted_anew(
    open_ticket: Opening, clock: Clock, tick: Ticking, desk: Desk
) -> None:
    clock.set(2026, 12, 28, 10, 0)
    kept, broken = open_ticket("rename"), open_ticket("rename")
    before = promises(desk.database, broken)["reply"].promised_at
    do(desk, lambda session, of: promise_clock.step_done(session, of, "reply", clock.now), kept)
    clock.set(2027, 1, 6, 10, 0)
    load(desk, clock, NOTICE.replace("to: 2027-01-03", "to: 2027-01-05"))
    tick()
    assert promises(desk.database, kept)["reply"].promised_at == before
    assert promises(desk.database, broken)["reply"].promised_at == before
    assert tick()["recounted"] == 0


def test_a_ticket_opened_after_the_notice_is_certain_at_once(
    open_ticket: Opening, clock: Clock, desk: Desk
) -> None:
    clock.set(2026, 12, 28, 10, 0)
    load(desk, clock)
    assert not promises(desk.database, open_ticket("complaint"))["reply"].provisional


# -- the month


def test_a_months_figures(open_ticket: Opening, clock: Clock, desk: Desk) -> None:
    quick, slow, late, waiting = (open_ticket("repair") for _ in range(4))
    for ticket, minutes in ((quick, 20), (slow, 30), (late, 40)):
        clock.pass_(minutes=minutes)
        do(desk, lambda session, of: promise_clock.step_done(session, of, "arrive", clock.now), ticket)
    do(desk, lambda session, of: promise_clock.void(session, of, clock.now), waiting)
    report = open_ticket("complaint")
    clock.set(2026, 11, 25, 17, 30)
    do(desk, lambda session, of: promise_clock.step_done(session, of, "reply", clock.now), report)

    with desk.database.reading() as session:
        lines = promise_report.report(session, desk.desktop.book, date(2026, 11, 1), clock.now)
        none = promise_report.report(session, desk.desktop.book, date(2026, 12, 1), clock.now)

    found = {(line.kind, line.step): line for line in lines}
    arrive = found["repair", "arrive"]
    assert (arrive.cases, arrive.kept, arrive.broken, arrive.open, arrive.let_go) == (3, 2, 1, 0, 1)
    assert (arrive.average, arrive.worst, arrive.worst_ticket) == (
        Decimal("53.3"),
        Decimal("90.0"),
        late.number,
    )
    assert arrive.average_kept is False  # 20, 50 and 90 minutes, and 45 is told
    reply = found["complaint", "reply"]
    assert (reply.kept, reply.unit, reply.average) == (1, "working days", Decimal("2.0"))
    contact = found["complaint", "contact"]
    assert (contact.kept, contact.broken) == (0, 1)
    assert none == []


def test_only_some_may_read_the_figures(desk: Desk, clock: Clock) -> None:
    with desk.database.transaction() as session:
        everybody = {one.name: one for one in session.exec(select(Staff))}
        for name, may in (("王", False), ("张", True), ("孙", True), ("周", True)):
            found = promise_report.report_for(
                session, desk.desktop.book, everybody[name], date(2026, 11, 1), clock.now
            )
            assert isinstance(found, list) is may
