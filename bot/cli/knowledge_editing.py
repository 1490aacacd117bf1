"""Editing what we know from the command line: files in and out, drafts, publishing, history, signatures."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.common import JsonFlag, NowOption, Refusal, moment, note, print_json, settings
from bot.opening import open_book, open_database
from bot.settings import Settings
from handlers.editors import deliveries, editing, rehearsal, reviews
from handlers.editors.deliveries import Change, Side
from handlers.editors.editing import Saved
from knowledge.library import Library
from knowledge.nearness import Near
from storage import knowledge as editions
from storage.database import Database
from storage.models import KnowledgeRevision

EntryId = Annotated[str, typer.Argument(help="Id of an entry, as tariff.tiers.count.")]
Author = Annotated[
    str | None, typer.Option("--author", help="Who does it; else the setting DIANLING_AUTHOR.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the history.")]
Folder = Annotated[Path, typer.Argument(help="Folder of entry files (*.yaml).", file_okay=False)]


def open_base() -> tuple[Settings, Database, Library]:
    """Open settings and database, and the facts without any entry: those are in the database."""
    found = settings()
    return found, open_database(found), Library.of_sheets({})


def author_of(named: str | None, found: Settings) -> str:
    """Return who does it; asks for the option where nobody is named."""
    author = (named or found.author or "").strip()
    if not author:
        raise typer.BadParameter("say who does it: --author NAME, or the setting DIANLING_AUTHOR")
    return author


def take_in(
    folder: Folder,
    check: Annotated[bool, typer.Option("--check", help="Only show the difference; change nothing.")] = False,
    takes: Annotated[
        list[str] | None,
        typer.Option(
            "--take", metavar="[ID=]SIDE", help="Decide a conflict: theirs (the files) or ours. Repeatable."
        ),
    ] = None,
    author: Author = None,
    reason: Annotated[str | None, typer.Option(help="Why; needed unless --check.")] = None,
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Take in the entry files of a delivery; what was edited here is not lost without a decision."""
    found, database, base = open_base()
    if not folder.is_dir():
        raise Refusal(f"{folder} is no folder")
    at = moment(now, editing.zone(base))
    sides = _sides(takes or [])
    if not check and not reason:
        raise typer.BadParameter("--reason is needed, or --check")
    who = "" if check else author_of(author, found)
    with database.transaction() as session:
        difference = deliveries.compare(session, base, folder, at)
        if not check:
            taken = deliveries.take(
                session, difference, takes=sides, author=who, reason=reason or "", now=at
            )  # fmt: skip
    if as_json:
        print_json(
            {
                "changes": [_change_row(one) for one in difference.changes],
                "kept": difference.kept,
                "problems": list(map(str, difference.problems)),
                "taken": None if check else taken,
            }
        )
    else:
        _print_difference(difference, check)
    if difference.problems:
        raise Refusal("\n".join(map(str, difference.problems)))
    if check and difference.conflicts:
        note(f"{len(difference.conflicts)} conflicts to decide with --take")


def give_out(
    folder: Annotated[Path, typer.Argument(help="Folder to write to.", file_okay=False)],
    now: NowOption = None,
) -> None:
    """Write what is served as entry files."""
    _, database, base = open_base()
    with database.transaction() as session:
        count = deliveries.write_out(session, folder, moment(now, editing.zone(base)))
    print(f"{count} files written to {folder}")


