"""Promises of a ticket: kept, standing still, let go, opened again, in whatever order."""

from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

import storage.promises
import storage.tickets
from handlers.desk import Desk
from handlers.tickets import promise_clock
from knowledge.book import Book
from storage.models import Ticket, TicketEvent, TicketState
from tests.handlers.promised import Opening, Ticking, at, do, promises
from tests.talking import SHANGHAI, Chat, Clock


def test_a_step_that_is_done_starts_the_one_that_follows(
    open_ticket: Opening, desk: Desk, clock: Clock
) -> None:
    ticket = open_ticket("repair")
    assert promises(desk.database, ticket)["restore"].started_at is None

    clock.pass_(minutes=30)
    do(desk, lambda session, of: promise_clock.step_done(session, of, "arrive", clock.now), ticket)

    rows = promises(desk.database, ticket)
    assert rows["arrive"].kept_at == clock.now
    assert rows["restore"].started_at == clock.now
    assert rows["restore"].promised_at == clock.now + timedelta(hours=3)


def test_while_it_waits_for_the_customer_nobody_is_alarmed_and_the_time_is_given_back(
    open_ticket: Opening, desk: Desk, clock: Clock, tick: Ticking, staff: Chat
) -> None:
    ticket = open_ticket("complaint")
    before = promises(desk.database, ticket)
    clock.pass_(hours=1)
    do(
        desk,
        lambda session, of: promise_clock.pause(session, of, "等材料", "staff:王", clock.now),
        ticket,
    )
    clock.set(2026, 12, 15, 14, 0)
    assert tick()["overdue"] == 0

    do(desk, lambda session, of: promise_clock.go_on(session, of, "staff:王", clock.now), ticket)

    rows = promises(desk.database, ticket)
    assert rows["contact"].limit_at == clock.now + timedelta(hours=23)
    # Five working days were promised and none of them had begun: five from here, by the hours of work.
    assert rows["reply"].promised_at is not None
    assert before["reply"].promised_at is not None
    assert rows["reply"].promised_at > before["reply"].promised_at
    with desk.database.reading() as session:
        moves = [one.text for one in session.exec(select(TicketEvent)) if one.kind == "promise_moved"]
    assert len(moves) == 2


def test_what_had_broken_before_the_pause_stays_broken(
    open_ticket: Opening, desk: Desk, clock: Clock
) -> None:
    ticket = open_ticket("repair")
    limit = promises(desk.database, ticket)["arrive"].limit_at
    clock.pass_(hours=2)
    do(
        desk,
        lambda session, of: promise_clock.pause(session, of, "等放行", "staff:王", clock.now),
        ticket,
    )
    clock.pass_(hours=2)
    do(desk, lambda session, of: promise_clock.go_on(session, of, "staff:王", clock.now), ticket)

    assert promises(desk.database, ticket)["arrive"].limit_at == limit


def test_opened_again_everything_is_promised_once_more(
    open_ticket: Opening, desk: Desk, clock: Clock
) -> None:
    ticket = open_ticket("repair")
    clock.pass_(minutes=40)
    do(desk, lambda session, of: promise_clock.step_done(session, of, None, clock.now), ticket)
    clock.pass_(hours=20)
    do(desk, lambda session, of: promise_clock.reopen(session, of, clock.now), ticket)

    rows = promises(desk.database, ticket)
    assert rows["arrive"].kept_at is None
    assert rows["arrive"].promised_at == clock.now + timedelta(minutes=45)
    with desk.database.reading() as session:
        assert len(storage.promises.of_ticket(session, ticket.id or 0)) == 4


def test_let_go_and_owed_again(open_ticket: Opening, desk: Desk, clock: Clock, tick: Ticking) -> None:
    ticket = open_ticket("repair")
    do(desk, lambda session, of: promise_clock.void(session, of, clock.now), ticket)
    clock.pass_(minutes=50)
    assert tick()["warned"] == 0
    do(desk, lambda session, of: promise_clock.revive(session, of, clock.now), ticket)
    assert tick()["warned"] == 1
    assert promises(desk.database, ticket)["arrive"].limit_at == clock.now + timedelta(minutes=10)


