"""Tokens of machines: each names its scopes and runs out; shown once, kept by hash.

A token of a person works as long as the person may come in, and never does what their role may not. One of the console
is the installation's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, get_args

from studio.accounts.desk import Accounts
from studio.accounts.values import hashed
from studio.errors import NotFoundError, UsageError
from studio.store.api_tokens import TokenRow, TokenStore
from studio.store.people import Role

Scope: TypeAlias = Literal["campaigns:read", "campaigns:write", "takes:read", "verify"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
CONSOLE = "console"
DAYS, DAYS_MAX = 90, 366
PREFIX = "sayso_"  # so that a scanner of repositories knows one when it sees it
NAME_MAX = 80
_NOT_FOR: dict[Role, frozenset[str]] = {"viewer": frozenset({"campaigns:write"})}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token as it is shown, once."""

    token: str
    row: TokenRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Makes, checks and revokes."""

    store: TokenStore
    accounts: Accounts
    clock: Callable[[], datetime]
    new_token: Callable[[], str]

    def make(self, name: str, *, email: str, scopes: tuple[str, ...], days: int = DAYS) -> NewToken:
        """Make a token for a person, or for the installation (``email`` is "console").

        Raises:
            UsageError: no name, an unknown scope or one beyond the role, or too long a time.
            NotFoundError: nobody of this address has an account.
        """
        owner, role = email.strip().lower(), None
        if owner != CONSOLE:
            role = self.accounts.role_of(owner)
            if role is None:
                raise NotFoundError(f"{owner} has no account; sayso users list shows who has")
        _check(name, scopes, days, role)
        token, at = PREFIX + self.new_token(), self.clock()
        row = TokenRow(
            id=hashed(token)[:12],
            token_sha256=hashed(token),
            name=name,
            email=owner,
            scopes=tuple(sorted(set(scopes))),
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        self.store.add(row)
        self.accounts.note("token_made", actor=CONSOLE, about=f"{row.id} for {owner}: {' '.join(row.scopes)}")
        return NewToken(token=token, row=row)

    def find(self, token: str) -> TokenRow | None:
        """The token, if it works now; its scopes are those that its owner's role still has."""
        row = self.store.find(hashed(token)) if token.startswith(PREFIX) else None
        if row is None or row.revoked_at is not None or row.expires_at <= self.clock():
            return None
        role = None if row.email == CONSOLE else self.accounts.role_of(row.email)
        if role is None:
            return row if row.email == CONSOLE else None
        return row if not _beyond(role, row.scopes) else None

    def all(self) -> tuple[TokenRow, ...]:
        """Every token."""
        return self.store.all()

    def revoke(self, token_id: str) -> None:
        """End a token at once.

        Raises:
            NotFoundError: there is none of this name, or it was revoked before.
        """
        if not self.store.revoke(token_id, at=self.clock()):
            raise NotFoundError(f"{token_id[:20]!r} names no token that works; sayso users tokens lists them")
        self.accounts.note("token_revoked", actor=CONSOLE, about=token_id)


def _check(name: str, scopes: tuple[str, ...], days: int, role: Role | None) -> None:
    unknown = [one for one in scopes if one not in SCOPES]
    if unknown or not scopes:
        found = f"there is no scope {unknown[0]!r}" if unknown else "a token without a scope opens nothing"
        raise UsageError(f"{found}; give one or more of: {', '.join(SCOPES)}")
    if not 1 <= days <= DAYS_MAX:
        raise UsageError(f"a token for {days} days; needed are 1 to {DAYS_MAX}")
    if not 1 <= len(name.strip()) <= NAME_MAX:
        raise UsageError(f"give the token a name of 1 to {NAME_MAX} characters, by which you know it again")
    beyond = () if role is None else _beyond(role, scopes)
    if beyond:
        raise UsageError(f"the role {role} may not {beyond[0]}; leave the scope out")


def _beyond(role: Role, scopes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in scopes if one in _NOT_FOR.get(role, frozenset()))
