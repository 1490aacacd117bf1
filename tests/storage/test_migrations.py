"""The tables can be made, checked against the models, taken away and made again."""

from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlmodel import SQLModel

from storage.database import BadDatabaseUrl, Database


def test_up_check_down_up(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/tables.db")
    database.upgrade()
    database.check()
    assert set(SQLModel.metadata.tables) < set(inspect(database.writer).get_table_names())
    database.downgrade("base")
    assert set(inspect(database.writer).get_table_names()) == {"alembic_version"}
    database.upgrade()
    database.check()
    database.close()


def test_an_upgrade_twice_changes_nothing(tmp_path: Path):
    for _ in range(2):
        database = Database(f"sqlite:///{tmp_path}/tables.db")
        database.upgrade()
        database.close()


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_we_do_not_serve_is_refused(url: str):
    with pytest.raises(BadDatabaseUrl):
        Database(url)


def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/tables.db")
    database.upgrade()
    with database.transaction() as session:
        pragma = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with database.reading() as session, pytest.raises(Exception, match="readonly"):
        session.connection().exec_driver_sql("CREATE TABLE x (y)")
    database.close()
