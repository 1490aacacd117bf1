"""Running the service."""

import asyncio
import socket
from typing import Annotated

import typer

from bot.cli import common
from bot.cli.common import Refusal, note
from bot.settings import PREFIX, Settings


def serve(
    port: Annotated[
        int | None, typer.Option(help="Port of the web chat (DIANLING_PORT).", min=1, max=65535)
    ] = None,
) -> None:
    """Serve customers: the web chat, and Telegram where a token is set."""
    # The web and Telegram are only needed here, not by every command.
    from bot.app import build_service

    found = common.settings(**({"port": port} if port is not None else {}))
    refuse_used_port(found)
    service = build_service(found)
    note(f"电铃 is ready: http://{found.host}:{found.port}/ ({', '.join(service.channels)})")
    asyncio.run(service.run())


def refuse_used_port(found: Settings) -> None:
    """Refuse to start on a port that somebody else has, and name it."""
    with socket.socket(socket.AF_INET6 if ":" in found.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((found.host, found.port))
        except OSError as error:
            raise Refusal(
                f"port {found.port} on {found.host} cannot be used: {error.strerror}. "
                f"Choose another with PORT=… (make) or {PREFIX}PORT=…"
            ) from None


def settings() -> None:
    """List every setting with its default and what it is for; secrets are not shown."""
    current = common.settings()
    for name, field in Settings.model_fields.items():
        print(f"{PREFIX}{name.upper()} = {getattr(current, name)}\n    {field.description}")
