"""What the desk writes is sent by lane, in order per address, and each message is settled by its fate."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import col, select

import storage.outbox
from bot.delivery import ChannelBroken, Moved, NotNow, Uncertain, Undeliverable, Unreachable
from bot.sender import Sender
from handlers.messages import Reply
from storage.models import Chat, Lane, OnUnknown, Outgoing
from storage.outbox import Draft
from tests.bot.fake_channel import FakeChannel


@pytest.fixture
def hands() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as hands:
        yield hands


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def sender(database, channel, clock, hands) -> Sender:
    return Sender(database, channel, hands=hands, now=lambda: clock.now)


@pytest.fixture
def write(database, clock):
    counter = iter(range(10_000))

    def _write(text: str, *, address: str = "alice", **more: object) -> None:
        draft = Draft("web", address, Reply(text).as_document(), dedupe_key=f"k{next(counter)}", **more)
        with database.transaction() as session:
            storage.outbox.write(session, [draft], clock.now)

    return _write


async def run_until_quiet(sender: Sender, *, seconds: float = 0.4) -> None:
    running = asyncio.create_task(sender.run())
    await asyncio.sleep(seconds)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def fates(database) -> dict[str, str]:
    with database.reading() as session:
        rows = session.exec(select(Outgoing).order_by(col(Outgoing.id)))
        return {row.reply["text"]: row.state for row in rows}


async def test_urgent_lanes_go_first_and_an_address_keeps_its_order(sender, channel, write, database):
    write("reminder", address="bob", lane=Lane.REMINDER)
    write("one")
    write("two")
    write("danger", address="carol", lane=Lane.DANGER)
    await run_until_quiet(sender)
    said = [text for _, text in channel.sent]
    assert said[0] == "danger"
    assert said.index("one") < said.index("two") < said.index("reminder")
    assert set(fates(database).values()) == {"sent"}


async def test_a_card_takes_its_own_place(sender, channel, write):
    write("accepted", card="ticket:1")
    await run_until_quiet(sender)
    write("taken", card="ticket:1")
    await run_until_quiet(sender)
    assert channel.sent == [("alice", "accepted")]
    assert channel.edited == [("alice", "taken")]


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (NotNow("busy", 5), "waiting"),
        (ChannelBroken("401"), "waiting"),
        (Moved("elsewhere"), "sent"),  # it is sent to the new address
        (Unreachable("blocked"), "failed"),
        (Undeliverable("bad text"), "failed"),
        (RuntimeError("a fault of ours"), "failed"),
    ],
)
async def test_every_failure_has_its_fate(sender, channel, write, database, failure, state):
    channel.fate = lambda address, text: failure if address == "alice" else None
    write("hello")
    await run_until_quiet(sender)
    assert fates(database) == {"hello": state}


async def test_uncertain_answers_go_again_and_reminders_are_held(sender, channel, write, database, clock):
    channel.fate = lambda address, text: Uncertain("timed out")
    write("answer")
    write("reminder", address="bob", lane=Lane.REMINDER, on_unknown=OnUnknown.HOLD)
    await run_until_quiet(sender)
    assert fates(database) == {"answer": "waiting", "reminder": "unknown"}
    channel.fate = lambda address, text: None
    clock.pass_(minutes=5)
    await run_until_quiet(sender)
    assert fates(database) == {"answer": "sent", "reminder": "unknown"}
    assert channel.sent == [("alice", "answer")]


async def test_a_blocked_chat_is_marked(sender, channel, write, desk, alice, database):
    alice.say("你好")
    channel.fate = lambda address, text: Unreachable("blocked")
    await run_until_quiet(sender)
    with database.reading() as session:
        assert session.exec(select(Chat)).one().unreachable_since is not None
    alice.say("你好")
    with database.reading() as session:
        assert session.exec(select(Chat)).one().unreachable_since is None


async def test_what_a_dead_sender_held_is_sent_again_or_held(database, write, clock):
    write("answer")
    write("reminder", on_unknown=OnUnknown.HOLD)
    with database.transaction() as session:
        assert len(storage.outbox.claim(session, channel="web", owner="dead", now=clock.now, limit=9)) == 2
    with database.transaction() as session:
        assert storage.outbox.recover(session) == (0, 0)  # it may still live
        for row in session.exec(select(Outgoing)):
            row.lease_until = storage.database.database_now(session) - timedelta(seconds=1)
            session.add(row)
    with database.transaction() as session:
        assert storage.outbox.recover(session) == (1, 1)
    assert fates(database) == {"answer": "waiting", "reminder": "unknown"}


async def test_a_late_word_of_the_same_sender_heals_an_unknown(database, write, clock):
    write("reminder", on_unknown=OnUnknown.HOLD)
    with database.transaction() as session:
        [one] = storage.outbox.claim(session, channel="web", owner="slow", now=clock.now, limit=9)
        storage.outbox.settle(
            session, [storage.outbox.Settled(one.id, storage.models.OutgoingState.UNKNOWN)], owner="slow"
        )
        storage.outbox.settle(
            session, [storage.outbox.Settled(one.id, storage.models.OutgoingState.SENT, "m1")], owner="other"
        )
    assert fates(database) == {"reminder": "unknown"}
    with database.transaction() as session:
        storage.outbox.settle(
            session, [storage.outbox.Settled(one.id, storage.models.OutgoingState.SENT, "m1")], owner="slow"
        )
    assert fates(database) == {"reminder": "sent"}
