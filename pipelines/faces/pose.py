"""Where a face looks, from its landmarks alone: the mesh is in three dimensions, so two axes on it are enough."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipelines.faces import mesh
from pipelines.faces.landmarks import roll_radians
from pipelines.media import Float32Array

# The line from forehead to chin leans this much in a face that looks straight ahead (measured on frontal portraits).
_CHIN_LEAN_DEG = 8.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Degrees; all zero looks straight into the camera. ``yaw`` is positive towards the right of the picture."""

    yaw: float
    pitch: float
    roll: float


def pose_of(landmarks: Float32Array) -> Pose:
    """The pose of a face."""
    across = landmarks[mesh.CHEEK_LEFT] - landmarks[mesh.CHEEK_RIGHT]
    down = landmarks[mesh.CHIN] - landmarks[mesh.FOREHEAD]
    return Pose(
        yaw=math.degrees(math.atan2(float(across[2]), float(math.hypot(across[0], across[1])))),
        pitch=math.degrees(math.atan2(float(down[2]), float(math.hypot(down[0], down[1])))) - _CHIN_LEAN_DEG,
        roll=math.degrees(roll_radians(landmarks)),
    )
