"""A draft that breaks a golden question is not published, unless the line is changed with a reason."""

from datetime import timedelta

import pytest

import storage.golden
import storage.inbox
import storage.knowledge
from handlers.editors import editing, golden, rehearsal
from handlers.editors.editing import Refused
from knowledge.book import Book
from storage.database import Database
from storage.inbox import Arrival
from tests import small_knowledge as small
from tests.talking import Clock

GOLDEN = (
    ("seal.broken", "电表上那个封印断了"),
    ("meter.noise", "电表老是嗡嗡响"),
    ("queue.number", "在营业厅怎么拿排队号啊"),
    ("-", "红烧肉怎么做"),
)
# An entry that says the words of another's customers.
THIEF = (
    small.block("meter.noise")
    .replace("meter.noise", "meter.hum")
    .replace("有响声", "嗡嗡叫")
    .replace("    - 电表嗡嗡响\n", "    - 电表老是嗡嗡响\n    - 电表老嗡嗡响\n    - 电表总是嗡嗡的响\n")
    .replace("    - 电表滋滋响\n", "    - 老是嗡嗡响的电表\n")
    .replace("    - 电表吱吱叫\n", "    - 电表老是嗡嗡\n")
    .replace("    - 电表有杂音\n", "    - 电表嗡嗡响老是这样\n")
    .replace("    - 电表响个不停\n", "    - 电表老是嗡嗡响着\n")
    .replace("    - 电表有怪声\n", "    - 家里电表老是嗡嗡响\n")
    .replace("    - 电表夜里响\n", "    - 我的电表老是嗡嗡响\n")
    .replace("    - 电表声音大\n", "    - 电表老是嗡嗡响呢\n")
)


@pytest.fixture
def opened(database: Database, clock: Clock) -> Book:
    with database.transaction() as session:
        small.seeded(session, clock.now, *GOLDEN)
        return small.small_book(session)


def draft(database: Database, book: Book, text: str, clock: Clock) -> None:
    with database.transaction() as session:
        saved = editing.save_draft(session, book, text, "小李", "试试", clock.now, compare=False)
        assert saved.revision is not None, saved.problems


def publish(database: Database, book: Book, clock: Clock, *ids: str) -> rehearsal.Published:
    return rehearsal.publish(database, book, ids, author="组长", reason="好", now=clock.now)


def test_a_harmless_draft_is_published_and_answers(database: Database, opened: Book, clock: Clock):
    text = small.block("seal.broken", answer="别动它。", more="    - 那个铅做的小疙瘩掉了\n")
    draft(database, opened, text, clock)
    done = publish(database, opened, clock, "seal.broken")
    assert (done.version, done.entries, done.rehearsal.broken) == (2, ("seal.broken",), ())
    with database.reading() as session:
        after = small.small_book(session)
    meant = after.understander.understand("那个铅做的小疙瘩掉了", region=after.utility.region)
    assert meant.entry_id == "seal.broken"


def test_a_draft_that_takes_a_golden_question_is_refused(database: Database, opened: Book, clock: Clock):
    draft(database, opened, THIEF, clock)
    with pytest.raises(Refused, match=r"2: 电表老是嗡嗡响 .*meter\.hum"):
        publish(database, opened, clock)
    with database.reading() as session:
        assert storage.knowledge.published_version(session) == 1
        assert list(storage.knowledge.drafts(session)) == ["meter.hum"]

    with database.transaction() as session:
        changed = golden.change(
            session, small.base(), 2, "meter.noise|meter.hum", author="小李", reason="两条都对",
            now=clock.now,
        )  # fmt: skip
        old = storage.golden.line(session, 2)
    assert (changed.expected, changed.reason) == ("meter.noise|meter.hum", "两条都对")
    assert old is not None
    assert old.retired_reason == "两条都对"
    assert publish(database, opened, clock).version == 2


def test_what_was_wrong_before_is_not_in_the_way(database: Database, opened: Book, clock: Clock):
    with database.transaction() as session:
        golden.change(
            session, small.base(), 2, "queue.number", author="小李", reason="看看", now=clock.now
        )  # fmt: skip
    draft(database, opened, THIEF, clock)
    assert publish(database, opened, clock).version == 2


def test_real_questions_are_asked_again_without_names_and_numbers(
    database: Database, opened: Book, clock: Clock
):
    with database.transaction() as session:
        said = [("web", "那个铅疙瘩掉了 我叫王建国 13812345678"), ("telegram", "同事之间的话 铅疙瘩掉了")]
        arrivals = [Arrival(channel, f"{channel}-1", "somebody", {}) for channel, _ in said]
        storage.inbox.store(session, arrivals, clock.now)
        rows = [
            (storage.inbox.id_of(session, channel, f"{channel}-1"), None, words) for channel, words in said
        ]
        storage.inbox.finish(session, rows)
    draft(
        database, opened, small.block("seal.broken", more="    - 那个铅疙瘩掉了\n    - 铅疙瘩掉了\n"), clock
    )
    with database.reading() as session:
        planned = editing.plan(session, opened.library, [], clock.now)
        asked = rehearsal.asked_lately(session, clock.now, 30, staff=("telegram", "somebody"))
        assert [words for words, _ in asked] == [said[0][1]]
        assert rehearsal.asked_lately(session, clock.now + timedelta(days=31), 30) == []
    after = opened.understander.revised(planned.after)
    result = rehearsal.rehearse(
        (opened.understander, opened.library), (after, planned.after), [], asked, drafted=planned.drafts
    )
    told = [*result.newly, *result.changed]
    assert len(told) == 1
    assert told[0].after.endswith("seal.broken")
    assert "铅疙瘩掉了" in told[0].question
    assert "13812345678" not in told[0].question
    assert "王建国" not in told[0].question


def test_golden_lines_are_added_changed_and_retired_with_reasons(
    database: Database, opened: Book, clock: Clock
):
    with database.transaction() as session:
        base = small.base()
        how = {"author": "小李", "reason": "客户问过", "now": clock.now}
        row = golden.add(session, base, "seal.broken|meter.noise", "电表封印响了", **how)  # type: ignore[arg-type]
        with pytest.raises(Refused, match=f"第{row.id}行"):
            golden.add(session, base, "-", "电表封印响了？", **how)  # type: ignore[arg-type]
        with pytest.raises(Refused, match=r"没有 no\.entry"):
            golden.add(session, base, "no.entry", "新的问题", **how)  # type: ignore[arg-type]
        with pytest.raises(Refused, match=r"已经是 meter\.noise 的问法"):
            golden.add(session, base, "meter.noise", "電表嗡嗡響", **how)  # type: ignore[arg-type]
        assert row.id is not None
        golden.retire(session, row.id, **how)  # type: ignore[arg-type]
        with pytest.raises(Refused, match="no golden line"):
            golden.retire(session, row.id, **how)  # type: ignore[arg-type]
        assert len(storage.golden.lines(session)) == len(GOLDEN)
        assert len(storage.golden.lines(session, retired=True)) == len(GOLDEN) + 1


def test_lines_of_a_new_release_are_added_once(database: Database, opened: Book, clock: Clock, tmp_path):
    (tmp_path / "new.tsv").write_text(
        "# new\nseal.broken\t封条被小孩扯下来了\nmeter.noise\t电表老是嗡嗡响\n", encoding="utf-8"
    )
    with database.transaction() as session:
        how = {"author": "组长", "reason": "新版", "now": clock.now}
        assert golden.take_in(session, small.base(), tmp_path, **how) == 1  # type: ignore[arg-type]
        assert golden.take_in(session, small.base(), tmp_path, **how) == 0  # type: ignore[arg-type]
