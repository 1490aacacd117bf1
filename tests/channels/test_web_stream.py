"""What open pages hear, and that nothing is lost while nobody listens."""

import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from handlers.messages import Reply
from tests.channels.web_house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path)
    yield one
    one.database.close()


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has opened the page and said 你好."""
    async with house.browser() as one:
        await one.get("/")
        await one.post("/api/messages", json={"id": str(uuid.uuid4()), "text": "你好"})
        yield one


def events(stream: str) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: ")]


def names(stream: str) -> list[int]:
    return [int(line[4:]) for line in stream.splitlines() if line.startswith("id: ")]


async def test_an_event_has_all_that_the_page_needs(house: House, browser: httpx.AsyncClient) -> None:
    (event,) = events(await house.stream(browser))
    assert event["kind"] == "reply"
    assert event["text"] == "您说：你好"
    assert event["choices"][0]["label"] == "继续"
    assert event["choices"][0]["key"].endswith(":0")
    assert event["replaces_id"] is None
    assert event["reply_kind"] == "answer"
    assert event["at"].endswith("+00:00")


async def test_what_was_missed_is_replayed_after_the_last_id(
    house: House, browser: httpx.AsyncClient
) -> None:
    address = house.taken[0].address
    seen = names(await house.stream(browser))[-1]
    await house.say(address, Reply("停电了"))
    await house.say(address, Reply("来电了"))
    replayed = await house.stream(browser, headers={"Last-Event-ID": str(seen)})
    assert [one["text"] for one in events(replayed)] == ["停电了", "来电了"]
    # The header is newer than the address of the stream, which is as old as the page.
    both = await house.stream(
        browser, params={"after": 0}, headers={"Last-Event-ID": str(names(replayed)[0])}
    )
    assert [one["text"] for one in events(both)] == ["来电了"]


@pytest.mark.parametrize("seen", ["", "x", "999999", "-1", "9" * 40])
async def test_a_strange_last_id_replays_everything(
    house: House, browser: httpx.AsyncClient, seen: str
) -> None:
    assert len(events(await house.stream(browser, headers={"Last-Event-ID": seen}))) == 1


async def test_what_was_held_back_is_not_missed(house: House, browser: httpx.AsyncClient) -> None:
    """A reminder written in the evening for the morning has an older id than what was said at night."""
    address = house.taken[0].address
    await house.say(address, Reply("早上好，请交电费"), later=timedelta(hours=9))
    await house.say(address, Reply("晚上的回答"))
    evening = await house.stream(browser)
    assert [one["text"] for one in events(evening)] == ["您说：你好", "晚上的回答"]
    seen = max(names(evening))
    house.moment += timedelta(hours=10)
    await house.deliver()
    morning = await house.stream(browser, headers={"Last-Event-ID": str(seen)})
    assert [one["text"] for one in events(morning)] == ["早上好，请交电费"]
    page = await browser.get("/")
    assert page.text.index("晚上的回答") < page.text.index("早上好，请交电费")


async def test_others_hear_nothing(house: House, browser: httpx.AsyncClient) -> None:
    async with house.browser() as stranger:
        await stranger.get("/")
        assert events(await house.stream(stranger)) == []


async def test_a_card_takes_the_place_of_its_earlier_state(house: House, browser: httpx.AsyncClient) -> None:
    address = house.taken[0].address
    await house.say(address, Reply("工单：已受理", card="ticket:1", kind="card"))
    await house.say(address, Reply("别的话"))
    await house.say(address, Reply("工单：已派单", card="ticket:1", kind="card", quiet=True))
    heard = events(await house.stream(browser))
    assert heard[-1]["replaces_id"] == heard[1]["id"]
    assert heard[-1]["quiet"] is True
    page = (await browser.get("/")).text
    assert "已受理" not in page
    assert page.index("已派单") < page.index("别的话")
    await house.say(address, Reply("工单：已修复", card="ticket:1", kind="card"))
    page = (await browser.get("/")).text
    assert "已派单" not in page
    assert page.index("别的话") < page.index("已修复")


async def test_the_history_keeps_both_sides_in_order(house: House, browser: httpx.AsyncClient) -> None:
    await browser.post("/api/messages", json={"id": str(uuid.uuid4()), "text": "/bill"})
    page = (await browser.get("/")).text
    log = page[page.index('id="log"') : page.index('id="typing"')]
    order = [log.index(words) for words in (">你好<", "您说：你好", ">我的电费<", "您说：/bill")]
    assert order == sorted(order)


async def test_live_news_comes_without_asking_again(house: House, browser: httpx.AsyncClient) -> None:
    with house.channel.hub.listening(house.taken[0].address) as bell:
        await house.say(house.taken[0].address, Reply("新消息"))
        assert await bell.wait(1)
        assert bell.notes() == []


async def test_a_crowd_of_pages_of_one_person_ends_the_oldest(house: House) -> None:
    hub = house.channel.hub
    with contextlib.ExitStack() as pages:
        bells = [pages.enter_context(hub.listening("a")) for _ in range(6)]
        assert not bells[0].closed
        pages.enter_context(hub.listening("a"))
        assert [bell.closed for bell in bells] == [True, *[False] * 5]


async def test_a_slow_page_keeps_only_so_many_notes(house: House) -> None:
    with house.channel.hub.listening("a") as bell:
        for number in range(1000):
            house.channel.hub.ring("a", {"number": number})
        assert len(bell.notes()) < 100
