"""A film's first frame as a scene of its own, so that a thumbnail can only leave through the door.

The frame comes out of the released file, so it wears the label already; the door draws it again and reads it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.compose.decoder import decode_frames
from pipelines.media import ByteArray, Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFrame:
    """A single picture as a source of frames, (height, width, 3) uint8 RGB."""

    picture: ByteArray
    fps: int = 25

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.picture.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.picture.shape[0])

    @property
    def frame_count(self) -> int:
        """One."""
        return 1

    def frames(self) -> Iterator[ByteArray]:
        """Yield the picture."""
        yield self.picture.copy()


def cover_scene(film: Path, *, locale: str) -> Scene:
    """Return the scene of a film's first frame; raises ``EncodeError`` if the film cannot be decoded."""
    (picture,) = decode_frames(film, (0.0,))
    return Scene(frames=OneFrame(picture=picture), audio=None, captions=(), reserved=(), locale=locale)
