"""The public answer: /verify for people, the same for programs, and how a release stands today.

    POST /verify                      a form, answered by the page (or in JSON, if that is asked for)
    POST /verify/api                  the file as the body, or a form; JSON
    GET  /verify/releases/TAKE        how this release stands; .json after it for programs
    GET  /verify/badge/TAKE.svg       the same as a picture, to stand beside an ad on another site

Nobody signs in. One address may check so many files in ten minutes; a file is written once and gone when it is
answered; what decodes files runs a few at a time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Final

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from fastapi.templating import Jinja2Templates

from pipelines.errors import PipelineError
from pipelines.release.verdict import Verdict
from studio.web.public.answer import answer_for
from studio.web.public.patience import Patience
from studio.web.public.standing import Standing
from studio.web.public.upload import UploadTooLargeError, UploadUnreadableError, received_file

UPLOAD_BYTES_MAX: Final = 2 << 30  # an hour of a release at 4 Mbit/s
CHECKS_AT_ONCE: Final = 2  # a check decodes frames; more would starve the renders
SPAN_S: Final = 600.0
FILES_IN_SPAN, LOOKS_IN_SPAN = 30, 600
BADGE_SECONDS: Final = 300  # a withdrawal shows on other people's pages within five minutes
TAKE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
PAGE_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
)
_ELSEWHERE: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicParts:
    """What the public answers come from."""

    verify: Callable[[Path], Verdict]
    standing: Callable[[str], Standing | None]  # by a take's id; None if no release of that name is proven
    clock_s: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why there is no verdict, in one sentence."""

    sentence: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


def public_router(parts: PublicParts, templates: Jinja2Templates) -> APIRouter:
    """Build the routes; all of them lie below /verify."""
    router = APIRouter()
    router.include_router(_check_router(parts, templates))
    router.include_router(_standing_router(parts, templates))
    return router


class Checks:
    """Checks files, a few at a time, for whoever has not asked too often."""

    def __init__(self, parts: PublicParts) -> None:
        self._verify = parts.verify
        self._limiter = CapacityLimiter(CHECKS_AT_ONCE)
        self._patience = Patience(most=FILES_IN_SPAN, span_s=SPAN_S, clock_s=parts.clock_s)

    async def check(self, request: Request) -> Verdict | Refused:
        """The verdict on the file of a request, or why there is none."""
        wait_s = self._patience.wait_s(_address(request))
        if wait_s:
            said = f"{FILES_IN_SPAN} files were checked from here; wait {ceil(wait_s / 60)} min, or: sayso verify FILE"
            return Refused(sentence=said, status=429, headers={"Retry-After": str(ceil(wait_s))})
        try:
            async with received_file(request, bytes_max=UPLOAD_BYTES_MAX) as path:
                return await to_thread.run_sync(self._verify, path, limiter=self._limiter)
        except UploadTooLargeError:
            said = f"The file is larger than {UPLOAD_BYTES_MAX >> 30} GiB; check it with: sayso verify FILE"
            return Refused(sentence=said, status=413, headers={"Connection": "close"})
        except UploadUnreadableError:
            return Refused(sentence="No file came with this form; choose one and send it again.", status=400)
        except PipelineError as e:
            return Refused(sentence=str(e), status=422)


def _check_router(parts: PublicParts, templates: Jinja2Templates) -> APIRouter:
    router = APIRouter()
    checks = Checks(parts)

    def page(request: Request, status: int = 200, **values: object) -> Response:
        return _page(templates, request, "verify.html", status, limit_gib=UPLOAD_BYTES_MAX >> 30, **values)

    @router.get("/verify")
    def asked(request: Request) -> Response:
        return page(request)

    @router.post("/verify")
    async def verify(request: Request) -> Response:
        found = await checks.check(request)
        if "application/json" in request.headers.get("accept", ""):
            return _in_json(found)
        if isinstance(found, Verdict):
            return page(request, verdict=answer_for(found))
        answer = page(request, found.status, error=found.sentence)
        answer.headers.update(found.headers)
        return answer

    @router.post("/verify/api")
    async def verify_for_programs(request: Request) -> Response:
        return _in_json(await checks.check(request))

    return router


def _standing_router(parts: PublicParts, templates: Jinja2Templates) -> APIRouter:
    router = APIRouter()
    patience = Patience(most=LOOKS_IN_SPAN, span_s=SPAN_S, clock_s=parts.clock_s)

    def looked_up(request: Request, take_id: str) -> Standing | Response:
        if patience.wait_s(_address(request)):
            return JSONResponse({"error": "too many questions from here; ask again in ten minutes"}, 429)
        found = parts.standing(take_id) if TAKE.fullmatch(take_id) else None
        return found or JSONResponse({"error": "this studio released nothing of that name"}, 404, _ELSEWHERE)

    @router.get("/verify/releases/{name}")
    def release(request: Request, name: str) -> Response:
        found = looked_up(request, name.removesuffix(".json"))
        if name.endswith(".json"):
            return found if isinstance(found, Response) else JSONResponse(found.to_json(), headers=_ELSEWHERE)
        if isinstance(found, Response):
            return _page(templates, request, "release.html", found.status_code, standing=None)
        return _page(templates, request, "release.html", standing=found)

    @router.get("/verify/badge/{take_id}.svg")
    def badge(request: Request, take_id: str) -> Response:
        found = looked_up(request, take_id)
        if isinstance(found, Response):
            return found
        headers = {**_ELSEWHERE, "Cache-Control": f"public, max-age={BADGE_SECONDS}"}
        return Response(found.badge, media_type="image/svg+xml", headers=headers)

    return router


def _page(templates: Jinja2Templates, request: Request, name: str, status: int = 200, **values: object) -> Response:
    answer = templates.TemplateResponse(request, name, values, status_code=status)
    answer.headers["Content-Security-Policy"] = PAGE_POLICY
    return answer


def _in_json(found: Verdict | Refused) -> Response:
    if isinstance(found, Verdict):
        return JSONResponse(found.to_json())
    return JSONResponse({"error": found.sentence}, found.status, found.headers)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
