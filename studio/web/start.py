"""The ways in by a link: the console's start link, an invitation, and the way out.

An invitation greets first and is used up by a button: mail scanners follow links, but they press nothing. With
accounts, whoever was invited sets a password with it; without, it is the whole of signing in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from studio.accounts.desk import Accounts
from studio.errors import UsageError
from studio.review.people import People
from studio.web.accounts.cookies import home_of, let_in, origin_of
from studio.web.accounts.pages import DIFFERENT, WORKS_AS, AccountPages, sentence_of
from studio.web.gate import COOKIE, SIGN_IN, Sessions, session_of

Typed = Annotated[str, Form(max_length=1024)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPages:
    """What stands behind the links. ``announce`` shows a path on the console."""

    sessions: Sessions
    people: People | None
    accounts: Accounts | None
    announce: Callable[[str], None]
    home_path: str
    templates: Jinja2Templates
    pages: AccountPages

    def hint(self, request: Request, *, used: bool = False) -> Response:
        """Say where the start link is, and print one."""
        self.announce(self.sessions.new_start_path())
        return self.templates.TemplateResponse(request, "start.html", {"used": used}, status_code=403 if used else 200)

    def refuse(self, request: Request) -> Response:
        """A link that does not work."""
        return self.pages.gone(request) if self.sessions.console_is_closed() else self.hint(request, used=True)

    def come_in(self, request: Request, session: str, path: str) -> Response:
        """Into the studio, with a session of this process."""
        answer = RedirectResponse(path, 303)
        answer.set_cookie(COOKIE, session, httponly=True, samesite="lax", secure=request.url.scheme == "https")
        return answer

    def greet(self, request: Request, token: str, *, sentence: str = "", status: int = 200) -> Response:
        """Say whose invitation this is, without using it up."""
        person = None if self.people is None else self.people.greet(token)
        if person is None:
            return self.refuse(request)
        if self.accounts is None:
            answer = self.templates.TemplateResponse(request, "start_person.html", {"person": person, "token": token})
            answer.headers["Cache-Control"] = "no-store"
            return answer
        return self.pages.show(
            request,
            "password",
            status=status,
            headline="Come in",
            words=f"This link is for {person.email}, who works here as {WORKS_AS[person.role]}",
            action=f"/start/{token}",
            button=f"Come in as {person.email}",
            email=person.email,
            sentence=sentence,
        )

    def redeem(self, request: Request, token: str) -> Response:
        """Use an invitation up where there are no accounts."""
        person = None if self.people is None else self.people.redeem(token)
        if person is None:
            return self.refuse(request)
        path = home_of(person.role, home_path=self.home_path)
        return self.come_in(request, self.sessions.begin_as(person), path)

    def accept(self, request: Request, accounts: Accounts, token: str, typed: tuple[str, str]) -> Response:
        """Use an invitation up with a password, typed twice."""
        password, again = typed
        if password != again:
            return self.greet(request, token, sentence=DIFFERENT, status=422)
        try:
            passed = accounts.entering.accept(token, password, origin=origin_of(request))
        except UsageError as e:
            return self.greet(request, token, sentence=sentence_of(e), status=422)
        return self.refuse(request) if passed is None else let_in(request, passed, home_path=self.home_path)


def start_router(start: StartPages) -> APIRouter:
    """Build the routes under /start, and /leave."""
    router = APIRouter()
    sessions = start.sessions

    @router.get("/start")
    def start_hint(request: Request) -> Response:
        return RedirectResponse(SIGN_IN, 303) if sessions.console_is_closed() else start.hint(request)

    @router.get("/start/{token}")
    def start_link(request: Request, token: str) -> Response:
        session = sessions.begin(token)
        if session is None:
            return start.greet(request, token)
        return start.come_in(request, session, start.home_path)

    @router.post("/start/{token}")
    def start_person(request: Request, token: str, password: Typed = "", again: Typed = "") -> Response:
        if start.accounts is None:
            return start.redeem(request, token)
        return start.accept(request, start.accounts, token, (password, again))

    @router.post("/leave")
    def leave(request: Request) -> Response:
        sessions.end(session_of(request.headers), origin=origin_of(request))
        answer = RedirectResponse(SIGN_IN if sessions.console_is_closed() else "/start", 303)
        answer.delete_cookie(COOKIE)
        return answer

    return router
