"""What an editor publishes reaches every running service, and what cannot be read reaches none."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import storage.knowledge
from bot.app import Service
from bot.knowledge_watch import KnowledgeWatch
from bot.opening import open_book, published
from bot.settings import Settings
from knowledge.book import Book
from knowledge.library import Library
from storage.database import Database

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SHEET = """\
- id: bath.towel
  topic: payment
  question: 毛巾怎么收费
  similar: [用毛巾要多少钱, 租一条毛巾几块钱]
  answer: 毛巾不收费。
- id: bath.sauna
  topic: payment
  question: 桑拿房几点开门
  similar: [什么时候能蒸桑拿, 桑拿房开到几点]
  answer: 全天开门。
"""
SLIPPERS = """\
- id: bath.slippers
  topic: payment
  question: 拖鞋怎么收费
  similar: [拖鞋要不要钱]
  answer: 拖鞋也不收费。
"""


@pytest.fixture
def shelf(database: Database) -> Database:
    """A database in which a bath house has published two entries."""
    with database.transaction() as session:
        assert storage.knowledge.seed(session, {"bath.yaml": SHEET}, NOW)
    return database


@pytest.fixture
def bath_book(shelf: Database) -> Book:
    edition, sheets = published(shelf)
    return Book.of(Library.of_sheets(sheets), edition=edition)


@pytest.fixture
def services(shelf: Database, bath_book: Book) -> Iterator[list[Service]]:
    """Two services, each as if in a process of its own, on the same file."""
    databases = [Database(str(shelf.url)) for _ in range(2)]
    yield [Service(Settings(database=str(shelf.url)), one, bath_book) for one in databases]
    for one in databases:
        one.close()


def publish(database: Database, entry_id: str, block: str) -> None:
    with database.transaction() as session:
        storage.knowledge.add_published(
            session, entry_id, "bath.yaml", block, author="王", reason="试一试", now=NOW
        )
        storage.knowledge.bump(session)


def asked(service: Service, question: str) -> str | None:
    return service.desk.desktop.book.understander.understand(question, region="beijing").entry_id


def test_two_services_on_one_file_both_notice(shelf: Database, services: list[Service]) -> None:
    assert [service.watch.look() for service in services] == [False, False]
    publish(shelf, "bath.slippers", SLIPPERS)
    assert [asked(service, "拖鞋怎么收费") for service in services] != ["bath.slippers"] * 2
    assert [service.watch.look() for service in services] == [True, True]
    assert [asked(service, "拖鞋怎么收费") for service in services] == ["bath.slippers"] * 2
    assert [asked(service, "桑拿房几点开门") for service in services] == ["bath.sauna"] * 2
    assert [service.watch.look() for service in services] == [False, False]


def test_what_cannot_be_read_changes_nothing(shelf: Database, services: list[Service]) -> None:
    service = services[0]
    before = service.desk.desktop.book
    publish(shelf, "bath.slippers", SLIPPERS.replace("  answer:", "  anwser:"))
    assert not service.watch.look()
    assert service.desk.desktop.book is before
    # the same again is not tried again; what is put right is taken
    assert not service.watch.look()
    publish(shelf, "bath.slippers", SLIPPERS)
    assert service.watch.look()
    assert asked(service, "拖鞋怎么收费") == "bath.slippers"


async def test_a_running_watch_looks_by_itself(shelf: Database, bath_book: Book) -> None:
    taken: asyncio.Queue[Book] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    watch = KnowledgeWatch(
        shelf,
        bath_book,
        take=lambda book: loop.call_soon_threadsafe(taken.put_nowait, book) and None,
        seconds=0.01,
    )
    running = asyncio.create_task(watch.run())
    publish(shelf, "bath.slippers", SLIPPERS)
    book = await asyncio.wait_for(taken.get(), 30)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    watch.close()
    assert "bath.slippers" in book.library.entries
    assert book.edition == bath_book.edition + 1


async def test_a_database_that_is_away_is_asked_again(
    shelf: Database, bath_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: asyncio.Queue[int] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    watch = KnowledgeWatch(shelf, bath_book, take=lambda _: None, seconds=0.01)

    def fail() -> bool:
        loop.call_soon_threadsafe(looked.put_nowait, 1)
        raise OSError("the database is away")

    monkeypatch.setattr(watch, "look", fail)
    running = asyncio.create_task(watch.run())
    for _ in range(3):
        await asyncio.wait_for(looked.get(), 30)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    watch.close()


def test_a_first_start_takes_in_our_files_and_a_second_what_is_published(
    empty_database: Path, warm_folder: Path
) -> None:
    file = warm_folder / "seeded.db"
    file.write_bytes(empty_database.read_bytes())
    settings = Settings(database=f"sqlite:///{file}")
    database = Database(settings.database)
    first = open_book(settings, database)
    assert first.edition == 1
    assert first.library.entries == Library.load().entries
    assert first.understander.index.from_disk
    with database.transaction() as session:
        storage.knowledge.bump(session)
    assert open_book(settings, database).edition == 2
    database.close()
    file.unlink()
