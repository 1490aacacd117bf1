"""Opening the database: the same code for the embedded SQLite and for PostgreSQL."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

BUSY_TIMEOUT_MS = 30_000


class BadDatabaseUrl(ValueError):
    """Raised when the database's address cannot be read or is of a kind that we do not serve."""


class Database:
    """One database with a way to read and a way to write.

    On SQLite all writing goes through one connection behind a lock: BEGIN IMMEDIATE, WAL, full sync. Readers
    have connections of their own and never wait for it.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
        except ArgumentError as error:
            raise BadDatabaseUrl(f"not a database URL: {error}") from error
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if not self.is_sqlite and self.url.get_backend_name() != "postgresql":
            raise BadDatabaseUrl("the database must be sqlite or postgresql+psycopg")
        self._writing = threading.RLock()
        if self.is_sqlite:
            if not self.url.database or self.url.database == ":memory:":
                raise BadDatabaseUrl("SQLite needs a file, as in sqlite:///dianling.db")
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self.writer = _sqlite_engine(self.url, immediate=True)
            self.reader = _sqlite_engine(self.url, immediate=False)
        else:
            self.writer = create_engine(
                self.url, pool_size=5, max_overflow=10, pool_pre_ping=True, hide_parameters=True
            )
            self.reader = self.writer

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open one transaction for writing; commits at the end, rolls back on any exception."""
        if self.is_sqlite:
            self._writing.acquire()
        try:
            with Session(self.writer, expire_on_commit=False) as session, session.begin():
                yield session
        finally:
            if self.is_sqlite:
                self._writing.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads."""
        with Session(self.reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    def upgrade(self, revision: str = "head") -> None:
        """Bring the tables to the newest form; waits for another process that is doing it."""
        command.upgrade(self._alembic(), revision)

    def downgrade(self, revision: str) -> None:
        """Take the tables back to an older form."""
        command.downgrade(self._alembic(), revision)

    def check(self) -> None:
        """Raise where the tables differ from the models."""
        command.check(self._alembic())

    def close(self) -> None:
        """Give all connections back."""
        self.writer.dispose()
        self.reader.dispose()

    def _alembic(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["engine"] = self.writer
        return config


def database_now(session: Session) -> datetime:
    """Return the database's own clock, by which leases go: machines may disagree, it cannot."""
    if session.get_bind().dialect.name == "sqlite":
        raw = session.connection().execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")).scalar_one()
        return datetime.fromisoformat(raw).replace(tzinfo=UTC)
    moment: datetime = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment


def _sqlite_engine(url: Any, *, immediate: bool) -> Engine:
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # what customers wrote must not stand in a traceback
        pool_size=1 if immediate else 4,
        max_overflow=0 if immediate else 8,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # We open transactions ourselves (below): the driver's own idea of when to begin loses the race.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        if not immediate:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
