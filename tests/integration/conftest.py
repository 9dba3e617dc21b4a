"""One real campaign for all integration tests: a 4-second take per language, made through the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
PRESENTERS = REPO / "assets" / "demo" / "presenters"

TEXTS: Mapping[str, tuple[str, str, str]] = {  # locale: market, format, text
    "en-US": ("US-NY", "1280x720", "Your perfect coffee is ready in ten seconds. Try it today."),
    "fr-FR": ("FR", "720x1280", "Votre café parfait est prêt en dix secondes. Essayez-le aujourd'hui."),
    "es-ES": ("ES", "720x720", "Su café perfecto está listo en diez segundos. Pruébelo hoy mismo."),
    "it-IT": ("IT", "1280x720", "Il tuo caffè perfetto è pronto in dieci secondi. Provalo oggi stesso."),
    "pt-BR": ("BR", "720x1280", "Seu café perfeito fica pronto em dez segundos. Experimente hoje mesmo."),
    "ja-JP": ("JP", "720x720", "おいしいコーヒーが十秒でできます。今日からお試しください。"),
    "zh-CN": ("CN", "1280x720", "十秒钟就能做好一杯完美的咖啡。今天就来试试吧。"),
    "hi-IN": ("IN", "720x1280", "आपकी बढ़िया कॉफी दस सेकंड में तैयार है। आज ही आज़माएं।"),
    "de-DE": ("DE", "720x720", "Ihr perfekter Kaffee ist in zehn Sekunden fertig. Probieren Sie ihn noch heute."),
}

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
            [sys.executable, "-m", "studio.cli", *args],
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


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory, weights_home: Path) -> Studio:
    home = tmp_path_factory.mktemp("home")
    folder = tmp_path_factory.mktemp("campaign")
    for file in PRESENTERS.glob("amara*"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "consent.toml").write_text(CONSENT, encoding="utf-8")
    environ = {**os.environ, "SAYSO_HOME": str(home), "SAYSO_WEIGHTS": str(weights_home), "PYTHONPATH": str(REPO)}
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


@dataclass(frozen=True)
class Campaign:
    """What `sayso produce --json` printed, by locale."""

    studio: Studio
    takes: Mapping[str, Mapping[str, object]]

    def path(self, locale: str) -> Path:
        return Path(str(self.takes[locale]["path"]))


@pytest.fixture(scope="session")
def campaign(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    takes = "\n".join(take_toml(locale, market, size, text) for locale, (market, size, text) in TEXTS.items())
    brief = studio.brief("brief.toml", takes)
    out = tmp_path_factory.mktemp("out")
    done = studio.sayso("produce", str(brief), "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    printed = json.loads(done.stdout)
    return Campaign(studio=studio, takes={take["locale"]: take for take in printed["takes"]})
