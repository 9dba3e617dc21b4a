"""Shoulders and what the presenter wears."""

from __future__ import annotations

import numpy as np

from pipelines.avatar.illustration.canvas import Canvas, Mask, soft_stroke
from pipelines.avatar.illustration.curves import Path2, Points, shifted, side, spline
from pipelines.avatar.illustration.person import Person
from pipelines.avatar.illustration.tone import Ramp, smooth_step

_BOTTOM = 3.75  # below the lower edge of the picture
_FOLD_SHADE = (0.62, 0.58, 0.62)


def torso(person: Person, start: tuple[float, float]) -> Points:
    """The right half of the outline of the shoulders, from ``start`` at the neck down."""
    sw, nw = person.head.shoulders, person.head.neck
    return spline(
        [
            start,
            (nw * 1.58, 1.60),
            (sw * 0.62, 1.80),
            (sw * 0.84, 1.98),
            (sw * 0.97, 2.28),
            (sw * 1.05, 2.75),
            (sw * 1.12, _BOTTOM),
        ]
    )


def _cloth(canvas: Canvas, mask: Mask, ramp: Ramp, person: Person, lift: float = 0.0) -> None:
    """Material lit from above left: light on the near shoulder, shade towards the right arm and the hem."""
    x, y = canvas.grid(mask)
    sw = person.head.shoulders
    level = 0.52 + lift - 0.16 * smooth_step(x / sw, 0.05, 0.95) - 0.20 * smooth_step(np.abs(x) / sw, 0.62, 1.08)
    level = (
        level
        + 0.16 * np.exp(-(((x / sw + 0.45) / 0.34) ** 2)) * (1 - smooth_step(y, 1.7, 2.6))
        - 0.10 * smooth_step(y, 2.3, 3.6)
    )
    canvas.over(mask, ramp.at(np.clip(level, 0, 1).astype(np.float32)))


def _folds(canvas: Canvas, mask: Mask, ramp: Ramp, folds: tuple[tuple[Path2, float, float], ...]) -> None:
    """Soft folds on both sides: a dark stroke with a lit neighbour."""
    for points, width, strength in folds:
        for sign in (-1, 1):
            line = side(points, sign)
            canvas.multiply(
                soft_stroke(canvas, line, (0.01, width, 0.01), width * 0.45, clip=mask), _FOLD_SHADE, strength
            )
            light = strength * (0.55 if sign < 0 else 0.3)
            canvas.screen(
                soft_stroke(canvas, line - (width * 0.9, 0.01), (0.01, width * 0.7, 0.01), width * 0.4, clip=mask),
                ramp.at(0.85),
                light * 0.6,
            )


def _arm_folds(person: Person) -> tuple[tuple[Path2, float, float], ...]:
    sw = person.head.shoulders
    return (
        ([(sw * 0.70, 2.55), (sw * 0.74, 2.95), (sw * 0.70, 3.6)], 0.09, 0.60),
        ([(sw * 0.66, 2.75), (sw * 0.52, 3.05), (sw * 0.34, 3.2)], 0.06, 0.34),
        ([(sw * 0.86, 2.45), (sw * 0.93, 2.9), (sw * 0.92, 3.5)], 0.07, 0.34),
        ([(sw * 0.60, 2.02), (sw * 0.72, 2.22), (sw * 0.76, 2.45)], 0.05, 0.28),
    )


def _garment(canvas: Canvas, person: Person, neckline: Points, ramp: Ramp, neck: Mask) -> Mask:
    """A garment that fills the torso below a neckline (its right half, from the shoulder to the middle)."""
    right = torso(person, (float(neckline[0, 0]), float(neckline[0, 1])))
    half = np.r_[neckline[::-1], right]
    outline = np.r_[half, half[::-1] * (-1, 1)]
    mask = canvas.fill(outline)
    canvas.multiply(canvas.soften(mask, 0.030).times(neck).without(mask), (0.55, 0.38, 0.35), 0.65)
    _cloth(canvas, mask, ramp, person)
    _folds(canvas, mask, ramp, _arm_folds(person))
    return mask


def _crew(canvas: Canvas, person: Person, neck: Mask) -> None:
    ramp, nw = person.clothes.outer, person.head.neck
    line = spline([(nw * 1.25, 1.475), (nw * 1.14, 1.70), (nw * 0.72, 1.93), (nw * 0.3, 2.01), (0.0, 2.03)])
    mask = _garment(canvas, person, line, ramp, neck)
    band = np.r_[line, line[::-1] * (-1, 1)]
    lower = band * (1.0, 1.0) + (0, 0.085)
    canvas.multiply(soft_stroke(canvas, lower[::6], (0.012, 0.012), 0.006, clip=mask), (0.55, 0.50, 0.50), 0.55)
    rib = canvas.soften(canvas.fill(np.r_[band, lower[::-1]]), 0.003).times(mask)
    canvas.screen(rib, ramp.at(0.85), 0.16)
    x, _ = canvas.grid(mask)
    knit = 0.5 + 0.5 * np.sin(x * 2 * np.pi / 0.036)
    canvas.multiply(Mask(x=mask.x, y=mask.y, cover=(mask.cover * knit).astype(np.float32)), (0.80, 0.74, 0.72), 0.22)


