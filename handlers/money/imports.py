"""Taking in the utility's files: whole or not at all, the same twice, and with the reminders that follow."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlmodel import Session, SQLModel

import storage.bills
import storage.bindings
import storage.customers
import storage.files
import storage.outages
from handlers.masking import tail
from handlers.money import reminders
from handlers.money.import_files import Line, read
from handlers.money.import_rows import AccountRow, BillRow, PaymentRow, Row, column_of
from knowledge.book import Book
from knowledge.rules.outages import BadFile, Outage, Problem, read_outages_csv, read_outages_json
from storage.database import Database
from storage.models import Account, Bill, Customer, Payment

__all__ = ["KINDS", "BadFile", "ImportReport", "Problem", "import_file"]

KINDS = ("customers", "accounts", "bills", "payments", "outages")
CHUNK = 500  # rows a transaction: somebody who writes to us meanwhile hardly waits
SHOWN_DIFFERENCES = 50
_PRIVATE = {"name", "phone", "address"}
_FEN = {"amount_fen", "declared_fen", "balance_fen"}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file changed, or with `check` would change; `notices` are reminders that were planned anew."""

    kind: str
    name: str
    check: bool
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    notices: int = 0
    unbound: int = 0
    differences: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {**asdict(self), "differences": list(self.differences)}

    def __str__(self) -> str:
        lines = [f"{self.kind}: {self.added} added, {self.changed} changed, {self.unchanged} unchanged"]
        if self.notices:
            lines[0] += f", {self.notices} reminders planned"
        if self.unbound:
            lines[0] += f", {self.unbound} chats unbound from accounts with a new owner"
        return "\n".join([*lines, *(f"  {one}" for one in self.differences)])


@dataclass(slots=True)
class _Tally:
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    notices: int = 0
    unbound: int = 0
    differences: list[str] = field(default_factory=list)

    def differ(self, sentence: str) -> None:
        if len(self.differences) < SHOWN_DIFFERENCES:
            self.differences.append(sentence)


def import_file(
    database: Database,
    book: Book,
    *,
    kind: str,
    data: bytes,
    name: str,
    now: datetime,
    check: bool = False,
) -> ImportReport:
    """Take in a file of the utility; raises BadFile with every fault, and then nothing has changed.

    `kind` is one of KINDS. With `check` nothing is changed, the report says what would be. A file that is
    interrupted half-way can simply be taken in again: rows that are known already change nothing.
    """
    if kind not in KINDS:
        raise ValueError(f"there are no files of {kind}")
    tally = _Tally()
    if kind == "outages":
        _outages(database, book, data, name, now, tally, check=check)
    else:
        lines = read(kind, data, zone=book.zone)
        with database.reading() as session:
            problems = [
                problem for chunk in _chunks(lines) for problem in _unknown_references(session, kind, chunk)
            ]
        if problems:
            raise BadFile(problems)
        if check:
            with database.reading() as session:
                for chunk in _chunks(lines):
                    _compare(session, kind, chunk, tally)
        else:
            for chunk in _chunks(lines):
                with database.transaction() as session:
                    _take(session, book, kind, chunk, now, tally)
            _remember(database, kind, data, name, len(lines), now)
    return ImportReport(
        kind=kind,
        name=name,
        check=check,
        added=tally.added,
        changed=tally.changed,
        unchanged=tally.unchanged,
        notices=tally.notices,
        unbound=tally.unbound,
        differences=tuple(tally.differences),
    )


# -- outages


def _outages(
    database: Database, book: Book, data: bytes, name: str, now: datetime, tally: _Tally, *, check: bool
) -> None:
    is_json = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    reader: Callable[..., list[Outage]] = read_outages_json if is_json else read_outages_csv
    outages = reader(data, region=book.utility.region, zone=book.zone)
    if check:
        with database.reading() as session:
            tally.added, tally.changed, tally.unchanged = storage.outages.compare(session, outages, as_of=now)
        return
    with database.transaction() as session:
        stored = storage.outages.store(session, outages, as_of=now, source=name, now=now)
    tally.added, tally.changed, tally.unchanged = len(stored.added), len(stored.changed), stored.unchanged
    _remember(database, "outages", data, name, len(outages), now)


# -- rows


