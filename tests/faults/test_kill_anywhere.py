"""kill -9 at any step, then the same command again: nothing is rendered twice, nothing is half-released."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.fakes.studio_home import StudioHome

REPO = Path(__file__).resolve().parents[2]
MOMENTS = ("speech-start", "speech-end", "animate-start", "compose-start", "release-start", "recorded")
STEPS = ("speech", "animate", "compose")
PATIENCE_S = 60


def start(home: StudioHome, *, step_s: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.studio_produce", str(home.folder)],
        cwd=REPO,
        env={**home.environ, "SAYSO_FAKE_STEP_S": str(step_s)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for(home: StudioHome, moment: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not any(line[0] == moment for line in home.lines()):
        assert time.monotonic() < deadline, f"{moment} never came: {home.lines()}"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "\nState:\tZ" not in status.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_produce_goes_on_where_it_stopped(tmp_path: Path, moment: str) -> None:
    home = StudioHome(tmp_path)
    wiring = home.wiring()
    home.brief(
        home.standing_consent(wiring), {}, {"locale": "en-US", "market": "US-NY", "text": "Coffee in ten seconds."}
    )

    first = start(home, step_s=0.4)
    wait_for(home, moment)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    finished_before = {
        (what, take) for what, take, _ in home.lines() if what.endswith("-end") and "release" not in what
    }
    hosts = {int(pid) for _, _, pid in home.lines()}
    library = home.folder / "home" / "library"
    recorded = {take for what, take, _ in home.lines() if what == "recorded"}
    assert {p.name for p in library.iterdir()} <= recorded, "a file left before it was on record"

    second = start(home, step_s=0.05)
    out, err = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0, err.decode()
    result = json.loads(out)
    assert [take["status"] for take in result["takes"]] == ["released", "released"]
    assert not any(is_alive(pid) for pid in hosts), "hosts of the killed process live on"

    done = Counter((what, take) for what, take, _ in home.lines())
    for take in result["takes"]:
        for step in STEPS:
            assert done[f"{step}-end", take["id"]] == 1 or (f"{step}-end", take["id"]) in finished_before
        # The kill may fall between the ledger's entry and this line; that the entry is there once is asked below.
        assert done["recorded", take["id"]] <= 1
        assert Path(take["path"]).read_bytes() == b"film of " + take["id"].encode()
    for what, take in finished_before:
        # What had ended before the kill may only have been made again if its folder had not appeared yet.
        assert done[what, take] <= 2
    assert len(list(library.iterdir())) == 2
    assert list((home.folder / "home" / "work").iterdir()) == []
    released = [body for body in wiring.ledger.everything()[0] if json.loads(body)["kind"] == "released"]
    assert len(released) == 2, "each take is in the ledger exactly once"


@pytest.mark.slow
def test_finished_steps_are_not_run_again(tmp_path: Path) -> None:
    home = StudioHome(tmp_path)
    wiring = home.wiring()
    home.brief(home.standing_consent(wiring))
    first = start(home, step_s=0.4)
    wait_for(home, "compose-start")
    first.send_signal(signal.SIGKILL)
    first.communicate()

    second = start(home, step_s=0.05)
    _, err = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0, err.decode()
    done = Counter(what for what, _, _ in home.lines())
    assert done["speech-start"] == done["animate-start"] == 1
    assert done["compose-start"] == 2
    assert done["compose-end"] == done["release-start"] == done["recorded"] == 1


@pytest.mark.slow
def test_ctrl_c_stops_cleanly_and_can_be_resumed(tmp_path: Path) -> None:
    home = StudioHome(tmp_path)
    home.brief(home.standing_consent(home.wiring()))
    first = start(home, step_s=2.0)
    wait_for(home, "animate-start")
    started = time.monotonic()
    first.send_signal(signal.SIGINT)
    _, err = first.communicate(timeout=PATIENCE_S)
    assert first.returncode == 130
    assert time.monotonic() - started < 2.0, "it waited for the step"
    assert "run the same command again" in err.decode()
    assert "Traceback" not in err.decode()

    second = start(home, step_s=0.05)
    out, err = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0, err.decode()
    assert json.loads(out)["takes"][0]["status"] == "released"
    assert Counter(what for what, _, _ in home.lines())["speech-start"] == 1
