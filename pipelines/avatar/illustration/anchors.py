"""The exact points of lids, lips, brows and irises of a drawn face, in pixels of its picture.

Each list follows the order of MediaPipe face mesh indices in ``INDICES``, so that it can take the
place of detected points. Left and right are the subject's own.
"""

from __future__ import annotations

import numpy as np

from pipelines.avatar.illustration import anatomy, eyes
from pipelines.avatar.illustration.canvas import Frame
from pipelines.avatar.illustration.curves import Points, resample, shifted, side
from pipelines.avatar.illustration.person import Person

SPEC_VERSION = 1

INDICES: dict[str, tuple[int, ...]] = {
    "right_upper_lid": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "right_lower_lid": (33, 7, 163, 144, 145, 153, 154, 155, 133),
    "left_upper_lid": (263, 466, 388, 387, 386, 385, 384, 398, 362),
    "left_lower_lid": (263, 249, 390, 373, 374, 380, 381, 382, 362),
    "outer_upper_lip": (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
    "outer_lower_lip": (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291),
    "inner_upper_lip": (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    "inner_lower_lip": (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
    "right_brow": (46, 53, 52, 65, 55),
    "left_brow": (276, 283, 282, 295, 285),
}
_SEAM_HALF_GAP = 0.003  # the lips touch, but an engine needs an upper and a lower edge


def curves(person: Person) -> dict[str, Points]:
    """Every anchor list, in u."""
    lips = anatomy.lips(person)
    trim = max(1, len(lips.seam) // 28)  # the mesh's inner corners lie a little inside the outer ones
    inner = resample(lips.seam[trim:-trim], 11)
    x, y, _ = eyes.iris_circle(person)
    brow = (anatomy.brow_line(person) + np.stack([np.zeros(60), anatomy.brow_width(person) / 2], axis=1))[::-1]
    found: dict[str, Points] = {}
    for name, sign in (("right", -1), ("left", 1)):
        found[f"{name}_upper_lid"] = side(resample(anatomy.upper_lid(person)[::-1], 9), sign)
        found[f"{name}_lower_lid"] = side(resample(anatomy.lower_lid(person)[::-1], 9), sign)
        found[f"{name}_brow"] = side(resample(brow, 5), sign)
        found[f"{name}_iris"] = np.array([[sign * x, y]])
    found["outer_upper_lip"] = resample(lips.top, 11)
    found["outer_lower_lip"] = resample(lips.bottom, 11)
    found["inner_upper_lip"] = shifted(inner, 0, -_SEAM_HALF_GAP)
    found["inner_lower_lip"] = shifted(inner, 0, _SEAM_HALF_GAP)
    found["chin"] = np.array([[0.0, person.head.chin]])
    return found


def anchors(person: Person, frame: Frame, *, image: str, sha256: str) -> dict[str, object]:
    """The content of ``<name>.anchors.json``."""
    points = {name: np.round(frame.pixels(curve), 2) for name, curve in curves(person).items()}
    outer = points["left_upper_lid"][0] - points["right_upper_lid"][0]
    return {
        "spec_version": SPEC_VERSION,
        "image": image,
        "sha256": sha256,
        "width": frame.width,
        "height": frame.height,
        "eye_distance": round(float(np.hypot(*outer)), 2),
        "points": {name: curve.tolist() for name, curve in points.items()},
        "iris_radius": round(eyes.iris_circle(person)[2] * frame.unit, 2),
    }
