"""A withdrawal either stops the file or finds it on record; there is no third way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from consent.errors import ConsentRefusedError
from consent.grant import ReasonCode
from pipelines.release.verdict import VerdictKind
from tests.fakes.doors import House

pytestmark = pytest.mark.weights


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> House:
    return House.open(tmp_path, weights_home)


@pytest.mark.parametrize(("act", "code"), [("revoke", ReasonCode.REVOKED), ("suspend", ReasonCode.SUSPENDED)])
@pytest.mark.parametrize("take_format", ["960x540", "mp3", "960x540.jpg"])
def test_stopped_before_the_last_look_nothing_comes_out(
    house: House, take_format: str, act: str, code: ReasonCode
) -> None:
    house.studio.before_authorize[2] = getattr(house.studio, act)
    with pytest.raises(ConsentRefusedError) as refusal:
        house.release(request=house.studio.request(format=take_format))
    assert {reason.code for reason in refusal.value.reasons} == {code}
    assert house.studio.decisions == 2
    assert house.left_behind() == []
    assert house.studio.releases == {}
    assert house.studio.view.releases(house.studio.public_hash) == ()


def test_withdrawn_after_the_commit_it_is_on_record_and_said(house: House) -> None:
    house.studio.after_commit = house.studio.revoke
    release = house.release()
    assert len(house.studio.view.releases(house.studio.public_hash)) == 1
    assert house.verify(release.path).verdict is VerdictKind.REVOKED


def test_a_withdrawal_in_another_thread_waits_for_the_transaction_or_comes_first(house: House) -> None:
    def withdraw() -> None:
        with house.studio.lock:
            house.studio.revoke()

    other = threading.Thread(target=withdraw)
    house.studio.on_append = other.start
    release = house.release()
    other.join()
    kinds = [type(entry).__name__ for entry in house.studio.view.history(house.studio.public_hash)]
    assert kinds[-2:] == ["Released", "Revoked"]
    assert house.verify(release.path).verdict is VerdictKind.REVOKED
