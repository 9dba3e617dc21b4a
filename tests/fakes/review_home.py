"""Legal's desk over a studio with real requests: the web app in front of it, and people who sign in."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from pipelines.assets import ASSETS
from pipelines.release.verdict import Verdict, VerdictKind
from studio.web.app import WebParts, create_app
from studio.web.gate import Sessions
from studio.web.public.router import PublicParts
from studio.wiring.reviewing import ReviewParts, open_people, open_review_desk
from studio.wordings.record_text import RecordWordings
from tests.fakes.request_home import Page, RequestHome

LEGAL, SECOND, MARKETER = "legal@example.com", "head@example.com", "marketer@example.com"


def _unknown(_path: Path) -> Verdict:
    return Verdict(verdict=VerdictKind.UNKNOWN, summary="", media_type="video/mp4")


class ReviewHome:
    """One studio for one test."""

    def __init__(self, folder: Path) -> None:
        self.studio = RequestHome(folder)
        self.people = open_people(self.studio.engine, clock=self.studio.clock)
        self.desk = open_review_desk(
            ReviewParts(
                engine=self.studio.engine,
                records=self.studio.records,
                ledger=self.studio.ledger,
                vault=self.studio.vault,
                consents=self.studio.acts,
                requests=self.studio.room.requests,
                rulebook=lambda: self.studio.rulebook,
                wordings=RecordWordings(),
                languages=("en", "fr"),
                assets=ASSETS,
                clock=self.studio.clock,
            )
        )
        self.sessions = Sessions(role_of=self.people.role_of)
        self.app = create_app(
            WebParts(
                library=folder / "library",
                public=PublicParts(verify=_unknown, standing=lambda _take: None),
                sessions=self.sessions,
                announce=lambda _path: None,
                people=self.people,
                legal=self.desk,
            )
        )

    def close(self) -> None:
        self.studio.close()

    def client(self) -> TestClient:
        return TestClient(self.app, base_url="http://localhost", follow_redirects=False)

    def signed_in(self, email: str = LEGAL, *, role: str = "legal") -> TestClient:
        client = self.client()
        assert client.post(self.people.invite(email, role=role).path).status_code == 303
        return client

    def at_console(self) -> TestClient:
        client = self.client()
        assert client.get(self.sessions.new_start_path()).status_code == 303
        return client

    def signed(self, **values: str) -> Page:
        """A request whose person has recorded and signed."""
        page = self.studio.sent(**values)
        page.go_through()
        return page
