"""The routes of accounts: /sign-in with everything below it, which are public, and /account, which needs a session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from studio.accounts.desk import Accounts
from studio.accounts.values import Passed, hashed
from studio.errors import NotFoundError, UsageError
from studio.store.sessions import SessionRow
from studio.web.accounts.cookies import HALF_COOKIE, let_in, origin_of
from studio.web.accounts.pages import DIFFERENT, WORKS_AS, AccountPages, sentence_of, why_not
from studio.web.gate import SIGN_IN, Sessions, session_of
from studio.web.rooms import guests_of

Typed = Annotated[str, Form(max_length=1024)]
_ROOMS = (("Studio", "/studio/"), ("Review", "/legal/"), ("New request", "/legal/new"))


def accounts_router(accounts: Accounts, *, sessions: Sessions, pages: AccountPages, home_path: str) -> APIRouter:
    """Build the routes."""
    router = APIRouter()
    router.include_router(_password(accounts, pages, home_path))
    router.include_router(_second_factor(accounts, pages, home_path))
    router.include_router(_resets(accounts, pages, home_path))
    router.include_router(_first(accounts, sessions, pages, home_path))
    router.include_router(_own(accounts, sessions, pages))
    return router


def _password(accounts: Accounts, pages: AccountPages, home_path: str) -> APIRouter:
    router = APIRouter(prefix=SIGN_IN)
    entering = accounts.entering

    @router.get("")
    def asked(request: Request) -> Response:
        return pages.show(request, "sign_in", email="", sentence="")

    @router.post("")
    def signed_in(request: Request, email: Typed = "", password: Typed = "") -> Response:
        answer = entering.with_password(email, password, origin=origin_of(request))
        if isinstance(answer, Passed):
            return let_in(request, answer, home_path=home_path)
        otherwise = "Address and password do not fit."
        sentence, status = why_not(answer, otherwise=otherwise, at=accounts.clock())
        return pages.show(request, "sign_in", status=status, email=email, sentence=sentence)

    return router


def _second_factor(accounts: Accounts, pages: AccountPages, home_path: str) -> APIRouter:
    router = APIRouter(prefix=SIGN_IN)
    entering = accounts.entering

    def second(request: Request, *, sentence: str = "", status: int = 200) -> Response:
        half = request.cookies.get(HALF_COOKIE, "")
        found = entering.who_is_half_in(half)
        if found is None:
            return RedirectResponse(SIGN_IN, 303)
        email, _ = found
        told = entering.enrolment(half)
        if told is None:
            return pages.show(request, "code", status=status, email=email, sentence=sentence)
        return pages.enrol(request, told, email=email, sentence=sentence, status=status)

    @router.get("/code")
    def code_asked(request: Request) -> Response:
        return second(request)

    @router.post("/code")
    def code_given(request: Request, code: Typed = "") -> Response:
        answer = entering.with_code(request.cookies.get(HALF_COOKIE, ""), code, origin=origin_of(request))
        if answer is None:
            return RedirectResponse(SIGN_IN, 303)
        if isinstance(answer, Passed):
            return let_in(request, answer, home_path=home_path)
        otherwise = "That code does not fit. Wait for the next one and type it; each works once."
        sentence, status = why_not(answer, otherwise=otherwise, at=accounts.clock())
        return second(request, sentence=sentence, status=status)

    return router


def _resets(accounts: Accounts, pages: AccountPages, home_path: str) -> APIRouter:
    router = APIRouter(prefix=SIGN_IN)
    entering = accounts.entering

    def reset_page(request: Request, token: str, *, sentence: str = "", status: int = 200) -> Response:
        email = entering.greet_reset(token)
        if email is None:
            return pages.gone(request)
        return pages.show(
            request,
            "password",
            status=status,
            headline="A new password",
            words=f"This link is for {email}. Every other session of yours ends.",
            action=f"{SIGN_IN}/reset/{token}",
            button="Set the password",
            email=email,
            sentence=sentence,
        )

    @router.get("/reset/{token}")
    def reset_asked(request: Request, token: str) -> Response:
        return reset_page(request, token)

    @router.post("/reset/{token}")
    def reset_done(request: Request, token: str, password: Typed = "", again: Typed = "") -> Response:
        if password != again:
            return reset_page(request, token, sentence=DIFFERENT, status=422)
        try:
            passed = entering.reset(token, password, origin=origin_of(request))
        except UsageError as e:
            return reset_page(request, token, sentence=sentence_of(e), status=422)
        return pages.gone(request) if passed is None else let_in(request, passed, home_path=home_path)

    return router


def _first(accounts: Accounts, sessions: Sessions, pages: AccountPages, home_path: str) -> APIRouter:
    router = APIRouter(prefix=SIGN_IN)

    @router.get("/first")
    def first_asked(request: Request) -> Response:
        if sessions.guest(session_of(request.headers)) != "console":
            return RedirectResponse(SIGN_IN, 303)
        return pages.show(request, "first", email="", sentence="")

    @router.post("/first")
    def first_made(request: Request, email: Typed = "", password: Typed = "", again: Typed = "") -> Response:
        if sessions.guest(session_of(request.headers)) != "console":
            return pages.gone(request)
        sentence, passed = DIFFERENT, None
        if password == again:
            try:
                passed = accounts.entering.first_admin(email, password, origin=origin_of(request))
                sentence = "There is an admin already; sign in."
            except UsageError as e:
                sentence = sentence_of(e)
        if passed is None:
            return pages.show(request, "first", status=422, email=email, sentence=sentence)
        return let_in(request, passed, home_path=home_path)

    return router


def _own(accounts: Accounts, sessions: Sessions, pages: AccountPages) -> APIRouter:
    router = APIRouter(prefix="/account")

    @router.get("")
    def account(request: Request, *, ended: bool = False) -> Response:
        session = session_of(request.headers)
        person, guest = sessions.who(session), sessions.guest(session)
        rooms = [(name, path) for name, path in _ROOMS if guest is not None and guest in (guests_of(path) or ())]
        if person is None:
            return pages.show(request, "account", person=None, rooms=rooms)
        own = [_shown(one, hashed(session)) for one in accounts.open_sessions() if one.email == person.email]
        return pages.show(
            request,
            "account",
            person=person,
            words=WORKS_AS[person.role],
            rooms=[(name, path) for name, path in rooms if path != "/legal/" or person.role == "legal"],
            sessions=own,
            ended=ended,
        )

    @router.post("/end/{name}")
    def end(request: Request, name: str) -> Response:
        person = sessions.who(session_of(request.headers))
        if person is not None:
            try:
                accounts.end_session(name, actor=person.email, email=person.email)
            except NotFoundError:
                return RedirectResponse("/account", 303)
        return RedirectResponse("/account?ended=true", 303)

    return router


def _shown(session: SessionRow, this: str) -> dict[str, object]:
    return {
        "id": session.id,
        "began": f"{session.began_at:%d %b %H:%M}",
        "expires": f"{session.expires_at:%d %b %H:%M}",
        "is_this": session.token_sha256 == this,
    }
