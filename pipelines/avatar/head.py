"""Moves the head as if it had depth, the brows, and the chest that breathes: one map from stage pixels to rig pixels.

Turning is parallax: the nose moves most, the ears hardly, the back of the head a little the other way, so the outline
stays and the face turns inside it. All of it is computed on a coarse grid and enlarged, because nothing is steep.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from pipelines.avatar.curves import bump, smoothstep
from pipelines.avatar.rig import Rig
from pipelines.faces import mesh
from pipelines.geometry import Box
from pipelines.media import Float32Array

_STEP_PX = 12
_BROW_RISE = 0.045  # eye distances at brow = 1
_CHEST_RISE, _CHEST_SWELL = 0.012, 0.006  # eye distances at breath = 1
_HEAD_RIDES = 0.5  # part of the chest's rise that the head follows
_SPLAT = 0.16  # eye distances; smooths depth between landmarks


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPose:
    """One frame of a head, in the units of ``MotionTrack``."""

    dx: float
    dy: float
    yaw: float
    pitch: float
    roll: float
    brow: float
    breath: float


class HeadField:
    """The maps of one rig on one stage. ``box`` is the part of the stage that the presenter can reach."""

    def __init__(self, rig: Rig, frame_size: tuple[int, int]) -> None:
        self._unit = rig.unit
        self.box = _reachable(rig, frame_size)
        box = self.box
        self._grid = (-(-box.width // _STEP_PX), -(-box.height // _STEP_PX))
        # cv2.resize aligns pixel areas: the k-th coarse sample stands in the middle of its cell.
        x = (np.arange(self._grid[0], dtype=np.float32) + 0.5) * _STEP_PX - 0.5 + box.x
        y = (np.arange(self._grid[1], dtype=np.float32) + 0.5) * _STEP_PX - 0.5 + box.y
        a = rig.from_stage
        self._x = a[0, 0] * x[None] + a[0, 1] * y[:, None] + a[0, 2]
        self._y = a[1, 0] * x[None] + a[1, 1] * y[:, None] + a[1, 2]
        unit = rig.unit
        chin = float(rig.point(mesh.CHIN)[1])
        middle = float(rig.landmarks[list(mesh.FACE_OVAL), 0].mean())
        self._pivot = (middle, chin + 0.45 * unit)
        aside = np.abs(self._x - middle)
        self._head = (1 - smoothstep(self._y, chin - 0.05 * unit, chin + 0.95 * unit)) * (
            1 - smoothstep(aside, 1.7 * unit, 3.0 * unit)
        )
        self._chest = smoothstep(self._y, chin + 0.2 * unit, chin + 1.3 * unit)
        self._swell = self._chest * np.clip((self._x - middle) / unit, -2.5, 2.5)
        self._depth = self._depth_field(rig) * self._head
        self._brow = self._brow_field(rig)

    def _depth_field(self, rig: Rig) -> Float32Array:
        """1 at the tip of the nose, 0 at the ears, slightly negative on the hair."""
        nearness = -rig.landmarks[:, 2]
        ears = float((nearness[mesh.CHEEK_LEFT] + nearness[mesh.CHEEK_RIGHT]) / 2)
        nearness = (nearness - ears) / max(1e-3, float(nearness[mesh.NOSE_TIP]) - ears)
        total = np.zeros_like(self._x)
        mass = np.full_like(self._x, 0.25)
        total += -0.18 * mass  # the rest of the head, behind the ears
        for (px, py), value in zip(rig.landmarks[:, :2], nearness, strict=True):
            weight = bump(self._x, float(px), _SPLAT * rig.unit) * bump(self._y, float(py), _SPLAT * rig.unit)
            total += weight * value
            mass += weight
        return np.asarray(total / mass, dtype=np.float32)

    def _brow_field(self, rig: Rig) -> Float32Array:
        field = np.zeros_like(self._x)
        for side in ("right", "left"):
            brow, lid = rig.points(f"{side}_brow"), rig.points(f"{side}_upper_lid")
            x, y = float(brow[:, 0].mean()), float(brow[:, 1].mean())
            floor = float(lid[:, 1].min())
            width = 0.75 * float(np.ptp(brow[:, 0]))
            fade = 1 - smoothstep(self._y, y + 0.3 * (floor - y), floor)  # the lids stay where they are
            field = np.maximum(
                field, bump(self._x, x, width) * bump(self._y, y - 0.06 * rig.unit, 0.24 * rig.unit) * fade
            )
        return np.asarray(field, dtype=np.float32)

    def maps(self, pose: HeadPose) -> tuple[Float32Array, Float32Array]:
        """For each pixel of ``box``, where in the rig its colour comes from: x and y, each (height, width) float32."""
        unit = self._unit
        cos, sin = math.cos(pose.roll) - 1, math.sin(pose.roll)
        x, y = self._x - self._pivot[0], self._y - self._pivot[1]
        ride = pose.breath * _CHEST_RISE
        dx = unit * (pose.dx * self._head + pose.yaw * self._depth + pose.breath * _CHEST_SWELL * self._swell)
        dy = unit * (
            (pose.dy - _HEAD_RIDES * ride) * self._head
            + pose.pitch * self._depth
            - pose.brow * _BROW_RISE * self._brow
            - ride * self._chest
        )
        from_x = self._x + (cos * x + sin * y) * self._head - dx
        from_y = self._y + (cos * y - sin * x) * self._head - dy
        return self._enlarge(from_x), self._enlarge(from_y)

    def _enlarge(self, values: Float32Array) -> Float32Array:
        size = (self._grid[0] * _STEP_PX, self._grid[1] * _STEP_PX)
        # Edge cells are extrapolated, or the map would stand still in the outer half cell.
        big = cv2.resize(
            _with_rim(values),
            (size[0] + 2 * _STEP_PX, size[1] + 2 * _STEP_PX),
            interpolation=cv2.INTER_LINEAR,
        )
        return np.asarray(
            big[_STEP_PX : _STEP_PX + self.box.height, _STEP_PX : _STEP_PX + self.box.width], dtype=np.float32
        )


def _with_rim(values: Float32Array) -> Float32Array:
    """One more row and column on each side, continuing the slope."""
    rows = np.concatenate([2 * values[:1] - values[1:2], values, 2 * values[-1:] - values[-2:-1]], axis=0)
    return np.asarray(
        np.concatenate([2 * rows[:, :1] - rows[:, 1:2], rows, 2 * rows[:, -1:] - rows[:, -2:-1]], axis=1),
        dtype=np.float32,
    )


def _reachable(rig: Rig, frame_size: tuple[int, int]) -> Box:
    """The part of the frame that the picture's solid area can reach when it moves."""
    width, height = frame_size
    solid = rig.rgba[:, :, 3] > 2  # noqa: PLR2004  # of 255
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if rows.size == 0:
        return Box(x=0, y=0, width=width, height=height)
    margin = 0.12 * rig.unit
    left, right = columns[0] - margin, columns[-1] + 1 + margin
    top = rows[0] - margin
    bottom = float(rows[-1] + 1)
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    back = cv2.invertAffineTransform(rig.from_stage)
    on_stage = corners @ back[:, :2].T + back[:, 2]
    low = np.clip(np.floor(on_stage.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
    high = np.clip(np.ceil(on_stage.max(axis=0)), 1, (width, height)).astype(int)
    return Box(x=int(low[0]), y=int(low[1]), width=int(max(1, high[0] - low[0])), height=int(max(1, high[1] - low[1])))
