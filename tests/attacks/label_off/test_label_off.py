"""No brief key, option, environment variable or interpreter switch takes the label off or leaves a gate out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.release.verdict import VerdictKind
from studio.cli.app import app
from tests.attacks.three_gates.test_three_gates import VECTORS
from tests.fakes.gates import Gates
from tests.fakes.studio_home import StudioHome

REPO = Path(__file__).resolve().parents[3]
RECORD = "ab" * 32

BRIEF_KEYS = (
    "label = false",
    "label_text = ''",
    "label_opacity = 0",
    "labels = []",
    "no_label = true",
    "disclosure = 'none'",
    "disclose = false",
    "notice = false",
    "watermark = false",
    "manifest = false",
    "c2pa = false",
    "metadata = false",
    "fingerprint = false",
    "sign = false",
    "ledger = false",
    "preview = true",
    "draft = true",
    "debug = true",
    "force = true",
    "dry_run = false",
    "skip_consent = true",
    "consent_check = false",
    "grant = 'granted'",
    "subject_class = 'human'",
    "release = { label = false }",
)
OPTIONS = (
    "--no-label",
    "--label=false",
    "--no-disclosure",
    "--no-watermark",
    "--no-manifest",
    "--no-ledger",
    "--skip-consent",
    "--no-verify",
    "--force",
    "--debug",
    "--preview",
    "--yes",
)
WHAT = (
    "LABEL",
    "DISCLOSURE",
    "NOTICE",
    "WATERMARK",
    "MANIFEST",
    "C2PA",
    "SIGN",
    "LEDGER",
    "CONSENT",
    "GATES",
    "VERIFY",
)
OFF = {
    **{f"SAYSO_{what}": "0" for what in WHAT},
    **{f"SAYSO_NO_{what}": "1" for what in WHAT},
    **{f"SAYSO_SKIP_{what}": "1" for what in WHAT},
    **{f"SAYSO_DISABLE_{what}": "true" for what in WHAT},
    **dict.fromkeys(("SAYSO_DEBUG", "SAYSO_DEV", "SAYSO_TEST", "SAYSO_UNSAFE", "SAYSO_FORCE", "SAYSO_PREVIEW"), "1"),
    **dict.fromkeys(("DEBUG", "CI", "TESTING", "DRY_RUN", "PYTEST_CURRENT_TEST", "NO_COLOR", "DEV"), "1"),
    "SAYSO_ENV": "development",
    "ENV": "test",
}


def sayso(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.stderr


@pytest.fixture
def brief(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = StudioHome(tmp_path)
    monkeypatch.setenv("SAYSO_HOME", home.environ["SAYSO_HOME"])
    return home.brief(RECORD)


@pytest.mark.parametrize("line", BRIEF_KEYS)
def test_a_key_in_the_brief_is_wrong_use(brief: Path, line: str) -> None:
    key = line.split(" ", 1)[0]
    brief.write_text(f"{line}\n{brief.read_text()}")
    code, err = sayso("produce", brief, "--out", brief.parent / "out")
    assert code == 2
    assert f"brief.toml:1: {key}: unknown key" in err
    assert list((brief.parent / "out").rglob("*")) == []


@pytest.mark.parametrize("line", BRIEF_KEYS)
def test_a_key_in_a_take_is_wrong_use(brief: Path, line: str) -> None:
    key = line.split(" ", 1)[0]
    brief.write_text(f"{brief.read_text()}\n{line}\n")
    code, err = sayso("produce", brief, "--out", brief.parent / "out")
    assert code == 2
    assert f"takes[0].{key}: unknown key" in err


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_is_wrong_use(brief: Path, option: str) -> None:
    code, err = sayso("produce", brief, option)
    assert code == 2
    assert option.split("=", 1)[0] in err
    assert "No such option" in err


def through_the_gates(
    folder: Path, weights: Path, *, switches: tuple[str, ...], environ: dict[str, str], options: tuple[str, ...] = ()
) -> dict[str, Any]:
    command = (sys.executable, *switches, "-m", "tests.fakes.through_the_gates", str(folder), str(weights), *options)
    environ = {**os.environ, **environ, "PYTHONPATH": str(REPO)}
    done = subprocess.run(command, cwd=REPO, env=environ, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def says_what_it_is(folder: Path, weights: Path, answer: dict[str, Any]) -> None:
    """The file as anyone sees it, outside the interpreter that made it."""
    assert answer["status"] == "done"
    gates = Gates(folder / "good", weights)
    verdict = gates.verify(gates.wiring.settings.home / answer["path"])
    assert verdict.verdict is VerdictKind.AUTHENTIC
    assert verdict.label["seen"] is True
    assert verdict.ledger["included"] is True


@pytest.mark.weights
@pytest.mark.parametrize("switches", [(), ("-OO",)], ids=["as usual", "python -OO"])
def test_environment_variables_change_nothing(tmp_path: Path, weights_home: Path, switches: tuple[str, ...]) -> None:
    answer = through_the_gates(tmp_path, weights_home, switches=switches, environ=OFF)
    says_what_it_is(tmp_path, weights_home, answer)


@pytest.mark.weights
def test_without_asserts_every_refusal_is_the_same(tmp_path: Path, weights_home: Path) -> None:
    environ = {"PYTHONOPTIMIZE": "1"}
    answer = through_the_gates(tmp_path, weights_home, switches=(), environ=environ, options=("--with-vectors",))
    assert answer["optimize"] == 1
    says_what_it_is(tmp_path, weights_home, answer)
    refusals: dict[str, dict[str, list[str]]] = answer["refusals"]
    assert refusals.keys() == VECTORS.keys()
    missed = {
        (name, gate): codes
        for name, gates in refusals.items()
        for gate, codes in gates.items()
        if VECTORS[name].code not in codes
    }
    assert missed == {}