def test_of_a_merged_ticket_its_customer_hears_and_after_parting_staff_too(
    open_ticket: Opening, desk: Desk, clock: Clock, tick: Ticking, staff: Chat, alice: Chat
) -> None:
    ticket = open_ticket("repair")
    with desk.database.transaction() as session:
        of = session.get_one(Ticket, ticket.id)
        storage.tickets.move(session, of, to=TicketState.MERGED, among=(TicketState.ACCEPTED,), now=clock.now)
    clock.pass_(minutes=61)
    done = tick()
    assert (done["overdue"], done["broken"]) == (0, 1)
    with desk.database.transaction() as session:
        of = session.get_one(Ticket, ticket.id)
        storage.tickets.move(session, of, to=TicketState.ACCEPTED, among=(TicketState.MERGED,), now=clock.now)
        promise_clock.revive(session, of, clock.now)
    done = tick()
    assert (done["overdue"], done["broken"]) == (1, 0)


def test_a_limit_that_was_held_to_something_stricter_stays_stricter(
    open_ticket: Opening, desk: Desk, clock: Clock
) -> None:
    ticket = open_ticket("reconnect")
    stricter = clock.now + timedelta(hours=10)

    def hold(session: Session, of: Ticket) -> None:
        (row,) = storage.promises.of_ticket(session, of.id or 0)
        row.limit_at = stricter
        session.add(row)

    do(desk, hold, ticket)
    do(desk, lambda session, of: promise_clock.pause(session, of, "等材料", "staff:王", clock.now), ticket)
    clock.pass_(hours=5)
    do(desk, lambda session, of: promise_clock.go_on(session, of, "staff:王", clock.now), ticket)
    assert promises(desk.database, ticket)["restore"].limit_at == stricter + timedelta(hours=5)


def test_an_appointment_is_what_was_chosen(open_ticket: Opening, desk: Desk, clock: Clock) -> None:
    ticket = open_ticket("appointment", fields={"slot": "2026-11-25 morning"})
    row = promises(desk.database, ticket)["on_site"]
    assert row.promised_at == at(2026, 11, 25, 12, 0)

    def rebook(session: Session, of: Ticket) -> None:
        of.fields = {**of.fields, "slot": "2026-11-26 afternoon"}
        session.add(of)
        assert len(promise_clock.rebook(session, of, "customer", clock.now)) == 1

    do(desk, rebook, ticket)
    moved = promises(desk.database, ticket)["on_site"].promised_at
    assert moved is not None
    assert moved.astimezone(SHANGHAI).date() == date(2026, 11, 26)


# -- whatever happens in whatever order

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["pause", "go_on", "arrive", "all", "reopen", "void", "revive", "tick"]),
        st.integers(0, 3000),
    ),
    max_size=14,
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, kind=st.sampled_from(["repair", "complaint"]))
def test_no_clock_runs_backwards_and_every_rung_is_told_once(
    acts: list[tuple[str, int]], kind: str, open_ticket: Opening, desk: Desk, clock: Clock, book: Book
) -> None:
    clock.set(2026, 12, 21, 9, 0)
    ticket = open_ticket(kind)
    stood: dict[int, datetime] = {}
    for act, minutes in acts:
        clock.pass_(minutes=minutes)
        with desk.database.transaction() as session:
            of = session.get_one(Ticket, ticket.id)
            match act:
                case "pause":
                    promise_clock.pause(session, of, "等客户", "staff:王", clock.now)
                case "go_on":
                    promise_clock.go_on(session, of, "staff:王", clock.now)
                case "arrive":
                    promise_clock.step_done(session, of, "arrive", clock.now)
                case "all":
                    promise_clock.step_done(session, of, None, clock.now)
                case "reopen":
                    promise_clock.reopen(session, of, clock.now)
                case "void":
                    promise_clock.void(session, of, clock.now)
                case "revive":
                    promise_clock.revive(session, of, clock.now)
        if act == "tick":
            desk.tick(clock.now)
        with desk.database.reading() as session:
            for row in storage.promises.of_ticket(session, ticket.id or 0):
                assert row.id is not None
                if row.limit_at is not None:
                    assert row.started_at is not None
                    assert row.limit_at > row.started_at
                    assert row.limit_at >= stood.get(row.id, row.limit_at)
                    stood[row.id] = row.limit_at
                assert row.kept_at is None or row.void_at is None
