"""Taking in the files of a new delivery without losing what was edited here, and giving them out again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlmodel import Session

import storage.knowledge
from handlers.editors.editing import Refused, entry_problems, published_library, seed, today
from knowledge.library import Library, read_entries
from knowledge.sheets import BadContent, Block, Problem, Sheet, read_sheets
from storage.knowledge import Delivered

Side = Literal["theirs", "ours"]
Kind = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a delivery would do to one entry; None stands for an entry that is not there.

    `conflict`: it was edited here as well since the last delivery, and differently.
    """

    entry_id: str
    kind: Kind
    sheet: str
    ours: str | None
    theirs: str | None
    conflict: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A delivery compared with what is served; `kept` are entries that only we changed."""

    version: int
    sheets: tuple[Sheet, ...]
    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """Return the changes that need a decision."""
        return tuple(change for change in self.changes if change.conflict)


def compare(session: Session, base: Library, folder: Path, now: datetime) -> Difference:
    """Compare a folder of entry files with what is served; raises BadContent for malformed files.

    What was delivered last is the common ground: an entry that differs from it on one side only is that
    side's change, on both sides a conflict.
    """
    seed(session, now)
    problems: list[Problem] = []
    texts = read_sheets(folder, problems)
    if not texts and not problems:
        problems.append(Problem(folder.name, 0, "", "yaml", "文件夹里没有 .yaml 文件。"))
    if not problems:
        sheets = storage.knowledge.cut_all(texts)
        entries = {entry.id: entry for entry in read_entries(texts, problems)}
    if problems:
        raise BadContent(problems)
    theirs = _blocks(sheets)
    delivered = storage.knowledge.delivered(session)
    ours = {entry_id: row.block for entry_id, row in storage.knowledge.published(session).items()}
    places = storage.knowledge.layouts(session)
    changes: list[Change] = []
    kept: list[str] = []
    for entry_id in sorted({*theirs, *delivered, *ours}):
        now_there = theirs[entry_id].block if entry_id in theirs else None
        before = delivered[entry_id].block if entry_id in delivered else None
        here = ours.get(entry_id)
        if now_there == here:
            continue
        if now_there == before:
            kept.append(entry_id)
            continue
        kind: Kind = "added" if here is None else "removed" if now_there is None else "changed"
        known = theirs.get(entry_id) or delivered.get(entry_id)
        sheet = known.sheet if known else storage.knowledge.sheet_of(places, entry_id) or ""
        changes.append(Change(entry_id, kind, sheet, here, now_there, conflict=here != before))
    made_here = [
        entry
        for entry in published_library(session, base).entries.values()
        if entry.id not in theirs and entry.id not in delivered
    ]
    after = base.of_entries([*entries.values(), *made_here])
    for change in changes:
        if change.theirs is not None:
            problems += entry_problems(entries[change.entry_id], after, today(base, now))
    return Difference(
        version=storage.knowledge.published_version(session),
        sheets=tuple(sheets),
        changes=tuple(changes),
        kept=tuple(kept),
        problems=tuple(sorted(problems)),
    )


def take(
    session: Session,
    difference: Difference,
    *,
    takes: Mapping[str, Side],
    author: str,
    reason: str,
    now: datetime,
) -> int:
    """Serve what was delivered from now on and return how many entries changed; raises Refused.

    `takes` decides conflicts by entry id, "" for all that are not named. Nothing changes where a conflict
    is undecided, an entry breaks a rule, or something was published since the comparison.
    """
    if difference.problems:
        raise Refused(*difference.problems)
    storage.knowledge.alone(session)
    if storage.knowledge.published_version(session) != difference.version:
        raise Refused("something was published meanwhile; look again and repeat")
    decided = {one.entry_id: takes.get(one.entry_id, takes.get("")) for one in difference.conflicts}
    unknown = sorted(takes.keys() - decided.keys() - {""})
    if unknown:
        raise Refused(*(f"{entry_id}: there is no conflict to decide" for entry_id in unknown))
    open_ones = [entry_id for entry_id, side in decided.items() if side is None]
    if open_ones:
        raise Refused(
            *(f"{entry_id}: edited here and in the files; decide with --take" for entry_id in open_ones)
        )
    changed = [one for one in difference.changes if decided.get(one.entry_id) != "ours"]
    served = storage.knowledge.published(session)
    _lay_out(session, difference.sheets)
    for one in changed:
        if one.theirs is not None:
            storage.knowledge.add_published(
                session, one.entry_id, one.sheet, one.theirs, author=author, reason=reason, now=now
            )
        else:
            storage.knowledge.add_retired(
                session, served[one.entry_id], author=author, reason=reason, now=now
            )  # fmt: skip
    storage.knowledge.save_delivered(session, _blocks(difference.sheets))
    storage.knowledge.bump(session)
    return len(changed)


def write_out(session: Session, folder: Path, now: datetime) -> int:
    """Write what is served as files, byte for byte as they were taken in or edited; return how many.

    Raises Refused where the folder holds other sheets: reading it again would then mix them in.
    """
    seed(session, now)
    sheets = storage.knowledge.published_sheets(session)
    foreign = sorted(path.name for path in folder.glob("*.yaml") if path.name not in sheets)
    if foreign:
        raise Refused(f"{folder} holds sheets of something else: {', '.join(foreign)}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sheets.items():
        (folder / name).write_bytes(text.encode())
    return len(sheets)


def _blocks(sheets: list[Sheet] | tuple[Sheet, ...]) -> dict[str, Delivered]:
    return {block.id: Delivered(sheet.name, block.text) for sheet in sheets for block in sheet.blocks}


def _lay_out(session: Session, sheets: tuple[Sheet, ...]) -> None:
    """Take over the order of the delivered files; entries made here stay at the end of their sheet."""
    wanted = {sheet.name: storage.knowledge.layout_of(sheet) for sheet in sheets}
    placed = {piece.id for sheet in sheets for piece in sheet.pieces if isinstance(piece, Block)}
    for name, layout in storage.knowledge.layouts(session).items():
        own = [piece for piece in layout if piece[0] == "entry" and piece[1] not in placed]
        if own:
            wanted[name] = [*wanted.get(name, []), *own]
    storage.knowledge.save_layouts(session, wanted)
