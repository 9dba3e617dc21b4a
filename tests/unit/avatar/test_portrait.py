from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from pipelines.avatar import portrait
from pipelines.avatar.portrait import load_portrait
from pipelines.errors import PortraitRefusedError
from pipelines.faces import mesh


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_the_three_formats_open(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"face{suffix}"
    Image.fromarray(data.astronaut()).save(path)
    opened = load_portrait(path)
    assert opened.rgb.shape == (512, 512, 3)
    assert opened.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert opened.alpha is None


@pytest.mark.parametrize("suffix", [".gif", ".bmp", ".tiff", ".ico", ".ppm"])
def test_other_formats_are_refused_whatever_their_name(suffix: str, tmp_path: Path) -> None:
    made = tmp_path / f"face{suffix}"
    Image.fromarray(data.astronaut()).save(made)
    renamed = made.rename(tmp_path / "face.png")
    with pytest.raises(PortraitRefusedError, match="not a JPEG, PNG or WEBP"):
        load_portrait(renamed)


def test_the_camera_orientation_is_applied(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    Image.fromarray(data.astronaut()[:, :400]).save(path, exif=exif)
    assert load_portrait(path).rgb.shape == (400, 512, 3)


def test_an_alpha_channel_is_kept_as_the_matte(tmp_path: Path) -> None:
    rgba = np.dstack([data.astronaut(), np.full((512, 512), 255, np.uint8)])
    rgba[:, :100, 3] = 0
    Image.fromarray(rgba).save(tmp_path / "cut.png")
    opened = load_portrait(tmp_path / "cut.png")
    assert opened.alpha is not None
    assert opened.alpha[:, :100].max() == 0


def test_an_opaque_alpha_channel_is_no_matte(tmp_path: Path) -> None:
    Image.fromarray(np.dstack([data.astronaut(), np.full((512, 512), 255, np.uint8)])).save(tmp_path / "a.png")
    assert load_portrait(tmp_path / "a.png").alpha is None


def test_what_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tmp_path / "whole.png"
    Image.fromarray(data.astronaut()).save(whole)
    (tmp_path / "text.png").write_text("hello", encoding="utf-8")
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:2000])
    Image.fromarray(data.astronaut()[:200, :200]).save(tmp_path / "tiny.png")
    for name, fault in {
        "missing.png": "cannot be read",
        "text.png": "not a JPEG",
        "cut.png": "damaged",
        "tiny.png": "needs at least 256",
    }.items():
        with pytest.raises(PortraitRefusedError, match=fault):
            load_portrait(tmp_path / name)
    monkeypatch.setattr(portrait, "PIXELS_MAX", 1000)
    with pytest.raises(PortraitRefusedError, match="million"):
        load_portrait(whole)
    monkeypatch.setattr(portrait, "BYTES_MAX", 1000)
    with pytest.raises(PortraitRefusedError, match="save it smaller"):
        load_portrait(whole)


def anchors_beside(path: Path, **changes: object) -> None:
    content: dict[str, object] = {
        "spec_version": 1,
        "image": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "width": 512,
        "height": 512,
        "eye_distance": 63.0,
        "points": {"chin": [[225.0, 176.0]], "right_iris": [[204.0, 100.0]]},
        **changes,
    }
    path.with_name(f"{path.stem}.anchors.json").write_text(json.dumps(content), encoding="utf-8")


def test_anchors_are_read_by_their_mesh_index(tmp_path: Path) -> None:
    path = tmp_path / "drawn.png"
    Image.fromarray(data.astronaut()).save(path)
    anchors_beside(path)
    assert load_portrait(path).anchors == ((str(mesh.CHIN), 225.0, 176.0),)


@pytest.mark.parametrize(
    "changes",
    [{"sha256": "0" * 64}, {"width": 40}, {"points": {"right_brow": [[1.0, 2.0]]}}, {"spec_version": 2}, {"extra": 1}],
    ids=str,
)
def test_anchors_of_another_picture_or_form_are_refused(changes: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "drawn.png"
    Image.fromarray(data.astronaut()).save(path)
    anchors_beside(path, **changes)
    with pytest.raises(PortraitRefusedError, match=r"anchors\.json"):
        load_portrait(path)
