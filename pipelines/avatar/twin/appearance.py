"""How a mouth can look, as a few numbers: principal components of the region's pixels with the light taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.avatar.twin.region import Region
from pipelines.media import ByteArray, Float32Array

COMPONENTS: Final = 64
CONTEXT: Final = 20
_SAMPLE_MAX: Final = 700  # pictures from which components are found: more hardly change them
_CHUNK: Final = 256
_THIN: Final = 7  # of the pixels outside, each seventh says enough of pose and light


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """``mean`` (value,) and ``basis`` (component, value) of what is inside; the same of what is around (thinned)."""

    mean: Float32Array
    basis: Float32Array
    around_mean: Float32Array
    around_basis: Float32Array

    def coefficients(self, rows: Float32Array) -> Float32Array:
        """(frame, component) of rows from ``inside_of``."""
        return np.asarray((rows - self.mean) @ self.basis.T, dtype=np.float32)

    def context(self, rows: Float32Array) -> Float32Array:
        """(frame, CONTEXT): what pose and light are, of rows from ``around_of``."""
        return np.asarray((rows - self.around_mean) @ self.around_basis.T, dtype=np.float32)

    def rows(self, coefficients: Float32Array) -> Float32Array:
        """(frame, value) as the components can draw them."""
        return np.asarray(coefficients @ self.basis + self.mean, dtype=np.float32)


def light_of(crops: ByteArray, region: Region) -> Float32Array:
    """(frame, 3): the colour of the ring around what is replaced."""
    return np.asarray(np.maximum(crops[:, region.ring].mean(axis=1), 8.0), dtype=np.float32)


def inside_of(crops: ByteArray, light: Float32Array, region: Region) -> Float32Array:
    """(frame, value): what is replaced, as shares of the light."""
    inside = crops[:, region.inside].astype(np.float32) / light[:, None, :]
    return np.asarray(inside.reshape(len(crops), -1), dtype=np.float32)


def around_of(crops: ByteArray, light: Float32Array, region: Region) -> Float32Array:
    """(frame, value): what stays, thinned."""
    around = crops[:, ~region.inside].astype(np.float32) / light[:, None, :]
    return np.asarray(around.reshape(len(crops), -1)[:, ::_THIN], dtype=np.float32)


def learn(crops: ByteArray, light: Float32Array, region: Region) -> Appearance:
    """Find the components of all these pictures, (frame, size, size, 3)."""
    step = max(1, len(crops) // _SAMPLE_MAX)
    some, its_light = crops[::step], light[::step]
    mean, basis = _components(inside_of(some, its_light, region), COMPONENTS)
    around_mean, around_basis = _components(around_of(some, its_light, region), CONTEXT)
    return Appearance(mean=mean, basis=basis, around_mean=around_mean, around_basis=around_basis)


def in_chunks(
    crops: ByteArray, light: Float32Array, region: Region, appearance: Appearance
) -> tuple[Float32Array, Float32Array]:
    """Coefficients and context of every picture, without all pixels as floats at once."""
    inside, around = [], []
    for at in range(0, len(crops), _CHUNK):
        part, its = crops[at : at + _CHUNK], light[at : at + _CHUNK]
        inside.append(appearance.coefficients(inside_of(part, its, region)))
        around.append(appearance.context(around_of(part, its, region)))
    return np.concatenate(inside), np.concatenate(around)


def _components(rows: Float32Array, count: int) -> tuple[Float32Array, Float32Array]:
    """Mean and first components; by the small Gram matrix, because pixels are many and pictures few."""
    mean = rows.mean(axis=0)
    off = rows - mean
    values, vectors = np.linalg.eigh(off @ off.T)
    best = np.argsort(values)[::-1][: min(count, len(rows) - 1)]
    basis = vectors[:, best].T @ off
    return mean.astype(np.float32), (basis / np.linalg.norm(basis, axis=1, keepdims=True)).astype(np.float32)


def spread(values: Float32Array) -> Float32Array:
    """The standard deviation of each column, never nought."""
    return np.asarray(values.std(axis=0) + 1e-5, dtype=np.float32)


def joined(parts: Sequence[Float32Array]) -> Float32Array:
    """Parts one after the other."""
    return np.concatenate(list(parts)).astype(np.float32)