def _blouse(canvas: Canvas, person: Person, neck: Mask) -> None:
    ramp, nw = person.clothes.outer, person.head.neck
    line = spline([(nw * 1.30, 1.51), (nw * 1.10, 1.80), (nw * 0.62, 2.20), (0.04, 2.66), (0.0, 2.72)])
    mask = _garment(canvas, person, line, ramp, neck)
    _folds(
        canvas,
        mask,
        ramp,
        (
            ([(0.22, 2.55), (0.36, 2.95), (0.40, 3.6)], 0.07, 0.42),
            ([(0.55, 2.1), (0.60, 2.6), (0.52, 3.2)], 0.06, 0.34),
        ),
    )
    canvas.multiply(
        soft_stroke(canvas, [(0.0, 2.72), (0.012, 3.1), (0.0, 3.7)], (0.010, 0.012, 0.010), 0.005, clip=mask),
        (0.5, 0.5, 0.5),
        0.8,
    )
    for sign in (-1, 1):
        collar = [
            (nw * 1.16, 1.36),
            (nw * 1.66, 1.58),
            (0.86, 2.02),
            (0.60, 2.50),
            (0.30, 2.62),
            (0.055, 2.72),
            (nw * 0.66, 2.18),
            (nw * 1.08, 1.82),
        ]
        flap = canvas.fill(spline(side(collar, sign), closed=True))
        canvas.multiply(canvas.soften(flap, 0.035).times(mask), _FOLD_SHADE, 0.75)
        _cloth(canvas, flap, ramp, person, 0.10 if sign < 0 else 0.04)
        canvas.screen(
            soft_stroke(
                canvas, side([(0.86, 2.04), (0.60, 2.49), (0.30, 2.61)], sign), (0.004, 0.014, 0.004), 0.006, clip=flap
            ),
            ramp.at(0.9),
            0.45,
        )


def _shirt_base(canvas: Canvas, person: Person, neck: Mask, ramp: Ramp, *, open_to: float) -> Mask:
    nw = person.head.neck
    line = spline([(nw * 1.10, 1.30), (nw * 0.95, 1.52), (nw * 0.5, 1.80), (0.02, open_to), (0.0, open_to + 0.02)])
    mask = _garment(canvas, person, line, ramp, neck)
    canvas.multiply(
        soft_stroke(canvas, [(0.0, open_to), (0.01, 2.7), (0.0, 3.7)], (0.010, 0.014, 0.010), 0.005, clip=mask),
        (0.58, 0.60, 0.66),
        0.8,
    )
    return mask


def _collar(canvas: Canvas, person: Person, ramp: Ramp, *, open_to: float, spread: float = 0.55) -> None:
    nw = person.head.neck
    for sign in (-1, 1):
        points = np.r_[
            spline([(nw * 1.06, 1.24), (nw * 0.98, 1.46), (nw * 0.52, 1.78), (0.015, open_to)]),
            spline(
                [
                    (0.13, open_to + 0.20),
                    (spread * 0.66, open_to + 0.27),
                    (spread * 1.12, 1.86),
                    (nw * 1.36, 1.46),
                    (nw * 1.16, 1.26),
                ]
            ),
        ]
        flap = canvas.fill(side(points, sign))
        canvas.multiply(canvas.soften(flap, 0.035), (0.52, 0.50, 0.54), 0.55)
        _cloth(canvas, flap, ramp, person, 0.14 if sign < 0 else 0.06)
        stitch = side([(0.145, open_to + 0.165), (spread * 0.66, open_to + 0.232), (spread * 1.06, 1.84)], sign)
        canvas.multiply(soft_stroke(canvas, stitch, (0.005, 0.006, 0.005), 0.003, clip=flap), (0.62, 0.62, 0.68), 0.6)
        canvas.multiply(
            soft_stroke(
                canvas,
                side([(nw * 1.02, 1.36), (nw * 0.80, 1.64), (0.05, open_to)], sign),
                (0.02, 0.03, 0.01),
                0.016,
                clip=flap,
            ),
            _FOLD_SHADE,
            0.6,
        )


