"""What every backdrop gives: pictures of the frame's size, one that stays or one for each frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from pipelines.media import ByteArray


class Backdrop(Protocol):
    """Pictures of one size, (height, width, 3) uint8 RGB."""

    @property
    def first(self) -> ByteArray:
        """The picture of the first frame; of a still backdrop, of all."""
        ...

    @property
    def is_moving(self) -> bool:
        """Whether ``frames`` gives other pictures than the first."""
        ...

    def frames(self) -> Iterator[ByteArray]:
        """Yield pictures without end, from the beginning at each call; the caller owns each one."""
        ...


class StillBackdrop:
    """A backdrop of one picture."""

    is_moving = False

    def __init__(self, picture: ByteArray) -> None:
        self.first = picture

    def frames(self) -> Iterator[ByteArray]:
        """Yield the picture again and again."""
        while True:
            yield self.first.copy()
