"""Where the features of a person lie, as curves in u. Drawing and anchors both read these, so they cannot disagree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.avatar.illustration.curves import Points, resample, shifted, spline
from pipelines.avatar.illustration.person import Person

EYE_X = 0.338  # the middle of an eye
EYE_INNER, EYE_OUTER = 0.163, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lips:
    """Lip curves from the left to the right of the picture."""

    seam: Points
    top: Points
    bottom: Points


def face_outline(person: Person) -> Points:
    """The closed outline of the face, forehead included, as a smooth curve."""
    head, male = person.head, person.voice == "male"
    w, j, c = head.width, head.jaw, head.chin
    right = [
        (0.0, -1.0),
        (0.40, -0.93),
        (0.655, -0.66),
        (w * 0.985, -0.30),
        (w, 0.05),
        (w * 0.975, 0.30),
        (w * 0.92 * (0.5 + 0.5 * j), 0.53),
        (0.59 * j, c * 0.69),
        (0.465 * j, c * 0.845),
        (0.315 * j * head.chin_width, c * (0.945 if male else 0.94)),
        (0.155 * head.chin_width + (0.02 if male else 0.0), c * 0.992),
        (0.0, c + 0.004),
    ]
    return spline(right + [(-x, y) for x, y in right[-2:0:-1]], closed=True)


def upper_lid(person: Person) -> Points:
    """The edge of the right-hand upper lid, inner to outer corner."""
    eyes = person.eyes
    high, tilt = 0.086 * eyes.open, eyes.tilt
    # A low crease goes with a lid that runs flatter towards the nose and rises further out.
    inner = 0.62 + 0.16 * min(eyes.fold, 1.0)
    points = [
        (EYE_INNER, 0.030),
        (0.193, -0.004),
        (0.252, -high * inner),
        (0.335, -high),
        (0.415, -high * 0.84 - tilt * 0.5),
        (0.470, -high * 0.40 - tilt * 0.9),
        (EYE_OUTER, -tilt),
    ]
    return spline(points)


def lower_lid(person: Person) -> Points:
    """The edge of the right-hand lower lid, inner to outer corner. A smile pushes it up a little."""
    low = 0.064 * (0.4 + 0.6 * person.eyes.open)
    tilt = person.eyes.tilt
    points = [
        (EYE_INNER, 0.030),
        (0.228, 0.050),
        (0.305, low),
        (0.390, low * 0.88 - tilt * 0.3),
        (0.456, low * 0.52 - tilt * 0.7),
        (EYE_OUTER, -tilt),
    ]
    return spline(points)


def brow_line(person: Person) -> Points:
    """The middle of the right-hand eyebrow, inner to outer end."""
    brows = person.brows
    lift, arch = brows.height - 0.006, brows.arch
    points = [
        (0.150, -0.200),
        (0.225, -0.222 - 0.006 * arch),
        (0.330, -0.236 - 0.018 * arch),
        (0.435, -0.234 - 0.024 * arch),
        (0.520, -0.206 - 0.014 * arch),
        (0.585, -0.156),
    ]
    return shifted(resample(spline(points), 60), 0, lift)


def brow_width(person: Person) -> Points:
    """Thickness of the eyebrow at each point of its line."""
    along = np.linspace(0, 1, 60)
    return np.interp(along, [0, 0.1, 0.42, 0.78, 1], [0.030, 0.050, 0.050, 0.031, 0.007]) * person.brows.thickness


def lips(person: Person) -> Lips:
    """The closed mouth: corners lifted into a smile."""
    mouth = person.mouth
    k, up, low, y0 = mouth.width, mouth.upper, mouth.lower, mouth.height
    lift = 0.058 * mouth.smile
    half = [(0.0, 0.006), (0.16, 0.001), (0.42, -0.002), (0.74, -0.40 * lift), (1.0, -lift)]
    seam = [(-x * k, y0 + y) for x, y in half[::-1]] + [(x * k, y0 + y) for x, y in half[1:]]
    crest = 0.086 * up
    top_half = [
        (0.0, -crest + 0.012),
        (0.15, -crest - 0.002),
        (0.34, -crest * 0.86),
        (0.68, -0.047 * up - 0.35 * lift),
        (1.0, -lift),
    ]
    top = [(-x * k, y0 + y) for x, y in top_half[::-1]] + [(x * k, y0 + y) for x, y in top_half[1:]]
    base = 0.100 * low
    bottom_half = [
        (0.0, base),
        (0.36, base * 0.90),
        (0.68, base * 0.42 - 0.1 * lift),
        (0.86, -0.20 * lift),
        (1.0, -lift),
    ]
    bottom = [(-x * k, y0 + y) for x, y in bottom_half[::-1]] + [(x * k, y0 + y) for x, y in bottom_half[1:]]
    return Lips(seam=spline(seam), top=spline(top), bottom=spline(bottom))