def _lapels(canvas: Canvas, person: Person, *, opening: float, closes: float, notch: bool) -> None:
    """An open jacket: two halves over what is worn below."""
    ramp, nw, sw = person.clothes.outer, person.head.neck, person.head.shoulders
    right = torso(person, (nw * 1.14, 1.36)) * (1.02, 1.0) + (0, -0.03)
    for sign in (1, -1):
        edge = spline(
            [
                (nw * 1.08, 1.34),
                (nw * 1.28, 1.60),
                (opening, 2.30),
                (0.18, closes - 0.35),
                (-0.04, closes),
                (-0.06, _BOTTOM),
            ]
        )
        half = canvas.fill(side(np.r_[edge[::-1], right], sign))
        canvas.multiply(canvas.soften(half, 0.045).without(half), (0.48, 0.44, 0.48), 0.60)
        _cloth(canvas, half, ramp, person)
        arms = _arm_folds(person)
        for points, width, strength in arms:
            line = side(points, sign)
            canvas.multiply(
                soft_stroke(canvas, line, (0.01, width, 0.01), width * 0.45, clip=half), _FOLD_SHADE, strength
            )
        seam = side([(sw * 0.80, 1.94), (sw * 0.755, 2.25), (sw * 0.735, 2.7)], sign)
        canvas.multiply(soft_stroke(canvas, seam, (0.004, 0.010, 0.004), 0.004, clip=half), (0.5, 0.46, 0.5), 0.55)
        inner = [
            (nw * 1.07, 1.33),
            (nw * 1.30, 1.62),
            (opening + 0.01, 2.31),
            (0.19, closes - 0.34),
            (-0.02, closes - 0.01),
        ]
        outer = [(0.30, closes - 0.36), (opening + 0.36, 2.36), (opening + 0.46, 2.16)]
        step = [(opening + 0.20, 2.06), (opening + 0.34, 2.00)] if notch else [(opening + 0.44, 2.02)]
        back = [(nw * 1.30 + 0.34, 1.76), (nw * 1.30 + 0.07, 1.47), (nw * 1.15, 1.30)]
        flap = canvas.fill(side(np.r_[spline(inner), spline(outer), np.array(step), spline(back)], sign))
        canvas.multiply(canvas.soften(flap, 0.035).times(half), (0.42, 0.38, 0.42), 0.70)
        _cloth(canvas, flap, ramp, person, 0.12 if sign < 0 else 0.06)
        canvas.screen(
            soft_stroke(canvas, shifted(side(inner, sign), sign * 0.012, 0), (0.006, 0.014, 0.006), 0.006, clip=flap),
            ramp.at(0.9),
            0.40,
        )


def draw_clothes(canvas: Canvas, person: Person, neck: Mask) -> None:
    """Everything worn, over the neck."""
    clothes = person.clothes
    match clothes.outfit:
        case "crew":
            _crew(canvas, person, neck)
        case "blouse":
            _blouse(canvas, person, neck)
        case "shirt":
            _shirt_base(canvas, person, neck, clothes.inner, open_to=2.02)
            _collar(canvas, person, clothes.inner, open_to=2.02)
            _lapels(canvas, person, opening=0.60, closes=3.05, notch=False)
        case "overshirt":
            line_person_neck = person.head.neck
            line = spline(
                [
                    (line_person_neck * 1.20, 1.445),
                    (line_person_neck * 0.92, 1.68),
                    (line_person_neck * 0.46, 1.83),
                    (0.0, 1.87),
                ]
            )
            tee = _garment(canvas, person, line, clothes.inner, neck)
            band = np.r_[line, line[::-1] * (-1, 1)] + (0, 0.075)
            canvas.multiply(soft_stroke(canvas, band[::6], (0.010, 0.010), 0.005, clip=tee), (0.60, 0.60, 0.66), 0.6)
            _lapels(canvas, person, opening=0.62, closes=3.5, notch=True)
        case "blazer":
            nw = person.head.neck
            line = spline([(nw * 1.27, 1.49), (nw * 1.12, 1.76), (nw * 0.66, 2.05), (nw * 0.3, 2.13), (0.0, 2.15)])
            top = _garment(canvas, person, line, clothes.inner, neck)
            canvas.multiply(
                soft_stroke(
                    canvas, (np.r_[line, line[::-1] * (-1, 1)] + (0, 0.03))[::6], (0.008, 0.008), 0.004, clip=top
                ),
                (0.66, 0.64, 0.68),
                0.6,
            )
            _lapels(canvas, person, opening=0.52, closes=3.15, notch=True)


def draw_earrings(canvas: Canvas, person: Person) -> None:
    """Small hoops or studs, where worn."""
    ramp = person.clothes.earrings
    if ramp is None:
        return
    for sign in (-1, 1):
        x, y = sign * (person.head.width + 0.018), 0.335
        angle = np.linspace(0, 2 * np.pi, 48)
        ring = np.stack([x + 0.062 * np.cos(angle), y + 0.078 + 0.085 * np.sin(angle)], axis=1)
        canvas.multiply(
            canvas.soften(canvas.stroke(shifted(ring, 0.012, 0.016), 0.026, smooth=False), 0.012),
            (0.5, 0.36, 0.34),
            0.5,
        )
        canvas.over(canvas.stroke(ring, 0.024, smooth=False), ramp.at(0.42))
        canvas.over(
            canvas.soften(canvas.stroke(ring[20:44], 0.004, 0.012, 0.004, smooth=False), 0.003), ramp.at(0.95), 0.9
        )
