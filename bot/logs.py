"""Structured logs that carry ids, never what customers wrote, their numbers or our secrets."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_ACCOUNT = re.compile(r"(?<!\d)\d{6,}(\d{4})(?!\d)")
_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{8,}")


def redact(text: str) -> str:
    """Return a text with phone numbers, account numbers and bot tokens made unreadable."""
    text = _TOKEN.sub("<token>", text)
    text = _PHONE.sub(r"\1****\2", text)
    return _ACCOUNT.sub(r"****\1", text)


def _redact_event(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


def set_up(level: str, form: str) -> None:
    """Send our own and the libraries' logs to standard error in one form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _redact_event,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # These say every request, with the token in its address.
    for noisy in (
        "httpx",
        "httpcore",
        "aiohttp.access",
        "apscheduler",
        "telegram",
        "uvicorn.access",
        "alembic",
        "jieba",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
