"""A studio made as a user makes one: through the command line, in a home of its own, with one active consent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
PRESENTERS = REPO / "assets" / "demo" / "presenters"
SAYSO = (sys.executable, "-c", "from studio.cli import main; main()")

CONSENT = """
class = "synthetic_performer"
[subject]
name = "Amara"
birth_year = 1990
contact = "studio@example.org"
language = "en"
[controller]
name = "Northlight GmbH"
contact = "privacy@example.com"
[scope]
description = "Coffee One ads, spoken by a drawn presenter, in the languages of the studio"
modalities = ["face", "voice"]
languages = ["en", "fr", "es", "it", "pt", "ja", "zh", "hi", "de"]
territories = ["US", "FR", "ES", "IT", "BR", "JP", "CN", "IN", "DE"]
channels = ["youtube", "web"]
brands = ["Northlight"]
products = ["Coffee One"]
valid_from = 2026-01-01
valid_until = 2035-01-01
max_takes = 100
script_approval = "none"
prohibited_topics = ["politics", "health"]
assets = ["amara.png"]
"""


@dataclass(frozen=True)
class Studio:
    """A studio with one active consent, in a home of its own."""

    home: Path
    folder: Path  # holds consent.toml and the portrait
    record_id: str
    environ: Mapping[str, str]

    def sayso(self, *args: str, timeout_s: int = 900) -> subprocess.CompletedProcess[str]:
        """Run the command as a person would."""
        return subprocess.run(
            [*SAYSO, *args],
            capture_output=True,
            text=True,
            env=dict(self.environ),
            cwd=self.folder,
            timeout=timeout_s,
            check=False,
        )

    def brief(self, name: str, takes: str, *, extra: str = "") -> Path:
        """Write a brief for the one consent of this studio."""
        path = self.folder / name
        path.write_text(
            f'consent = "{self.record_id}"\nbrand = "Northlight"\nproduct = "Coffee One"\ncommercial = true\n'
            f'portrait = "amara.png"\n{extra}\n{takes}',
            encoding="utf-8",
        )
        return path


def take_toml(locale: str, market: str, size: str, text: str, channel: str = "youtube") -> str:
    return (
        f'[[takes]]\nlocale = "{locale}"\nmarket = "{market}"\nchannel = "{channel}"\nformat = "{size}"\n'
        f"text = {json.dumps(text, ensure_ascii=False)}\n"
    )


def make_studio(home: Path, folder: Path, *, weights: Path) -> Studio:
    """Fill an empty home and folder: key, consent, signature, approval."""
    for file in PRESENTERS.glob("amara*"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "consent.toml").write_text(CONSENT, encoding="utf-8")
    environ = {**os.environ, "SAYSO_HOME": str(home), "SAYSO_WEIGHTS": str(weights), "PYTHONPATH": str(REPO)}
    bare = Studio(home=home, folder=folder, record_id="", environ=environ)

    def say(*args: str) -> str:
        done = bare.sayso(*args)
        assert done.returncode == 0, done.stderr
        return done.stdout

    say("keys", "new", "--out", "performer.key")
    record_id = json.loads(say("consent", "new", "--from", "consent.toml", "--json"))["id"]
    say("consent", "sign", record_id, "--key", "performer.key")
    say("consent", "approve", record_id, "--as", "legal@example.com")
    return Studio(home=home, folder=folder, record_id=record_id, environ=environ)
