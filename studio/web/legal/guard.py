"""Who may see legal's pages: a session that carries a person whose role is legal, asked for with every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from fastapi import Request

from studio.review.people import Person
from studio.web.gate import Sessions, session_of

CONSOLE = "console"  # who asks for a consent from the session that the console's start link began

AsLegal: TypeAlias = Callable[[Request], Person]
AsAnybody: TypeAlias = Callable[[Request], Person | None]


class NotLegalError(Exception):
    """This session is not legal's. ``person`` is None for the console's session."""

    def __init__(self, person: Person | None) -> None:
        super().__init__("not legal")
        self.person = person


def legal_of(sessions: Sessions) -> AsLegal:
    """Return the dependency of every page that only legal may see."""

    def legal(request: Request) -> Person:
        person = sessions.who(session_of(request.headers))
        if person is None or person.role != "legal":
            raise NotLegalError(person)
        return person

    return legal


def anybody_of(sessions: Sessions) -> AsAnybody:
    """Return the dependency of pages that marketers use too: who it is; None for the console's session."""

    def anybody(request: Request) -> Person | None:
        return sessions.who(session_of(request.headers))

    return anybody
