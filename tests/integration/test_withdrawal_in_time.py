"""From the withdrawal's click to the end of the process that was rendering: two seconds at most.

What makes the take runs in a process of its own, started by another one than the process that withdraws.
"""

from __future__ import annotations

import importlib
import os
import signal
import time
from pathlib import Path

import pytest

from tests.fakes.keeping import KeepingStudio
from tests.fakes.studio_home import StudioHome
from tests.integration.test_jobs_produce import finish, run, wait_for

STOPS_WITHIN_S = 2.0


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("step", ["speech", "animate", "compose", "release"])
def test_a_running_take_stops_within_two_seconds_and_leaves_nothing(tmp_path: Path, step: str) -> None:
    studio = KeepingStudio(tmp_path)
    record_id = studio.consent()
    studio.keep_all_kinds(record_id)
    studio.home.brief(record_id)
    home: StudioHome = studio.home
    importlib.import_module("studio.jobs.runner")  # as in a server, which has loaded it long before anybody withdraws
    process = run(home, step_s=0.3)
    wait_for(home, f"{step}-start")
    ((take, pid),) = {(line[1], int(line[2])) for line in home.lines() if line[0] == f"{step}-start"}
    os.kill(pid, signal.SIGSTOP)  # a step that does not end by itself, however long one waits
    started = time.monotonic()
    studio.wiring.acts.revoke(record_id, reason="the subject withdrew")
    studio.keeping.destruction.withdrawn(record_id)
    asked_s = time.monotonic() - started
    while is_alive(pid):
        assert time.monotonic() - started < STOPS_WITHIN_S, f"still running; the act itself took {asked_s:.2f} s"
        time.sleep(0.005)
    code, result = finish(process)
    assert code == 3
    assert [r["code"] for r in result["takes"][0]["reasons"]] == ["revoked"]
    assert list((tmp_path / "home" / "library").iterdir()) == []
    assert not (tmp_path / "home" / "work" / take).exists()
    assert not any(line[0] in {f"{step}-end", "recorded"} for line in home.lines())
    assert studio.kinds(record_id).isdisjoint({"portrait", "voice", "footage", "template"})
