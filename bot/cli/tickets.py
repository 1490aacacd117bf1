"""Working on tickets from the terminal."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

import storage.staff
from bot.channels.terminal import plain
from bot.cli.common import JsonFlag, NowOption, Refusal, moment, open_desk, print_json
from handlers import ticket_work
from handlers.ticket_work import Done
from handlers.turn import Desktop
from storage.models import OPEN_STATES, Staff

app = typer.Typer(
    help="Work on tickets: list, show, take, note, tell, arrived, resolve.", no_args_is_help=True
)

Number = Annotated[str, typer.Argument(help="Ticket number, as BX20261123-0007.")]
As = Annotated[str, typer.Option("--as", help="Name of the colleague who does it.")]
Words = Annotated[str, typer.Argument(help="The words.")]


@app.command(name="list")
def list_tickets(
    every: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False, as_json: JsonFlag = False
) -> None:
    """List tickets, the most urgent first."""
    _, database, _ = open_desk()
    with database.reading() as session:
        rows = [
            {
                "number": ticket.number,
                "kind": ticket.kind,
                "name": name,
                "state": ticket.state,
                "priority": ticket.priority,
                "owner": owner,
                "opened_at": ticket.opened_at.isoformat(),
            }
            for ticket, name, owner in ticket_work.listing(session, states=None if every else OPEN_STATES)
        ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        urgent = "!" * int(str(row["priority"]))
        print(f"{row['number']:18} {row['state']:10} {urgent:3} {row['name']}  {row['owner']}")
    if not rows:
        print("no tickets")


@app.command()
def show(number: Number, now: NowOption = None) -> None:
    """Show a ticket with its promises and everything that happened."""
    _, database, desk = open_desk()
    at = moment(now, desk.desktop.book.zone)
    with database.transaction() as session:
        card = ticket_work.show(desk.desktop, session, number, at, whole=True)
    if card is None:
        raise Refusal(f"there is no ticket {number}")
    print(plain(card.text))


@app.command()
def take(number: Number, colleague: As, now: NowOption = None) -> None:
    """Take a ticket; the first to take it has it."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: ticket_work.take(desktop, session, number, staff, at),
    )


@app.command()
def note(number: Number, words: Words, colleague: As, now: NowOption = None) -> None:
    """Write an internal note, which no customer ever sees."""
    _work(colleague, now, lambda _, session, staff, at: ticket_work.note(session, number, staff, words, at))


@app.command()
def tell(number: Number, words: Words, colleague: As, now: NowOption = None) -> None:
    """Tell the customer something about the ticket."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: ticket_work.tell(desktop, session, number, staff, words, at),
    )


@app.command()
def arrived(number: Number, colleague: As, now: NowOption = None) -> None:
    """Note that the crew is on site."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: ticket_work.arrived(desktop, session, number, staff, at),
    )


@app.command()
def resolve(
    number: Number,
    colleague: As,
    words: Annotated[str, typer.Option("--text", help="What was done, for the customer.")] = "",
    now: NowOption = None,
) -> None:
    """Resolve a ticket; the customer is asked whether it is done."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: ticket_work.resolve(
            desktop, session, number, staff, at, text=words
        ),
    )


def _work(name: str, now: str | None, act: Callable[[Desktop, Session, Staff, datetime], Done]) -> None:
    _, database, desk = open_desk()
    at = moment(now, desk.desktop.book.zone)
    with database.transaction() as session:
        staff = storage.staff.named(session, name, now=at)
        done = act(desk.desktop, session, staff, at)
    if not done.ok:
        raise Refusal(plain(done.text))
    print(plain(done.text))
