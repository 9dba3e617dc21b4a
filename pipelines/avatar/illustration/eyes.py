"""Eyes and eyebrows."""

from __future__ import annotations

import numpy as np

from pipelines.avatar.illustration import anatomy
from pipelines.avatar.illustration.canvas import Canvas, Mask, soft_fill, soft_stroke
from pipelines.avatar.illustration.curves import Points, resample, shifted, side
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.tone import hex_colour, mix, smooth_step

_WARM_SHADE = (0.66, 0.46, 0.42)  # skin in shadow turns towards red, as blood under it does
_LASHED = 0.6  # from here on single lashes show
_LINED = 0.3  # from this age on the outer corners have lines


def draw_eye(canvas: Canvas, person: Person, sign: int, face: Mask) -> None:
    """One eye; sign 1 is on the right of the picture."""
    eyes, ramp = person.eyes, person.skin.ramp
    top, bottom = side(anatomy.upper_lid(person), sign), side(anatomy.lower_lid(person), sign)
    _socket(canvas, person, sign, face)
    opening = canvas.fill(np.r_[top, bottom[::-1]])
    x, y = canvas.grid(opening)
    ball = np.clip(1.06 - 0.9 * ((x - sign * anatomy.EYE_X) ** 2 / 0.055 + (y - 0.0) ** 2 / 0.09), 0, 1)
    white = hex_colour("#fbf8f5") * (0.72 + 0.28 * ball[..., None])
    canvas.over(opening, white.astype(np.float32))
    _iris(canvas, person, sign, opening)
    lid_shade = canvas.soften(canvas.stroke(shifted(top, 0, 0.010), 0.05, 0.075, 0.05, smooth=False), 0.014)
    canvas.multiply(lid_shade.times(opening), (0.36, 0.28, 0.30), 0.62)
    _catchlights(canvas, sign, opening)
    tear = soft_fill(canvas, side([(0.163, 0.032), (0.188, 0.014), (0.202, 0.026), (0.190, 0.042)], sign), 0.004)
    canvas.atop(tear, mix(ramp.at(0.6), (0.85, 0.42, 0.42), 0.55), 0.85)
    _lashes(canvas, person, sign, top, bottom)
    crease = side([(0.185, -0.030), (0.245, -0.098), (0.335, -0.128), (0.425, -0.112), (0.505, -0.045)], sign)
    crease = crease * (1, 0.62 + 0.38 * eyes.fold * eyes.open) + (0, -0.006)
    canvas.multiply(
        soft_stroke(canvas, crease, (0.002, 0.012, 0.014, 0.003), 0.005, clip=face), (0.52, 0.33, 0.30), 0.62
    )
    light = side([(0.25, -0.086), (0.335, -0.108), (0.42, -0.092), (0.335, -0.094)], sign) * (1, 0.7 + 0.3 * eyes.fold)
    canvas.screen(soft_fill(canvas, light, 0.010, clip=face), ramp.at(0.95), 0.22)
    _lower_lid(canvas, person, sign, bottom, face)


def _socket(canvas: Canvas, person: Person, sign: int, face: Mask) -> None:
    """The soft hollow under the brow, and eye shadow where worn."""
    hollow = [
        (0.14, 0.02),
        (0.20, -0.10),
        (0.33, -0.165),
        (0.47, -0.12),
        (0.55, -0.02),
        (0.45, -0.03),
        (0.33, -0.06),
        (0.22, -0.03),
    ]
    mask = soft_fill(canvas, side(hollow, sign), 0.024, clip=face)
    canvas.multiply(mask, (0.74, 0.55, 0.50), 0.42)
    if person.eyes.shadow:
        canvas.multiply(mask, (0.70, 0.42, 0.38), person.eyes.shadow)
    canvas.multiply(canvas.glow(sign * 0.125, 0.02, 0.06, 0.10).times(face), _WARM_SHADE, 0.34)
    canvas.screen(canvas.glow(sign * 0.40, -0.175, 0.13, 0.035).times(face), person.skin.ramp.at(0.9), 0.16)


def _iris(canvas: Canvas, person: Person, sign: int, opening: Mask) -> None:
    """Iris with a dark rim, lit from below, and its pupil."""
    cx, cy, radius = iris_circle(person)
    cx *= sign
    disc = canvas.disc(cx, cy, radius).times(opening)
    x, y = canvas.grid(disc)
    distance = np.hypot(x - cx, y - cy) / radius
    angle = np.arctan2(y - cy, x - cx)
    base = hex_colour(person.eyes.iris)
    rays = 1 + 0.10 * np.sin(angle * 19 + 1) * np.sin(angle * 7) * smooth_step(distance, 0.3, 0.7)
    lit = smooth_step(y - cy, -0.3 * radius, 0.9 * radius) * (1 - smooth_step(distance, 0.70, 0.98))
    colour = base * (1.15 - 0.75 * smooth_step(distance, 0.70, 1.02))[..., None] * rays[..., None]
    colour = colour * (1 + 0.70 * lit[..., None]) + 0.10 * lit[..., None] * np.array([1.0, 0.72, 0.45], np.float32)
    canvas.over(disc, np.clip(colour, 0, 1).astype(np.float32))
    canvas.over(canvas.soften(canvas.disc(cx, cy, radius * 0.44), 0.003).times(opening), (0.03, 0.02, 0.02))


