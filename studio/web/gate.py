"""The gate in front of every page: which paths are public, who may pass, and which requests come from elsewhere.

1. A path outside ``PUBLIC`` needs a session cookie; there is no other way in.
2. A session begins with the start link, which ``sayso serve`` prints and which works once; /start prints a new one.
3. A request that changes something must come from our own pages (``Sec-Fetch-Site``, or ``Origin`` where a browser
   sends no such header).
4. Answers carry headers that keep the pages out of frames and out of referrers.

The host name is checked in front of this gate, so that another site's name cannot be pointed at a studio on localhost.
"""

from __future__ import annotations

import hmac
import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

COOKIE = "sayso_session"
PUBLIC = ("/verify", "/static", "/healthz", "/start")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Sessions:
    """Who is signed in, in memory: a restart of the studio signs everyone out."""

    def __init__(self) -> None:
        self._start_token: str | None = None
        self._open: set[str] = set()

    @override
    def __repr__(self) -> str:
        return f"Sessions({len(self._open)} open)"

    def new_start_path(self) -> str:
        """The path of a start link that works: the unused one, or a new one."""
        if self._start_token is None:
            self._start_token = secrets.token_urlsafe(24)
        return f"/start/{self._start_token}"

    def begin(self, token: str) -> str | None:
        """Use the start link: a session id, or None if the token is wrong or was used."""
        if self._start_token is None or not hmac.compare_digest(token.encode(), self._start_token.encode()):
            return None
        self._start_token = None
        session = secrets.token_urlsafe(32)
        self._open.add(session)
        return session

    def holds(self, session: str) -> bool:
        """Whether this session is open."""
        return any(hmac.compare_digest(session.encode(), known.encode()) for known in self._open)


class Gate:
    """ASGI middleware that lets requests through, or says why not."""

    def __init__(self, app: ASGIApp, *, sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope.get("method", "GET") not in SAFE_METHODS and not _is_from_here(headers):
            return JSONResponse({"error": "this request came from another site; open the studio and try again"}, 403)
        if _is_public(scope["path"]) or self._sessions.holds(_cookie(headers)):
            return None
        if scope["type"] == "websocket":
            return PlainTextResponse("sign in first", 403)
        if "text/html" in headers.get("accept", ""):
            return RedirectResponse("/start", 303)
        return JSONResponse({"error": "sign in first: use the start link that sayso serve printed"}, 401)


def _is_public(path: str) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in PUBLIC)


def _is_from_here(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    # Programs send neither header; a browser that is being tricked into a request sends at least one.
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def _cookie(headers: Headers) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
