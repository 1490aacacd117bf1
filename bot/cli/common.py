"""What the commands share: opening things, reading moments, refusing with a sentence."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot import clock, logs
from bot.opening import build_desk, open_book, open_database
from bot.settings import BadSettings, Settings, load_settings
from handlers.desk import Desk
from handlers.editors.editing import Refused
from handlers.staff import colleagues
from knowledge.sheets import BadContent
from storage.database import BadDatabaseUrl, Database

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
NowOption = Annotated[
    str | None,
    typer.Option("--now", metavar="ISO", help="Act as if it were this moment, e.g. 2026-12-01T09:00+08:00."),
]


class Refusal(Exception):
    """Raised where an input is refused; its text is for the person who gave it."""


@contextmanager
def refusing() -> Iterator[None]:
    """Turn a refused input into one clear message and exit code 1."""
    try:
        yield
    except (Refusal, Refused, colleagues.Refused, BadSettings, BadContent, BadDatabaseUrl) as error:
        print(str(error), file=sys.stderr)
        raise SystemExit(1) from None
    except BrokenPipeError:
        raise SystemExit(1) from None


def settings(**changes: Any) -> Settings:
    """Read the settings and set up the logs."""
    found = load_settings(dict(os.environ), **changes)
    logs.set_up(found.log_level, found.log_format)
    return found


def moment(text: str | None, zone: ZoneInfo) -> datetime:
    """Return the moment that was named, or this one; a moment without an offset is the utility's."""
    if text is None:
        return clock.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"--now: {text!r} is not a moment like 2026-12-01T09:00+08:00") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def open_desk(**changes: Any) -> tuple[Settings, Database, Desk]:
    """Open settings, database, book and desk."""
    found = settings(**changes)
    database = open_database(found)
    return found, database, build_desk(found, database, open_book(found, database))


def print_json(value: Any) -> None:
    """Print one JSON document on one line, Chinese as it is."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)


def note(text: str) -> None:
    """Tell the person at the terminal something that is not the result."""
    print(text, file=sys.stderr)
