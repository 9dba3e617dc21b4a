from __future__ import annotations

import numpy as np
import pytest

from pipelines.avatar.musetalk.crop import Box, box_of, jaw_mask, paste, taken
from pipelines.errors import InputInvalidError
from pipelines.faces import mesh
from pipelines.faces.landmarks import FaceFinder
from pipelines.media import Float32Array, Portrait

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def points(finder: FaceFinder, presenter: Portrait) -> Float32Array:
    found = finder.landmarks(presenter.rgb)
    assert found is not None
    return found


def test_the_box_is_centred_on_the_nose_and_reaches_below_the_chin(points: Float32Array) -> None:
    box = box_of(points)
    chin = points[mesh.CHIN, 1]
    assert 0.02 < (box.bottom - chin) / box.height < 0.07
    bridge = points[5, 1]
    assert (bridge - box.top) == pytest.approx(chin - bridge, abs=3)
    assert box.left <= points[:, 0].min() + 1
    assert box.right >= points[:, 0].max() - 1


def test_a_face_of_few_pixels_is_refused(points: Float32Array) -> None:
    with pytest.raises(InputInvalidError, match="at least 48 are needed; give a closer picture"):
        box_of(points * np.float32(0.02))


def test_the_mask_holds_the_mouth_and_not_the_eyes_the_nose_bridge_or_the_boxs_edge(points: Float32Array) -> None:
    box = box_of(points)
    mask = jaw_mask(points, box)
    assert mask.shape == (box.height, box.width)
    assert (mask.min(), mask.max()) == (0, 1)
    at = np.round(points[:, :2] - (box.left, box.top)).astype(int)
    lips = [index for name in mesh.NAMED_POINTS if name.endswith("_lip") for index in mesh.NAMED_POINTS[name]]
    assert all(mask[y, x] > 0.99 for x, y in at[lips])
    eyes = [index for name in mesh.NAMED_POINTS if name.endswith("_lid") for index in mesh.NAMED_POINTS[name]]
    assert not any(mask[y, x] for x, y in at[[*eyes, 168, 6]])
    assert not mask[: box.height // 2].any()
    edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    assert edge.max() < 0.1
    assert np.abs(np.diff(mask, axis=0)).max() < 0.25  # no hard line anywhere


def test_only_the_mask_changes_and_colour_meets_at_the_seam(points: Float32Array, presenter: Portrait) -> None:
    box = box_of(points)
    mask = jaw_mask(points, box)
    picture = presenter.rgb.copy()
    # The same face, 12 levels too dark: what a VAE does, in large. Its mouth is another colour altogether.
    face = np.clip(taken(picture, box).astype(int) - 12, 0, 255).astype(np.uint8)
    paste(picture, face, box, mask)
    changed = (picture != presenter.rgb).any(axis=2)
    allowed = np.zeros_like(changed)
    allowed[box.top : box.bottom, box.left : box.right] = mask > 0
    assert not (changed & ~allowed).any()
    off = picture.astype(int) - presenter.rgb
    assert np.abs(off[allowed].mean()) < 3


def test_a_different_mouth_is_kept_different(points: Float32Array, presenter: Portrait) -> None:
    box = box_of(points)
    picture = presenter.rgb.copy()
    face = taken(picture, box)
    face[180:200, 110:146] = (200, 0, 0)
    paste(picture, face, box, jaw_mask(points, box))
    row, column = box.top + 190 * box.height // 256, box.left + box.width // 2
    assert picture[row, column, 0] > 180
    assert picture[row, column, 1] < 20


@pytest.mark.parametrize(
    "box",
    [
        Box(left=-40, top=-30, right=60, bottom=70),
        Box(left=70, top=60, right=170, bottom=180),
        Box(left=500, top=500, right=600, bottom=600),
    ],
    ids=["over the corner", "over the other", "outside"],
)
def test_a_box_over_the_edge_is_filled_and_pasted_back(box: Box) -> None:
    picture = np.full((120, 100, 3), 90, np.uint8)
    face = taken(picture, box)
    assert (face == 90).all()
    mask = np.ones((box.height, box.width), np.float32)
    before = picture.copy()
    paste(picture, np.full((256, 256, 3), 200, np.uint8), box, mask)
    inside = np.zeros((120, 100), bool)
    inside[max(0, box.top) : max(0, box.bottom), max(0, box.left) : max(0, box.right)] = True
    assert ((picture != before).any(axis=2) == inside).all()
