"""Every kind of ticket promises something, and what its data name exists."""

from knowledge.book import Book
from knowledge.rules import promises
from knowledge.rules.ticket_kinds import ticket_kinds


def test_kinds_and_promises_are_the_same() -> None:
    assert ticket_kinds().keys() == promises.kinds()


def test_prefixes_are_unlike() -> None:
    prefixes = [kind.prefix for kind in ticket_kinds().values()]
    assert len(set(prefixes)) == len(prefixes)


def test_entries_exist(book: Book) -> None:
    for kind in ticket_kinds().values():
        assert set(kind.entries.values()) <= {*kind.subtypes, ""}
        assert set(kind.entries) <= set(book.library.entries)
