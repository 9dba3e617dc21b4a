"""Neck and upper chest."""

from __future__ import annotations

import numpy as np

from pipelines.avatar.illustration import anatomy
from pipelines.avatar.illustration.canvas import Canvas, Mask, soft_stroke
from pipelines.avatar.illustration.curves import shifted, side, spline
from pipelines.avatar.illustration.face import light_levels
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.tone import smooth_step

RAISE = -0.20  # neck and clothes are laid out for a longer neck; the whole body is drawn this much higher


def draw_neck(canvas: Canvas, person: Person) -> Mask:
    """Neck and upper chest, with the shadow of the head on them."""
    ramp, nw = person.skin.ramp, person.head.neck
    half = [
        (nw * 0.99, 0.45),
        (nw, 1.0),
        (nw * 1.03, 1.22),
        (nw * 1.12, 1.37),
        (nw * 1.28, 1.50),
        (nw * 1.7, 1.69),
        (1.2, 2.05),
        (1.1, 3.2),
    ]
    outline = np.r_[spline(half), spline(half)[::-1] * (-1, 1)]
    neck = canvas.fill(outline)
    x, y = canvas.grid(neck)
    wide = nw * 1.12 + 1.1 * smooth_step(y, 1.45, 2.15)
    height = 0.55 * np.sqrt(np.clip(1 - (x / wide) ** 2, 0.02, 1))
    height = height - 0.012 * np.exp(-((x / 0.07) ** 2) - ((y - 1.80) / 0.09) ** 2)
    height = height + 0.012 * np.exp(-(((np.abs(x) - 0.34) / 0.24) ** 2) - ((y - 1.78 + 0.12 * np.abs(x)) / 0.045) ** 2)
    canvas.over(neck, ramp.at(light_levels(height.astype(np.float32), 1 / canvas.scale) * 0.92))
    outline = anatomy.face_outline(person) - (0, RAISE)
    shadow = shifted(outline, 0.05, 0.15)
    canvas.multiply(canvas.soften(canvas.fill(shadow), 0.045).times(neck), (0.56, 0.37, 0.34), 0.78)
    canvas.multiply(
        canvas.soften(canvas.fill(shifted(outline, 0.01, 0.04)), 0.03).times(neck), (0.62, 0.42, 0.39), 0.55
    )
    for sign in (-1, 1):
        tendon = side([(0.26 * nw / 0.4, 1.36), (0.17, 1.58), (0.055, 1.78)], sign)
        canvas.multiply(soft_stroke(canvas, tendon, (0.004, 0.020, 0.012), 0.014, clip=neck), (0.66, 0.47, 0.43), 0.34)
        bone = side([(0.10, 1.84), (0.34, 1.80), (0.66, 1.74)], sign)
        canvas.multiply(
            soft_stroke(canvas, shifted(bone, 0, 0.03), (0.004, 0.03, 0.004), 0.016, clip=neck),
            (0.68, 0.50, 0.46),
            0.34,
        )
        canvas.screen(
            soft_stroke(canvas, bone - (0, 0.012), (0.004, 0.022, 0.004), 0.014, clip=neck), ramp.at(0.9), 0.22
        )
    return neck
