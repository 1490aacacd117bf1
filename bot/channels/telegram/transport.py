"""How requests reach the Bot API: python-telegram-bot's transport, on aiohttp."""

import json
import os
import urllib.request
from typing import Any

import aiohttp
import yarl
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

# RetryAfter counts in `timedelta` from the library's next release on; saying so now spares us its warnings.
os.environ.setdefault("PTB_TIMEDELTA", "1")

CONNECTIONS = 300  # somewhat more than what the sender has under way at most
CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
# Shorter than the servers' own, so that we rarely write into a connection that is just being closed.
KEEP_ALIVE_SECONDS = 20.0

# The library's name for "no time-out was given", which it does not export; only its type matters to us.
_Default = type(BaseRequest.DEFAULT_NONE)


class NotSent(NetworkError):
    """Raised when a request certainly never left this machine; its cause says why."""


class AiohttpRequest(BaseRequest):
    """One pool of connections to a Bot API server.

    Raises NotSent where nothing was sent, and TimedOut or NetworkError where nobody can know; `__cause__` is
    aiohttp's own error. The address, which holds the token, stands in none of them.
    """

    __slots__ = ("_addresses", "_connections", "_read_seconds", "_session")

    def __init__(self, *, connections: int = CONNECTIONS, read_seconds: float = READ_SECONDS) -> None:
        self._connections = connections
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None
        self._addresses: dict[str, yarl.URL] = {}

    @property
    def read_timeout(self) -> float | None:
        """The seconds that an answer may take where a call says nothing else."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Open the pool; calling it again does nothing."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEEP_ALIVE_SECONDS, ttl_dns_cache=60
                ),
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
                raise_for_status=False,
                auto_decompress=True,
            )

    async def shutdown(self) -> None:
        """Close the pool."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request and return the status and the body of its answer."""
        if self._session is None:
            await self.initialize()
        assert self._session is not None
        read = _or(read_timeout, self._read_seconds)
        connect = _or(connect_timeout, CONNECT_SECONDS)
        pool = _or(pool_timeout, CONNECT_SECONDS)
        both = None if connect is None or pool is None else connect + pool
        timeout = aiohttp.ClientTimeout(total=None, connect=both, sock_connect=connect, sock_read=read)
        address = self._addresses.get(url)
        if address is None:
            address = yarl.URL(url)
            if not address.query_string:
                self._addresses[url] = address  # one per method; taking an address apart is slow
        try:
            async with self._session.request(
                method,
                address,
                data=_body(request_data),
                headers=None if request_data is None or request_data.contains_files else _JSON,
                timeout=timeout,
                proxy=_proxy_for(address),
                allow_redirects=False,
            ) as answer:
                return answer.status, await answer.read()
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientHttpProxyError,
            aiohttp.InvalidURL,
        ) as error:
            raise NotSent(f"not sent: {type(error).__name__}") from _bare(error)
        except TimeoutError as error:
            raise TimedOut(f"no answer: {type(error).__name__}") from _bare(error)
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"answer lost: {type(error).__name__}") from _bare(error)

    async def fetch(self, url: str, *, most_bytes: int) -> tuple[int, bytes | None]:
        """Return the status of a download and its content, None where it is more than we take."""
        if self._session is None:
            await self.initialize()
        assert self._session is not None
        address = yarl.URL(url)
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=self._read_seconds
        )
        content = bytearray()
        try:
            async with self._session.get(
                address, timeout=timeout, proxy=_proxy_for(address), allow_redirects=False
            ) as answer:
                async for chunk in answer.content.iter_chunked(64 * 1024):
                    content += chunk
                    if len(content) > most_bytes:
                        return answer.status, None
                return answer.status, bytes(content)
        except TimeoutError as error:
            raise TimedOut(f"no answer: {type(error).__name__}") from _bare(error)
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"answer lost: {type(error).__name__}") from _bare(error)

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Return an answer's JSON object; raise TelegramError for anything else, whose text is not logged."""
        try:
            found = json.loads(payload)
        except ValueError as error:
            raise TelegramError("the server's answer is not JSON") from error
        if not isinstance(found, dict) or ("result" not in found and found.get("ok") is not False):
            raise TelegramError("the server's answer is not one of the Bot API")
        return found


_JSON = {"Content-Type": "application/json"}
_proxies: dict[str, str | None] = {}


def _or(given: Any, default: float) -> float | None:
    if isinstance(given, _Default):
        return default
    return None if given is None else float(given)


def _proxy_for(address: yarl.URL) -> str | None:
    """Return the machine's proxy for an address; asked once per server, for the question is slow."""
    host = f"{address.scheme}://{address.host}"
    if host not in _proxies:
        bypassed = urllib.request.proxy_bypass(address.host or "")
        _proxies[host] = None if bypassed else urllib.request.getproxies().get(address.scheme)
    return _proxies[host]


def _body(data: RequestData | None) -> bytes | aiohttp.FormData | None:
    if data is None:
        return None
    if not data.contains_files:
        return json.dumps(data.parameters).encode()
    form = aiohttp.FormData(quote_fields=False)  # names of files are in Chinese as often as not
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, part in data.multipart_data.items():
        filename, content, kind = part
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _bare(error: BaseException) -> BaseException:
    """Take the address, and with it the token, out of an error's text."""
    if isinstance(error, aiohttp.ClientHttpProxyError | aiohttp.InvalidURL):
        return ConnectionError(type(error).__name__)
    error.args = tuple(
        " ".join(word for word in argument.split(" ") if "/bot" not in word)
        if isinstance(argument, str)
        else argument
        for argument in error.args
    )
    return error
