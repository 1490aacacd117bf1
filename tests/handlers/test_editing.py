"""Drafts are checked, never served, published whole, rolled back, retired; the history says why."""

import pytest
from sqlmodel import Session

import storage.knowledge
from handlers.editors import editing
from handlers.editors.editing import Refused
from knowledge.book import Book
from tests import small_knowledge as small
from tests.talking import Clock


@pytest.fixture
def opened(session: Session, clock: Clock) -> Book:
    small.seeded(session, clock.now)
    return small.small_book(session)


def save(session: Session, book: Book, text: str, clock: Clock, **more: object) -> editing.Saved:
    return editing.save_draft(session, book, text, "小李", "更清楚", clock.now, **more)  # type: ignore[arg-type]


def publish(session: Session, book: Book, clock: Clock, *ids: str) -> int:
    planned = editing.plan(session, book.library, ids, clock.now)
    return editing.publish(session, planned, author="组长", reason="好", now=clock.now)


def test_a_draft_is_not_served_until_it_is_published(session: Session, opened: Book, clock: Clock):
    saved = save(session, opened, small.block("seal.broken", answer="别动它，我们来修。"), clock)
    assert (saved.entry_id, saved.revision, saved.problems) == ("seal.broken", 2, ())
    assert "别动它" not in str(storage.knowledge.published_sheets(session))
    assert storage.knowledge.published_version(session) == 1

    assert publish(session, opened, clock, "seal.broken") == 2
    served = editing.published_library(session, small.base())
    assert served.entries["seal.broken"].answer == "别动它，我们来修。"
    assert storage.knowledge.drafts(session) == {}


def test_the_history_says_who_when_and_why(session: Session, opened: Book, clock: Clock):
    save(session, opened, small.block("seal.broken", answer="一。"), clock)
    save(session, opened, small.block("seal.broken", answer="二。"), clock)
    publish(session, opened, clock)
    editing.roll_back(
        session, small.base(), "seal.broken", 1, author="小李", reason="还是原来的好", now=clock.now
    )
    rows = editing.history(session, "seal.broken")
    assert [(row.number, row.state, row.author) for row in rows] == [
        (1, "superseded", "delivery"),
        (2, "superseded", "小李"),
        (3, "superseded", "小李"),
        (4, "published", "小李"),
    ]
    assert rows[2].published_by == "组长"
    assert rows[2].published_at == clock.now
    assert rows[3].reason == "还是原来的好"
    assert storage.knowledge.published_sheets(session) == small.sheets()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (small.block("seal.broken", answer="三天内来修。"), "bare-figure"),
        (small.block("seal.broken", answer="{no.such.fact}内来修。"), "没有数据 no.such.fact"),
        (small.block("seal.broken", topic="no.topic"), "没有 no.topic 这个主题"),
        (small.block("seal.broken", more="    - 电表嗡嗡响\n"), "meter.noise"),
        ("- id: seal.broken\n  question: [\n", "YAML读不懂"),
        ("- id: seal.broken\n", "字段"),
        (small.block("seal.broken") + small.block("meter.noise"), "一次写一条"),
        ("just words\n", "行首"),
        (small.block("meter.noise"), "编号应当是 seal.broken"),
    ],
)
def test_a_draft_that_breaks_a_rule_is_not_kept(
    session: Session, opened: Book, clock: Clock, text: str, told: str
):
    saved = save(session, opened, text, clock, expected="seal.broken", compare=False)
    assert saved.revision is None
    assert told in "\n".join(map(str, saved.problems))
    assert storage.knowledge.drafts(session) == {}


