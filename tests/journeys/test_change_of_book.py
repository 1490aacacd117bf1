"""The book is changed while customers ask: every answer comes from one book, the old or the new."""

import threading
from collections.abc import Callable
from dataclasses import replace

from handlers.desk import Desk
from handlers.messages import Message
from knowledge.book import Book
from tests.talking import Chat, Clock

QUESTION = "第二档电价是从多少度开始"


def rewritten(book: Book, entry_id: str, answer: str) -> Book:
    entry = book.library.entries[entry_id]
    return book.revised(book.library.with_entries([replace(entry, answer=answer, basis=())]))


def test_a_new_book_answers_from_the_next_message_on(
    book: Book, desk: Desk, chat: Callable[..., Chat]
) -> None:
    alice = chat("alice")
    before = alice.say(QUESTION)
    assert before.entry is not None
    desk.take_book(rewritten(book, before.entry, "这一条刚刚改过。"))
    assert chat("bob").say(QUESTION).entry == before.entry
    assert "这一条刚刚改过。" in chat("carol").say(QUESTION).text


def test_books_change_under_a_stream_of_questions(book: Book, desk: Desk, clock: Clock) -> None:
    entry_id = book.understander.understand(QUESTION, region="beijing").entry_id
    assert entry_id is not None
    books = [rewritten(book, entry_id, "甲版的说法。"), rewritten(book, entry_id, "乙版的说法。")]
    desk.take_book(books[0])
    answers: list[str] = []
    faults: list[BaseException] = []
    enough = threading.Event()

    def ask() -> None:
        try:
            for number in range(60):
                message = Message("web", f"asker-{number}", str(number), clock.now, text=QUESTION)
                heard = desk.hear(message, clock.now)
                answers.append(heard.text)
        except BaseException as fault:
            faults.append(fault)
        finally:
            enough.set()

    asking = threading.Thread(target=ask)
    asking.start()
    turn = 0
    while not enough.is_set():
        turn += 1
        desk.take_book(books[turn % 2])
    asking.join()
    assert not faults
    assert len(answers) == 60
    assert all(("甲版的说法。" in answer) != ("乙版的说法。" in answer) for answer in answers)
