"""One mouth, drawn: what was predicted, its edges made as crisp as filmed ones, with the grain of a remembered picture.

A prediction is a mean of what could be, so it is soft. Only the finest part of a remembered picture is laid over it:
the rest of it belongs to another moment, and costs more likeness than it gives sharpness.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from pipelines.avatar.twin.appearance import Appearance, inside_of, light_of
from pipelines.avatar.twin.model import Bank
from pipelines.avatar.twin.region import Region
from pipelines.media import ByteArray, Float32Array

# By folds over the clips of one speaker: as sharp as what was filmed, as like it as that allows.
SHARPEN: Final = 0.8
GRAIN: Final = 0.75
FINE: Final = 0.007  # of the region's side: what is finer than this is sharpened, and is grain


class Pen:
    """Draws mouths of one region."""

    def __init__(self, region: Region) -> None:
        self._region, self._inside = region, region.inside
        self._sigma = FINE * region.size
        self._weight = np.maximum(self._soft(self._inside.astype(np.float32)), 1e-3)[:, :, None]

    def mouth(
        self, appearance: Appearance, bank: Bank, crop: ByteArray, coefficients: Float32Array, chosen: int
    ) -> Float32Array:
        """A picture's region, (size, size, 3) in [0, 255], that shows these coefficients.

        Args:
            appearance: what coefficients mean.
            bank: remembered pictures.
            crop: (size, size, 3), the region as filmed; its light is kept.
            coefficients: (component,).
            chosen: whose grain it gets, a number of the bank.
        """
        jpeg = np.frombuffer(bank.pictures[chosen], np.uint8)
        kept = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB), dtype=np.uint8)
        predicted = self._picture(coefficients @ appearance.basis + appearance.mean)
        row = inside_of(kept[None], bank.light[chosen][None], self._region)[0]
        rest = self._picture(row - (bank.coefficients[chosen] @ appearance.basis + appearance.mean))
        drawn = predicted + SHARPEN * self._fine(predicted) + GRAIN * self._fine(rest)
        mouth = crop.astype(np.float32)
        mouth[self._inside] = drawn[self._inside] * light_of(crop[None], self._region)[0]
        return np.asarray(np.clip(mouth, 0, 255), dtype=np.float32)

    def _picture(self, row: Float32Array) -> Float32Array:
        picture = np.zeros((self._region.size, self._region.size, 3), np.float32)
        picture[self._inside] = row.reshape(-1, 3)
        return picture

    def _fine(self, picture: Float32Array) -> Float32Array:
        """What is finer than the sigma; beyond the edge counts as nothing, not as black."""
        return np.asarray(picture - self._soft(picture) / self._weight, dtype=np.float32)

    def _soft(self, picture: Float32Array) -> Float32Array:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), self._sigma), dtype=np.float32)
