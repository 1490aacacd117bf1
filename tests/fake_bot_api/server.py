"""The server itself: HTTP in, faults where asked for, answers out, webhooks delivered."""

import asyncio
import contextlib
import json
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp import web

from tests.fake_bot_api.control import add_control
from tests.fake_bot_api.faults import Fault
from tests.fake_bot_api.methods import BY_LOWER_NAME, METHODS
from tests.fake_bot_api.refusals import Refusal
from tests.fake_bot_api.state import State

_NESTED = (
    "reaction",
    "reply_parameters",
    "reply_markup",
    "commands",
    "scope",
    "allowed_updates",
    "media",
    "link_preview_options",
)
_PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
WEBHOOK_RETRY_SECONDS = 0.05


class FakeBotApi:
    """A Bot API server on loopback; `async with FakeBotApi() as api` starts and stops it."""

    def __init__(self, state: State | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.state = state or State()
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        self._delivering: asyncio.Task[None] | None = None

    @property
    def root(self) -> str:
        """Return the root address, as a bot is configured with it."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen; the same port again after a stop."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        add_control(app, self.state)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=1024)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self._delivering = asyncio.create_task(self._deliver())

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._delivering is not None:
            self._delivering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._delivering
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "FakeBotApi":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        self.state.close()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        state = self.state
        if request.match_info["token"] != state.token:
            wrong = ":" in request.match_info["token"]
            return _answer(Refusal(401, "Unauthorized") if wrong else Refusal(404, "Not Found"))
        method = BY_LOWER_NAME.get(request.match_info["method"].lower())
        if method is None:
            return _answer(Refusal(404, "Not Found"))
        given = await _given(request)
        if state.keep_calls:
            state.calls.append((method, given))
        chat = str(given.get("chat_id"))
        fault = state.faults.pick(method, int(chat) if chat.lstrip("-").isdigit() else None)
        if state.latency_seconds and method != "getUpdates":
            await asyncio.sleep(state.latency_seconds)
        if fault is not None:
            return await self._misbehave(request, method, given, fault)
        return await self._perform(method, given)

    async def _perform(self, method: str, given: dict[str, Any]) -> web.Response:
        try:
            if method == "getUpdates":
                return _answer(await self._updates(given))
            return _answer(METHODS[method](self.state, given))
        except Refusal as refusal:
            return _answer(refusal)

    async def _misbehave(
        self, request: web.Request, method: str, given: dict[str, Any], fault: Fault
    ) -> web.StreamResponse:
        answer: web.Response | None = None
        if fault.after or fault.kind == "slow":
            answer = await self._perform(method, given)
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.seconds)
                assert answer is not None
                return answer
            case "flood":
                return _answer(Refusal(429, "Too Many Requests: retry after", retry_after=int(fault.seconds)))
            case "garbage":
                return web.Response(body=_PAGE, content_type="text/html")
            case "page":
                return web.Response(status=fault.status, body=_PAGE, content_type="text/html")
            case "empty":
                return web.Response(status=fault.status)
            case "error":
                return _answer(Refusal(fault.status, "Internal Server Error"))
            case "half":
                half = web.StreamResponse(headers={"Content-Length": "4000"})
                await half.prepare(request)
                await half.write(b'{"ok":true,"result":{"message_id":')
            case "hang":
                await asyncio.sleep(fault.seconds)
            case "drop":
                pass
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        state = self.state
        if state.webhook is not None:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if given.get("offset"):
            state.acknowledge(int(given["offset"]))
        state.poll_number += 1
        mine = state.poll_number
        limit = min(100, max(1, int(given.get("limit") or 100)))
        kinds = given.get("allowed_updates") or None
        deadline = asyncio.get_running_loop().time() + float(given.get("timeout") or 0)
        state.news.set()  # an older poll sees that it is not alone
        await asyncio.sleep(0)
        while True:
            state.news.clear()
            if state.poll_number != mine:
                raise Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
            if state.webhook is not None:
                raise Refusal(409, "Conflict: terminated by setWebhook request")
            found = state.next_updates(limit, kinds)
            left = deadline - asyncio.get_running_loop().time()
            if found or left <= 0:
                return found
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(state.news.wait(), left)

    async def _deliver(self) -> None:
        """Send updates to a webhook, in order, each again until it is answered well."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                hook = self.state.webhook
                if hook is None or not (self.state.pending or self.state.again):
                    await asyncio.sleep(0.02)
                    continue
                update = (self.state.again or self.state.pending)[0]
                headers = {"X-Telegram-Bot-Api-Secret-Token": hook["secret"]} if hook["secret"] else {}
                try:
                    async with session.post(hook["url"], json=update, headers=headers) as answer:
                        well = 200 <= answer.status < 300
                except (aiohttp.ClientError, TimeoutError):
                    well = False
                if not well:
                    await asyncio.sleep(WEBHOOK_RETRY_SECONDS)
                    continue
                for held in (self.state.again, self.state.pending):
                    if held and held[0] is update:
                        held.pop(0)
                        break

    async def _file(self, request: web.Request) -> web.Response:
        found = self.state.files.get(request.match_info["path"].removeprefix("files/"))
        if request.match_info["token"] != self.state.token or found is None:
            return _answer(Refusal(404, "Not Found"))
        return web.Response(body=found[1])


def _answer(result: Any) -> web.Response:
    if isinstance(result, Refusal):
        return web.Response(
            status=result.code, body=json.dumps(result.document()).encode(), content_type="application/json"
        )
    body = json.dumps({"ok": True, "result": result}).encode()
    return web.Response(body=body, content_type="application/json")


async def _given(request: web.Request) -> dict[str, Any]:
    """Return the parameters of a request from wherever they stand."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        if body:
            given.update(json.loads(body))
    elif request.content_type.startswith("multipart/"):
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                given[name] = (value.filename, value.file.read())
            else:
                given[name] = value
    elif request.can_read_body:
        given.update({name: str(value) for name, value in (await request.post()).items()})
    for name in _NESTED:
        if isinstance(given.get(name), str):
            with contextlib.suppress(ValueError):
                given[name] = json.loads(given[name])
    return given
