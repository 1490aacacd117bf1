"""A hotline that can be killed: its processes, its customers, and what is to be found in the end."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, get, post, until

PLACE = "江滨路12号阳光花园5栋201"
STEPS_AT_MOST = 60  # of somebody who fills in a form: what is asked twice is answered twice
KEYS_TO_PASS = ("上一步", "取消", "人工", "主菜单", "知道了，等来电")


class Nursery:
    """Starts the command line as one process after another; their clock goes from `begin` on."""

    def __init__(self, environment: dict[str, str], folder: Path, begin: datetime) -> None:
        self.log = folder / "bot.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DIANLING_")}
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.nursery", begin.isoformat()],
                cwd=ROOT,
                env={**kept, "OPENBLAS_NUM_THREADS": "1", **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )
        self._running: int | None = None
        try:
            assert self._next()["ready"]
        except BaseException:
            self.close()
            raise

    def start(self, *arguments: str) -> int:
        """Start a command and return the number of its process; one at a time."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"arguments": arguments, "log": str(self.log)}) + "\n")
        self._process.stdin.flush()
        self._running = int(self._next()["pid"])
        return self._running

    def wait(self) -> int:
        """Return the exit code of what was started last, once it has ended."""
        code = int(self._next()["code"])
        self._running = None
        return code

    def run(self, *arguments: str) -> None:
        """Run a command to its end, which must be a good one."""
        self.start(*arguments)
        code = self.wait()
        assert code == 0, f"dianling {' '.join(arguments)}: {code}\n{self.log.read_text()[-3000:]}"

    def kill(self, pid: int) -> int:
        """End what was started last as a power failure would; return its exit code."""
        os.kill(pid, signal.SIGKILL)
        return self.wait()

    def close(self) -> None:
        """End the nursery and what it has started."""
        if self._running is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._running, signal.SIGKILL)
        self._process.kill()
        self._process.communicate()

    def _next(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the nursery has ended:\n{self.log.read_text()[-3000:]}"
        found: dict[str, Any] = json.loads(line)
        return found


@dataclass
class Customers:
    """Customers of the hotline, who go on writing while it is killed; `seed` decides everything they do."""

    root: str
    seed: int
    questions: Sequence[str]
    dangers: Sequence[str]
    first_chat: int = 50_000
    reporters: tuple[int, ...] = tuple(range(80_000, 80_008))
    sent: list[tuple[int, int]] = field(default_factory=list)  # (update, chat)
    endangered: list[int] = field(default_factory=list)
    steps: dict[int, int] = field(default_factory=dict)
    _seen: dict[int, int] = field(default_factory=dict)
    _handed_in: set[int] = field(default_factory=set)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _error: BaseException | None = None

    def start(self, *, per_second: float) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._write, args=(per_second,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write no more; raises what went wrong."""
        self._stop.set()
        assert self._thread is not None
        self._thread.join(20)
        if self._error is not None:
            raise self._error

    def say(self, chat: int, text: str) -> None:
        """Let somebody write."""
        self._note(chat, post(f"{self.root}/control/say", {"identity": chat, "text": text}))

    def shown(self, chat: int) -> dict[str, Any]:
        """Return what stands in a chat, and how many steps its person has taken."""
        return {"chat": chat, "steps": self.steps.get(chat), **get(f"{self.root}/control/chat?id={chat}")}

    def go_on(self, chat: int) -> bool:
        """Let somebody take the next step of a form if they have been answered; True once it is handed in."""
        if chat not in self.steps:
            self.steps[chat] = 0
            self.say(chat, "我要报修")
            return False
        shown = self.shown(chat)
        texts, buttons = shown["texts"], shown["buttons"]
        if chat in self._handed_in:
            return True
        if len(texts) <= self._seen.get(chat, 0) or self.steps[chat] >= STEPS_AT_MOST:
            return False
        self._seen[chat] = len(texts)
        self.steps[chat] += 1
        for label in ("提交", "跳过"):
            if label in buttons:
                if label == "提交":
                    self._handed_in.add(chat)
                self._tap(chat, label)
                return False
        others = [label for label in buttons if label not in KEYS_TO_PASS]
        if others:
            self._tap(chat, others[0])
        else:
            self.say(chat, PLACE)
        return False

    def _tap(self, chat: int, label: str) -> None:
        self._note(chat, post(f"{self.root}/control/tap", {"identity": chat, "label": label}))

    def _note(self, chat: int, answer: Any) -> None:
        self.sent.append((int(answer["update_id"]), chat))

    def _write(self, per_second: float) -> None:
        chance = random.Random(self.seed)
        number = 0
        try:
            while not self._stop.is_set():
                number += 1
                if number % 50 == 25 and len(self.endangered) < len(self.dangers):
                    chat = 70_000 + number
                    self.endangered.append(chat)
                    self.say(chat, self.dangers[len(self.endangered) - 1])
                elif number % 4 == 0:
                    self.go_on(chance.choice(self.reporters))
                else:
                    # Two or three from each chat, side by side with others.
                    self.say(self.first_chat + number // 12 * 4 + number % 4, chance.choice(self.questions))
                self._stop.wait(chance.expovariate(per_second))
        except BaseException as error:
            self._error = error


def rows(database: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return what stands in the database."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def let_leases_end(database: Path) -> int:
    """Let the minute pass that a dead sender's messages stay its own; return how many there were."""
    connection = sqlite3.connect(database, timeout=20)
    try:
        with connection:
            changed = connection.execute(
                "UPDATE outgoing SET lease_until = '2000-01-01 00:00:00.000000' WHERE state = 'sending'"
            )
            return changed.rowcount
    finally:
        connection.close()


def wait_until_quiet(database: Path, *, updates: int, seconds: float) -> None:
    """Wait until every update is worked on and nothing for a customer waits to be sent."""

    def quiet() -> bool:
        [(known, waiting)] = rows(
            database, "SELECT COUNT(*), SUM(state = 'waiting') FROM inbox WHERE channel = 'telegram'"
        )
        [(unsent,)] = rows(
            database,
            "SELECT COUNT(*) FROM outgoing WHERE state IN ('waiting', 'sending') AND address NOT LIKE '-%'",
        )
        return bool(known >= updates and not waiting and not unsent)

    try:
        until(quiet, seconds=seconds, what="everybody is answered", every=0.2)
    except TimeoutError as error:
        left = [
            rows(database, "SELECT state, attempts, COUNT(*) FROM inbox GROUP BY 1, 2"),
            rows(database, "SELECT state, lane, attempts, error, COUNT(*) FROM outgoing GROUP BY 1, 2, 3, 4"),
            rows(database, "SELECT * FROM outgoing WHERE state IN ('waiting', 'sending') LIMIT 2"),
        ]
        raise TimeoutError(f"{error}; {updates} updates; {left}") from None


def moments(chance: random.Random, count: int, least: float, most: float) -> list[float]:
    """Return random times in seconds."""
    return [chance.uniform(least, most) for _ in range(count)]


def sleep(seconds: float) -> None:
    """Wait: the killing goes by the real clock."""
    time.sleep(seconds)
