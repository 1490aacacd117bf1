"""The transport tells what certainly did not leave from what nobody can know, and keeps the token secret."""

import asyncio
import io
import socket
import traceback
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from telegram import Bot, InputMediaPhoto
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels.telegram.transport import AiohttpRequest, NotSent
from tests.fake_bot_api import TOKEN, FakeBotApi, Fault


def a_bot(root: str, request: AiohttpRequest, token: str = TOKEN) -> Bot:
    return Bot(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=request,
        get_updates_request=request,
    )


@pytest_asyncio.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    """A transport with little patience."""
    transport = AiohttpRequest(read_seconds=0.3)
    yield transport
    await transport.shutdown()


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
async def test_without_a_connection_nothing_was_sent(request_: AiohttpRequest, host: str):
    with pytest.raises(NotSent) as caught:
        await a_bot(f"http://{host}:{closed_port()}", request_).send_message(1, "x")
    assert isinstance(caught.value.__cause__, aiohttp.ClientConnectorError)


async def test_a_server_that_does_not_take_calls_was_sent_nothing(request_: AiohttpRequest):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        with pytest.raises(NotSent) as caught:
            await a_bot(f"http://127.0.0.1:{port}", request_).send_message(
                1, "x", connect_timeout=0.1, pool_timeout=0.1
            )
        for one in crowd:
            one.close()
    assert isinstance(caught.value.__cause__, aiohttp.ConnectionTimeoutError)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


async def test_a_full_pool_has_sent_nothing(api: FakeBotApi):
    transport = AiohttpRequest(connections=1)
    bot = a_bot(api.root, transport)
    api.state.faults.add(Fault("slow", seconds=0.4))
    first = asyncio.create_task(bot.send_message(1, "一"))
    await asyncio.sleep(0.1)
    with pytest.raises(NotSent):
        await bot.send_message(2, "二", connect_timeout=0.05, pool_timeout=0.05)
    await first
    await transport.shutdown()
    assert [one["text"] for one in api.state.accepted] == ["一"]


@pytest.mark.parametrize(
    ("fault", "expected", "cause"),
    [
        (Fault("hang", seconds=0.5, after=True), TimedOut, aiohttp.SocketTimeoutError),
        (Fault("drop", after=True), NetworkError, aiohttp.ClientError),
        (Fault("half", after=True), NetworkError, aiohttp.ClientPayloadError),
        (Fault("garbage", after=True), TelegramError, ValueError),
        (Fault("page", status=502), NetworkError, TelegramError),
        (Fault("error", status=500), NetworkError, type(None)),
        (Fault("flood", seconds=3), RetryAfter, type(None)),
        (Fault("empty", status=404), InvalidToken, TelegramError),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else None,
)
async def test_the_cause_stays_readable(
    request_: AiohttpRequest,
    api: FakeBotApi,
    fault: Fault,
    expected: type[TelegramError],
    cause: type[BaseException],
):
    api.state.faults.add(fault)
    with pytest.raises(expected) as caught:
        await a_bot(api.root, request_).send_message(1, "x")
    assert not isinstance(caught.value, NotSent)
    assert isinstance(caught.value.__cause__, cause)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


async def test_a_wrong_token_is_told_from_a_wrong_request(request_: AiohttpRequest, api: FakeBotApi):
    with pytest.raises(InvalidToken):
        await a_bot(api.root, request_, "1:wrong").send_message(1, "x")
    with pytest.raises(BadRequest):
        await a_bot(api.root, request_).send_message(1, "")


async def test_files_go_up_and_come_down(request_: AiohttpRequest, api: FakeBotApi):
    bot = a_bot(api.root, request_)
    sent = await bot.send_document(1, io.BytesIO(b"proof"), filename="单据.pdf", caption="**单据**")
    assert sent.document is not None
    assert api.state.files[sent.document.file_id] == ("单据.pdf", b"proof", 5)
    where = await bot.get_file(sent.document.file_id)
    assert bytes(await where.download_as_bytearray()) == b"proof"
    api.state.files["large"] = ("large", b"", 21 * 1024 * 1024)
    with pytest.raises(BadRequest, match="too big"):
        await bot.get_file("large")
    with pytest.raises(BadRequest, match="album"):
        await bot.send_media_group(1, [InputMediaPhoto("http://x/1.jpg")])


async def test_topics_of_a_forum(request_: AiohttpRequest, api: FakeBotApi):
    bot = a_bot(api.root, request_)
    api.state.chat(-9).forum = True
    topic = await bot.create_forum_topic(-9, "报修")
    thread = topic.message_thread_id
    await bot.send_message(-9, "一", message_thread_id=thread)
    await bot.close_forum_topic(-9, thread)
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(-9, "二", message_thread_id=thread)
    await bot.reopen_forum_topic(-9, thread)
    await bot.delete_forum_topic(-9, thread)
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(-9, "三", message_thread_id=thread)


async def test_a_webhook_gets_its_updates_in_order_until_it_says_yes(
    request_: AiohttpRequest, api: FakeBotApi
):
    from aiohttp import web

    seen: list[tuple[str | None, str]] = []
    done = asyncio.Event()

    async def hook(request: web.Request) -> web.Response:
        update = await request.json()
        seen.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), update["message"]["text"]))
        if len(seen) == 4:
            done.set()
        return web.Response(status=503 if len(seen) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    for text in "一二三":
        api.state.say(1, text)
    bot = a_bot(api.root, request_)
    await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
    async with asyncio.timeout(3):
        await done.wait()
    with pytest.raises(TelegramError, match="webhook is active"):
        await bot.get_updates()
    await runner.cleanup()
    assert seen == [("s3cret", "一"), ("s3cret", "一"), ("s3cret", "二"), ("s3cret", "三")]


async def test_the_server_can_be_steered_from_another_process(api: FakeBotApi):
    async with aiohttp.ClientSession(api.root) as session:

        async def post(name: str, **given: object) -> object:
            async with session.post(f"/control/{name}", json=given) as answer:
                return await answer.json()

        assert await post("burst", users=3, each=2, text="第{turn}句") == {"pending": 6}
        await post("fault", kind="drop", times=2)
        await post("set", limits=False, latency_ms=1)
        assert (await post("tap", identity=5, label="报修")) == {"error": "no button '报修' in chat 5"}
        async with session.get("/control/stats") as answer:
            assert (await answer.json())["pending"] == 6
    assert api.state.faults.listed[0].times == 2
    assert not api.state.limits.on
