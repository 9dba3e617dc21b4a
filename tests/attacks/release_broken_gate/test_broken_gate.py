"""Whatever breaks, a take that is not on record does not exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import pipelines.release.door as door_module
from pipelines.errors import EncodeError, ProvenanceError, ReleaseError
from tests.fakes.doors import House

pytestmark = pytest.mark.weights


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> House:
    return House.open(tmp_path, weights_home)


class DatabaseError(Exception):
    """What a database raises."""


def fail() -> None:
    raise DatabaseError("database is locked")


def in_first_decision(house: House) -> None:
    house.studio.before_authorize[1] = fail


def in_last_decision(house: House) -> None:
    house.studio.before_authorize[2] = fail


def in_append(house: House) -> None:
    house.studio.on_append = fail


def in_commit(house: House) -> None:
    house.studio.on_commit = fail


@pytest.mark.parametrize("breaks", [in_first_decision, in_last_decision, in_append, in_commit])
def test_a_gate_that_raises_lets_nothing_out(house: House, breaks: Callable[[House], None]) -> None:
    entries = len(house.studio.leaves)
    breaks(house)
    with pytest.raises(DatabaseError):
        house.release()
    assert house.left_behind() == []
    assert house.studio.releases == {}
    assert len(house.studio.leaves) == entries


def test_the_same_take_leaves_once_the_gate_works_again(house: House) -> None:
    in_commit(house)
    with pytest.raises(DatabaseError):
        house.release()
    house.studio.on_commit = lambda: None
    assert house.release().path.exists()


@pytest.mark.parametrize(
    ("step", "function", "error"),
    [
        ("encode", "encode_video", EncodeError("ffmpeg died: no space left on device")),
        ("encode", "encode_video", OSError(28, "No space left on device")),
        ("xmp", "write_xmp", ProvenanceError("no moov box")),
        ("mark", "marks_of", ProvenanceError("empty")),
        ("sign", "sign_file", ProvenanceError("no key")),
        ("read back", "read_back", ReleaseError("does not hold up")),
        ("read back", "write_captions", OSError(28, "No space left on device")),
    ],
)
def test_a_failing_step_is_named_and_leaves_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, function: str, error: Exception
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(door_module, function, broken)
    with pytest.raises(ReleaseError) as failure:
        house.release()
    assert isinstance(error, ReleaseError) or f"step '{step}'" in str(failure.value)
    assert house.left_behind() == []
    assert house.studio.releases == {}


def test_a_signer_whom_nobody_trusts_lets_nothing_out(house: House, tmp_path: Path) -> None:
    """Keys of one authority, trust anchors of another: the file would be refused by everybody, so it stays."""
    from pipelines.provenance.identity import SigningIdentity

    other = SigningIdentity.open_or_create(tmp_path / "other", clock=house.door.clock)
    mixed = replace(house.door.identity, trust_anchors_pem=other.trust_anchors_pem)
    house = replace(house, door=replace(house.door, identity=mixed))
    with pytest.raises(ReleaseError):
        house.release()
    assert house.left_behind() == []
