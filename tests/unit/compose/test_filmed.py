"""Footage cut to a frame: the face stands clear of label and subtitles, and nothing is invented but a strip above."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from pipelines.compose.filmed import Filmed, FilmedFrames, Window, frame_filmed
from pipelines.compose.framing import CHIN, FOREHEAD
from pipelines.errors import InputInvalidError
from pipelines.media import ByteArray

ROWS = {"1920x1080": (240, 880), "1080x1920": (340, 1400), "1080x1080": (260, 860)}


def filmed(*, eyes: tuple[float, float] = (960.0, 430.0), eye_distance: float = 150.0) -> Filmed:
    picture = np.zeros((1080, 1920, 3), np.uint8)
    picture[..., 0] = np.linspace(0, 255, 1920).astype(np.uint8)[None]
    picture[..., 1] = np.linspace(0, 255, 1080).astype(np.uint8)[:, None]
    return Filmed(picture=picture, eyes=eyes, eye_distance=eye_distance)


@pytest.mark.parametrize("format_", ROWS)
@pytest.mark.parametrize("closeness", ["close", "bust", "half", "all"])
@pytest.mark.parametrize("eyes", [(960.0, 430.0), (700.0, 500.0), (1200.0, 200.0)])
def test_face_stands_where_the_framing_says_and_clear_of_everything(
    format_: str, closeness: str, eyes: tuple[float, float]
) -> None:
    width, height = map(int, format_.split("x"))
    top, bottom = ROWS[format_]
    footage = filmed(eyes=eyes)
    framing, window = frame_filmed(
        width, height, footage, closeness=closeness, face_top_min=top, face_bottom_max=bottom
    )
    unit = framing.eye_distance * height
    assert framing.eye_line * height - FOREHEAD * unit >= top - 1
    assert framing.eye_line * height + CHIN * unit <= bottom + 1
    if not (framing.floor or window.y < 0 or eyes[1] == 200.0):
        assert -1 <= window.x <= window.x + window.width <= 1921
        assert window.y + window.height <= 1081
    assert window.width / window.height == pytest.approx(width / height, rel=0.01)
    assert (eyes[1] - window.y) / window.height == pytest.approx(framing.eye_line, abs=0.01)
    assert (eyes[0] - window.x) / window.width == pytest.approx(framing.centre_x, abs=0.01)
    assert footage.eye_distance / window.height == pytest.approx(framing.eye_distance, rel=0.01)
    assert window.cutter(footage.picture, width, height)(footage.picture).shape == (height, width, 3)


def test_more_of_the_person_is_shown_from_close_to_all() -> None:
    top, bottom = ROWS["1080x1920"]
    sizes = [
        frame_filmed(1080, 1920, filmed(), closeness=one, face_top_min=top, face_bottom_max=bottom)[0].eye_distance
        for one in ("close", "bust", "half", "all")
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[1]


def test_whole_footage_of_the_same_size_is_not_touched() -> None:
    footage = filmed(eye_distance=120.0)
    framing, window = frame_filmed(1920, 1080, footage, closeness="all", face_top_min=200, face_bottom_max=900)
    assert (window, framing.floor) == (Window(x=0, y=0, width=1920, height=1080), None)
    np.testing.assert_array_equal(window.cutter(footage.picture, 1920, 1080)(footage.picture), footage.picture)


def test_beyond_the_footage_its_edges_go_on_smoothly_and_its_middle_is_as_filmed() -> None:
    footage = filmed()
    window = Window(x=-192, y=-108, width=2304, height=1296)
    frame = window.cutter(footage.picture, 2304, 1296)(footage.picture)
    np.testing.assert_array_equal(frame[240:1060, 330:1980], footage.picture[132:952, 138:1788])
    for axis, channel in ((0, 1), (1, 0)):
        assert np.abs(np.diff(frame[..., channel].astype(int), axis=axis)).max() <= 3


def test_face_filmed_too_near_for_the_subtitles_is_shown_smaller_above_a_floor() -> None:
    top, bottom = ROWS["1920x1080"]
    framing, window = frame_filmed(
        1920, 1080, filmed(eye_distance=330.0), closeness="bust", face_top_min=top, face_bottom_max=bottom
    )
    assert window.height > 1080
    assert framing.eye_distance < 330 / 1080
    assert framing.floor is None or framing.floor > 0.75


def test_face_that_fills_the_footage_is_refused_in_a_sentence() -> None:
    with pytest.raises(InputInvalidError, match="film from farther away"):
        frame_filmed(1080, 1080, filmed(eye_distance=600.0), closeness="bust", face_top_min=260, face_bottom_max=860)


def test_frames_are_cut_one_by_one() -> None:
    class Two:
        width, height, fps, frame_count = 1920, 1080, 25, 2

        def frames(self) -> Iterator[ByteArray]:
            yield from (np.full((1080, 1920, 3), value, np.uint8) for value in (10, 20))

    first = np.zeros((1080, 1920, 3), np.uint8)
    cut = FilmedFrames(Two(), Window(x=400, y=0, width=608, height=1080), first=first, width=1080, height=1920)
    assert (cut.fps, cut.frame_count) == (25, 2)
    assert [(one.shape, int(one.max())) for one in cut.frames()] == [((1920, 1080, 3), 10), ((1920, 1080, 3), 20)]
