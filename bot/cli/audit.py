"""Reading and handing out the audit from the terminal."""

import csv
import json
import sys
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli.common import NowOption, Refusal, moment, open_desk
from handlers.staff import audit
from storage.audit import Wanted
from storage.database import Database

app = typer.Typer(
    help="Who did what to which ticket and whose data: list the newest, export everything.",
    no_args_is_help=True,
)

As = Annotated[str, typer.Option("--as", help="Name of the colleague who reads; needs the right audit.read.")]
Since = Annotated[
    str | None, typer.Option("--from", metavar="ISO", help="From this moment or day, e.g. 2026-11-01.")
]
Until = Annotated[
    str | None, typer.Option("--to", metavar="ISO", help="Up to this moment, or this whole day.")
]
OfTicket = Annotated[str | None, typer.Option("--ticket", help="Only about this ticket number.")]
OfStaff = Annotated[str | None, typer.Option("--staff", help="Only by or about this colleague.")]
OfPerson = Annotated[int | None, typer.Option("--person", help="Only about this customer (客户 and number).")]


class Format(StrEnum):
    """How an export is written."""

    JSONL = "jsonl"
    CSV = "csv"


@app.command(name="list")
def list_records(
    reader: As,
    since: Since = None,
    until: Until = None,
    ticket: OfTicket = None,
    staff: OfStaff = None,
    person: OfPerson = None,
    limit: Annotated[int, typer.Option(help="At most so many, the newest.", min=1, max=1000)] = 50,
    now: NowOption = None,
) -> None:
    """List the newest records, oldest first."""
    database, chosen, zone = _open(reader, since, until, ticket, staff, person, now, how="list")
    with database.reading() as session:
        for row in audit.rows(session, chosen, zone=zone, newest=limit):
            mark = " " if row["allowed"] else "✗"
            about = " ".join(
                text
                for text in (
                    row["ticket"] or "",
                    f"客户{row['person']}" if row["person"] is not None else "",
                    _document(row["detail"]) if row["detail"] else "",
                )
                if text
            )
            print(f"{row['at'][:19]} {mark} {row['actor']:14} {row['act']:22} {about}".rstrip())


@app.command()
def export(
    reader: As,
    since: Since = None,
    until: Until = None,
    ticket: OfTicket = None,
    staff: OfStaff = None,
    person: OfPerson = None,
    form: Annotated[
        Format, typer.Option("--format", help="A JSON document a line, or a table.")
    ] = Format.JSONL,
    now: NowOption = None,
) -> None:
    """Write every record to standard output, oldest first; that it was done is in the audit as well."""
    database, chosen, zone = _open(reader, since, until, ticket, staff, person, now, how=f"export {form}")
    with database.reading() as session:
        found = audit.rows(session, chosen, zone=zone)
        if form is Format.JSONL:
            for row in found:
                print(_document(row))
            return
        table = csv.DictWriter(sys.stdout, audit.COLUMNS, lineterminator="\r\n")
        table.writeheader()
        for row in found:
            row["detail"] = _document(row["detail"])
            table.writerow({name: audit.safe_cell(value) for name, value in row.items()})


def _open(
    reader: str,
    since: str | None,
    until: str | None,
    ticket: str | None,
    staff: str | None,
    person: int | None,
    now: str | None,
    *,
    how: str,
) -> tuple[Database, Wanted, ZoneInfo]:
    """Return what is to be read, once it is written down who reads it."""
    _, database, desk = open_desk()
    zone = desk.desktop.book.zone
    with database.transaction() as session:
        chosen = audit.wanted(
            session,
            since=_bound(since, zone, "--from"),
            until=_bound(until, zone, "--to", whole_day=True),
            ticket=ticket,
            staff=staff,
            person=person,
        )
        refused = audit.permit(session, reader, chosen, how=how, now=moment(now, zone))
    if refused:
        raise Refusal(refused)
    return database, chosen, zone


def _bound(text: str | None, zone: ZoneInfo, option: str, *, whole_day: bool = False) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(
            f"{option}: {text!r} is not a day or moment like 2026-11-01 or 2026-11-01T09:00"
        ) from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    return found + timedelta(days=1) if whole_day and len(text) <= len("2026-11-01") else found


def _document(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
