"""The ways in: the console's start link, a person's own start link, and the way out.

A person's link greets first and is used up by a button: mail scanners follow links, but they press nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from studio.review.people import People
from studio.web.gate import COOKIE, Sessions, session_of

LEGAL_PATH = "/legal/"


def start_router(
    *,
    sessions: Sessions,
    people: People | None,
    announce: Callable[[str], None],
    home_path: str,
    templates: Jinja2Templates,
) -> APIRouter:
    """Build the routes under /start. ``announce`` shows a path on the console."""
    router = APIRouter()

    def come_in(request: Request, session: str, path: str) -> Response:
        answer = RedirectResponse(path, 303)
        answer.set_cookie(COOKIE, session, httponly=True, samesite="lax", secure=request.url.scheme == "https")
        return answer

    def refuse(request: Request) -> Response:
        announce(sessions.new_start_path())
        return templates.TemplateResponse(request, "start.html", {"used": True}, status_code=403)

    @router.get("/start")
    def start_hint(request: Request) -> Response:
        announce(sessions.new_start_path())
        return templates.TemplateResponse(request, "start.html", {})

    @router.get("/start/{token}")
    def start(request: Request, token: str) -> Response:
        session = sessions.begin(token)
        if session is not None:
            return come_in(request, session, home_path)
        person = None if people is None else people.greet(token)
        if person is None:
            return refuse(request)
        answer = templates.TemplateResponse(request, "start_person.html", {"person": person, "token": token})
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @router.post("/start/{token}")
    def start_person(request: Request, token: str) -> Response:
        person = None if people is None else people.redeem(token)
        if person is None:
            return refuse(request)
        path = LEGAL_PATH if person.role == "legal" else home_path
        return come_in(request, sessions.begin_as(person), path)

    @router.post("/leave")
    def leave(request: Request) -> Response:
        sessions.end(session_of(request.headers))
        answer = RedirectResponse("/start", 303)
        answer.delete_cookie(COOKIE)
        return answer

    return router
