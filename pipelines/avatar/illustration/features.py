"""Nose, mouth and ears."""

from __future__ import annotations

import numpy as np

from pipelines.avatar.illustration import anatomy
from pipelines.avatar.illustration.canvas import Canvas, Mask, soft_fill, soft_stroke
from pipelines.avatar.illustration.curves import shifted, side
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.tone import hex_colour, smooth_step

_WARM_SHADE = (0.66, 0.46, 0.42)  # skin in shadow turns towards red, as blood under it does


def draw_nose(canvas: Canvas, person: Person, face: Mask) -> None:
    """A short soft nose: one shaded side, a lit bridge and tip, small warm nostrils."""
    nose, ramp = person.nose, person.skin.ramp
    w, base = nose.width, nose.length
    plane = [
        (0.075, -0.10),
        (0.058, 0.10),
        (0.075 * w, base - 0.14),
        (0.135 * w, base - 0.03),
        (0.10 * w, base),
        (0.05, base - 0.10),
        (0.03, 0.08),
    ]
    canvas.multiply(soft_fill(canvas, plane, 0.028, clip=face), _WARM_SHADE, 0.34 * nose.bridge + 0.12)
    dim = side(
        [
            (0.085, -0.10),
            (0.068, 0.08),
            (0.09 * w, base - 0.12),
            (0.145 * w, base - 0.03),
            (0.07, base - 0.10),
            (0.05, 0.08),
        ],
        -1,
    )
    canvas.multiply(soft_fill(canvas, dim, 0.030, clip=face), _WARM_SHADE, 0.16)
    canvas.multiply(canvas.glow(0.01, base + 0.035, 0.145 * w, 0.040).times(face), (0.60, 0.40, 0.36), 0.50)
    for sign in (-1, 1):
        wing = side(
            [
                (0.108 * w, base - 0.100),
                (0.142 * w, base - 0.062),
                (0.140 * w, base - 0.014),
                (0.108 * w, base + 0.006),
            ],
            sign,
        )
        canvas.multiply(
            soft_stroke(canvas, wing, (0.002, 0.015, 0.013, 0.004), 0.005, clip=face),
            (0.56, 0.36, 0.32),
            (0.62 if sign > 0 else 0.48) * (1.0 if person.voice == "male" else 0.80),
        )
        hole = side(
            [
                (0.030, base + 0.004),
                (0.056 * w, base - 0.016),
                (0.092 * w, base - 0.012),
                (0.100 * w, base + 0.002),
                (0.064 * w, base + 0.009),
            ],
            sign,
        )
        canvas.atop(
            soft_fill(canvas, hole, 0.006, clip=face), ramp.at(0.0) * np.array([0.72, 0.60, 0.60], np.float32), 0.82
        )
        canvas.screen(canvas.glow(sign * 0.112 * w - 0.008, base - 0.052, 0.022, 0.028).times(face), ramp.at(0.9), 0.20)
    underside = soft_stroke(
        canvas,
        [(-0.045, base + 0.008), (0.0, base + 0.022), (0.045, base + 0.008)],
        (0.003, 0.012, 0.003),
        0.006,
        clip=face,
    )
    canvas.multiply(underside, (0.58, 0.38, 0.35), 0.55)
    canvas.screen(
        soft_stroke(
            canvas, [(-0.014, -0.06), (-0.016, 0.10), (-0.014, base - 0.12)], (0.02, 0.036, 0.044), 0.022, clip=face
        ),
        ramp.at(0.95),
        0.22 * nose.bridge + 0.04,
    )
    canvas.screen(canvas.glow(-0.012, base - 0.066, 0.052, 0.042).times(face), ramp.at(1.0), 0.34)
    canvas.screen(canvas.glow(-0.018, base - 0.076, 0.020, 0.015).times(face), (1, 0.97, 0.93), 0.36)


