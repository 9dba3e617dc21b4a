"""Legal's pages as one app below /legal: routes, and what is said to whoever may not see them.

An app of its own, so that what it says about errors is never shown on the subject's page.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response

from consent.errors import ConsentError
from studio.errors import NotFoundError, StudioError, UsageError
from studio.review.desk import ReviewDesk
from studio.web.gate import Sessions
from studio.web.legal.case_pages import case_router
from studio.web.legal.guard import NotLegalError, anybody_of, legal_of
from studio.web.legal.new_pages import new_router
from studio.web.legal.version_pages import version_router
from studio.web.legal.view import legal_templates, page


def legal_app(desk: ReviewDesk, *, sessions: Sessions, templates_dir: Path) -> FastAPI:
    """Build the app."""
    app = FastAPI(title="Sayso, legal", docs_url=None, redoc_url=None, openapi_url=None)
    templates = legal_templates(templates_dir)
    legal = legal_of(sessions)

    @app.exception_handler(NotLegalError)
    def not_legal(request: Request, error: NotLegalError) -> Response:
        return page(templates, request, "not_legal.html", {"person": error.person}, status=403)

    @app.exception_handler(StudioError)
    @app.exception_handler(ConsentError)
    def trouble(request: Request, error: Exception) -> Response:
        return page(templates, request, "trouble.html", {"trouble": str(error)}, status=_status_of(error))

    # "new" is no request: its routes come first.
    app.include_router(new_router(desk, templates, legal=legal, anybody=anybody_of(sessions)))
    app.include_router(version_router(desk, templates, legal))
    app.include_router(case_router(desk, templates, legal))
    return app


def _status_of(error: Exception) -> int:
    if isinstance(error, NotFoundError):
        return 404
    return 422 if isinstance(error, UsageError | ConsentError) else 500
