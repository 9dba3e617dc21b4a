"""Who is at work: the person of the session, or the console. The gate in front has asked whether they may be here."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from studio.store.people import Role
from studio.web.gate import Sessions, session_of

CONSOLE_NAME = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody at work. The console's session names nobody: ``email`` is "console" and ``role`` is None."""

    email: str
    role: Role | None

    @property
    def is_console(self) -> bool:
        """Whether this is the session of the link that ``sayso serve`` printed."""
        return self.role is None


def member_of(sessions: Sessions, request: Request) -> Member:
    """Who asks, with the role that they have now."""
    person = sessions.who(session_of(request.headers))
    if person is None:
        return Member(email=CONSOLE_NAME, role=None)
    return Member(email=person.email, role=person.role)