def draw_mouth(canvas: Canvas, person: Person, face: Mask) -> None:
    """Closed smiling lips, with the shadows around them that carry the smile."""
    mouth, ramp = person.mouth, person.skin.ramp
    curves = anatomy.lips(person)
    paint = hex_colour(person.skin.lips)
    y0, k = mouth.height, mouth.width
    corner = curves.seam[-1]
    canvas.multiply(
        canvas.glow(0.0, y0 + 0.100 * mouth.lower + 0.045, 0.15, 0.032).times(face), (0.64, 0.45, 0.41), 0.46
    )
    for sign in (-1, 1):
        canvas.multiply(
            canvas.glow(sign * (corner[0] + 0.022), corner[1] + 0.006, 0.036, 0.046).times(face),
            (0.62, 0.42, 0.39),
            0.28,
        )
        fold = side(
            [
                (0.165, person.nose.length - 0.02),
                (0.245, person.nose.length + 0.055),
                (k + 0.062, corner[1] - 0.055),
                (k + 0.072, corner[1] + 0.02),
            ],
            sign,
        )
        canvas.multiply(
            soft_stroke(canvas, fold, (0.002, 0.020, 0.020, 0.003), 0.012, clip=face),
            _WARM_SHADE,
            0.17 + 0.42 * person.age,
        )
    top = canvas.soften(canvas.fill(np.r_[curves.seam, curves.top[::-1]]), 0.003)
    bottom = canvas.soften(canvas.fill(np.r_[curves.seam, curves.bottom[::-1]]), 0.003)
    _, y = canvas.grid(top)
    shade = smooth_step(y, y0 - 0.10 * mouth.upper, y0)[..., None] * np.ones((1, top.cover.shape[1], 1), np.float32)
    canvas.atop(top, paint * (1.0 - 0.26 * shade) * np.array([1, 0.94, 0.95], np.float32), mouth.paint)
    _, y = canvas.grid(bottom)
    fall = smooth_step(y, y0 + 0.03, y0 + 0.11 * mouth.lower)[..., None] * np.ones(
        (1, bottom.cover.shape[1], 1), np.float32
    )
    canvas.atop(bottom, np.clip(paint * (1.10 - 0.24 * fall), 0, 1), mouth.paint)
    canvas.multiply(
        canvas.soften(canvas.stroke(shifted(curves.seam, 0, 0.010), 0.01, 0.026, 0.01, smooth=False), 0.008).times(
            bottom
        ),
        (0.62, 0.46, 0.47),
        0.6,
    )
    gloss = soft_stroke(
        canvas,
        [
            (-0.30 * k, y0 + 0.040 * mouth.lower),
            (-0.05 * k, y0 + 0.052 * mouth.lower),
            (0.28 * k, y0 + 0.046 * mouth.lower),
        ],
        (0.004, 0.028, 0.004),
        0.010,
    )
    canvas.screen(gloss.times(bottom), (1.0, 0.88, 0.84), 0.20 + 0.26 * mouth.paint)
    bow = curves.top[int(len(curves.top) * 0.28) : int(len(curves.top) * 0.72)] - (0, 0.010)
    canvas.screen(
        canvas.soften(canvas.stroke(bow, 0.003, 0.010, 0.003, smooth=False), 0.006).times(face), ramp.at(0.95), 0.26
    )
    ends = np.array([curves.seam[0] + (-0.010, -0.006), *curves.seam, curves.seam[-1] + (0.010, -0.006)])
    canvas.atop(
        canvas.soften(canvas.stroke(ends, 0.005, 0.010, 0.011, 0.010, 0.005, smooth=False), 0.0025),
        paint * np.array([0.36, 0.24, 0.26], np.float32),
        0.90,
    )


def draw_ears(canvas: Canvas, person: Person) -> None:
    """Simple ears: a shell, its inner fold, a lit rim."""
    ramp, w = person.skin.ramp, person.head.width
    big = 1.0 + 0.10 * person.age
    for sign in (-1, 1):
        shell = [
            (w - 0.06, -0.06),
            (w + 0.015, -0.125),
            (w + 0.085, -0.10),
            (w + 0.102, 0.01),
            (w + 0.078, 0.15),
            (w + 0.045, 0.27 * big),
            (w + 0.005, 0.325 * big),
            (w - 0.045, 0.30),
        ]
        ear = canvas.shape_of(side(shell, sign))
        _, y = canvas.grid(ear)
        level = (0.46 if sign < 0 else 0.36) - 0.14 * smooth_step(y, 0.05, 0.35) * np.ones(
            (1, ear.cover.shape[1]), np.float32
        )
        canvas.over(ear, ramp.at(level))
        canvas.multiply(
            soft_stroke(
                canvas,
                side([(w + 0.0, -0.055), (w + 0.060, -0.045), (w + 0.060, 0.07), (w + 0.028, 0.19)], sign),
                (0.010, 0.022, 0.010),
                0.009,
                clip=ear,
            ),
            _WARM_SHADE,
            0.75,
        )
        canvas.multiply(
            soft_fill(
                canvas,
                side([(w - 0.02, 0.05), (w + 0.035, 0.04), (w + 0.03, 0.14), (w - 0.01, 0.20)], sign),
                0.018,
                clip=ear,
            ),
            (0.58, 0.36, 0.34),
            0.7,
        )
        canvas.screen(
            soft_stroke(
                canvas,
                side([(w + 0.03, -0.105), (w + 0.083, -0.07), (w + 0.086, 0.05), (w + 0.055, 0.19)], sign),
                (0.006, 0.014, 0.006),
                0.006,
                clip=ear,
            ),
            ramp.at(0.9),
            0.35 if sign < 0 else 0.2,
        )
