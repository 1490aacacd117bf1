"""Forks the real command line off a process that has read the book already: quick starts.

Run as `python -m tests.faults.nursery MOMENT`: the clock of what it starts begins at that moment. It
takes one JSON line per command on its input, {"arguments": [...], "log": FILE}, answers with the process's
number, and with {"pid":, "code":} when it has ended.
"""

import importlib
import json
import os
import signal
import sys
from datetime import datetime
from typing import Any

from bot import clock
from knowledge.book import Book

UNHURRIED = "TESTS_UNHURRIED"


def main() -> None:
    """Read the book, then serve commands until the input ends."""
    set_clock(datetime.fromisoformat(sys.argv[1]))
    # Before the fork, so that no child does it again; after the clock, which some of it takes along.
    importlib.import_module("bot.cli")
    book = Book.open()
    for name in ("bot.app", "bot.cli.common"):
        setattr(importlib.import_module(name), "open_book", lambda *_: book)  # noqa: B010
    say({"ready": True})
    if os.environ.get(UNHURRIED):
        forget_pace()
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(wanted)
        say({"pid": pid})
        _, status = os.waitpid(pid, 0)
        say({"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def set_clock(begin: datetime) -> None:
    """Let our clock go on from a moment: reminders rest at night, and this must work at any hour."""
    offset = begin - clock.now()
    real = clock.now
    clock.now = lambda: real() + offset


def forget_pace() -> None:
    """Let what we start send as fast as it can: a story of minutes in a group passes in seconds."""
    from bot.channels.telegram.pace import Pace

    async def admit(_pace: Pace, _address: str, _lane: int) -> None:
        return

    Pace.admit = admit  # type: ignore[method-assign]


def say(document: dict[str, Any]) -> None:
    """Answer with one line."""
    print(json.dumps(document), flush=True)


def become(wanted: dict[str, Any]) -> None:
    """Be the command line, as if started by hand; never returns."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        output = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.argv = ["dianling", *wanted["arguments"]]
        from bot.cli import main as command_line

        command_line()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
