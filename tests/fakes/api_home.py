"""A studio with a standing consent and its API; takes are handed to nobody, and a test ends them by hand."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from fastapi.testclient import TestClient

from pipelines.release.verdict import Verdict, VerdictKind
from studio.accounts.desk import Accounts
from studio.accounts.passwords import Passwords
from studio.settings import load_settings
from studio.store.campaigns import TakeStatus
from studio.web.app import WebParts, create_app
from studio.web.gate import Sessions
from studio.web.public.router import PublicParts
from studio.wiring.accounts import open_accounts, vault_key
from studio.wiring.api import open_api
from tests.fakes.accounts_home import CHEAP
from tests.fakes.studio_home import FakeWiring, StudioHome

SCOPES = ("campaigns:read", "campaigns:write", "takes:read", "verify")


class CheapWiring(FakeWiring):
    """Passwords cost little."""

    @cached_property
    def accounts(self) -> Accounts:
        return open_accounts(
            self.engine,
            people=self.people,
            clock=self.clock,
            key=lambda: vault_key(self.settings, self.engine, self.vault),
            passwords=Passwords(random_bytes=secrets.token_bytes, cost=CHEAP),
        )


class NoJobs:
    """Notes what is enqueued."""

    def __init__(self) -> None:
        self.enqueued: list[str] = []

    def enqueue(self, take_ids: Iterable[str]) -> None:
        self.enqueued += take_ids

    def take_over(self) -> int:
        return 0


class ApiHome:
    """One studio for one test."""

    def __init__(self, folder: Path, *, environ: Mapping[str, str] | None = None) -> None:
        self.studio = StudioHome(folder, environ=environ)
        self.wiring = CheapWiring(load_settings(None, environ=self.studio.environ), environ=self.studio.environ)
        self.record = self.studio.standing_consent(self.wiring)
        self.jobs = NoJobs()
        self.public = PublicParts(
            verify=lambda path: Verdict(
                verdict=VerdictKind.UNKNOWN, summary=f"{path.stat().st_size} bytes", media_type="video/mp4"
            ),
            standing=lambda _take: None,
        )
        self.app = create_app(
            WebParts(
                library=self.wiring.settings.library_dir,
                public=self.public,
                sessions=Sessions(accounts=self.wiring.accounts),
                announce=lambda _path: None,
                people=self.wiring.people,
                accounts=self.wiring.accounts,
                api=open_api(self.wiring, self.jobs),
            )
        )

    def close(self) -> None:
        self.wiring.engine.dispose()

    def brief(self, **more: object) -> dict[str, object]:
        take = {
            "locale": "fr-FR",
            "market": "FR",
            "channel": "youtube",
            "format": "1080x1920",
            "text": "Votre café, en dix secondes.",
        }
        said = {"consent": self.record, "brand": "Example", "product": "Coffee One", "commercial": True}
        return {**said, "takes": [take], **more}

    def token(self, *scopes: str, email: str = "console") -> str:
        return self.wiring.tokens.make("test", email=email, scopes=scopes or SCOPES).token

    def client(self, token: str | None = None) -> TestClient:
        client = TestClient(self.app, base_url="http://localhost", follow_redirects=False)
        if token is not None:
            client.headers["authorization"] = f"Bearer {token}"
        return client

    def release(self, take_id: str, body: bytes = b"a released file") -> None:
        """End a take as a release would."""
        folder = self.wiring.settings.library_dir / take_id
        folder.mkdir()
        (folder / f"{take_id}.mp4").write_bytes(body)
        path = f"library/{take_id}/{take_id}.mp4"
        self.wiring.campaigns.finish(take_id, status=TakeStatus.RELEASED, at=self.wiring.clock(), path=path)
