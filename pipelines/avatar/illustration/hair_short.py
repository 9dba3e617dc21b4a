"""Short hair: cropped sides, and sweeps combed back from the forehead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipelines.avatar.illustration.canvas import Canvas
from pipelines.avatar.illustration.curves import side
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.strands import Lock, draw_lock

_TUFT = Lock(
    count=90,
    width=0.011,
    tone=0.42,
    contrast=0.10,
    sheen=(0.45, 0.20, 0.34),
    taper=0.40,
    shadow=0.26,
    roundness=0.22,
    root_shade=0.2,
)


def _sides(canvas: Canvas, person: Person, rng: np.random.Generator, *, tone: float, end: float = 0.10) -> None:
    """Cropped hair at the temples, fading into the skin in front of the ear."""
    w = person.head.width
    for sign in (-1, 1):
        crop = [
            (w - 0.035, 0.10),
            (w - 0.075, -0.10),
            (w - 0.090, -0.30),
            (w - 0.120, -0.46),
            (w - 0.165, -0.62),
            (w - 0.12, -0.80),
            (w - 0.02, -0.66),
            (w + 0.020, -0.36),
            (w + 0.0, -0.10),
        ]
        mask = canvas.soften(canvas.shape_of(side(crop, sign)), 0.010)
        canvas.over(mask, person.hair.ramp.at(tone - 0.14), 0.92)
        curves = [
            side([(w - 0.02, end), (w + 0.022, -0.10), (w + 0.05, -0.36), (w + 0.025, -0.72)], sign),
            side([(w - 0.055, end - 0.005), (w - 0.045, -0.16), (w - 0.03, -0.42), (w - 0.06, -0.78)], sign),
            side([(w - 0.090, end - 0.03), (w - 0.10, -0.32), (w - 0.13, -0.50), (w - 0.17, -0.80)], sign),
        ]
        draw_lock(
            canvas,
            curves,
            person.hair.ramp,
            Lock(count=170, tone=tone, sheen=(0.5, 0.3, 0.10), width=0.008, contrast=0.10, roundness=0.1),
            rng,
        )


# Combed-back sweeps, three guides each, from the hairline upwards; drawn from the far side to the near one.
_SWEEPS: tuple[tuple[tuple[tuple[float, float], ...], ...], ...] = (
    (
        ((0.66, -0.46), (0.78, -0.62), (0.72, -0.92), (0.50, -1.10)),
        ((0.60, -0.60), (0.70, -0.80), (0.60, -1.02), (0.36, -1.17)),
        ((0.52, -0.70), (0.58, -0.90), (0.44, -1.10), (0.16, -1.22)),
    ),
    (
        ((0.54, -0.70), (0.66, -0.94), (0.48, -1.15), (0.20, -1.24)),
        ((0.42, -0.78), (0.50, -1.00), (0.30, -1.20), (0.0, -1.26)),
        ((0.30, -0.82), (0.34, -1.04), (0.12, -1.20), (-0.16, -1.22)),
    ),
    (
        ((-0.66, -0.46), (-0.78, -0.62), (-0.73, -0.90), (-0.56, -1.04)),
        ((-0.61, -0.58), (-0.70, -0.76), (-0.62, -0.98), (-0.44, -1.12)),
        ((-0.54, -0.68), (-0.60, -0.86), (-0.48, -1.06), (-0.28, -1.18)),
    ),
    (
        ((-0.55, -0.69), (-0.67, -0.90), (-0.56, -1.10), (-0.30, -1.22)),
        ((-0.44, -0.77), (-0.54, -0.98), (-0.40, -1.16), (-0.10, -1.27)),
        ((-0.32, -0.815), (-0.38, -1.02), (-0.20, -1.22), (0.10, -1.27)),
    ),
    (
        ((-0.36, -0.80), (-0.46, -1.02), (-0.24, -1.24), (0.12, -1.30)),
        ((-0.20, -0.835), (-0.24, -1.06), (0.0, -1.27), (0.32, -1.25)),
        ((-0.04, -0.85), (-0.04, -1.06), (0.18, -1.22), (0.46, -1.14)),
    ),
    (
        ((-0.10, -0.845), (-0.12, -1.08), (0.14, -1.28), (0.44, -1.20)),
        ((0.08, -0.85), (0.10, -1.06), (0.34, -1.20), (0.58, -1.05)),
        ((0.28, -0.825), (0.34, -0.98), (0.50, -1.06), (0.66, -0.88)),
    ),
    (
        ((0.20, -0.84), (0.24, -1.02), (0.46, -1.12), (0.66, -0.92)),
        ((0.36, -0.80), (0.44, -0.94), (0.58, -0.96), (0.70, -0.74)),
        ((0.50, -0.72), (0.58, -0.80), (0.66, -0.76), (0.72, -0.56)),
    ),
)


def _comb(canvas: Canvas, person: Person, rng: np.random.Generator, lock: Lock, *, sign: int, lift: float) -> None:
    """Lay the sweeps over the crown; ``sign`` mirrors them, ``lift`` raises what lies above the hairline."""
    for sweep in _SWEEPS:
        curves = [side([(x, y - lift * max(0.0, -0.80 - y)) for x, y in guide], sign) for guide in sweep]
        draw_lock(canvas, curves, person.hair.ramp, replace(lock, tone=lock.tone + rng.uniform(-0.05, 0.05)), rng)
        shares = rng.uniform(0, 1, 3)
        for share in shares:  # thin locks on top break up the evenness
            thin = [curves[0] * (1 - s) + curves[2] * s for s in (share - 0.10, share, share + 0.10)]
            tone = lock.tone + rng.uniform(-0.08, 0.10)
            draw_lock(
                canvas,
                thin,
                person.hair.ramp,
                replace(lock, count=26, tone=tone, taper=0.85, shadow=0.16, fly=0.008),
                rng,
            )


def quiff(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """Faded sides and fuller hair brushed up from the forehead."""
    _sides(canvas, person, rng, tone=0.28, end=0.06)
    crown = [
        (-0.68, -0.56),
        (-0.66, -0.90),
        (-0.42, -1.20),
        (0.0, -1.30),
        (0.42, -1.22),
        (0.66, -0.92),
        (0.69, -0.56),
        (0.56, -0.72),
        (0.25, -0.82),
        (-0.20, -0.82),
        (-0.55, -0.72),
    ]
    canvas.over(canvas.soften(canvas.shape_of(crown), 0.006), person.hair.ramp.at(0.12))
    lock = replace(_TUFT, count=120, taper=0.30, tone=0.36, sheen=(0.40, 0.16, 0.34), shadow=0.30, contrast=0.11)
    _comb(canvas, person, rng, lock, sign=-1, lift=0.26)


def silver(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """Grey hair combed back and to the side from a receding, natural hairline."""
    ramp = person.hair.ramp
    _sides(canvas, person, rng, tone=0.46, end=0.30)
    lock = replace(_TUFT, count=120, taper=0.22, tone=0.50, sheen=(0.42, 0.18, 0.34), shadow=0.24, contrast=0.13)
    back = [
        (-0.70, -0.58),
        (-0.68, -0.90),
        (-0.42, -1.15),
        (0.0, -1.22),
        (0.42, -1.16),
        (0.68, -0.90),
        (0.71, -0.58),
        (0.56, -0.74),
        (0.25, -0.84),
        (-0.2, -0.84),
        (-0.55, -0.74),
    ]
    canvas.over(canvas.soften(canvas.shape_of(back), 0.010), ramp.at(0.22))
    _comb(canvas, person, rng, lock, sign=1, lift=0.0)
