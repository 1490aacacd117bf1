"""Work calendars: what a ticket opened now would promise, which days are worked, and the year's notice."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.common import JsonFlag, NowOption, Refusal, moment, open_desk, print_json, settings
from bot.opening import open_database
from handlers.tickets import calendars, promise_recount
from knowledge.library import DATA_DIR
from knowledge.rules.calendar_files import BadNotice, read_notice
from knowledge.rules.calendars import calendar_of
from knowledge.rules.promise_preview import Preview, preview
from knowledge.rules.promises import UnknownTicketKind
from knowledge.rules.working_time import Due
from knowledge.utility import Utility

app = typer.Typer(
    help="Work calendars: preview a ticket's deadlines, show days, load a year's notice.",
    no_args_is_help=True,
)

RegionOption = Annotated[
    str | None, typer.Option("--region", help="Region, as beijing or taiwan; the utility's own without it.")
]
_LONGEST = 800


@app.command(name="preview")
def show_preview(
    kind: Annotated[str | None, typer.Option("--kind", help="Kind of ticket, as repair.")] = None,
    subtype: Annotated[str | None, typer.Option("--subtype", help="Its subtype.")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="urban, rural or remote.")] = None,
    region: RegionOption = None,
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Say when a ticket opened now would be due, step by step."""
    utility, at = _opened(now)
    try:
        rows = list(preview(at, kind=kind, subtype=subtype, zone=zone, region=region or utility.region))
    except UnknownTicketKind:
        raise Refusal(f"there is no kind of ticket {kind}") from None
    if not rows:
        raise Refusal("nothing is promised for this")
    if as_json:
        print_json([_as_document(row) for row in rows])
        return
    for row in rows:
        print(_line(row))


@app.command()
def show(
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First day, as 2026-12-28.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day.")],
    region: RegionOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List days: worked or not, and why."""
    begin, end = _day(first, "--from"), _day(last, "--to")
    if not 0 <= (end - begin).days < _LONGEST:
        raise Refusal(f"--to must be no earlier than --from and less than {_LONGEST} days after it")
    utility, _ = _opened(None)
    calendar = calendar_of(region or utility.region)
    notes = [calendar.note(begin + timedelta(days=ahead)) for ahead in range((end - begin).days + 1)]
    if as_json:
        print_json(
            [
                {
                    "date": note.on.isoformat(),
                    "works": note.works,
                    "why": note.why,
                    "name": note.name,
                    "provisional": note.provisional,
                }
                for note in notes
            ]
        )
        return
    for note in notes:
        works = "worked" if note.works else "free"
        sure = "  provisional" if note.provisional else ""
        print(f"{note.on} {note.on:%a}  {works:6}  {note.why:11}  {note.name}{sure}".rstrip())


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="YAML, or CSV: date,works,name.", exists=True, dir_okay=False)],
    name: Annotated[str | None, typer.Option("--calendar", help="Calendar, as mainland.")] = None,
    year: Annotated[
        int | None, typer.Option("--year", min=2000, max=2100, help="The file is this year's whole notice.")
    ] = None,
    document: Annotated[str, typer.Option("--document", help="The notice's own name and number.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Only read the file; change nothing.")] = False,
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Load a notice; provisional deadlines that are still open are counted anew."""
    try:
        notice = read_notice(file.read_bytes(), file.name, calendar=name, year=year, document=document)
    except BadNotice as error:
        raise Refusal(f"{file}: refused, nothing was changed.\n{error}") from None
    _, database, desk = open_desk()
    at = moment(now, desk.desktop.book.zone)
    loaded, recounted = False, 0
    if not check:
        with database.transaction() as session:
            loaded = calendars.load(session, notice, at, by="operator")
            recounted = promise_recount.recompute_all(desk.desktop, session, at)
    what = f"{notice.year}" if notice.year is not None else "single days"
    if as_json:
        print_json(
            {
                "calendar": notice.calendar,
                "year": notice.year,
                "days": len(notice.days),
                "loaded": loaded,
                "recounted": recounted,
            }
        )
    elif check:
        print(f"{notice.calendar}, {what}: {len(notice.days)} days, can be loaded")
    else:
        done = "loaded" if loaded else "was loaded before, nothing changed"
        print(
            f"{notice.calendar}, {what}: {len(notice.days)} days, {done}; {recounted} deadlines counted anew"
        )


def _opened(now: str | None) -> tuple[Utility, datetime]:
    database = open_database(settings())
    with database.reading() as session:
        calendars.take_up(session)
    database.close()
    utility = Utility.load(DATA_DIR)
    return utility, moment(now, ZoneInfo(utility.zone))


def _as_document(row: Preview) -> dict[str, object]:
    moments = row.moments
    term = row.term
    return {
        "kind": row.kind,
        "subtype": row.subtype,
        "zone": row.zone,
        "step": term.step,
        "after": term.after,
        "told": str(term.told) if term.told else None,
        "average": term.average,
        "promised_at": _iso(moments.promised) if moments else None,
        "limit": str(term.limit) if term.limit else None,
        "limit_at": _iso(moments.limit) if moments else None,
        "provisional": row.provisional,
        "document": term.document,
        "limit_document": term.limit_document,
    }


def _line(row: Preview) -> str:
    term = row.term
    name = " ".join(one for one in (row.kind, row.subtype, row.zone) if one)
    told = f"{'about ' if term.average else ''}{term.told}" if term.told else "nothing told"
    limit = f"limit {term.limit}" if term.limit else "no limit"
    if row.moments is None:
        when, sure = f"{told} after {term.after}; {limit} after {term.after}", ""
    else:
        when = "; ".join(
            f"{what} {_short(due)}".rstrip()
            for what, due in ((told, row.moments.promised), (limit, row.moments.limit))
        )
        sure = "  [provisional]" if row.provisional else ""
    return f"{name:28} {term.step:9} {when}{sure}  {term.document}, {term.limit_document}"


def _short(due: Due | None) -> str:
    return f"{due.at:%Y-%m-%d %a %H:%M}" if due is not None else ""


def _iso(due: Due | None) -> str | None:
    return due.at.isoformat() if due is not None else None


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"{option}: {text!r} is no day such as 2026-12-28") from None
