"""Other words under a released picture are found out, with and without a manifest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.provenance.xmp import bmff
from pipelines.release.verdict import VerdictKind
from tests.fakes.doors import House
from tests.fakes.media_files import ffmpeg
from tests.fakes.scenes import babble, film

pytestmark = pytest.mark.weights


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> House:
    return House.open(tmp_path, weights_home)


@pytest.fixture
def swapped(house: House, tmp_path: Path) -> tuple[Path, Path]:
    """Return (release, the same pictures with other words)."""
    scene = replace(film(frame_count=75), audio=babble(3.0, seed=1))
    release = house.release(scene)
    other = babble(3.0, seed=99)
    raw = tmp_path / "other.raw"
    raw.write_bytes((other.waveform * 32767).astype("<i2").tobytes())
    words = ("-f", "s16le", "-ar", str(other.sample_rate), "-ac", "1", "-i", raw)
    copy = tmp_path / "swapped.mp4"
    ffmpeg("-i", release.path, *words, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", copy)
    return release.path, copy


def test_without_a_manifest_the_sound_gives_it_away(house: House, swapped: tuple[Path, Path]) -> None:
    verdict = house.verify(swapped[1])
    assert verdict.verdict is VerdictKind.STRIPPED
    assert verdict.fingerprint["sound_fits"] is False
    assert "Its sound is not that of the release." in verdict.summary


def test_under_our_manifest_it_is_altered(house: House, swapped: tuple[Path, Path]) -> None:
    release, copy = swapped
    with release.open("rb") as file:
        manifest = next(box for box in bmff.boxes(file) if box.kind == b"uuid")
        file.seek(manifest.start)
        box = file.read(manifest.size)
    data = copy.read_bytes()
    first = int.from_bytes(data[:4])
    copy.write_bytes(data[:first] + box + data[first:])
    assert house.verify(copy).verdict is VerdictKind.ALTERED
