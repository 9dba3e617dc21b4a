"""The loop that a twin is shown in: a stretch of the footage whose end runs into its beginning.

The two ends are chosen for the same pose, the same light and open eyes; the last fifth of a second is blended into what
came before the beginning, so that no cut is seen.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Final

import av
import numpy as np

from pipelines.errors import InputInvalidError
from pipelines.faces import mesh
from pipelines.media import ByteArray, Float32Array

FADE: Final = 5  # frames
_LENGTH_MIN_S, _LENGTH_MAX_S = 6.0, 16.0
_EDGE: Final = 10  # frames from the footage's ends and from cuts
_AWAKE: Final = 0.85  # of the usual opening of the eyes: a take, and a still, begins with open ones
_POSE_WEIGHT: Final = 40.0
_CRF: Final = "16"


def choose_loop(
    landmarks: Float32Array, thumbnails: Float32Array, usable: Float32Array, *, fps: int
) -> tuple[int, int]:
    """First frame and the one after the last.

    Args:
        landmarks: (frame, 468, 3).
        thumbnails: (frame, value) small grey pictures.
        usable: (frame,) 1 where the picture shows the face well.
        fps: frames a second.

    Raises:
        InputInvalidError: no stretch without a cut is long enough.
    """
    count = len(landmarks)
    head = landmarks[:, [*mesh.NAMED_POINTS["right_brow"], 33, 263, 168, 1, 234, 454], :2]
    unit = np.median(np.linalg.norm(landmarks[:, 33, :2] - landmarks[:, 263, :2], axis=1))
    pose = (head / unit).reshape(count, -1)
    eyes = _eyes(landmarks, unit)
    awake = (eyes > _AWAKE * np.median(eyes)) & (usable > 0)
    bad = np.concatenate([[0], np.cumsum(usable <= 0)])
    lowest, highest = round(_LENGTH_MIN_S * fps), round(_LENGTH_MAX_S * fps)
    best, chosen = np.inf, None
    for first in range(_EDGE + FADE, count - lowest, 2):
        ends = np.arange(first + lowest, min(first + highest, count - _EDGE), 2)
        ends = ends[awake[ends] & (bad[ends] == bad[first - FADE])] if awake[first] else ends[:0]
        if not len(ends):
            continue
        there = np.abs(pose[ends] - pose[first]).mean(axis=1) * _POSE_WEIGHT
        moving = np.abs((pose[ends] - pose[ends - 2]) - (pose[first] - pose[first - 2])).mean(axis=1) * _POSE_WEIGHT
        seen = np.abs(thumbnails[ends] - thumbnails[first]).mean(axis=1)
        cost = there + moving + seen
        if cost.min() < best:
            best, chosen = float(cost.min()), (first, int(ends[cost.argmin()]))
    if chosen is None:
        raise InputInvalidError(
            f"no {_LENGTH_MIN_S:.0f} seconds of the footage show the face without a cut; film one piece of a minute"
        )
    return chosen


def _eyes(landmarks: Float32Array, unit: float) -> Float32Array:
    gaps = [
        np.linalg.norm(landmarks[:, upper, :2] - landmarks[:, lower, :2], axis=1)
        for upper, lower in ((159, 145), (386, 374))
    ]
    return np.asarray(np.mean(gaps, axis=0) / unit, dtype=np.float32)


def faded(before: list[ByteArray], pictures: Iterable[ByteArray], count: int) -> Iterator[ByteArray]:
    """The pictures of a loop with its last ones blended into those ``before`` its first."""
    for at, picture in enumerate(pictures):
        step = at - (count - len(before))
        if step < 0:
            yield picture
            continue
        share = (step + 1) / (len(before) + 1)
        mixed = picture.astype(np.float32) * (1 - share) + before[step].astype(np.float32) * share
        yield np.asarray(mixed + 0.5, dtype=np.uint8)


def encoded(pictures: Iterable[ByteArray], *, width: int, height: int, fps: int) -> bytes:
    """A loop as mp4 in memory; odd sides lose a line."""
    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": _CRF, "preset": "veryfast", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = width // 2 * 2, height // 2 * 2, "yuv420p"
        for picture in pictures:
            even = np.ascontiguousarray(picture[: stream.height, : stream.width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        container.mux(stream.encode())
    return held.getvalue()


def again_and_again(film: bytes) -> Iterator[ByteArray]:
    """The pictures of a loop without end, (height, width, 3), each the caller's own."""
    while True:
        with av.open(io.BytesIO(film)) as container:
            for frame in container.decode(video=0):  # type: ignore[union-attr]  # opened for reading
                yield np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
