"""Runs the server as a process of its own: python -m tests.fake_bot_api --port 8081."""

import argparse
import asyncio
import signal
from pathlib import Path

from tests.fake_bot_api.server import FakeBotApi
from tests.fake_bot_api.state import TOKEN, State


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until a signal comes; the address is printed once it listens."""
    state = State(token=arguments.token, witness_file=arguments.witness)
    state.limits.on = not arguments.no_limits
    state.keep_calls = False
    state.latency_seconds = arguments.latency_ms / 1000
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with FakeBotApi(state, port=arguments.port) as api:
        print(api.root, flush=True)
        await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.fake_bot_api", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--no-limits", action="store_true", help="do not count messages")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="answer every call so much later")
    parser.add_argument("--witness", type=Path, help="append every accepted message to this file")
    asyncio.run(serve(parser.parse_args()))


main()
