"""Accounts over a database of their own, with a clock that a test moves and passwords that cost little."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from studio.accounts.passwords import Cost, Passwords
from studio.accounts.second_factor import code_at
from studio.accounts.values import Passed
from studio.store.engine import open_engine
from studio.store.people import Role
from studio.store.schema import metadata
from studio.wiring.accounts import open_accounts
from studio.wiring.reviewing import open_people

PASSWORD = "four cups of morning coffee"
LEGAL, ADMIN, MARKETER, VIEWER = "legal@example.com", "admin@example.com", "marketer@example.com", "viewer@example.com"
EMAILS: dict[Role, str] = {"legal": LEGAL, "admin": ADMIN, "marketer": MARKETER, "viewer": VIEWER}
HERE = "192.0.2.7"
CHEAP = Cost(memory_kib=64, iterations=1, lanes=1)


class AccountsHome:
    """One list of people for one test."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
        self.key = secrets.token_bytes(32)
        self.engine = open_engine(f"sqlite:///{folder / 'accounts.sqlite'}")
        metadata.create_all(self.engine)
        self.people = open_people(self.engine, clock=lambda: self.now)
        self.desk = open_accounts(
            self.engine,
            people=self.people,
            clock=lambda: self.now,
            key=lambda: self.key,
            passwords=Passwords(random_bytes=secrets.token_bytes, cost=CHEAP),
        )
        self.entering = self.desk.entering
        self.secrets: dict[str, bytes] = {}

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)

    def invited(self, role: Role, *, password: str = PASSWORD) -> Passed:
        token = self.desk.invite(EMAILS[role], role=role).path.removeprefix("/start/")
        passed = self.entering.accept(token, password, origin=HERE)
        assert passed is not None
        return passed

    def enrolled(self, passed: Passed) -> Passed:
        told = self.entering.enrolment(passed.token)
        assert told is not None
        self.secrets[passed.email] = base64.b32decode(told.secret)
        inside = self.entering.with_code(passed.token, self.code(passed.email), origin=HERE)
        assert isinstance(inside, Passed)
        return inside

    def member(self, role: Role) -> Passed:
        """Somebody of this role, signed in."""
        passed = self.invited(role)
        return passed if passed.next == "in" else self.enrolled(passed)

    def code(self, email: str) -> str:
        return code_at(self.secrets[email], at=self.now)

    def actions(self) -> list[str]:
        return [row.event.action for row in self.desk.log()]
