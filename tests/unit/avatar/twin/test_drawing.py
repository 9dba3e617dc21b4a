from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipelines.avatar.twin.appearance import Appearance, inside_of, light_of
from pipelines.avatar.twin.calm import calmed
from pipelines.avatar.twin.drawing import Pen
from pipelines.avatar.twin.model import Bank
from pipelines.avatar.twin.outline import share_of
from pipelines.avatar.twin.region import Paster, Region
from pipelines.media import ByteArray

SIZE = 80


@pytest.fixture(scope="module")
def region() -> Region:
    mask = np.zeros((SIZE, SIZE), np.float32)
    mask[10:70, 8:72] = 1
    return Region(size=SIZE, points=np.zeros((468, 2), np.float32), mask=mask)


@pytest.fixture(scope="module")
def filmed() -> ByteArray:
    noise = np.random.default_rng(2).integers(0, 255, (SIZE, SIZE, 3)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 2.0) // 2 + 60, dtype=np.uint8)


def _drawn(region: Region, filmed: ByteArray, *, grain: ByteArray) -> tuple[np.ndarray, ByteArray]:
    """The filmed picture, drawn soft as a prediction is, with another picture's grain."""
    soft = np.asarray(cv2.GaussianBlur(filmed, (0, 0), 1.5), dtype=np.uint8)
    light = light_of(filmed[None], region)
    values = inside_of(soft[None], light, region)[0]
    appearance = Appearance(mean=values, basis=np.zeros((1, len(values)), np.float32))
    jpeg = cv2.imencode(".jpg", grain[:, :, ::-1], (cv2.IMWRITE_JPEG_QUALITY, 98))[1].tobytes()
    bank = Bank(coefficients=np.zeros((1, 1), np.float32), light=light, pictures=(jpeg,))
    return Pen(region).mouth(appearance, bank, filmed, np.zeros(1, np.float32), 0), soft


def test_a_drawn_mouth_is_crisper_than_its_prediction_and_no_less_like(region: Region, filmed: ByteArray) -> None:
    mouth, soft = _drawn(region, filmed, grain=filmed)

    def crisp(picture: np.ndarray) -> float:
        return float(cv2.Laplacian(picture.astype(np.float32)[14:66, 12:68], cv2.CV_32F).var())

    assert crisp(mouth) > 1.2 * crisp(soft)
    assert np.abs(mouth - filmed).mean() < np.abs(soft.astype(np.float32) - filmed).mean()


def test_what_is_not_replaced_stays_as_filmed(region: Region, filmed: ByteArray) -> None:
    mouth, _ = _drawn(region, filmed, grain=filmed[::-1].copy())
    np.testing.assert_array_equal(mouth[~region.inside], filmed[~region.inside])


def test_only_the_finest_part_of_a_remembered_picture_shows(region: Region, filmed: ByteArray) -> None:
    dark = np.asarray(filmed // 2, dtype=np.uint8)  # all of its difference is coarse
    mouth, _ = _drawn(region, filmed, grain=filmed)
    other, _ = _drawn(region, filmed, grain=dark)
    assert np.abs(mouth - other).mean() < 4


def test_nothing_beyond_the_sides_of_the_face_is_repainted(region: Region) -> None:
    rows = np.linspace(0, SIZE, 7)
    down = np.column_stack([np.full(7, 20.0), rows])
    up = np.column_stack([np.full(7, 60.0), rows[::-1]])
    share = share_of(region, np.concatenate([down, up]).astype(np.float32))
    assert share[:, :15].max() < 0.01
    assert share[:, 66:].max() < 0.01
    assert share[15:68, 25:56].min() > 0.99
    picture = np.full((SIZE, SIZE, 3), 100, np.uint8)
    still = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    Paster(region).paste(picture, np.full((SIZE, SIZE, 3), 200, np.float32), still, share)
    assert (picture[:, :14] == 100).all()
    assert (picture[20:60, 30:50] == 200).all()
    wide = np.full((SIZE, SIZE, 3), 100, np.uint8)
    Paster(region).paste(wide, np.full((SIZE, SIZE, 3), 200, np.float32), still)
    assert (wide[20:60, 10:14] == 200).all()


def test_calming_stops_at_cuts() -> None:
    steps = np.repeat(np.array([0.0, 1.0], np.float32), 20)[:, None]
    np.testing.assert_allclose(calmed(steps, [20], sigma=5.0), steps, atol=1e-6)
    assert calmed(steps, [], sigma=5.0)[19, 0] > 0.3
