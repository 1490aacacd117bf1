"""Where the parts of the service are opened."""

from pathlib import Path

import pytest

from bot.opening import cache_folder
from bot.settings import Settings


@pytest.mark.parametrize(
    ("database", "folder"),
    [
        ("sqlite:////srv/hotline/hotline.db", "/srv/hotline/cache"),
        ("sqlite:///var/dianling.db", "var/cache"),
        ("postgresql+psycopg://desk@db.example/hotline", "var/cache"),
    ],
)
def test_what_can_be_worked_out_again_lies_beside_the_database(database: str, folder: str) -> None:
    assert cache_folder(Settings(database=database)) == Path(folder)
