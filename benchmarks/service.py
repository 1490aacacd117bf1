"""How soon the service serves after its start, and how much memory it takes with everything we know."""

import random
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.corpus import SEED
from benchmarks.processes import Child, answers, free_port, post, until
from benchmarks.tables import median, show, target
from knowledge.library import Library

STARTS: Final = 5
STARTS_QUICK: Final = 2
QUESTIONS: Final = 200
PER_VISITOR: Final = 5  # the web chat lets one visitor say ten things at once
START_TARGET_S: Final = 3.0
MEMORY_TARGET_MB: Final = 300.0


def run(*, quick: bool = False) -> None:
    """Start the service again and again, then ask it questions over the web and look at its memory."""
    print("\n== Service ==")
    starts: list[float] = []
    busy: list[float] = []
    with tempfile.TemporaryDirectory(prefix="dianling-bench-") as name:
        folder = Path(name)
        port = free_port()
        environment = {
            "DIANLING_DATABASE": f"sqlite:///{folder / 'service.db'}",
            "DIANLING_PORT": str(port),
            "DIANLING_LOG_LEVEL": "warning",
        }
        # The first start makes the tables and warms the disk; it is not counted.
        for number in range((STARTS_QUICK if quick else STARTS) + 1):
            child = start_service(environment, port, folder / "service.log")
            seconds = time.perf_counter() - child.started
            if number:
                starts.append(seconds)
                busy.append(child.cpu_s())
                at_rest = child.memory_mb()
            if number == (STARTS_QUICK if quick else STARTS):
                break
            child.stop()
        try:
            ask_over_web(port, sample_questions(QUESTIONS))
            wait_until_answered(folder / "service.db", QUESTIONS, child)
            afterwards = child.memory_mb()
        finally:
            used = child.stop()
    rows = [
        [
            "start until /healthz answers",
            f"{median(starts):.2f} s",
            f"{min(starts):.2f} to {max(starts):.2f} s",
        ],
        ["processor time of a start", f"{median(busy):.2f} s", f"{min(busy):.2f} to {max(busy):.2f} s"],
        ["resident memory when it serves", f"{at_rest:.0f} MB", ""],
        [
            f"resident memory after {QUESTIONS} questions",
            f"{afterwards:.0f} MB",
            f"at most {used.peak_mb:.0f} MB",
        ],
    ]
    show(f"`python -m bot serve` with all we know, {len(starts)} warm starts", ["", "", ""], rows)
    target(
        "start, warm", median(starts) < START_TARGET_S, f"{median(starts):.2f} s", f"< {START_TARGET_S:.0f} s"
    )
    target("memory", afterwards < MEMORY_TARGET_MB, f"{afterwards:.0f} MB", f"< {MEMORY_TARGET_MB:.0f} MB")


def start_service(environment: Mapping[str, str], port: int, log: Path) -> Child:
    """Start the real service and wait until it answers."""
    child = Child(["-m", "bot", "serve"], log=log, environment=environment)
    until(
        lambda: answers(f"http://127.0.0.1:{port}/healthz"),
        seconds=60,
        what="the service answers",
        child=child,
        every=0.01,
    )
    return child


def sample_questions(count: int) -> list[str]:
    """Return questions as customers put them: our phrasings, most of them said a little differently."""
    chance = random.Random(SEED)
    known = [
        phrasing
        for entry in Library.load().entries.values()
        if entry.audience == "public" and entry.action != "danger"
        for phrasing in entry.similar
    ]
    before, after = ("", "", "请问", "你好，", "麻烦问一下", "那个"), ("", "", "啊", "呢", "？", "，谢谢")
    chosen = chance.sample(known, count) if count <= len(known) else chance.choices(known, k=count)
    return [f"{chance.choice(before)}{one}{chance.choice(after)}" for one in chosen]


def ask_over_web(port: int, questions: Sequence[str]) -> None:
    """Ask questions in the web chat, a few from each visitor; raises OSError where one is refused."""
    root = f"http://127.0.0.1:{port}"
    session = ""
    for number, question in enumerate(questions):
        if number % PER_VISITOR == 0:
            session = secrets.token_urlsafe(16)
        post(
            f"{root}/api/messages",
            {"id": f"bench-{number:08d}", "text": question},
            headers={"Cookie": f"dianling={session}", "Origin": root},
        )


def wait_until_answered(database: Path, messages: int, child: Child, *, seconds: float = 120.0) -> None:
    """Wait until so many messages have been worked on and nothing waits to be sent; raises TimeoutError."""

    def done() -> bool:
        worked, open_in, open_out = backlog(database)
        return worked >= messages and open_in == 0 and open_out == 0

    until(done, seconds=seconds, what="all is answered", child=child, every=0.1)


def backlog(database: Path) -> tuple[int, int, int]:
    """Return how many updates have been worked on, how many wait, and how many messages are to be sent."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        row: tuple[int, int, int] = connection.execute(
            "SELECT (SELECT COUNT(*) FROM inbox WHERE state <> 'waiting'),"
            " (SELECT COUNT(*) FROM inbox WHERE state = 'waiting'),"
            " (SELECT COUNT(*) FROM outgoing WHERE state IN ('waiting', 'sending'))"
        ).fetchone()
    finally:
        connection.close()
    return row
