"""Copies that lost their manifest are still known by how they look and sound."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from pipelines.release.verdict import VerdictKind
from tests.fakes.doors import House
from tests.fakes.media_files import ffmpeg
from tests.fakes.scenes import film, sound, still

pytestmark = pytest.mark.weights


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> House:
    return House.open(tmp_path, weights_home)


COPIES = {
    "film, stream copy": ("960x540", "copy.mp4", ("-c", "copy")),
    "film, low quality": ("960x540", "copy.mp4", ("-crf", "34", "-b:a", "48k")),
    "film, half size": ("960x540", "copy.mp4", ("-vf", "scale=480:270")),
    "film, without sound": ("960x540", "copy.mp4", ("-c", "copy", "-an")),
    "film, as WebM": ("960x540", "copy.webm", ("-c:v", "libvpx", "-b:v", "600k", "-c:a", "libopus")),
    "sound, MP3 again": ("mp3", "copy.mp3", ("-b:a", "64k")),
    "sound, as M4A": ("wav", "copy.m4a", ("-c:a", "aac", "-b:a", "64k")),
    "sound, faster": ("wav", "copy.wav", ("-af", "atempo=1.04")),
    "picture, JPEG 60": ("960x540.png", "copy.jpg", ("-q:v", "12")),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_without_manifest_is_recognised(house: House, tmp_path: Path, name: str) -> None:
    take_format, copy, options = COPIES[name]
    release = house.release(request=house.studio.request(format=take_format))
    ffmpeg("-i", release.path, "-map_metadata", "-1", *options, tmp_path / copy)
    verdict = house.verify(tmp_path / copy)
    assert (verdict.verdict, verdict.take_id) == (VerdictKind.STRIPPED, "take-1")
    assert verdict.manifest["state"] == "none"
    assert verdict.consent["status"] == "active"
    assert verdict.ledger["included"] is True


def test_something_else_is_unknown(house: House, tmp_path: Path, weights_home: Path) -> None:
    house.release(film(seed=1))
    other = House.open(tmp_path / "other", weights_home).release(film(seed=2))
    ffmpeg("-i", other.path, "-c", "copy", tmp_path / "copy.mp4")
    verdict = house.verify(tmp_path / "copy.mp4")
    assert verdict.verdict is VerdictKind.UNKNOWN
    assert verdict.take_id is None


def test_a_copy_is_not_looked_up_where_engines_are_missing(house: House, tmp_path: Path) -> None:
    release = house.release()
    ffmpeg("-i", release.path, "-c", "copy", tmp_path / "copy.mp4")
    verdict = house.verify(tmp_path / "copy.mp4", with_engines=False)
    assert verdict.verdict is VerdictKind.UNKNOWN
    assert "install" in str(verdict.fingerprint["reason"])


def test_a_picture_saved_again_is_recognised(house: House, tmp_path: Path) -> None:
    release = house.release(still(seed=4), request=house.studio.request(format="960x540.jpg"))
    with Image.open(release.path, formats=("JPEG",)) as picture:
        picture.save(tmp_path / "copy.webp", quality=60)
    assert house.verify(tmp_path / "copy.webp").verdict is VerdictKind.STRIPPED


def test_unrelated_sound_is_unknown(house: House, tmp_path: Path) -> None:
    house.release(sound(seed=1, duration_s=8), request=house.studio.request(format="mp3"))
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=9:c=pink", tmp_path / "noise.wav")
    assert house.verify(tmp_path / "noise.wav").verdict is VerdictKind.UNKNOWN
