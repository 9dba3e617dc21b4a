"""The gate in front of every page: which paths are public, who may pass, and which requests come from elsewhere.

1. A path outside ``PUBLIC`` needs a session cookie, and a role that ``studio.web.rooms`` lists for it.
2. A session begins with a password and, for legal and admin, a code; the first time with the link of an invitation
   (``sayso users invite``). While no admin has an account, the console's start link, which ``sayso serve`` prints and
   which works once, begins one that names nobody.
3. A request that changes something must come from our own pages (``Sec-Fetch-Site``, or ``Origin`` where a browser
   sends no such header).
4. Answers carry headers that keep the pages out of frames and out of referrers.

The host name is checked in front of this gate, so that another site's name cannot be pointed at a studio on localhost.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from studio.accounts.desk import Accounts
from studio.review.people import Person
from studio.store.people import Role
from studio.web.rooms import Guest, guests_of

COOKIE = "sayso_session"
SIGN_IN = "/sign-in"
API = "/api/v1"  # has a gate of its own, studio.web.api.guard, which takes tokens and no cookies
PUBLIC = ("/s", "/verify", "/static", "/healthz", "/start", SIGN_IN, API)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


PERSON_HOURS = 12  # a working day; whoever may approve does not stay signed in over night


def _nobody(_email: str) -> Role | None:
    """Without a list of people, nobody has a role."""
    return None


@dataclass(frozen=True, slots=True)
class _Session:
    email: str | None  # None: the console's
    began_s: float


class Sessions:
    """Who is signed in. With ``accounts``, people's sessions are in the database; the console's are always in memory.

    ``role_of`` knows the role that a person has now, or None once they were taken off the list. Once an admin has an
    account, the console's start link and the sessions that it began open nothing.
    """

    def __init__(
        self,
        *,
        role_of: Callable[[str], Role | None] = _nobody,
        clock_s: Callable[[], float] = time.monotonic,
        accounts: Accounts | None = None,
    ) -> None:
        self._start_token: str | None = None
        self._open: dict[str, _Session] = {}
        self._role_of = role_of
        self._clock_s = clock_s
        self._accounts = accounts

    @override
    def __repr__(self) -> str:
        return f"Sessions({len(self._open)} open in memory)"

    def console_is_closed(self) -> bool:
        """Whether the console's start link opens nothing, because an admin can sign in."""
        return self._accounts is not None and self._accounts.has_admin()

    def new_start_path(self) -> str:
        """The path to open the studio by: the sign-in page, or the unused start link, or a new one."""
        if self.console_is_closed():
            return SIGN_IN
        if self._start_token is None:
            self._start_token = secrets.token_urlsafe(24)
        return f"/start/{self._start_token}"

    def begin(self, token: str) -> str | None:
        """Use the console's start link: a session id, or None if the token is wrong or was used."""
        if self._start_token is None or not hmac.compare_digest(token.encode(), self._start_token.encode()):
            return None
        self._start_token = None
        return None if self.console_is_closed() else self._add(None)

    def begin_as(self, person: Person) -> str:
        """Begin the session of a person who has used their own start link."""
        return self._add(person.email)

    def end(self, session: str, *, origin: str = "") -> None:
        """Sign out."""
        self._open.pop(self._known(session) or "", None)
        if self._accounts is not None:
            self._accounts.leave(session, origin=origin)

    def holds(self, session: str) -> bool:
        """Whether this session is open, and whoever it belongs to may still come in."""
        return self.guest(session) is not None

    def guest(self, session: str) -> Guest | None:
        """What whoever holds this session may do now; None for strangers."""
        found = self._find(session)
        if found is not None and found.email is None:
            return None if self.console_is_closed() else "console"
        person = self.who(session)
        return None if person is None else person.role

    def who(self, session: str) -> Person | None:
        """The person of this session, with the role they have now; None for the console's session and for strangers."""
        found = self._find(session)
        if found is None:
            return None if self._accounts is None else self._accounts.who(session)
        role = None if found.email is None else self._role_of(found.email)
        return None if found.email is None or role is None else Person(email=found.email, role=role)

    def _add(self, email: str | None) -> str:
        session = secrets.token_urlsafe(32)
        self._open[session] = _Session(email, self._clock_s())
        return session

    def _known(self, session: str) -> str | None:
        return next((one for one in tuple(self._open) if hmac.compare_digest(session.encode(), one.encode())), None)

    def _find(self, session: str) -> _Session | None:
        known = self._known(session)
        found = None if known is None else self._open[known]
        if found is None or found.email is None or self._clock_s() - found.began_s < PERSON_HOURS * 3600:
            return found
        self._open.pop(session, None)
        return None


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
        if _is_public(scope["path"]):
            return None
        guest = self._sessions.guest(session_of(headers))
        return self._to_strangers(scope, headers) if guest is None else _to_guest(guest, scope, headers)

    def _to_strangers(self, scope: Scope, headers: Headers) -> Response:
        if scope["type"] == "websocket":
            return PlainTextResponse("sign in first", 403)
        if _wants_page(headers):
            return RedirectResponse(SIGN_IN if self._sessions.console_is_closed() else "/start", 303)
        return JSONResponse({"error": f"sign in first: {SIGN_IN}, or the start link of sayso serve"}, 401)


def _to_guest(guest: Guest, scope: Scope, headers: Headers) -> Response | None:
    guests = guests_of(scope["path"])
    if guests is None:
        return JSONResponse({"error": "there is nothing of this name"}, 404)
    if guest in guests:
        return None
    if _wants_page(headers) and scope["type"] == "http" and scope["method"] in SAFE_METHODS:
        return RedirectResponse("/account", 303)
    return JSONResponse({"error": f"this is not for the role {guest}; whoever runs the studio can change it"}, 403)


def _wants_page(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")


def _is_public(path: str) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in PUBLIC)


def _is_from_here(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    # Programs send neither header; a browser that is being tricked into a request sends at least one.
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def session_of(headers: Headers) -> str:
    """The session id that a request carries; empty if none."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
