"""Every act of a colleague, tried by every role: done where data/roles.yaml says so, else nothing is."""

import ast
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

import handlers
import storage.staff
import storage.tickets
from handlers.desk import Desk
from handlers.messages import Reply
from handlers.staff import audit, colleagues, rights, staff_accounts
from handlers.tickets import downgrades, evidence, promise_report, ticket_work
from knowledge.rules.roles import acts_of_roles, allows
from storage.audit import Wanted
from storage.models import AuditRecord, HandoverRequest, Outgoing, Role, Staff, Ticket, TicketEvent
from tests.conftest import COLLEAGUES
from tests.talking import Chat, Clock, deliver

# Rights that are part of another act, or that the command line asks for by the author's name.
_ELSEWHERE = {"ticket.confidential", "knowledge.edit", "bills.import"}
_SOURCES = sorted(Path(handlers.__file__).parent.rglob("*.py"))
_ACT = re.compile(r"(ticket|chat|staff|evidence|promises|audit|bills|knowledge)(\.[a-z_]+)+")
_ASKING = ("refused", "_refused", "begin", "allowed")


@dataclass
class Scene:
    """Two tickets, a customer in the queue and one on the line with 李; and somebody who tries something."""

    desk: Desk
    clock: Clock
    staff: Chat
    name: str
    number: str
    other: str
    card: str  # the staff group's messages about the ticket, the customer who waits, and the one on the line
    waiting: str
    speaking: str

    def says(self, text: str) -> None:
        self.staff.say(text, member=self.name)

    def answers(self, ref: str, text: str) -> None:
        self.staff.say(text, reply_to=ref, member=self.name)

    def does(self, act: Callable[[Session, Staff], object]) -> None:
        with self.desk.database.transaction() as session:
            staff = storage.staff.by_name(session, self.name)
            assert staff is not None
            act(session, staff)


def _duty(scene: Scene) -> None:
    def move(session: Session, _: Staff) -> None:
        ticket = storage.tickets.by_number(session, scene.number)
        assert ticket is not None
        staff_accounts.pass_duty(session, ticket, "钱", "休假", by=scene.name, now=scene.clock.now)

    scene.does(move)


def _evidence(scene: Scene) -> None:
    def look(session: Session, staff: Staff) -> None:
        ticket = storage.tickets.by_number(session, scene.number)
        assert ticket is not None
        shown = evidence.shown_to(session, staff, ticket, Reply("证据"), scene.clock.now)
        assert bool(shown.enclosures) == allows(staff.role, "evidence.see")

    scene.does(look)


