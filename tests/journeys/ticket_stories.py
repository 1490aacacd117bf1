"""What stories about tickets begin with: a reported fault, a complaint, and colleagues at work on them."""

from collections.abc import Callable
from typing import Any

from sqlmodel import col, select

import storage.staff
import storage.tickets
from handlers.desk import Desk
from handlers.tickets import ticket_work
from handlers.tickets.ticket_work import Done
from storage.models import Ticket, TicketEvent, TicketPromise
from tests.talking import Chat, Clock


def report(chat: Chat, place: str = "翠竹苑7栋2单元") -> str:
    """Report that a building is dark and return the ticket's number."""
    chat.say("报修")
    chat.tap("整栋楼/整个单元")
    chat.say(place)
    chat.say("楼道灯也不亮")
    chat.say("13912345678")
    number = chat.tap("提交").ticket
    assert number is not None
    return number


def complain(chat: Chat) -> str:
    """Complain about how somebody was spoken to and return the ticket's number."""
    chat.say("投诉")
    chat.tap("服务态度")
    chat.say("营业厅的人说话很难听，还把我的单子扔了")
    for _ in range(4):
        if any(choice.label == "提交" for choice in chat.got()[-1].choices):
            break
        chat.say("13912345678" if "电话" in chat.got()[-1].text else "跳过")
    number = chat.tap("提交").ticket
    assert number is not None
    return number


class Work:
    """Colleagues who do things with tickets by name: work("王", ticket_work.take, number)."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk, self.clock = desk, clock

    def __call__(self, name: str, act: Callable[..., Done], number: str, *more: Any, **named: Any) -> Done:
        with self.desk.database.transaction() as session:
            staff = storage.staff.by_name(session, name)
            assert staff is not None
            return act(self.desk.desktop, session, number, staff, *more, self.clock.now, **named)

    def note(self, name: str, number: str, text: str) -> Done:
        """Keep an internal note."""
        with self.desk.database.transaction() as session:
            staff = storage.staff.by_name(session, name)
            assert staff is not None
            return ticket_work.note(session, number, staff, text, self.clock.now)

    def promises(self, number: str) -> list[TicketPromise]:
        """Return what was promised for a ticket."""
        ticket = self.ticket(number)
        with self.desk.database.reading() as session:
            return storage.tickets.promises(session, ticket.id or 0)

    def ticket(self, number: str) -> Ticket:
        """Return a ticket as it stands in the database."""
        with self.desk.database.reading() as session:
            found = storage.tickets.by_number(session, number)
            assert found is not None
            return found

    def kinds(self, number: str) -> list[str]:
        """Return what happened to a ticket, oldest first."""
        ticket = self.ticket(number)
        with self.desk.database.reading() as session:
            wanted = select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket.id)
            return list(session.exec(wanted.order_by(col(TicketEvent.id))))
