"""A presenter who was filmed: which part of the footage a frame shows, and the frames cut to it.

The footage's own background stays. Where the head was filmed close under the upper edge, the frame may reach above it
by a little: that strip is the uppermost row, blurred, which is a wall in most rooms, and the label lies on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from pipelines.avatar.look import Framing as Closeness
from pipelines.compose.framing import CHIN, CLOSER, FOREHEAD, IDEALS, Framing, shape_of
from pipelines.errors import InputInvalidError
from pipelines.media import ByteArray, FrameSource

_SMALLEST: Final = 0.045  # of the height; a mouth of fewer pixels says nothing
_ABOVE_MAX: Final = 0.14  # of the frame's height
_STEPS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filmed:
    """Footage to cut from: its first picture (height, width, 3), where the eyes are, how far apart; in pixels."""

    picture: ByteArray
    eyes: tuple[float, float]
    eye_distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of the footage that fills a frame, in pixels of the footage; ``y`` may be above it."""

    x: int
    y: int
    width: int
    height: int

    def cut(self, picture: ByteArray, width: int, height: int) -> ByteArray:
        """The part as a frame of its own."""
        above = max(0, -self.y)
        part = picture[max(0, self.y) : self.y + self.height, self.x : self.x + self.width]
        scale = height / self.height
        rows = round(above * scale)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        if not rows and part.shape[:2] == (height, width):
            return part.copy()
        drawn = np.asarray(cv2.resize(part, (width, height - rows), interpolation=way), dtype=np.uint8)
        return _under_a_strip(drawn, rows) if rows else drawn


def _under_a_strip(drawn: ByteArray, rows: int) -> ByteArray:
    """The picture with ``rows`` more above it, as its own upper edge goes on; blended in, so that no line is seen."""
    edge = cv2.resize(drawn[: max(2, rows // 8)], (drawn.shape[1], 1), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(edge, (0, 0), sigmaX=drawn.shape[1] / 40, sigmaY=1).reshape(1, -1, 3)
    fade = min(rows // 2, drawn.shape[0])
    share = np.linspace(1, 0, fade, dtype=np.float32)[:, None, None]
    drawn[:fade] = np.round(share * soft + (1 - share) * drawn[:fade])
    return np.concatenate([np.repeat(soft, rows, axis=0), drawn])


class FilmedFrames:
    """The frames of a performance, cut to a window (a ``FrameSource``)."""

    def __init__(self, performance: FrameSource, window: Window, *, width: int, height: int) -> None:
        self._performance, self._window = performance, window
        self.width, self.height = width, height
        self.fps, self.frame_count = performance.fps, performance.frame_count

    def frames(self) -> Iterator[ByteArray]:
        """Yield every frame, (height, width, 3) uint8; the caller owns each one."""
        for picture in self._performance.frames():
            yield self._window.cut(picture, self.width, self.height)


def frame_filmed(
    width: int, height: int, filmed: Filmed, *, closeness: Closeness, face_top_min: int, face_bottom_max: int
) -> tuple[Framing, Window]:
    """Return where the presenter stands and which part of the footage shows that: the nearest to what was asked.

    Args:
        width: of the frame, in pixels.
        height: of the frame, in pixels.
        filmed: the footage.
        closeness: how much of the person is wanted; as much as was filmed is the most.
        face_top_min: the forehead stays below this row: the label ends there.
        face_bottom_max: the dropped chin stays above this row: subtitles begin there.

    Raises:
        InputInvalidError: no part of the footage leaves room for the label above and the subtitles below the face.
    """
    tall, wide = filmed.picture.shape[:2]
    ideal, shown = IDEALS[shape_of(width, height)], wide * height / width
    widest = max(filmed.eye_distance / min(tall, shown), _SMALLEST)
    smallest = max(filmed.eye_distance / min(tall * (1 + _ABOVE_MAX), shown), _SMALLEST)
    largest = (face_bottom_max - face_top_min) / height / (FOREHEAD + CHIN)
    wanted = max(ideal.eye_distance * CLOSER[closeness], widest)
    for size in sorted(np.linspace(smallest, largest, _STEPS), key=lambda one: abs(one - wanted)):
        high = filmed.eye_distance / float(size)
        # The line of the eyes: inside what was filmed, or a little above it, and between the two rows.
        low = max(1 - (tall - filmed.eyes[1]) / high, face_top_min / height + FOREHEAD * size)
        top = min(filmed.eyes[1] / high + _ABOVE_MAX, face_bottom_max / height - CHIN * size)
        if size < smallest or low > top:
            continue
        line = float(min(max(ideal.eye_line, low), max(low, min(top, filmed.eyes[1] / high))))
        across = min(high * width / height, wide)
        left = round(min(max(filmed.eyes[0] - across / 2, 0), wide - across))
        window = Window(x=left, y=round(filmed.eyes[1] - line * high), width=round(across), height=round(high))
        centre = (filmed.eyes[0] - left) / across
        return Framing(eye_line=line, eye_distance=float(size), centre_x=centre, floor=None), window
    raise InputInvalidError(
        f"the footage shows the face too large or too near its edge for {width}x{height} with label and subtitles on "
        "this channel; take another format, leave out the subtitles, or film from farther away"
    )
