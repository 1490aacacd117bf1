"""How promises were kept, a month at a time."""

import csv
import sys
from dataclasses import asdict, fields
from datetime import datetime
from typing import Annotated

import typer

import storage.staff
from bot.cli.common import JsonFlag, NowOption, Refusal, moment, open_desk, print_json
from handlers.tickets import promise_report
from handlers.tickets.promise_report import Line

app = typer.Typer(help="Service promises: how they were kept.", no_args_is_help=True)


@app.callback()
def _promises() -> None:
    """Service promises: how they were kept."""


@app.command()
def report(
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="Month in which they were due.")],
    as_json: JsonFlag = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table with commas.")] = False,
    colleague: Annotated[
        str | None, typer.Option("--as", help="Name of the colleague who asks; checked and audited.")
    ] = None,
    now: NowOption = None,
) -> None:
    """Count a month's promises: kept, broken, average, worst."""
    if as_json and as_csv:
        raise typer.BadParameter("choose --json or --csv")
    try:
        first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007  (a month has no zone)
    except ValueError:
        raise Refusal(f"--month: {month!r} is no month such as 2026-11") from None
    _, database, desk = open_desk()
    book = desk.desktop.book
    at = moment(now, book.zone)
    with database.transaction() as session:
        if colleague is None:
            lines = promise_report.report(session, book, first, at)
            refusal = ""
        else:
            staff = storage.staff.by_name(session, colleague)
            if staff is None:
                raise Refusal(f"there is no colleague {colleague}")
            found = promise_report.report_for(session, book, staff, first, at)
            lines, refusal = ([], found) if isinstance(found, str) else (found, "")
    if refusal:
        raise Refusal(refusal)
    if as_json:
        print_json([asdict(line) for line in lines])
    elif as_csv:
        table = csv.DictWriter(sys.stdout, [one.name for one in fields(Line)], lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(line) for line in lines)
    else:
        for line in lines:
            print(_shown(line))
        if not lines:
            print(f"no promise was due in {month}")


def _shown(line: Line) -> str:
    name = f"{line.kind} {line.step} {line.zone}"
    promise = f"told {line.told or '-'}, limit {line.limit or '-'}"
    counts = f"{line.kept} kept, {line.broken} broken, {line.open} open, {line.let_go} let go"
    if line.average is None:
        return f"{name:28} {promise}: {counts}"
    lengths = f"average {line.average}, worst {line.worst} {line.unit} ({line.worst_ticket})"
    judged = {True: "; average kept", False: "; average broken", None: ""}[line.average_kept]
    return f"{name:28} {promise}: {counts}; {lengths}{judged}"
