"""The cookies of whoever comes in: a whole session everywhere, half a one for the sign-in pages alone."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from studio.accounts.entering import HALF_SESSION, SESSION
from studio.accounts.values import Passed
from studio.store.people import Role
from studio.web.gate import COOKIE, SIGN_IN

HALF_COOKIE = "sayso_half"
LEGAL_PATH = "/legal/"


def home_of(role: Role, *, home_path: str) -> str:
    """The page that somebody of this role lands on."""
    return {"legal": LEGAL_PATH, "viewer": "/account"}.get(role, home_path)


def let_in(request: Request, passed: Passed, *, home_path: str) -> Response:
    """Send whoever passed on: into the studio, or to their second factor."""
    is_secure = request.url.scheme == "https"
    if passed.next != "in":
        answer = RedirectResponse(f"{SIGN_IN}/code", 303)
        answer.set_cookie(
            HALF_COOKIE,
            passed.token,
            max_age=int(HALF_SESSION.total_seconds()),
            path=SIGN_IN,
            httponly=True,
            samesite="strict",
            secure=is_secure,
        )
        return answer
    answer = RedirectResponse(home_of(passed.role, home_path=home_path), 303)
    answer.delete_cookie(HALF_COOKIE, path=SIGN_IN)
    answer.set_cookie(
        COOKIE,
        passed.token,
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure,
    )
    return answer


def origin_of(request: Request) -> str:
    """The address that a request came from."""
    return request.client.host if request.client else "unknown"
