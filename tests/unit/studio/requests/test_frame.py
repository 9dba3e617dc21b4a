"""The picture of a release on the subject's page."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from pipelines.errors import EncodeError
from studio.requests.frame import labelled_frame


def test_frame_of_a_still_is_a_small_jpeg(tmp_path: Path) -> None:
    pillow = pytest.importorskip("PIL.Image")
    pytest.importorskip("av")
    path = tmp_path / "still.png"
    pillow.new("RGB", (1080, 1920), (200, 10, 10)).save(path)
    picture = pillow.open(io.BytesIO(labelled_frame(path)))
    assert (picture.format, picture.size) == ("JPEG", (360, 640))
    assert abs(picture.getpixel((100, 100))[0] - 200) < 8


def test_frame_of_a_film_is_from_its_middle(tmp_path: Path) -> None:
    pillow, av, np = (pytest.importorskip(name) for name in ("PIL.Image", "av", "numpy"))
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for index in range(25):
            shade = np.full((180, 320, 3), 250 if 10 <= index <= 14 else 10, np.uint8)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")))
        film.mux(stream.encode(None))
    picture = pillow.open(io.BytesIO(labelled_frame(path)))
    assert picture.getpixel((160, 90))[0] > 200


def test_file_that_is_no_picture_is_told(tmp_path: Path) -> None:
    pytest.importorskip("av")
    path = tmp_path / "film.mp4"
    path.write_bytes(b"no film")
    with pytest.raises(EncodeError):
        labelled_frame(path)
