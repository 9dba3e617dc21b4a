"""A studio in a temporary folder with its vault, its notices and a clock that a test can turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from consent.grant import RecordId
from consent.keys import SigningKey
from studio.consents.acts import ConsentActs
from studio.settings import load_settings
from studio.wiring.keeping import Keeping, open_vault
from studio.wiring.root import Wiring
from tests.fakes.studio_home import CONSENT, FakeWiring, StudioHome

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
RETENTION = """
[retention]
footage_days = 10
template_days = 20
evidence_days = 30
"""


class KeepingStudio:
    """Wiring and keeping of one home at one time."""

    def __init__(self, folder: Path, *, environ: Mapping[str, str] | None = None) -> None:
        self.home = StudioHome(folder, environ=environ)
        self.now = START
        settings = load_settings(None, environ=self.home.environ)
        self.wiring: Wiring = FakeWiring(settings, environ=self.home.environ, clock=lambda: self.now)
        self.vault = open_vault(settings, self.wiring.engine, self.wiring.records)
        self.keeping = Keeping(
            settings=settings,
            engine=self.wiring.engine,
            records=self.wiring.records,
            ledger=self.wiring.ledger,
            vault=self.vault,
            copies=self.wiring.withdrawal,
            controller_key=self.wiring.controller_key,
            status=self.wiring.dossiers.status,
            clock=lambda: self.now,
        )
        self.acts: ConsentActs = dataclasses.replace(
            self.wiring.acts, keeper=self.vault, withdrawn=self.keeping.destruction.withdrawn
        )

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def consent(self, *changes: tuple[str, str], more: str = "") -> RecordId:
        """A signed and approved record; each change replaces a text of the terms, ``more`` goes in front of scope."""
        terms = CONSENT.replace("[scope]", more + "\n[scope]")
        for old, new in changes:
            assert old in terms
            terms = terms.replace(old, new)
        path = self.home.folder / "consent.toml"
        path.write_text(terms)
        record_id = self.acts.new(path).record_id
        self.acts.sign(record_id, key=SigningKey.generate())
        for approver in ("legal@example.com", "head.of.legal@example.com"):
            self.acts.approve(record_id, approver=approver, evidence=self.home.folder / "contract.pdf")
        return record_id

    def keep_all_kinds(self, record_id: RecordId) -> None:
        """One item of each kind beside the contract."""
        for kind in ("statement", "portrait", "voice", "footage", "template", "transcript", "receipt", "other"):
            self.vault.keep(
                f"{kind} of {record_id}".encode(),
                record_id=record_id,
                kind=kind,
                name=f"{kind}.bin",
                media_type="application/octet-stream",
                at=self.now,
            )

    def kinds(self, record_id: RecordId) -> set[str]:
        return {item.kind for item in self.vault.items(record_id)}
