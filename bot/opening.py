"""Opening the database and the desk as the settings want them."""

import secrets
from pathlib import Path

from sqlalchemy import make_url

from bot.settings import Settings
from handlers.desk import Desk
from handlers.turn import Address
from knowledge.book import Book
from storage.database import Database


def build_desk(settings: Settings, database: Database, book: Book) -> Desk:
    """Return the desk as the settings want it."""
    staff = None
    if settings.telegram_staff_chat is not None:
        staff = Address("telegram", str(settings.telegram_staff_chat))
    secret = settings.secret.get_secret_value().encode() if settings.secret else secrets.token_bytes(32)
    return Desk(database, book, staff=staff, demo=settings.demo, secret=secret)


def open_book(settings: Settings) -> Book:
    """Read what we know; what takes long to work out is kept beside the database for the next start."""
    return Book.open(cache_dir=cache_folder(settings))


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
