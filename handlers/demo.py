"""The demo utility: invented customers, bills and outages around this moment, taken in like real ones."""

import csv
import io
import random
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import knowledge
import storage.customers
import storage.outbox
import storage.staff
from handlers.desk import Desk
from handlers.messages import Heard, Message
from handlers.money import binding, imports
from handlers.staff import colleagues
from handlers.tickets import ticket_work
from knowledge.book import Book
from knowledge.data_files import read_yaml
from knowledge.rules.tariffs import BillQuestion, bill
from storage.database import Database
from storage.models import Outgoing, OutgoingState

_FILE = Path(knowledge.__file__).parent / "data" / "demo.yaml"
MONTHS = 6


@dataclass(frozen=True, slots=True)
class Guest:
    """The demo customer to try things with: what is printed for whoever runs the demo."""

    account: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Demo:
    """The files of the demo utility, ready to be imported."""

    customers: bytes
    accounts: bytes
    bills: bytes
    payments: bytes
    outages: bytes
    guest_account: str
    guest_name: str


def seed(desk: Desk, *, now: datetime) -> Guest:
    """Fill an empty database with the demo utility; in a filled one only the outages move with the time."""
    database, book = desk.database, desk.desktop.book
    demo = build(book, now)
    with database.reading() as session:
        filled = storage.customers.count(session) > 0
    kinds = ("outages",) if filled else ("customers", "accounts", "bills", "payments", "outages")
    for kind in kinds:
        imports.import_file(
            database, book, kind=kind, data=getattr(demo, kind), name=f"demo-{kind}.csv", now=now, check=False
        )
    if not filled:
        _hire(database, now)
        for number, talk in enumerate(_plan()["talks"]):
            _hold(desk, talk, number, now)
    with database.transaction() as session:
        account = storage.customers.account_by_number(session, demo.guest_account)
        assert account is not None
        code = binding.issue_code(
            session,
            account,
            now=now,
            secret=desk.desktop.secret,
            practice=book.practice,
            valid_for=timedelta(days=1),
        )
    return Guest(account=demo.guest_account, code=code, name=demo.guest_name)


def _plan() -> dict[str, Any]:
    plan: dict[str, Any] = read_yaml(_FILE)
    return plan


def _hire(database: Database, now: datetime) -> None:
    """Make the accounts of our colleagues, those that are not there yet."""
    with database.transaction() as session:
        for one in _plan()["colleagues"]:
            storage.staff.add(
                session, name=one["name"], role=one["role"], team=one["team"], capacity=3, now=now
            )


def _hold(desk: Desk, talk: dict[str, Any], number: int, now: datetime) -> None:
    """Hold one conversation of the past with the desk, and let a colleague work on what came of it."""
    moment = now - timedelta(hours=talk["hours_ago"])
    address = f"demo-{number}"
    heard = Heard()
    shown: list[Outgoing] = []
    for step, said in enumerate(talk["says"]):
        choice = _key_of(shown, said[1:-1]) if said.startswith("[") else None
        text = "" if choice else said
        message = Message("demo", address, f"{address}:{step}", moment, text=text, choice=choice)
        heard = desk.hear(message, moment)
        shown = _take_delivered(desk, address)
        moment += timedelta(minutes=1)
    assert heard.ticket is not None, f"no ticket came of {talk['says']}"
    work = {"take": ticket_work.take, "arrived": ticket_work.arrived, "resolve": ticket_work.resolve}
    for act in talk["staff"]:
        moment += timedelta(minutes=12)
        with desk.database.transaction() as session:
            colleague = colleagues.required(session, _plan()["colleagues"][1]["name"])
            done = work[act](desk.desktop, session, heard.ticket, colleague, moment)
            assert done.ok, done.text
    _take_delivered(desk, address)


def _key_of(shown: Sequence[Outgoing], label: str) -> str:
    for row in reversed(shown):
        for index, (said, _) in enumerate(row.reply["choices"]):
            if label in said:
                return f"{row.token}:{index}"
    raise LookupError(f"no button says {label}: {[row.reply['choices'] for row in shown]}")


def _take_delivered(desk: Desk, address: str) -> list[Outgoing]:
    """Take what waits for an invented customer: there is nobody to send it to."""
    with desk.database.transaction() as session:
        waiting = storage.outbox.waiting_for(session, channel="demo", address=address)
        for row in waiting:
            row.state = OutgoingState.SENT
            session.add(row)
    return waiting


