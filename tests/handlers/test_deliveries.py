"""A new delivery is taken in without losing what was edited here, whole or not at all."""

from pathlib import Path

import pytest
from sqlmodel import Session

import storage.knowledge
from handlers.editors import deliveries, editing
from handlers.editors.editing import Refused
from knowledge.sheets import BadContent
from tests import small_knowledge as small
from tests.talking import Clock


@pytest.fixture
def folder(tmp_path: Path, session: Session, clock: Clock) -> Path:
    small.seeded(session, clock.now)
    found = tmp_path / "delivered"
    write(found, small.sheets())
    return found


def write(folder: Path, sheets: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in sheets.items():
        (folder / name).write_bytes(text.encode())


def edit_here(session: Session, clock: Clock, text: str) -> None:
    entry_id = text.splitlines()[0].removeprefix("- id: ")
    storage.knowledge.add_published(
        session, entry_id, "meter.yaml", text, author="小李", reason="改", now=clock.now
    )
    storage.knowledge.bump(session)


def compare(session: Session, folder: Path, clock: Clock) -> deliveries.Difference:
    return deliveries.compare(session, small.base(), folder, clock.now)


def take(session: Session, folder: Path, clock: Clock, **takes: deliveries.Side) -> int:
    sides = {entry_id.replace("__", "."): side for entry_id, side in takes.items()}
    return deliveries.take(
        session, compare(session, folder, clock), takes=sides, author="组长", reason="新版", now=clock.now
    )


def changed(name: str, old: str, new: str) -> dict[str, str]:
    sheets = small.sheets()
    assert old in sheets[name]
    return sheets | {name: sheets[name].replace(old, new)}


def test_the_same_files_change_nothing(session: Session, folder: Path, clock: Clock):
    difference = compare(session, folder, clock)
    assert difference.changes == ()
    assert difference.problems == ()


def test_what_only_the_files_changed_is_taken(session: Session, folder: Path, clock: Clock):
    new = changed("meter.yaml", small.block("seal.broken"), small.block("seal.broken", answer="别动它。"))
    new["meter.yaml"] = new["meter.yaml"].replace("# about noises", "# about all noises")
    write(folder, new)
    assert [(one.entry_id, one.kind, one.conflict) for one in compare(session, folder, clock).changes] == [
        ("seal.broken", "changed", False)
    ]
    assert storage.knowledge.published_sheets(session) == small.sheets()  # comparing changes nothing
    assert take(session, folder, clock) == 1
    assert storage.knowledge.published_sheets(session) == new
    assert storage.knowledge.history(session, "seal.broken")[-1].author == "组长"


def test_what_was_edited_here_stays(session: Session, folder: Path, clock: Clock):
    edit_here(session, clock, small.block("seal.broken", answer="我们自己的话。"))
    write(folder, changed("paper.yaml", "# end", "# the end"))
    difference = compare(session, folder, clock)
    assert (difference.changes, difference.kept) == ((), ("seal.broken",))
    take(session, folder, clock)
    sheets = storage.knowledge.published_sheets(session)
    assert "我们自己的话" in sheets["meter.yaml"]
    assert "# the end" in sheets["paper.yaml"]


@pytest.mark.parametrize(("side", "told"), [("ours", "我们自己的话"), ("theirs", "新版的话")])
def test_a_conflict_needs_a_decision(
    session: Session, folder: Path, clock: Clock, side: deliveries.Side, told: str
):
    edit_here(session, clock, small.block("seal.broken", answer="我们自己的话。"))
    theirs = small.block("seal.broken", answer="新版的话。")
    write(folder, changed("meter.yaml", small.block("seal.broken"), theirs))
    before = storage.knowledge.published_sheets(session)
    with pytest.raises(Refused, match=r"seal\.broken: edited here and in the files"):
        take(session, folder, clock)
    with pytest.raises(Refused, match="no conflict"):
        take(session, folder, clock, meter__noise="ours")
    assert storage.knowledge.published_sheets(session) == before
    take(session, folder, clock, seal__broken=side)
    assert told in storage.knowledge.published_sheets(session)["meter.yaml"]
    # Decided once: the same files are no conflict any more.
    assert compare(session, folder, clock).changes == ()


def test_entries_come_and_go_with_the_files(session: Session, folder: Path, clock: Clock):
    edit_here(
        session, clock, small.block("bill.paper").replace("bill.paper", "made.here").replace("寄", "送")
    )
    related = small.block("seal.broken").replace("seal.broken", "seal.door").replace("断了", "锁不上了")
    new = small.sheets()
    new["meter.yaml"] = new["meter.yaml"].replace(", bill.paper]", ", seal.door]")
    new["meter.yaml"] += related.replace(", bill.paper]", ", seal.broken]")
    del new["paper.yaml"]
    for path in folder.iterdir():
        path.unlink()
    write(folder, new)
    kinds = {one.entry_id: one.kind for one in compare(session, folder, clock).changes}
    assert kinds["seal.door"] == "added"
    assert kinds["bill.paper"] == kinds["queue.number"] == "removed"
    assert "made.here" not in kinds
    take(session, folder, clock)
    sheets = storage.knowledge.published_sheets(session)
    assert "paper.yaml" not in sheets
    assert "made.here" in sheets["meter.yaml"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- id: a\n  question: [\n", r"meter\.yaml:3: YAML读不懂"),
        ("- id: a\n  colour: red\n", r"meter\.yaml:1: a: 字段"),
        ("\n[{id: a}]\n", r"meter\.yaml:2: .*行首"),
        (small.block("bill.paper"), r"编号已经用过：meter\.yaml:1"),
        ("- id: 1\n", "行首"),
        ("words: 1\n", "列表"),
    ],
)
def test_malformed_files_are_refused_whole(
    session: Session, folder: Path, clock: Clock, text: str, told: str
):
    (folder / "meter.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadContent, match=told):
        compare(session, folder, clock)
    (folder / "meter.yaml").write_bytes(b"- id: \xff\n")
    with pytest.raises(BadContent, match="UTF-8"):
        compare(session, folder, clock)
    assert storage.knowledge.published_sheets(session) == small.sheets()


def test_an_entry_that_breaks_a_rule_is_not_taken(session: Session, folder: Path, clock: Clock):
    write(folder, changed("meter.yaml", "    请在这里说一声。", "    三天内说一声。"))
    with pytest.raises(Refused, match="bare-figure"):
        take(session, folder, clock)
    assert storage.knowledge.published_sheets(session) == small.sheets()


def test_what_goes_out_comes_in_again(session: Session, folder: Path, tmp_path: Path, clock: Clock):
    edit_here(session, clock, small.block("seal.broken", answer="我们自己的话。"))
    editing.retire(session, "queue.number", author="小李", reason="不用", now=clock.now)
    out = tmp_path / "out"
    assert deliveries.write_out(session, out, clock.now) == 2
    written = {path.name: path.read_bytes().decode() for path in out.iterdir()}
    assert written == storage.knowledge.published_sheets(session)
    assert compare(session, out, clock).changes == ()
    (out / "other.yaml").write_text("[]", encoding="utf-8")
    with pytest.raises(Refused, match=r"other\.yaml"):
        deliveries.write_out(session, out, clock.now)
