"""Keeping records and verifying files needs no engine and no page: the base install, with everything else forbidden."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from consent.keys import SigningKey
from studio.campaigns.brief import read_brief
from studio.store.campaigns import TakeStatus
from tests.fakes.studio_home import StudioHome

REPO = Path(__file__).parents[2]

# What the extras bring. A package that is installed here cannot be taken away, but its import can be refused.
PROGRAM = """
import sys

EXTRAS = {
    "PIL", "av", "ctranslate2", "cv2", "dbos", "diffusers", "fastapi", "faster_whisper", "gradio", "imageio_ffmpeg",
    "moviepy", "numpy", "onnxruntime", "scipy", "soundfile", "starlette", "torch", "transformers", "uvicorn",
}


class Refusal:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in EXTRAS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


sys.meta_path.insert(0, Refusal())
from studio.cli import main

sys.argv[0] = "sayso"
main()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> StudioHome:
    return StudioHome(tmp_path_factory.mktemp("base"))


def sayso(home: StudioHome, *words: str | Path, expect: int = 0) -> str:
    environ = {"HOME": str(home.folder), "PATH": os.environ.get("PATH", ""), "SAYSO_DEBUG": "1"}
    environ |= {"PYTHONPATH": str(REPO), "SAYSO_HOME": home.environ["SAYSO_HOME"], "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, words)], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == expect, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def record(home: StudioHome) -> str:
    key = home.folder / "subject.key"
    sayso(home, "keys", "new", "--out", key)
    name = sayso(home, "consent", "new", "--from", home.folder / "consent.toml").strip()
    sayso(home, "consent", "sign", name, "--key", key)
    for approver in ("a@example.com", "b@example.com"):
        sayso(home, "consent", "approve", name, "--as", approver, "--evidence", home.folder / "contract.pdf")
    return name


LOOKS = {
    "help": ("--help",),
    "markets": ("markets", "list"),
    "one market": ("markets", "show", "FR"),
    "models": ("models", "list"),
    "likenesses": ("likeness", "list"),
    "version": ("version",),
}


@pytest.mark.parametrize("words", LOOKS.values(), ids=LOOKS.keys())
def test_looks_around(home: StudioHome, words: tuple[str, ...]) -> None:
    assert sayso(home, *words).strip()


def test_keeps_a_record_from_draft_to_dossier(home: StudioHome, record: str) -> None:
    shown = json.loads(sayso(home, "consent", "show", record, "--json"))
    assert (shown["status"], shown["assurance"]) == ("active", "contract")
    out = home.folder / "dossier.zip"
    sayso(home, "consent", "export", record, "--out", out)
    assert out.is_file()
    assert json.loads(sayso(home, "ledger", "verify", "--json"))["size"] == 4
    assert sayso(home, "ledger", "checkpoint").strip()


def test_suspends_resumes_and_withdraws(home: StudioHome) -> None:
    terms = home.folder / "other.toml"
    terms.write_text((home.folder / "consent.toml").read_text().replace("max_takes = 20", "max_takes = 3"))
    name = sayso(home, "consent", "new", "--from", terms).strip()
    for act in ("suspend", "resume", "revoke"):
        sayso(home, "consent", act, name, "--reason", "asked to")
    found = json.loads(sayso(home, "consent", "list", "--json"))["records"]
    assert [one["status"] for one in found if one["id"] == name] == ["withdrawn"]


def test_withdrawal_ends_takes_that_another_install_queued(home: StudioHome) -> None:
    terms = home.folder / "queued.toml"
    terms.write_text((home.folder / "consent.toml").read_text().replace("max_takes = 20", "max_takes = 4"))
    wiring = home.wiring()
    record_id = wiring.acts.new(terms).record_id
    wiring.acts.sign(record_id, key=SigningKey.generate())
    for approver in ("a@example.com", "b@example.com"):
        wiring.acts.approve(record_id, approver=approver, evidence=home.folder / "contract.pdf")
    campaign = wiring.producer.open(read_brief(home.brief(record_id)))
    sayso(home, "consent", "revoke", record_id, "--reason", "asked to")
    assert [row.status for row in wiring.campaigns.takes_of(campaign.id)] == [TakeStatus.REFUSED]


def test_verify_says_what_it_did_not_look_at_and_what_to_install(home: StudioHome) -> None:
    picture = home.folder / "portrait.png"
    found = json.loads(sayso(home, "verify", picture, "--json", expect=4))
    assert found["verdict"] == "unknown"
    for part in ("fingerprint", "label"):
        assert found[part]["checked"] is False
        assert "pip install 'sayso[engines]'" in found[part]["reason"]
    told = sayso(home, "verify", picture, expect=4)
    assert "not checked" in told
    assert "pip install 'sayso[engines]'" in told


def test_doctor_names_the_extras_that_are_absent(home: StudioHome) -> None:
    checks = json.loads(sayso(home, "doctor", "--json", expect=1))["checks"]
    found = {one["name"]: one for one in checks}
    for extra in ("studio", "engines"):
        assert found[extra]["state"] == "missing"
        assert f"pip install 'sayso[{extra}]'" in found[extra]["detail"]
    assert found["ledger"]["state"] == "ok"


def test_consent_check_explains_without_engines(home: StudioHome, record: str) -> None:
    out = sayso(home, "consent", "check", record, "--brief", home.brief(record), "--json")
    assert json.loads(out)["granted"] is True
