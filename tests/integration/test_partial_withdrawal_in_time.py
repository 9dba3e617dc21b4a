"""A part that is taken back stops the takes that need it within two seconds, and no other."""

from __future__ import annotations

import importlib
import os
import signal
import time
from pathlib import Path

import pytest

from studio.consents.subject_acts import SubjectActs
from tests.fakes.studio_home import StudioHome
from tests.integration.test_jobs_produce import finish, run, wait_for
from tests.integration.test_withdrawal_in_time import STOPS_WITHIN_S, is_alive

ENGLISH = {"locale": "en-US", "market": "US-NY", "text": "Coffee in ten seconds."}


@pytest.mark.slow
def test_the_take_in_the_language_that_was_taken_back_stops_and_the_other_is_released(tmp_path: Path) -> None:
    home = StudioHome(tmp_path)
    wiring = home.wiring()
    record_id = home.standing_consent(wiring)
    home.brief(record_id, {}, ENGLISH)
    importlib.import_module("studio.jobs.runner")  # as in a server, which has loaded it long before anybody withdraws
    process = run(home, step_s=0.3)
    wait_for(home, "speech-start")
    french = next(row.id for row in wiring.campaigns.takes_of_record(record_id) if '"fr-FR"' in row.plan)
    deadline = time.monotonic() + 30
    while not (found := [int(line[2]) for line in home.lines() if line[:2] == ["speech-start", french]]):
        assert time.monotonic() < deadline, "the French take never began"
        time.sleep(0.005)
    pid = found[0]
    os.kill(pid, signal.SIGSTOP)  # a step that does not end by itself, however long one waits
    subject = SubjectActs(records=wiring.records, ledger=wiring.ledger, clock=wiring.clock)
    taking_back = wiring.request_room.desk.taking_back
    started = time.monotonic()
    after = subject.restrict(record_id, part={"languages": ("fr",)})
    taking_back.restricted(record_id, after.restrictions[-1])
    while is_alive(pid):
        assert time.monotonic() - started < STOPS_WITHIN_S, "the French take still runs"
        time.sleep(0.005)
    code, result = finish(process)
    assert code == 3
    by_id = {str(take["id"]): take for take in result["takes"]}
    reasons = by_id.pop(french)["reasons"]
    assert isinstance(reasons, list)
    assert [reason["code"] for reason in reasons] == ["revoked"]
    assert [take["status"] for take in by_id.values()] == ["released"]
    assert not (tmp_path / "home" / "work" / french).exists()
