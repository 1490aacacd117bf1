"""Fetching files: into the store and only then into the row, again after faults, told where it is in vain."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.delivery import FileGone, FileTooLarge, NotNow
from bot.fetcher import MAX_ATTEMPTS, Fetcher
from bot.files import MEGABYTE, FileStore
from handlers.desk import Desk
from handlers.messages import Attachment, Message
from storage.models import Evidence
from tests.bot.fake_channel import FakeChannel
from tests.pictures import EXE, jpeg
from tests.talking import STAFF, Chat, Clock


class Shelf(FakeChannel):
    """A channel with files on it, any of which may raise instead."""

    name = "telegram"

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes | Exception] = {}
        self.fetched: list[str] = []

    async def fetch(self, ref: str, *, most_bytes: int) -> bytes:
        self.fetched.append(ref)
        found = self.files.get(ref, FileGone("no such file"))
        if isinstance(found, Exception):
            raise found
        if len(found) > most_bytes:
            raise FileTooLarge("too large")
        return found


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def bob(chat: Callable[..., Chat]) -> Chat:
    return chat("bob", "telegram")


@pytest.fixture
def fetch(desk: Desk, clock: Clock, shelf: Shelf, tmp_path: Path) -> Callable[[], int]:
    store = FileStore(tmp_path / "files", most_bytes=MEGABYTE, most_pixels=1_000_000)

    def once() -> int:
        with ThreadPoolExecutor(max_workers=1) as hands:
            fetcher = Fetcher(
                desk.database,
                desk,
                {"telegram": shelf, "web": FakeChannel()},  # type: ignore[dict-item]
                store,
                hands=hands,
                told=lambda: None,
                now=lambda: clock.now,
            )
            return asyncio.run(fetcher.fetch_once())

    return once


def send(bob: Chat, ref: str, *, text: str = "", name: str = "", album: str = "") -> None:
    message = Message(
        "telegram",
        bob.address,
        f"file-{ref}",
        bob.clock.now,
        text=text,
        attachments=(Attachment("photo", ref, name=name, group=album),),
        ref=f"m-{ref}",
    )
    bob.heard = bob.desk.hear(message, bob.clock.now)


def rows(desk: Desk) -> list[Evidence]:
    with desk.database.reading() as session:
        return list(session.exec(select(Evidence).order_by(col(Evidence.id))))


def test_what_was_sent_is_fetched_once(desk: Desk, bob: Chat, shelf: Shelf, fetch: Callable[[], int]):
    shelf.files["a"] = jpeg()
    send(bob, "a")
    assert [one.state for one in rows(desk)] == ["waiting"]
    assert fetch() == 1
    [row] = rows(desk)
    assert (row.state, row.media_type, row.size_bytes) == ("stored", "image/jpeg", len(jpeg()))
    assert row.content_hash is not None
    assert fetch() == 0
    assert shelf.fetched == ["a"]


def test_a_fault_is_tried_again_later_and_later(
    desk: Desk, bob: Chat, shelf: Shelf, clock: Clock, fetch: Callable[[], int]
):
    shelf.files["a"] = NotNow("the line is down", 1.0)
    send(bob, "a")
    pauses = []
    for _ in range(5):
        assert fetch() == 1
        assert fetch() == 0  # not at once
        [row] = rows(desk)
        assert row.state == "waiting"
        assert row.not_before is not None
        pauses.append((row.not_before - clock.now).total_seconds())
        clock.now = row.not_before
    assert pauses == sorted(pauses)
    shelf.files["a"] = jpeg()
    assert fetch() == 1
    assert rows(desk)[0].state == "stored"
    assert "没能取到" not in bob.texts()


def test_what_cannot_be_had_for_days_is_lost_and_said_so(
    desk: Desk, bob: Chat, shelf: Shelf, clock: Clock, fetch: Callable[[], int]
):
    shelf.files["a"] = NotNow("the line is down", 1.0)
    send(bob, "a")
    began = clock.now
    for _ in range(MAX_ATTEMPTS):
        assert fetch() == 1
        clock.pass_(hours=2)
    assert rows(desk)[0].state == "lost"
    assert clock.now - began > timedelta(days=2)
    assert bob.texts().count("没能取到") == 1
    assert fetch() == 0


@pytest.mark.parametrize(
    ("content", "state", "said"),
    [
        (EXE, "refused", "没有保存"),
        (b"\xff\xd8\xff nothing more", "refused", "没有保存"),
        (jpeg() + bytes(MEGABYTE), "refused", "超过1MB"),
        (FileGone("expired"), "lost", "没能取到"),
    ],
)
def test_what_is_not_taken_is_said_to_the_customer_and_to_the_ticket(
    desk: Desk,
    bob: Chat,
    staff: Chat,
    shelf: Shelf,
    fetch: Callable[[], int],
    content: bytes | Exception,
    state: str,
    said: str,
):
    bob.say("有人触电了，江滨路18号阳光花园3栋")
    shelf.files["a"] = content
    send(bob, "a", name="现场.jpg")
    assert fetch() == 1
    [row] = rows(desk)
    assert row.state == state
    assert row.ticket_id is not None
    assert said in bob.got()[-1].text
    assert "已请客户重发" in staff.got()[-1].text
    assert fetch() == 0


def test_a_crash_between_the_file_and_its_row_changes_nothing(
    desk: Desk,
    bob: Chat,
    shelf: Shelf,
    fetch: Callable[[], int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    shelf.files["a"] = jpeg()
    send(bob, "a")
    with monkeypatch.context() as patch:
        patch.setattr(Fetcher, "_settle", killed)
        with pytest.raises(Killed):
            fetch()
    kept = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert rows(desk)[0].state == "waiting"
    fetch()
    assert rows(desk)[0].content_hash == kept[0].name
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == kept


def test_two_that_fetch_the_same_do_no_harm(
    desk: Desk, bob: Chat, shelf: Shelf, fetch: Callable[[], int], monkeypatch: pytest.MonkeyPatch
):
    shelf.files["a"] = EXE
    send(bob, "a")
    seen = rows(desk)
    fetch()
    monkeypatch.setattr(Fetcher, "_waiting", lambda _self: seen)
    fetch()
    assert bob.texts().count("没有保存") == 1


def test_a_full_disk_never_loses_a_file(
    desk: Desk,
    bob: Chat,
    shelf: Shelf,
    clock: Clock,
    fetch: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    shelf.files["a"] = jpeg()
    send(bob, "a")
    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "_write", full)
        for _ in range(MAX_ATTEMPTS + 2):
            fetch()
            clock.pass_(hours=2)
    assert rows(desk)[0].state == "waiting"
    fetch()
    assert rows(desk)[0].state == "stored"


def test_nothing_is_fetched_from_channels_that_keep_nothing(
    desk: Desk, alice: Chat, fetch: Callable[[], int]
):
    alice.say(photos=1)
    assert fetch() == 0
    assert STAFF.channel == "telegram"
