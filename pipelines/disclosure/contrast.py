"""Contrast as WCAG 2.2 measures it: relative luminance of sRGB, (lighter + .05) / (darker + .05)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.media import ByteArray, Float32Array

_KNEE = 0.04045  # IEC 61966-2-1; WCAG's .03928 is a known slip that changes no byte
_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def relative_luminance(rgb: ByteArray | NDArray[np.floating]) -> Float32Array:
    """Return the relative luminance of colours (..., 3) in 0 to 255, as (...) in 0 to 1."""
    share = np.asarray(rgb, dtype=np.float32) / 255
    linear = np.where(share <= _KNEE, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ _WEIGHTS, dtype=np.float32)


def contrast_ratio(a: float, b: float) -> float:
    """Return the contrast of two relative luminances, 1 to 21."""
    lighter, darker = max(a, b), min(a, b)
    return (lighter + 0.05) / (darker + 0.05)
