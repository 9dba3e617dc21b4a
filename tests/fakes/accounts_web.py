"""The web app over a list of people, and clients who have come in as each role."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from pipelines.release.verdict import Verdict, VerdictKind
from studio.store.people import Role
from studio.web.app import WebParts, create_app
from studio.web.gate import COOKIE, Sessions
from studio.web.public.router import PublicParts
from tests.fakes.accounts_home import AccountsHome


def _unknown(_path: Path) -> Verdict:
    return Verdict(verdict=VerdictKind.UNKNOWN, summary="", media_type="video/mp4")


class AccountsWeb:
    """One studio's front for one test."""

    def __init__(self, folder: Path) -> None:
        self.home = AccountsHome(folder)
        self.sessions = Sessions(accounts=self.home.desk)
        self.announced: list[str] = []
        self.parts = WebParts(
            library=folder / "library",
            public=PublicParts(verify=_unknown, standing=lambda _take: None),
            sessions=self.sessions,
            announce=self.announced.append,
            people=self.home.people,
            accounts=self.home.desk,
        )
        self.app = create_app(self.parts)

    def client(self) -> TestClient:
        return TestClient(self.app, base_url="http://localhost", follow_redirects=False)

    def signed_in(self, role: Role) -> TestClient:
        client = self.client()
        client.cookies.set(COOKIE, self.home.member(role).token)
        return client

    def at_console(self) -> TestClient:
        client = self.client()
        assert client.get(self.sessions.new_start_path()).status_code == 303
        return client