def test_an_unfinished_draft_is_kept_but_not_published(session: Session, opened: Book, clock: Clock):
    text = (
        "id: seal.lost\ntopic: service.meter\nquestion: 封印丢了怎么办？\nsimilar:\n  - 封印不见了\n"
        "answer: 请说一声。\nbasis: [{source: own.practice}]\nrelated: [seal.broken, seal.new]\n"
    )
    saved = save(session, opened, text, clock)
    assert saved.revision == 1
    assert {problem.rule for problem in saved.problems} == {"similar-count", "related"}
    with pytest.raises(Refused, match="相似问法"):
        publish(session, opened, clock)
    assert storage.knowledge.published_version(session) == 1


def test_a_new_entry_goes_to_the_sheet_of_its_topic(session: Session, opened: Book, clock: Clock):
    text = small.block("seal.broken").replace("seal.broken", "seal.door").replace("断了", "锁不上了")
    saved = save(session, opened, text.replace("related: [", "related: [seal.broken, "), clock)
    assert saved.revision == 1, saved.problems
    publish(session, opened, clock)
    sheets = storage.knowledge.published_sheets(session)
    assert sheets["meter.yaml"].startswith(small.sheets()["meter.yaml"])
    assert "seal.door" in sheets["meter.yaml"]
    assert sheets["paper.yaml"] == small.sheets()["paper.yaml"]


@pytest.mark.parametrize("name", ["../out.yaml", "a/b.yaml", "notes.txt", ".yaml"])
def test_a_sheet_is_a_plain_file_name(session: Session, opened: Book, clock: Clock, name: str):
    saved = save(session, opened, small.block("seal.broken"), clock, sheet=name)
    assert saved.revision is None


def test_an_editor_is_told_which_entries_are_too_near(session: Session, opened: Book, clock: Clock):
    text = (
        small.block("meter.noise")
        .replace("meter.noise", "meter.hum")
        .replace("怎么办？", "要紧吗？")
        .replace("电表嗡", "我的电表嗡")
        .replace("电表滋", "我的电表滋")
        .replace("    - 电表", "    - 家里电表")
        .replace("related: [", "related: [meter.noise, ")
    )
    saved = save(session, opened, text, clock)
    assert saved.revision == 1, saved.problems
    assert saved.near
    assert saved.near[0].other == "meter.noise"
    assert 0 < saved.near[0].score <= 1


def test_nothing_is_published_over_somebody_elses_publication(session: Session, opened: Book, clock: Clock):
    save(session, opened, small.block("seal.broken", answer="一。"), clock)
    mine = editing.plan(session, opened.library, [], clock.now)
    save(session, opened, small.block("seal.broken", answer="二。"), clock)
    with pytest.raises(Refused, match="meanwhile"):
        editing.publish(session, mine, author="组长", reason="", now=clock.now)


def test_a_retired_entry_keeps_its_place_and_comes_back(session: Session, opened: Book, clock: Clock):
    named = editing.retire(
        session, "seal.broken", author="小李", reason="不用了", now=clock.now
    )  # fmt: skip
    assert named == ["meter.noise", "bill.paper", "queue.number"]
    assert "seal.broken" not in editing.published_library(session, small.base()).entries
    with pytest.raises(Refused, match="not served"):
        editing.retire(session, "seal.broken", author="小李", reason="再来", now=clock.now)
    editing.roll_back(session, small.base(), "seal.broken", 1, author="小李", reason="还要", now=clock.now)
    assert storage.knowledge.published_sheets(session) == small.sheets()


def test_what_is_unknown_is_refused(session: Session, opened: Book, clock: Clock):
    with pytest.raises(Refused, match="no entry"):
        editing.history(session, "no.entry")
    with pytest.raises(Refused, match="no draft"):
        editing.plan(session, opened.library, ["seal.broken"], clock.now)
    with pytest.raises(Refused, match="no drafts"):
        editing.plan(session, opened.library, [], clock.now)
    with pytest.raises(Refused, match="no revision 7"):
        editing.roll_back(session, small.base(), "seal.broken", 7, author="a", reason="r", now=clock.now)
    with pytest.raises(Refused, match="only one revision"):
        editing.pair(session, "seal.broken")
