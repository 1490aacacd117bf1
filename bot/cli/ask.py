"""Talking to the desk from the terminal: one question, a file of questions, or a conversation."""

import secrets
import sys
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import clock
from bot.channels.terminal import TerminalChannel, plain
from bot.cli.common import JsonFlag, NowOption, Refusal, moment, note, open_desk, print_json
from handlers.desk import Desk
from handlers.messages import Heard, Message
from knowledge.rules.regions import read_region
from storage import outbox
from storage.database import Database
from storage.models import OutgoingState
from storage.people import set_region

RegionOption = Annotated[
    str | None, typer.Option("--region", help="Ask as a customer of this region, e.g. shanghai or 上海.")
]


def ask(
    text: Annotated[str | None, typer.Argument(help="The question, as a customer would type it.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Ask every line of this file.", exists=True, dir_okay=False)
    ] = None,
    same: Annotated[
        bool, typer.Option("--same", help="With --file: all lines in one conversation instead of fresh ones.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="With --same: as if all lines were sent within the same second.")
    ] = False,
    region: RegionOption = None,
    now: NowOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask one question through the same desk as every channel (or a file of them, a JSON line each)."""
    if (text is None) == (file is None):
        raise typer.BadParameter("give either a question or --file")
    if quick and not same:
        raise typer.BadParameter("--quick is about the lines of one conversation: give --same with it")
    lines = [text] if text is not None else _lines(file)
    asked_in = _region(region)
    _, database, desk = open_desk()
    at = moment(now, desk.desktop.book.zone) if now else None
    opened_at = at or clock.now()
    run = secrets.token_hex(8)
    for number, line in enumerate(lines):
        address = f"ask-{run}-{0 if same else number}"
        if asked_in is not None and (number == 0 or not same):
            with database.transaction() as session:
                set_region(session, "terminal", address, asked_in, now=at or clock.now())
        started = time.perf_counter()
        said_at = at or clock.now()
        heard = desk.hear(
            Message("terminal", address, f"{run}-{number}", said_at, text=line),
            said_at,
            received_at=opened_at if quick else None,
        )
        elapsed_ms = (time.perf_counter() - started) * 1000
        settle(database, address)
        if as_json:
            print_json(document(heard, elapsed_ms))
        else:
            print(plain(heard.text))
            choices = [choice.label for reply in heard.replies for choice in reply.choices]
            if choices:
                print("  ".join(f"【{label}】" for label in choices))


def chat(region: RegionOption = None) -> None:
    """Talk with Dianling in the terminal; buttons are numbers, an empty line or Ctrl-D ends."""
    asked_in = _region(region)
    _, database, desk = open_desk()
    terminal = TerminalChannel()
    address = f"chat-{secrets.token_hex(8)}"
    if asked_in is not None:
        with database.transaction() as session:
            set_region(session, "terminal", address, asked_in, now=clock.now())
    note("直接打字，按钮用数字；空行结束。")
    exchange(database, desk, terminal, address, "/start")
    while True:
        try:
            line = input("> ") if sys.stdin.isatty() else next(sys.stdin).rstrip("\n")
        except (EOFError, StopIteration, KeyboardInterrupt):
            break
        if not line.strip():
            break
        exchange(database, desk, terminal, address, line)


def exchange(database: Database, desk: Desk, terminal: TerminalChannel, address: str, line: str) -> None:
    now = clock.now()
    message = terminal.read({"text": line, "address": address}, secrets.token_hex(8), now)
    assert message is not None
    desk.hear(message, now)
    for token, reply in settle(database, address):
        terminal.show(address, token, reply)


def settle(database: Database, address: str) -> list[tuple[str, Any]]:
    """Take what waits for a terminal address: printing it is its delivery."""
    from handlers.messages import reply_from

    with database.transaction() as session:
        waiting = outbox.waiting_for(session, channel="terminal", address=address)
        shown = [(row.token, reply_from(row.reply)) for row in waiting]
        for row in waiting:
            row.state = OutgoingState.SENT
            row.platform_ref = row.token
            session.add(row)
    return shown


def document(heard: Heard, elapsed_ms: float) -> dict[str, Any]:
    """Return what became of a question, for a machine."""
    return {
        "outcome": heard.outcome,
        "topic": heard.topic,
        "entry": heard.entry,
        "score": heard.score,
        "text": heard.text,
        "sources": list(heard.sources),
        "candidates": [
            {"entry": one.entry, "question": one.question, "score": one.score} for one in heard.candidates
        ],
        "choices": [choice.label for reply in heard.replies for choice in reply.choices],
        "ticket": heard.ticket,
        "elapsed_ms": round(elapsed_ms, 2),
    }


def _region(text: str | None) -> str | None:
    if text is None:
        return None
    found = read_region(text)
    if found is None:
        raise Refusal(f"--region: {text!r} is no region that we have prices for")
    return found


def _lines(file: Path | None) -> Iterable[str]:
    assert file is not None
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(f"{file}: not UTF-8 (byte {error.start})") from None
    return [line for line in text.splitlines() if line.strip()]


__all__ = ["ask", "chat", "datetime", "document"]
