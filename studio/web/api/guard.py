"""Who may call the API: whoever sends a token that works and has the scope. Cookies are never looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from fastapi import Request

from studio.accounts.tokens import Scope, Tokens
from studio.store.api_tokens import TokenRow
from studio.web.api.problems import ProblemError

Guard: TypeAlias = Callable[[Request], None]


def guard_of(tokens: Tokens, scope: Scope) -> Guard:
    """Return the dependency of routes that need this scope; it leaves the token in ``request.state.token``."""

    def guard(request: Request) -> None:
        token = find_token(tokens, request)
        check_scope(token, scope)
        request.state.token = token

    return guard


def find_token(tokens: Tokens, request: Request) -> TokenRow:
    """The token that a request brings.

    Raises:
        ProblemError: it brings none that works.
    """
    kind, _, sent = request.headers.get("authorization", "").partition(" ")
    token = tokens.find(sent.strip()) if kind.lower() == "bearer" else None
    if token is None:
        detail = "send a token that works: Authorization: Bearer TOKEN; sayso users token makes one"
        raise ProblemError(401, detail, headers={"WWW-Authenticate": "Bearer"})
    return token


def check_scope(token: TokenRow, scope: Scope) -> None:
    """Refuse a token without the scope.

    Raises:
        ProblemError: it has others.
    """
    if scope not in token.scopes:
        headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
        raise ProblemError(403, f"this token has no scope {scope}; make one that has it", headers=headers)


def token_of(request: Request) -> TokenRow:
    """The token that a guard has let through."""
    token = request.state.token
    assert isinstance(token, TokenRow), "a guard stands in front of every route"
    return token
