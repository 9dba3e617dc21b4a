"""The 468 landmarks of a face, by MediaPipe's face mesh on LiteRT.

The mesh network looks at an upright crop of the face, so its own answer is used to cut a better crop (two rounds on a
still picture, one while tracking). Source: Kartynnik et al. 2019, https://arxiv.org/abs/1907.06724.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from pipelines.faces import mesh
from pipelines.faces.detection import FaceBox, FaceDetector
from pipelines.faces.nets import Net, WeightsFolder
from pipelines.media import ByteArray, Float32Array

CARD_ID = "face-landmark"

_CROP_PX = 192
_CROP_MARGIN = 1.5  # the network was trained on crops half as big again as the face
_PRESENT_MIN = 0.5
_SCORE_MIN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFace:
    """A face with its landmarks, (468, 3) float32 in pixels (z: same scale, smaller is nearer)."""

    score: float  # of the detector
    presence: float  # of the mesh network: is what it looks at a face?
    landmarks: Float32Array


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crop:
    centre: Float32Array
    size: float
    angle: float  # radians

    def to_picture(self) -> Float32Array:
        """The affine from crop pixels to picture pixels, (2, 3)."""
        scale = self.size / _CROP_PX
        cos, sin = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        affine = np.array([[cos, -sin, 0], [sin, cos, 0]], np.float32)
        affine[:, 2] = self.centre - affine[:, :2] @ np.full(2, _CROP_PX / 2, np.float32)
        return affine


class FaceFinder:
    """Finds faces and their landmarks. Not for sharing between threads."""

    cards = ("face-detection-short-range", "face-landmark")

    def __init__(self, weights: WeightsFolder, threads: int = 1) -> None:
        self._detector = FaceDetector(weights, threads=threads)
        self._mesh = Net(weights.path(CARD_ID, "model.tflite"), threads=threads)

    def find(self, rgb: ByteArray, *, score_min: float = _SCORE_MIN, closely: bool = True) -> tuple[FoundFace, ...]:
        """Everything in (height, width, 3) uint8 that the detector takes for a face, surest first.

        ``closely`` finds small faces too. Look at ``presence``: the mesh network is the better judge of what is a face.
        """
        found = []
        for box in self._detector.detect(rgb, score_min=score_min, closely=closely):
            points, presence = self._look(rgb, _crop_of_box(box))
            if presence >= _PRESENT_MIN:
                points, presence = self._look(rgb, _crop_of_landmarks(points))
            found.append(FoundFace(score=box.score, presence=presence, landmarks=points))
        return tuple(found)

    def landmarks(self, rgb: ByteArray, *, previous: Float32Array | None = None) -> Float32Array | None:
        """The landmarks of the surest face, or None.

        Args:
            rgb: (height, width, 3) uint8.
            previous: the landmarks in the frame before, which save the detection.
        """
        if previous is not None:
            points, presence = self._look(rgb, _crop_of_landmarks(previous))
            if presence >= _PRESENT_MIN:
                return points
        for closely in (False, True):
            faces = [face for face in self.find(rgb, closely=closely) if face.presence >= _PRESENT_MIN]
            if faces:
                return faces[0].landmarks
        return None

    def _look(self, rgb: ByteArray, crop: _Crop) -> tuple[Float32Array, float]:
        affine = crop.to_picture()
        picture = cv2.warpAffine(rgb, affine, (_CROP_PX, _CROP_PX), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        outputs = self._mesh(np.asarray(picture, dtype=np.float32)[None] / np.float32(255))
        points = outputs[0].reshape(mesh.POINT_COUNT, 3)
        logit = float(outputs[1].ravel()[0])
        in_picture = points[:, :2] @ affine[:, :2].T + affine[:, 2]
        depth = points[:, 2:] * (crop.size / _CROP_PX)
        presence = 1 / (1 + math.exp(-max(-80.0, min(80.0, logit))))
        return np.concatenate([in_picture, depth], axis=1).astype(np.float32), presence


def eye_distance(landmarks: Float32Array) -> float:
    """Between the outer eye corners, in pixels: the unit of everything that moves."""
    return float(np.linalg.norm(landmarks[mesh.LEFT_EYE_OUTER, :2] - landmarks[mesh.RIGHT_EYE_OUTER, :2]))


def roll_radians(landmarks: Float32Array) -> float:
    """How far the line of the eyes is turned, clockwise positive (y runs down)."""
    dx, dy = landmarks[mesh.LEFT_EYE_OUTER, :2] - landmarks[mesh.RIGHT_EYE_OUTER, :2]
    return math.atan2(float(dy), float(dx))


def mouth_opening(landmarks: Float32Array) -> float:
    """The gap between the inner lips, as a share of the eye distance."""
    upper = landmarks[[82, mesh.UPPER_LIP_INNER, 312], :2]
    lower = landmarks[[87, mesh.LOWER_LIP_INNER, 317], :2]
    return float(np.linalg.norm(upper - lower, axis=1).mean()) / eye_distance(landmarks)


def _crop_of_box(box: FaceBox) -> _Crop:
    across = box.keypoints[1] - box.keypoints[0]
    angle = math.atan2(float(across[1]), float(across[0]))
    return _Crop(centre=box.centre, size=_CROP_MARGIN * float(box.size.max()), angle=angle)


def _crop_of_landmarks(landmarks: Float32Array) -> _Crop:
    angle = roll_radians(landmarks)
    upright = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]], np.float32)
    points = landmarks[:, :2] @ upright.T
    low, high = points.min(axis=0), points.max(axis=0)
    return _Crop(
        centre=(upright.T @ ((low + high) / 2)).astype(np.float32),
        size=_CROP_MARGIN * float((high - low).max()),
        angle=angle,
    )
