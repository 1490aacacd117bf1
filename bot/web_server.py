"""Serving the web chat inside the service's own loop: it starts, stops and handles signals with it."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from bot import clock
from bot.channels.web.app import build_app
from bot.channels.web.channel import WebChannel
from bot.channels.web.events import Backroom, Facade
from bot.delivery import Take
from bot.files import FileStore
from bot.settings import Settings
from bot.web_files import WebFiles
from bot.web_history import WebHistory
from handlers.wording import general
from knowledge.book import Book
from knowledge.facts import FactMissing
from storage.database import Database

GRACE_SECONDS = 3


class _Server(uvicorn.Server):
    """A server that leaves signals to the service: it must end after the door, not before the work."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """The web chat's server."""

    def __init__(
        self,
        settings: Settings,
        channel: WebChannel,
        *,
        take: Take,
        database: Database,
        book: Book,
        store: FileStore,
    ) -> None:
        self._settings = settings
        self._channel = channel
        self._book = book
        history = WebHistory(database, clock.now)
        files = WebFiles(database, store, practice=lambda: self._book.practice, now=clock.now)
        backroom = Backroom(
            history=history.history,
            news=history.news,
            keep=files.keep,
            file=files.file,
            facade=self._facade,
        )
        self.app = build_app(channel, take=take, backroom=backroom, most_bytes=store.most_bytes)
        self.port: int | None = None  # the one in use once it listens
        self.listening = asyncio.Event()

    def take_book(self, book: Book) -> None:
        """Show what this book says from the next request on."""
        self._book = book

    async def run(self) -> None:
        """Serve until cancelled; raises OSError where the port cannot be used."""
        host = self._settings.host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, self._settings.port), family=family, backlog=1024) as listener:
            self.port = listener.getsockname()[1]
            server = _Server(
                uvicorn.Config(
                    self.app,
                    lifespan="off",
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    timeout_graceful_shutdown=GRACE_SECONDS,
                )
            )
            serving = asyncio.create_task(server.serve(sockets=[listener]), name="uvicorn")
            self.listening.set()
            try:
                await asyncio.shield(serving)
            finally:
                # Open streams would keep the server waiting: they end first.
                self._channel.hub.close()
                server.should_exit = True
                await asyncio.wait([serving], timeout=GRACE_SECONDS + 1)

    def _facade(self) -> Facade:
        book = self._book
        utility = book.utility
        try:
            hotline = book.fill(f"{{{utility.hotline}}}", region=utility.region, now=clock.now())
        except FactMissing:
            hotline = ""  # the page works without its telephone link
        return Facade(
            name=utility.name,
            hotline=hotline,
            zone=utility.zone,
            greeting=general.welcome(utility.short),
            demo=self._settings.demo,
        )
