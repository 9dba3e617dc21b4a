"""A small picture laid over frames: rasterised once, then blended into only its own pixels of every frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from pipelines.errors import DisclosureError
from pipelines.geometry import Box
from pipelines.media import ByteArray

OPAQUE = 255


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plate:
    """``rgba`` is (height, width, 4) uint8, straight alpha; ``x``, ``y`` is its upper left corner in the frame."""

    rgba: ByteArray
    x: int
    y: int
    _colour: ByteArray = field(init=False, repr=False)
    _keep: ByteArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        alpha = self.rgba[..., 3:].astype(np.uint16)
        colour = (self.rgba[..., :3] * alpha + OPAQUE // 2) // OPAQUE
        object.__setattr__(self, "_colour", colour.astype(np.uint8))
        object.__setattr__(self, "_keep", np.repeat(OPAQUE - self.rgba[..., 3:], 3, axis=2))

    @property
    def box(self) -> Box:
        """Where it lies."""
        return Box(x=self.x, y=self.y, width=int(self.rgba.shape[1]), height=int(self.rgba.shape[0]))

    def lay_on(self, frame: ByteArray) -> None:
        """Blend into the frame, in place.

        Raises:
            DisclosureError: the frame is too small to hold it, or is not RGB bytes.
        """
        box = self.box
        if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:  # noqa: PLR2004 - height, width, RGB
            raise DisclosureError(f"a frame must be (height, width, 3) uint8, but it is {frame.shape} {frame.dtype}")
        if box.x < 0 or box.y < 0 or box.y + box.height > frame.shape[0] or box.x + box.width > frame.shape[1]:
            raise DisclosureError(f"{box} does not lie inside a frame of {frame.shape[1]}x{frame.shape[0]}")
        region = frame[box.y : box.y + box.height, box.x : box.x + box.width]
        blended = cv2.multiply(region, self._keep, scale=1 / OPAQUE)
        cv2.add(blended, self._colour, dst=blended)
        region[:] = blended


def rounded_mask(width: int, height: int, radius: float) -> ByteArray:
    """Return the alpha of a box with round corners, (height, width) uint8, smooth at the edge."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    far_x = np.maximum(np.maximum(radius - x, x - (width - radius)), 0)
    far_y = np.maximum(np.maximum(radius - y, y - (height - radius)), 0)
    inside = radius + 0.5 - np.hypot(far_x, far_y)
    return np.asarray(np.clip(inside, 0, 1) * OPAQUE, dtype=np.uint8)


def paint(
    rgba: ByteArray, mask: ByteArray, colour: tuple[int, int, int], *, x: int = 0, y: int = 0, opacity: float = 1.0
) -> None:
    """Draw a colour through a mask onto a straight-alpha picture, in place (Porter and Duff's "over")."""
    height, width = mask.shape
    under = rgba[y : y + height, x : x + width].astype(np.float32) / OPAQUE
    a_over = mask[..., None].astype(np.float32) * (opacity / OPAQUE)
    a_under = under[..., 3:] * (1 - a_over)
    alpha = a_over + a_under
    mixed = (np.asarray(colour, dtype=np.float32) / OPAQUE * a_over + under[..., :3] * a_under) / np.maximum(
        alpha, 1e-6
    )
    rgba[y : y + height, x : x + width] = (np.concatenate([mixed, alpha], axis=2) * OPAQUE + 0.5).astype(np.uint8)
