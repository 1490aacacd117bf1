"""The gate never lets more through than Telegram allows, and whoever asks goes before a broadcast."""

import asyncio
import bisect
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram.pace import Pace


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self.count = 0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.count += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        bisect.insort(self.sleepers, (self.now + seconds, self.count, future))
        await future

    async def run(self, *work: "asyncio.Task[None]") -> None:
        """Let time pass until all work is done."""
        while not all(task.done() for task in work):
            for _ in range(4):
                await asyncio.sleep(0)
            self.sleepers = [one for one in self.sleepers if not one[2].done()]
            if not self.sleepers:
                continue
            at, _, future = self.sleepers.pop(0)
            self.now = max(self.now, at)
            future.set_result(None)
        for task in work:
            task.result()


class Log:
    """Sends through a gate and notes when."""

    def __init__(self, rate: float = 30.0) -> None:
        self.time = Time()
        self.pace = Pace(rate, monotonic=self.time.monotonic, sleep=self.time.sleep)
        self.passed: list[tuple[float, str, int]] = []

    async def send(self, address: str, lane: int, after: float = 0.0) -> None:
        if after:
            await self.time.sleep(after)
        await self.pace.admit(address, lane)
        self.passed.append((self.time.now, address, lane))

    async def all(self, wishes: list[tuple[str, int, float]]) -> None:
        await self.time.run(*(asyncio.create_task(self.send(*wish)) for wish in wishes))


def most(times: list[float], seconds: float) -> int:
    """Return the most that fall into any half-open span."""
    times = sorted(times)
    return max((bisect.bisect_left(times, at + seconds - 1e-9) - n for n, at in enumerate(times)), default=0)


WISHES = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", *(str(n) for n in range(10, 40)), "-1", "-2"]),
        st.sampled_from([0, 1, 1, 2, 3, 4]),
        st.floats(0, 5),
    ),
    max_size=120,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WISHES)
async def test_never_more_than_allowed_in_any_span(wishes: list[tuple[str, int, float]]):
    log = Log()
    await log.all(wishes)
    assert len(log.passed) == len(wishes)
    assert most([at for at, _, _ in log.passed], 1.0) <= 30
    assert most([at for at, _, lane in log.passed if lane >= 3], 1.0) <= 23
    by_chat: defaultdict[str, list[float]] = defaultdict(list)
    for at, address, _ in log.passed:
        by_chat[address].append(at)
    for address, times in by_chat.items():
        if address.startswith("-"):
            assert most(times, 60.0) <= 19
        else:
            for seconds in (1, 2, 5, 10):
                assert most(times, seconds) <= 3 + seconds


async def test_one_group_gets_nineteen_a_minute():
    log = Log()
    await log.all([("-7", 2, 0.0)] * 60)
    times = [at - 1000 for at, _, _ in log.passed]
    assert most(times, 60.0) == 15
    assert times[-1] == pytest.approx(180, abs=2)


async def test_what_is_urgent_finds_room_in_a_group_that_is_full_of_news():
    log = Log()
    news = [("-7", 2, 0.0)] * 40
    await log.all([*news, ("-7", 0, 5.0), ("-7", 1, 6.0)])
    times = {lane: at - 1000 for at, _, lane in log.passed if lane < 2}
    assert times == {0: pytest.approx(5, abs=0.2), 1: pytest.approx(6, abs=0.2)}
    assert most([at - 1000 for at, _, _ in log.passed], 60.0) <= 19


async def test_a_broadcast_keeps_its_pace_and_answers_do_not_wait_behind_it():
    log = Log()
    broadcast = [(str(chat), 4, 0.0) for chat in range(1000, 1200)]
    answers = [(str(chat), 1, 1 + chat * 0.25) for chat in range(24)]
    await log.all(broadcast + answers)
    waits = [at - 1000 - (1 + int(address) * 0.25) for at, address, lane in log.passed if lane == 1]
    assert max(waits) <= 0.05
    assert most([at for at, _, _ in log.passed], 1.0) <= 29
    assert max(at for at, _, lane in log.passed if lane == 4) - 1000 < 200 / 22 + 2


async def test_danger_goes_first():
    log = Log()
    await log.all([(str(chat), 1, 0.0) for chat in range(20)] + [("911", 0, 0.1)])
    place = [address for _, address, _ in log.passed].index("911")
    assert log.passed[place][0] - 1000.1 < 0.08


async def test_told_to_wait_all_private_chats_wait_and_groups_do_not():
    log = Log()
    log.pace.pause("5", 7.0)
    await log.all([("5", 1, 0.0), ("6", 0, 0.0), ("-9", 2, 0.0)])
    assert [(round(at - 1000, 1) >= 7, address) for at, address, _ in log.passed] == [
        (False, "-9"),
        (True, "6"),
        (True, "5"),
    ]


async def test_a_groups_pause_is_its_own():
    log = Log()
    log.pace.pause("-9", 30.0)
    await log.all([("-9", 2, 0.0), ("-8", 2, 0.0), ("5", 1, 0.0)])
    assert [address for _, address, _ in log.passed] == ["-8", "5", "-9"]


async def test_after_a_pause_it_goes_on_slowly_and_recovers():
    log = Log()
    log.pace.pause("5", 2.0)
    await log.all([(str(chat), 1, 0.0) for chat in range(200)])
    assert most([at for at, _, _ in log.passed], 1.0) <= 4 + 14
    log.time.now += 600
    log.passed.clear()
    await log.all([(str(chat), 1, 0.0) for chat in range(200)])
    assert 27 <= most([at for at, _, _ in log.passed], 1.0) <= 30


async def test_who_gives_up_waiting_takes_no_turn():
    log = Log()
    for _ in range(3):
        await log.pace.admit("5", 1)
    given_up = asyncio.create_task(log.pace.admit("5", 1))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    await log.all([("5", 1, 0.0)])
    assert log.passed[0][0] - 1000 == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("rate", [1.0, 5.0, 30.0, 1000.0])
async def test_every_rate_is_kept(rate: float):
    log = Log(rate)
    wishes = int(min(rate * 3, 900)) + 2
    await log.all([(str(chat), 1, 0.0) for chat in range(wishes)])
    assert most([at for at, _, _ in log.passed], 1.0) <= max(rate, 1)
