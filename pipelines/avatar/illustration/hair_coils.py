"""Natural coily hair: a cloud of small springs, dark inside, lit from above left."""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.avatar.illustration.canvas import Canvas, Mask
from pipelines.avatar.illustration.curves import Points, shifted, spline
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.tone import Ramp

_BITS = 4
_FACE_HALF, _FACE_TOP = 0.55, -0.6  # springs that the face would hide are not drawn
_EDGE_LOW = 0.62  # no strays on the neck
_OUTLINE = [
    (0.0, -1.52),
    (0.42, -1.46),
    (0.80, -1.24),
    (1.05, -0.86),
    (1.14, -0.40),
    (1.12, 0.08),
    (1.00, 0.50),
    (0.80, 0.74),
    (0.66, 0.66),
]


def _cloud() -> Points:
    right = spline(_OUTLINE)
    return np.asarray(np.r_[right, right[::-1] * (-1, 1)], np.float64)


def _spring(rng: np.random.Generator, x: float, y: float, size: float) -> Points:
    """A short helix seen from the side, hanging outwards from the middle of the head."""
    turns = rng.uniform(1.3, 2.4)
    t = np.linspace(0, 1, 26)
    angle = np.arctan2(y + 0.25, x) + rng.normal(0, 0.55)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    phase = rng.uniform(0, 2 * np.pi)
    spin = 2 * np.pi * turns * t + phase
    reach = size * rng.uniform(1.5, 2.4)
    line = (
        t[:, None] * reach * along
        + np.cos(spin)[:, None] * size * 0.62 * across
        + np.sin(spin)[:, None] * size * 0.34 * along
    )
    return np.asarray(line - line.mean(axis=0) + (x, y), np.float64)


def _scatter(
    canvas: Canvas, ramp: Ramp, springs: list[tuple[Points, float]], rng: np.random.Generator, *, thick: float
) -> None:
    """Draw springs in order, each as a dark line with a lighter one on its upper left."""
    picture = (canvas.rgb / np.maximum(canvas.alpha, 1e-3)[..., None] * 255).clip(0, 255).astype(np.uint8)
    cover = np.zeros(canvas.shape, np.uint8)
    for line, level in springs:
        for dx, width, shade in (
            (0.0, thick * 1.55, level - 0.30),
            (-0.0045, thick, level),
            (-0.009, thick * 0.42, level + 0.24),
        ):
            fixed = ((canvas.to_pixels(shifted(line, dx, dx)) - 0.5) * 2**_BITS).round().astype(np.int32)
            colour = tuple(float(c) * 255 for c in ramp.at(float(np.clip(shade + rng.normal(0, 0.03), 0.0, 1.0))))
            pixels = max(1, round(width * canvas.scale))
            cv2.polylines(
                picture, [fixed], isClosed=False, color=colour, thickness=pixels, lineType=cv2.LINE_AA, shift=_BITS
            )
            cv2.polylines(
                cover, [fixed], isClosed=False, color=255, thickness=pixels, lineType=cv2.LINE_AA, shift=_BITS
            )
    canvas.lines(Mask(x=0, y=0, cover=np.asarray(cover, np.float32) / np.float32(255)), picture)


def _level(x: float, y: float) -> float:
    """Light on the cloud as on a ball."""
    lit = -0.42 * x - 0.52 * (y + 0.35)
    return float(np.clip(0.36 + 0.30 * lit, 0.08, 0.78))


def coils_back(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """The whole cloud behind the head."""
    ramp = person.hair.ramp
    outline = _cloud()
    body = canvas.fill(outline * (0.965, 0.975))
    canvas.over(body, ramp.at(0.14))
    springs: list[tuple[Points, float]] = []
    inside = [(float(x), float(y)) for x, y in rng.uniform((-1.15, -1.52), (1.15, 0.76), (4200, 2))]
    polygon = outline.astype(np.float32)
    for x, y in inside:
        if cv2.pointPolygonTest(polygon, (x, y), measureDist=False) > 0 and not (abs(x) < _FACE_HALF and y > _FACE_TOP):
            springs.append((_spring(rng, x, y, rng.uniform(0.026, 0.044)), _level(x, y) + rng.normal(0, 0.06)))
    for at in rng.uniform(0, len(outline), 420):
        x, y = outline[int(at)] * rng.uniform(0.96, 1.035)
        if y < _EDGE_LOW:
            springs.append((_spring(rng, x, y, rng.uniform(0.026, 0.042)), _level(x, y)))
    springs.sort(key=lambda item: item[1] + rng.normal(0, 0.10))
    _scatter(canvas, ramp, springs, rng, thick=0.014)


def coils_front(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """Springs that fall over the hairline and temples."""
    ramp = person.hair.ramp
    hairline = spline(
        [
            (-0.80, 0.42),
            (-0.765, 0.05),
            (-0.70, -0.36),
            (-0.56, -0.62),
            (-0.30, -0.755),
            (0.0, -0.785),
            (0.30, -0.755),
            (0.56, -0.62),
            (0.70, -0.36),
            (0.765, 0.05),
            (0.80, 0.42),
        ]
    )
    fringe = np.r_[
        hairline, [(1.0, 0.42), (1.05, -0.6), (0.6, -1.25), (0.0, -1.38), (-0.6, -1.25), (-1.05, -0.6), (-1.0, 0.42)]
    ]
    mask = canvas.soften(canvas.fill(fringe), 0.014)
    canvas.multiply(canvas.soften(mask, 0.045), (0.50, 0.36, 0.32), 0.45)
    canvas.over(mask, ramp.at(0.10), 0.94)
    springs: list[tuple[Points, float]] = []
    polygon = fringe.astype(np.float32)
    for x, y in rng.uniform((-1.05, -1.38), (1.05, 0.44), (3400, 2)):
        if cv2.pointPolygonTest(polygon, (float(x), float(y)), measureDist=False) > 0:
            springs.append((_spring(rng, x, y, rng.uniform(0.024, 0.040)), _level(x, y) + rng.normal(0, 0.06)))
    for at in rng.uniform(0, len(hairline), 240):
        x, y = hairline[int(at)] * (1, 1) + rng.normal(0, 0.016, 2) - (0, 0.006)
        springs.append((_spring(rng, x, y, rng.uniform(0.018, 0.030)), _level(x, y) - 0.05))
    springs.sort(key=lambda item: item[1] + rng.normal(0, 0.10))
    _scatter(canvas, ramp, springs, rng, thick=0.013)
