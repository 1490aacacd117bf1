"""Opening the database and the desk as the settings want them."""

import secrets
from pathlib import Path

from sqlalchemy import make_url

import storage.knowledge
from bot import clock
from bot.files import MEGABYTE, FileStore
from bot.settings import Settings
from handlers.desk import Desk
from handlers.editors import editing
from handlers.tickets import calendars
from handlers.turn import Address
from knowledge.book import Book
from knowledge.library import Library
from storage.database import Database


def build_desk(settings: Settings, database: Database, book: Book) -> Desk:
    """Return the desk as the settings want it."""
    staff = None
    if settings.telegram_staff_chat is not None:
        staff = Address("telegram", str(settings.telegram_staff_chat))
    with database.reading() as session:
        calendars.take_up(session)
    secret = settings.secret.get_secret_value().encode() if settings.secret else secrets.token_bytes(32)
    return Desk(
        database,
        book,
        staff=staff,
        demo=settings.demo,
        secret=secret,
        in_private=settings.telegram_token is not None,
    )


def open_files(settings: Settings) -> FileStore:
    """Return the store of the files that people sent: where the settings say, else beside the database."""
    folder = settings.files
    if folder is None:
        url = make_url(settings.database)
        beside = url.database if url.get_backend_name() == "sqlite" else None
        folder = (Path(beside).parent if beside else Path("var")) / "files"
    return FileStore(
        folder,
        most_bytes=settings.file_megabytes * MEGABYTE,
        most_pixels=settings.picture_megapixels * 1_000_000,
    )


def open_book(settings: Settings, database: Database | None = None) -> Book:
    """Read what we know; what takes long to work out is kept beside the database for the next start.

    With a database it is what is published there; one that holds nothing yet takes in our files first.
    Raises BadContent.
    """
    if database is None:
        return Book.open(cache_dir=cache_folder(settings))
    with database.reading() as session:
        seeded = storage.knowledge.published_version(session) > 0
    if not seeded:
        with database.transaction() as session:
            editing.seed(session, clock.now())
    edition, sheets = published(database)
    return Book.of(Library.of_sheets(sheets), edition=edition, cache_dir=cache_folder(settings))


def published(database: Database) -> tuple[int, dict[str, str]]:
    """Return the number of what is published in the database, and its sheets."""
    with database.reading() as session:
        # The number first: what is published in between is noticed at the next look.
        return storage.knowledge.published_version(session), storage.knowledge.published_sheets(session)


def cache_folder(settings: Settings) -> Path:
    """Return the folder for what can be worked out again: beside the SQLite file, else var/cache."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return Path(url.database).parent / "cache"
    return Path("var") / "cache"


def open_database(settings: Settings) -> Database:
    """Open the database and bring its tables to the newest form."""
    database = Database(settings.database)
    database.upgrade()
    return database
