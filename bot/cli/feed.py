"""Feeding the hotline: files of the utility, one-time codes, and the clock by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import JsonFlag, NowOption, Refusal, moment, open_desk, print_json
from handlers.money import binding, imports
from handlers.money.imports import BadFile
from storage.customers import account_by_number

import_app = typer.Typer(help="Take in a file of the utility, whole or not at all.", no_args_is_help=True)
codes_app = typer.Typer(help="One-time codes, with which a customer proves an account.", no_args_is_help=True)

FileArgument = Annotated[
    Path, typer.Argument(help="A CSV file (UTF-8 or GBK), or JSON for outages.", exists=True, dir_okay=False)
]
CheckFlag = Annotated[bool, typer.Option("--check", help="Only say what would change; change nothing.")]


def _importer(kind: str, what: str) -> Callable[..., None]:
    def command(
        file: FileArgument, check: CheckFlag = False, now: NowOption = None, as_json: JsonFlag = False
    ) -> None:
        _, database, desk = open_desk()
        book = desk.desktop.book
        at = moment(now, book.zone)
        try:
            report = imports.import_file(
                database, book, kind=kind, data=file.read_bytes(), name=file.name, now=at, check=check
            )
        except BadFile as error:
            raise Refusal(f"{file}: refused, nothing was changed.\n{error}") from None
        if as_json:
            print_json(report.as_document())
        else:
            print(("would change: " if check else "") + str(report))

    command.__doc__ = f"Import {what}."
    return command


for _kind, _what in (
    ("customers", "customers: number, name, phone"),
    ("accounts", "accounts: number, customer, address, line, transformer, contract, class"),
    ("bills", "bills: number, account, period, kWh, amount, issued, due"),
    ("payments", "payments: number, account, bill, amount, moment"),
    ("outages", "outage notices, CSV or JSON"),
):
    import_app.command(name=_kind)(_importer(_kind, _what))


@codes_app.command(name="issue")
def issue(
    account: Annotated[str, typer.Argument(help="Account number (户号).")], now: NowOption = None
) -> None:
    """Issue a one-time code for an account, to be sent or printed by the utility."""
    found, database, desk = open_desk()
    if found.secret is None:
        raise Refusal(
            "DIANLING_SECRET is not set: a code made now could not be checked by the running service"
        )
    at = moment(now, desk.desktop.book.zone)
    with database.transaction() as session:
        row = account_by_number(session, account)
        if row is None:
            raise Refusal(f"there is no account {account}")
        code = binding.issue_code(
            session, row, now=at, secret=desk.desktop.secret, practice=desk.desktop.book.practice
        )
    print(code)


def tick(now: NowOption = None) -> None:
    """Do everything that is due at a moment, and print a JSON summary."""
    _, _, desk = open_desk()
    print_json(desk.tick(moment(now, desk.desktop.book.zone)))
