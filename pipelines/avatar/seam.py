"""Finds the exact line where closed lips meet: the darkest line near where the landmarks say.

The mesh is a pixel or two off on most portraits, and a warp that splits the mouth there opens inside a lip.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipelines.media import ByteArray, Float32Array

_SEARCH = 0.040  # eye distances up and down
_STIFFNESS = 18.0  # grey levels per pixel of step between neighbouring columns, at 100 px of eye distance
_SMOOTH = 0.018  # eye distances


def refined_seam(
    rgba: ByteArray, seam: Float32Array, *, left: float, right: float, unit: float
) -> Float32Array:
    """The seam per column; outside the mouth's corners it stays as it was."""
    reach = max(2, round(_SEARCH * unit))
    first, last = round(left + 0.06 * (right - left)), round(right - 0.06 * (right - left))
    columns = np.arange(first, last + 1)
    if columns.size < 8:  # noqa: PLR2004  # nothing to refine on a tiny mouth
        return seam
    grey = cv2.cvtColor(rgba, cv2.COLOR_RGBA2GRAY).astype(np.float32)
    grey = cv2.GaussianBlur(grey, (0, 0), max(0.6, 0.006 * unit))
    offsets = np.arange(-reach, reach + 1)
    rows = np.clip(seam[columns][:, None] + offsets[None], 0, grey.shape[0] - 1)
    cost = cv2.remap(
        grey,
        np.repeat(columns[:, None], offsets.size, axis=1).astype(np.float32),
        rows.astype(np.float32),
        cv2.INTER_LINEAR,
    )
    cost = cost + 0.15 * np.abs(offsets)[None] * (100 / unit)  # without a dark line, trust the landmarks
    path = _cheapest_path(cost, stiffness=_STIFFNESS * unit / 100) - reach
    moved = gaussian_filter1d(path.astype(np.float64), _SMOOTH * unit, mode="nearest")
    refined = seam.astype(np.float64).copy()
    blend = np.minimum(1.0, np.minimum(columns - first, last - columns) / max(1.0, 0.05 * unit))
    refined[columns] += moved * blend
    return np.asarray(refined, dtype=np.float32)


def _cheapest_path(cost: Float32Array, *, stiffness: float) -> Float32Array:
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
    path = np.zeros(count, np.float32)
    at = int(total.argmin())
    for step in range(count - 1, -1, -1):
        path[step] = at
        at = int(came[step, at])
    return path