def bill_the_guest(database: Database, book: Book, guest: Guest, *, now: datetime) -> None:
    """Let the billing system hand in one more bill of the guest, a week past its due date."""
    today = book.today(now)
    due = today - timedelta(days=_plan()["guest"]["days_overdue"])
    row = {
        "number": f"G{secrets.token_hex(6)}",  # every run of the demo has a bill of its own
        "account_number": guest.account,
        "period": f"{_months_before(due, 1):%Y-%m}",
        "kwh": "186",
        "amount": str(
            bill(BillQuestion(region=book.utility.region, month=due.replace(day=1), kwh=Decimal(186))).total
        ),
        "issued_on": (due - timedelta(days=15)).isoformat(),
        "due_on": due.isoformat(),
    }
    imports.import_file(
        database, book, kind="bills", data=_csv([row]), name="demo-bill.csv", now=now, check=False
    )


def build(book: Book, now: datetime) -> Demo:
    """Return the demo utility around a moment; the same seed and day give the same files."""
    return _Builder(book, _plan(), now).build()


class _Builder:
    """Makes the rows; one random generator, asked in a fixed order."""

    def __init__(self, book: Book, plan: dict[str, Any], now: datetime) -> None:
        self.book = book
        self.plan = plan
        self.now = now
        self.today = book.today(now)
        self.chance = random.Random(plan["seed"])
        self.customers: list[dict[str, Any]] = []
        self.accounts: list[dict[str, Any]] = []
        self.bills: list[dict[str, Any]] = []
        self.payments: list[dict[str, Any]] = []

    def build(self) -> Demo:
        for index in range(self.plan["customers"]):
            self._add_customer(index)
        for index in range(self.plan["accounts"]):
            self._add_account(index)
        self._add_bills()
        guest = self.accounts[0]
        return Demo(
            customers=_csv(self.customers),
            accounts=_csv(self.accounts),
            bills=_csv(self.bills),
            payments=_csv(self.payments),
            outages=_csv(self._outages()),
            guest_account=str(guest["number"]),
            guest_name=str(self.plan["guest"]["name"]),
        )

    def _add_customer(self, index: int) -> None:
        plan = self.plan
        if index == 0:
            name, tail = plan["guest"]["name"], plan["guest"]["phone_tail"]
        else:
            people = [*plan["businesses"], *plan["important"]]
            name = (
                people[index - 1]
                if index <= len(people)
                else self.chance.choice(plan["surnames"]) + self.chance.choice(plan["given_names"])
            )
            tail = f"{index + 1:04d}"
        self.customers.append(
            {
                "number": f"JC{index + 1:06d}",
                "name": name,
                "phone": f"{plan['phone_block']}{tail}",
                "vulnerable": "yes" if index and self.chance.random() < 0.05 else "no",
            }
        )

    def _add_account(self, index: int) -> None:
        plan = self.plan
        owner = self.customers[index % len(self.customers)]
        place = plan["communities"][0] if index == 0 else self.chance.choice(plan["communities"])
        business, important = owner["name"] in plan["businesses"], owner["name"] in plan["important"]
        prepaid = index != 0 and not important and index % 6 == 0
        balance = (
            Decimal(self.chance.choice([-12, 8, 26, 64, 150, 320]))
            + Decimal(self.chance.randrange(100)) / 100
        )
        self.accounts.append(
            {
                "number": f"{plan['account_block']}{10000000 + index * 37 + 11:08d}",
                "customer_number": owner["number"],
                "region": self.book.utility.region,
                "address": self._address(place),
                "community": place["name"],
                "line": place["line"],
                "transformer": place["transformer"],
                "zone": place["zone"],
                "customer_class": "important" if important else "other" if business else "resident",
                "tariff_class": "commercial"
                if business or important
                else "shared_meter"
                if index % 17 == 5
                else "ev_pile"
                if index % 29 == 7
                else "residential",
                "contract_type": "prepaid" if prepaid else "postpaid",
                "people": "" if business or important else str(self.chance.choice([1, 2, 3, 3, 4, 5, 6])),
                "low_income": "yes" if index and not business and self.chance.random() < 0.04 else "no",
                "balance": str(balance) if prepaid else "",
                "balance_at": self.now.isoformat() if prepaid else "",
            }
        )

    def _address(self, place: dict[str, Any]) -> str:
        house, block = self.chance.randrange(1, 60), self.chance.randrange(1, 13)
        room = f"{self.chance.randrange(1, 19)}0{self.chance.randrange(1, 5)}"
        return f"{self.book.utility.city}{place['street']}{house}号{place['name']}{block}栋{room}"

    def _add_bills(self) -> None:
        postpaid = [one for one in self.accounts if one["contract_type"] == "postpaid"]
        late = {self.accounts[0]["number"]: self.plan["guest"]["days_overdue"]}
        others = iter(postpaid[1:])
        for days, count in self.plan["arrears"].items():
            for _ in range(count):
                late[next(others)["number"]] = days
        for account in postpaid:
            overdue = late.get(account["number"])
            for back in range(MONTHS, 0, -1):
                self._add_bill(account, back, overdue if back == 1 else None)

    def _add_bill(self, account: dict[str, Any], back: int, overdue: int | None) -> None:
        month = _months_before(self.today.replace(day=1), back)
        kwh = self.chance.randrange(90, 420) * (10 if account["tariff_class"] == "commercial" else 1)
        amount = self._amount(account, month, kwh)
        # The last bill falls due on the day that puts the account into its state of arrears.
        due = (
            self.today - timedelta(days=overdue)
            if overdue is not None
            else _months_before(month, -1).replace(day=20)
        )
        if overdue is None and due > self.today:
            due = self.today + timedelta(days=12)
        number = f"{account['number'][-6:]}{month:%Y%m}"
        issued = due - timedelta(days=15)
        self.bills.append(
            {
                "number": number,
                "account_number": account["number"],
                "period": f"{month:%Y-%m}",
                "kwh": str(kwh),
                "amount": str(amount),
                "issued_on": issued.isoformat(),
                "due_on": due.isoformat(),
            }
        )
        if overdue is None:
            paid_on = min(due - timedelta(days=self.chance.randrange(1, 9)), self.today - timedelta(days=1))
            paid_at = datetime(paid_on.year, paid_on.month, paid_on.day, 12, tzinfo=self.book.zone)
            self.payments.append(
                {
                    "number": f"P{number}",
                    "account_number": account["number"],
                    "bill_number": number,
                    "amount": str(amount),
                    "paid_at": paid_at.isoformat(),
                }
            )

    def _amount(self, account: dict[str, Any], month: date, kwh: int) -> Decimal:
        customer = account["tariff_class"]
        if customer == "commercial":
            # Market prices are not published; an invented one does for an invented shop.
            return (Decimal(kwh) * Decimal("0.75")).quantize(Decimal("0.01"))
        return bill(
            BillQuestion(region=account["region"], month=month, kwh=Decimal(kwh), customer=customer)
        ).total

    def _outages(self) -> list[dict[str, Any]]:
        places = {one["name"]: one for one in self.plan["communities"]}
        rows = []
        for one in self.plan["outages"]:
            place = places[one["at"]]
            if "from_day" in one:
                day = self.today + timedelta(days=one["from_day"])
                start = datetime(day.year, day.month, day.day, one["from_hour"], tzinfo=self.book.zone)
            else:
                start = _round(self.now.astimezone(self.book.zone) + timedelta(hours=one["from_hours"]))
            etr = one.get("etr_hours")
            rows.append(
                {
                    "powerOffId": f"DEMO-{one['id']}",
                    "typeCode": one["kind"],
                    "subsName": place["substation"],
                    "lineName": place["line"],
                    "pubTranName": place["transformer"],
                    "scope": one["scope"],
                    "startTime": start.isoformat(),
                    "stopTime": (start + timedelta(hours=one["hours"])).isoformat(),
                    "poweroffReason": one["reason"],
                    "state": one["state"],
                    "etr": "" if etr is None else _round(self.now + timedelta(hours=etr)).isoformat(),
                    "updatedTime": self.now.isoformat(),
                }
            )
        return rows


def _months_before(month: date, back: int) -> date:
    index = month.year * 12 + month.month - 1 - back
    return date(index // 12, index % 12 + 1, 1)


def _round(moment: datetime) -> datetime:
    """Return the moment at the full ten minutes, as people announce them."""
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)


def _csv(rows: Sequence[dict[str, Any]] | Iterable[dict[str, Any]]) -> bytes:
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode("utf-8")
