"""Producing a campaign with real processes, a real database and real consent; only the engines are fake."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from consent.grant import RecordId
from tests.fakes.studio_home import StudioHome

REPO = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


def run(home: StudioHome, module: str = "studio_produce", *, step_s: float = 0.02) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.fakes.{module}", str(home.folder)],
        cwd=REPO,
        env={**home.environ, "SAYSO_FAKE_STEP_S": str(step_s)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, dict[str, list[dict[str, object]]]]:
    out, err = process.communicate(timeout=PATIENCE_S)
    assert out, err
    return process.returncode, json.loads(out)


def wait_for(home: StudioHome, moment: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not any(line[0] == moment for line in home.lines()):
        assert time.monotonic() < deadline, f"{moment} never came: {home.lines()}"
        time.sleep(0.01)


@pytest.mark.slow
def test_what_consent_covers_is_released_and_the_rest_refused(tmp_path: Path) -> None:
    home = StudioHome(tmp_path)
    wiring = home.wiring()
    home.brief(
        home.standing_consent(wiring),
        {},
        {"locale": "en-US", "market": "US-NY", "text": "Coffee in ten seconds."},
        {"locale": "it-IT", "market": "IT", "text": "Caffè in dieci secondi."},
        {"text": "Votez pour la politique."},
    )
    code, result = finish(run(home))
    assert code == 3
    takes = result["takes"]
    assert [take["status"] for take in takes] == ["released", "released", "refused", "refused"]
    assert [r["code"] for r in takes[2]["reasons"]] == ["language_not_covered", "territory_not_covered"]
    assert [r["code"] for r in takes[3]["reasons"]] == ["prohibited_topic"]
    for take in takes[:2]:
        assert set(take["seconds"]) == {"speech", "animate", "compose", "release"}
        assert Path(str(take["path"])).is_file()
    refused = {take["id"] for take in takes[2:]}
    assert not any(take in refused for _, take, _ in home.lines()), "a refused take ran"


@pytest.mark.slow
def test_revocation_stops_a_running_take_and_destroys_it(tmp_path: Path) -> None:
    home = StudioHome(tmp_path)
    wiring = home.wiring()
    record_id = home.standing_consent(wiring)
    home.brief(record_id)
    process = run(home, step_s=5.0)
    wait_for(home, "animate-start")
    started = time.monotonic()
    wiring.acts.revoke(record_id, reason="the subject withdrew")
    code, result = finish(process)
    assert time.monotonic() - started < 5.0, "it waited for the step"
    assert code == 3
    assert [r["code"] for r in result["takes"][0]["reasons"]] == ["revoked"]
    assert list((tmp_path / "home" / "library").iterdir()) == []
    assert not any(line[0] == "animate-end" for line in home.lines())


@pytest.mark.slow
@pytest.mark.parametrize("act", ["suspend", "revoke"])
def test_consent_is_asked_again_before_a_resumed_step(tmp_path: Path, act: str) -> None:
    home = StudioHome(tmp_path)
    wiring = home.wiring()
    record_id: RecordId = home.standing_consent(wiring)
    home.brief(record_id)
    first = run(home, step_s=0.5)
    wait_for(home, "animate-start")
    first.send_signal(signal.SIGKILL)
    first.communicate()
    getattr(wiring.acts, act)(record_id, reason="while nobody was rendering")
    code, result = finish(run(home))
    assert (code, result["takes"][0]["status"]) == (3, "refused")
    assert not any(line[0] == "recorded" for line in home.lines())
    assert list((tmp_path / "home" / "library").iterdir()) == []


@pytest.mark.slow
def test_two_produces_at_once_share_the_work(tmp_path: Path) -> None:
    home = StudioHome(tmp_path)
    wiring = home.wiring()
    record_id = home.standing_consent(wiring)
    home.brief(record_id, *({"text": f"Café numéro {n}."} for n in range(3)))
    one, other = run(home, step_s=0.1), run(home, step_s=0.1)
    for code, result in (finish(one), finish(other)):
        assert code == 0
        assert {take["status"] for take in result["takes"]} == {"released"}
    recorded = [take for what, take, _ in home.lines() if what == "recorded"]
    assert len(recorded) == len(set(recorded))


@pytest.mark.slow
def test_finished_brief_makes_a_new_campaign(tmp_path: Path) -> None:
    home = StudioHome(tmp_path)
    home.brief(home.standing_consent(home.wiring()))
    (_, first), (_, second) = finish(run(home)), finish(run(home))
    assert first["campaign"] != second["campaign"]


@pytest.mark.slow
def test_engine_fault_fails_the_take_with_a_sentence(tmp_path: Path) -> None:
    home = StudioHome(tmp_path, environ={"SAYSO_FAKE_FAULT": "compose"})
    home.brief(home.standing_consent(home.wiring()))
    code, result = finish(run(home))
    assert code == 1
    assert [r["code"] for r in result["takes"][0]["reasons"]] == ["input_invalid"]
    assert list((tmp_path / "home" / "work").iterdir()) == []


@pytest.mark.slow
def test_host_that_dies_is_replaced_once(tmp_path: Path) -> None:
    home = StudioHome(tmp_path, environ={"SAYSO_FAKE_DEATH": "animate"})
    home.brief(home.standing_consent(home.wiring()))
    code, result = finish(run(home))
    assert code == 1
    assert [r["code"] for r in result["takes"][0]["reasons"]] == ["host_died"]
    assert sum(line[0] == "animate-start" for line in home.lines()) == 2
