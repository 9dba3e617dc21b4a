"""The marketers' pages as one app below /work. Each room brings its routes; what goes wrong is said in one way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from consent.errors import ConsentError
from pipelines.errors import PipelineError
from studio.errors import NotFoundError, StudioError, UsageError
from studio.web.work.view import WorkView

Room: TypeAlias = Callable[[WorkView], APIRouter]
"""What a room of the app hands to ``work_app``: its routes, built on the shared view."""


def work_app(rooms: Sequence[Room], *, view: WorkView, title: str = "Sayso, work") -> FastAPI:
    """Build the app."""
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)

    @app.exception_handler(StudioError)
    @app.exception_handler(ConsentError)
    @app.exception_handler(PipelineError)
    def trouble(request: Request, error: Exception) -> Response:
        return view.page(request, "work/trouble.html", {"trouble": str(error)}, status=_status_of(error))

    @app.exception_handler(HTTPException)
    def no_page(request: Request, error: HTTPException) -> Response:
        return view.page(request, "work/trouble.html", {"trouble": ""}, status=error.status_code)

    @app.exception_handler(RequestValidationError)
    def no_form(request: Request, _: RequestValidationError) -> Response:
        return view.page(request, "work/trouble.html", {"trouble": ""}, status=422)

    for room in rooms:
        app.include_router(room(view))
    return app


def _status_of(error: Exception) -> int:
    if isinstance(error, NotFoundError):
        return 404
    return 422 if isinstance(error, UsageError | ConsentError | PipelineError) else 500