def draft(
    entry_id: EntryId,
    file: Annotated[str, typer.Option("--file", help="YAML of the entry; - reads standard input.")],
    reason: Reason,
    author: Author = None,
    sheet: Annotated[str | None, typer.Option(help="File that a new entry goes to.")] = None,
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Keep a draft of an entry, and say which entries it is too near to. Drafts are never served."""
    found, database, base = open_base()
    who, at = author_of(author, found), moment(now, editing.zone(base))
    block, name = _read(file)
    book = open_book(found, database)
    with database.transaction() as session:
        saved = editing.save_draft(
            session, book, block, who, reason, at, name=name, sheet=sheet, expected=entry_id, compare=False
        )
    if saved.revision is None:
        raise Refusal("\n".join(map(str, saved.problems)))
    with database.reading() as session:
        near = editing.near_draft(session, book, saved.entry_id)
    print_kept(saved, near, as_json=as_json)


def drafts(as_json: JsonFlag = False) -> None:
    """List the drafts."""
    _, database, _ = open_base()
    with database.reading() as session:
        rows = [_row(row) for row in editions.drafts(session).values()]
    _print_rows(rows, as_json, "no drafts")


def show(
    entry_id: EntryId,
    revision: Annotated[int | None, typer.Option(help="Which one, instead of the served one.")] = None,
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show an entry as it is written."""
    _, database, base = open_base()
    with database.transaction() as session:
        editing.seed(session, moment(now, editing.zone(base)))
        row = editing.text_of(session, entry_id, revision)
    if as_json:
        print_json(_row(row) | {"block": row.block})
    else:
        print(row.block, end="" if row.block.endswith("\n") else "\n")


def publish(
    entry_ids: Annotated[list[str] | None, typer.Argument(help="Entries whose drafts to publish.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Publish all drafts.")] = False,
    author: Author = None,
    reason: Annotated[str, typer.Option(help="Why, beside the reasons of the drafts.")] = "",
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Publish drafts, unless they break a golden question; running services notice by themselves."""
    if bool(entry_ids) == every:
        raise typer.BadParameter("name entries, or --all")
    found, database, base = open_base()
    who, at = author_of(author, found), moment(now, editing.zone(base))
    with database.reading() as session:
        editing.drafts_named(session, entry_ids or [])
    book = open_book(found, database)
    done = rehearsal.publish(database, book, entry_ids or [], author=who, reason=reason, now=at)
    if as_json:
        print_json(
            {
                "version": done.version,
                "entries": done.entries,
                "newly": len(done.rehearsal.newly),
                "changed": len(done.rehearsal.changed),
                "near": {entry_id: [near_row(one) for one in near] for entry_id, near in done.near.items()},
            }
        )
        return
    print(f"version {done.version}: {', '.join(done.entries)}")
    print(
        f"golden questions newly right: {len(done.rehearsal.newly)}, changed: {len(done.rehearsal.changed)}"
    )
    for near in done.near.values():
        print_near(near)


def history(entry_id: EntryId, now: NowOption = None, as_json: JsonFlag = False) -> None:
    """List the revisions of an entry: number, state, author, time, reason."""
    _, database, base = open_base()
    with database.transaction() as session:
        editing.seed(session, moment(now, editing.zone(base)))
        rows = [_row(row) for row in editing.history(session, entry_id)]
    _print_rows(rows, as_json, "")


def roll_back(
    entry_id: EntryId,
    revision: Annotated[int, typer.Argument(help="Number of the revision to serve again.")],
    reason: Reason,
    author: Author = None,
    now: NowOption = None,
) -> None:
    """Serve an older wording again, as a new revision."""
    found, database, base = open_base()
    who, at = author_of(author, found), moment(now, editing.zone(base))
    with database.transaction() as session:
        row = editing.roll_back(session, base, entry_id, revision, author=who, reason=reason, now=at)
    print(f"{entry_id}: revision {row.number} is served, with the text of {revision}")


def retire(entry_id: EntryId, reason: Reason, author: Author = None, now: NowOption = None) -> None:
    """Serve an entry no longer; its history stays, and `rollback` brings it back."""
    found, database, base = open_base()
    who, at = author_of(author, found), moment(now, editing.zone(base))
    with database.transaction() as session:
        related = editing.retire(session, entry_id, author=who, reason=reason, now=at)
    print(f"{entry_id} is served no longer")
    if related:
        note(f"still named by: {', '.join(related)}")


def diff(
    entry_id: EntryId,
    numbers: Annotated[
        list[int] | None,
        typer.Argument(help="Two revisions; without them the served one and the draft, or the last two."),
    ] = None,
    now: NowOption = None,
) -> None:
    """Show what changed between two revisions of an entry."""
    if numbers and len(numbers) != 2:
        raise typer.BadParameter("name two revisions, or none")
    _, database, base = open_base()
    with database.transaction() as session:
        editing.seed(session, moment(now, editing.zone(base)))
        old, new = editing.pair(session, entry_id, (numbers[0], numbers[1]) if numbers else None)
    print(
        editing.written_difference(old.block, new.block, f"revision {old.number}", f"revision {new.number}")
    )


def sign(
    entry_id: EntryId,
    role: Annotated[str, typer.Option("--role", help="As what the person signs, e.g. 安全员.")],
    by: Annotated[str, typer.Option("--by", help="Name or staff number.")],
    now: NowOption = None,
) -> None:
    """Sign the served text of an entry on which life may depend; a later change voids the signature."""
    _, database, base = open_base()
    with database.transaction() as session:
        made = reviews.sign(session, base, entry_id, role=role, by=by, now=moment(now, editing.zone(base)))
    print(f"{entry_id} signed by {made.by} ({made.role}) on {made.on}, digest {made.digest}")


def print_kept(saved: Saved, near: list[Near], *, as_json: bool) -> None:
    """Print that a draft is kept, what still stands in the way, and what it is too near to."""
    if as_json:
        print_json(
            {
                "entry": saved.entry_id,
                "revision": saved.revision,
                "problems": list(map(str, saved.problems)),
                "near": [near_row(one) for one in near],
            }
        )
        return
    print(f"draft {saved.revision} of {saved.entry_id} is kept")
    for problem in saved.problems:
        print(f"before publishing: {problem}")
    print_near(near)


def near_row(one: Near) -> dict[str, Any]:
    """Return a near entry for JSON."""
    return {
        "entry": one.other,
        "ours": one.ours,
        "theirs": one.theirs,
        "score": one.score,
        "taken": one.taken,
        "tied": one.tied,
    }


def print_near(near: Iterable[Near], of: str = "") -> None:
    """Warn of entries that cannot be told apart."""
    for one in near:
        print(
            f"too near{' ' + of if of else ''}: {one.other}  “{one.ours}” / “{one.theirs}”  {one.score:.2f}"
            f"  (takes {one.taken}, ties {one.tied})"
        )


def _read(file: str) -> tuple[str, str]:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig"), "-" if file == "-" else Path(file).name
    except OSError as error:
        raise Refusal(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refusal(f"{file} is not UTF-8") from None


def _sides(takes: list[str]) -> dict[str, Side]:
    sides: dict[str, Side] = {}
    for take in takes:
        entry_id, _, side = take.rpartition("=")
        if side == "theirs":
            sides[entry_id] = "theirs"
        elif side == "ours":
            sides[entry_id] = "ours"
        else:
            raise typer.BadParameter(f"--take {take}: theirs or ours, or ID=theirs, ID=ours")
    return sides


def _change_row(one: Change) -> dict[str, Any]:
    return {"entry": one.entry_id, "kind": one.kind, "sheet": one.sheet, "conflict": one.conflict}


def _print_difference(difference: deliveries.Difference, check: bool) -> None:
    for one in difference.changes:
        print(f"{'conflict, ' if one.conflict else ''}{one.kind}: {one.entry_id} ({one.sheet})")
        if one.kind == "changed" or one.conflict:
            print(editing.written_difference(one.ours or "", one.theirs or "", "served here", "in the files"))
    for entry_id in difference.kept:
        print(f"kept as edited here: {entry_id}")
    counts = {
        kind: sum(one.kind == kind for one in difference.changes) for kind in ("added", "changed", "removed")
    }
    would = "would be " if check else ""
    print(", ".join(f"{count} {would}{kind}" for kind, count in counts.items()))


def _row(row: KnowledgeRevision) -> dict[str, Any]:
    return {
        "entry": row.entry_id,
        "revision": row.number,
        "state": row.state,
        "author": row.author,
        "created_at": row.created_at.isoformat(timespec="seconds"),
        "reason": row.reason,
        "published_at": row.published_at.isoformat(timespec="seconds") if row.published_at else None,
        "published_by": row.published_by,
        "published_reason": row.published_reason,
    }


def _print_rows(rows: list[dict[str, Any]], as_json: bool, none: str) -> None:
    if as_json:
        print_json(rows)
        return
    for row in rows:
        told = f"  published {row['published_at']} by {row['published_by']}" if row["published_at"] else ""
        if row["published_reason"] and row["published_reason"] != row["reason"]:
            told += f": {row['published_reason']}"
        print(
            f"{row['revision']:4}  {row['state']:10}  {row['entry']:32}  {row['author']}"
            f"  {row['created_at']}  {row['reason']}{told}"
        )
    if not rows and none:
        print(none)
