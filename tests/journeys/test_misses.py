"""From a question that nobody can answer to an entry: misses, the gap, a draft, and the next customer."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from handlers.desk import Desk
from handlers.editors import editing, misses
from handlers.editors.misses import Gap, standard_question
from knowledge.book import Book
from knowledge.library import Library
from knowledge.understanding import Understander
from storage.database import Database
from storage.models import MissKind
from tests.talking import STAFF, Chat, Clock

ASKED = {
    "ann": ["电线杆上能挂广告牌吗", "电杆广告位怎么租"],
    "bea": ["我想在你们电杆上打广告，我叫王小明，电话13912345678"],
    "cai": ["路边的电杆可以租来做广告吗", "租电杆做广告怎么申请"],
    "dan": ["想租电线杆挂条幅广告", "电线杆广告出租吗"],
    "eve": ["广告公司能不能租用电杆挂灯箱", "電線桿可以租來掛廣告嗎"],
}
REPLY = "电杆上不能挂广告，会伤到线路和行人。已经挂上的请尽快联系我们拆除。"


@pytest.fixture(scope="session")
def small_book(book: Book) -> Book:
    """What we know of a few topics: nothing of it is like what is asked here, however good the search."""
    topics = ("faq.tariff", "payment", "human")
    entries = [
        one for one in book.library.entries.values() if one.topic in topics or one.id.startswith("oos.water")
    ]
    return _opened(book, book.library.of_entries(entries))


@pytest.fixture
def desk(database: Database, small_book: Book) -> Desk:
    """The desk that knows little, with a staff group."""
    return Desk(database, small_book, staff=STAFF, secret=b"a secret of the tests")


@pytest.fixture
def gaps(database: Database, small_book: Book, clock: Clock) -> Callable[..., list[Gap]]:
    """What an editor is shown."""

    def read(weeks: int = 4, **more: object) -> list[Gap]:
        with database.reading() as session:
            return misses.gaps(session, small_book, weeks=weeks, now=clock.now, **more)  # type: ignore[arg-type]

    return read


@pytest.fixture
def who(chat: Callable[..., Chat]) -> Callable[[str], Chat]:
    """The chats by name."""
    return cache(chat)


@pytest.fixture
def asked(who: Callable[[str], Chat], clock: Clock) -> None:
    """Five customers ask the same in words of their own."""
    for name, questions in ASKED.items():
        for question in questions:
            assert who(name).say(question).outcome in ("unknown", "unclear")
            clock.pass_(minutes=1)


def _opened(book: Book, library: Library) -> Book:
    return replace(book, library=library, understander=Understander(library))


@pytest.mark.usefixtures("asked")
def test_what_five_customers_asked_becomes_an_answer(
    who: Callable[[str], Chat],
    staff: Chat,
    database: Database,
    small_book: Book,
    clock: Clock,
    gaps: Callable[..., list[Gap]],
) -> None:
    who("ann").say("发票怎么开")
    who("bea").say("人工")
    staff.answer("要人工", "您好，我看一下")
    staff.answer("要人工", REPLY)
    staff.tap("结束")
    clock.pass_(days=3)

    (gap,) = gaps()
    assert (gap.people, gap.size) == (5, sum(map(len, ASKED.values())))
    assert gap.weeks == {"2026-W48": gap.size}
    assert all("王小明" not in one and "139" not in one for one in gap.examples)
    assert gap.replies[0].text == REPLY
    assert "您好，我看一下" in [one.text for one in gap.replies]

    with database.transaction() as session:
        saved = misses.adopt(
            session,
            small_book,
            gap,
            entry_id="new.pole_ads",
            topic="repair.facility",
            answer=gap.replies[0].text,
            author="lin",
            reason="asked by five",
            now=clock.now,
        )
    assert saved.problems == ()
    assert saved.revision == 1
    assert gaps() == []

    with database.transaction() as session:
        planned = editing.plan(session, small_book.library, ["new.pole_ads"], clock.now)
        editing.publish(session, planned, author="lin", reason="ready", now=clock.now)
        published = editing.published_library(session, small_book.library)
    # A few entries are enough to tell the new one from.
    few = [one for one in published.entries.values() if one.topic in ("faq.tariff", "payment")]
    library = published.of_entries([*few, published.entries["new.pole_ads"]])
    new_desk = Desk(database, _opened(small_book, library), staff=STAFF, secret=b"the next morning")
    heard = Chat(new_desk, clock, "web", "fay").say("电线杆上可以挂广告牌吗")
    assert (heard.outcome, heard.entry) == ("found", "new.pole_ads")
    assert REPLY in heard.text


@pytest.mark.usefixtures("asked")
def test_a_gap_keeps_its_name_while_more_ask(
    who: Callable[[str], Chat], gaps: Callable[..., list[Gap]]
) -> None:
    (before,) = gaps()
    who("gus").say("电杆上能租位置打广告么")
    (after,) = gaps()
    assert (after.id, after.people) == (before.id, 6)


def test_what_most_people_ask_stands_first(
    who: Callable[[str], Chat], gaps: Callable[..., list[Gap]]
) -> None:
    for question in ("变电站让参观吗", "能参观变电站吗", "想参观变电站"):
        who("ann").say(question)
    for name in ("bea", "cai"):
        who(name).say("电线杆上能挂广告牌吗")
    assert [(gap.people, gap.size) for gap in gaps()] == [(2, 2), (1, 3)]


def test_weeks_and_kinds_are_looked_at_apart(
    who: Callable[[str], Chat], clock: Clock, gaps: Callable[..., list[Gap]]
) -> None:
    who("ann").say("电厂能参观吗")
    who("ann").say("水费怎么交")
    clock.pass_(weeks=3)
    who("bea").say("阶梯电价分几档")
    who("bea").tap("👎")
    assert [gap.kinds for gap in gaps()] == [{"unknown": 1}, {"down": 1}]
    assert [gap.kinds for gap in gaps(weeks=1)] == [{"down": 1}]
    assert [gap.title for gap in gaps(kinds=[MissKind.OUT_OF_SCOPE])] == ["水费怎么交"]


@pytest.mark.usefixtures("asked")
def test_words_may_be_added_to_an_entry(
    database: Database, small_book: Book, clock: Clock, gaps: Callable[..., list[Gap]]
) -> None:
    (gap,) = gaps()
    with database.transaction() as session:
        saved = misses.adopt_into(
            session,
            small_book,
            gap,
            entry_id="repair.facility.object_on_line",
            author="lin",
            reason="the same",
            now=clock.now,
        )
        old = editing.text_of(session, "repair.facility.object_on_line").block
        new = editing.text_of(session, "repair.facility.object_on_line", saved.revision).block
    assert saved.revision is not None
    added = [line for line in new.splitlines() if line not in old.splitlines()]
    assert "    - 电线杆上能挂广告牌吗" in added
    assert [line for line in new.splitlines() if line not in added] == old.splitlines()


@pytest.mark.usefixtures("asked")
def test_a_draft_that_breaks_a_rule_changes_nothing(
    database: Database, small_book: Book, clock: Clock, gaps: Callable[..., list[Gap]]
) -> None:
    (gap,) = gaps()
    with database.transaction() as session:
        saved = misses.adopt(
            session,
            small_book,
            gap,
            entry_id="new.pole_ads",
            topic="no.such.topic",
            answer="租一根500元。",
            author="lin",
            reason="try",
            now=clock.now,
        )
    assert saved.revision is None
    assert {problem.rule for problem in saved.problems} >= {"topic", "bare-figure"}
    assert gaps() == [gap]


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("你好，请问電線桿可以掛廣告嗎", "电线杆可以挂广告吗？"),
        ("我想问一下，电杆广告怎么租？？", "电杆广告怎么租？"),
        (
            "我家门口那根电线杆上有人要挂广告牌还说跟你们谈好了，这个合法吗要不要交钱",
            "这个合法吗要不要交钱？",
        ),
    ],
)
def test_a_question_fits_on_a_button(words: str, question: str) -> None:
    assert standard_question(words) == question
    assert len(question) <= 20
