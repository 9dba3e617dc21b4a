"""How a mouth can look, as a few numbers: principal components of the region's pixels with the light taken out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.avatar.twin.components import components
from pipelines.avatar.twin.region import Region
from pipelines.media import ByteArray, Float32Array

COMPONENTS: Final = 64
_SAMPLE_MAX: Final = 700  # pictures from which components are found: more hardly change them
_CHUNK: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """``mean`` (value,) and ``basis`` (component, value) of what is inside."""

    mean: Float32Array
    basis: Float32Array

    def coefficients(self, rows: Float32Array) -> Float32Array:
        """(frame, component) of rows from ``inside_of``."""
        return np.asarray((rows - self.mean) @ self.basis.T, dtype=np.float32)


def light_of(crops: ByteArray, region: Region) -> Float32Array:
    """(frame, 3): the colour of the ring around what is replaced."""
    return np.asarray(np.maximum(crops[:, region.ring].mean(axis=1), 8.0), dtype=np.float32)


def inside_of(crops: ByteArray, light: Float32Array, region: Region) -> Float32Array:
    """(frame, value): what is replaced, as shares of the light."""
    inside = crops[:, region.inside].astype(np.float32) / light[:, None, :]
    return np.asarray(inside.reshape(len(crops), -1), dtype=np.float32)


def learn(crops: ByteArray, light: Float32Array, region: Region) -> Appearance:
    """Find the components of all these pictures, (frame, size, size, 3)."""
    step = max(1, len(crops) // _SAMPLE_MAX)
    mean, basis = components(inside_of(crops[::step], light[::step], region), COMPONENTS)
    return Appearance(mean=mean, basis=basis)


def in_chunks(crops: ByteArray, light: Float32Array, region: Region, appearance: Appearance) -> Float32Array:
    """Coefficients of every picture, without all pixels as floats at once."""
    parts = [
        appearance.coefficients(inside_of(crops[at : at + _CHUNK], light[at : at + _CHUNK], region))
        for at in range(0, len(crops), _CHUNK)
    ]
    return np.concatenate(parts)
