"""Who is asking: a random session in a cookie, and the proof that a request comes from our own page."""

import hashlib
import re
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "dianling"
SECURE_COOKIE = "__Host-dianling"  # browsers take this name only over TLS, from us, for the whole site
COOKIE_SECONDS = 30 * 24 * 3600
_SESSION = re.compile(r"[A-Za-z0-9_-]{22}")


def session_of(request: Request) -> str | None:
    """Return the session that a request carries, or None."""
    found = request.cookies.get(_cookie_name(request), "")
    return found if _SESSION.fullmatch(found) else None


def new_session() -> str:
    """Return a new session: 128 random bits."""
    return secrets.token_urlsafe(16)


def address_of(session: str) -> str:
    """Return the address of a session; the session itself is never stored."""
    return hashlib.sha256(session.encode()).hexdigest()[:32]


def give(response: Response, request: Request, session: str) -> None:
    """Put the session into the browser, or keep it there for longer."""
    response.set_cookie(
        _cookie_name(request),
        session,
        max_age=COOKIE_SECONDS,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def forget(response: Response, request: Request) -> None:
    """Take the session out of the browser."""
    response.delete_cookie(
        _cookie_name(request), path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )


def is_from_our_page(request: Request) -> bool:
    """Whether a request that changes something was made by our own page; a browser cannot lie about this."""
    origin = request.headers.get("origin") or request.headers.get("referer")
    if origin is not None:
        return urlsplit(origin).netloc == request.headers.get("host")
    return request.headers.get("sec-fetch-site") == "same-origin"


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _cookie_name(request: Request) -> str:
    return SECURE_COOKIE if _is_secure(request) else COOKIE
