"""Beards: a two-day shade, or a full one hair by hair."""

from __future__ import annotations

import numpy as np

from pipelines.avatar.illustration.canvas import Canvas, Mask
from pipelines.avatar.illustration.curves import spline
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.tone import Ramp, smooth_step

_COVERED = 0.28  # a hair grows where the beard covers at least this much
_MIDDLE = 0.015  # half width in u of the strip where hairs point straight down


def _beard_area(canvas: Canvas, person: Person, face: Mask, *, soft: float) -> Mask:
    """Cheeks, upper lip and chin, without the lips."""
    w, chin, m = person.head.width, person.head.chin, person.mouth
    half = [
        (w + 0.02, 0.22),
        (w - 0.075, 0.40),
        (0.56, 0.53),
        (0.42, 0.605),
        (m.width + 0.03, m.height - 0.10),
        (0.20, m.height - 0.135),
        (0.05, m.height - 0.125),
    ]
    low = [(0.0, chin + 0.14), (0.34, chin + 0.07), (0.60, chin - 0.22), (w + 0.06, 0.62)]
    outline = np.r_[spline(half[::-1]), spline(low[::-1])]
    area = canvas.fill(np.r_[outline, outline[::-1] * (-1, 1)])
    return canvas.soften(area, soft).times(face)


def _lip_hole(canvas: Canvas, person: Person) -> Mask:
    m = person.mouth
    up, low = 0.082 * m.upper, 0.102 * m.lower
    hole = [
        (-m.width * 0.98, m.height - 0.055),
        (-0.10, m.height - up - 0.014),
        (0.10, m.height - up - 0.014),
        (m.width * 0.98, m.height - 0.055),
        (0.16, m.height + low + 0.012),
        (-0.16, m.height + low + 0.012),
    ]
    return canvas.soften(canvas.shape_of(hole), 0.012)


def stubble(canvas: Canvas, person: Person, face: Mask, rng: np.random.Generator) -> None:
    """A two-day beard: a shade with fine dots in it."""
    ramp = person.hair.beard_ramp or person.hair.ramp
    area = _beard_area(canvas, person, face, soft=0.045).without(_lip_hole(canvas, person))
    canvas.atop(area, ramp.at(0.55), 0.40)
    for x, y in rng.uniform((-0.75, 0.2), (0.75, 1.2), (2600, 2)):
        if _cover(canvas, area, x, y) > _COVERED:
            slant = 0.010 * np.sign(x) * rng.uniform(0.2, 1)
            hair = canvas.stroke([(x, y), (x + slant, y + rng.uniform(0.008, 0.016))], 0.0065, 0.003)
            canvas.atop(hair, ramp.at(0.2), 0.22 * _cover(canvas, area, x, y))


def full_beard(canvas: Canvas, person: Person, face: Mask, rng: np.random.Generator) -> None:
    """A short, well-kept beard and moustache from thousands of short hairs; it ends a little below the chin."""
    ramp = person.hair.beard_ramp or person.hair.ramp
    chin = person.head.chin
    hole = _lip_hole(canvas, person)
    below = canvas.soften(
        canvas.shape_of(
            [
                (-0.60, chin - 0.32),
                (-0.42, chin - 0.05),
                (-0.20, chin + 0.085),
                (0.0, chin + 0.115),
                (0.20, chin + 0.085),
                (0.42, chin - 0.05),
                (0.60, chin - 0.32),
                (0.0, chin - 0.4),
            ]
        ),
        0.012,
    )
    x, y = canvas.grid(below)
    canvas.over(below, ramp.at(np.clip(0.34 - 0.20 * smooth_step(x, 0.0, 0.6) + 0 * y, 0, 1)), 0.96)
    area = _beard_area(canvas, person, face, soft=0.016).without(hole)
    x, y = canvas.grid(area)
    shade = np.clip(0.36 - 0.16 * smooth_step(x, 0.15, 0.75) - 0.10 * smooth_step(y, chin - 0.25, chin + 0.1), 0, 1)
    canvas.atop(area, ramp.at(shade.astype(np.float32)), 0.80)
    _beard_hairs(canvas, person, area, below, ramp, rng)


def _beard_hairs(canvas: Canvas, person: Person, area: Mask, below: Mask, ramp: Ramp, rng: np.random.Generator) -> None:
    chin, m = person.head.chin, person.mouth
    points = rng.uniform((-person.head.width, 0.25), (person.head.width, chin + 0.10), (6500, 2))
    order = np.argsort(points[:, 1] + rng.normal(0, 0.08, len(points)))[::-1]
    for x, y in points[order]:
        if max(_cover(canvas, area, x, y), _cover(canvas, below, x, y)) < _COVERED:
            continue
        moustache = abs(x) < m.width + 0.02 and y < m.height - 0.03
        lean = np.sign(x) * (0.9 if moustache else 0.25 + 0.3 * abs(x)) if abs(x) > _MIDDLE else 0.0
        if y > m.height + 0.1:
            lean *= 0.5
        length = rng.uniform(0.030, 0.050) * (0.75 if moustache else 1.0)
        way = np.array([lean + rng.normal(0, 0.22), 1.0])
        tip = np.array([x, y]) + way / np.linalg.norm(way) * length
        level = 0.50 + rng.normal(0, 0.17) - 0.20 * smooth_step(np.array(x), 0.1, 0.75) + 0.12 * (x < 0)
        hair = canvas.stroke(
            [(x, y), ((x + tip[0]) / 2 + rng.normal(0, 0.004), (y + tip[1]) / 2), (tip[0], tip[1])], 0.009, 0.007, 0.001
        )
        canvas.over(hair, ramp.at(float(np.clip(level, 0.05, 1))), 0.80)


def _cover(canvas: Canvas, mask: Mask, x: float, y: float) -> float:
    column, row = (canvas.to_pixels(np.array([[x, y]]))[0] - (mask.x, mask.y)).astype(int)
    inside = 0 <= row < mask.cover.shape[0] and 0 <= column < mask.cover.shape[1]
    return float(mask.cover[row, column]) if inside else 0.0