def _catchlights(canvas: Canvas, sign: int, opening: Mask) -> None:
    """A window of light above left in both eyes, and a small echo below right."""
    cx = sign * anatomy.EYE_X
    canvas.over(canvas.disc(cx - 0.027, -0.034, 0.0215, 0.0195).times(opening), (1, 1, 1), 0.97)
    canvas.over(canvas.disc(cx + 0.028, 0.024, 0.0105).times(opening), (1, 1, 1), 0.60)


def _lashes(canvas: Canvas, person: Person, sign: int, top: Points, bottom: Points) -> None:
    """The dark line of the upper lashes with a small wing, single lashes at its outer end, a thin line below."""
    amount = person.eyes.lashes
    ink = mix(hex_colour(person.brows.colour), (0.07, 0.04, 0.035), 0.75)
    end = top[-1] + (sign * 0.034 * amount, -0.022 * amount)
    line = shifted(np.r_[top, [end]], 0, -0.006)
    thick = 0.011 + 0.015 * amount
    canvas.atop(
        canvas.soften(canvas.stroke(line, 0.004, thick * 0.8, thick, thick, 0.003, smooth=False), 0.002), ink, 0.95
    )
    if amount > _LASHED:
        points = resample(top, 40)
        for at, length in ((22, 0.030), (27, 0.036), (31, 0.042), (35, 0.046), (38, 0.044)):
            root, lean = points[at], (at - 14) / 26
            tip = root + np.array([sign * length * lean, -length * (1.15 - 0.55 * lean)])
            middle = (root + tip) / 2 + (sign * 0.006, 0.004)
            canvas.atop(canvas.stroke([tuple(root), tuple(middle), tuple(tip)], 0.009, 0.006, 0.001), ink, 0.92)
    shadow = mix(ink, person.skin.ramp.at(0.25), 0.35)
    canvas.atop(
        canvas.soften(canvas.stroke(bottom[8:], 0.002, 0.007, 0.009, 0.004, smooth=False), 0.002),
        shadow,
        0.42 + 0.2 * amount,
    )


def _lower_lid(canvas: Canvas, person: Person, sign: int, bottom: Points, face: Mask) -> None:
    """The wet edge of the lid, the soft pad below it that a smile makes, lines of age."""
    ramp = person.skin.ramp
    canvas.screen(
        canvas.soften(canvas.stroke(shifted(bottom[10:-14], 0, 0.010), 0.004, 0.010, 0.004, smooth=False), 0.004),
        ramp.at(0.95),
        0.35,
    )
    pad = side([(0.195, 0.085), (0.275, 0.118), (0.365, 0.120), (0.455, 0.082)], sign)
    canvas.multiply(
        soft_stroke(canvas, pad, (0.004, 0.022, 0.022, 0.004), 0.012, clip=face), _WARM_SHADE, 0.22 + 0.20 * person.age
    )
    if person.age > _LINED:
        strength = 0.10 + 0.34 * person.age
        for y0, y1 in ((-0.02, -0.055), (0.015, 0.010), (0.05, 0.075)):
            foot = side([(0.545, y0 * 0.6), (0.60, (y0 + y1) / 2), (0.655, y1)], sign)
            canvas.multiply(
                soft_stroke(canvas, foot, (0.002, 0.009, 0.002), 0.004, clip=face), (0.55, 0.36, 0.32), strength
            )
        bag = side([(0.20, 0.105), (0.29, 0.152), (0.39, 0.146), (0.47, 0.095)], sign)
        canvas.multiply(
            soft_stroke(canvas, bag, (0.003, 0.016, 0.003), 0.006, clip=face), (0.58, 0.38, 0.35), strength * 0.8
        )


def iris_circle(person: Person) -> tuple[float, float, float]:
    """Middle (x of the right-hand eye, y) and radius of the iris."""
    return anatomy.EYE_X - 0.002, -0.010, 0.0815 if person.voice == "female" else 0.0775


def draw_brow(canvas: Canvas, person: Person, sign: int, rng: np.random.Generator) -> None:
    """A tapered eyebrow: a soft body and single hairs."""
    line, width = anatomy.brow_line(person), anatomy.brow_width(person)
    colour = hex_colour(person.brows.colour)
    off = np.stack([np.zeros(60), width / 2], axis=1)
    body = canvas.soften(canvas.fill(np.r_[line + off, (line - off)[::-1]] * (sign, 1)), 0.008)
    x, _ = canvas.grid(body)
    fade = Mask(x=body.x, y=body.y, cover=body.cover * (0.30 + 0.70 * smooth_step(np.abs(x), 0.14, 0.27)))
    canvas.atop(fade, colour, 0.80)
    for _ in range(150):
        at = int(rng.integers(0, 53))
        lane = rng.uniform(-0.5, 0.5)
        end = min(59, at + int(rng.integers(5, 10)))
        root = line[at] + (0, lane * width[at])
        tip = line[end] + (0, (lane * 0.55 - 0.30 * (1 - at / 60)) * width[end])
        hair = np.stack([root, (root + tip) / 2 - (0, 0.004), tip]) * (sign, 1)
        tint = mix(colour, (0.9, 0.75, 0.65), rng.uniform(0, 0.14)) * rng.uniform(0.75, 1.1)
        canvas.atop(
            canvas.stroke(hair, 0.008, 0.006, 0.001), np.clip(tint, 0, 1), 0.65 * (0.4 + 0.6 * min(1.0, at / 12))
        )
