"""How crisp the eyes of a face are, whatever its size and contrast: the steepest edges against the range of tones."""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.faces import mesh
from pipelines.faces.landmarks import eye_distance
from pipelines.media import ByteArray, Float32Array

_EYE_DISTANCE_PX = 96.0  # every face is brought to this size first
_WIDTH, _HEIGHT = 160, 64
_FLOOR = 8.0  # grey levels; keeps noise on a flat patch from counting as an edge


def eye_sharpness(rgb: ByteArray, landmarks: Float32Array) -> float:
    """Share of the tonal range that the steepest edges cross in one pixel: about .14 crisp photo, .06 out of focus."""
    scale = _EYE_DISTANCE_PX / eye_distance(landmarks)
    middle = (landmarks[mesh.RIGHT_EYE_OUTER, :2] + landmarks[mesh.LEFT_EYE_OUTER, :2]) / 2
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    if scale < 1:  # no aliasing, which would look like sharpness
        grey = cv2.GaussianBlur(grey, (0, 0), 0.5 / scale)
    affine = np.array(
        [[scale, 0, _WIDTH / 2 - scale * middle[0]], [0, scale, _HEIGHT / 2 - scale * middle[1]]], np.float32
    )
    eyes = cv2.warpAffine(grey, affine, (_WIDTH, _HEIGHT), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    slope = np.hypot(cv2.Sobel(eyes, cv2.CV_32F, 1, 0), cv2.Sobel(eyes, cv2.CV_32F, 0, 1)) / 8
    low, high = np.percentile(eyes, (2, 98))
    return float(np.percentile(slope, 98) / (high - low + _FLOOR))


def lid_contrast(rgb: ByteArray, landmarks: Float32Array) -> float:
    """Contrast between the white and the dark of the eye, as a share of the cheek's brightness; the weaker eye."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    oval = np.zeros_like(grey)
    cv2.fillConvexPoly(oval, cv2.convexHull(landmarks[list(mesh.FACE_OVAL), :2].round().astype(np.int32)), 1)
    skin = float(np.median(grey[oval > 0])) if oval.any() else 1.0
    weaker = float("inf")
    for side in ("right", "left"):
        upper = landmarks[list(mesh.NAMED_POINTS[f"{side}_upper_lid"]), :2]
        lower = landmarks[list(mesh.NAMED_POINTS[f"{side}_lower_lid"]), :2]
        eye = np.zeros((height, width), np.uint8)
        cv2.fillPoly(eye, [np.concatenate([upper, lower[::-1]]).round().astype(np.int32)], 1)
        values = grey[eye > 0]
        if values.size == 0:
            return 0.0
        dark, light = np.percentile(values, (5, 95))
        weaker = min(weaker, float(light - dark) / max(1.0, skin))
    return weaker
