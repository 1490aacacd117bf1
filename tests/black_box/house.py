"""The program as processes, and people who reach it only over HTTP: a web page, a Telegram client."""

import contextlib
import http.client
import http.cookiejar
import json
import re
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.processes import Child, answers, free_port, get, post, until
from tests.fake_bot_api.state import TOKEN
from tests.faults.hotline import Nursery

GROUP = -1001234567890
_SECONDS = 20.0


class House:
    """A Bot API server, a database, and `dianling serve`, which may begin again at another hour."""

    def __init__(self, folder: Path, *, forum: bool) -> None:
        self.folder = folder
        self.port, api_port = free_port(), free_port()
        self.api = f"http://127.0.0.1:{api_port}"
        self._api = Child(
            ["-m", "tests.fake_bot_api", "--port", str(api_port), "--no-limits"], log=folder / "api.log"
        )
        until(
            lambda: answers(f"{self.api}/control/stats"),
            seconds=_SECONDS,
            what="the Bot API answers",
            child=self._api,
        )
        if forum:
            post(f"{self.api}/control/set", {"forum": GROUP})
        self._environment = {
            "DIANLING_DATABASE": f"sqlite:///{folder}/dianling.db",
            "DIANLING_FILES": str(folder / "files"),
            "DIANLING_PORT": str(self.port),
            "DIANLING_TELEGRAM_TOKEN": TOKEN,
            "DIANLING_TELEGRAM_API": self.api,
            "DIANLING_TELEGRAM_RATE": "1000",
            "DIANLING_TELEGRAM_POLL_SECONDS": "1",
            "DIANLING_TELEGRAM_STAFF_CHAT": str(GROUP),
            "DIANLING_TICK_SECONDS": "0.5",
            "DIANLING_SECRET": "only for this test",
            "DIANLING_LOG_LEVEL": "warning",
        }
        self._nursery: Nursery | None = None
        self._serving: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._nursery is not None:
            self._nursery.close()
        self._api.stop(seconds=5)

    def run(self, *arguments: str) -> str:
        """Run a command of ours to its end and return what it printed."""
        assert self._nursery is not None
        before = self._nursery.log.stat().st_size if self._nursery.log.exists() else 0
        self._nursery.run(*arguments)
        return self._nursery.log.read_bytes()[before:].decode()

    def open(self, at: datetime) -> None:
        """Make the clock of everything we start begin at a moment."""
        if self._nursery is not None:
            self._nursery.close()
        self._nursery = Nursery(self._environment, self.folder, at)

    def serve(self) -> None:
        """Start the service and wait until its page can be read."""
        assert self._nursery is not None
        self._serving = self._nursery.start("serve")
        until(
            lambda: answers(f"http://127.0.0.1:{self.port}/healthz"),
            seconds=_SECONDS,
            what="the service answers",
        )

    def power_cut(self) -> None:
        """End the service as a power failure would."""
        assert self._nursery is not None
        assert self._serving is not None
        self._nursery.kill(self._serving)

    def log(self) -> str:
        """Return what the service has logged."""
        assert self._nursery is not None
        return self._nursery.log.read_text()


class WebCustomer:
    """Somebody with a browser: a session cookie, messages posted, answers read from the stream of events."""

    def __init__(self, house: House) -> None:
        self._root = f"http://127.0.0.1:{house.port}"
        jar = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open
        self._open(f"{self._root}/", timeout=_SECONDS).read()
        self._replies: dict[int, dict[str, Any]] = {}
        self._gone: set[int] = set()
        self._left = False
        threading.Thread(target=self._listen, daemon=True).start()

    def leave(self) -> None:
        """Close the page."""
        self._left = True

    def shown(self) -> list[dict[str, Any]]:
        """Return our replies as the page shows them now, oldest first."""
        return [one for number, one in sorted(dict(self._replies).items()) if number not in self._gone]

    def _listen(self) -> None:
        """Read the stream as a browser does: again from the last id whenever it breaks off."""
        while not self._left:
            last = max(self._replies, default=0)
            request = urllib.request.Request(f"{self._root}/events?after={last}", headers=self._headers())
            broken = contextlib.suppress(OSError, http.client.HTTPException)
            with broken, self._open(request, timeout=5.0) as stream:
                for line in stream:
                    if line.startswith(b"data:"):
                        self._note(json.loads(line[5:]))
                    if self._left:
                        return
            time.sleep(0.05)

    def _note(self, shown: dict[str, Any]) -> None:
        if shown.get("kind") == "reply":
            if shown.get("replaces_id"):
                self._gone.add(shown["replaces_id"])
            self._replies[shown["id"]] = shown

    def say(self, text: str) -> None:
        """Write something."""
        self._post("/api/messages", {"id": str(uuid.uuid4()), "text": text})

    def tap(self, label: str) -> None:
        """Tap the newest button with a label."""
        for reply in reversed(self.shown()):
            for choice in reply["choices"]:
                if choice["label"] == label:
                    self._post("/api/messages", {"id": str(uuid.uuid4()), "choice": choice["key"]})
                    return
        raise AssertionError(f"no button {label}: {self.texts()[-2:]}")

    def album(self, pictures: list[bytes]) -> None:
        """Send several pictures at once."""
        border = uuid.uuid4().hex
        body = b"".join(
            [
                f'--{border}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{uuid.uuid4()}\r\n'.encode(),
                *(
                    f'--{border}\r\nContent-Disposition: form-data; name="files"; filename="{n}.png"\r\n'
                    "Content-Type: image/png\r\n\r\n".encode()
                    + picture
                    + b"\r\n"
                    for n, picture in enumerate(pictures)
                ),
                f"--{border}--\r\n".encode(),
            ]
        )
        headers = {**self._headers(), "Content-Type": f"multipart/form-data; boundary={border}"}
        request = urllib.request.Request(f"{self._root}/api/uploads", body, headers)
        self._send(request)

    def texts(self) -> list[str]:
        """Return what our replies say now."""
        return [one["text"] for one in self.shown()]

    def buttons(self) -> list[str]:
        """Return the labels under our last reply that has any."""
        return next((labels(one) for one in reversed(self.shown()) if one["choices"]), [])

    def _post(self, path: str, document: dict[str, Any]) -> None:
        request = urllib.request.Request(
            f"{self._root}{path}",
            json.dumps(document).encode(),
            {**self._headers(), "Content-Type": "application/json"},
        )
        self._send(request)

    def _send(self, request: urllib.request.Request) -> None:
        """Post something, again after a while where the page is told that it was too fast."""
        for _ in range(10):
            try:
                self._open(request, timeout=_SECONDS).read()
                return
            except urllib.error.HTTPError as error:
                if error.code != 429:
                    raise
                time.sleep(1.0)
        raise AssertionError("too fast for ten seconds")

    def _headers(self) -> dict[str, str]:
        return {"Origin": self._root}


