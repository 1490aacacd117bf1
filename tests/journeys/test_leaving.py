"""A colleague leaves, or may do less: work, conversations and duty (首问负责) go on with somebody else."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import Session, col, select

import storage.first_asked
import storage.handover
import storage.people
import storage.staff
import storage.tickets
from handlers.desk import Desk
from handlers.staff import colleagues, first_asked, rights, staff_accounts
from handlers.staff.colleagues import Refused
from handlers.tickets import own_work
from handlers.wording.surveys import MARKS
from knowledge.book import Book
from storage.models import Staff, Ticket, TicketState
from tests.journeys.colleague_stories import colleague, dismiss, report_a_fault, ticket_of
from tests.talking import Chat, Clock

Chats = Callable[..., Chat]


# -- leaving


def test_who_leaves_loses_nothing(desk: Desk, alice: Chat, staff: Chat, chat: Chats, clock: Clock) -> None:
    number = report_a_fault(alice)
    staff.tap("我来处理", member="王")
    clock.pass_(minutes=10)
    assert "tickets back in the queue: 1" in dismiss(desk, clock, "王")
    ticket = ticket_of(desk, number)
    assert (ticket.state, ticket.owner_id) == (TicketState.ACCEPTED, None)
    assert ticket.first_asked_id == colleague(desk, "张").id  # the lead
    assert "已转给同事继续处理" in alice.texts()
    assert f"首问负责由 王 转给 张：{number}" in staff.texts()
    assert "/staff" in staff.say(f"/take {number}", member="王").text
    assert ticket_of(desk, number).state == TicketState.ACCEPTED
    staff.say(f"/take {number}", member="李")
    assert ticket_of(desk, number).owner_id == colleague(desk, "李").id
    assert ticket_of(desk, number).first_asked_id == colleague(desk, "张").id


def test_what_is_confidential_stays_so_when_somebody_leaves(
    desk: Desk, alice: Chat, staff: Chat, chat: Chats, clock: Clock
) -> None:
    number = report_a_fault(alice)
    staff.tap("我来处理", member="王")
    with desk.database.transaction() as session:
        ticket = storage.tickets.by_number(session, number)
        assert ticket is not None
        ticket.confidential = True
    before = len(staff.rows())
    dismiss(desk, clock, "王")
    assert all(number not in one.text for one in staff.got()[before:])
    assert ticket_of(desk, number).first_asked_id == colleague(desk, "张").id


def test_a_customer_on_the_line_is_back_at_the_front(
    desk: Desk, staff: Chat, chat: Chats, clock: Clock
) -> None:
    bob, carol = chat("bob"), chat("carol")
    bob.say("人工")
    staff.answer("要人工", "您好，我是小王", member="王")
    carol.say("人工")
    said = len(bob.rows())
    assert "customers back in the queue: 1" in dismiss(desk, clock, "王")
    with desk.database.reading() as session:
        bobs, carols = (
            storage.people.chats(session, [("web", who)])["web", who][1] for who in ("bob", "carol")
        )
        request = storage.handover.open_of(session, bobs.id or 0)
        waiting = storage.handover.open_of(session, carols.id or 0)
    assert (bobs.with_staff_since, bobs.in_queue) == (None, True)
    assert request is not None
    assert waiting is not None
    assert request.claimed_by is None
    assert request.asked_at <= waiting.asked_at
    assert request.first_asked_id == colleague(desk, "张").id
    clock.pass_(minutes=1)
    desk.tick(clock.now)
    assert len(bob.rows()) > said
    staff.answer("要人工", "还在吗", member="王")
    assert "还在吗" not in bob.texts() + carol.texts()


def test_a_resolved_ticket_that_is_opened_again_is_for_everybody(
    desk: Desk, alice: Chat, staff: Chat, clock: Clock
) -> None:
    number = report_a_fault(alice)
    staff.tap("我来处理", member="王")
    staff.say(f"/done {number} 换了保险", member="王")
    dismiss(desk, clock, "王")
    clock.pass_(minutes=15)
    desk.tick(clock.now)
    alice.say("我的工单")
    alice.tap("还没好")
    ticket = ticket_of(desk, number)
    assert (ticket.state, ticket.owner_id) == (TicketState.ACCEPTED, None)
    assert ticket.first_asked_id == colleague(desk, "张").id


def test_a_danger_that_nobody_has_is_called_out_again(
    desk: Desk, alice: Chat, staff: Chat, clock: Clock
) -> None:
    number = alice.say("有人触电了快来").ticket
    assert number is not None
    staff.say(f"/take {number}", member="王")
    assert ticket_of(desk, number).alarm_at is None
    dismiss(desk, clock, "王")
    before = len(staff.rows())
    desk.tick(clock.now)
    assert len(staff.rows()) > before


@pytest.mark.parametrize("deed", ["remove", "unlink"])
def test_what_was_on_its_way_to_them_in_private_is_taken_back(
    desk: Desk, alice: Chat, chat: Chats, clock: Clock, deed: str
) -> None:
    desk.desktop.staff, desk.desktop.in_private = None, True  # a house without a group
    report_a_fault(alice)
    wang = chat("王", "telegram")
    wang.say("你好")  # as a customer
    assert {row.state for row in wang.rows()} == {"waiting"}
    with desk.database.transaction() as session:
        if deed == "remove":
            staff_accounts.remove(desk.desktop, session, "王", by="周", now=clock.now)
        else:
            staff_accounts.unlink(session, "王", by="周", now=clock.now)
    rows = {row.reply["kind"] == "staff": row.state for row in wang.rows()}
    assert rows == {True: "cancelled", False: "waiting"}


def test_a_role_that_may_not_work_gives_work_back(desk: Desk, alice: Chat, staff: Chat, clock: Clock) -> None:
    number = report_a_fault(alice)
    staff.tap("我来处理", member="王")
    with desk.database.transaction() as session:
        assert staff_accounts.change_role(desk.desktop, session, "王", "editor", by="周", now=clock.now).ok
    ticket = ticket_of(desk, number)
    assert (ticket.owner_id, ticket.first_asked_id) == (None, colleague(desk, "张").id)


def test_the_duty_needs_somebody_to_go_to(desk: Desk, alice: Chat, staff: Chat, clock: Clock) -> None:
    report_a_fault(alice)
    staff.tap("我来处理", member="张")
    with desk.database.transaction() as session:
        session.get_one(Staff, colleague(desk, "周").id).active = False  # as if nobody were left
    with pytest.raises(Refused, match="accountable"), desk.database.transaction() as session:
        staff_accounts.remove(desk.desktop, session, "张", by=None, now=clock.now)
    assert colleague(desk, "张").active


# -- 首问负责


def test_the_work_moves_and_the_duty_stays(desk: Desk, book: Book, alice: Chat, staff: Chat, clock: Clock):
    number = report_a_fault(alice)
    staff.tap("我来处理", member="王")
    with desk.database.transaction() as session:
        ticket = storage.tickets.by_number(session, number)
        assert ticket is not None
        ticket.owner_id = colleague(desk, "李").id
    with desk.database.transaction() as session:
        wang, li = (colleagues.required(session, one) for one in "王李")
        ticket = storage.tickets.by_number(session, number)
        assert ticket is not None
        assert not first_asked.hold(session, ticket, li, clock.now)
        assert first_asked.line(session, ticket) == "首问负责：王"
        assert number in own_work.mine(session, book, wang, clock.now).partition("首问负责")[2]
        assert number in own_work.mine(session, book, li, clock.now).partition("首问负责")[0]


def test_only_a_lead_moves_the_duty_and_says_why(desk: Desk, alice: Chat, staff: Chat, clock: Clock) -> None:
    number = report_a_fault(alice)
    staff.tap("我来处理", member="王")
    with desk.database.transaction() as session:
        ticket = storage.tickets.by_number(session, number)
        assert ticket is not None
        assert not staff_accounts.pass_duty(session, ticket, "李", "忙", by="王", now=clock.now).ok
        with pytest.raises(Refused, match="why"):
            staff_accounts.pass_duty(session, ticket, "李", " ", by="张", now=clock.now)
        with pytest.raises(Refused, match="editor"):
            staff_accounts.pass_duty(session, ticket, "郑", "忙", by="张", now=clock.now)
        assert staff_accounts.pass_duty(session, ticket, "李", "王休假", by="张", now=clock.now).ok
        assert first_asked.line(session, ticket) == "首问负责：李"


def test_alarms_name_who_is_accountable(
    desk: Desk, book: Book, alice: Chat, staff: Chat, clock: Clock
) -> None:
    def alarmed(words: str) -> bool:
        posts = [one.text for one in staff.got() if words in one.text]
        return bool(posts) and all("首问负责：王" in one for one in posts)

    number = report_a_fault(alice)
    staff.say(f"/take {number}", member="王")
    staff.say(f"/transfer {number} 李 换班", member="王")
    clock.pass_(minutes=70)
    desk.tick(clock.now)
    assert alarmed("已超时")
    staff.say(f"/done {number} 换了保险", member="李")
    clock.pass_(minutes=15)
    desk.tick(clock.now)
    alice.tap("还没好")
    assert alarmed("客户说还没好")
    staff.say(f"/done {number} 这次真好了", member="李")
    clock.pass_(minutes=15)
    desk.tick(clock.now)
    alice.tap("已解决")
    clock.pass_(minutes=15)
    desk.tick(clock.now)
    alice.tap(MARKS[1])
    assert alarmed("客户评价")


def test_an_act_that_was_under_way_sees_that_its_colleague_left(desk: Desk, clock: Clock) -> None:
    with desk.database.transaction() as session:
        wang = colleagues.required(session, "王")
        assert wang.active
        elsewhere = update(Staff).where(col(Staff.id) == wang.id).values(active=False)
        session.connection().execute(elsewhere)  # as another process would
        assert wang.active  # as it was read before
        assert rights.refused(session, wang, "ticket.take", now=clock.now) is not None
        ticket = Ticket(
            number="BX1", kind="repair", draft_key="d", region="江城", rules_version="", opened_at=clock.now
        )
        session.add(ticket)
        session.flush()
        assert not first_asked.hold(session, ticket, wang, clock.now)


# -- always exactly one active person

_NAMES = ("甲", "乙", "丙", "丁")
_DEEDS = st.one_of(
    st.tuples(st.just("take"), st.sampled_from(_NAMES), st.integers(0, 3)),
    st.tuples(st.just("hold"), st.sampled_from(_NAMES), st.integers(0, 3)),
    st.tuples(st.just("remove"), st.sampled_from(_NAMES), st.just(0)),
    st.tuples(st.just("role"), st.sampled_from(_NAMES), st.integers(0, 3)),
    st.tuples(st.just("resolve"), st.sampled_from(_NAMES), st.integers(0, 3)),
    st.tuples(st.just("reopen"), st.just("甲"), st.integers(0, 3)),
)
_ROLES = ("agent", "lead", "editor", "dispatcher")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(_DEEDS, max_size=20))
def test_the_duty_is_always_held_by_one_active_colleague(desk: Desk, clock: Clock, deeds: list) -> None:
    with desk.database.transaction() as session:
        for row in session.exec(select(Ticket)):
            row.state = TicketState.WITHDRAWN
        clock.pass_(minutes=1)
        stamp = f"{clock.now:%H%M}"
        for name in _NAMES:
            assert staff_accounts.add(
                session, f"{name}{stamp}", role="agent", team="desk", capacity=3, by="周", now=clock.now
            ).ok
        tickets = [
            storage.tickets.add(
                session,
                Ticket(
                    number="", kind="repair", draft_key=f"{stamp}-{n}", region="江城",
                    rules_version="", opened_at=clock.now,
                ),
                prefix="BX", day="20261123",
            )
            for n in range(4)
        ]  # fmt: skip
    for deed, short, number in deeds:
        with desk.database.transaction() as session:
            staff = storage.staff.by_name(session, f"{short}{stamp}")
            assert staff is not None
            _do(desk, session, clock, deed, staff, session.get_one(Ticket, tickets[number].id), number)
        with desk.database.reading() as session:
            for ticket in session.exec(
                select(Ticket).where(Ticket.state.in_(storage.first_asked.UNCONFIRMED))
            ):
                for who in (ticket.first_asked_id, ticket.owner_id):
                    assert who is None or session.get_one(Staff, who).active
                if ticket.state == TicketState.TAKEN:
                    assert ticket.owner_id is not None
                    assert ticket.first_asked_id is not None


def _do(
    desk: Desk, session: Session, clock: Clock, deed: str, staff: Staff, ticket: Ticket, number: int
) -> None:
    if deed in ("remove", "role") and not staff.active:
        return
    if deed == "remove":
        staff_accounts.remove(desk.desktop, session, staff.name, by="周", now=clock.now)
    elif deed == "role" and staff.role != _ROLES[number]:
        staff_accounts.change_role(desk.desktop, session, staff.name, _ROLES[number], by="周", now=clock.now)
    elif deed == "hold":
        first_asked.hold(session, ticket, staff, clock.now)
    elif deed == "take" and staff.active:
        if storage.tickets.take(session, ticket, staff, now=clock.now):
            first_asked.hold(session, ticket, staff, clock.now)
    elif deed == "resolve":
        storage.tickets.move(
            session, ticket, to=TicketState.RESOLVED, among=(TicketState.TAKEN,), now=clock.now
        )
    elif deed == "reopen":
        to = TicketState.TAKEN if ticket.owner_id is not None else TicketState.ACCEPTED
        storage.tickets.move(session, ticket, to=to, among=(TicketState.RESOLVED,), now=clock.now)
