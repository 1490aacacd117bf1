"""How many messages a second go through the whole stack over a fake Bot API, beside bots that only echo."""

import http.client
import json
import math
import random
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.corpus import SEED
from benchmarks.processes import Child, answers, free_port, get, until
from benchmarks.service import backlog, sample_questions, start_service
from benchmarks.tables import median, show, target

TOKEN: Final = "7000000001:AAFakeTokenForTestsOnly_0123456789ab"
FIRST_CHAT: Final = 100_000
# So many chats that few have to wait: the service says at most three things at once to one of them.
UPDATES, CHATS, ROUNDS = 2_000, 1_000, 3
UPDATES_QUICK, CHATS_QUICK, ROUNDS_QUICK = 400, 200, 1
UPDATES_SLOW: Final = 400  # where the server takes its time, PTB's defaults would take minutes
LATENCY_MS: Final = 50
WARM: Final = 50
COUNTED: Final = 0.95  # the share of messages after which the clock stops
AGAINST_DEFAULT: Final = 1.0
AGAINST_OURS: Final = 0.5

ECHO_DEFAULT = "echo, PTB's defaults"
ECHO_OURS = "echo, our transport"
SERVICE = "dianling, the whole service"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one round of one system gave."""

    per_second: float
    cpu_ms: float  # of the bot's process, per message
    sent: int


@dataclass(frozen=True, slots=True)
class Load:
    """What customers write: (chat, text), in this order."""

    messages: tuple[tuple[int, str], ...]

    @property
    def size(self) -> int:
        """The number of messages."""
        return len(self.messages)


def run(*, quick: bool = False) -> None:
    """Measure the three systems in turn, round by round, then once with a server that takes its time."""
    print("\n== Throughput ==")
    updates, chats, rounds = (UPDATES_QUICK, CHATS_QUICK, ROUNDS_QUICK) if quick else (UPDATES, CHATS, ROUNDS)
    print(
        "Each system in a process of its own, the fake Bot API (without its limits) in another. The load\n"
        "stands in the server before the bot may go on. The service understands, answers and stores, and\n"
        "its SQLite syncs to disk. It says at most three things at once to one chat, then one a second,\n"
        f"so the clock stops for every system when {COUNTED:.0%} of its messages are out."
    )
    systems = (ECHO_DEFAULT, ECHO_OURS, SERVICE)
    load = customers(updates, chats)
    results: dict[str, list[Measured]] = {name: [] for name in systems}
    for _ in range(rounds):
        for name in systems:
            results[name].append(measure(name, load))
    report(f"{updates:,} updates from {chats:,} chats, {rounds} rounds, medians", results)
    service = median([one.per_second for one in results[SERVICE]])
    for name, wanted in ((ECHO_DEFAULT, AGAINST_DEFAULT), (ECHO_OURS, AGAINST_OURS)):
        ratio = service / median([one.per_second for one in results[name]])
        target(f"the whole service against {name}", ratio >= wanted, f"{ratio:.2f}", f"≥ {wanted:.1f}")
    if not quick:
        slow = customers(UPDATES_SLOW, UPDATES_SLOW // 2)
        report(
            f"the same with a server that takes {LATENCY_MS} ms, {UPDATES_SLOW} updates, one round",
            {name: [measure(name, slow, latency_ms=LATENCY_MS)] for name in systems},
        )


def report(title: str, results: dict[str, list[Measured]]) -> None:
    """Print a table of the systems."""
    speeds = {name: median([one.per_second for one in rounds]) for name, rounds in results.items()}
    rows = [
        [
            name,
            f"{speeds[name]:.0f}",
            f"{min(one.per_second for one in rounds):.0f}–{max(one.per_second for one in rounds):.0f}",
            f"{median([one.cpu_ms for one in rounds]):.2f}",
            str(rounds[-1].sent),
            f"{speeds[name] / speeds[ECHO_DEFAULT]:.2f}",
            f"{speeds[name] / speeds[ECHO_OURS]:.2f}",
        ]
        for name, rounds in results.items()
    ]
    head = ["", "updates/s", "range", "CPU ms/update", "sent", "× PTB's defaults", "× echo on ours"]
    show(title, head, rows)


def customers(updates: int, chats: int) -> Load:
    """Return what is asked: real questions, all different, chats in random order."""
    chance = random.Random(SEED)
    places = [FIRST_CHAT + number % chats for number in range(updates)]
    chance.shuffle(places)
    return Load(tuple(zip(places, sample_questions(updates), strict=True)))


def measure(name: str, load: Load, *, latency_ms: int = 0) -> Measured:
    """Run one system against a fresh server; raises TimeoutError where it does not get through the load."""
    with tempfile.TemporaryDirectory(prefix="dianling-bench-") as folder:
        place = Path(folder)
        with bot_api(place, latency_ms=latency_ms) as root, system(name, root, place) as child:
            warm = Load(
                tuple(
                    (FIRST_CHAT - 1 - number, text) for number, (_, text) in enumerate(load.messages[:WARM])
                )
            )
            say(root, warm)
            through(name, root, place, child, WARM)
            before, used_before = len(accepted(root)), child.cpu_s()
            child.signal(signal.SIGSTOP)
            say(root, load)
            started = time.monotonic()  # the server's clock too: it is the machine's
            child.signal(signal.SIGCONT)
            through(name, root, place, child, WARM + load.size)
            cpu_ms = (child.cpu_s() - used_before) / load.size * 1000
            sent = accepted(root)[before:]
            answered = {one["chat_id"] for one in sent}
            missing = {chat for chat, _ in load.messages} - answered
            if missing:
                raise RuntimeError(f"{name}: {len(missing)} chats were not answered:\n{child.tail()}")
            ended = float(sent[math.ceil(COUNTED * len(sent)) - 1]["at"])
            return Measured(COUNTED * load.size / (ended - started), cpu_ms, len(sent))


@contextmanager
def bot_api(folder: Path, *, latency_ms: int = 0) -> Iterator[str]:
    """Run the fake Bot API and give its address."""
    port = free_port()
    child = Child(
        [
            "-m",
            "tests.fake_bot_api",
            "--port",
            str(port),
            "--token",
            TOKEN,
            "--no-limits",
            "--latency-ms",
            str(latency_ms),
        ],
        log=folder / "api.log",
    )
    root = f"http://127.0.0.1:{port}"
    try:
        until(
            lambda: answers(f"{root}/control/stats"), seconds=20, what="the fake Bot API answers", child=child
        )
        yield root
    finally:
        child.stop(seconds=5)


@contextmanager
def system(name: str, root: str, folder: Path) -> Iterator[Child]:
    """Run one of the systems."""
    if name == SERVICE:
        port = free_port()
        environment = {
            "DIANLING_DATABASE": f"sqlite:///{folder / 'bench.db'}",
            "DIANLING_PORT": str(port),
            "DIANLING_TELEGRAM_TOKEN": TOKEN,
            "DIANLING_TELEGRAM_API": root,
            "DIANLING_TELEGRAM_RATE": "1000",
            "DIANLING_TELEGRAM_POLL_SECONDS": "5",
            "DIANLING_LOG_LEVEL": "warning",
        }
        child = start_service(environment, port, folder / "bot.log")
    else:
        transport = "default" if name == ECHO_DEFAULT else "ours"
        child = Child(
            ["-m", "benchmarks.echo", transport, "--root", root, "--token", TOKEN], log=folder / "bot.log"
        )
    try:
        yield child
    finally:
        child.signal(signal.SIGCONT)
        child.stop()


def say(root: str, load: Load) -> None:
    """Let customers write."""
    host = root.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        for chat, text in load.messages:
            body = json.dumps({"identity": chat, "text": text})
            connection.request("POST", "/control/say", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the fake Bot API refuses: {answer.status}")
    finally:
        connection.close()


def through(name: str, root: str, folder: Path, child: Child, updates: int) -> None:
    """Wait until so many updates have been dealt with altogether."""

    def done() -> bool:
        if name != SERVICE:
            return int(get(f"{root}/control/stats")["accepted"]) >= updates
        worked, open_in, open_out = backlog(folder / "bench.db")
        return worked >= updates and open_in == 0 and open_out == 0

    until(done, seconds=300, what=f"{updates} updates are dealt with", child=child, every=0.1)


def accepted(root: str) -> Sequence[dict[str, Any]]:
    """Return every message that the server accepted, in order."""
    found: list[dict[str, Any]] = get(f"{root}/control/accepted")
    return found
