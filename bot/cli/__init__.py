"""The command line: run the service, ask it, look into it, feed it."""

import typer

from bot.cli import ask, audit, bill, calendar, demo, feed, knowledge, promises, serve, staff, stats, tickets
from bot.cli.common import refusing

app = typer.Typer(
    name="dianling",
    help="电铃 Dianling: the service hotline of an electricity utility, as a chat assistant.\n\n"
    "Start with `dianling demo`, talk with `dianling chat`, serve with `dianling serve`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(serve.serve)
app.command(name="demo")(demo.demo)
app.command(name="ask")(ask.ask)
app.command(name="chat")(ask.chat)
app.command(name="bill")(bill.bill)
app.command(name="tick")(feed.tick)
app.command(name="stats")(stats.stats)
app.command(name="settings")(serve.settings)
app.add_typer(feed.import_app, name="import")
app.add_typer(feed.codes_app, name="codes")
app.add_typer(tickets.app, name="tickets")
app.add_typer(staff.app, name="staff")
app.add_typer(audit.app, name="audit")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(calendar.app, name="calendar")
app.add_typer(promises.app, name="promises")


def main() -> None:
    """Run the command line; 0 is success, 1 a refused input, 2 a wrong usage."""
    with refusing():
        app()


__all__ = ["app", "main"]
