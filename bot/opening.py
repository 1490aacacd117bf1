"""Opening the database and the desk as the settings want them."""

import secrets

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


def open_database(settings: Settings) -> Database:
    """Open the database and bring its tables to the newest form."""
    database = Database(settings.database)
    database.upgrade()
    return database
