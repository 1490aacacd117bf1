"""Colleagues' accounts from the terminal: add, roles, one-time codes for Telegram, remove."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

import storage.tickets
from bot.cli.common import JsonFlag, NowOption, Refusal, moment, note, open_desk, print_json
from handlers.staff import staff_accounts
from handlers.staff.staff_accounts import Changed
from handlers.turn import Desktop
from knowledge.rules.ticket_kinds import ticket_kinds
from storage.models import Role

app = typer.Typer(
    help="Colleagues: who they are, what they may do, and how Telegram knows them.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The colleague's name, as customers read it.")]
RoleName = Annotated[str, typer.Option("--role", help=f"One of: {', '.join(Role)}.")]
Team = Annotated[str, typer.Option("--team", help="Team, as the kinds of ticket name it (desk, field, …).")]
As = Annotated[str | None, typer.Option("--as", help="Who does it; needed as soon as there is an admin.")]
_TRIES = 3
Doing = Callable[[Desktop, Session, datetime], Changed]


@app.command()
def add(
    name: Name,
    role: RoleName = Role.AGENT,
    team: Team = "desk",
    capacity: Annotated[int, typer.Option(help="Customers spoken with at once.")] = 3,
    by: As = None,
    now: NowOption = None,
) -> None:
    """Add a colleague; the first admin is made here and nowhere else."""
    _do(
        now,
        lambda _, session, at: staff_accounts.add(
            session, name, role=role, team=team, capacity=capacity, by=by, now=at
        ),
    )
    _mind_team(team)


@app.command(name="list")
def list_staff(
    by: As = None,
    gone: Annotated[bool, typer.Option("--all", help="Those who left, too.")] = False,
    as_json: JsonFlag = False,
    now: NowOption = None,
) -> None:
    """List colleagues."""
    _, database, desk = open_desk()
    at = moment(now, desk.desktop.book.zone)
    with database.transaction() as session:
        refused, found = staff_accounts.everybody(session, by=by, gone=gone, now=at)
    if refused:
        raise Refusal(refused)
    rows = [
        {
            "name": one.name,
            "role": one.role,
            "team": one.team,
            "capacity": one.capacity,
            "state": "gone" if not one.active else "on" if one.on_duty else "off",
            "linked": one.telegram_id is not None,
        }
        for one in found
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        linked = "telegram" if row["linked"] else ""
        print(
            f"{row['name']}\t{row['role']}\t{row['team']}\t{row['capacity']}\t{row['state']}\t{linked}".rstrip()
        )
    if not rows:
        print("no colleagues; the first: dianling staff add NAME --role admin")


@app.command()
def role(
    name: Name, new: Annotated[str, typer.Argument(metavar="ROLE")], by: As = None, now: NowOption = None
) -> None:
    """Give a colleague another role; work that it may not do goes back to the queue."""
    _do(
        now,
        lambda desktop, session, at: staff_accounts.change_role(desktop, session, name, new, by=by, now=at),
    )


@app.command()
def team(
    name: Name, new: Annotated[str, typer.Argument(metavar="TEAM")], by: As = None, now: NowOption = None
) -> None:
    """Move a colleague to another team."""
    _do(now, lambda _, session, at: staff_accounts.change_team(session, name, new, by=by, now=at))
    _mind_team(new)


@app.command()
def capacity(
    name: Name, new: Annotated[int, typer.Argument(metavar="NUMBER")], by: As = None, now: NowOption = None
) -> None:
    """Set with how many customers a colleague speaks at once."""
    _do(now, lambda _, session, at: staff_accounts.change_capacity(session, name, new, by=by, now=at))


@app.command()
def code(name: Name, by: As = None, now: NowOption = None) -> None:
    """Print a one-time code; the colleague sends us /staff CODE in a private chat on Telegram."""
    found, database, desk = open_desk()
    if found.secret is None:
        raise Refusal(
            "DIANLING_SECRET is not set: a code made now could not be checked by the running service"
        )
    at = moment(now, desk.desktop.book.zone)
    with database.transaction() as session:
        done, made = staff_accounts.issue_code(desk.desktop, session, name, by=by, now=at)
    if not done.ok:
        raise Refusal(done.text)
    print(made)
    note(f"{name} sends the bot, in a private chat: /staff {made}  ({done.text}; it is not shown again)")


@app.command()
def unlink(name: Name, by: As = None, now: NowOption = None) -> None:
    """Take a colleague's Telegram away, as after a lost telephone."""
    _do(now, lambda _, session, at: staff_accounts.unlink(session, name, by=by, now=at))


@app.command()
def on(name: Name, by: As = None, now: NowOption = None) -> None:
    """Note that a colleague is at work."""
    _do(now, lambda _, session, at: staff_accounts.set_duty(session, name, True, by=by, now=at))


@app.command()
def off(name: Name, by: As = None, now: NowOption = None) -> None:
    """Note that a colleague is not at work; customers on the line go back to the queue's front."""
    _do(now, lambda _, session, at: staff_accounts.set_duty(session, name, False, by=by, now=at))


@app.command()
def remove(name: Name, by: As = None, now: NowOption = None) -> None:
    """Remove a colleague; tickets and customers go back to the queue, the duty to a lead."""
    _do(now, lambda desktop, session, at: staff_accounts.remove(desktop, session, name, by=by, now=at))


@app.command()
def duty(
    number: Annotated[str, typer.Argument(help="Ticket number, as BX20261123-0007.")],
    name: Annotated[str, typer.Argument(help="Who is to be accountable (首问负责).")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the ticket.")],
    by: As = None,
    now: NowOption = None,
) -> None:
    """Make another colleague accountable for a ticket; who works on it stays the same."""

    def move(_: Desktop, session: Session, at: datetime) -> Changed:
        ticket = storage.tickets.by_number(session, number)
        if ticket is None:
            raise Refusal(f"there is no ticket {number}")
        return staff_accounts.pass_duty(session, ticket, name, reason, by=by, now=at)

    _do(now, move)


def _do(now: str | None, act: Doing) -> None:
    _, database, desk = open_desk()
    at = moment(now, desk.desktop.book.zone)
    for left in reversed(range(_TRIES)):
        try:
            with database.transaction() as session:
                done = act(desk.desktop, session, at)
            break
        except OperationalError:  # somebody was in the middle of something; nothing was changed
            if not left:
                raise Refusal("the database is busy; nothing was changed, try again") from None
    if not done.ok:
        raise Refusal(done.text)
    print(done.text)


def _mind_team(team: str) -> None:
    teams = sorted({kind.team for kind in ticket_kinds().values()})
    if team not in teams:
        note(f"no kind of ticket goes to a team {team!r}; teams are {', '.join(teams)}")
