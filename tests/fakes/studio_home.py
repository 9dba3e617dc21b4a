"""A studio in a temporary folder, with a standing consent and a brief; nothing of it is mocked but the engines."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from consent.grant import RecordId
from consent.keys import SigningKey
from studio.jobs.plan import TakePlan
from studio.settings import load_settings
from studio.wiring.root import Wiring

HOST = Path(__file__).parent / "studio_host.py"

# The smallest PNG: one grey pixel. Its depiction is unknown, so the record needs a contract.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c63680000008200819d3d6d9d0000000049454e44ae426082"
)

CONSENT = """
class = "synthetic_performer"
[subject]
name = "Test Performer"
birth_year = 1990
contact = "subject@example.org"
language = "en"
[controller]
name = "Example GmbH"
contact = "privacy@example.com"
[scope]
description = "Coffee One launch ads in French and English"
modalities = ["face", "voice"]
languages = ["en", "fr"]
territories = ["FR", "US"]
channels = ["youtube", "web"]
brands = ["Example"]
products = ["Coffee One"]
valid_from = 2026-01-01
valid_until = 2035-01-01
max_takes = 20
prohibited_topics = ["politics"]
assets = ["portrait.png"]
"""

BRIEF = """
consent = "{record}"
brand = "Example"
product = "Coffee One"
commercial = true
portrait = "portrait.png"
"""

TAKE = """
[[takes]]
locale = "{locale}"
market = "{market}"
channel = "youtube"
format = "1080x1920"
text = "{text}"
"""


class StudioHome:
    """One studio for one test."""

    def __init__(self, folder: Path, *, environ: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.log = folder / "engines.log"
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("SAYSO_")},
            "PYTHONPATH": str(HOST.parent.parent.parent),
            "SAYSO_HOME": str(folder / "home"),
            "SAYSO_WEIGHTS": str(folder / "no-weights"),
            "SAYSO_HOSTS": "2",
            "SAYSO_FAKE_LOG": str(self.log),
            **(environ or {}),
        }
        (folder / "portrait.png").write_bytes(PIXEL)
        (folder / "consent.toml").write_text(CONSENT)
        (folder / "contract.pdf").write_bytes(b"%PDF-1.4 a contract")

    def wiring(self) -> Wiring:
        settings = load_settings(None, environ=self.environ)
        return FakeWiring(
            settings, environ=self.environ, host_command=(sys.executable, "-m", "tests.fakes.studio_host")
        )

    def standing_consent(self, wiring: Wiring) -> RecordId:
        record_id = wiring.acts.new(self.folder / "consent.toml").record_id
        wiring.acts.sign(record_id, key=SigningKey.generate())
        for approver in ("legal@example.com", "head.of.legal@example.com"):
            wiring.acts.approve(record_id, approver=approver, evidence=self.folder / "contract.pdf")
        return record_id

    def brief(self, record_id: str, *takes: Mapping[str, str]) -> Path:
        path = self.folder / "brief.toml"
        standard = {"locale": "fr-FR", "market": "FR", "text": "Votre café, en dix secondes."}
        tables = (TAKE.format(**{**standard, **take}) for take in (takes or ({},)))
        path.write_text(BRIEF.format(record=record_id) + "".join(tables))
        return path

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.log.read_text().splitlines()] if self.log.exists() else []


class FakeWiring(Wiring):
    """Plans takes with cards that need no engine to be loaded."""

    def cards_for(self, plan: TakePlan) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return ("kokoro-82m",), ()
