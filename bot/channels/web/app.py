"""The web chat's requests: the page, messages and files in, the stream of answers out."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from bot import clock
from bot.channels.web import requests, sentences, sessions
from bot.channels.web.channel import WebChannel
from bot.channels.web.events import MENU, Backroom, Shown, own_text
from bot.channels.web.headers import SafeHeaders
from bot.channels.web.hub import Bell
from bot.channels.web.limits import Buckets
from bot.channels.web.markup import to_html
from bot.channels.web.pages import day_label, time_label
from bot.channels.web.requests import Refused, Upload
from bot.delivery import RawUpdate, Take
from bot.files import MEGABYTE, NotTaken

log = structlog.get_logger()

HERE = Path(__file__).parent
PING_SECONDS = 15
LOOK_SECONDS = 30.0  # another process may have written: look even when nobody rang
PLAIN_WAIT_SECONDS = 1.5  # a page without scripts is shown again once the answer is there, or after this
RETRY_MILLISECONDS = 2_000
FILE_TOKENS = 0.2  # a picture is written anew for whoever looks at it
UPLOAD_TOKENS = 3.0  # a file weighs as much as three messages
_NOT_TAKEN = {
    "type": (415, sentences.FILE_UNKNOWN),
    "large": (413, sentences.FILE_TOO_LARGE),
    "quota": (429, sentences.FILE_QUOTA),
}


class _LastingFiles(StaticFiles):
    """Files whose address changes with their content, so that browsers may keep them for ever."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def build_app(
    channel: WebChannel,
    *,
    take: Take,
    backroom: Backroom,
    buckets: Buckets | None = None,
    most_bytes: int = 20 * MEGABYTE,
    now: Callable[[], datetime] = clock.now,
) -> FastAPI:
    """Return the web application of the chat; files of up to `most_bytes` are taken."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(SafeHeaders)
    buckets = buckets or Buckets(burst=10, per_second=1)
    version = _version(HERE / "static")
    app.mount(f"/static/{version}", _LastingFiles(directory=HERE / "static"), name="static")
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["markup"] = to_html
    chat = pages.get_template("chat.html")

    def visitor(request: Request) -> str:
        if not sessions.is_from_our_page(request):
            raise Refused(403, sentences.FOREIGN)
        session = sessions.session_of(request)
        if session is None:
            raise Refused(401, sentences.NO_SESSION)
        return sessions.address_of(session)

    async def accept(address: str, payload: dict[str, Any], shown: str) -> str:
        """Hand a payload over; return the moment once it is committed."""
        # The address is part of the update's name: nobody can take a name that another's page will use.
        update = RawUpdate(f"{address}:{payload['id']}", address, {**payload, "address": address})
        try:
            await take([update])
        except Exception:
            log.exception("cannot store a message", channel=channel.name)
            raise Refused(503, sentences.BUSY) from None
        at = now().isoformat()
        # The same person's other open pages show what was said here.
        channel.hub.ring(address, {"kind": "own", "client_id": payload["id"], "text": shown, "at": at})
        return at

    async def keep(address: str, upload: Upload) -> dict[str, Any]:
        """Put a file into the store and return how the payload names it."""
        try:
            kept = await asyncio.to_thread(backroom.keep, address, upload.content)
        except NotTaken as error:
            status, sentence = _NOT_TAKEN[error.why]
            raise Refused(status, sentence) from None
        except OSError:
            log.exception("cannot keep a file")
            raise Refused(503, sentences.BUSY) from None
        return {
            "kind": kept.type.kind,
            "ref": kept.content_hash,
            "media_type": kept.type.media_type,
            "size_bytes": kept.size_bytes,
            "name": upload.name,
        }

    def shown_text(payload: dict[str, Any], address: str) -> str:
        if payload.get("choice") is None:
            return own_text(payload, lambda _key: None)
        return own_text(payload, _labels(backroom.history(address)).get)

    @app.exception_handler(Refused)
    async def _refused(_request: Request, refusal: Refused) -> Response:
        return JSONResponse({"error": refusal.sentence}, status_code=refusal.status)

    @app.exception_handler(HTTPException)
    async def _no_such_page(_request: Request, error: HTTPException) -> Response:
        sentence = sentences.NOT_FOUND if error.status_code == 404 else sentences.BAD_REQUEST
        return JSONResponse({"error": sentence}, status_code=error.status_code)

    async def show_page(
        request: Request, *, notice: str = "", status: int = 200, draft: str = ""
    ) -> Response:
        session = sessions.session_of(request)
        history: list[Shown] = []
        if session is not None:
            history = await asyncio.to_thread(backroom.history, sessions.address_of(session))
        facade = await asyncio.to_thread(backroom.facade)
        moment = now()
        response = HTMLResponse(
            chat.render(
                facade=facade,
                history=history,
                last_id=_last_id(history),
                menu=MENU,
                static=f"/static/{version}",
                day=lambda at: day_label(at, facade.zone, moment),
                time=lambda at: time_label(at, facade.zone),
                fresh_id=lambda: str(uuid.uuid4()),
                notice=notice,
                draft=draft,
            ),
            status_code=status,
        )
        sessions.give(response, request, session or sessions.new_session())
        return response

    @app.get("/")
    async def _page(request: Request) -> Response:
        return await show_page(request)

    @app.post("/api/messages")
    async def _message(request: Request) -> Response:
        address = visitor(request)
        payload = await requests.read_message(request)
        if not buckets.take(address):
            raise Refused(429, sentences.TOO_FAST)
        at = await accept(address, payload, await asyncio.to_thread(shown_text, payload, address))
        return JSONResponse({"id": payload["id"], "at": at}, status_code=202)

    @app.post("/api/uploads")
    async def _uploads(request: Request) -> Response:
        address = visitor(request)
        if not buckets.take(address, UPLOAD_TOKENS):
            raise Refused(429, sentences.TOO_FAST)
        client_id, uploads = await requests.read_uploads(request, most_bytes=most_bytes)
        files = [await keep(address, one) for one in uploads]
        payload: dict[str, Any] = {"id": client_id, "files": files}
        shown = own_text(payload, lambda _key: None)
        at = await accept(address, payload, shown)
        return JSONResponse({"id": client_id, "at": at, "text": shown}, status_code=202)

    @app.get("/files/{token}/{index:int}")
    async def _file(request: Request, token: str, index: int) -> Response:
        """Hand out a file beside a reply, to the session that got the reply and to nobody else."""
        session = sessions.session_of(request)
        found = None
        if session is not None:
            if not buckets.take(sessions.address_of(session), FILE_TOKENS):
                raise Refused(429, sentences.TOO_FAST)
            found = await asyncio.to_thread(backroom.file, sessions.address_of(session), token, index)
        if found is None:
            raise Refused(404, sentences.NOT_FOUND)
        way = "inline" if found.type.kind != "file" else "attachment"
        return Response(
            found.content,
            media_type=found.type.media_type,
            headers={
                "Content-Disposition": f"{way}; filename*=UTF-8''{quote(found.name)}",
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "Cache-Control": "private, max-age=86400",
            },
        )

    @app.post("/send")
    async def _plain_form(request: Request) -> Response:
        """Take a message from a page without scripts and show the page again."""
        try:
            address = visitor(request)
            payload = await requests.read_form(request)
            if not buckets.take(address):
                raise Refused(429, sentences.TOO_FAST)
            history = await asyncio.to_thread(backroom.history, address)
            with channel.hub.listening(address) as bell:
                await accept(address, payload, own_text(payload, _labels(history).get))
                await _answered(bell, lambda: backroom.news(address, _last_id(history)))
        except Refused as refusal:
            return await show_page(request, notice=refusal.sentence, status=refusal.status)
        return RedirectResponse("/#end", status_code=303)

    @app.post("/leave")
    async def _leave(request: Request) -> Response:
        """End the session in this browser: the next visitor of a shared computer must not read it."""
        visitor(request)
        response = RedirectResponse("/", status_code=303)
        sessions.forget(response, request)
        return response

    @app.get("/events")
    async def _events(request: Request, after: int = 0) -> Response:
        session = sessions.session_of(request)
        if session is None:
            raise Refused(401, sentences.NO_SESSION)
        # What the browser saw last, when it comes back by itself; else what the page was rendered with.
        seen = request.headers.get("last-event-id", "")
        if seen.isascii() and seen.isdigit() and len(seen) < 19:
            after = int(seen)
        address = sessions.address_of(session)
        return EventSourceResponse(
            _stream(channel, address, after, backroom),
            ping=PING_SECONDS,
            send_timeout=PING_SECONDS,  # a page that reads nothing is let go, and replays when it is back
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    @app.get("/healthz")
    async def _health() -> dict[str, str]:
        return {"status": "ok"}

    return app


async def _stream(
    channel: WebChannel, address: str, after: int, backroom: Backroom
) -> AsyncIterator[ServerSentEvent]:
    sent: set[int] = set()
    last = max(after, 0)
    with channel.hub.listening(address) as bell:
        yield ServerSentEvent(comment="open", retry=RETRY_MILLISECONDS)
        while not bell.closed:
            for note in bell.notes():
                yield ServerSentEvent(data=_json(note))
            for shown in await asyncio.to_thread(backroom.news, address, last):
                if shown["id"] in sent:
                    continue
                sent.add(shown["id"])
                last = max(last, shown["id"])
                yield ServerSentEvent(data=_json(shown), id=str(last))
            await bell.wait(LOOK_SECONDS)


async def _answered(bell: Bell, news: Callable[[], list[Shown]]) -> None:
    """Wait until there is news, but not for long: a colleague may be answering."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PLAIN_WAIT_SECONDS
    while (left := until - loop.time()) > 0 and not bell.closed:
        rung = await bell.wait(left)
        found: list[Shown] = await asyncio.to_thread(news) if rung else []
        if found:
            return


def _last_id(history: list[Shown]) -> int:
    return max((one.get("id", 0) for one in history), default=0)


def _labels(history: list[Shown]) -> dict[str, str]:
    return {choice["key"]: choice["label"] for one in history for choice in one.get("choices", ())}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _version(directory: Path) -> str:
    digest = sha256()
    for path in sorted(directory.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
