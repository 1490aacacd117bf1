"""Files of the utility: taken in whole, the same twice, or refused with every fault."""

from decimal import Decimal

import pytest
from sqlmodel import select

from handlers.money.imports import BadFile
from knowledge.book import Book
from storage.database import Database
from storage.models import Account, Bill, Customer, Notice, OutageRow, Payment
from tests.talking import Clock
from tests.utility_files import ACCOUNT, CUSTOMERS, accounts, bills, payments, table, take_in

BILL = bills(("B1", "86.50", "2026-12-05", "2026-12-20"))


@pytest.fixture
def filled(database: Database, book: Book, clock: Clock) -> Database:
    """A database with two customers and their accounts."""
    take_in(database, book, "customers", CUSTOMERS, clock.now)
    take_in(database, book, "accounts", accounts(), clock.now)
    return database


def rows(database: Database, model: type) -> list[object]:
    with database.reading() as session:
        return list(session.exec(select(model)))


def faults(database: Database, book: Book, clock: Clock, kind: str, data: bytes) -> list[tuple[int, str]]:
    with pytest.raises(BadFile) as refused:
        take_in(database, book, kind, data, clock.now)
    return [(one.line, one.column) for one in refused.value.problems]


def test_the_same_file_twice_changes_nothing(filled: Database, book: Book, clock: Clock) -> None:
    first = take_in(filled, book, "bills", BILL, clock.now)
    assert (first.added, first.notices) == (1, 5)
    again = take_in(filled, book, "bills", BILL, clock.pass_(days=1))
    assert (again.added, again.changed, again.unchanged, again.notices) == (0, 0, 1, 0)
    assert len(rows(filled, Notice)) == 5


def test_check_changes_nothing_and_says_what_would_be(filled: Database, book: Book, clock: Clock) -> None:
    take_in(filled, book, "bills", BILL, clock.now)
    changed = bills(("B1", "90.05", "2026-12-05", "2026-12-20"), ("B2", "1.00", "2026-12-05", "2026-12-20"))
    report = take_in(filled, book, "bills", changed, clock.now, check=True)
    assert (report.added, report.changed) == (1, 1)
    assert "86.50 → 90.05" in str(report)
    assert [bill.amount_fen for bill in rows(filled, Bill)] == [8650]  # type: ignore[attr-defined]


def test_every_fault_is_named_and_nothing_is_taken(filled: Database, book: Book, clock: Clock) -> None:
    broken = table(
        ("number", "account_number", "period", "kwh", "amount", "issued_on", "due_on"),
        ("B1", ACCOUNT, "2026-11", "180", "86.505", "2026-12-05", "2026-12-20"),
        ("B2", ACCOUNT, "2026-13", "many", "86.50", "2026-12-05", "2026-02-30"),
        ("B2", ACCOUNT, "2026-11", "180", "86.50", "2026-12-05", "2026-12-20"),
        ("B3", ACCOUNT, "2026-11", "180", "86.50", "2026-12-25", "2026-12-20"),
        ("B4", ACCOUNT, "2026-11"),
    )
    assert faults(filled, book, clock, "bills", broken) == [
        (2, "amount"),
        (3, "due_on"),
        (3, "kwh"),
        (3, "period"),
        (5, ""),
        (6, ""),
    ]
    assert rows(filled, Bill) == []


def test_a_repeated_number_is_a_fault(filled: Database, book: Book, clock: Clock) -> None:
    one = ("B1", "86.50", "2026-12-05", "2026-12-20")
    assert faults(filled, book, clock, "bills", bills(one, one)) == [(3, "number")]


def test_an_unknown_account_or_customer_is_a_fault(filled: Database, book: Book, clock: Clock) -> None:
    strange = bills(("B1", "86.50", "2026-12-05", "2026-12-20"), account="9999999999")
    assert faults(filled, book, clock, "bills", strange) == [(2, "account_number")]
    orphan = accounts(("1234567", "C9", "beijing", "某路1号", "", "postpaid", "", ""))
    assert faults(filled, book, clock, "accounts", orphan) == [(2, "customer_number")]


