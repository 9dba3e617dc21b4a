"""Draws a row of teeth as seen from the front, four times too big, and shrinks it."""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.media import Float32Array

# Widths of one half of the upper row from the middle, in eye distances: real widths (8.5 mm for the first of 90 mm
# between the eyes' corners), shortened as the row turns away.
_UPPER_WIDTHS = (0.088, 0.070, 0.064, 0.050, 0.038, 0.028)
_LOWER_WIDTHS = (0.054, 0.056, 0.060, 0.048, 0.038, 0.028)
_COLOUR = np.array([233, 225, 212], np.float32)
_UPPER_EDGE, _UPPER_HEIGHT = 0.046, 0.140  # edge of the first tooth below the seam; drawn height
_LOWER_EDGE, _LOWER_HEIGHT = 0.020, 0.075
_SCALE = 4


def draw_teeth(
    shape: tuple[int, int], *, middle: tuple[float, float], unit: float, light: float, lower: bool
) -> tuple[Float32Array, Float32Array]:
    """Colours (height, width, 3) in 0-255 and coverage (height, width) of one row; ``middle`` is (x, y) of the seam."""
    height, width = shape
    big = (height * _SCALE, width * _SCALE)
    tone = np.zeros(big, np.float32)
    cover = np.zeros(big, np.float32)
    widths = _LOWER_WIDTHS if lower else _UPPER_WIDTHS
    for side in (-1, 1):
        inner = 0.0
        for number, share in enumerate(widths):
            outer = inner + share
            away = (inner + outer) / 2 / sum(widths)
            box = _tooth(number, inner, outer, away=away, lower=lower)
            points = (box * (side, 1) * unit + middle) * _SCALE
            body = np.zeros(big, np.uint8)
            cv2.fillPoly(body, [np.round(points).astype(np.int32)], 255, lineType=cv2.LINE_AA)
            share_here = body.astype(np.float32) / 255
            level = 1.0 - 0.36 * away**1.5 - (0.06 if number == 2 else 0.0)  # noqa: PLR2004  # canines are darker
            tone = np.maximum(tone, share_here * level)
            cover = np.maximum(cover, share_here)
            inner = outer
    tone = np.where(cover > 0, tone / np.maximum(cover, 1e-3), 0.82).astype(np.float32)
    rows = (np.arange(big[0], dtype=np.float32)[:, None] / _SCALE - middle[1]) / unit
    tone *= _length_shade(rows.astype(np.float32), lower=lower)
    seams = 1 - 0.30 * np.clip(1 - cv2.GaussianBlur(cover, (0, 0), 0.006 * unit * _SCALE), 0, 1) ** 1.5
    colour = _COLOUR[None, None] * (tone * seams * light)[:, :, None]
    filled = cv2.morphologyEx(cover, cv2.MORPH_CLOSE, np.ones((1, max(3, int(0.02 * unit * _SCALE) | 1)), np.uint8))
    alpha = cv2.GaussianBlur(filled, (0, 0), 0.0035 * unit * _SCALE)
    soft = cv2.GaussianBlur(colour.astype(np.float32), (0, 0), 0.0035 * unit * _SCALE)
    small = (width, height)
    return (
        cv2.resize(soft, small, interpolation=cv2.INTER_AREA).astype(np.float32),
        cv2.resize(alpha, small, interpolation=cv2.INTER_AREA).astype(np.float32) * (0.9 if lower else 1.0),
    )


def _tooth(number: int, inner: float, outer: float, *, away: float, lower: bool) -> Float32Array:
    """The outline of one tooth of the right half, in eye distances from the middle of the seam."""
    width = outer - inner
    gap = 0.0016
    angle = np.linspace(0, np.pi, 17)
    radius = width / 2 - gap
    sharp = 0.5 if number != 2 else 1.0  # noqa: PLR2004  # canines are pointed
    if lower:
        edge = _LOWER_EDGE + 0.012 * away
        y = edge + 0.012 * sharp * (1 - np.sin(angle) ** 0.5)
        far = edge + _LOWER_HEIGHT
    else:
        edge = _UPPER_EDGE - 0.030 * away**1.6 - (0.004 if number == 1 else 0.0)  # the second incisor is shorter
        y = edge - 0.016 * sharp * (1 - np.sin(angle) ** 0.5)
        far = edge - _UPPER_HEIGHT
    x = (inner + outer) / 2 - radius * np.cos(angle)
    outline = np.stack([x, y], axis=1)
    ends = np.array([(outer - gap, far), (inner + gap, far)])
    return np.concatenate([outline, ends]).astype(np.float32)


def _length_shade(rows: Float32Array, *, lower: bool) -> Float32Array:
    """Greyer towards the edge, which lets light through, and yellower and darker towards the gum."""
    edge, gum = (_LOWER_EDGE, _LOWER_EDGE + _LOWER_HEIGHT) if lower else (_UPPER_EDGE, _UPPER_EDGE - _UPPER_HEIGHT)
    share = np.clip((rows - edge) / (gum - edge), 0, 1)
    return np.asarray(0.93 + 0.07 * np.sin(np.pi * np.clip(share * 1.4, 0, 1)) - 0.12 * share, dtype=np.float32)
