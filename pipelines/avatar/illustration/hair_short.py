"""Short hair built from tufts, beards and stubble."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipelines.avatar.illustration.canvas import Canvas, Mask, soft_fill
from pipelines.avatar.illustration.curves import Points, side, spline
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.strands import Lock, draw_lock
from pipelines.avatar.illustration.tone import Ramp, smooth_step

_TUFT = Lock(count=90, width=0.011, tone=0.42, contrast=0.10, sheen=(0.45, 0.20, 0.34), taper=0.40, shadow=0.26, roundness=0.22, root_shade=0.2)


def _sides(canvas: Canvas, person: Person, rng: np.random.Generator, *, tone: float) -> None:
    """Cropped hair at the temples, fading into the skin in front of the ear."""
    w = person.head.width
    for sign in (-1, 1):
        crop = [(w - 0.035, 0.10), (w - 0.075, -0.10), (w - 0.095, -0.30), (w - 0.145, -0.46), (w - 0.22, -0.62), (w - 0.12, -0.85), (w + 0.03, -0.66), (w + 0.055, -0.36), (w + 0.028, -0.10)]
        mask = canvas.soften(canvas.shape_of(side(crop, sign)), 0.010)
        canvas.over(mask, person.hair.ramp.at(tone - 0.14), 0.92)
        curves = [
            side([(w - 0.02, 0.10), (w + 0.022, -0.10), (w + 0.05, -0.36), (w + 0.025, -0.72)], sign),
            side([(w - 0.05, 0.02), (w - 0.045, -0.16), (w - 0.03, -0.42), (w - 0.06, -0.78)], sign),
            side([(w - 0.085, -0.18), (w - 0.10, -0.32), (w - 0.13, -0.50), (w - 0.17, -0.80)], sign),
        ]
        draw_lock(canvas, curves, person.hair.ramp, Lock(count=170, tone=tone, sheen=(0.5, 0.3, 0.10), width=0.008, contrast=0.10, roundness=0.1), rng)


def _tuft(root: tuple[float, float], width: float, way: tuple[float, float], length: float, lift: float) -> list[Points]:
    """Three guides of a tuft that leaves its root upwards and bends ``way``."""
    curves = []
    for offset in (-0.5, 0.0, 0.5):
        x, y = root[0] + offset * width, root[1] + 0.03 * abs(offset)
        middle = (x + way[0] * length * 0.30, y - lift + way[1] * length * 0.25)
        end = (x + way[0] * length - offset * width * 0.4, y - lift * 0.75 + way[1] * length)
        curves.append(np.array([(x, y), ((x * 2 + middle[0]) / 3, y - lift * 0.62), middle, end]))
    return curves


def quiff(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """Faded sides and textured hair brushed up and over to the right of the picture."""
    ramp = person.hair.ramp
    _sides(canvas, person, rng, tone=0.30)
    crown = [(-0.70, -0.62), (-0.66, -0.92), (-0.42, -1.20), (0.0, -1.30), (0.42, -1.22), (0.68, -0.95), (0.72, -0.62), (0.56, -0.74), (0.25, -0.80), (-0.20, -0.80), (-0.55, -0.72)]
    canvas.over(canvas.soften(canvas.shape_of(crown), 0.008), ramp.at(0.12))
    rows = ((-1.10, 0.50, 7, 0.24, 0.34), (-0.98, 0.60, 8, 0.27, 0.36), (-0.86, 0.62, 9, 0.30, 0.36), (-0.755, 0.56, 9, 0.32, 0.34))
    for y, half, count, lift, length in rows:
        for x in np.linspace(-half, half, count):
            dip = 0.16 * (x / 0.62) ** 2
            way = (0.62 + 0.25 * rng.normal() * 0.4, -0.10 + 0.22 * (x > 0.2))
            tuft = _tuft((x + rng.normal(0, 0.012), y + dip), 0.20, way, length * rng.uniform(0.9, 1.1), (lift - 0.14 * abs(x)) * rng.uniform(0.85, 1.1))
            draw_lock(canvas, tuft, ramp, replace(_TUFT, tone=0.36 + rng.uniform(-0.05, 0.05) - 0.08 * (x > 0.3)), rng)


def silver(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """Grey hair combed back and to the side from a receding, natural hairline."""
    ramp = person.hair.ramp
    _sides(canvas, person, rng, tone=0.46)
    lock = replace(_TUFT, count=120, taper=0.22, tone=0.50, sheen=(0.42, 0.18, 0.34), shadow=0.24, contrast=0.13)
    back = [(-0.70, -0.58), (-0.68, -0.90), (-0.42, -1.15), (0.0, -1.22), (0.42, -1.16), (0.68, -0.90), (0.71, -0.58), (0.56, -0.74), (0.25, -0.84), (-0.2, -0.84), (-0.55, -0.74)]
    canvas.over(canvas.soften(canvas.shape_of(back), 0.010), ramp.at(0.22))
    # Drawn from the far side to the near one: each sweep lies over the last.
    sweeps = (
        [[(0.66, -0.46), (0.78, -0.62), (0.72, -0.92), (0.50, -1.10)], [(0.60, -0.60), (0.70, -0.80), (0.60, -1.02), (0.36, -1.17)], [(0.52, -0.70), (0.58, -0.90), (0.44, -1.10), (0.16, -1.22)]],
        [[(0.54, -0.70), (0.66, -0.94), (0.48, -1.15), (0.20, -1.24)], [(0.42, -0.78), (0.50, -1.00), (0.30, -1.20), (0.0, -1.26)], [(0.30, -0.82), (0.34, -1.04), (0.12, -1.20), (-0.16, -1.22)]],
        [[(-0.66, -0.46), (-0.78, -0.62), (-0.73, -0.90), (-0.56, -1.04)], [(-0.61, -0.58), (-0.70, -0.76), (-0.62, -0.98), (-0.44, -1.12)], [(-0.54, -0.68), (-0.60, -0.86), (-0.48, -1.06), (-0.28, -1.18)]],
        [[(-0.55, -0.69), (-0.67, -0.90), (-0.56, -1.10), (-0.30, -1.22)], [(-0.44, -0.77), (-0.54, -0.98), (-0.40, -1.16), (-0.10, -1.27)], [(-0.32, -0.815), (-0.38, -1.02), (-0.20, -1.22), (0.10, -1.27)]],
        [[(-0.36, -0.80), (-0.46, -1.02), (-0.24, -1.24), (0.12, -1.30)], [(-0.20, -0.835), (-0.24, -1.06), (0.0, -1.27), (0.32, -1.25)], [(-0.04, -0.85), (-0.04, -1.06), (0.18, -1.22), (0.46, -1.14)]],
        [[(-0.10, -0.845), (-0.12, -1.08), (0.14, -1.28), (0.44, -1.20)], [(0.08, -0.85), (0.10, -1.06), (0.34, -1.20), (0.58, -1.05)], [(0.28, -0.825), (0.34, -0.98), (0.50, -1.06), (0.66, -0.88)]],
        [[(0.20, -0.84), (0.24, -1.02), (0.46, -1.12), (0.66, -0.92)], [(0.36, -0.80), (0.44, -0.94), (0.58, -0.96), (0.70, -0.74)], [(0.50, -0.72), (0.58, -0.80), (0.66, -0.76), (0.72, -0.56)]],
    )
    for sweep in sweeps:
        draw_lock(canvas, sweep, ramp, replace(lock, tone=0.50 + rng.uniform(-0.05, 0.05)), rng)


def _beard_area(canvas: Canvas, person: Person, face: Mask, *, soft: float) -> Mask:
    """Cheeks, upper lip and chin, without the lips."""
    w, chin, m = person.head.width, person.head.chin, person.mouth
    half = [(w + 0.02, 0.22), (w - 0.075, 0.40), (0.56, 0.53), (0.42, 0.605), (m.width + 0.03, m.height - 0.10), (0.20, m.height - 0.135), (0.05, m.height - 0.125)]
    low = [(0.0, chin + 0.14), (0.34, chin + 0.07), (0.60, chin - 0.22), (w + 0.06, 0.62)]
    outline = np.r_[spline(half[::-1]), spline(low[::-1])]
    area = canvas.fill(np.r_[outline, outline[::-1] * (-1, 1)])
    return canvas.soften(area, soft).times(face)


def _lip_hole(canvas: Canvas, person: Person) -> Mask:
    m = person.mouth
    up, low = 0.082 * m.upper, 0.102 * m.lower
    hole = [(-m.width * 0.98, m.height - 0.055), (-0.10, m.height - up - 0.014), (0.10, m.height - up - 0.014), (m.width * 0.98, m.height - 0.055), (0.16, m.height + low + 0.012), (-0.16, m.height + low + 0.012)]
    return canvas.soften(canvas.shape_of(hole), 0.012)


def stubble(canvas: Canvas, person: Person, face: Mask, rng: np.random.Generator) -> None:
    """A two-day beard: a shade with fine dots in it."""
    ramp = person.hair.beard_ramp or person.hair.ramp
    area = _beard_area(canvas, person, face, soft=0.045).without(_lip_hole(canvas, person))
    canvas.atop(area, ramp.at(0.55), 0.40)
    grain = rng.normal(0, 1, (area.cover.shape[0] // 3 + 1, area.cover.shape[1] // 3 + 1)).astype(np.float32)
    dots = smooth_step(np.kron(grain, np.ones((3, 3), np.float32))[: area.cover.shape[0], : area.cover.shape[1]], 0.9, 1.9)
    canvas.atop(canvas.soften(Mask(x=area.x, y=area.y, cover=(area.cover * dots).astype(np.float32)), 0.0016), ramp.at(0.2), 0.42)


def full_beard(canvas: Canvas, person: Person, face: Mask, rng: np.random.Generator) -> None:
    """A short, well-kept beard and moustache from thousands of short hairs; it ends a little below the chin."""
    ramp = person.hair.beard_ramp or person.hair.ramp
    chin, w = person.head.chin, person.head.width
    hole = _lip_hole(canvas, person)
    below = canvas.soften(canvas.shape_of([(-0.60, chin - 0.32), (-0.42, chin - 0.05), (-0.20, chin + 0.085), (0.0, chin + 0.115), (0.20, chin + 0.085), (0.42, chin - 0.05), (0.60, chin - 0.32), (0.0, chin - 0.4)]), 0.012)
    x, y = canvas.grid(below)
    canvas.over(below, ramp.at(np.clip(0.34 - 0.20 * smooth_step(x, 0.0, 0.6) + 0 * y, 0, 1)), 0.96)
    area = _beard_area(canvas, person, face, soft=0.016).without(hole)
    x, y = canvas.grid(area)
    shade = np.clip(0.36 - 0.16 * smooth_step(x, 0.15, 0.75) - 0.10 * smooth_step(y, chin - 0.25, chin + 0.1), 0, 1)
    canvas.atop(area, ramp.at(shade.astype(np.float32)), 0.80)
    _beard_hairs(canvas, person, area, below, ramp, rng)
    canvas.multiply(canvas.soften(canvas.stroke([(-0.52, 0.62), (-0.30, 0.60)], 0.02), 0.02).times(face), (1, 1, 1), w * 0)


def _beard_hairs(canvas: Canvas, person: Person, area: Mask, below: Mask, ramp: Ramp, rng: np.random.Generator) -> None:
    chin, m = person.head.chin, person.mouth
    points = rng.uniform((-person.head.width, 0.25), (person.head.width, chin + 0.10), (5200, 2))
    order = np.argsort(points[:, 1] + rng.normal(0, 0.08, len(points)))[::-1]
    for x, y in points[order]:
        if max(_cover(canvas, area, x, y), _cover(canvas, below, x, y)) < 0.30:
            continue
        moustache = abs(x) < m.width + 0.02 and y < m.height - 0.03
        lean = np.sign(x) * (0.9 if moustache else 0.25 + 0.3 * abs(x)) if abs(x) > 0.015 else 0.0
        if y > m.height + 0.1:
            lean *= 0.5
        length = rng.uniform(0.035, 0.06) * (0.75 if moustache else 1.0)
        way = np.array([lean + rng.normal(0, 0.22), 1.0])
        tip = np.array([x, y]) + way / np.linalg.norm(way) * length
        level = 0.50 + rng.normal(0, 0.17) - 0.20 * smooth_step(np.array(x), 0.1, 0.75) + 0.12 * (x < 0)
        hair = canvas.stroke([(x, y), ((x + tip[0]) / 2 + rng.normal(0, 0.004), (y + tip[1]) / 2), (tip[0], tip[1])], 0.009, 0.007, 0.001)
        canvas.over(hair, ramp.at(float(np.clip(level, 0.05, 1))), 0.80)


def _cover(canvas: Canvas, mask: Mask, x: float, y: float) -> float:
    column, row = (canvas.to_pixels(np.array([[x, y]]))[0] - (mask.x, mask.y)).astype(int)
    inside = 0 <= row < mask.cover.shape[0] and 0 <= column < mask.cover.shape[1]
    return float(mask.cover[row, column]) if inside else 0.0


__all__ = ["full_beard", "quiff", "silver", "soft_fill", "stubble"]