# How each act is done; every way in is tried.
DOORS: dict[str, list[Callable[[Scene], None]]] = {
    "ticket.list": [
        lambda it: it.says("/list"),
        lambda it: it.says("/mine"),
        lambda it: it.does(lambda session, staff: ticket_work.listing(session, staff, it.clock.now)),
    ],
    "ticket.see": [lambda it: it.says(f"/show {it.number}"), lambda it: it.answers(it.card, "/show")],
    "evidence.see": [_evidence],
    "ticket.note": [lambda it: it.says(f"/n {it.number} 备注")],
    "ticket.take": [lambda it: it.says(f"/take {it.number}")],
    "ticket.tell": [
        lambda it: it.answers(it.card, "马上到"),
        lambda it: it.answers(it.card, "/r 马上到"),
        lambda it: it.does(
            lambda session, staff: ticket_work.tell(
                it.desk.desktop, session, it.number, staff, "马上到", it.clock.now
            )
        ),
    ],
    "ticket.work": [
        lambda it: it.says(f"/arrived {it.number}"),
        lambda it: it.says(f"/wait {it.number} 天气"),
        lambda it: it.says(f"/go {it.number}"),
        lambda it: it.says(f"/done {it.number} 修好了"),
    ],
    "ticket.transfer": [lambda it: it.says(f"/transfer {it.number} 李 忙不过来")],
    "ticket.assign": [lambda it: it.says(f"/assign {it.number} 李")],
    "ticket.merge": [lambda it: it.says(f"/merge {it.number} {it.other}")],
    "ticket.split": [lambda it: it.says(f"/split {it.number} 1")],
    "ticket.downgrade": [
        lambda it: it.does(
            lambda session, staff: downgrades.ask(
                it.desk.desktop, session, it.number, staff, "suggestion", "客户只是建议", it.clock.now
            )
        )
    ],
    "ticket.downgrade.decide": [
        lambda it: it.does(
            lambda session, staff: downgrades.decide(
                it.desk.desktop, session, it.number, staff, it.clock.now, approved=True
            )
        )
    ],
    "ticket.duty": [_duty],
    "chat.take": [lambda it: it.answers(it.waiting, "/take")],
    "chat.reply": [lambda it: it.answers(it.waiting, "您好"), lambda it: it.answers(it.speaking, "/end")],
    "chat.transfer": [lambda it: it.answers(it.speaking, "/transfer 王 换班")],
    "staff.duty": [lambda it: it.says("/off"), lambda it: it.says("/on")],
    "staff.list": [
        lambda it: it.does(
            lambda session, _: staff_accounts.everybody(session, by=it.name, gone=False, now=it.clock.now)
        )
    ],
    "staff.manage": [
        lambda it: it.does(
            lambda session, _: staff_accounts.change_team(
                session, "李", "field", by=it.name, now=it.clock.now
            )
        ),
        lambda it: it.does(
            lambda session, _: staff_accounts.remove(
                it.desk.desktop, session, "李", by=it.name, now=it.clock.now
            )
        ),
    ],
    "audit.read": [
        lambda it: it.does(
            lambda session, _: audit.permit(session, it.name, Wanted(), how="list", now=it.clock.now)
        )
    ],
    "promises.report": [
        lambda it: it.does(
            lambda session, staff: promise_report.report_for(
                session, it.desk.desktop.book, staff, it.clock.now.date().replace(day=1), it.clock.now
            )
        )
    ],
}


