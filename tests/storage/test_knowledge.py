"""What is served stands in the database byte for byte, and no step of editing leaves two truths."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlmodel import Session

import storage.knowledge
from knowledge.library import ENTRIES_DIR, Library
from knowledge.sheets import BadContent, cut, read_sheets
from storage.database import Database
from storage.models import RevisionState

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_the_shipped_files_come_out_byte_for_byte(session: Session):
    sheets = read_sheets(ENTRIES_DIR, [])
    assert storage.knowledge.seed(session, sheets, NOW)
    assert storage.knowledge.published_sheets(session) == sheets
    assert storage.knowledge.published_version(session) == 1
    served = Library.of_sheets(storage.knowledge.published_sheets(session))
    assert list(served.entries) == list(Library.load().entries)


def test_a_second_seed_changes_nothing(session: Session):
    assert storage.knowledge.seed(session, {"a.yaml": "- id: a\n"}, NOW)
    assert not storage.knowledge.seed(session, {"a.yaml": "- id: b\n"}, NOW)
    assert storage.knowledge.published_sheets(session) == {"a.yaml": "- id: a\n"}


def test_the_same_id_twice_is_refused(session: Session):
    with pytest.raises(BadContent, match=r"b\.yaml:2"):
        storage.knowledge.seed(session, {"a.yaml": "- id: a\n", "b.yaml": "\n- id: a\n"}, NOW)


_comment = st.sampled_from(["", "\n", "# a note\n", "\n# two\n# lines\n", "   \n"])
_body = st.sampled_from(
    [
        "",
        "  x: 1\n",
        "  t: |\n    # no comment\n\n    words\n",
        "  l:\n    - a\n    - b\n",
        "  # inside\n  y: 2\n",
    ]
)


@given(st.lists(st.tuples(_comment, _body), max_size=6), _comment, st.booleans())
def test_cutting_and_joining_is_the_same_file(items: list[tuple[str, str]], end: str, bare_end: bool):
    text = "".join(f"{before}- id: e{n}\n{body}" for n, (before, body) in enumerate(items)) + end
    if bare_end:
        text = text.rstrip("\n")
    problems: list[object] = []
    sheet = cut("a.yaml", text, problems)  # type: ignore[arg-type]
    assert not problems
    assert "".join(piece if isinstance(piece, str) else piece.text for piece in sheet.pieces) == text
    assert [block.id for block in sheet.blocks] == [f"e{n}" for n in range(len(items))]


class Editing(RuleBasedStateMachine):
    """Any order of drafting, publishing, rolling back and retiring."""

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.empty, self.folder / "x.db")
        self.database = Database(f"sqlite:///{self.folder}/x.db")
        self.version = 1
        self.served = {"a": "- id: a\n", "b": "- id: b\n"}
        self.drafts: dict[str, str] = {}
        with self.database.transaction() as session:
            storage.knowledge.seed(session, {"s.yaml": "# head\n- id: a\n- id: b\n# end"}, NOW)

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    @rule(entry=st.sampled_from("abc"), word=st.integers(0, 9))
    def draft(self, entry: str, word: int) -> None:
        text = f"- id: {entry}\n  n: {word}\n"
        with self.database.transaction() as session:
            storage.knowledge.add_draft(session, entry, "s.yaml", text, author="a", reason="r", now=NOW)
        self.drafts[entry] = text

    @precondition(lambda self: self.drafts)
    @rule()
    def publish(self) -> None:
        with self.database.transaction() as session:
            rows = storage.knowledge.drafts(session).values()
            storage.knowledge.publish_drafts(session, rows, author="a", reason="r", now=NOW)
            storage.knowledge.bump(session)
        self.served |= self.drafts
        self.drafts = {}
        self.version += 1

    @rule(entry=st.sampled_from("ab"))
    def roll_back_to_the_first(self, entry: str) -> None:
        with self.database.transaction() as session:
            old = storage.knowledge.revision(session, entry, 1)
            assert old is not None
            storage.knowledge.add_published(
                session, entry, old.sheet, old.block, author="a", reason="r", now=NOW
            )
            storage.knowledge.bump(session)
        self.served[entry] = f"- id: {entry}\n"
        self.version += 1

    @precondition(lambda self: self.served)
    @rule(data=st.data())
    def retire(self, data: st.DataObject) -> None:
        entry = data.draw(st.sampled_from(sorted(self.served)))
        with self.database.transaction() as session:
            last = storage.knowledge.published(session)[entry]
            storage.knowledge.add_retired(session, last, author="a", reason="r", now=NOW)
            storage.knowledge.bump(session)
        del self.served[entry]
        self.version += 1

    @invariant()
    def what_is_served_is_what_was_published(self) -> None:
        with self.database.reading() as session:
            published = storage.knowledge.published(session)
            assert {entry: row.block for entry, row in published.items()} == self.served
            assert {
                entry: row.block for entry, row in storage.knowledge.drafts(session).items()
            } == self.drafts
            assert storage.knowledge.published_version(session) == self.version
            text = storage.knowledge.published_sheets(session)["s.yaml"]
            assert sorted(block.id for block in cut("s.yaml", text, []).blocks) == sorted(self.served)
            assert "# head\n" in text
            for entry in "abc":
                rows = storage.knowledge.history(session, entry)
                assert [row.number for row in rows] == list(range(1, len(rows) + 1))
                assert sum(row.state == RevisionState.PUBLISHED for row in rows) == (entry in self.served)


def test_any_order_of_editing_leaves_one_truth(empty_database: Path):
    Editing.empty = empty_database
    machine = Editing.TestCase
    machine.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
    machine().runTest()
