"""The truth of a running hotline: which wording of which entry is served, and every one there ever was."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlmodel import Session, col

from knowledge.sheets import BadContent, Block, Problem, Sheet, cut
from storage.models import (
    KnowledgeDelivery,
    KnowledgeRevision,
    KnowledgeSheet,
    KnowledgeVersion,
    RevisionState,
)

DELIVERY = "delivery"  # the author of what came with the files


@dataclass(frozen=True, slots=True)
class Delivered:
    """An entry as the last imported files had it."""

    sheet: str
    block: str


def published_version(session: Session) -> int:
    """Return the number that grows whenever what is served changes; 0 before the first seed."""
    found: int | None = session.execute(select(col(KnowledgeVersion.number))).scalar_one_or_none()
    return found or 0


def published_sheets(session: Session) -> dict[str, str]:
    """Return what is served as YAML sheets by file name, byte for byte as they were delivered or edited."""
    rows = session.execute(
        select(col(KnowledgeRevision.entry_id), col(KnowledgeRevision.block)).where(
            col(KnowledgeRevision.state) == RevisionState.PUBLISHED
        )
    )
    blocks: dict[str, str] = {row[0]: row[1] for row in rows}
    joined = {name: (layout, _joined(layout, blocks)) for name, layout in layouts(session).items()}
    # A sheet of nothing but retired entries is no file; it comes back with one of them.
    return {name: text for name, (layout, text) in joined.items() if text or not layout}


def seed(session: Session, sheets: Mapping[str, str], now: datetime) -> bool:
    """Take in the delivered files at the first start; does nothing and returns False where there are any.

    Raises BadContent where a sheet cannot be cut into entries.
    """
    alone(session)
    if published_version(session):
        return False
    cuts = cut_all(sheets)
    save_layouts(session, {sheet.name: layout_of(sheet) for sheet in cuts})
    for sheet in cuts:
        for block in sheet.blocks:
            session.add(_revision(block, sheet.name, 1, "first delivery", now))
            session.add(KnowledgeDelivery(entry_id=block.id, sheet=sheet.name, block=block.text))
    bump(session)
    return True


def alone(session: Session) -> None:
    """Let nobody else change what is served before this transaction ends; on SQLite that is so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE knowledgeversion IN EXCLUSIVE MODE"))


def cut_all(sheets: Mapping[str, str]) -> list[Sheet]:
    """Cut sheets into their entries, by name; raises BadContent, also for an id that stands there twice."""
    problems: list[Problem] = []
    cuts = [cut(name, sheets[name], problems) for name in sorted(sheets)]
    first: dict[str, str] = {}
    for sheet in cuts:
        for block in sheet.blocks:
            where = first.setdefault(block.id, f"{sheet.name}:{block.line}")
            if where != f"{sheet.name}:{block.line}":
                sentence = f"编号已经用过：{where}。"
                problems.append(Problem(sheet.name, block.line, block.id, "duplicate-id", sentence))
    if problems:
        raise BadContent(problems)
    return cuts


def layout_of(sheet: Sheet) -> list[list[str]]:
    """Return the order of a sheet's entries and what stands between them."""
    return [["text", piece] if isinstance(piece, str) else ["entry", piece.id] for piece in sheet.pieces]


def layouts(session: Session) -> dict[str, list[list[str]]]:
    """Return the layouts of all sheets by file name."""
    rows = session.execute(
        select(col(KnowledgeSheet.name), col(KnowledgeSheet.layout)).order_by(col(KnowledgeSheet.name))
    )
    return {row[0]: row[1] for row in rows}


def save_layouts(session: Session, wanted: Mapping[str, list[list[str]]]) -> None:
    """Write the layouts of all sheets; a sheet that is not named is gone."""
    rows = {row.name: row for row in session.execute(select(KnowledgeSheet)).scalars()}
    for name, row in rows.items():
        if name not in wanted:
            session.delete(row)
    for name, layout in wanted.items():
        row = rows.get(name) or KnowledgeSheet(name=name)
        if row.layout != layout:
            row.layout = layout
            session.add(row)
    session.flush()


def bump(session: Session) -> int:
    """Count up and return the version; every running service notices."""
    changed = session.execute(update(KnowledgeVersion).values(number=KnowledgeVersion.number + 1))
    if not changed.rowcount:  # type: ignore[attr-defined]
        session.add(KnowledgeVersion(number=1))
    session.flush()
    return published_version(session)


def revision(session: Session, entry_id: str, number: int) -> KnowledgeRevision | None:
    """Return one revision of an entry."""
    return session.execute(
        select(KnowledgeRevision).where(
            col(KnowledgeRevision.entry_id) == entry_id, col(KnowledgeRevision.number) == number
        )
    ).scalar_one_or_none()


def history(session: Session, entry_id: str) -> list[KnowledgeRevision]:
    """Return all revisions of an entry, oldest first."""
    return list(
        session.execute(
            select(KnowledgeRevision)
            .where(col(KnowledgeRevision.entry_id) == entry_id)
            .order_by(col(KnowledgeRevision.number))
        ).scalars()
    )


def published(session: Session) -> dict[str, KnowledgeRevision]:
    """Return the served revision of every entry."""
    return _in_state(session, RevisionState.PUBLISHED)


def drafts(session: Session, ids: Collection[str] | None = None) -> dict[str, KnowledgeRevision]:
    """Return the drafts by entry, all or those of some entries."""
    found = _in_state(session, RevisionState.DRAFT)
    return found if ids is None else {key: row for key, row in found.items() if key in ids}


