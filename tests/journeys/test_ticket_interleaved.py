"""Whatever customers, colleagues and the clock do in whatever order: nothing leaks, nobody is left behind."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from handlers.desk import Desk
from handlers.tickets import merging, ticket_passing, ticket_work
from knowledge.book import Book
from storage.database import Database
from storage.models import OPEN_STATES, Survey, Ticket, TicketPause, TicketPromise, TicketState
from tests.journeys.ticket_stories import Work, report
from tests.talking import STAFF, Chat, Clock

A, B = "BX20261123-0001", "BX20261123-0002"


@dataclass
class Story:
    """Two customers with a ticket each, and colleagues."""

    desk: Desk
    clock: Clock
    alice: Chat
    bob: Chat
    work: Work


def _tap(who: Chat, label: str) -> None:
    for row in reversed(who.rows()):
        if any(said == label for said, _ in row.reply.get("choices", ())):
            who.tap(label)
            return


def _add(who: Chat, words: str) -> None:
    _tap(who, "补充")
    who.say(words)


def _wait_a_day(story: Story) -> None:
    story.clock.pass_(hours=25)
    story.desk.tick(story.clock.now)


def _wait_a_while(story: Story) -> None:
    story.clock.pass_(minutes=35)
    story.desk.tick(story.clock.now)


ACTS: dict[str, Callable[[Story], object]] = {
    "wang takes A": lambda s: s.work("王", ticket_work.take, A),
    "li takes A": lambda s: s.work("李", ticket_work.take, A),
    "li takes B": lambda s: s.work("李", ticket_work.take, B),
    "note": lambda s: s.work.note("王", A, "内部机密"),
    "tell A": lambda s: s.work("王", ticket_work.tell, A, "只告诉甲"),
    "A waits": lambda s: s.work("王", ticket_work.wait, A, "weather"),
    "A goes on": lambda s: s.work("王", ticket_work.go_on, A),
    "arrived at A": lambda s: s.work("王", ticket_work.arrived, A),
    "A done": lambda s: s.work("王", ticket_work.resolve, A, text="甲家换件"),
    "B done": lambda s: s.work("李", ticket_work.resolve, B, text="乙家换件"),
    "A to li": lambda s: s.work("王", ticket_passing.transfer, A, "李", "换班"),
    "B into A": lambda s: s.work("张", merging.merge, B, A),
    "A into B": lambda s: s.work("张", merging.merge, A, B),
    "B apart": lambda s: s.work("张", merging.split, B, []),
    "alice urges": lambda s: _tap(s.alice, "催办"),
    "bob urges": lambda s: _tap(s.bob, "催办"),
    "alice adds": lambda s: _add(s.alice, "甲的私事"),
    "bob adds": lambda s: _add(s.bob, "乙的私事"),
    "alice yes": lambda s: _tap(s.alice, "已解决"),
    "bob no": lambda s: _tap(s.bob, "还没好"),
    "bob yes": lambda s: _tap(s.bob, "已解决"),
    "alice no": lambda s: s.alice.say("还没好"),
    "alice withdraws": lambda s: (_tap(s.alice, "撤销"), _tap(s.alice, "确认撤销")),
    "thanks": lambda s: s.bob.say("谢谢"),
    "a while": _wait_a_while,
    "a day": _wait_a_day,
}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=4, max_size=14))
def test_any_order(acts: list[str], book: Book, empty_database: Path) -> None:
    with TemporaryDirectory() as folder:
        shutil.copy(empty_database, Path(folder) / "story.db")
        database = Database(f"sqlite:///{folder}/story.db")
        try:
            _tell(acts, database, book)
        finally:
            database.close()


def _tell(acts: list[str], database: Database, book: Book) -> None:
    clock = Clock()
    desk = Desk(database, book, staff=STAFF, secret=b"a secret of the tests")
    story = Story(
        desk, clock, Chat(desk, clock, "web", "alice"), Chat(desk, clock, "web", "bob"), Work(desk, clock)
    )
    assert report(story.alice) == A
    assert report(story.bob, "翠竹苑7栋1单元") == B
    duty: dict[str, int] = {}
    told: dict[int, object] = {}
    for name in acts:
        ACTS[name](story)
        _check(story, duty, told)


def _check(story: Story, duty: dict[str, int], told: dict[int, object]) -> None:
    with story.desk.database.reading() as session:
        tickets = list(session.exec(select(Ticket)).all())
        for ticket in tickets:
            main = session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None
            if ticket.state == TicketState.MERGED:
                assert main is not None
                assert main.state in OPEN_STATES, "what it goes on in is worked on"
            if ticket.state == TicketState.TAKEN:
                assert ticket.owner_id is not None
            if ticket.state == TicketState.RESOLVED:
                assert ticket.ask_at is not None, "somebody will ask"
            if ticket.number in duty:
                assert ticket.first_asked_id == duty[ticket.number], "the duty stays"
            if ticket.first_asked_id is not None:
                duty[ticket.number] = ticket.first_asked_id
            still = session.exec(
                select(TicketPause).where(TicketPause.ticket_id == ticket.id, TicketPause.until == None)  # noqa: E711
            ).all()
            waits = ticket.state == TicketState.WAITING or (
                ticket.state == TicketState.MERGED and main is not None and main.state == TicketState.WAITING
            )
            assert len(still) == int(waits), "the clocks stand still just while it waits"
            rounds = [
                one.round for one in session.exec(select(Survey).where(Survey.ticket_id == ticket.id)).all()
            ]
            assert len(rounds) == len(set(rounds))
        for row in session.exec(select(TicketPromise)).all():
            before = told.get(row.id or 0)
            if before is not None:
                assert row.promised_at is not None
                assert row.promised_at >= before, "no clock runs backwards"  # type: ignore[operator]
            if row.promised_at is not None:
                told[row.id or 0] = row.promised_at
    alice, bob = story.alice.texts(), story.bob.texts()
    assert "内部机密" not in alice + bob
    for word in ("甲的私事", "只告诉甲", "甲家换件", A, "2单元"):
        assert word not in bob
    for word in ("乙的私事", "乙家换件", B, "1单元"):
        assert word not in alice
