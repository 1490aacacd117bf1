"""What the stories about colleagues share: hiring, dismissing, and a ticket to work on."""

from collections.abc import Callable

import storage.first_asked
import storage.handover
import storage.people
import storage.staff
import storage.tickets
from handlers.desk import Desk
from handlers.staff import staff_accounts
from storage.models import Staff, Ticket
from tests.talking import Chat, Clock

Chats = Callable[..., Chat]


def issue(desk: Desk, clock: Clock, name: str) -> str:
    with desk.database.transaction() as session:
        done, code = staff_accounts.issue_code(desk.desktop, session, name, by="周", now=clock.now)
    assert done.ok
    return code


def hire(desk: Desk, clock: Clock, name: str, role: str = "agent", team: str = "desk") -> None:
    with desk.database.transaction() as session:
        assert staff_accounts.add(session, name, role=role, team=team, capacity=3, by="周", now=clock.now).ok


def dismiss(desk: Desk, clock: Clock, name: str) -> str:
    with desk.database.transaction() as session:
        done = staff_accounts.remove(desk.desktop, session, name, by="周", now=clock.now)
    assert done.ok
    return done.text


def colleague(desk: Desk, name: str) -> Staff:
    with desk.database.reading() as session:
        found = storage.staff.by_name(session, name)
    assert found is not None
    return found


def ticket_of(desk: Desk, number: str) -> Ticket:
    with desk.database.reading() as session:
        found = storage.tickets.by_number(session, number)
    assert found is not None
    return found


def report_a_fault(alice: Chat) -> str:
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    alice.say("翠竹苑7栋2单元")
    alice.say("楼道灯也不亮")
    alice.say("13912345678")
    number = alice.tap("提交").ticket
    assert number is not None
    return number
