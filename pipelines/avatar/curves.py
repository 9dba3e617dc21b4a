"""Small smooth functions that the warps are made of."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from pipelines.media import Float32Array


def smoothstep(x: Float32Array, low: Float32Array | float, high: Float32Array | float) -> Float32Array:
    """0 at ``low``, 1 at ``high``, with flat ends."""
    share = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def contour(points: Float32Array, columns: Float32Array) -> Float32Array:
    """The height of a contour (point, 2) at each column: smooth, without overshoot, level beyond its ends."""
    order = np.argsort(points[:, 0], kind="stable")
    x, y = points[order, 0].astype(np.float64), points[order, 1].astype(np.float64)
    keep = np.concatenate([[True], np.diff(x) > 1e-3])  # noqa: PLR2004  # two points on one column carry no slope
    x, y = x[keep], y[keep]
    return np.asarray(PchipInterpolator(x, y)(np.clip(columns, x[0], x[-1])), dtype=np.float32)


def bump(x: Float32Array, middle: Float32Array | float, width: float) -> Float32Array:
    """1 at ``middle``, falling off like a bell."""
    return np.asarray(np.exp(-(((x - middle) / width) ** 2)), dtype=np.float32)
