"""The order of the queue and the one hand that wins a customer."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

import storage.handover
from storage.database import Database
from storage.models import HandoverRequest, Person, Staff, Ticket, TicketPromise
from tests.talking import SHANGHAI

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
HEAD_START = timedelta(minutes=15)


def ask(session: Session, *, minute: float = 0, priority: int = 0, returned: int = 0) -> HandoverRequest:
    person = Person(created_at=NOON)
    session.add(person)
    session.flush()
    assert person.id is not None
    request = storage.handover.ask(
        session,
        person.id,
        reason="",
        now=NOON + timedelta(minutes=minute),
        waiting_since=None,
        priority=priority,
    )
    request.returned = returned
    session.add(request)
    session.flush()
    return request


def colleague(session: Session, name: str) -> Staff:
    return session.exec(select(Staff).where(Staff.name == name)).one()


def test_first_come_first_served_but_for_danger_and_who_was_given_back(session: Session) -> None:
    ordinary = ask(session, minute=0)
    broken = ask(session, minute=5, priority=1)
    vulnerable = ask(session, minute=6, priority=2)
    danger = ask(session, minute=9, priority=3)
    given_back = ask(session, minute=8, returned=1)
    wanted = [danger, given_back, vulnerable, broken, ordinary]
    assert storage.handover.order(session, HEAD_START) == [one.id for one in wanted]


def test_who_has_waited_long_is_not_overtaken_any_more(session: Session) -> None:
    ordinary = ask(session, minute=0)
    broken = ask(session, minute=16, priority=1)
    vulnerable = ask(session, minute=29, priority=2)
    assert storage.handover.order(session, HEAD_START) == [vulnerable.id, ordinary.id, broken.id]


def test_of_two_hands_one_wins(session: Session) -> None:
    request = ask(session)
    one, other = colleague(session, "王"), colleague(session, "李")
    until = NOON + timedelta(minutes=3)
    assert storage.handover.claim(session, request, one, now=NOON, until=until, capacity=3) == "claimed"
    assert storage.handover.claim(session, request, other, now=NOON, until=until, capacity=3) == "held"
    assert not storage.handover.answer(session, request, other, NOON)
    # A claim that has run out is nobody's, even before the clock has said so.
    later = until + timedelta(minutes=3)
    assert storage.handover.claim(session, request, other, now=until, until=later, capacity=3) == "claimed"
    assert not storage.handover.answer(session, request, one, until)


def test_nobody_holds_more_than_they_can(session: Session) -> None:
    staff = colleague(session, "王")
    until = NOON + timedelta(minutes=3)
    results = [
        storage.handover.claim(session, ask(session), staff, now=NOON, until=until, capacity=2)
        for _ in range(3)
    ]
    assert results == ["claimed", "claimed", "full"]


def test_a_closed_request_stays_closed(session: Session) -> None:
    request, staff = ask(session), colleague(session, "王")
    assert storage.handover.close(session, request, by="customer", now=NOON)
    assert not storage.handover.close(session, request, by="clock", now=NOON)
    assert request.closed_by == "customer"
    assert storage.handover.claim(session, request, staff, now=NOON, until=NOON, capacity=3) == "held"


def test_who_is_given_back_keeps_the_moment_they_asked(session: Session) -> None:
    request, staff = ask(session), colleague(session, "王")
    storage.handover.claim(session, request, staff, now=NOON, until=NOON, capacity=3)
    storage.handover.answer(session, request, staff, NOON)
    assert staff.id is not None
    assert storage.handover.release(session, request, staff.id, NOON + timedelta(hours=1))
    assert not storage.handover.release(session, request, staff.id, NOON + timedelta(hours=1))
    assert (request.asked_at, request.answered_at, request.returned) == (NOON, None, 1)


def test_a_broken_promise_on_an_own_open_ticket_counts(session: Session) -> None:
    late, settled, nobody = (ask(session).person_id for _ in range(3))
    for person_id, state in ((late, "taken"), (settled, "closed")):
        ticket = Ticket(
            number=f"BX-{person_id}",
            kind="repair",
            state=state,
            person_id=person_id,
            draft_key=f"draft-{person_id}",
            region="beijing",
            rules_version="",
            opened_at=NOON,
        )
        session.add(ticket)
        session.flush()
        session.add(TicketPromise(ticket_id=ticket.id or 0, step="arrive", limit_at=NOON))
    session.flush()
    persons = [late, settled, nobody]
    assert storage.handover.priorities(session, persons, NOON - timedelta(minutes=1)) == {}
    assert storage.handover.priorities(session, persons, NOON) == {late: storage.handover.BROKEN_PROMISE}


asked = st.tuples(st.integers(0, 120), st.integers(0, 3), st.booleans())


@given(rows=st.lists(asked, max_size=8), late=asked)
@settings(max_examples=30, deadline=None)
def test_who_comes_later_overtakes_only_within_the_head_start(
    empty: Database, rows: list[tuple[int, int, bool]], late: tuple[int, int, bool]
) -> None:
    with Session(empty.writer) as session:  # rolled back at the end: an example leaves nothing behind
        known = [ask(session, minute=at, priority=rank, returned=back) for at, rank, back in rows]
        before = storage.handover.order(session, HEAD_START)
        assert sorted(before) == sorted(one.id or 0 for one in known)
        latest = max([at for at, _, _ in rows], default=0) + late[0]
        new = ask(session, minute=latest, priority=late[1])
        after = storage.handover.order(session, HEAD_START)
        assert [one for one in after if one != new.id] == before  # nobody else changes places
        for (at, rank, back), request in zip(rows, known, strict=True):
            overtaken = after.index(new.id or 0) < after.index(request.id or 0)
            gap = timedelta(minutes=latest - at)
            if overtaken and late[1] < 3:
                assert rank < 3
                assert not back
                assert gap <= (late[1] - rank) * HEAD_START


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A database for many examples."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('queue') / 'queue.db'}")
    database.upgrade()
    return database
