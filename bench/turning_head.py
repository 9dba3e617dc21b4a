"""Films of a head that turns, made from one picture, and of a print of it that is turned in the hand.

For the first, its landmarks are turned in three dimensions and the picture follows them, which is good for angles up to
some 25 degrees. Made in memory, for tests and measurements, and never kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from scipy.interpolate import LinearNDInterpolator

from pipelines.media import ByteArray, Float32Array


def turned(rgb: ByteArray, landmarks: Float32Array, *, yaw: float, pitch: float) -> ByteArray:
    """The picture with its face turned by these degrees (yaw: towards the right of the picture; pitch: down)."""
    height, width = rgb.shape[:2]
    centre = landmarks.mean(axis=0)
    size = float(np.ptp(landmarks[:, 0]))
    centre[2] += 0.35 * size  # the neck, about which a head turns, is behind the face
    y, x = np.radians(yaw), np.radians(pitch)
    around_y = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    around_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    moved = (landmarks - centre) @ (around_x @ around_y).T + centre
    edge = np.array([[a, b] for a in np.linspace(0, width - 1, 9) for b in np.linspace(0, height - 1, 9)], np.float32)
    far = np.linalg.norm(edge - centre[:2], axis=1) > 1.1 * size  # the room stands still
    goal = np.concatenate([moved[:, :2], edge[far]])
    source = np.concatenate([landmarks[:, :2], edge[far]])
    grid = np.stack(np.meshgrid(np.arange(0, width, 4), np.arange(0, height, 4)), axis=-1)
    coarse = LinearNDInterpolator(goal, source, fill_value=0.0)(grid).astype(np.float32)
    fields = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.remap(rgb, fields[..., 0], fields[..., 1], cv2.INTER_LINEAR), dtype=np.uint8)


def tilted_print(rgb: ByteArray, *, yaw: float, pitch: float) -> ByteArray:
    """A flat print of the picture, turned by these degrees before the camera."""
    height, width = rgb.shape[:2]
    y, x = np.radians(yaw), np.radians(pitch)
    around_y = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    around_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    half = np.array([width / 2, height / 2])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    in_space = np.column_stack([corners, np.zeros(4)]) @ (around_x @ around_y).T
    distance = 1.5 * width  # an arm's length
    seen = in_space[:, :2] * distance / (in_space[:, 2:] + distance) + half
    flat = cv2.getPerspectiveTransform((corners + half).astype(np.float32), seen.astype(np.float32))
    return np.asarray(cv2.warpPerspective(rgb, flat, (width, height), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def film(rgb: ByteArray, landmarks: Float32Array, angles: Sequence[tuple[float, float]]) -> list[ByteArray]:
    """One frame for each (yaw, pitch)."""
    return [turned(rgb, landmarks, yaw=yaw, pitch=pitch) for yaw, pitch in angles]


def there_and_back(movement: str, *, degrees: float = 22.0, steps: int = 8) -> list[tuple[float, float]]:
    """The angles of one movement, from rest to rest."""
    sign = -1 if movement in {"turn_right", "look_up"} else 1
    way = degrees * np.sin(np.linspace(0, np.pi, steps)) * sign
    return [(float(d), 0.0) if movement.startswith("turn") else (0.0, float(d)) for d in way]
