"""A crash between the ledger's entry and the move: the next call finishes what is on record."""

from __future__ import annotations

from pathlib import Path

import pytest

from consent.errors import ConsentRefusedError
from consent.grant import ReasonCode
from pipelines.errors import ReleaseError
from pipelines.release.quarantine import Quarantine
from tests.fakes.doors import House

pytestmark = pytest.mark.weights


class PowerCutError(BaseException):
    """The machine stops here."""


def crash_after_commit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(_self: Quarantine) -> None:
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(Quarantine, "let_out", cut)
        with pytest.raises(PowerCutError):
            house.release()
    assert house.studio.releases
    assert not list(house.door.library.rglob("*.mp4"))


def test_the_next_call_finishes_the_move(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    crash_after_commit(house, monkeypatch)
    release = house.release()
    assert release.resumed
    assert release.path.exists()
    assert house.verify(release.path).verdict == "authentic"
    assert len(house.studio.view.releases(house.studio.public_hash)) == 1


def test_finish_alone_needs_no_scene(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert house.door.finish(house.studio.request()) is None
    crash_after_commit(house, monkeypatch)
    done = house.door.finish(house.studio.request())
    assert done is not None
    assert done.path.exists()
    assert len(done.captions) == 2


@pytest.mark.parametrize("act", ["revoke", "suspend"])
def test_a_consent_stopped_meanwhile_stops_the_move(house: House, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    crash_after_commit(house, monkeypatch)
    getattr(house.studio, act)()
    with pytest.raises(ConsentRefusedError):
        house.door.finish(house.studio.request())
    assert house.left_behind() == []


def test_a_term_that_ended_meanwhile_does_not(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    crash_after_commit(house, monkeypatch)
    house.studio.clock.move(days=60)
    done = house.door.finish(house.studio.request())
    assert done is not None


def test_a_quota_used_up_by_this_very_take_does_not(
    tmp_path: Path, weights_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House.open(tmp_path, weights_home, max_takes=1)
    crash_after_commit(house, monkeypatch)
    assert house.door.finish(house.studio.request()) is not None


def test_a_file_swapped_in_quarantine_does_not_leave(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    crash_after_commit(house, monkeypatch)
    file = house.door.quarantine / "take-1" / "out" / "take-1.mp4"
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(ReleaseError, match="not the file on record"):
        house.door.finish(house.studio.request())
    assert not list(house.door.library.rglob("*.mp4"))


def test_a_lost_file_is_said_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    crash_after_commit(house, monkeypatch)
    (house.door.quarantine / "take-1" / "out" / "take-1.mp4").unlink()
    with pytest.raises(ReleaseError, match="make a new take"):
        house.door.finish(house.studio.request())


def test_a_commit_whose_answer_was_lost_keeps_the_file_for_the_next_call(house: House) -> None:
    def lose_the_answer() -> None:
        raise OSError("connection lost after commit")

    house.studio.after_commit = lose_the_answer
    with pytest.raises(ReleaseError, match="connection lost"):
        house.release()
    house.studio.after_commit = lambda: None
    assert house.door.finish(house.studio.request()) is not None


def test_reasons_that_stop_are_the_ones_of_people_and_of_doubt() -> None:
    from pipelines.release.door import _STOPS

    assert {ReasonCode.REVOKED, ReasonCode.SUSPENDED, ReasonCode.LEDGER_UNREADABLE} <= _STOPS
    assert ReasonCode.QUOTA_EXHAUSTED not in _STOPS
    assert ReasonCode.EXPIRED not in _STOPS
