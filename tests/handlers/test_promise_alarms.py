"""Who hears that a promise is about to break or has broken: once, and not in the night."""

from sqlmodel import col, select

import storage.promises
import storage.tickets
from handlers.desk import Desk
from handlers.tickets import promise_clock
from storage.models import PromiseAlarm, Staff, Ticket, TicketState
from tests.handlers.promised import Opening, Ticking, do, said_once
from tests.talking import Chat, Clock


def test_the_ladder_goes_up_and_says_every_rung_once(
    open_ticket: Opening, clock: Clock, tick: Ticking, staff: Chat, alice: Chat, desk: Desk
) -> None:
    ticket = open_ticket("repair")
    with desk.database.transaction() as session:
        owner = session.exec(select(Staff).where(Staff.name == "李")).one()
        storage.tickets.take(session, session.get_one(Ticket, ticket.id), owner, now=clock.now)
    told = []
    for _ in range(130):
        clock.pass_(minutes=1)
        told.append(tick())

    assert [sum(one[what] for one in told) for what in ("warned", "overdue", "escalated", "broken")] == [
        1,
        1,
        2,
        1,
    ]
    assert said_once(staff, "请李抓紧")
    assert said_once(staff, "请李立即跟进")
    assert said_once(staff, "请班长张亲自跟进")
    assert said_once(staff, "请值班经理周亲自跟进")
    # Who is meant hears it in their own chat, too.
    assert "请班长张亲自跟进" in Chat(desk, clock, "telegram", "张").texts()
    assert "请值班经理周亲自跟进" in Chat(desk, clock, "telegram", "周").texts()
    assert Chat(desk, clock, "telegram", "李").rows() == []
    assert said_once(alice, "一般45分钟左右到场，这次让您等得更久了")


def test_after_a_long_silence_of_ours_only_the_highest_rung_is_said(
    open_ticket: Opening, clock: Clock, tick: Ticking, staff: Chat, desk: Desk
) -> None:
    open_ticket("repair")
    clock.pass_(hours=5)
    done = tick()
    assert (done["warned"], done["overdue"], done["escalated"]) == (0, 0, 1)
    assert said_once(staff, "值班经理")
    assert "抓紧" not in staff.texts()
    clock.pass_(hours=5)
    assert tick()["escalated"] == 0
    with desk.database.reading() as session:
        rungs = list(session.exec(select(PromiseAlarm.rung).order_by(col(PromiseAlarm.id))))
    assert rungs == ["warning", "owner", "lead", "manager", "customer"]


def test_nobody_is_woken_for_what_can_wait(
    open_ticket: Opening, clock: Clock, tick: Ticking, staff: Chat, alice: Chat
) -> None:
    clock.set(2026, 11, 23, 2, 0)
    open_ticket("complaint")  # somebody is to ring within 24 hours: by two o'clock at night
    tick()
    clock.set(2026, 11, 23, 19, 0)
    assert tick()["warned"] == 1  # an hour before everybody goes home
    clock.set(2026, 11, 24, 2, 30)
    assert tick()["overdue"] == 0
    assert "抱歉" not in alice.texts()
    clock.set(2026, 11, 24, 8, 0)
    done = tick()
    assert done["overdue"] == 1
    assert done["broken"] == 1
    assert "没有做到" in alice.texts()


def test_a_danger_wakes_everybody(open_ticket: Opening, clock: Clock, tick: Ticking, staff: Chat) -> None:
    clock.set(2026, 11, 23, 2, 0)
    open_ticket("danger", subtype="fallen_wire")
    clock.pass_(minutes=61)
    assert tick()["overdue"] == 1


def test_a_warning_comes_a_working_day_before_a_promise_of_working_days(
    open_ticket: Opening, clock: Clock, tick: Ticking, staff: Chat
) -> None:
    clock.set(2026, 11, 23, 10, 0)
    open_ticket("rename")  # by Monday 17:30
    clock.set(2026, 11, 27, 17, 0)
    assert tick()["warned"] == 0
    clock.set(2026, 11, 27, 17, 30)
    assert tick()["warned"] == 1


def test_of_a_confidential_ticket_the_group_reads_nothing_but_that_it_waits(
    open_ticket: Opening, clock: Clock, tick: Ticking, staff: Chat
) -> None:
    open_ticket("report", fields={"description": "隔壁偷电"})
    clock.set(2026, 11, 25, 9, 0)
    tick()
    assert "举报" not in staff.texts()
    assert "偷电" not in staff.texts()


def test_the_customer_hears_the_reason_that_a_colleague_gave(
    open_ticket: Opening, clock: Clock, tick: Ticking, alice: Chat, desk: Desk
) -> None:
    ticket = open_ticket("reconnect")
    do(
        desk,
        lambda session, of: promise_clock.explain(session, of, "电表箱被锁", "staff:王", clock.now),
        ticket,
    )
    clock.pass_(hours=25)
    tick()
    assert "原因：电表箱被锁。" in alice.texts()


def test_what_is_settled_is_not_alarmed_about(
    open_ticket: Opening, clock: Clock, tick: Ticking, desk: Desk
) -> None:
    ticket = open_ticket("repair")
    with desk.database.transaction() as session:
        storage.tickets.move(
            session,
            session.get_one(Ticket, ticket.id),
            to=TicketState.WITHDRAWN,
            among=(TicketState.ACCEPTED,),
            now=clock.now,
        )
    clock.pass_(hours=5)
    done = tick()
    assert (done["warned"], done["overdue"], done["escalated"], done["broken"]) == (0, 0, 0, 0)
