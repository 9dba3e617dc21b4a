"""What one picture shows of a face: how large, how sharp, how lit, where it looks, and what covers it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from pipelines.avatar.sharpness import eye_sharpness
from pipelines.faces import mesh
from pipelines.faces.landmarks import FoundFace, eye_distance, mouth_opening, roll_radians
from pipelines.faces.pose import pose_of
from pipelines.media import ByteArray, Float32Array

PATCH: Final = (32, 24)  # width and height of the mouth as it is compared: 1.1 by .8 eye distances

_MARGIN: Final = 0.6  # of the face's size, around what is cut out
_BRIGHT: Final = 253
_DARK: Final = 16
_LOGIT_MAX: Final = 60.0
_CHEEKS: Final = (50, 280)  # points of the mesh in the middle of each
_NOISE_MASK: Final = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)  # Immerkaer 1996: blind to slopes


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceMarks:
    """Measured on one face. Lengths are in pixels, angles in degrees, light in grey levels, shares 0 to 1.

    ``sureness`` is the mesh network's logit. ``grain`` is the noise of the skin in grey levels. ``bright_share`` is of
    skin whose strongest channel is burnt out, ``dark_share`` of skin that is black. ``eye_light`` is the grey of the
    eye sockets as a share of the cheeks'. ``mouth_chroma`` is how much redder the lips are than the cheeks (a* of
    CIELAB). ``opening`` is of the inner lips in eye distances. ``mouth`` is (24, 32) float32, the mouth brought to one
    size and turn, its mean 0 and its deviation 1.
    """

    eye_distance_px: float
    yaw: float
    pitch: float
    sureness: float
    sharpness: float
    grain: float
    light: float
    bright_share: float
    dark_share: float
    eye_light: float
    mouth_chroma: float
    opening: float
    mouth: Float32Array


def marks_of(rgb: ByteArray, face: FoundFace) -> FaceMarks:
    """Measure one face of (height, width, 3) uint8."""
    picture, points = _cut_out(rgb, face.landmarks)
    grey: ByteArray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    oval = _inside(grey, points[list(mesh.FACE_OVAL)])
    skin = grey[oval] if oval.any() else grey.ravel()
    brightest = picture.max(axis=2)  # skin burns out in red long before it is white
    cheeks = _cheeks(grey, points)
    pose = pose_of(face.landmarks)
    return FaceMarks(
        eye_distance_px=eye_distance(face.landmarks),
        yaw=pose.yaw,
        pitch=pose.pitch,
        sureness=min(_LOGIT_MAX, -math.log(max(1e-26, 1 - face.presence))),
        sharpness=eye_sharpness(picture, points),
        grain=_grain(grey, points),
        light=float(np.median(skin)),
        bright_share=float(np.mean(brightest[oval] >= _BRIGHT)) if oval.any() else 0.0,
        dark_share=float(np.mean(skin <= _DARK)),
        eye_light=_eye_light(grey, points) / max(8.0, cheeks),
        mouth_chroma=_mouth_chroma(picture, points),
        opening=mouth_opening(face.landmarks),
        mouth=_mouth(grey, points),
    )


def _cut_out(rgb: ByteArray, landmarks: Float32Array) -> tuple[ByteArray, Float32Array]:
    """The face with some room around it, and its landmarks there."""
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    room = _MARGIN * float((high - low).max())
    x0, y0 = (max(0, int(v)) for v in low - room)
    x1, y1 = (int(v) for v in high + room)
    cut = rgb[y0 : max(y0 + 2, y1), x0 : max(x0 + 2, x1)]
    moved = landmarks - np.array([x0, y0, 0], np.float32)
    if not cut.size:  # the landmarks lie outside the picture
        return rgb, landmarks
    return np.ascontiguousarray(cut), moved


def _inside(grey: ByteArray, outline: Float32Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    mask = np.zeros(grey.shape, np.uint8)
    cv2.fillPoly(mask, [outline[:, :2].round().astype(np.int32)], 1)
    return mask > 0


def _square(grey: ByteArray, centre: Float32Array, half: float) -> ByteArray:
    x, y = int(centre[0]), int(centre[1])
    size = max(1, int(half))
    return grey[max(0, y - size) : y + size + 1, max(0, x - size) : x + size + 1]


def _cheeks(grey: ByteArray, points: Float32Array) -> float:
    """The lighter cheek: half a face may lie in shadow."""
    half = 0.08 * eye_distance(points)
    found = [_square(grey, points[index, :2], half) for index in _CHEEKS]
    return max((float(np.median(one)) for one in found if one.size), default=128.0)


def _grain(grey: ByteArray, points: Float32Array) -> float:
    """The deviation of the noise on the quieter cheek."""
    half = 0.12 * eye_distance(points)
    found = [_square(grey, points[index, :2], half).astype(np.float32) for index in _CHEEKS]
    answers = [np.abs(cv2.filter2D(one, cv2.CV_32F, _NOISE_MASK)) for one in found if one.size]
    return min((float(one.mean()) * math.sqrt(math.pi / 2) / 6 for one in answers), default=0.0)


def _eye_light(grey: ByteArray, points: Float32Array) -> float:
    """The median grey of a box around each eye, lids and what is below them; the lighter eye."""
    unit = eye_distance(points)
    values = []
    for outer, inner in ((mesh.RIGHT_EYE_OUTER, mesh.RIGHT_EYE_INNER), (mesh.LEFT_EYE_OUTER, mesh.LEFT_EYE_INNER)):
        x, y = (points[outer, :2] + points[inner, :2]) / 2
        top, left = max(0, int(y - 0.08 * unit)), max(0, int(x - 0.16 * unit))
        box = grey[top : int(y + 0.16 * unit) + 1, left : int(x + 0.16 * unit) + 1]
        values.append(float(np.percentile(box, 60)) if box.size else 128.0)
    return max(values)


def _mouth_chroma(rgb: ByteArray, points: Float32Array) -> float:
    """How much redder the lips are than the cheeks: a* of CIELAB, median of the lips less that of the cheeks."""
    lips = [*mesh.NAMED_POINTS["outer_upper_lip"], *reversed(mesh.NAMED_POINTS["outer_lower_lip"][1:-1])]
    mask = _inside(np.zeros(rgb.shape[:2], np.uint8), points[lips])
    inner = [*mesh.NAMED_POINTS["inner_upper_lip"], *reversed(mesh.NAMED_POINTS["inner_lower_lip"][1:-1])]
    mask &= ~_inside(np.zeros(rgb.shape[:2], np.uint8), points[inner])
    red: ByteArray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[:, :, 1], dtype=np.uint8)
    half = 0.08 * eye_distance(points)
    cheeks = [_square(red, points[index, :2], half) for index in _CHEEKS]
    level = [float(np.median(one)) for one in cheeks if one.size]
    return float(np.median(red[mask])) - float(np.mean(level)) if mask.any() and level else 0.0


def _mouth(grey: ByteArray, points: Float32Array) -> Float32Array:
    width, height = PATCH
    scale = width / (1.1 * eye_distance(points))
    angle = -roll_radians(points)
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    centre = (points[mesh.MOUTH_RIGHT, :2] + points[mesh.MOUTH_LEFT, :2]) / 2
    affine = np.array([[cos, -sin, 0], [sin, cos, 0]], np.float32)
    affine[:, 2] = np.array([width / 2, height / 2], np.float32) - affine[:, :2] @ centre
    small = cv2.GaussianBlur(grey, (0, 0), 0.5 / scale) if scale < 1 else grey
    patch = cv2.warpAffine(small, affine, PATCH, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    return np.asarray((patch - patch.mean()) / max(2.0, float(patch.std())), dtype=np.float32)
