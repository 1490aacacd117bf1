"""The demo utility keeps what it promises: sizes, states, freshness, the same from the same seed."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func
from sqlmodel import select

import handlers.demo
from handlers.desk import Desk
from handlers.messages import reply_from
from knowledge.book import Book
from storage.models import Account, Customer, Notice, OutageRow, Outgoing, Ticket
from tests.talking import Chat, Clock

# A working day, a day in the night, the last day of a short month, a leap day, the turn of the year.
MOMENTS = [
    datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 19, 30, tzinfo=UTC),
    datetime(2027, 2, 28, 3, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 16, 30, tzinfo=UTC),
]


def count(desk: Desk, model: type) -> int:
    with desk.database.reading() as session:
        return int(session.exec(select(func.count()).select_from(model)).one())


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_the_demo_is_whole_at_any_moment(desk: Desk, now: datetime) -> None:
    desk.desktop.demo = True
    handlers.demo.seed(desk, now=now)
    assert (count(desk, Customer), count(desk, Account), count(desk, OutageRow)) == (60, 90, 12)
    with desk.database.reading() as session:
        classes = set(session.exec(select(Account.customer_class)))
        contracts = set(session.exec(select(Account.contract_type)))
        tariffs = set(session.exec(select(Account.tariff_class)))
        tickets = list(session.exec(select(Ticket.state)))
        waiting = [
            row for row in session.exec(select(Outgoing)) if row.state != "sent" and row.channel == "demo"
        ]
        steps = set(session.exec(select(Notice.step).where(Notice.state == "planned")))
    assert classes == {"resident", "other", "important"}
    assert contracts == {"postpaid", "prepaid"}
    assert {"residential", "shared_meter", "commercial", "ev_pile"} <= tariffs
    assert sorted(tickets) == ["accepted", "resolved", "taken", "taken"]
    assert waiting == []
    assert {"due_soon", "overdue_1", "overdue_7", "overdue_15", "overdue_30"} <= steps


def test_the_same_seed_and_moment_give_the_same_files(book: Book) -> None:
    assert handlers.demo.build(book, MOMENTS[0]) == handlers.demo.build(book, MOMENTS[0])


def test_outages_stand_around_the_present(book: Book) -> None:
    for now in MOMENTS:
        rows = list(csv.DictReader(io.StringIO(handlers.demo.build(book, now).outages.decode())))
        starts = [datetime.fromisoformat(row["startTime"]) for row in rows]
        assert any(start < now for start in starts)
        assert all(abs(start - now) < timedelta(days=8) for start in starts)


def test_a_second_start_adds_nothing_but_moves_the_outages_on(desk: Desk) -> None:
    handlers.demo.seed(desk, now=MOMENTS[0])
    tickets = count(desk, Ticket)
    handlers.demo.seed(desk, now=MOMENTS[0] + timedelta(days=40))
    assert (count(desk, Customer), count(desk, Ticket), count(desk, OutageRow)) == (60, tickets, 12)
    with desk.database.reading() as session:
        newest = max(session.exec(select(OutageRow.start_at)))
    assert newest > MOMENTS[0] + timedelta(days=40)


def test_every_card_of_the_demo_says_that_it_is_one(desk: Desk, alice: Chat, clock: Clock) -> None:
    desk.desktop.demo = True
    guest = handlers.demo.seed(desk, now=clock.now)
    for words in (
        "/start",
        "菜单",
        "有人触电了快来",
        "我的工单",
        "绑定户号",
        guest.account,
        guest.code,
        "我的电费",
    ):
        alice.say(words)
    cards = [reply_from(row.reply) for row in alice.rows()]
    assert len(cards) > 6
    for card in cards:
        assert ("演示系统" in card.text) == (card.kind in ("card", "notice", "danger", "staff")), card
