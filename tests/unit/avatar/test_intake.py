"""Every fault of a portrait is told by its name, on pictures made from one good portrait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from skimage import data

from pipelines.avatar.engine import PhotoAvatar
from pipelines.errors import PortraitRefusedError
from pipelines.faces import mesh
from pipelines.faces.landmarks import FaceFinder, eye_distance, mouth_opening
from pipelines.media import ByteArray, Float32Array, Portrait

pytestmark = pytest.mark.weights

Change = Callable[[ByteArray, Float32Array], ByteArray]


def box(
    picture: ByteArray, middle: Float32Array, reach: tuple[float, float, float], colour: tuple[int, ...]
) -> ByteArray:
    """Cover a part: ``reach`` is sideways, up and down."""
    covered = picture.copy()
    x, y = middle
    aside, up, down = reach
    cv2.rectangle(covered, (int(x - aside), int(y - up)), (int(x + aside), int(y + down)), colour, -1)
    return covered


def eyes(points: Float32Array) -> Float32Array:
    return points[[mesh.RIGHT_EYE_OUTER, mesh.LEFT_EYE_OUTER], :2].mean(axis=0)


def turned_upside(picture: ByteArray, degrees: float) -> ByteArray:
    turn = cv2.getRotationMatrix2D((225, 110), degrees, 1)
    return np.asarray(cv2.warpAffine(picture, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


U = 63  # eye distance in the portrait

REFUSED: dict[str, tuple[Change, str]] = {
    "a cat": (lambda _p, _l: data.cat(), "no face"),
    "a cup": (lambda _p, _l: data.coffee(), "no face"),
    "two side by side": (lambda p, _l: np.hstack([p, p]), "2 faces"),
    "two of different size": (
        lambda p, _l: np.hstack([p, np.vstack([cv2.resize(p, (256, 256), interpolation=cv2.INTER_AREA)] * 2)]),
        "faces were found",
    ),
    "shrunk": (lambda p, _l: cv2.resize(p, (300, 300), interpolation=cv2.INTER_AREA), "too small"),
    "profile": (lambda _p, _l: np.dstack([data.camera()] * 3), "turned away"),
    "tilted": (lambda p, _l: turned_upside(p, 40), "tilted"),
    "cropped below": (lambda p, pts: p[: int(pts[mesh.CHIN, 1] + 0.1 * U)], "cropped by the lower edge"),
    "cropped above": (lambda p, pts: p[int(pts[mesh.FOREHEAD, 1] + 0.1 * U) :], "cropped by the upper edge"),
    "cropped at the side": (lambda p, pts: p[:, int(eyes(pts)[0] - 0.3 * U) :], "cropped by the left edge"),
    "hair cut off": (lambda p, pts: p[int(pts[mesh.FOREHEAD, 1] - 0.3 * U) :], "cuts through the hair"),
    "out of focus": (lambda p, _l: cv2.GaussianBlur(p, (0, 0), 2.5), "blurred"),
    "dark glasses": (
        lambda p, pts: box(p, eyes(pts), (0.75 * U, 0.22 * U, 0.3 * U), (15, 15, 18)),
        "dark glasses",
    ),
    "a mask": (
        lambda p, pts: box(p, pts[mesh.UPPER_LIP_INNER, :2], (0.75 * U, 0.4 * U, 0.65 * U), (150, 190, 215)),
        "covers part",
    ),
    "a microphone": (
        lambda p, pts: box(p, pts[mesh.UPPER_LIP_INNER, :2], (0.45 * U, 0.25 * U, 0.25 * U), (20, 20, 22)),
        "covers part",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_faulty_portrait_is_refused_by_its_fault(
    name: str, avatar: PhotoAvatar, astronaut: Portrait, finder: FaceFinder
) -> None:
    change, fault = REFUSED[name]
    points = finder.landmarks(astronaut.rgb)
    assert points is not None
    picture = np.ascontiguousarray(change(astronaut.rgb, points), dtype=np.uint8)
    faulty = replace(astronaut, rgb=picture, sha256=name)
    with pytest.raises(PortraitRefusedError, match=fault) as refusal:
        avatar.inspect(faulty)
    assert "astronaut.png" in str(refusal.value)
    assert ";" in str(refusal.value) or ". " in str(refusal.value)  # it also says what to do


def test_a_good_portrait_is_measured(avatar: PhotoAvatar, astronaut: Portrait) -> None:
    report = avatar.inspect(astronaut)
    assert report.eye_distance_px == pytest.approx(63, abs=3)
    assert abs(report.yaw_deg) < 5
    assert report.mouth_is_open  # she smiles
    assert not report.has_own_matte
    assert report.reach.above == pytest.approx(1.4, abs=0.2)
    assert report.reach.below > 6


def test_a_second_face_on_a_small_picture_behind_is_let_pass(avatar: PhotoAvatar, astronaut: Portrait) -> None:
    big = cv2.resize(astronaut.rgb, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    big[20:220, 20:220] = cv2.resize(astronaut.rgb, (200, 200), interpolation=cv2.INTER_AREA)
    report = avatar.inspect(replace(astronaut, rgb=np.ascontiguousarray(big), sha256="poster"))
    assert report.eye_distance_px == pytest.approx(189, abs=8)


def test_every_face_is_found_with_its_landmarks(finder: FaceFinder, astronaut: Portrait) -> None:
    picture = np.hstack([astronaut.rgb, astronaut.rgb[:, ::-1]])
    faces = [face for face in finder.find(np.ascontiguousarray(picture)) if face.presence > 0.9]
    assert len(faces) == 2
    assert all(eye_distance(face.landmarks) == pytest.approx(63, abs=4) for face in faces)
    assert all(mouth_opening(face.landmarks) == pytest.approx(0.12, abs=0.04) for face in faces)


def test_a_picture_without_a_face_has_no_landmarks(finder: FaceFinder) -> None:
    assert finder.landmarks(data.coffee()) is None
