"""What customers asked in vain: the gaps, and making drafts of them."""

from dataclasses import asdict
from typing import Annotated

import typer

from bot.cli.common import JsonFlag, NowOption, Refusal, moment, note, print_json, settings
from bot.cli.knowledge_editing import Author, Reason, author_of, print_kept
from bot.opening import open_book, open_database
from handlers.editors import editing
from handlers.editors import misses as editors
from handlers.editors.editing import Refused
from handlers.editors.misses import KINDS, Gap
from storage.models import MissKind

Weeks = Annotated[int, typer.Option("--weeks", help="Look back so many weeks.", min=1, max=520)]
Kinds = Annotated[
    list[MissKind] | None,
    typer.Option("--kind", help="Only misses of this kind; may be given several times."),
]


def misses(
    weeks: Weeks = 4,
    kind: Kinds = None,
    top: Annotated[int, typer.Option("--top", help="So many gaps.", min=1)] = 20,
    as_json: JsonFlag = False,
    now: NowOption = None,
) -> None:
    """List what could not be answered, put together by meaning, what most people asked first."""
    found = _gaps(weeks, kind, now)
    if as_json:
        print_json([{**asdict(gap), "size": gap.size} for gap in found[:top]])
        return
    for number, gap in enumerate(found[:top], start=1):
        _show(number, gap)
    if not found:
        print("no misses")
    elif len(found) > top:
        note(f"{len(found) - top} more; --top shows them.")


def adopt(
    cluster: Annotated[str, typer.Argument(metavar="CLUSTER", help="As `misses` lists it, e.g. m12.")],
    reason: Reason,
    author: Author = None,
    entry_id: Annotated[str | None, typer.Option("--id", help="Id of the new entry.")] = None,
    topic: Annotated[str | None, typer.Option("--topic", help="Topic of the new entry.")] = None,
    into: Annotated[str | None, typer.Option("--into", help="Add the words to this entry.")] = None,
    answer: Annotated[str | None, typer.Option("--answer", help="The answer.")] = None,
    from_staff: Annotated[bool, typer.Option("--from-staff", help="Answer as a colleague did.")] = False,
    reply: Annotated[int, typer.Option("--reply", help="Which of the colleagues' replies.", min=1)] = 1,
    weeks: Weeks = 4,
    kind: Kinds = None,
    as_json: JsonFlag = False,
    now: NowOption = None,
) -> None:
    """Make a draft of a gap: a new entry in the customers' words, or these words added to an entry."""
    if (into is None) == (entry_id is None):
        raise typer.BadParameter("give --id for a new entry, or --into for one that there is")
    if into is not None and (topic is not None or answer is not None or from_staff):
        raise typer.BadParameter(
            "--into only adds words: --topic, --answer and --from-staff do not go with it"
        )
    if entry_id is not None and topic is None:
        raise typer.BadParameter("a new entry needs --topic")
    if answer is not None and from_staff:
        raise typer.BadParameter("give --answer or --from-staff, not both")
    found = settings()
    who, database = author_of(author, found), open_database(found)
    book = open_book(found, database)
    at = moment(now, book.zone)
    with database.reading() as session:
        gap = _named(editors.gaps(session, book, weeks=weeks, now=at, kinds=kind or KINDS), cluster)
    words = ""
    if entry_id is not None:
        words = answer if answer is not None else _reply(gap, from_staff, reply)
    try:
        with database.transaction() as session:
            if entry_id is not None:
                saved = editors.adopt(
                    session,
                    book,
                    gap,
                    entry_id=entry_id,
                    topic=topic or "",
                    answer=words,
                    author=who,
                    reason=reason,
                    now=at,
                )
            else:
                saved = editors.adopt_into(
                    session, book, gap, entry_id=into or "", author=who, reason=reason, now=at
                )
    except Refused as error:
        raise Refusal(str(error)) from None
    if saved.revision is None:
        raise Refusal("\n".join(map(str, saved.problems)))
    with database.reading() as session:
        near = editing.near_draft(session, book, saved.entry_id)
    print_kept(saved, near, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Add the commands to `dianling knowledge`."""
    app.command()(misses)
    app.command()(adopt)


def _gaps(weeks: int, kind: list[MissKind] | None, now: str | None) -> list[Gap]:
    found = settings()
    database = open_database(found)
    book = open_book(found, database)
    with database.reading() as session:
        return editors.gaps(session, book, weeks=weeks, now=moment(now, book.zone), kinds=kind or KINDS)


def _named(found: list[Gap], name: str) -> Gap:
    """Return the gap of this name, or the one that holds the miss of this number."""
    number = name.removeprefix("m")
    for gap in found:
        if number.isdigit() and int(number) in gap.misses:
            return gap
    raise Refusal(f"there is no cluster {name} among these weeks and kinds; `knowledge misses` lists them")


def _reply(gap: Gap, from_staff: bool, number: int) -> str:
    if not from_staff:
        offered = _replies(gap)
        raise Refusal("\n".join(["give --answer, or --from-staff to take a colleague's reply", *offered]))
    if number > len(gap.replies):
        raise Refusal(f"colleagues wrote {len(gap.replies)} replies to those who asked this")
    return gap.replies[number - 1].text


def _replies(gap: Gap) -> list[str]:
    return [
        f"  reply {number}: {one.text.replace(chr(10), ' / ')}"
        for number, one in enumerate(gap.replies, start=1)
    ]


def _show(number: int, gap: Gap) -> None:
    print(f"{number:3}  {gap.id}  {gap.title}  ({gap.people} people, {gap.size} times)")
    print("  kinds: " + _counted(gap.kinds) + "   weeks: " + _counted(gap.weeks))
    if gap.districts:
        print("  districts: " + _counted(gap.districts))
    for text in gap.examples[:5]:
        print(f"  - {text}")
    for entry_id, question, score in gap.near:
        print(f"  near {score:.2f} {entry_id} {question}")
    for line in _replies(gap)[:3]:
        print(line)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
