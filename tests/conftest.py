"""A desk on a real database in a temporary folder, and people who talk with it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, inspect
from sqlmodel import Session

from handlers.desk import Desk
from handlers.messages import Heard
from knowledge.book import Book
from storage.database import Database
from storage.models import Staff
from tests.journeys.ticket_stories import Work
from tests.talking import STAFF, Chat, Clock

# Colleagues who are there from the beginning, each linked with the Telegram id that is their name.
COLLEAGUES = {
    "王": "agent",
    "李": "agent",
    "张": "lead",
    "钱": "dispatcher",
    "孙": "auditor",
    "周": "admin",
    "吴": "billing",
    "郑": "editor",
}


@pytest.fixture(scope="session")
def warm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose index is built once: databases in it start as fast as a service does that ran before."""
    folder = tmp_path_factory.mktemp("warm")
    Book.open(cache_dir=folder / "cache")
    return folder


@pytest.fixture(scope="session")
def book(warm_folder: Path) -> Book:
    """What we know, opened once."""
    return Book.open(cache_dir=warm_folder / "cache")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with its tables, and nothing in them but our colleagues."""
    file = tmp_path_factory.mktemp("empty") / "empty.db"
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    hired = datetime(2026, 1, 5, tzinfo=UTC)
    with database.transaction() as session:
        for name, role in COLLEAGUES.items():
            session.add(Staff(name=name, telegram_id=name, role=role, created_at=hired))
            session.flush()
    database.close()
    return file


@pytest.fixture(autouse=True, scope="session")
def lengths_are_kept() -> Iterator[None]:
    """SQLite stores what is too long for its column; PostgreSQL refuses it, so the tests do too."""

    def check(session: Session, *_: object) -> None:
        for row in [*session.new, *session.dirty]:
            for column in inspect(type(row)).columns:
                value, length = getattr(row, column.key), getattr(column.type, "length", None)
                assert not (isinstance(value, str) and length and len(value) > length), (column, value)

    event.listen(Session, "before_flush", check)
    yield
    event.remove(Session, "before_flush", check)


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh database of this test's own."""
    file = tmp_path / "dianling.db"
    shutil.copy(empty_database, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A look at the database between two messages; it writes too, and commits at the end."""
    with database.transaction() as session:
        yield session


@pytest.fixture
def clock() -> Clock:
    """A Monday afternoon."""
    return Clock()


@pytest.fixture
def desk(database: Database, book: Book) -> Desk:
    """The desk, with a staff group."""
    return Desk(database, book, staff=STAFF, secret=b"a secret of the tests")


@pytest.fixture
def chat(desk: Desk, clock: Clock) -> Callable[..., Chat]:
    """A way to make chats: chat("bob"), chat("bob", "telegram")."""

    def make(address: str, channel: str = "web") -> Chat:
        return Chat(desk, clock, channel, address)

    return make


@pytest.fixture
def alice(chat: Callable[..., Chat]) -> Chat:
    """A customer on the web."""
    return chat("alice")


@pytest.fixture
def staff(desk: Desk, clock: Clock) -> Chat:
    """The staff group, in which 小王 writes unless another member is named."""
    return Chat(desk, clock, STAFF.channel, STAFF.address, member="王", member_name="王")


@pytest.fixture
def say(alice: Chat) -> Callable[..., Heard]:
    """Alice says something."""
    return alice.say


@pytest.fixture
def tap(alice: Chat) -> Callable[..., Heard]:
    """Alice taps a button by its label."""
    return alice.tap


@pytest.fixture
def tick(desk: Desk, clock: Clock) -> Callable[[], dict[str, int]]:
    """The clock knocks."""
    return lambda: desk.tick(clock.now)


@pytest.fixture
def work(desk: Desk, clock: Clock) -> Work:
    """Colleagues at work on tickets: work("王", ticket_work.take, number)."""
    return Work(desk, clock)
