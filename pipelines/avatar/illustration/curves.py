"""Curves for drawing: smooth lines through a few points, even resampling, mirrored halves.

All coordinates are in u (one u is the distance between the outer eye corners), origin between the eyes, y down.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Path2 = Sequence[tuple[float, float]] | Points


def spline(points: Path2, *, closed: bool = False, steps: int = 16) -> Points:
    """Catmull-Rom curve through ``points``; a repeated point makes a corner."""
    knots = np.asarray(points, np.float64)
    knots = np.r_[knots[-1:], knots, knots[:2]] if closed else np.r_[knots[:1], knots, knots[-1:]]
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(knots[:-3], knots[1:-2], knots[2:-1], knots[3:], strict=True)
    ]
    if not closed:
        pieces.append(knots[-2:-1])
    return np.concatenate(pieces)


def resample(curve: Points, count: int, *, power: float = 1.0) -> Points:
    """``count`` points evenly along ``curve``; ``power`` > 1 puts more of them at its start."""
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1) + 1e-9)]
    at = along[-1] * np.linspace(0, 1, count) ** power
    return np.stack([np.interp(at, along, curve[:, 0]), np.interp(at, along, curve[:, 1])], axis=1)


def shifted(points: Path2, x: float, y: float) -> Points:
    """The points moved by x, y."""
    moved: Points = np.asarray(points, np.float64) + np.array([x, y])
    return moved


def side(points: Path2, sign: int) -> Points:
    """The points as they are (sign 1, right of the picture) or mirrored (-1)."""
    mirrored: Points = np.asarray(points, np.float64) * np.array([sign, 1])
    return mirrored


def ribbon(curve: Points, widths: Sequence[float]) -> Points:
    """The outline of a brush stroke along ``curve``; ``widths`` are spread evenly from its start to its end."""
    line = resample(curve, 64)
    width = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    step = np.gradient(line, axis=0)
    step /= np.linalg.norm(step, axis=1, keepdims=True) + 1e-9
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1)
    return np.asarray(np.r_[line + normal * width, (line - normal * width)[::-1]], np.float64)
