"""What the desk of accounts answers with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from studio.store.people import Role

WITH_SECOND_FACTOR: frozenset[Role] = frozenset({"legal", "admin"})  # whoever approves, and whoever lets people in

Next: TypeAlias = Literal["in", "code", "enrol"]  # come in; give a code; set up the second factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A password or code was right. ``token`` is the cookie: a whole session if ``next`` is "in", else half of one."""

    email: str
    role: Role
    next: Next
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPassed:
    """It was not right, and it is not said which part of it. ``until``: nothing is tried before then."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetLink:
    """A link as it is shown, once."""

    path: str
    email: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One person of the list."""

    email: str
    role: Role
    state: str  # "invited", "active", "second factor missing", "invitation expired" or "removed"
    has_second_factor: bool
    since: datetime


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
