from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from pipelines.assets import ASSETS
from pipelines.evidence.depiction import judge_depiction
from pipelines.media import ByteArray

PHOTOGRAPHS = ("astronaut", "cat", "coffee", "rocket", "camera", "coins", "grass", "moon", "retina")


def save(picture: ByteArray, path: Path, **options: int) -> Path:
    Image.fromarray(picture).save(path, **options)
    return path


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs_are_photographs(name: str, tmp_path: Path) -> None:
    picture = np.asarray(getattr(data, name)(), dtype=np.uint8)
    assert judge_depiction(save(picture, tmp_path / f"{name}.png")) == "photograph"


@pytest.mark.parametrize("quality", [30, 60, 90])
def test_a_compressed_photograph_never_passes_as_a_drawing(quality: int, tmp_path: Path) -> None:
    path = save(data.astronaut(), tmp_path / "a.jpg", quality=quality)
    assert judge_depiction(path) != "illustration"


def test_a_photograph_cleaned_of_grain_never_passes_as_a_drawing(tmp_path: Path) -> None:
    picture = data.astronaut()
    cases = {
        "blurred": cv2.GaussianBlur(picture, (0, 0), 3),
        "smoothed": cv2.bilateralFilter(picture, 15, 80, 15),
        "denoised": cv2.fastNlMeansDenoisingColored(picture, None, 12, 12),
        "grey and blurred": np.dstack([cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (0, 0), 3)] * 3),
    }
    for name, cleaned in cases.items():
        assert judge_depiction(save(cleaned, tmp_path / f"{name}.png")) != "illustration", name


def test_footage_frames_never_pass_as_drawings(shared_media: Path, tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    for clip in ("bbaf4p", "lwil1a"):
        with av.open(str(shared_media / "footage" / "grid_s1" / f"{clip}.mpg")) as container:
            frame = list(container.decode(video=0))[40].to_ndarray(format="rgb24")
        assert judge_depiction(save(frame, tmp_path / f"{clip}.png")) == "photograph"
        assert judge_depiction(save(frame, tmp_path / f"{clip}.jpg", quality=60)) != "illustration"


def test_the_drawn_presenters_are_illustrations() -> None:
    presenters = sorted((ASSETS / "demo" / "presenters").glob("*.png"))
    if not presenters:
        pytest.skip("no presenters are drawn yet; run: make presenters")
    assert {path.name: judge_depiction(path) for path in presenters} == {
        path.name: "illustration" for path in presenters
    }


@pytest.mark.parametrize("name", ["missing.png", "text.png", "empty.png", "tiny.png", "clear.png", "animation.gif"])
def test_what_cannot_be_judged_is_unknown(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    match name:
        case "text.png":
            path.write_text("not a picture", encoding="utf-8")
        case "empty.png":
            path.write_bytes(b"")
        case "tiny.png":
            save(np.full((20, 20, 3), 90, np.uint8), path)
        case "clear.png":
            save(np.zeros((300, 300, 4), np.uint8), path)
        case "animation.gif":
            save(data.astronaut(), path)
        case _:
            pass
    assert judge_depiction(path) == "unknown"
