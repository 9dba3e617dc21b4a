"""What a new mouth is laid on: any frames that show one person, and where the face is in each.

A portrait that stands still, a portrait that the photo engine moves with its mouth shut, a twin's loop, or footage.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.errors import InputInvalidError
from pipelines.faces import mesh
from pipelines.media import ByteArray, Float32Array, FrameSource, MotionTrack, Portrait


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Frames of a person, and what the grant must name.

    ``sha256`` is of the portrait's or footage's file, lowercase hex. ``landmarks`` are (frame, 468, 3) in pixels of
    each frame, or (1, 468, 3) where the face stands still; None: they are found while the frames are made. Where the
    speech is longer than the frames, they begin again, so give a loop whose end runs into its beginning.
    """

    frames: FrameSource
    sha256: str
    landmarks: Float32Array | None = None

    def __post_init__(self) -> None:
        if self.frames.frame_count < 1:
            raise InputInvalidError("the footage has no frames; give some that show the person's face")
        counts = {1, self.frames.frame_count}
        if self.landmarks is None:
            return
        if self.landmarks.ndim != 3 or self.landmarks.shape[1:] != (mesh.POINT_COUNT, 3):  # noqa: PLR2004 -- see above
            raise InputInvalidError(
                f"landmarks are {self.landmarks.shape} and (frame, {mesh.POINT_COUNT}, 3) is needed"
            )
        if len(self.landmarks) not in counts:
            raise InputInvalidError(
                f"there are landmarks for {len(self.landmarks)} frames and {self.frames.frame_count} frames; give one "
                "set per frame, or one for all"
            )

    def again_and_again(self) -> Iterator[tuple[ByteArray, Float32Array | None]]:
        """Frames with their landmarks, without end; the caller owns the frames."""
        while True:
            for at, frame in enumerate(self.frames.frames()):
                yield frame, None if self.landmarks is None else self.landmarks[at % len(self.landmarks)]


class StillPicture:
    """A picture that stands still (a ``FrameSource`` of one frame)."""

    frame_count = 1

    def __init__(self, rgb: ByteArray, *, fps: int = 25) -> None:
        # Encoders want even sides.
        self._rgb = rgb[: rgb.shape[0] // 2 * 2, : rgb.shape[1] // 2 * 2]
        self.height, self.width = self._rgb.shape[:2]
        self.fps = fps

    def frames(self) -> Iterator[ByteArray]:
        """The picture, (height, width, 3) uint8."""
        yield np.ascontiguousarray(self._rgb.copy())


def still(portrait: Portrait, *, fps: int = 25) -> Ground:
    """A portrait as it is: head and eyes stand still."""
    return Ground(frames=StillPicture(portrait.rgb, fps=fps), sha256=portrait.sha256)


def shut(motion: MotionTrack) -> MotionTrack:
    """The same head and eyes with the mouth at rest: for ``PhotoAvatar.perform``, under a mouth that is painted."""
    rest = np.zeros_like(motion.jaw)
    return dataclasses.replace(motion, jaw=rest, wide=rest, upper_lip=rest)
