"""The head without hair: form lit by one soft light from above left, blush, features, lines of age."""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.avatar.illustration import anatomy, eyes, features
from pipelines.avatar.illustration.canvas import Canvas, Mask, soft_fill, soft_stroke
from pipelines.avatar.illustration.curves import side
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.tone import hex_colour, smooth_step
from pipelines.media import Float32Array

_LINED = 0.6  # from this age on the forehead has lines
_LIGHT = np.array([-0.42, -0.40, 0.82])


def _bump(x: Float32Array, y: Float32Array, cx: float, cy: float, rx: float, ry: float) -> Float32Array:
    spot: Float32Array = np.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2).astype(np.float32)
    return spot


def _relief(person: Person, x: Float32Array, y: Float32Array) -> Float32Array:
    """Height of the face towards the viewer: an egg with brow, cheeks, nose, muzzle and chin."""
    ax = np.abs(x)
    chin = person.head.chin
    egg = 0.84 * np.sqrt(
        np.clip(1 - (x / (person.head.width + 0.13)) ** 2 - ((y - 0.06) / (chin + 0.20)) ** 2, 0.015, 1)
    )
    nose = smooth_step(y, -0.15, person.nose.length - 0.05) * (
        1 - smooth_step(y, person.nose.length - 0.02, person.nose.length + 0.14)
    )
    height = egg + 0.085 * nose * np.exp(-((x / (0.11 * person.nose.width)) ** 2))
    height = height + 0.050 * _bump(ax, y, 0.42, 0.34, 0.19, 0.16)  # cheeks raised by the smile
    height = height - 0.045 * _bump(ax, y, 0.30, -0.02, 0.20, 0.12) + 0.020 * _bump(ax, y, 0.36, -0.20, 0.24, 0.08)
    height = height + 0.040 * _bump(x, y, 0, person.mouth.height, 0.30, 0.15)
    height = (
        height
        + 0.032 * _bump(x, y, 0, chin - 0.11, 0.18, 0.10)
        - 0.016 * _bump(x, y, 0, person.mouth.height + 0.17, 0.16, 0.05)
    )
    if person.voice == "male":
        height = height + 0.014 * _bump(ax, y, 0.30, -0.20, 0.22, 0.06) - 0.012 * _bump(ax, y, 0.52, 0.56, 0.14, 0.16)
    return np.asarray(height, np.float32)


def light_levels(height: Float32Array, pitch: float) -> Float32Array:
    """Light level in [0, 1] for a ramp, from a height map whose pixels are ``pitch`` u apart."""
    dy, dx = np.gradient(height, pitch)
    # Slopes are blurred, not heights: a blurred height flattens at its window's border, and flat means bright.
    dx, dy = (np.asarray(cv2.GaussianBlur(np.asarray(slope, np.float32), (0, 0), 0.012 / pitch)) for slope in (dx, dy))
    slopes = np.stack([-dx, -dy, np.ones_like(dx)], axis=-1).astype(np.float32)
    normal: Float32Array = slopes / np.linalg.norm(slopes, axis=-1, keepdims=True)
    lambert = np.clip(normal @ (_LIGHT / np.linalg.norm(_LIGHT)), 0, 1)
    rim = 0.10 * smooth_step(normal[..., 0], 0.70, 0.97)  # a bounce on the shadow side keeps it alive
    level = 0.13 + 0.42 * smooth_step(lambert, 0.08, 0.80) + 0.27 * smooth_step(lambert, 0.66, 1.0) + rim
    return np.asarray(np.clip(level, 0, 1), np.float32)


def _skin_paint(canvas: Canvas, person: Person, mask: Mask) -> Float32Array:
    x, y = canvas.grid(mask)
    level = light_levels(_relief(person, x, y), 1 / canvas.scale)
    return person.skin.ramp.at(level)


