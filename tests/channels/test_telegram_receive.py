"""Updates are acknowledged only when they are stored, and nothing that goes wrong ends the receiving."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import pytest

from bot.channels.telegram import polling
from bot.channels.telegram.channel import TelegramChannel
from bot.delivery import RawUpdate
from handlers.messages import Choice, Reply
from tests.fake_bot_api import TOKEN, FakeBotApi, Fault, State
from tests.fake_bot_api.markup import visible
from tests.fake_bot_api.refusals import Refusal

ALICE = 4711
STAFF = -100200300
NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


class Shelf:
    """Takes updates as the inbox does, and can be broken."""

    def __init__(self) -> None:
        self.taken: list[RawUpdate] = []
        self.broken = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def take(self, updates: Sequence[RawUpdate]) -> None:
        await self.gate.wait()
        if self.broken:
            raise OSError("disk full")
        self.taken += updates


async def until(true: Callable[[], bool], seconds: float = 3.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def receiving(channel: TelegramChannel, shelf: Shelf) -> AsyncIterator[None]:
    task = asyncio.create_task(channel.receive(shelf.take))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(polling, "LONGEST_PAUSE_SECONDS", 0.06)


async def test_nothing_is_acknowledged_before_it_is_stored(telegram: TelegramChannel, api: FakeBotApi):
    shelf = Shelf()
    shelf.gate.clear()
    first = api.state.say(ALICE, "停电了")
    async with receiving(telegram, shelf):
        await until(lambda: any(method == "getUpdates" for method, _ in api.state.calls))
        await asyncio.sleep(0.05)
        assert api.state.acknowledged_below == 0
        shelf.gate.set()
        await until(lambda: api.state.acknowledged_below == first + 1)
    assert [(one.update_id, one.address) for one in shelf.taken] == [(str(first), str(ALICE))]
    assert shelf.taken[0].payload["message"]["text"] == "停电了"


async def test_updates_that_could_not_be_stored_come_again(telegram: TelegramChannel, api: FakeBotApi):
    shelf = Shelf()
    shelf.broken = True
    api.state.say(ALICE, "一")
    async with receiving(telegram, shelf):
        await until(lambda: sum(method == "getUpdates" for method, _ in api.state.calls) >= 3)
        assert api.state.acknowledged_below == 0
        shelf.broken = False
        await until(lambda: api.state.acknowledged_below > 0)
    assert [one.payload["message"]["text"] for one in shelf.taken] == ["一"]


async def test_what_was_taken_by_a_process_that_died_comes_to_the_next(api: FakeBotApi):
    api.state.say(ALICE, "一")
    for _ in range(2):
        channel = TelegramChannel(TOKEN, api.root, 30.0, 1, None)
        taken: list[RawUpdate] = []

        async def take_and_die(updates: Sequence[RawUpdate], taken: list[RawUpdate] = taken) -> None:
            taken += updates
            raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await channel.receive(take_and_die)
        await channel.close()
        assert len(taken) == 1
    assert api.state.acknowledged_below == 0


async def test_a_webhook_is_taken_away_and_what_waits_is_kept(telegram: TelegramChannel, api: FakeBotApi):
    shelf = Shelf()
    api.state.webhook = {"url": "http://127.0.0.1:9/none", "secret": None}
    api.state.say(ALICE, "还在吗")
    async with receiving(telegram, shelf):
        await until(lambda: len(shelf.taken) == 1)
    assert api.state.webhook is None


@pytest.mark.parametrize(
    "fault",
    [
        Fault("error", method="getUpdates", status=502, times=2),
        Fault("garbage", method="getUpdates"),
        Fault("drop", method="getUpdates", times=3),
        Fault("half", method="getUpdates"),
        Fault("flood", method="getUpdates", seconds=1),
        Fault("error", method="getUpdates", status=401),
        Fault("empty", method="getUpdates", status=404),
        Fault("error", method="getUpdates", status=409),
        Fault("error", method="deleteWebhook", status=500),
        Fault("error", method="setMyCommands", status=400, times=None),
        Fault("error", method="answerCallbackQuery", status=400, times=None),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.method}-{fault.status}",
)
async def test_receiving_outlives_every_trouble(telegram: TelegramChannel, api: FakeBotApi, fault: Fault):
    shelf = Shelf()
    api.state.faults.add(fault)
    api.state.say(ALICE, "一")
    message = api.state.chat(ALICE).messages[1]
    api.state.tap_data(ALICE, "tok:0", message)
    async with receiving(telegram, shelf):
        await until(lambda: len(shelf.taken) >= 2)
        await until(lambda: not api.state.pending)


async def test_a_server_that_is_down_is_found_again(telegram: TelegramChannel, api: FakeBotApi):
    shelf = Shelf()
    async with receiving(telegram, shelf):
        await until(lambda: any(method == "getUpdates" for method, _ in api.state.calls))
        await api.stop()
        await asyncio.sleep(0.05)
        await api.start()
        api.state.say(ALICE, "回来了")
        await until(lambda: len(shelf.taken) == 1)


async def test_taps_are_answered_once_they_are_stored(telegram: TelegramChannel, api: FakeBotApi):
    shelf = Shelf()
    await telegram.send(str(ALICE), "tok", Reply("请选", (Choice("报修", "repair"),)), replaces=None)
    api.state.tap(ALICE, "报修")
    shelf.gate.clear()
    async with receiving(telegram, shelf):
        await asyncio.sleep(0.1)
        assert api.state.queries["q1"][1] is False
        shelf.gate.set()
        await until(lambda: api.state.queries["q1"][1])


async def test_commands_are_set_for_customers_and_colleagues(telegram: TelegramChannel, api: FakeBotApi):
    async with receiving(telegram, Shelf()):
        await until(lambda: len(api.state.commands) == 2)
    assert set(api.state.commands) == {"all_private_chats:", f"chat:{STAFF}"}
    assert "repair" in [one["command"] for one in api.state.commands["all_private_chats:"]]


async def test_the_staff_group_keeps_its_name_when_it_becomes_a_supergroup(
    telegram: TelegramChannel, api: FakeBotApi
):
    shelf = Shelf()
    async with receiving(telegram, shelf):
        api.state.migrate(STAFF, -100999)
        api.state.say(7, "收到", group=-100999)
        await until(lambda: len(shelf.taken) == 2)
    assert [one.address for one in shelf.taken] == [str(STAFF), str(STAFF)]
    messages = [telegram.read(one.payload, one.update_id, NOW) for one in shelf.taken]
    assert messages[0] is None
    assert messages[1] is not None
    assert messages[1].member == "7"


async def test_question_and_answer_from_end_to_end(api: FakeBotApi):
    """Forty chats with five messages each get their answers in order, through limits and faults."""
    api.state.limits.on = False
    channel = TelegramChannel(TOKEN, api.root, 1000.0, 1, None)
    channel.pace._places = _Nobody()  # type: ignore[assignment]
    api.state.faults.add(Fault("error", method="getUpdates", status=502, times=3))
    api.state.faults.add(Fault("drop", method="getUpdates", times=3, after=True))
    for turn in range(5):
        for user in range(40):
            api.state.say(100 + user, f"{user}:{turn}")
    seen: set[str] = set()

    async def take(updates: Sequence[RawUpdate]) -> None:
        for update in updates:
            message = channel.read(update.payload, update.update_id, NOW)
            if message is None or message.update_id in seen:
                continue
            seen.add(message.update_id)
            await channel.admit(message.address, 1)
            await channel.send(message.address, "t", Reply(f"答 {message.text}"), replaces=None)

    task = asyncio.create_task(channel.receive(take))
    await until(lambda: len(api.state.accepted) == 200 and not api.state.pending, 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await channel.close()
    for user in range(40):
        assert api.state.texts(100 + user) == [f"答 {user}:{turn}" for turn in range(5)]


class _Nobody(dict[str, object]):
    """Remembers no chat, so that only the limit of the whole bot counts."""

    def __setitem__(self, key: str, value: object) -> None:
        pass


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<b>电", "Can't find end tag"),
        ("电</b>", "Unexpected end tag at byte offset 3"),
        ("<b><i>电</b></i>", "Unmatched end tag at byte offset 9"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("电<br>", 'Unsupported start tag "br" at byte offset 3'),
    ],
)
def test_the_false_server_is_as_strict_about_markup_as_the_true_one(text: str, complaint: str):
    with pytest.raises(Refusal, match=complaint):
        visible(text)
    assert visible("<b>a</b> &lt;b&gt; &nbsp;") == "a <b> &nbsp;"


def test_the_false_server_counts_what_arrives():
    now = 0.0
    state = State(clock=lambda: now)
    assert [state.limits.arrive(5) for _ in range(5)] == [None, None, None, None, 1]
    assert [state.limits.arrive(chat) for chat in range(100, 127)] == [None] * 26 + [1]
    for second in range(1, 20):
        now = float(second)
        assert state.limits.arrive(-9) is None
    now = 20.0
    assert state.limits.arrive(-9) is None
    assert state.limits.arrive(-9) == 41
