"""A presenter who was filmed: which part of the footage a frame shows, and the frames cut to it.

The footage's own background stays. Where a face was filmed too near for label and subtitles, the frame reaches beyond
the footage: there its edges go on, blurred, which is a wall in most rooms; below, the floor fades in as for a portrait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from pipelines.avatar.look import Framing as Closeness
from pipelines.compose.framing import CHIN, CLOSER, FOREHEAD, IDEALS, Framing, shape_of
from pipelines.errors import InputInvalidError
from pipelines.geometry import Box
from pipelines.media import ByteArray, Float32Array, FrameSource

_SMALLEST: Final = 0.045  # of the height; a mouth of fewer pixels says nothing
_BEYOND_MAX: Final = 2.0  # frames are at most so much larger than the footage
_ENDS: Final = 0.995  # of the height; above it nothing is missing but a rounding
_FEATHER: Final = 0.05  # of the frame's width
_BLUR: Final = 1 / 24  # of the frame's width


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filmed:
    """Footage to cut from: its first picture (height, width, 3), where the eyes are, how far apart; in pixels."""

    picture: ByteArray
    eyes: tuple[float, float]
    eye_distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of the footage that fills a frame, in pixels of the footage; it may reach beyond it."""

    x: int
    y: int
    width: int
    height: int

    def cutter(self, picture: ByteArray, width: int, height: int) -> Callable[[ByteArray], ByteArray]:
        """What cuts pictures of the footage to frames; what lies beyond is made once, of this ``picture``."""
        tall, wide = picture.shape[:2]
        left, top = max(0, self.x), max(0, self.y)
        right, bottom = min(wide, self.x + self.width), min(tall, self.y + self.height)
        scale = height / self.height
        x, y = round((left - self.x) * width / self.width), round((top - self.y) * scale)
        size = (round((right - left) * width / self.width), round((bottom - top) * scale))
        size = (min(size[0], width - x), min(size[1], height - y))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC

        def drawn(source: ByteArray) -> ByteArray:
            part = source[top:bottom, left:right]
            if part.shape[:2] == size[::-1]:
                return part.copy()
            return np.asarray(cv2.resize(part, size, interpolation=way), dtype=np.uint8)

        if size == (width, height):
            return drawn
        inside = Box(x=x, y=y, width=size[0], height=size[1])
        beyond = _beyond(drawn(picture), inside, width, height)
        share = _shares(inside, width, height)
        under = beyond[y : y + size[1], x : x + size[0]].copy()

        def framed(source: ByteArray) -> ByteArray:
            frame = beyond.copy()
            frame[y : y + size[1], x : x + size[0]] = cv2.blendLinear(drawn(source), under, share, 1 - share)
            return frame

        return framed


def _beyond(part: ByteArray, inside: Box, width: int, height: int) -> ByteArray:
    """The frame with the edges of its inner part going on to all sides, blurred."""
    right, below = width - inside.x - inside.width, height - inside.y - inside.height
    whole = cv2.copyMakeBorder(part, inside.y, below, inside.x, right, cv2.BORDER_REPLICATE)
    small = cv2.resize(whole, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigmaX=width * _BLUR / 4)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _shares(inside: Box, width: int, height: int) -> Float32Array:
    """How much of each pixel of the inner part is the footage: less at the edges beyond which there is none."""
    feather = max(1.0, width * _FEATHER)
    columns = np.arange(inside.width, dtype=np.float32)
    rows = np.arange(inside.height, dtype=np.float32)
    far = np.float32(1e6)
    from_left = columns if inside.x else far
    from_right = columns[::-1] if inside.x + inside.width < width else far
    from_top = rows if inside.y else far
    from_bottom = rows[::-1] if inside.y + inside.height < height else far
    across = np.clip(np.minimum(from_left, from_right) / feather, 0, 1)
    down = np.clip(np.minimum(from_top, from_bottom) / feather, 0, 1)
    share = np.minimum(np.broadcast_to(across, inside.width)[None, :], np.broadcast_to(down, inside.height)[:, None])
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


class FilmedFrames:
    """The frames of a performance, cut to a window (a ``FrameSource``). ``first`` is a picture of the same footage."""

    def __init__(self, performance: FrameSource, window: Window, *, first: ByteArray, width: int, height: int) -> None:
        self._performance = performance
        self._cut = window.cutter(first, width, height)
        self.width, self.height = width, height
        self.fps, self.frame_count = performance.fps, performance.frame_count

    def frames(self) -> Iterator[ByteArray]:
        """Yield every frame, (height, width, 3) uint8; the caller owns each one."""
        for picture in self._performance.frames():
            yield self._cut(picture)


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
    (x, y), ideal = filmed.eyes, IDEALS[shape_of(width, height)]
    whole = min(tall, wide * height / width)  # rows of footage, where nothing lies beyond it
    smallest = max(filmed.eye_distance / (whole * _BEYOND_MAX), _SMALLEST)
    largest = (face_bottom_max - face_top_min) / height / (FOREHEAD + CHIN)
    wanted = max(ideal.eye_distance * CLOSER[closeness], filmed.eye_distance / whole, _SMALLEST)
    if largest < smallest:
        raise _too_large(width, height)
    size = min(max(wanted, smallest), largest)
    high = filmed.eye_distance / size
    across = high * width / height
    low, top = face_top_min / height + FOREHEAD * size, face_bottom_max / height - CHIN * size
    # Inside the footage where it is large enough; where label or subtitles need room, beyond it.
    line = _between(_between(ideal.eye_line, 1 - (tall - y) / high, y / high), low, top)
    centre = _between(0.5, 1 - (wide - x) / across, x / across)
    window = Window(x=round(x - centre * across), y=round(y - line * high), width=round(across), height=round(high))
    end = (tall - y) / high + line
    return Framing(eye_line=line, eye_distance=size, centre_x=centre, floor=end if end < _ENDS else None), window


def _between(wished: float, low: float, high: float) -> float:
    """The nearest to the wish; where there is none between them, the middle of both."""
    return (low + high) / 2 if low > high else min(max(wished, low), high)


def _too_large(width: int, height: int) -> InputInvalidError:
    return InputInvalidError(
        f"the footage shows the face too large for {width}x{height} with label and subtitles on this channel; take "
        "another format, leave out the subtitles, or film from farther away"
    )
