"""Choosing the language of the app's pages: a cookie of one word, and back to the page that asked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from studio.catalogues.languages import COOKIE, NAMES

YEAR_S = 365 * 24 * 3600


def tongue_router() -> APIRouter:
    """Build the route."""
    router = APIRouter()

    @router.post("/language")
    def choose(request: Request, language: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "/") -> Response:
        answer = RedirectResponse(_inside(back), 303)
        if language in NAMES:
            answer.set_cookie(
                COOKIE, language, max_age=YEAR_S, httponly=True, samesite="lax", secure=request.url.scheme == "https"
            )
        return answer

    return router


def _inside(path: str) -> str:
    """A path of this studio; anything that a browser could read as another site is the start page."""
    is_ours = path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if is_ours else "/"
