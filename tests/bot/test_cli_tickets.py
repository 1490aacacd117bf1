"""Working on tickets from the terminal: the whole way of one, by names of colleagues, refusals and codes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from handlers.desk import Desk
from knowledge.book import Book
from storage.database import Database
from tests.journeys.ticket_stories import complain, report
from tests.talking import STAFF, Chat, Clock

NUMBER = "BX20261123-0001"
Run = Callable[..., tuple[int, str, str]]
NOW = ("--now", "2026-11-23T14:10+08:00")


@pytest.fixture
def place(warm_folder: Path, tmp_path: Path, empty_database: Path) -> Path:
    """A database file beside an index that is built."""
    file = warm_folder / f"{tmp_path.name}-tickets.db"
    shutil.copy(empty_database, file)
    return file


@pytest.fixture
def alice(place: Path, book: Book) -> Chat:
    """A customer with a ticket."""
    database = Database(f"sqlite:///{place}")
    desk = Desk(database, book, staff=STAFF, secret=b"a secret of the tests")
    chat = Chat(desk, Clock(), "web", "alice")
    assert report(chat) == NUMBER
    return chat


@pytest.fixture
def run(
    place: Path, alice: Chat, book: Book, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """A way to give `dianling tickets` a command: its code, what it printed and what it complained of."""
    monkeypatch.setenv("DIANLING_DATABASE", f"sqlite:///{place}")
    # Opened once: reading the shelf takes longer than any of the commands.
    monkeypatch.setattr("bot.cli.common.open_book", lambda _settings, _database: book)

    def _run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["dianling", "tickets", *words])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return _run


def test_the_whole_way_of_a_ticket(run: Run, alice: Chat) -> None:
    assert run("take", NUMBER, "--as", "王", *NOW)[0] == 0
    code, _, error = run("take", NUMBER, "--as", "李", *NOW)
    assert code == 1
    assert "已由 王 接手" in error
    assert run("wait", NUMBER, "permit", "--as", "王", *NOW)[0] == 0
    assert run("go-on", NUMBER, "--as", "王", *NOW)[0] == 0
    assert run("transfer", NUMBER, "李", "--as", "王", "--reason", "换班", *NOW)[0] == 0
    assert run("arrived", NUMBER, "--as", "李", *NOW)[0] == 0
    listed = json.loads(run("list", "--mine", "--as", "李", "--json", *NOW)[1])
    assert [row["number"] for row in listed] == [NUMBER]
    assert json.loads(run("list", "--first-asked", "--as", "王", "--json", *NOW)[1])[0]["owner"] == "李"
    assert run("resolve", NUMBER, "--as", "李", "--text", "换了保险", *NOW)[0] == 0
    assert "换了保险" in alice.got()[-1].text
    assert "13912345678" in run("show", NUMBER, *NOW)[1]
    assert "13912345678" not in run("show", NUMBER, "--as", "王", *NOW)[1]
    code, printed, _ = run("endings", "--from", "2026-11-01", "--to", "2026-12-01", "--json")
    assert (code, json.loads(printed)["confirmed"]) == (0, 0)


def test_two_decide_about_a_milder_class(run: Run, alice: Chat) -> None:
    number = complain(alice)
    assert run("downgrade", number, "opinion", "--as", "王", "--reason", "对设施的看法", *NOW)[0] == 0
    assert run("decide", number, "--approve", "--as", "王", *NOW)[0] == 1
    assert run("decide", number, "--approve", "--as", "张", *NOW)[0] == 0
    assert "对设施的看法" in alice.texts()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("take", NUMBER, "--as", "没有这人"), 1),
        (("take", NUMBER), 2),
        (("take", "BX20260101-0001", "--as", "王"), 1),
        (("take", NUMBER, "--as", "孙"), 1),
        (("wait", NUMBER, "没空", "--as", "王"), 1),
        (("go-on", NUMBER, "--as", "王"), 1),
        (("transfer", NUMBER, "李", "--as", "王", "--reason", " "), 1),
        (("assign", NUMBER, "李", "--as", "王"), 1),
        (("merge", NUMBER, NUMBER, "--as", "张"), 1),
        (("split", NUMBER, "--as", "张"), 1),
        (("list", "--mine"), 2),
        (("show", "BX20260101-0001"), 1),
        (("take", NUMBER, "--as", "王", "--now", "tomorrow"), 1),
    ],
)
def test_refusals_have_a_reason_and_a_code(run: Run, words: tuple[str, ...], code: int) -> None:
    ended, printed, error = run(*words)
    assert ended == code
    assert error.strip()
    assert not printed
