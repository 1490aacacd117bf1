"""Golden questions and rehearsals from the command line."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import storage.golden
from bot.cli.common import JsonFlag, NowOption, moment, note, print_json
from bot.cli.knowledge_editing import Author, Reason, author_of, open_base
from bot.opening import open_book
from handlers.editors import editing, golden, rehearsal
from handlers.editors.rehearsal import Asked
from knowledge.golden import GOLDEN_DIR

app = typer.Typer(
    help="Questions whose right answer is known: publishing must not break them.", no_args_is_help=True
)

LineId = Annotated[int, typer.Argument(help="Number of the line, as `golden list` prints it.")]
Expected = Annotated[
    str,
    typer.Option(
        "--expected", help="Entry id, several joined by |, a topic, - for nothing of ours, ! for danger."
    ),
]


@app.command(name="list")
def list_lines(
    expected: Annotated[str | None, typer.Option("--expected", help="Only lines that name this.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Retired lines too.")] = False,
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List the golden lines."""
    _, database, base = open_base()
    with database.transaction() as session:
        golden.seed(session, moment(now, editing.zone(base)))
        rows = [
            row
            for row in storage.golden.lines(session, retired=every)
            if expected is None or expected in row.expected.split("|")
        ]
    if as_json:
        print_json([row.model_dump(mode="json") for row in rows])
        return
    for row in rows:
        gone = f"  (retired by {row.retired_by}: {row.retired_reason})" if row.retired_at else ""
        print(f"{row.id:6}  {row.expected}\t{row.question}{gone}")
    note(f"{len(rows)} lines")


@app.command()
def add(
    expected: Annotated[str, typer.Argument(help="What is right; see --expected of `golden change`.")],
    question: Annotated[str, typer.Argument(help="The question as a customer would type it.")],
    reason: Reason,
    author: Author = None,
    now: NowOption = None,
) -> None:
    """Add a golden line."""
    found, database, base = open_base()
    who, at = author_of(author, found), moment(now, editing.zone(base))
    with database.transaction() as session:
        editing.seed(session, at)
        row = golden.add(session, base, expected, question, author=who, reason=reason, now=at)
    print(f"line {row.id}: {row.expected}\t{row.question}")


@app.command()
def change(
    line_id: LineId, expected: Expected, reason: Reason, author: Author = None, now: NowOption = None
) -> None:
    """Expect something else of a golden question; the old line is kept as retired."""
    found, database, base = open_base()
    who, at = author_of(author, found), moment(now, editing.zone(base))
    with database.transaction() as session:
        editing.seed(session, at)
        row = golden.change(session, base, line_id, expected, author=who, reason=reason, now=at)
    print(f"line {row.id} (was {line_id}): {row.expected}\t{row.question}")


@app.command()
def retire(line_id: LineId, reason: Reason, author: Author = None, now: NowOption = None) -> None:
    """Let a golden line count no longer."""
    found, database, base = open_base()
    who, at = author_of(author, found), moment(now, editing.zone(base))
    with database.transaction() as session:
        row = golden.retire(session, line_id, author=who, reason=reason, now=at)
    print(f"line {line_id} counts no longer: {row.question}")


@app.command(name="import")
def take_in(
    reason: Reason,
    folder: Annotated[
        Path, typer.Argument(help="Folder of *.tsv.", exists=True, file_okay=False)
    ] = GOLDEN_DIR,
    author: Author = None,
    now: NowOption = None,
) -> None:
    """Add the golden lines of files that were never here before, e.g. those of a new release."""
    found, database, base = open_base()
    who, at = author_of(author, found), moment(now, editing.zone(base))
    with database.transaction() as session:
        editing.seed(session, at)
        count = golden.take_in(session, base, folder, author=who, reason=reason, now=at)
    print(f"{count} lines added")


@app.command()
def run(
    every: Annotated[bool, typer.Option("--all", help="Print right lines too.")] = False,
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask every golden question of what is served and print those that are not answered rightly."""
    found, database, _ = open_base()
    book = open_book(found, database)
    with database.transaction() as session:
        golden.seed(session, moment(now, book.zone))
        lines = storage.golden.lines(session)
    graded = golden.run(book.understander, book.library, lines)
    counts = {one: sum(line.grade == one for line in graded) for one in ("right", "asked", "wrong")}
    shown = [line for line in graded if every or line.grade != "right"]
    if as_json:
        print_json({"counts": counts, "lines": [asdict(line) for line in shown]})
        return
    for line in shown:
        print(
            f"{line.grade:5}  {line.line_id:6}  {line.expected}  {line.question}"
            f"  →  {line.outcome} {line.entry or ''}"
        )
    print(", ".join(f"{count} {name}" for name, count in counts.items()))


def rehearse(
    entry_ids: Annotated[list[str] | None, typer.Argument(help="Drafts; without any, all.")] = None,
    days: Annotated[int, typer.Option(min=0, max=366, help="How far back real questions are asked.")] = 30,
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask golden questions and those of the last days of drafts, and print what would be different."""
    found, database, _ = open_base()
    with database.reading() as session:
        editing.drafts_named(session, entry_ids or [])
    book = open_book(found, database)
    at = moment(now, book.zone)
    staff = None
    if found.telegram_staff_chat is not None:
        staff = ("telegram", str(found.telegram_staff_chat))
    with database.transaction() as session:
        golden.seed(session, at)
    with database.reading() as session:
        planned = editing.plan(session, book.library, entry_ids or [], at)
        lines = storage.golden.lines(session)
        asked = rehearsal.asked_lately(session, at, days, staff=staff) if days else []
    after = book.understander.revised(planned.after)
    result = rehearsal.rehearse(
        (book.understander, book.library), (after, planned.after), lines, asked, drafted=planned.drafts
    )  # fmt: skip
    if as_json:
        print_json(asdict(result) | {"problems": list(map(str, planned.problems))})
        return
    for title, found_ones in (
        ("broken", result.broken),
        ("newly answered", result.newly),
        ("changed", result.changed),
    ):
        print(f"{title}: {len(found_ones)}")
        for one in found_ones:
            print(f"  {_source(one)}  {one.question}  {one.before} → {one.after}")
    print(f"unchanged: {result.unchanged}")
    for problem in planned.problems:
        note(f"before publishing: {problem}")


def _source(one: Asked) -> str:
    return f"golden {one.line_id}" if one.line_id is not None else f"asked {one.times}x"
