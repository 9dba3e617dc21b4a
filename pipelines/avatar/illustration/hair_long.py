"""Long and half-long hair: a sleek lob with a centre part, and long waves with a side part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipelines.avatar.illustration.canvas import Canvas
from pipelines.avatar.illustration.curves import Points, resample, side, spline
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.strands import Lock, between, draw_lock

_LOB = Lock(count=300, sheen=(0.24, 0.075, 0.40), contrast=0.08, tone=0.36, width=0.010, roundness=0.16)
_WAVES = Lock(
    count=150, sheen=(0.26, 0.10, 0.30), contrast=0.12, tone=0.42, wave=0.06, turns=2.3, taper=0.35, tip_light=0.10
)


def _sub_lock(guides: Sequence[Points], start: float, end: float) -> list[Points]:
    """Guides of a narrower lock inside a wide one, between two shares of its width."""
    even = np.stack([resample(spline(guide), 40) for guide in guides])
    return [between(even, share) for share in np.linspace(start, end, 4)]


def lob_back(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """The hair behind the neck, in shade."""
    dark = replace(_LOB, tone=0.10, sheen=(0.3, 0.1, 0.0), contrast=0.05)
    for sign in (-1, 1):
        curves = [
            side([(0.0, -1.05), (0.10, -0.3), (0.08, 0.8), (0.06, 1.52)], sign),
            side([(0.30, -1.05), (0.50, -0.3), (0.46, 0.8), (0.44, 1.60)], sign),
            side([(0.45, -0.98), (0.86, -0.4), (0.90, 0.6), (0.84, 1.60)], sign),
        ]
        draw_lock(canvas, curves, person.hair.ramp, dark, rng)


def lob_front(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """Two smooth curtains from a centre part, turning inward at the collarbone."""
    for sign, lift in ((1, 0.0), (-1, 0.05)):
        sheet = [
            side(
                [
                    (0.0, -1.235),
                    (0.34, -1.20),
                    (0.70, -0.96),
                    (0.905, -0.45),
                    (0.955, 0.15),
                    (0.985, 0.80),
                    (0.93, 1.35),
                    (0.80, 1.70),
                ],
                sign,
            ),
            side(
                [
                    (0.0, -1.16),
                    (0.32, -1.07),
                    (0.64, -0.78),
                    (0.83, -0.30),
                    (0.875, 0.25),
                    (0.89, 0.85),
                    (0.85, 1.40),
                    (0.72, 1.735),
                ],
                sign,
            ),
            side(
                [
                    (0.0, -1.07),
                    (0.28, -0.94),
                    (0.57, -0.64),
                    (0.745, -0.20),
                    (0.79, 0.30),
                    (0.79, 0.85),
                    (0.74, 1.38),
                    (0.62, 1.72),
                ],
                sign,
            ),
            side(
                [
                    (0.0, -0.95),
                    (0.20, -0.83),
                    (0.47, -0.55),
                    (0.665, -0.16),
                    (0.715, 0.28),
                    (0.66, 0.80),
                    (0.60, 1.30),
                    (0.52, 1.66),
                ],
                sign,
            ),
        ]
        base = replace(_LOB, tone=_LOB.tone + lift, shadow=0.55, root_shade=0.2)
        draw_lock(canvas, sheet, person.hair.ramp, base, rng)
        for start, end in ((0.02, 0.34), (0.30, 0.66), (0.60, 0.99)):
            lock = replace(
                _LOB, count=120, tone=_LOB.tone + lift + rng.uniform(0.0, 0.05), shadow=0.14, taper=0.10, fly=0.006
            )
            draw_lock(canvas, _sub_lock(sheet, start, end), person.hair.ramp, lock, rng)
    _bangs(canvas, person, rng)


def _bangs(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """Airy bangs to just above the brows, longer towards the temples."""
    places = ((0.59, 0.06), (0.50, -0.10), (0.41, -0.20), (0.32, -0.25), (0.23, -0.275), (0.14, -0.285), (0.05, -0.28))
    for x, low in [(sign * x, low) for x, low in places for sign in (1, -1)] + [(0.0, -0.30)]:
        end = low + rng.normal(0, 0.014)
        lean = 0.05 * np.sign(x) * abs(x) + rng.normal(0, 0.010)
        curves = [
            np.array(
                [
                    (0.5 * u, -1.04 + 0.12 * abs(u)),
                    (0.98 * u, -0.82 + 0.2 * abs(u)),
                    (1.08 * u, (end - 0.42) / 2 - 0.12),
                    (1.05 * u + lean, end),
                ]
            )
            for u in (x - 0.085, x - 0.03, x + 0.03, x + 0.085)
        ]
        lock = replace(
            _LOB,
            count=60,
            taper=0.95,
            shadow=0.22,
            tone=0.35 + 0.04 * (x < 0),
            sheen=(0.48, 0.13, 0.26),
            fly=0.007,
            roundness=0.08,
            root_shade=0.0,
        )
        draw_lock(canvas, curves, person.hair.ramp, lock, rng)


def waves_back(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """Full hair behind neck and shoulders, in shade."""
    dark = replace(_WAVES, count=200, tone=0.16, sheen=(0.3, 0.1, 0.04), taper=0.1)
    for sign in (-1, 1):
        curves = [
            side([(0.0, -1.10), (0.15, -0.3), (0.12, 0.9), (0.10, 1.75)], sign),
            side([(0.35, -1.08), (0.62, -0.3), (0.60, 0.9), (0.55, 1.95)], sign),
            side([(0.50, -1.02), (0.93, -0.4), (1.02, 0.7), (1.02, 2.05)], sign),
        ]
        draw_lock(canvas, curves, person.hair.ramp, dark, rng)


def waves_front(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """A side part on the right of the picture, volume at the crown, waves that break into locks."""
    part = (0.20, -1.02)
    right = [
        np.array(
            [
                (0.20, -1.26),
                (0.52, -1.20),
                (0.84, -0.88),
                (0.99, -0.36),
                (1.02, 0.20),
                (1.09, 0.85),
                (1.10, 1.50),
                (0.98, 2.20),
            ]
        ),
        np.array(
            [
                (0.20, -1.18),
                (0.50, -1.06),
                (0.77, -0.70),
                (0.89, -0.22),
                (0.91, 0.30),
                (0.95, 0.92),
                (0.95, 1.55),
                (0.84, 2.25),
            ]
        ),
        np.array(
            [part, (0.42, -0.90), (0.66, -0.58), (0.79, -0.12), (0.80, 0.35), (0.80, 0.95), (0.78, 1.55), (0.70, 2.15)]
        ),
        np.array(
            [
                (0.20, -0.88),
                (0.40, -0.78),
                (0.595, -0.52),
                (0.70, -0.12),
                (0.735, 0.28),
                (0.68, 0.80),
                (0.62, 1.35),
                (0.60, 1.95),
            ]
        ),
    ]
    left = [
        np.array(
            [
                (0.20, -1.26),
                (-0.22, -1.29),
                (-0.66, -1.10),
                (-0.95, -0.62),
                (-1.04, 0.05),
                (-1.10, 0.80),
                (-1.12, 1.50),
                (-1.00, 2.28),
            ]
        ),
        np.array(
            [
                (0.20, -1.18),
                (-0.28, -1.16),
                (-0.70, -0.86),
                (-0.90, -0.35),
                (-0.94, 0.25),
                (-0.97, 0.90),
                (-0.98, 1.55),
                (-0.86, 2.32),
            ]
        ),
        np.array(
            [
                part,
                (-0.22, -1.00),
                (-0.60, -0.66),
                (-0.79, -0.16),
                (-0.82, 0.32),
                (-0.81, 0.95),
                (-0.80, 1.55),
                (-0.70, 2.20),
            ]
        ),
        np.array(
            [
                (0.20, -0.88),
                (-0.16, -0.83),
                (-0.52, -0.60),
                (-0.69, -0.20),
                (-0.745, 0.28),
                (-0.69, 0.80),
                (-0.63, 1.35),
                (-0.60, 1.98),
            ]
        ),
    ]
    for sheet, lift in ((right, -0.02), (left, 0.05)):
        draw_lock(
            canvas,
            sheet,
            person.hair.ramp,
            replace(_WAVES, count=330, taper=0.12, shadow=0.6, tone=0.34 + lift, root_shade=0.18),
            rng,
        )
        spans = ((0.00, 0.22), (0.78, 0.99), (0.16, 0.44), (0.58, 0.84), (0.36, 0.66))
        for start, end in spans:
            tone = 0.42 + lift + rng.uniform(-0.03, 0.06)
            lock = replace(
                _WAVES,
                tone=tone,
                shadow=0.30,
                sheen=(0.26 + rng.uniform(-0.03, 0.04), 0.09, 0.32),
                taper=0.60,
                wave=0.085,
            )
            draw_lock(canvas, _sub_lock(sheet, start, end), person.hair.ramp, lock, rng)
    sweep = [
        np.array([(0.20, -1.10), (-0.16, -1.04), (-0.52, -0.74), (-0.73, -0.28), (-0.83, 0.20)]),
        np.array([(0.20, -0.99), (-0.10, -0.92), (-0.46, -0.62), (-0.66, -0.22), (-0.80, 0.24)]),
        np.array([(0.19, -0.90), (-0.02, -0.78), (-0.36, -0.52), (-0.575, -0.20), (-0.76, 0.22)]),
    ]
    lock = replace(_WAVES, count=170, taper=0.45, shadow=0.45, tone=0.46, wave=0.0, sheen=(0.40, 0.13, 0.30))
    draw_lock(canvas, sweep, person.hair.ramp, lock, rng)
