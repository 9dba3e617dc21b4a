"""Finds faces in a picture: MediaPipe's short-range BlazeFace, all faces and not only the best one.

The network sees 128 x 128 pixels, so small faces are found by looking again at overlapping parts of the picture.
Source: Bazarevsky et al. 2019, https://arxiv.org/abs/1907.05047.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipelines.faces.nets import Net, WeightsFolder
from pipelines.media import ByteArray, Float32Array

CARD_ID = "face-detection-short-range"

_INPUT_PX = 128
_STRIDES = ((8, 2), (16, 6))  # stride in pixels, boxes per cell
_OVERLAP_MAX = 0.3  # two boxes that share more than this are one face
_KEYPOINTS = 6  # right eye, left eye, nose, mouth, right ear, left ear


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceBox:
    """One detected face in pixels of the picture. ``keypoints`` is (6, 2) float32, eyes first."""

    score: float
    centre: Float32Array
    size: Float32Array
    keypoints: Float32Array

    def overlap(self, other: FaceBox) -> float:
        """Intersection over the smaller of the two boxes (a face inside another one is the same face)."""
        low = np.maximum(self.centre - self.size / 2, other.centre - other.size / 2)
        high = np.minimum(self.centre + self.size / 2, other.centre + other.size / 2)
        shared = float(np.prod(np.clip(high - low, 0, None)))
        return shared / max(1e-6, min(float(np.prod(self.size)), float(np.prod(other.size))))


class FaceDetector:
    """Faces in a picture, best first."""

    def __init__(self, weights: WeightsFolder, *, threads: int) -> None:
        self._net = Net(weights.path(CARD_ID, "model.tflite"), threads=threads)
        self._anchors = _anchors()

    def detect(self, rgb: ByteArray, *, score_min: float, closely: bool) -> tuple[FaceBox, ...]:
        """All faces of (height, width, 3) uint8 that score at least ``score_min``.

        Args:
            rgb: the picture.
            score_min: 0 to 1.
            closely: look at parts of the picture too, which finds small faces and takes a dozen times as long.
        """
        height, width = rgb.shape[:2]
        views = [(0, 0, width, height), *(_parts(width, height) if closely else ())]
        candidates = [box for view in views for box in self._look(rgb, view, score_min=score_min)]
        found: list[FaceBox] = []
        for box in sorted(candidates, key=lambda candidate: -candidate.score):
            if all(box.overlap(other) <= _OVERLAP_MAX for other in found):
                found.append(box)
        return tuple(found)

    def _look(self, rgb: ByteArray, view: tuple[int, int, int, int], *, score_min: float) -> list[FaceBox]:
        x0, y0, width, height = view
        side = max(height, width)
        left, top = (side - width) // 2, (side - height) // 2
        picture = rgb[y0 : y0 + height, x0 : x0 + width]
        square = cv2.copyMakeBorder(
            picture, top, side - height - top, left, side - width - left, cv2.BORDER_CONSTANT, value=(0, 0, 0)
        )
        small = cv2.resize(square, (_INPUT_PX, _INPUT_PX), interpolation=cv2.INTER_AREA)
        boxes, logits = self._net(np.asarray(small, dtype=np.float32)[None] / np.float32(127.5) - 1)
        scores = 1 / (1 + np.exp(-np.clip(logits[0, :, 0], -80, 80)))
        origin = np.array([x0 - left, y0 - top], np.float32)
        return [
            _box(boxes[0, index], self._anchors[index], score=float(scores[index]), side=side, origin=origin)
            for index in np.flatnonzero(scores >= score_min)
        ]


def _box(raw: Float32Array, anchor: Float32Array, *, score: float, side: int, origin: Float32Array) -> FaceBox:
    points = raw.reshape(2 + _KEYPOINTS, 2) / _INPUT_PX
    return FaceBox(
        score=score,
        centre=(points[0] + anchor) * side + origin,
        size=points[1] * side,
        keypoints=((points[2:] + anchor) * side + origin).astype(np.float32),
    )


def _parts(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Overlapping squares: as big as the shorter side (of long pictures), then half of it."""
    views = []
    for side in (min(width, height), min(width, height) // 2):
        columns = _starts(width, side)
        rows = _starts(height, side)
        views += [(x, y, side, side) for y in rows for x in columns]
    return views


def _starts(length: int, side: int) -> list[int]:
    """Where squares of ``side`` begin so that neighbours share at least a third."""
    count = max(1, -(-(length - side) * 3 // (side * 2)) + 1)
    return [round((length - side) * step / max(1, count - 1)) for step in range(count)]


def _anchors() -> Float32Array:
    """Centres of the network's 896 boxes, as shares of the input's side."""
    centres = [
        ((x + 0.5) / cells, (y + 0.5) / cells)
        for stride, per_cell in _STRIDES
        for cells in [_INPUT_PX // stride]
        for y in range(cells)
        for x in range(cells)
        for _ in range(per_cell)
    ]
    return np.array(centres, np.float32)
