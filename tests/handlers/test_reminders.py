"""Whatever the bills, whenever the clock knocks: no reminder too early, at night, twice, or when paid."""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

import storage.bills
import storage.people
from handlers.money import reminders
from handlers.turn import Desktop
from knowledge.book import Book
from knowledge.rules import arrears
from storage.database import Database
from storage.models import (
    Account,
    Bill,
    Binding,
    Customer,
    Notice,
    NoticeState,
    Outgoing,
    Payment,
)
from tests.talking import SHANGHAI

FIRST = datetime(2026, 11, 1, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Invented:
    """A bill: which account, when due, how long before it was issued, when it is paid if ever."""

    account: int
    due_on: date
    issued_before: int
    paid_at: datetime | None


invented_bills = st.builds(
    Invented,
    account=st.integers(0, 2),
    due_on=st.dates(date(2026, 11, 5), date(2027, 1, 10)),
    issued_before=st.integers(0, 20),
    paid_at=st.none() | st.integers(0, 120 * 24).map(lambda hours: FIRST + timedelta(hours=hours)),
)
knocks = st.lists(st.integers(0, 130 * 24 * 4), min_size=1, max_size=25, unique=True).map(
    lambda quarters: [FIRST + timedelta(minutes=15 * one) for one in sorted(quarters)]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(invented=st.lists(invented_bills, min_size=1, max_size=5), moments=knocks)
def test_never_early_never_at_night_never_twice_never_paid(
    book: Book, empty_database: Path, invented: list[Invented], moments: list[datetime]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "some.db"
        shutil.copy(empty_database, file)
        database = Database(f"sqlite:///{file}")
        try:
            _check(database, book, invented, moments)
        finally:
            database.close()


def _check(database: Database, book: Book, invented: list[Invented], moments: list[datetime]) -> None:
    desktop = Desktop(book=book, secret=b"x")
    with database.transaction() as session:
        person = _fill(database, session, book, invented)
    paid: set[int] = set()
    for now in moments:
        with database.transaction() as session:
            for number, one in enumerate(invented, start=1):
                if one.paid_at is not None and one.paid_at <= now and number not in paid:
                    paid.add(number)
                    bill = session.get_one(Bill, number)
                    session.add(
                        Payment(
                            number=f"P{number}",
                            account_id=bill.account_id,
                            bill_id=number,
                            amount_fen=bill.amount_fen,
                            paid_at=one.paid_at,
                        )
                    )
                    session.flush()
                    settled = storage.bills.settle(session, [bill.account_id], now)
                    reminders.plan_all(session, book, settled, now)
        for _ in range(2):  # a second knock at the same moment does nothing
            with database.transaction() as session:
                reminders.tick(desktop, session, now)
    with database.reading() as session:
        sent = list(
            session.execute(
                select(Notice, Outgoing).join(Outgoing, col(Outgoing.notice_id) == col(Notice.id))
            )
        )
        for notice, message in sent:
            bill = session.get_one(Bill, notice.bill_id)
            one = invented[int(bill.number[1:]) - 1]
            at = message.created_at.astimezone(SHANGHAI)
            assert at >= notice.not_before
            assert 9 <= at.hour < 20
            assert arrears.may_send(at, arrears.rules(), "beijing")
            assert one.paid_at is None or at < one.paid_at
            days = (at.date() - bill.due_on).days
            assert ("停电" in message.reply["text"]) <= (days >= 30)
            assert (days > 0) == ("已过" in message.reply["text"])
            if one.paid_at is not None and one.paid_at <= moments[-1]:
                assert message.state == "cancelled"  # nothing was let out in this test
        steps = Counter((notice.subject, notice.step) for notice, _ in sent)
        assert max(steps.values(), default=0) <= 1
        days_written = Counter(
            message.created_at.astimezone(SHANGHAI).date()
            for _, message in sent
            if message.person_id == person and message.state != "cancelled"
        )
        assert max(days_written.values(), default=0) <= 1


def _fill(database: Database, session: object, book: Book, invented: list[Invented]) -> int:
    from sqlmodel import Session

    assert isinstance(session, Session)
    _, person = storage.people.new_chat(session, "web", "alice", FIRST)
    assert person.id is not None
    session.add(Customer(id=1, number="C1", name="张三", phone="13900001111", updated_at=FIRST))
    session.flush()
    for key in (1, 2, 3):
        session.add(
            Account(
                id=key,
                number=f"110022003{key}",
                customer_id=1,
                region="beijing",
                address="江城枫林路1号",
                updated_at=FIRST,
            )
        )
    session.flush()
    session.add_all(
        Binding(person_id=person.id, account_id=key, proof="contact", bound_at=FIRST) for key in (1, 2, 3)
    )
    bills = [
        Bill(
            id=number,
            number=f"B{number}",
            account_id=one.account + 1,
            period="2026-11",
            kwh=100,
            amount_fen=5000,
            issued_on=one.due_on - timedelta(days=one.issued_before),
            due_on=one.due_on,
            updated_at=FIRST,
        )
        for number, one in enumerate(invented, start=1)
    ]
    session.add_all(bills)
    session.flush()
    reminders.plan_all(session, book, bills, FIRST)
    return person.id


@pytest.mark.parametrize("now", [datetime(2026, 12, 1, 10, 0, tzinfo=SHANGHAI)])
def test_what_is_not_due_costs_nothing(database: Database, book: Book, now: datetime) -> None:
    with database.transaction() as session:
        _fill(database, session, book, [Invented(0, date(2027, 6, 1), 5, None)])
        connection = session.connection()
        connection.exec_driver_sql(
            """
            WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 20000)
            INSERT INTO notice (subject, step, account_id, bill_id, send_at, not_before, clause,
                                rules_version, state, reason)
            SELECT 'bill:' || (n + 10), 'overdue_1', 1, 1, send_at, not_before, '', '', 'planned', ''
            FROM many, (SELECT send_at, not_before FROM notice LIMIT 1)
            """
        )
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM notice WHERE notice.state = 'planned' "
            "AND send_at <= '2026-12-01' ORDER BY send_at, id LIMIT 500"
        ).all()
        assert "ix_notice_planned" in str(plan)
        done = reminders.tick(Desktop(book=book, secret=b"x"), session, now)
        assert done["notices_sent"] == 0
        assert (
            session.execute(
                select(Notice).where(Notice.state == NoticeState.PLANNED).limit(1)
            ).scalar_one_or_none()
            is not None
        )
