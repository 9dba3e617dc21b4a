"""Finds the exact line where closed lips meet, or that of the lashes: the darkest line near the landmarks.

The mesh is a pixel or two off on most portraits. A warp that splits the mouth there opens inside a lip, and a lid that
ends there carries the white of the eye.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from pipelines.media import ByteArray, Float32Array

_COLUMNS_MIN = 8  # nothing to refine on a tiny mouth
_TRUST = 0.15  # grey levels per pixel: without a dark line, the landmarks hold
_STIFFNESS = 18.0  # grey levels per pixel of step between neighbouring columns, at 100 px of eye distance
_SMOOTH = 0.018  # eye distances


def darkest_line(
    rgba: ByteArray, line: Float32Array, *, first: int, last: int, up: float, down: float, unit: float
) -> Float32Array:
    """The darkest smooth line near ``line`` (row per column) from column ``first`` to ``last``; elsewhere as it was.

    ``up`` and ``down`` say how far to search, in eye distances (``unit`` pixels).
    """
    columns = np.arange(max(0, first), min(line.size - 1, last) + 1)
    if columns.size < _COLUMNS_MIN:
        return line
    grey = cv2.cvtColor(rgba, cv2.COLOR_RGBA2GRAY).astype(np.float32)
    grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), max(0.6, 0.006 * unit)), dtype=np.float32)
    offsets = np.arange(-max(1, round(up * unit)), max(1, round(down * unit)) + 1)
    rows = np.clip(line[columns][:, None] + offsets[None], 0, grey.shape[0] - 1)
    cost = cv2.remap(
        grey,
        np.repeat(columns[:, None], offsets.size, axis=1).astype(np.float32),
        rows.astype(np.float32),
        cv2.INTER_LINEAR,
    )
    cost = cost + _TRUST * np.abs(offsets)[None] * (100 / unit)
    path = offsets[_cheapest_path(cost.astype(np.float32), stiffness=_STIFFNESS * unit / 100)]
    moved = gaussian_filter1d(path.astype(np.float64), _SMOOTH * unit, mode="nearest")
    found = line.astype(np.float64).copy()
    inward = np.minimum(columns - columns[0], columns[-1] - columns) / max(1.0, 0.05 * unit)
    found[columns] += moved * np.minimum(1.0, inward)
    return np.asarray(found, dtype=np.float32)


def _cheapest_path(cost: Float32Array, *, stiffness: float) -> NDArray[np.intp]:
    """One row per column, moving at most one row between columns."""
    count, width = cost.shape
    total = cost[0].astype(np.float64)
    came = np.zeros((count, width), np.int64)
    inf = np.array([np.inf])
    for step in range(1, count):
        options = np.stack(
            [np.concatenate([inf, total[:-1]]) + stiffness, total, np.concatenate([total[1:], inf]) + stiffness]
        )
        best = options.argmin(axis=0)
        came[step] = np.arange(width) + best - 1
        total = cost[step] + options.min(axis=0)
    path = np.zeros(count, np.intp)
    at = int(total.argmin())
    for step in range(count - 1, -1, -1):
        path[step] = at
        at = int(came[step, at])
    return path