def draw_face(canvas: Canvas, person: Person, rng: np.random.Generator) -> Mask:
    """Paint the face and everything in it; return where it is."""
    features.draw_ears(canvas, person)
    face = canvas.fill(anatomy.face_outline(person))
    canvas.over(face, _skin_paint(canvas, person, face))
    _colour_zones(canvas, person, face)
    if person.skin.freckles:
        _freckles(canvas, person, face, rng)
    _age_lines(canvas, person, face)
    for sign in (-1, 1):
        eyes.draw_eye(canvas, person, sign, face)
        eyes.draw_brow(canvas, person, sign, rng)
    features.draw_nose(canvas, person, face)
    features.draw_mouth(canvas, person, face)
    return face


def _colour_zones(canvas: Canvas, person: Person, face: Mask) -> None:
    """Blood in cheeks, nose and chin; light on forehead, cheekbones and chin; a soft edge of shadow."""
    skin, chin = person.skin, person.head.chin
    blush, glow = hex_colour(skin.blush), skin.ramp.at(0.95)
    for sign in (-1, 1):
        canvas.atop(canvas.glow(sign * 0.44, 0.34, 0.20, 0.16).times(face), blush, skin.blush_strength)
        canvas.screen(canvas.glow(sign * 0.43 - 0.02, 0.235, 0.12, 0.060).times(face), glow, 0.24 if sign < 0 else 0.14)
    canvas.atop(canvas.glow(0, person.nose.length - 0.05, 0.14, 0.09).times(face), blush, skin.blush_strength * 0.55)
    canvas.atop(canvas.glow(0, chin - 0.10, 0.18, 0.10).times(face), blush, skin.blush_strength * 0.30)
    canvas.screen(canvas.glow(-0.10, -0.50, 0.34, 0.20).times(face), glow, 0.15)
    canvas.screen(canvas.glow(-0.03, chin - 0.12, 0.10, 0.060).times(face), glow, 0.16)
    jaw = [
        (0.78, 0.10),
        (0.70, 0.62),
        (0.45, chin - 0.04),
        (0.05, chin + 0.06),
        (0.30, chin - 0.10),
        (0.56, 0.66),
        (0.66, 0.35),
    ]
    canvas.multiply(soft_fill(canvas, jaw, 0.05, clip=face), (0.70, 0.50, 0.46), 0.32)


def _freckles(canvas: Canvas, person: Person, face: Mask, rng: np.random.Generator) -> None:
    for _ in range(90):
        x, y = rng.normal(0, 0.30), rng.normal(0.27, 0.09)
        canvas.atop(
            canvas.disc(x, y, rng.uniform(0.003, 0.008)).times(face),
            person.skin.ramp.at(0.2),
            person.skin.freckles * rng.uniform(0.3, 1),
        )


def _age_lines(canvas: Canvas, person: Person, face: Mask) -> None:
    """Forehead lines and the hollows of a long-lived face; nothing for the young."""
    if person.age < _LINED:
        return
    for y, half, strength in ((-0.44, 0.34, 0.30), (-0.53, 0.28, 0.24)):
        line = [(-half, y + 0.02), (-half * 0.5, y - 0.006), (0, y + 0.008), (half * 0.5, y - 0.006), (half, y + 0.02)]
        canvas.multiply(
            soft_stroke(canvas, line, (0.001, 0.012, 0.010, 0.012, 0.001), 0.006, clip=face),
            (0.62, 0.42, 0.38),
            strength,
        )
    for sign in (-1, 1):
        frown = side([(0.055, -0.235), (0.048, -0.19), (0.060, -0.14)], sign)
        canvas.multiply(soft_stroke(canvas, frown, (0.001, 0.009, 0.001), 0.005, clip=face), (0.62, 0.42, 0.38), 0.26)
        canvas.multiply(canvas.glow(sign * 0.58, 0.50, 0.08, 0.16).times(face), (0.68, 0.48, 0.45), 0.26)