def assigned(tree: ast.AST) -> dict[str, str]:
    """Return what stands in the variables of a file, as it is written there."""
    return {
        target.id: ast.unparse(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def acts_in_the_code() -> set[str]:
    """Return every act that some handler asks the right for, read from the sources."""
    found: set[str] = set()
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in _SOURCES]
    constants = {name: value for tree in trees for name, value in assigned(tree).items() if name.isupper()}
    for tree in trees:
        named = constants | assigned(tree)
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            function = call.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name not in _ASKING:
                continue
            for word in call.args:
                text = ast.unparse(word)
                # An act may stand in a constant or a variable, as one of two.
                text = named.get(text.rpartition(".")[2], text)
                found.update(one for one in re.findall(r"'([^']+)'", text) if _ACT.fullmatch(one))
    return found


def test_every_act_has_a_right_and_a_door() -> None:
    given = set(itertools.chain.from_iterable(acts_of_roles().values()))
    asked = acts_in_the_code()
    assert len(asked) > 15
    assert asked - given == set(), "nobody has the right to these"
    assert given - asked - _ELSEWHERE == set(), "nobody asks for these rights"
    assert asked == set(DOORS), "an act without a test of who may do it"


def test_every_role_is_described() -> None:
    assert set(acts_of_roles()) == set(Role)
    assert set(COLLEAGUES.values()) == set(Role)


@pytest.fixture
def scene(request: pytest.FixtureRequest, desk: Desk, clock: Clock, staff: Chat) -> Scene:
    chat = request.getfixturevalue("chat")
    name = request.node.callspec.params["name"]
    numbers = [chat(who).say("有人触电了快来").ticket for who in ("alice", "bob")]
    alice = request.getfixturevalue("alice")
    alice.say("翠竹苑7栋2单元")
    alice.say("我的工单")
    alice.tap("补充")
    alice.say(photos=1)
    card = next(row.id for row in staff.rows() if row.ticket_id == 1)
    carol, dave = chat("carol"), chat("dave")
    carol.say("人工")
    speaking = staff.rows()[-1].id
    deliver(desk.database, clock.now)
    staff.say("您好", reply_to=f"ref-{speaking}", member="王" if name == "李" else "李")
    clock.pass_(seconds=30)
    dave.say("人工")
    waiting = staff.rows()[-1].id
    deliver(desk.database, clock.now)
    refs = [f"ref-{one}" for one in (card, waiting, speaking)]
    with desk.database.transaction() as session:
        ticket = storage.tickets.by_number(session, numbers[0])
        assert ticket is not None
        # The admin has nothing to do with tickets, but for the duty that came to them.
        ticket.first_asked_id = colleagues.required(session, "周" if name == "周" else "李").id
    return Scene(desk, clock, staff, name, numbers[0], numbers[1], *refs)


def things(session: Session) -> list[str]:
    """Return all that an act could change or send to a customer."""
    rows = [str(row.model_dump()) for model in (Ticket, TicketEvent, HandoverRequest, Staff) for row in
            session.exec(select(model).order_by(model.id))]  # fmt: skip
    sent = session.exec(select(Outgoing).where(Outgoing.channel == "web").order_by(col(Outgoing.id)))
    return [*rows, *(str(row.reply) for row in sent)]


@pytest.mark.parametrize("name", COLLEAGUES)
def test_every_act_by_every_role(scene: Scene, name: str) -> None:
    role = COLLEAGUES[name]
    for act, doors in DOORS.items():
        for number, door in enumerate(doors):
            with scene.desk.database.reading() as session:
                last = max(session.exec(select(AuditRecord.id)), default=0)
                before = things(session)
            scene.clock.pass_(seconds=1)
            door(scene)
            with scene.desk.database.reading() as session:
                asked = session.exec(
                    select(AuditRecord).where(
                        col(AuditRecord.id) > last,
                        AuditRecord.act == act,
                        AuditRecord.actor == f"staff:{name}",
                    )
                ).all()
                after = things(session)
            told = f"{act} by {role}, way {number}"
            assert asked, f"{told}: the right was not asked for"
            assert {one.allowed for one in asked} == {allows(role, act)}, told
            if not allows(role, act):
                assert after == before, f"{told}: refused, and yet something changed"


@pytest.mark.parametrize("name", COLLEAGUES)
def test_a_confidential_ticket_does_not_exist_for_most(scene: Scene, name: str) -> None:
    role = COLLEAGUES[name]
    with scene.desk.database.transaction() as session:
        ticket = storage.tickets.by_number(session, scene.number)
        assert ticket is not None
        ticket.confidential = True
        ticket.first_asked_id = colleagues.required(session, "张").id
    said = [
        scene.staff.say(words, member=name).text
        for words in (f"/show {scene.number}", f"/n {scene.number} 看看", f"/take {scene.number}")
    ]
    if not allows(role, "ticket.confidential"):
        nothing = scene.staff.say("/show BX20200101-0009", member=name).text
        assert all(one == nothing.replace("BX20200101-0009", scene.number) for one in said)
        with scene.desk.database.reading() as session:
            staff = storage.staff.by_name(session, name)
            ticket = storage.tickets.by_number(session, scene.number)
            assert staff is not None
            assert ticket is not None
            assert not rights.sees(staff, ticket)


def test_who_left_may_do_nothing(desk: Desk, clock: Clock) -> None:
    with desk.database.transaction() as session:
        staff = storage.staff.by_name(session, "王")
        assert staff is not None
        storage.staff.leave(session, staff, clock.now)
        for act in sorted(acts_of_roles()["agent"]):
            assert rights.refused(session, staff, act, now=clock.now) is not None
