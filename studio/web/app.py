"""The web app in front of the pages: start link, public answers, released files, health.

The pages themselves are mounted by the composition root; every path outside the public ones passes the gate.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.middleware.trustedhost import TrustedHostMiddleware

from pipelines.assets import ASSETS
from studio.accounts.desk import Accounts
from studio.requests.desk import SubjectDesk
from studio.requests.voicing import VoiceDesk
from studio.review.desk import ReviewDesk
from studio.review.people import People
from studio.web.accounts.cookies import home_of
from studio.web.accounts.pages import AccountPages
from studio.web.accounts.router import accounts_router
from studio.web.api.desk import ApiDesk
from studio.web.api.router import api_app
from studio.web.gate import API, Gate, Sessions, session_of
from studio.web.legal.mount import legal_app
from studio.web.public.router import PublicParts, public_router
from studio.web.start import StartPages, start_router
from studio.web.subject.router import subject_router
from studio.web.tongue import tongue_router
from studio.web.work.mount import Room, work_app
from studio.web.work.view import WorkView

HERE = Path(__file__).parent
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """What the web app works with; the composition root fills it."""

    library: Path
    public: PublicParts
    sessions: Sessions
    announce: Callable[[str], None]  # shows a start link's path on the console
    people: People | None = None  # None: only the console's start link works
    accounts: Accounts | None = None  # None: nobody has a password, and a personal link is enough
    legal: ReviewDesk | None = None  # None: no pages of legal
    subject: SubjectDesk | None = None  # None: no links for subjects
    voice: VoiceDesk | None = None  # None: nobody records their voice here
    api: ApiDesk | None = None  # None: no REST API
    work: tuple[Room, ...] = ()  # none: no marketers' pages
    home_path: str = "/studio/"
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "testserver")


def create_app(parts: WebParts) -> FastAPI:
    """Build the app; the caller mounts its pages on it before it serves."""
    app = FastAPI(title="Sayso", docs_url=None, redoc_url=None, openapi_url=None)
    templates = Jinja2Templates(HERE / "templates")
    app.include_router(_plain_router(parts))
    pages = AccountPages(templates=templates)
    start = StartPages(
        sessions=parts.sessions,
        people=parts.people,
        accounts=parts.accounts,
        announce=parts.announce,
        home_path=parts.home_path,
        templates=templates,
        pages=pages,
    )
    app.include_router(start_router(start))
    if parts.accounts is not None:
        app.include_router(
            accounts_router(parts.accounts, sessions=parts.sessions, pages=pages, home_path=parts.home_path)
        )
    app.include_router(public_router(parts.public, templates))
    app.include_router(_file_router(parts))
    app.include_router(tongue_router())
    if parts.legal is not None:
        app.mount("/legal", legal_app(parts.legal, sessions=parts.sessions, templates_dir=HERE / "templates"))
    if parts.subject is not None:
        app.include_router(subject_router(parts.subject, templates, voice=parts.voice))
    if parts.api is not None:
        app.mount(API, api_app(parts.api, parts.public))
    if parts.work:
        view = WorkView(HERE / "templates", sessions=parts.sessions)
        app.mount("/work", work_app(parts.work, view=view))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_middleware(Gate, sessions=parts.sessions)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(parts.allowed_hosts))
    return app


def _plain_router(parts: WebParts) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/static/sayso-mark.svg")
    def mark() -> Response:
        return FileResponse(ASSETS / "brand" / "sayso-mark.svg")

    @router.get("/")
    def home(request: Request) -> Response:
        person = parts.sessions.who(session_of(request.headers))
        path = parts.home_path if person is None else home_of(person.role, home_path=parts.home_path)
        return RedirectResponse(path, 303)

    return router


def _file_router(parts: WebParts) -> APIRouter:
    router = APIRouter()

    @router.get("/files/{take_id}/{name}")
    def released_file(take_id: str, name: str, *, download: bool = False) -> Response:
        path = parts.library / take_id / name
        if not (NAME.fullmatch(take_id) and NAME.fullmatch(name) and path.is_file() and not path.is_symlink()):
            return JSONResponse({"error": "no released file has this name"}, 404)
        return FileResponse(path, filename=name, content_disposition_type="attachment" if download else "inline")

    return router
