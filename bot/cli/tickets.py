"""Working on tickets from the terminal."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

import storage.surveys
import storage.tickets
from bot.channels.terminal import plain
from bot.cli.common import JsonFlag, NowOption, Refusal, moment, open_desk, print_json
from handlers.staff import colleagues
from handlers.tickets import downgrades, merging, rebooking, ticket_passing, ticket_work
from handlers.tickets.ticket_work import Done, Which
from handlers.turn import Desktop
from storage.models import OPEN_STATES, Staff

app = typer.Typer(
    help="Work on tickets: list, show, take, note, tell, arrived, wait, go-on, resolve, transfer, assign, "
    "merge, split, downgrade, decide.",
    no_args_is_help=True,
)

Act = Callable[[Desktop, Session, Staff, datetime], Done]
Number = Annotated[str, typer.Argument(help="Ticket number, as BX20261123-0007.")]
As = Annotated[str, typer.Option("--as", help="Name of the colleague who does it.")]
Words = Annotated[str, typer.Argument(help="The words.")]
To = Annotated[str, typer.Argument(help="Name of a colleague or of a team.")]


@app.command(name="list")
def list_tickets(
    every: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    colleague: Annotated[str, typer.Option("--as", help="Only what this colleague may see.")] = "",
    team: Annotated[bool, typer.Option("--team", help="Only the colleague's team's.")] = False,
    mine: Annotated[bool, typer.Option("--mine", help="Only the colleague's own.")] = False,
    first: Annotated[bool, typer.Option("--first-asked", help="Only what they answered first.")] = False,
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List tickets, the most urgent first."""
    chosen: list[Which] = [name for name, on in _which(team, mine, first) if on]
    if len(chosen) > 1 or (chosen and not colleague):
        raise typer.BadParameter("one of --team, --mine and --first-asked, together with --as")
    _, database, desk = open_desk()
    at = moment(now, desk.desktop.book.zone)
    with database.transaction() as session:
        staff = _colleague(session, colleague) if colleague else None
        found = ticket_work.listing(
            session, staff, at, which=chosen[0] if chosen else "all", states=None if every else OPEN_STATES
        )
    if isinstance(found, Done):
        raise Refusal(plain(found.text))
    rows = [
        {
            "number": ticket.number,
            "kind": ticket.kind,
            "name": name,
            "state": ticket.state,
            "priority": ticket.priority,
            "urged": ticket.urged,
            "team": ticket.team,
            "owner": owner,
            "opened_at": ticket.opened_at.isoformat(),
        }
        for ticket, name, owner in found
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
def show(
    number: Number,
    colleague: Annotated[str, typer.Option("--as", help="As this colleague sees it.")] = "",
    now: NowOption = None,
) -> None:
    """Show a ticket with its promises and everything that happened."""
    _, database, desk = open_desk()
    at = moment(now, desk.desktop.book.zone)
    with database.transaction() as session:
        staff = _colleague(session, colleague) if colleague else None
        card = ticket_work.show(desk.desktop, session, number, staff, at, whole=staff is None)
    if isinstance(card, Done):
        raise Refusal(plain(card.text))
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
def rebook(
    number: Number,
    slot: Annotated[str, typer.Argument(help="The new day and part of it, as '12-01 上午'.")],
    colleague: As,
    now: NowOption = None,
) -> None:
    """Book another time for a visit or a call back; the customer is told."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: rebooking.rebook(desktop, session, number, staff, slot, at),
    )


@app.command()
def delay(number: Number, reason: Words, colleague: As, now: NowOption = None) -> None:
    """Keep why a promise may not be kept; the customer reads it once it breaks."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: ticket_work.delay(desktop, session, number, staff, reason, at),
    )


@app.command()
def wait(
    number: Number,
    reason: Annotated[
        str, typer.Argument(help="customer, materials, permit, weather, parts or third (somebody else).")
    ],
    colleague: As,
    now: NowOption = None,
) -> None:
    """Let a ticket wait: its clocks stand still, and the customer is told why."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: ticket_work.wait(desktop, session, number, staff, reason, at),
    )


@app.command(name="go-on")
def go_on(number: Number, colleague: As, now: NowOption = None) -> None:
    """Go on with a ticket that waited; its promises move by as long as it did."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: ticket_work.go_on(desktop, session, number, staff, at),
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


