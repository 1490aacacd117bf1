"""Updates are stored before they are acknowledged, answered in order, and one bad one holds up nobody."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from bot.delivery import RawUpdate
from bot.receiver import Receiver
from storage.models import Inbox, Outgoing
from tests.bot.fake_channel import FakeChannel


@pytest.fixture
def hands() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as hands:
        yield hands


@pytest.fixture
def receiver(database, desk, clock, hands) -> Receiver:
    return Receiver(
        database, desk, {"web": FakeChannel()}, hands=hands, answered=lambda: None, now=lambda: clock.now
    )


def says(number: int, address: str, text: str, **more: object) -> RawUpdate:
    return RawUpdate(f"{address}:{number}", address, {"from": address, "text": text, **more})


def states(database) -> dict[str, str]:
    with database.reading() as session:
        return {row.update_id: row.state for row in session.exec(select(Inbox))}


def answers(database, address: str) -> list[str]:
    with database.reading() as session:
        rows = session.exec(select(Outgoing).where(Outgoing.address == address).order_by(col(Outgoing.id)))
        return [row.reply["text"] for row in rows]


async def test_what_take_returns_from_is_stored_and_then_answered(receiver, database):
    await receiver.taker("web")([says(1, "alice", "怎么交电费"), says(1, "bob", "有人触电了快来")])
    assert set(states(database).values()) == {"waiting"}
    assert receiver.work_once() == 2
    assert set(states(database).values()) == {"done"}
    assert answers(database, "alice")
    assert "断电" in answers(database, "bob")[0]


async def test_a_second_delivery_changes_nothing(receiver, database):
    for _ in range(3):
        await receiver.taker("web")([says(1, "alice", "有人触电了快来")])
        receiver.work_once()
    assert states(database) == {"alice:1": "done"}
    assert len(answers(database, "alice")) == 2  # what to do, and where are you


async def test_many_at_once_share_commits(receiver, database):
    take = receiver.taker("web")
    await asyncio.gather(*(take([says(number, f"chat{number}", "停电了")]) for number in range(200)))
    while receiver.work_once():
        pass
    assert set(states(database).values()) == {"done"}
    assert len(states(database)) == 200


async def test_one_poisonous_update_holds_up_only_its_own_chat(receiver, database, clock):
    await receiver.taker("web")(
        [
            says(1, "alice", "怎么交电费"),
            says(2, "mallory", "", poison=True),
            says(3, "mallory", "在吗"),
            says(4, "bob", "停电了"),
        ]
    )
    receiver.work_once()
    assert states(database) == {
        "alice:1": "done",
        "mallory:2": "waiting",
        "mallory:3": "waiting",
        "bob:4": "done",
    }
    for _ in range(5):
        clock.pass_(minutes=20)
        receiver.work_once()
    assert states(database)["mallory:2"] == "dead"
    receiver.work_once()
    assert states(database)["mallory:3"] == "done"
    assert "处理出错" in answers(database, "mallory")[0]


async def test_what_holds_nothing_for_the_desk_is_done_silently(receiver, database):
    await receiver.taker("web")([says(1, "alice", "", service=True)])
    receiver.work_once()
    assert states(database) == {"alice:1": "done"}
    assert answers(database, "alice") == []


async def test_the_running_receiver_answers_at_once(receiver, database):
    working = asyncio.create_task(receiver.work())
    try:
        await receiver.taker("web")([says(1, "alice", "你好")])
        async with asyncio.timeout(5):
            while states(database)["alice:1"] != "done":
                await asyncio.sleep(0.01)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
