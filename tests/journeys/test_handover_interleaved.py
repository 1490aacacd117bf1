"""Customers, two colleagues and the clock in any order: nobody is lost, doubled or mistaken for another."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, select

import storage.handover
from handlers.desk import Desk
from handlers.handover import handover_queue, handover_waits
from knowledge.book import Book
from storage.database import Database
from storage.models import Chat as ChatRow
from storage.models import HandoverRequest, Person, Staff
from tests.talking import STAFF, Chat, Clock, deliver

CUSTOMERS = ("an", "bo", "cai", "deng")
COLLEAGUES = ("王", "李")
CAPACITY = 2

customers = st.sampled_from(CUSTOMERS)
colleagues = st.sampled_from(COLLEAGUES)


class Hall(RuleBasedStateMachine):
    """The waiting hall: four customers, two colleagues with room for two each."""

    book: Book
    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name) / "dianling.db"
        shutil.copy(self.empty, file)
        self.database = Database(f"sqlite:///{file}")
        desk = Desk(self.database, self.book, staff=STAFF, secret=b"interleaved")
        self.clock = Clock()
        self.chats = {name: Chat(desk, self.clock, "web", name) for name in CUSTOMERS}
        self.staff = Chat(desk, self.clock, STAFF.channel, STAFF.address, member="王", member_name="王")
        self.desk = desk
        self.said = 0
        self.wants: set[str] = set()
        with self.database.transaction() as session:
            for one in session.exec(select(Staff)):
                one.capacity = CAPACITY
                one.on_duty = one.name in COLLEAGUES
                session.add(one)

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    # -- what happens

    @rule(name=customers)
    def asks(self, name: str) -> None:
        self.chats[name].say("人工")
        self.wants.add(name)

    @rule(name=customers)
    def leaves(self, name: str) -> None:
        self.chats[name].say("取消排队")
        self.wants.discard(name)

    @rule(name=customers)
    def writes(self, name: str) -> None:
        request = self.request_of(name)
        speaks = request is not None and request.answered_at is not None
        heard = self.chats[name].say("电费怎么交")
        assert (heard.replies == []) == speaks  # silent while a person is on the line, and only then

    @rule(who=colleagues, name=customers)
    def takes(self, who: str, name: str) -> None:
        request = self.request_of(name)
        with self.database.transaction() as session:
            staff = session.exec(select(Staff).where(Staff.name == who)).one()
            number = request.id if request is not None and request.id is not None else 999
            handover_queue.take(self.desk.desktop, session, number, staff, self.clock.now)

    @rule(who=colleagues, name=customers)
    def answers(self, who: str, name: str) -> None:
        person_id = self.person_of(name)
        before = self.request_of(name)
        if person_id is None or before is None:
            return
        self.said += 1
        words = f"第{self.said}句，给{name}"
        relayed = [row.id for row in self.staff.rows() if row.about_person_id == person_id][-1]
        deliver(self.database, self.clock.now)
        self.staff.say(words, reply_to=f"ref-{relayed}", member=who)
        holder = before.claimed_by
        due = before.claim_until is not None and before.claim_until <= self.clock.now
        with self.database.reading() as session:
            own = session.exec(select(Staff).where(Staff.name == who)).one().id
        arrived = words in self.chats[name].texts()
        if holder == own:
            assert arrived
        elif holder is not None and not due:
            assert not arrived  # somebody else has the customer
        assert all(words not in chat.texts() for other, chat in self.chats.items() if other != name)

    @rule(who=colleagues)
    def goes_and_comes(self, who: str) -> None:
        with self.database.transaction() as session:
            staff = session.exec(select(Staff).where(Staff.name == who)).one()
            change = handover_queue.off_duty if staff.on_duty else handover_queue.on_duty
            change(session, staff, self.clock.now)

    @rule(who=colleagues, other=colleagues, name=customers)
    def hands_on(self, who: str, other: str, name: str) -> None:
        person_id = self.person_of(name)
        if person_id is None:
            return
        with self.database.transaction() as session:
            staff, to = (session.exec(select(Staff).where(Staff.name == one)).one() for one in (who, other))
            handover_queue.transfer(self.desk.desktop, session, person_id, staff, to, "他懂", self.clock.now)

    @rule(minutes=st.sampled_from((1, 2, 4, 20, 61)))
    def time_passes(self, minutes: int) -> None:
        self.clock.pass_(minutes=minutes)
        self.desk.tick(self.clock.now)
        deliver(self.database, self.clock.now)
        with self.database.reading() as session:
            for request in session.exec(select(HandoverRequest)):
                if request.closed_by == "clock":
                    self.wants.discard(self.name_of(session, request.person_id))
            head_start = handover_waits.head_start(self.book)
            queue = storage.handover.order(session, head_start)
            told = storage.handover.waiting(session, queue)
            assert [told[one].told_place for one in queue] == list(range(1, len(queue) + 1))
            assert not storage.handover.expired(session, self.clock.now)

    # -- what always holds

    @invariant()
    def nobody_is_lost_or_doubled(self) -> None:
        with self.database.reading() as session:
            everybody = list(session.exec(select(HandoverRequest)))
            open_now = [one for one in everybody if one.closed_at is None]
            persons = {one.person_id: one for one in open_now}
            assert len(persons) == len(open_now)
            assert {self.name_of(session, one) for one in persons} >= self.wants
            for person in session.exec(select(Person)):
                request = persons.get(person.id or 0)
                speaks = request is not None and request.answered_at is not None
                assert (person.with_staff_since is not None) == speaks
                assert person.in_queue == (request is not None and not speaks)
            assert all(one.closed_by for one in everybody if one.closed_at is not None)

    @invariant()
    def everybody_has_one_holder_with_room(self) -> None:
        with self.database.reading() as session:
            names = {one.id: one for one in session.exec(select(Staff))}
            for request in session.exec(select(HandoverRequest)):
                if request.closed_at is None and request.answered_at is not None:
                    assert request.claimed_by == request.answered_by
                    assert request.first_asked_id is not None
            for staff_id in names:
                assert len(storage.handover.held_by(session, staff_id or 0)) <= CAPACITY

    # -- inside

    def person_of(self, name: str) -> int | None:
        with self.database.reading() as session:
            return session.exec(select(ChatRow.person_id).where(ChatRow.address == name)).one_or_none()

    def request_of(self, name: str) -> HandoverRequest | None:
        person_id = self.person_of(name)
        if person_id is None:
            return None
        with self.database.reading() as session:
            return storage.handover.open_of(session, person_id)

    def name_of(self, session: Session, person_id: int) -> str:
        return session.exec(select(ChatRow.address).where(ChatRow.person_id == person_id)).one()


def test_any_order_of_events(book: Book, empty_database: Path) -> None:
    Hall.book, Hall.empty = book, empty_database
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Hall,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