@app.command()
def transfer(
    number: Number,
    to: To,
    colleague: As,
    reason: Annotated[str, typer.Option("--reason", help="Why, for colleagues.")],
    now: NowOption = None,
) -> None:
    """Pass the work on; who answered first stays accountable."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: ticket_passing.transfer(
            desktop, session, number, staff, to, reason, at
        ),
    )


@app.command()
def assign(number: Number, to: To, colleague: As, now: NowOption = None) -> None:
    """Give a ticket out, as a dispatcher does."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: ticket_passing.assign(desktop, session, number, staff, to, at),
    )


@app.command()
def merge(
    number: Number,
    into: Annotated[str, typer.Argument(help="Number of the ticket that it goes on in.")],
    colleague: As,
    now: NowOption = None,
) -> None:
    """Let a ticket go on in another one; each customer follows it on a card of their own."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: merging.merge(desktop, session, number, staff, into, at),
    )


@app.command()
def split(
    number: Number,
    colleague: As,
    words: Annotated[
        list[int] | None, typer.Option("--words", help="Key of the customer's words, as `show` lists them.")
    ] = None,
    now: NowOption = None,
) -> None:
    """Make a second ticket of some of the customer's words; without words, part a merged ticket again."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: merging.split(desktop, session, number, staff, words or [], at),
    )


@app.command()
def downgrade(
    number: Number,
    kind: Annotated[str, typer.Argument(help="complaint, opinion, suggestion or consult.")],
    colleague: As,
    reason: Annotated[str, typer.Option("--reason", help="Why; the customer reads it as it stands.")],
    now: NowOption = None,
) -> None:
    """Ask for a ticket to count as another class; a milder one needs a second colleague."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: downgrades.ask(desktop, session, number, staff, kind, reason, at),
    )


@app.command()
def decide(
    number: Number,
    colleague: As,
    approved: Annotated[bool, typer.Option("--approve/--refuse", help="Grant it, or not.")],
    now: NowOption = None,
) -> None:
    """Decide about a milder class that another colleague asked for."""
    _work(
        colleague,
        now,
        lambda desktop, session, staff, at: downgrades.decide(
            desktop, session, number, staff, at, approved=approved
        ),
    )


@app.command()
def endings(
    since: Annotated[str, typer.Option("--from", metavar="ISO", help="From this moment on.")],
    until: Annotated[str, typer.Option("--to", metavar="ISO", help="Up to this moment, not included.")],
    as_json: JsonFlag = False,
) -> None:
    """Count how tickets ended, confirmed by the customer or not, and how they were marked."""
    _, database, desk = open_desk()
    zone = desk.desktop.book.zone
    with database.reading() as session:
        between = moment(since, zone), moment(until, zone)
        counted = storage.tickets.endings(session, *between)
        marks = storage.surveys.marks(session, *between)
    if as_json:
        print_json({**counted, "marks": marks})
        return
    for kind, count in counted.items():
        print(f"{kind:12} {count}")
    for mark, count in sorted(marks.items(), reverse=True):
        print(f"mark {mark}       {count}")


def _which(team: bool, mine: bool, first: bool) -> list[tuple[Which, bool]]:
    return [("team", team), ("mine", mine), ("first_asked", first)]


def _colleague(session: Session, name: str) -> Staff:
    try:
        return colleagues.required(session, name)
    except colleagues.Refused as error:
        raise Refusal(str(error)) from None


def _work(name: str, now: str | None, act: Act) -> None:
    _, database, desk = open_desk()
    at = moment(now, desk.desktop.book.zone)
    with database.transaction() as session:
        done = act(desk.desktop, session, _colleague(session, name), at)
    if not done.ok:
        raise Refusal(plain(done.text))
    print(plain(done.text))
