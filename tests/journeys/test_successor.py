"""An answer that will change says so some weeks before, and changes on the day by itself."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.desk import Desk
from knowledge.book import Book
from storage.database import Database
from tests.talking import Chat, Clock

ASKED = "电费有哪些交费方式"


@pytest.fixture
def alice(database: Database, book: Book, clock: Clock) -> Chat:
    old = book.library.entries["payment.ways"]
    new_year = date(2027, 1, 1)
    new = replace(old, id="payment.ways_2027", answer="新年起可以刷脸交费。", valid_from=new_year)
    old = replace(old, valid_to=new_year, successor=new.id)
    changed = replace(book, library=book.library.with_entries([old, new]))
    return Chat(Desk(database, changed, secret=b"a secret of the tests"), clock, "web", "alice")


def test_it_is_said_within_sixty_days_and_done_on_the_day(alice: Chat, clock: Clock):
    clock.set(2026, 11, 1, 10)
    alice.say(ASKED)
    assert "将变为" not in alice.got()[-1].text

    clock.set(2026, 11, 2, 10)
    alice.say(ASKED)
    assert "自1月1日起将变为：新年起可以刷脸交费。" in alice.got()[-1].text

    clock.set(2026, 12, 31, 23, 59)
    alice.say(ASKED)
    assert "自1月1日起将变为" in alice.got()[-1].text

    clock.set(2027, 1, 1, 0, 0)
    alice.say(ASKED)
    assert "新年起可以刷脸交费" in alice.got()[-1].text
    assert "将变为" not in alice.got()[-1].text
