"""A storm: three hundred tickets in ten minutes for a group that gets twenty messages a minute."""

import asyncio
import bisect
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import storage.outbox
import storage.tickets
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.pace import Pace
from bot.sender import Sender
from handlers.desk import Desk
from handlers.messages import Choice, Reply
from handlers.staff import staff_post
from storage.database import Database
from storage.models import Lane, Ticket
from tests.fake_bot_api import TOKEN, FakeBotApi, State
from tests.talking import STAFF, Clock

TICKETS = 300
STEP = 5.0  # seconds of the story


class Story:
    """Seconds that go by only when the story says so, for the gate and for the server's limits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        bisect.insort(self._sleepers, (self.now + seconds, self._count, done))
        await done

    async def pass_(self, seconds: float) -> None:
        """Let time go by, in the order in which sleepers wake."""
        end = self.now + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, done = self._sleepers.pop(0)
            self.now = max(self.now, at)
            if not done.done():
                done.set_result(None)
            await asyncio.sleep(0.002)
        self.now = end


async def quiet(state: State) -> None:
    """Wait until the service has done what it can do at this moment of the story."""
    seen, unchanged = -1, 0
    while unchanged < 3:
        await asyncio.sleep(0.03)
        unchanged = unchanged + 1 if len(state.calls) == seen else 0
        seen = len(state.calls)


def opened(desk: Desk, number: int, now: datetime, *, danger: bool = False) -> str:
    """Open a ticket and tell the group, as any kind of ticket does."""
    with desk.database.transaction() as session:
        ticket = Ticket(
            number="",
            kind="danger" if danger else "repair",
            subtype="shock" if danger else "no_power",
            draft_key=f"draft-{number}",
            fields={"place": f"城东区{number}号"},
            region="beijing",
            rules_version="1",
            opened_at=now,
        )
        ticket = storage.tickets.add(session, ticket, prefix="JJ" if danger else "BX", day=f"{now:%Y%m%d}")
        show = Choice("看工单", f"staff.show:{ticket.number}")
        reply = Reply(f"新工单 {ticket.number}", (show,), kind="staff")
        posts = staff_post.drafts(
            desk.desktop,
            session,
            reply,
            key=f"new:{number}",
            lane=Lane.DANGER if danger else Lane.STAFF,
            ticket=ticket,
            now=now,
        )
        storage.outbox.write(session, posts, now)
        return ticket.number


async def test_a_storm_of_tickets_becomes_digests_and_nothing_is_lost(
    desk: Desk, database: Database, clock: Clock
) -> None:
    story = Story()
    state = State(clock=story.monotonic)
    state.forum(int(STAFF.address))
    began = story.now
    told: list[str] = []
    dangers: dict[str, float] = {}
    async with FakeBotApi(state) as api:
        telegram = TelegramChannel(TOKEN, api.root, 30.0, 1, int(STAFF.address))
        telegram.pace = Pace(30.0, monotonic=story.monotonic, sleep=story.sleep)
        with ThreadPoolExecutor(max_workers=1) as hands:
            sender = Sender(
                database,
                telegram,
                hands=hands,
                now=lambda: clock.now + timedelta(seconds=story.now - began),
            )
            running = asyncio.create_task(sender.run())
            loop = asyncio.get_running_loop()
            for step in range(400):
                now = clock.now + timedelta(seconds=story.now - began)
                wanted = min(TICKETS, int((step + 1) * TICKETS / (600 / STEP)))
                for number in range(len(told), wanted):
                    told.append(await loop.run_in_executor(hands, opened, desk, number, now))
                if step in (30, 60, 90):
                    number = f"9{step}"
                    found = await loop.run_in_executor(
                        hands, lambda at=now, n=int(number): opened(desk, n, at, danger=True)
                    )
                    dangers[found] = story.now
                if step % 3 == 0:
                    await loop.run_in_executor(hands, desk.tick, now)
                sender.wake()
                await quiet(state)
                await story.pass_(STEP)
                if len(told) == TICKETS and not missing(state, told):
                    break
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await telegram.close()
    assert missing(state, told) == []
    assert state.limits.refused == 0
    for number, at in dangers.items():
        arrived = next(one["at"] for one in state.accepted if number in one["text"])
        assert arrived - at <= 2 * STEP, "a danger goes before all news"
    digests = [one for one in state.accepted if "合并列出" in one["text"]]
    assert digests
    times = [one["at"] for one in digests]
    assert all(later - earlier >= 25 for earlier, later in pairwise(times))
    assert story.now - began <= 600 + 180, "soon after the last one every colleague could have read of it"
    assert len(state.chat(int(STAFF.address)).topics) < TICKETS / 2, "topics are opened for those in hand"


def missing(state: State, numbers: list[str]) -> list[str]:
    """Return the tickets that nobody in the group could have read of."""
    seen = set(re.findall(r"[A-Z]{2}\d{8}-\d{4}", "\n".join(one["text"] for one in state.accepted)))
    return [one for one in numbers if one not in seen]
