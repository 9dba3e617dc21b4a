"""What C2PA leaves out of its hash is said, not hidden."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pipelines.release.verdict import VerdictKind
from tests.fakes.doors import House

pytestmark = pytest.mark.weights


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> House:
    return House.open(tmp_path, weights_home)


def test_an_appended_free_box_is_told(house: House, tmp_path: Path) -> None:
    release = house.release()
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(release.path.read_bytes() + struct.pack(">I4s", 8 + 32, b"free") + b"x" * 32)
    verdict = house.verify(copy)
    assert verdict.verdict is VerdictKind.AUTHENTIC
    assert "Bytes outside of picture and sound were added" in verdict.summary
    assert "Bytes outside" not in house.verify(release.path).summary


@pytest.mark.parametrize("take_format", ["960x540", "960x540.png", "960x540.jpg", "wav", "mp3"])
def test_other_appended_bytes_are_an_alteration(house: House, tmp_path: Path, take_format: str) -> None:
    release = house.release(request=house.studio.request(format=take_format))
    copy = tmp_path / f"copy{release.path.suffix}"
    extra = struct.pack(">I4s", 8 + 4096, b"mdat") + b"x" * 4096
    copy.write_bytes(release.path.read_bytes() + extra)
    assert house.verify(copy).verdict is VerdictKind.ALTERED