def labels(reply: dict[str, Any]) -> list[str]:
    """Return the labels under a reply of the web page."""
    return [choice["label"] for choice in reply["choices"]]


class TelegramPerson:
    """Somebody with Telegram: a customer in a private chat, or a colleague in the staff group."""

    def __init__(self, house: House, identity: int, *, group: int | None = None) -> None:
        self._api, self.identity, self.group = house.api, identity, group
        self.chat = identity if group is None else group

    def say(self, text: str, **content: Any) -> None:
        """Write something; with `reply_to` as an answer to the bot's newest message with these words."""
        wanted = content.pop("reply_to", None)
        if wanted is not None:
            message = self.message(wanted)
            content |= {"answering": message["message_id"], "thread": message.get("message_thread_id")}
        self._do("say", {"identity": self.identity, "text": text, "group": self.group, **content})

    def tap(self, label: str) -> None:
        """Tap the newest button with a label."""
        self._do("tap", {"identity": self.identity, "label": label, "chat": self.chat})

    def album(self, pictures: list[bytes]) -> None:
        """Send several pictures at once."""
        album = f"album-{uuid.uuid4().hex}" if len(pictures) > 1 else None
        for _ in pictures:
            self._do("photo", {"identity": self.identity, "media_group_id": album})

    def texts(self) -> list[str]:
        """Return what the bot's messages in this chat say now."""
        return [str(text) for text in self._shown()["texts"]]

    def buttons(self) -> list[str]:
        """Return the labels under the bot's last message with buttons."""
        return [str(label) for label in self._shown()["buttons"]]

    def message(self, words: str) -> dict[str, Any]:
        """Return the bot's newest message here with some words in it."""
        found: dict[str, Any] = get(
            f"{self._api}/control/message?id={self.chat}&words={urllib.request.quote(words)}"
        )
        return found

    def _shown(self) -> dict[str, Any]:
        found: dict[str, Any] = get(f"{self._api}/control/chat?id={self.chat}")
        return found

    def _do(self, deed: str, given: dict[str, Any]) -> None:
        post(f"{self._api}/control/{deed}", {key: one for key, one in given.items() if one is not None})


Customer = WebCustomer | TelegramPerson


def wait_for(what: str, found: Callable[[], Any], *, shown: Callable[[], Any]) -> None:
    """Wait until something is to be seen; say what is to be seen instead where it never is."""
    try:
        until(lambda: bool(found()), seconds=_SECONDS, what=what, every=0.1)
    except TimeoutError as error:
        raise AssertionError(f"{what}: never seen; instead {shown()[-4:]}") from error


def sees(person: Customer, words: str) -> None:
    """Wait until somebody sees some words."""
    pattern = re.compile(words)
    wait_for(words, lambda: any(pattern.search(one) for one in person.texts()), shown=person.texts)


def is_offered(person: Customer, label: str) -> None:
    """Wait until somebody's last buttons have this one."""
    wait_for(
        f"【{label}】",
        lambda: label in person.buttons(),
        shown=lambda: [person.texts()[-1:], person.buttons()],
    )


__all__ = ["GROUP", "Customer", "House", "TelegramPerson", "WebCustomer", "is_offered", "sees", "wait_for"]