def known_ids(session: Session) -> frozenset[str]:
    """Return the ids of all entries that there are or ever were."""
    return frozenset(session.execute(select(col(KnowledgeRevision.entry_id)).distinct()).scalars())


def add_draft(
    session: Session, entry_id: str, sheet: str, block: str, *, author: str, reason: str, now: datetime
) -> KnowledgeRevision:
    """Keep a draft of an entry; an older draft of it is superseded."""
    _supersede(session, [entry_id], RevisionState.DRAFT)
    return _add(session, entry_id, sheet, block, RevisionState.DRAFT, author, reason, now)


def add_published(
    session: Session, entry_id: str, sheet: str, block: str, *, author: str, reason: str, now: datetime
) -> KnowledgeRevision:
    """Serve this text as the entry's newest revision; call `bump` once afterwards."""
    _supersede(session, [entry_id], RevisionState.PUBLISHED)
    place(session, entry_id, sheet)
    row = _add(session, entry_id, sheet, block, RevisionState.PUBLISHED, author, reason, now)
    row.published_at, row.published_by, row.published_reason = now, author, reason
    return row


def publish_drafts(
    session: Session, rows: Iterable[KnowledgeRevision], *, author: str, reason: str, now: datetime
) -> None:
    """Serve these drafts from now on; call `bump` once afterwards."""
    rows = list(rows)
    _supersede(session, [row.entry_id for row in rows], RevisionState.PUBLISHED)
    for row in rows:
        place(session, row.entry_id, row.sheet)
        row.state, row.published_at = RevisionState.PUBLISHED, now
        row.published_by, row.published_reason = author, reason
        session.add(row)
    session.flush()


def add_retired(
    session: Session, last: KnowledgeRevision, *, author: str, reason: str, now: datetime
) -> KnowledgeRevision:
    """Serve an entry no longer; its place in the sheet is kept. Call `bump` once afterwards."""
    _supersede(session, [last.entry_id], RevisionState.PUBLISHED)
    return _add(session, last.entry_id, last.sheet, last.block, RevisionState.RETIRED, author, reason, now)


def place(session: Session, entry_id: str, sheet: str) -> None:
    """Give an entry a place at the end of a sheet, unless it has one already."""
    known = layouts(session)
    if sheet_of(known, entry_id) is None:
        save_layouts(session, known | {sheet: [*known.get(sheet, []), ["entry", entry_id]]})


def sheet_of(known: Mapping[str, list[list[str]]], entry_id: str) -> str | None:
    """Return the sheet in which an entry has its place, also while it is retired."""
    return next((name for name, layout in known.items() if ["entry", entry_id] in layout), None)


def delivered(session: Session) -> dict[str, Delivered]:
    """Return every entry as the last imported files had it."""
    rows = session.execute(select(KnowledgeDelivery)).scalars()
    return {row.entry_id: Delivered(row.sheet, row.block) for row in rows}


def save_delivered(session: Session, blocks: Mapping[str, Delivered]) -> None:
    """Keep what files delivered, in place of all that was delivered before."""
    rows = {row.entry_id: row for row in session.execute(select(KnowledgeDelivery)).scalars()}
    for entry_id, row in rows.items():
        if entry_id not in blocks:
            session.delete(row)
    for entry_id, one in blocks.items():
        row = rows.get(entry_id) or KnowledgeDelivery(entry_id=entry_id, sheet="", block="")
        row.sheet, row.block = one.sheet, one.block
        session.add(row)
    session.flush()


def _in_state(session: Session, state: RevisionState) -> dict[str, KnowledgeRevision]:
    rows = session.execute(
        select(KnowledgeRevision)
        .where(col(KnowledgeRevision.state) == state)
        .order_by(col(KnowledgeRevision.entry_id))
    ).scalars()
    return {row.entry_id: row for row in rows}


def _supersede(session: Session, ids: Collection[str], state: RevisionState) -> None:
    session.execute(
        update(KnowledgeRevision)
        .where(col(KnowledgeRevision.entry_id).in_(list(ids)), col(KnowledgeRevision.state) == state)
        .values(state=RevisionState.SUPERSEDED)
        .execution_options(synchronize_session="fetch")
    )


def _add(
    session: Session,
    entry_id: str,
    sheet: str,
    block: str,
    state: RevisionState,
    author: str,
    reason: str,
    now: datetime,
) -> KnowledgeRevision:
    newest = session.execute(
        select(func.max(col(KnowledgeRevision.number))).where(col(KnowledgeRevision.entry_id) == entry_id)
    ).scalar_one()
    row = KnowledgeRevision(
        entry_id=entry_id, number=(newest or 0) + 1, sheet=sheet, state=state, block=block,
        author=author, reason=reason, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _revision(block: Block, sheet: str, number: int, reason: str, now: datetime) -> KnowledgeRevision:
    return KnowledgeRevision(
        entry_id=block.id, number=number, sheet=sheet, state=RevisionState.PUBLISHED, block=block.text,
        author=DELIVERY, reason=reason, created_at=now, published_at=now, published_by=DELIVERY,
    )  # fmt: skip


def _joined(layout: list[list[str]], blocks: Mapping[str, str]) -> str:
    text = ""
    for kind, piece in layout:
        written = piece if kind == "text" else blocks.get(piece, "")
        if written and text and not text.endswith("\n"):
            text += "\n"  # a file whose last line has no end, and an entry added after it
        text += written
    return text