@pytest.mark.parametrize("cell", ["=1+1", "+SUM(A1)", "@cmd"])
def test_a_formula_is_a_fault(database: Database, book: Book, clock: Clock, cell: str) -> None:
    evil = table(("number", "name", "phone"), ("C1", cell, "13900001111"))
    assert faults(database, book, clock, "customers", evil) == [(2, "name")]


def test_missing_columns_and_wrong_bytes_are_faults(database: Database, book: Book, clock: Clock) -> None:
    assert faults(database, book, clock, "customers", b"number,name\nC1,A\n") == [(1, "phone")]
    assert faults(database, book, clock, "customers", b"")[0][0] == 1
    assert faults(database, book, clock, "customers", "number".encode("utf-16")) == [(1, "")]
    assert faults(database, book, clock, "customers", b'number,name,phone\n"C1,A,13900001111\n')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_headers_in_any_usual_encoding(
    database: Database, book: Book, clock: Clock, encoding: str
) -> None:
    text = "客户编号,户名,联系电话,备注\r\nC1,欧阳娜,+86 139-0000-1111,老客户\r\n"
    take_in(database, book, "customers", text.encode(encoding), clock.now)
    (customer,) = rows(database, Customer)
    assert isinstance(customer, Customer)
    assert (customer.name, customer.phone) == ("欧阳娜", "13900001111")


def test_money_is_exact(filled: Database, book: Book, clock: Clock) -> None:
    amounts = ["0.01", "0.29", "1.15", "19.99", "1000000.07", "4"]
    data = bills(*((f"B{n}", one, "2026-12-05", "2026-12-20") for n, one in enumerate(amounts)))
    take_in(filled, book, "bills", data, clock.now)
    found = [Decimal(bill.amount_fen) / 100 for bill in rows(filled, Bill)]  # type: ignore[attr-defined]
    assert found == [Decimal(one) for one in amounts]


def test_a_column_that_is_left_out_changes_nothing(filled: Database, book: Book, clock: Clock) -> None:
    data = table(
        ("number", "customer_number", "region", "address"), (ACCOUNT, "C1", "beijing", "江城枫林路1号")
    )
    report = take_in(filled, book, "accounts", data, clock.now)
    assert report.unchanged == 1
    assert {one.community for one in rows(filled, Account)} == {"枫林苑"}  # type: ignore[attr-defined]


def test_payments_count_once_and_for_their_account(filled: Database, book: Book, clock: Clock) -> None:
    take_in(filled, book, "bills", BILL, clock.now)
    paid = payments(("P1", "B1", "80.00", "2026-12-06T10:00+08:00"))
    take_in(filled, book, "payments", paid, clock.now)
    take_in(filled, book, "payments", paid, clock.now)
    (bill,) = rows(filled, Bill)
    assert isinstance(bill, Bill)
    assert bill.paid_fen == 8000
    theirs = payments(("P2", "B1", "6.50", "2026-12-06T10:00+08:00"), account="1100220099")
    assert faults(filled, book, clock, "payments", theirs) == [(2, "bill_number")]
    assert len(rows(filled, Payment)) == 1


def test_a_later_due_date_moves_what_is_planned(filled: Database, book: Book, clock: Clock) -> None:
    take_in(filled, book, "bills", BILL, clock.now)
    take_in(filled, book, "bills", bills(("B1", "86.50", "2026-12-05", "2026-12-28")), clock.now)
    found = {one.step: one.send_at.astimezone(book.zone).day for one in rows(filled, Notice)}  # type: ignore[attr-defined]
    assert found["overdue_1"] == 29


def test_outages_go_to_the_outage_book(database: Database, book: Book, clock: Clock) -> None:
    data = table(
        ("external_id", "kind", "scope", "start", "stop"),
        ("O1", "planned", "枫林苑", "2026-12-01 08:00", "2026-12-01 12:00"),
    )
    assert take_in(database, book, "outages", data, clock.now, check=True).added == 1
    assert rows(database, OutageRow) == []
    assert take_in(database, book, "outages", data, clock.now).added == 1
    assert len(rows(database, OutageRow)) == 1
