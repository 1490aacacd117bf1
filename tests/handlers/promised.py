"""What is promised for a ticket, and acts on it, for the tests of promises."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

import storage.promises
from handlers.desk import Desk
from storage.database import Database
from storage.models import Ticket, TicketPromise
from tests.talking import SHANGHAI, Chat

Opening = Callable[..., Ticket]
Ticking = Callable[[], dict[str, int]]


def promises(database: Database, ticket: Ticket) -> dict[str, TicketPromise]:
    """Return the newest promise of every step."""
    with database.reading() as session:
        return {one.step: one for one in storage.promises.of_ticket(session, ticket.id or 0)}


def do(desk: Desk, act: Callable[[Session, Ticket], object], ticket: Ticket) -> None:
    with desk.database.transaction() as session:
        act(session, session.get_one(Ticket, ticket.id))


def said_once(chat: Chat, words: str) -> bool:
    return chat.texts().count(words) == 1


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]
