"""A presenter before a film: every frame has its own picture behind, and the person stays the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

import numpy as np
import pytest

from consent.grant import Grant
from pipelines.avatar.engine import PhotoAvatar
from pipelines.media import ByteArray, MotionTrack, Portrait, Stage

pytestmark = pytest.mark.weights


def pictures(stage: Stage) -> Iterator[ByteArray]:
    number = 0
    while True:
        yield np.full_like(stage.background, number % 256)
        number += 40


def test_each_frame_has_its_picture_of_the_film(
    avatar: PhotoAvatar, astronaut: Portrait, stage: Stage, grant_for: Callable[[Portrait], Grant]
) -> None:
    at_rest = MotionTrack(
        fps=25, **{one.name: np.zeros(5, np.float32) for one in fields(MotionTrack) if one.name != "fps"}
    )
    still = replace(stage, background=np.zeros_like(stage.background))
    moving = replace(still, film=lambda: pictures(stage))
    grant = grant_for(astronaut)
    performance = avatar.perform(astronaut, at_rest, moving, grant=grant)
    plain = next(avatar.perform(astronaut, at_rest, still, grant=grant).frames())
    for _ in range(2):  # it begins anew
        frames = list(performance.frames())
        assert [int(frame[5, 5, 0]) for frame in frames] == [0, 40, 80, 120, 160]
        face = np.s_[210:280, 445:515]  # inside the outline
        assert all(np.array_equal(frame[face], plain[face]) for frame in frames)
