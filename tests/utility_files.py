"""Small files of an invented utility, and taking them in."""

from collections.abc import Sequence
from datetime import datetime

from handlers.money.imports import ImportReport, import_file
from knowledge.book import Book
from storage.database import Database

PHONE = "13900001111"
ACCOUNT = "1100220033"
OTHER = "1100220099"


def table(*rows: Sequence[str]) -> bytes:
    """Return rows as a CSV file in UTF-8; the first one is its header."""
    return "\n".join(",".join(row) for row in rows).encode()


CUSTOMERS = table(
    ("number", "name", "phone", "vulnerable"),
    ("C1", "张三", PHONE, "no"),
    ("C2", "李四", "13900002222", "no"),
)
ACCOUNT_HEADER = (
    "number",
    "customer_number",
    "region",
    "address",
    "community",
    "contract_type",
    "balance",
    "balance_at",
)


def accounts(*rows: Sequence[str]) -> bytes:
    """Return a file of accounts; the two usual ones where none are named."""
    usual = (
        (ACCOUNT, "C1", "beijing", "江城枫林路1号", "枫林苑", "postpaid", "", ""),
        (OTHER, "C2", "beijing", "江城枫林路2号", "枫林苑", "postpaid", "", ""),
    )
    return table(ACCOUNT_HEADER, *(rows or usual))


def bills(*rows: tuple[str, str, str, str], account: str = ACCOUNT) -> bytes:
    """Return a file of bills: number, amount, issued, due."""
    listed = [
        (number, account, issued[:7], "180", amount, issued, due) for number, amount, issued, due in rows
    ]
    return table(("number", "account_number", "period", "kwh", "amount", "issued_on", "due_on"), *listed)


def payments(*rows: tuple[str, str, str, str], account: str = ACCOUNT) -> bytes:
    """Return a file of payments: number, bill, amount, moment."""
    listed = [(number, account, bill, amount, paid_at) for number, bill, amount, paid_at in rows]
    return table(("number", "account_number", "bill_number", "amount", "paid_at"), *listed)


def take_in(
    database: Database, book: Book, kind: str, data: bytes, now: datetime, *, check: bool = False
) -> ImportReport:
    """Import a file as the command line does."""
    return import_file(database, book, kind=kind, data=data, name=f"{kind}.csv", now=now, check=check)
