"""Errors as RFC 9457 says: application/problem+json with a title, a status and one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from consent.errors import ConsentError
from pipelines.errors import PipelineError
from studio.errors import NotFoundError, StudioError, UsageError

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "No token",
    403: "Not allowed",
    404: "Not found",
    405: "No such method",
    409: "At work",
    411: "Length missing",
    413: "Too large",
    422: "Cannot be used",
    429: "Too often",
    500: "Failed",
}


class ProblemError(Exception):
    """A request that is refused, with the sentence for whoever sent it."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def problem(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: object) -> JSONResponse:
    """One problem as an answer."""
    body = {"type": "about:blank", "title": TITLES.get(status, "Refused"), "status": status, "detail": detail, **more}
    return JSONResponse(body, status, dict(headers or {}), MEDIA_TYPE)


def answer_problems(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(ProblemError)
    def ours(_request: Request, error: ProblemError) -> JSONResponse:
        return problem(error.status, error.detail, headers=error.headers)

    @app.exception_handler(HTTPException)
    def of_routes(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(RequestValidationError)
    def of_bodies(_request: Request, error: RequestValidationError) -> JSONResponse:
        found = [{"where": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()]
        first = f"{found[0]['where']}: {found[0]['message']}" if found else "the body cannot be read"
        return problem(422, first, errors=found)

    @app.exception_handler(StudioError)
    @app.exception_handler(ConsentError)
    @app.exception_handler(PipelineError)
    def of_actions(_request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, NotFoundError):
            return problem(404, str(error))
        is_theirs = isinstance(error, UsageError | ConsentError)
        return problem(422 if is_theirs else 500, str(error))