def _chunks(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    for first in range(0, len(lines), CHUNK):
        yield lines[first : first + CHUNK]


def _remember(database: Database, kind: str, data: bytes, name: str, rows: int, now: datetime) -> None:
    with database.transaction() as session:
        storage.files.remember(
            session, kind=kind, content_hash=sha256(data).hexdigest(), name=name, rows=rows, now=now
        )


def _unknown_references(session: Session, kind: str, chunk: Sequence[Line]) -> list[Problem]:
    problems: list[Problem] = []
    rows = [line.row for line in chunk]
    if kind == "accounts":
        wanted = {row.customer_number for row in rows if isinstance(row, AccountRow)}
        customers = storage.customers.by_number(session, wanted)
        problems += [
            Problem(line.number, column_of(kind, "customer_number"), "没有这个客户，请先导入客户。")
            for line in chunk
            if isinstance(line.row, AccountRow) and line.row.customer_number not in customers
        ]
    if kind in ("bills", "payments"):
        numbers = {row.account_number for row in rows if isinstance(row, BillRow | PaymentRow)}
        accounts = storage.customers.accounts_by_number(session, numbers)
        problems += [
            Problem(line.number, column_of(kind, "account_number"), "没有这个户号，请先导入户号。")
            for line in chunk
            if isinstance(line.row, BillRow | PaymentRow) and line.row.account_number not in accounts
        ]
    if kind == "payments":
        named = {row.bill_number for row in rows if isinstance(row, PaymentRow) and row.bill_number}
        bills = storage.bills.by_number(session, named)
        for line in chunk:
            row = line.row
            if not isinstance(row, PaymentRow) or row.bill_number is None:
                continue
            account = accounts.get(row.account_number)
            if row.bill_number not in bills:
                problems.append(
                    Problem(line.number, column_of(kind, "bill_number"), "没有这张账单，请先导入账单。")
                )
            elif account is not None and bills[row.bill_number].account_id != account.id:
                problems.append(
                    Problem(line.number, column_of(kind, "bill_number"), "这张账单是另一个户号的。")
                )
    return problems


def _known(session: Session, kind: str, chunk: Sequence[Line]) -> dict[str, Any]:
    numbers = [line.row.number for line in chunk]
    found: dict[str, Any]
    if kind == "customers":
        found = dict(storage.customers.by_number(session, numbers))
    elif kind == "accounts":
        found = dict(storage.customers.accounts_by_number(session, numbers))
    elif kind == "bills":
        found = dict(storage.bills.by_number(session, numbers))
    else:
        found = dict(storage.bills.payments_by_number(session, numbers))
    return found


def _values(session: Session, kind: str, chunk: Sequence[Line]) -> list[dict[str, Any]]:
    """Return what each row wants its table's row to hold, with numbers turned into our keys."""
    # A column that the file leaves out says nothing: what we know of it stays.
    values = [line.row.model_dump(exclude_unset=True) for line in chunk]
    if kind == "accounts":
        customers = storage.customers.by_number(session, {one["customer_number"] for one in values})
        for one in values:
            one["customer_id"] = customers[one.pop("customer_number")].id
    if kind in ("bills", "payments"):
        accounts = storage.customers.accounts_by_number(session, {one["account_number"] for one in values})
        for one in values:
            one["account_id"] = accounts[one.pop("account_number")].id
    if kind == "payments":
        bills = storage.bills.by_number(
            session, {one["bill_number"] for one in values if one.get("bill_number")}
        )
        for one in values:
            number = one.pop("bill_number", None)
            one["bill_id"] = bills[number].id if number else None
    return values


def _compare(session: Session, kind: str, chunk: Sequence[Line], tally: _Tally) -> None:
    known = _known(session, kind, chunk)
    for line, values in zip(chunk, _values(session, kind, chunk), strict=True):
        row = known.get(line.row.number)
        _count(kind, line.row, row, _changes(row, values), tally)


def _changes(row: SQLModel | None, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    if row is None:
        return {}
    if isinstance(row, Account) and row.balance_at is not None:
        read_at = values.get("balance_at")
        if read_at is not None and read_at < row.balance_at:
            del values["balance_fen"], values["balance_at"]  # an older reading says nothing new
    return {
        name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value
    }


def _count(kind: str, row: Row, known: Any, changes: dict[str, tuple[Any, Any]], tally: _Tally) -> None:
    shown = tail(row.number) if kind == "accounts" else row.number
    if known is None:
        tally.added += 1
        tally.differ(f"+ {kind} {shown}")
    elif changes:
        tally.changed += 1
        tally.differ(f"~ {kind} {shown}: " + "，".join(_told(name, *pair) for name, pair in changes.items()))
    else:
        tally.unchanged += 1


def _told(name: str, old: Any, new: Any) -> str:
    if name in _PRIVATE or name.endswith("_id"):
        return name
    if name in _FEN:
        return f"{name.removesuffix('_fen')} {_yuan(old)} → {_yuan(new)}"
    return f"{name} {old} → {new}"


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


_TABLES: dict[str, type[Customer] | type[Account] | type[Bill] | type[Payment]] = {
    "customers": Customer,
    "accounts": Account,
    "bills": Bill,
    "payments": Payment,
}


def _take(
    session: Session, book: Book, kind: str, chunk: Sequence[Line], now: datetime, tally: _Tally
) -> None:
    known = _known(session, kind, chunk)
    touched: list[Any] = []
    sold: list[int] = []
    accounts: set[int] = set()
    for line, values in zip(chunk, _values(session, kind, chunk), strict=True):
        row = known.get(line.row.number)
        changes = _changes(row, values)
        _count(kind, line.row, row, changes, tally)
        if row is not None and not changes:
            continue
        if kind != "payments":
            values["updated_at"] = now
        if row is None:
            row = _TABLES[kind](**values)
        else:
            if "customer_id" in changes:
                sold.append(row.id)
            if "account_id" in changes:
                accounts.add(row.account_id)
            for name, value in values.items():
                setattr(row, name, value)
        session.add(row)
        touched.append(row)
    session.flush()
    if sold:
        # Who had proven to be the old customer has proven nothing about the new one.
        tally.unbound += storage.bindings.remove_all(session, sold)
    if kind == "accounts":
        tally.notices += reminders.follow_accounts(session, book, touched, now)
    if kind == "bills":
        settled = storage.bills.settle(session, accounts | {one.account_id for one in touched}, now)
        bills = {one.id: one for one in (*touched, *settled)}
        tally.notices += reminders.plan_all(session, book, list(bills.values()), now)
    if kind == "payments":
        accounts |= {one.account_id for one in touched}
        settled = storage.bills.settle(session, accounts, now)
        tally.notices += reminders.plan_all(session, book, settled, now)
        reminders.take_back_credit(session, book, accounts, now)
