"""Where all parts meet: one process with the desk, its channels, the receiver, the senders and the clock."""

import asyncio
import contextlib
import signal
from concurrent.futures import Executor, ThreadPoolExecutor

import structlog

from bot import clock
from bot.channels.web.channel import WebChannel
from bot.clock import Clock
from bot.delivery import Channel
from bot.fetcher import Fetcher
from bot.knowledge_watch import KnowledgeWatch
from bot.memory import settle
from bot.opening import build_desk, open_book, open_database, open_files
from bot.receiver import Receiver
from bot.sender import Sender
from bot.settings import Settings
from bot.web_server import WebServer
from knowledge.book import Book
from storage.database import Database

log = structlog.get_logger()


class Service:
    """The whole hotline in one process."""

    def __init__(self, settings: Settings, database: Database, book: Book) -> None:
        self.settings = settings
        self.database = database
        # One hand for SQLite, which has one pen; more would only wait for each other.
        self.hands: Executor = ThreadPoolExecutor(max_workers=1 if database.is_sqlite else 8)
        self.clock = Clock()
        self.desk = build_desk(settings, database, book)
        self.store = open_files(settings)
        self.web = WebChannel()
        self.channels: dict[str, Channel] = {"web": self.web}
        if settings.telegram_token is not None:
            # Nothing of Telegram is needed, not even imported, without a token.
            from bot.channels.telegram.channel import TelegramChannel

            self.channels["telegram"] = TelegramChannel(
                token=settings.telegram_token.get_secret_value(),
                api_root=settings.telegram_root,
                rate=settings.telegram_rate,
                poll_seconds=settings.telegram_poll_seconds,
                staff_chat=settings.telegram_staff_chat,
                store=self.store,
            )
        self.senders = {
            name: Sender(database, channel, hands=self.hands, now=self.clock.now)
            for name, channel in self.channels.items()
        }
        self.receiver = Receiver(
            database,
            self.desk,
            self.channels,
            hands=self.hands,
            answered=self.wake_all,
            now=self.clock.now,
        )
        self.fetcher = Fetcher(
            database,
            self.desk,
            self.channels,
            self.store,
            hands=self.hands,
            told=self.wake_senders,
            now=self.clock.now,
        )
        self.server = WebServer(
            settings,
            self.web,
            take=self.receiver.taker("web"),
            database=database,
            book=book,
            store=self.store,
        )
        self.watch = KnowledgeWatch(database, book, take=self.take_book)
        self._stop = asyncio.Event()

    def take_book(self, book: Book) -> None:
        """Answer from this book from now on; may be called from any thread."""
        self.desk.take_book(book)
        self.server.take_book(book)
        settle()

    def wake_senders(self) -> None:
        """Let every sender look at its outbox at once."""
        for sender in self.senders.values():
            sender.wake()

    def wake_all(self) -> None:
        """Let the senders send and the fetcher fetch what the desk has just written down."""
        self.wake_senders()
        self.fetcher.wake()

    def stop(self) -> None:
        """Ask the service to finish what is under way and end."""
        self._stop.set()

    async def tick(self) -> None:
        """Do what is due now."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self.hands, self.desk.tick, self.clock.now())
        except Exception:
            # The next knock finds the same work again: it stands in the database.
            log.exception("cannot do what is due")
        self.wake_senders()

    async def run(self) -> None:
        """Serve until `stop` or a signal; raises where a part cannot go on."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(sign, self.stop)
        ticking = clock.knocking(self.tick, seconds=self.settings.tick_seconds)
        inward = [
            asyncio.create_task(channel.receive(self.receiver.taker(name)), name=f"receive-{name}")
            for name, channel in self.channels.items()
        ]
        inward.append(asyncio.create_task(self.server.run(), name="web-server"))
        work = asyncio.create_task(self.receiver.work(), name="work")
        outward = [
            asyncio.create_task(sender.run(), name=f"send-{name}") for name, sender in self.senders.items()
        ]
        fetching = asyncio.create_task(self.fetcher.run(), name="fetch-files")
        watching = asyncio.create_task(self.watch.run(), name="knowledge-watch")
        stopping = asyncio.create_task(self._stop.wait(), name="stop")
        ticking.start()
        try:
            done, _ = await asyncio.wait(
                [*inward, work, *outward, fetching, watching, stopping], return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                if task is not stopping:
                    task.result()
        finally:
            # From the door inwards: nothing new, then what is here is worked on, then it goes out.
            ticking.shutdown(wait=False)
            for group in (inward, [work, fetching], outward, [watching, stopping]):
                for task in group:
                    task.cancel()
                await asyncio.gather(*group, return_exceptions=True)
            for channel in self.channels.values():
                await close(channel)
            self.hands.shutdown(wait=True)
            self.watch.close()


async def close(channel: Channel) -> None:
    """Close what a channel holds open, where it holds anything."""
    closing = getattr(channel, "close", None)
    if closing is not None:
        await closing()


def build_service(settings: Settings, *, book: Book | None = None) -> Service:
    """Return the service, ready to run."""
    database = open_database(settings)
    service = Service(settings, database, book or open_book(settings, database))
    settle()
    return service
