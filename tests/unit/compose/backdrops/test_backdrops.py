"""Backdrops: no band, no jump, no person twice, and letters that can be read on all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipelines.compose.backdrops.film import FilmBackdrop, looped
from pipelines.compose.backdrops.gradient import draw_gradient
from pipelines.compose.backdrops.room import draw_room
from pipelines.compose.encoder import encode_video
from pipelines.compose.layout import lay_out
from pipelines.compose.shading import WORST, needed_on, shade_left
from pipelines.compose.spec import Brand, SceneSpec
from pipelines.disclosure.contrast import contrast_ratio, relative_luminance
from pipelines.disclosure.fonts import FontSet
from pipelines.errors import InputInvalidError
from pipelines.geometry import Box
from pipelines.intake.film import FilmLimits, open_film
from pipelines.media import ByteArray


def film(path: Path, *, count: int = 75, size: tuple[int, int] = (320, 180), value: int | None = None) -> Path:
    """A film whose grey tells the number of the picture, or is always the same."""
    width, height = size

    def pictures() -> Iterator[ByteArray]:
        for index in range(count):
            yield np.full((height, width, 3), 40 + 2 * index if value is None else value, np.uint8)

    encode_video(pictures(), width=width, height=height, fps=25, frame_count=count, audio=None, path=path, threads=1)
    return path


def spec_of(**changes: object) -> SceneSpec:
    spec = SceneSpec(
        width=640, height=360, locale="en-US", channel="web", brand=Brand(name="Example"), product="Coffee One"
    )
    return replace(spec, **changes)  # type: ignore[arg-type]  # cases below name the fields


def test_gradient_reaches_both_colours_and_has_no_band() -> None:
    picture = draw_gradient(640, 360, ((23, 50, 77), (29, 58, 88)), seed=1)
    assert np.abs(picture[-20:, :20].reshape(-1, 3).mean(axis=0) - (23, 50, 77)).max() < 1
    assert np.abs(picture[:20, -20:].reshape(-1, 3).mean(axis=0) - (29, 58, 88)).max() < 1
    # A band is a run of one value along the gradient; noise of one level breaks every run.
    along = picture[np.linspace(359, 0, 640).astype(int), np.arange(640), 0].astype(int)
    runs = np.diff(np.flatnonzero(np.concatenate([[True], np.diff(along) != 0, [True]])))
    assert runs.max() < 20
    assert np.array_equal(picture, draw_gradient(640, 360, ((23, 50, 77), (29, 58, 88)), seed=1))


def test_gradient_of_opposite_hues_is_not_grey_in_the_middle() -> None:
    middle = (
        draw_gradient(200, 200, ((20, 60, 220), (240, 180, 20)), seed=0)[90:110, 90:110].reshape(-1, 3).mean(axis=0)
    )
    mixed = np.array([130, 120, 120])
    assert np.abs(middle - mixed).max() > 10


def test_looped_film_never_jumps() -> None:
    def once() -> Iterator[ByteArray]:
        return (np.full((2, 2, 3), value, np.uint8) for value in range(0, 200, 4))

    values = [int(picture[0, 0, 0]) for picture in islice(looped(once, count=50, fade=15), 170)]
    steps = np.abs(np.diff(values))
    assert values[:35] == list(range(0, 140, 4))
    assert steps.max() < 30  # a cut from 196 to 0 would be 196
    assert values[50:70] == values[85:105]  # one round is the film without its fade


def test_looped_film_that_is_too_short_is_refused() -> None:
    def once() -> Iterator[ByteArray]:
        return (np.zeros((2, 2, 3), np.uint8) for _ in range(10))

    with pytest.raises(InputInvalidError, match="fewer"):
        list(islice(looped(once, count=50, fade=5), 60))


def test_film_covers_the_frame_and_starts_anew(tmp_path: Path) -> None:
    backdrop = FilmBackdrop(film(tmp_path / "clip.mp4"), width=258, height=456, fps=25)
    first, again = (list(islice(backdrop.frames(), 12)) for _ in range(2))
    assert all(picture.shape == (456, 258, 3) for picture in first)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert np.array_equal(backdrop.first, first[0])
    greys = [float(picture.mean()) for picture in first]
    assert np.allclose(np.diff(greys), 2, atol=1.0)
    first[0][:] = 0
    assert backdrop.first.any()


def test_film_keeps_time_at_another_rate(tmp_path: Path) -> None:
    opened = open_film(film(tmp_path / "clip.mp4"))
    pictures = list(opened.frames(width=160, height=90, fps=50))
    assert len(pictures) == opened.frame_count(50) == 150
    assert float(pictures[100].mean()) == pytest.approx(140, abs=4)  # the fiftieth picture, after two seconds


BAD_FILMS = {
    "a page": (b"<html>", "a page or a drawing"),
    "empty": (b"", "empty file"),
    "a picture by another name": (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "a picture"),
}


@pytest.mark.parametrize(("content", "message"), BAD_FILMS.values(), ids=BAD_FILMS.keys())
def test_what_is_no_film_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "clip.mp4").write_bytes(content)
    with pytest.raises(InputInvalidError, match=message) as refused:
        open_film(tmp_path / "clip.mp4")
    assert "clip.mp4" in str(refused.value)
    assert "give an MP4" in str(refused.value)
    assert "record it again on the page" not in str(refused.value)


def test_film_that_is_cut_off_or_of_a_wrong_length_is_refused(tmp_path: Path) -> None:
    whole = film(tmp_path / "clip.mp4")
    (tmp_path / "cut.mp4").write_bytes(whole.read_bytes()[:-400])
    with pytest.raises(InputInvalidError, match=r"cut\.mp4"):
        open_film(tmp_path / "cut.mp4")
    with pytest.raises(InputInvalidError, match=r"3\.0 seconds"):
        open_film(whole, limits=FilmLimits(seconds_min=10))
    with pytest.raises(InputInvalidError, match="longer than 1"):
        open_film(whole, limits=FilmLimits(seconds_max=1))
    with pytest.raises(InputInvalidError, match="320 x 180"):
        open_film(whole, limits=FilmLimits(long_max=200, short_max=200))
    with pytest.raises(InputInvalidError, match="MB"):
        open_film(whole, limits=FilmLimits(bytes_max=100))


def test_room_is_soft_and_covers_the_frame() -> None:
    surroundings = np.zeros((100, 160, 3), np.uint8)
    surroundings[:, 80:] = 220
    room = draw_room(surroundings, 640, 360, seed=1)
    assert room.shape == (360, 640, 3)
    steps = np.abs(np.diff(room.astype(float).mean(axis=(0, 2))))
    assert steps.max() < 10
    assert room[:, :100].mean() < 5
    assert room[:, -100:].mean() > 215


@pytest.mark.parametrize("grey", [255, 190, 128, 20])
def test_shade_makes_white_letters_readable_and_no_darker(grey: int) -> None:
    picture = np.full((90, 160, 3), grey, np.uint8)
    box = Box(x=0, y=20, width=70, height=40)
    strength = needed_on(picture, box)
    shade_left(160, 90, until=70, strength=strength, mood=False).lay_on(picture)
    contrast = contrast_ratio(1.0, float(relative_luminance(picture[30:60, :70]).max()))
    assert contrast >= 4.5
    assert contrast < 4.8 or grey < 128
    assert (picture[:, -20:] == grey).all()


@pytest.mark.weights
@pytest.mark.parametrize("kind", ["gradient", "blur", "film", "picture"])
def test_title_and_mark_can_be_read_on_every_backdrop(fonts: FontSet, tmp_path: Path, kind: str) -> None:
    white = np.full((120, 200, 3), 255, np.uint8)
    given: dict[str, object] = {"backdrop": kind} if kind in {"gradient", "blur"} else {}
    given["brand"] = Brand(name="Example", colours=("#FFFFFF", "#FFFFEE"))
    if kind == "film":
        given["background"] = film(tmp_path / "clip.mp4", value=255)
    elif kind == "picture":
        cv2.imwrite(str(tmp_path / "white.png"), white)
        given["background"] = tmp_path / "white.png"
    layout = lay_out(spec_of(**given), None, fonts=fonts, surroundings=white if kind == "blur" else None)
    picture = layout.stage.background
    rows = slice(130, 220)
    letters = np.flatnonzero((picture[rows, :215] > 250).all(axis=2).any(axis=0))
    assert letters.size > 20
    beside = picture[rows, : layout.safe.x - 4]  # the shade is even from the edge to the end of the letters
    assert contrast_ratio(1.0, float(relative_luminance(beside).max())) >= 4.4
    after = picture[rows, letters.max() + 2]  # where the shadow of the letters ends
    assert contrast_ratio(1.0, float(relative_luminance(after).max())) >= 4.2
    if kind == "film":
        assert layout.stage.film is not None
        box = layout.mark.box
        for picture in islice(layout.stage.film(), 3):
            under = picture[box.y : box.y + box.height, box.x : box.x + box.width]
            assert contrast_ratio(1.0, float(relative_luminance(under).max())) >= 4.4
            assert (layout.mark.rgba[..., :3][layout.mark.rgba[..., 3] > 250] > 200).all()
    else:
        assert layout.stage.film is None
    assert WORST < 0.6


@pytest.mark.weights
@pytest.mark.parametrize("size", [(360, 640), (480, 480)])
def test_wordmark_without_a_title_can_be_read_on_a_white_film(
    fonts: FontSet, tmp_path: Path, size: tuple[int, int]
) -> None:
    white = film(tmp_path / "clip.mp4", value=255)
    layout = lay_out(spec_of(width=size[0], height=size[1], background=white), None, fonts=fonts)
    assert layout.stage.film is not None
    picture = next(layout.stage.film())
    box = layout.mark.box
    under = picture[box.y : box.y + box.height, box.x : box.x + box.width]
    assert contrast_ratio(1.0, float(relative_luminance(under).max())) >= 4.4
    assert (picture[size[1] // 2] > 245).all()  # the shade ends above the face


@pytest.mark.weights
def test_blur_without_a_picture_is_refused(fonts: FontSet) -> None:
    with pytest.raises(InputInvalidError, match="take another background"):
        lay_out(spec_of(backdrop="blur"), None, fonts=fonts)
