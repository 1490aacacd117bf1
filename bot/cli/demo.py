"""The demo: the whole hotline for a fictional town, with a short real conversation printed at its start."""

import asyncio
import secrets
from pathlib import Path
from typing import Annotated

import typer

from bot import clock
from bot.cli import common
from bot.cli.common import Refusal, note
from bot.cli.serve import refuse_used_port
from bot.settings import Settings


def demo(
    port: Annotated[int | None, typer.Option(help="Port of the web chat.", min=1, max=65535)] = None,
    once: Annotated[bool, typer.Option("--once", help="Print the conversation and end.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the demo's database away first.")] = False,
) -> None:
    """Run the whole hotline for the fictional 江城供电, and print a short conversation with it."""
    chosen = common.settings()
    changes: dict[str, object] = {"demo": True, "log_level": "warning"}
    if port is not None:
        changes["port"] = port
    if "database" not in chosen.model_fields_set:
        changes["database"] = "sqlite:///var/demo.db"
    if chosen.secret is None:
        changes["secret"] = secrets.token_hex(16)
    found = common.settings(**changes)
    refuse_used_port(found)
    if fresh and "database" in changes:
        for name in ("demo.db", "demo.db-wal", "demo.db-shm"):
            Path("var", name).unlink(missing_ok=True)
    asyncio.run(_run(found, once=once))


async def _run(found: Settings, *, once: bool) -> None:
    # The web and everything behind it are only needed here, not by every command.
    from bot.app import build_service
    from bot.transcript import converse
    from handlers.demo import seed

    service = build_service(found)
    guest = seed(service.desk, now=clock.now())
    running = asyncio.create_task(service.run())
    address = f"http://{found.host}:{found.port}/"
    talk = asyncio.create_task(converse(service, address, guest, show=print))
    try:
        done, _ = await asyncio.wait([running, talk], return_when=asyncio.FIRST_COMPLETED)
        if running in done:
            running.result()
            raise Refusal("the service ended before the conversation did")
        talk.result()
        if once:
            return
        note(
            f"\n电铃演示已启动（江城供电是虚构的，数据均为样例）\n"
            f"  客户网页聊天  {address}\n"
            f"  绑定试试      户号 {guest.account}  一次性码 {guest.code}（{guest.name}）\n"
            f"  工单          DIANLING_DATABASE={found.database} .venv/bin/dianling tickets list\n"
            f"  Ctrl-C 结束"
        )
        await running
    finally:
        service.stop()
        await asyncio.gather(running, return_exceptions=True)
