"""Processes that are measured from outside: started, waited for, stopped, and what they used."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["ROOT", "Child", "Used", "answers", "free_port", "get", "post", "until"]

ROOT: Final = Path(__file__).parent.parent
# What is measured must not depend on how this shell happens to be set up.
_OURS = "DIANLING_"


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used until it ended: seconds of processor time, and the most memory it had, in MB."""

    cpu_s: float
    peak_mb: float
    code: int  # as os.waitstatus_to_exitcode gives it: negative where a signal ended it


class Child:
    """One process of ours under measurement; its output goes to a file."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        directory: Path = ROOT,
    ) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self.log = log
        with log.open("ab") as output:
            self.started = time.perf_counter()
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=directory,
                env={**kept, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._used: Used | None = None

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def ended(self) -> Used | None:
        """Return what it used if it has ended, else None."""
        return self._wait(os.WNOHANG)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        if self.ended() is None:
            os.kill(self.pid, number)

    def stop(self, *, seconds: float = 20.0) -> Used:
        """Ask it to end, make it end where it does not within `seconds`, and return what it used."""
        self.signal(signal.SIGTERM)
        until_then = time.monotonic() + seconds
        while time.monotonic() < until_then:
            used = self.ended()
            if used is not None:
                return used
            time.sleep(0.02)
        return self.kill()

    def kill(self) -> Used:
        """End it as a power failure would, and return what it used."""
        self.signal(signal.SIGKILL)
        used = self._wait(0)
        assert used is not None
        return used

    def memory_mb(self) -> float:
        """Return the memory it has now, in MB; raises OSError where the system does not tell."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise OSError("no VmRSS")

    def cpu_s(self) -> float:
        """Return the seconds of processor time it has used; raises OSError where the system does not tell."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def tail(self, lines: int = 15) -> str:
        """Return the end of its output."""
        return "\n".join(self.log.read_text("utf-8", errors="replace").splitlines()[-lines:])

    def _wait(self, options: int) -> Used | None:
        if self._used is None:
            pid, status, usage = os.wait4(self.pid, options)
            if pid == 0:
                return None
            self._process.returncode = os.waitstatus_to_exitcode(status)
            self._used = Used(
                usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, self._process.returncode
            )
        return self._used


def free_port() -> int:
    """Return a port of the loopback that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def until(
    reached: Callable[[], bool], *, seconds: float, what: str, child: Child | None = None, every: float = 0.02
) -> None:
    """Wait until something is so; raises TimeoutError, or RuntimeError where the process has ended."""
    deadline = time.monotonic() + seconds
    while not reached():
        if child is not None and child.ended() is not None:
            raise RuntimeError(f"the process ended while waiting until {what}:\n{child.tail()}")
        if time.monotonic() > deadline:
            tail = f":\n{child.tail()}" if child is not None else ""
            raise TimeoutError(f"not within {seconds:.0f} s: {what}{tail}")
        time.sleep(every)


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url: str, *, seconds: float = 10.0) -> Any:
    """Return the JSON at an address of this machine; raises OSError."""
    with _direct.open(url, timeout=seconds) as answer:
        return json.loads(answer.read())


def post(url: str, document: Any, *, headers: Mapping[str, str] | None = None, seconds: float = 60.0) -> Any:
    """Post JSON to an address of this machine and return the JSON it answers; raises OSError."""
    request = urllib.request.Request(
        url,
        data=json.dumps(document).encode(),
        headers={"Content-Type": "application/json", **(headers or {})},
        method="POST",
    )
    with _direct.open(request, timeout=seconds) as answer:
        return json.loads(answer.read() or b"null")


def answers(url: str) -> bool:
    """Whether a server answers at an address of this machine."""
    try:
        get(url, seconds=2)
    except (OSError, ValueError):
        return False
    return True
