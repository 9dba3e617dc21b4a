"""A presenter stands in the light of the scene: a little, and nowhere ugly."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipelines.avatar.rig import Rig
from pipelines.avatar.scene_light import lit
from pipelines.media import ByteArray, Stage

SKIN = (201, 150, 124)
SIZE = 240


def rig_of(colour: tuple[int, int, int] = SKIN) -> Rig:
    """A disc of one colour with a soft edge, standing on the stage pixel by pixel."""
    alpha = np.zeros((SIZE, SIZE), np.float32)
    cv2.circle(alpha, (120, 120), 70, 255, -1, cv2.LINE_AA)
    rgba = np.empty((SIZE, SIZE, 4), np.uint8)
    rgba[:, :, :3] = colour
    rgba[:, :, 3] = cv2.GaussianBlur(alpha, (0, 0), 1)
    landmarks = np.full((468, 3), 120, np.float32)
    return Rig(
        rgba=rgba, landmarks=landmarks, unit=80.0, from_stage=np.float32([[1, 0, 0], [0, 1, 0]]), lids_are_exact=False
    )


def stage_of(colour: tuple[int, int, int]) -> Stage:
    background = np.full((SIZE, SIZE, 3), colour, np.uint8)
    return Stage(background=background, eye_line=0.5, eye_distance=0.33, centre_x=0.5)


def lab(rgb: ByteArray) -> np.ndarray:
    return cv2.cvtColor(np.asarray(rgb, np.float32).reshape(-1, 1, 3) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)


@pytest.mark.parametrize(
    "scene", [(255, 255, 255), (10, 12, 30), (60, 190, 40), (220, 40, 40), (30, 60, 220), (240, 190, 120)], ids=str
)
def test_skin_stays_skin_in_every_light(scene: tuple[int, int, int]) -> None:
    middle = lit(rig_of(), stage_of(scene)).rgba[120, 120, :3]
    before, after = lab(np.array(SKIN))[0], lab(middle)[0]
    assert abs(after[0] - before[0]) < 9
    assert np.hypot(*(after - before)[1:]) < 6
    hue = np.degrees(np.arctan2(after[2], after[1]) - np.arctan2(before[2], before[1]))
    assert abs(hue) < 12


def test_colours_move_to_the_scene() -> None:
    warm, cold, dark, bright = (
        lab(lit(rig_of(), stage_of(scene)).rgba[120, 120, :3])[0]
        for scene in ((230, 170, 90), (90, 150, 230), (15, 15, 15), (250, 250, 250))
    )
    assert warm[2] > cold[2] + 3
    assert bright[0] > dark[0] + 3


def test_bright_scene_wraps_around_the_rim_and_a_dark_one_does_not() -> None:
    rig = rig_of((40, 44, 60))
    bright, dark = (lit(rig, stage_of(scene)).rgba[:, :, :3].astype(int) for scene in ((250, 250, 250), (5, 5, 5)))
    rim, middle = (120, 188), (120, 120)
    assert bright[rim].mean() > bright[middle].mean() + 8
    assert abs(dark[rim].mean() - dark[middle].mean()) <= 1
    row = bright[120, 120:188].mean(axis=1)
    assert (np.diff(row) >= -1).all()  # it grows towards the edge and makes no ring
    assert row[40] - row[0] <= 2  # half way to the edge nothing is left of it


def test_matte_landmarks_and_the_rig_itself_are_untouched() -> None:
    rig = rig_of()
    before = rig.rgba.copy()
    after = lit(rig, stage_of((250, 240, 200)))
    assert np.array_equal(after.rgba[:, :, 3], before[:, :, 3])
    assert after.landmarks is rig.landmarks
    assert np.array_equal(rig.rgba, before)


def test_light_comes_from_the_side_that_is_bright() -> None:
    stage = stage_of((10, 10, 10))
    background = stage.background.copy()
    background[:, 120:] = 250
    after = lit(rig_of((40, 44, 60)), replace(stage, background=background)).rgba[:, :, :3].astype(int)
    assert after[120, 186].mean() > after[120, 54].mean() + 8
