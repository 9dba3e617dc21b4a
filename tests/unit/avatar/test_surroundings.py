"""The room without the person: nobody is left in it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipelines.assets import ASSETS
from pipelines.avatar.engine import PhotoAvatar
from pipelines.avatar.portrait import load_portrait
from pipelines.avatar.surroundings import without_person
from pipelines.errors import InputInvalidError
from pipelines.faces.landmarks import FaceFinder
from pipelines.media import Portrait


def test_the_person_leaves_no_colour_behind() -> None:
    rgb = np.zeros((300, 400, 3), np.uint8)
    rgb[..., 2] = 200
    alpha = np.zeros((300, 400), np.float32)
    cv2.ellipse(alpha, (200, 200), (90, 120), 0, 0, 360, 1.0, -1)
    alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 3), dtype=np.float32)
    rgb[alpha > 0.01] = (255, 0, 0)
    room = without_person(rgb, alpha, name="p.png")
    assert room[..., 0].max() < 4
    assert room[..., 2].min() > 195


def test_person_who_fills_the_picture_is_refused() -> None:
    with pytest.raises(InputInvalidError, match="further away"):
        without_person(np.zeros((90, 90, 3), np.uint8), np.ones((90, 90), np.float32), name="p.png")


@pytest.mark.weights
def test_no_face_is_left_in_the_room(avatar: PhotoAvatar, astronaut: Portrait, finder: FaceFinder) -> None:
    room = avatar.surroundings(astronaut)
    assert max(room.shape[:2]) == 480
    assert not [face for face in finder.find(room, score_min=0.4) if face.presence > 0.6]


@pytest.mark.weights
def test_cut_out_portrait_has_no_room(avatar: PhotoAvatar) -> None:
    with pytest.raises(InputInvalidError, match="no background of its own"):
        avatar.surroundings(load_portrait(ASSETS / "demo" / "presenters" / "sofia.png"))
