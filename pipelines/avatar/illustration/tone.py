"""Colours: hex strings, mixing, and five-step ramps from shadow to glow, the way a painter sets out a palette."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.media import Float32Array

Colour = NDArray[np.float32] | tuple[float, float, float]


def hex_colour(text: str) -> Float32Array:
    """(3,) sRGB in [0, 1] from "#rrggbb"."""
    digits = text.removeprefix("#")
    return np.array([int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


def mix(first: Colour, second: Colour, share: float) -> Float32Array:
    """``first`` at share 0, ``second`` at share 1."""
    return np.asarray(np.multiply(first, 1 - share) + np.multiply(second, share), dtype=np.float32)


def smooth_step(value: NDArray[np.floating] | Float32Array, low: float, high: float) -> Float32Array:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray((t * t * (3 - 2 * t)), np.float32)


@dataclass(frozen=True, slots=True)
class Ramp:
    """Five hex colours of one material: deep shadow, shadow, middle, light, glow."""

    deep: str
    shadow: str
    middle: str
    light: str
    glow: str

    def colours(self) -> Float32Array:
        """(5, 3) sRGB."""
        return np.stack([hex_colour(text) for text in (self.deep, self.shadow, self.middle, self.light, self.glow)])

    def at(self, level: Float32Array | Sequence[float] | float) -> Float32Array:
        """Colours (..., 3) for light levels: 0 is deep shadow, 0.5 the middle, 1 the glow."""
        stops = np.linspace(0, 1, 5)
        table = self.colours()
        values = np.asarray(level, np.float32)
        return np.stack([np.interp(values, stops, table[:, channel]) for channel in range(3)], axis=-1).astype(
            np.float32
        )
