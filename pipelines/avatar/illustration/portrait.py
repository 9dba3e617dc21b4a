"""A whole presenter, drawn from back to front: hair behind, neck, clothes, face, beard, earrings, hair in front."""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.avatar.illustration import beard, clothes, face, hair_coils, hair_long, hair_short, neck
from pipelines.avatar.illustration.canvas import Canvas, Frame
from pipelines.avatar.illustration.person import Person
from pipelines.media import ByteArray, Float32Array

_SOLID = 0.5  # from here on a pixel's own colour is true
_TRACE = 0.02  # below, too few levels of the colour are left to divide by alpha
_BLEED_PX = 24  # more than any resize or warp reaches


def draw(person: Person, frame: Frame) -> ByteArray:
    """(height, width, 4) RGBA with straight alpha. The same person and frame give the same pixels."""
    canvas = Canvas(frame)
    rng = np.random.default_rng(person.seed)
    _hair_back(canvas, person, rng)
    with canvas.moved(0, neck.RAISE):
        skin = neck.draw_neck(canvas, person)
        clothes.draw_clothes(canvas, person, skin)
    mask = face.draw_face(canvas, person, rng)
    if person.hair.beard == "stubble":
        beard.stubble(canvas, person, mask, rng)
    elif person.hair.beard == "full":
        beard.full_beard(canvas, person, mask, rng)
    clothes.draw_earrings(canvas, person)
    _hair_front(canvas, person, rng)
    rgb, alpha = canvas.finish()
    return straight_alpha(rgb, alpha)


def _hair_back(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    match person.hair.style:
        case "coils":
            hair_coils.coils_back(canvas, person, rng)
        case "lob":
            hair_long.lob_back(canvas, person, rng)
        case "waves":
            hair_long.waves_back(canvas, person, rng)
        case "silver" | "quiff":
            pass  # nothing of short hair shows behind the neck


def _hair_front(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    match person.hair.style:
        case "coils":
            hair_coils.coils_front(canvas, person, rng)
        case "lob":
            hair_long.lob_front(canvas, person, rng)
        case "waves":
            hair_long.waves_front(canvas, person, rng)
        case "silver":
            hair_short.silver(canvas, person, rng)
        case "quiff":
            hair_short.quiff(canvas, person, rng)


def straight_alpha(premultiplied: Float32Array, alpha: Float32Array) -> ByteArray:
    """RGBA whose colours run on outwards past the edge, so that no resize or warp pulls in a dark or pale fringe."""
    solid = alpha >= _SOLID
    rgb = premultiplied / np.maximum(alpha, 1e-3)[..., None]
    labels = cv2.distanceTransformWithLabels((~solid).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[
        1
    ]
    nearest = np.zeros(labels.max() + 1, np.int64)
    nearest[labels[solid]] = np.flatnonzero(solid)
    bled = rgb.reshape(-1, 3)[nearest[labels]]
    rgb = np.where(alpha[..., None] > _TRACE, rgb, bled)
    rgb[alpha == 0] = bled[alpha == 0]
    levels = np.round(np.clip(np.dstack([rgb, alpha]), 0, 1) * 255).astype(np.uint8)
    # Far outside, one colour compresses better than thousands of copied edges.
    far = cv2.distanceTransform((alpha <= _TRACE).astype(np.uint8), cv2.DIST_L2, 5) > _BLEED_PX
    levels[far] = (128, 128, 128, 0)
    return np.asarray(levels, np.uint8)
