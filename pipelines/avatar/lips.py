"""Moves the lips and the jaw of a portrait: two displacement fields, above and below the line where the lips meet.

All displacements are vertical except ``wide``. At the lower lip's inner edge the lower field equals the lip's own drop,
and below it blends into the drop of the jaw, over a ramp long enough for wide openings not to tear at the corners.
What lies between the lips is painted by ``interior``.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipelines.avatar.curves import bump, contour, smoothstep
from pipelines.avatar.rig import Rig
from pipelines.avatar.seam import darkest_line
from pipelines.faces import mesh
from pipelines.media import ByteArray, Float32Array

CLOSED_GAP = 0.035  # eye distances; below, a portrait's mouth counts as closed and only its seam is used

_TEETH_GAP = 0.05  # eye distances; above, the portrait's own teeth are used
_SEAM_SEARCH = 0.040  # eye distances
_UPPER_SHARE = 0.16  # of an opening, the part by which the upper lip rises
_CLOSING_UPPER_SHARE = 0.45  # of closing a smile, the part that the upper lip comes down
_ROUND_BY, _SPREAD_BY = 0.085, 0.045  # eye distances by which each corner moves at wide = -1 and 1
_ROUND_OPENING = 0.35  # an open mouth is narrower: part of the opening by which each corner moves in
_CORNER_DROP = 0.2  # of the jaw's drop, the part that the corners follow
_PUCKER_BY, _PRESS_BY = 0.020, 0.022  # eye distances by which the lips' outer edges move


@dataclass(frozen=True, slots=True, kw_only=True)
class MouthPose:
    """What a mouth does in one frame. ``opening`` is the gap in eye distances; below 0 the lips press."""

    opening: float
    wide: float
    upper_lip: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Aperture:
    """The open mouth of one frame, in pixels of the lips' box: its edges per column, and how far the jaw dropped.

    ``rounding`` is 0 to 1: lips that pout cast a shadow on the teeth.
    """

    top: Float32Array
    bottom: Float32Array
    jaw_drop: float
    rounding: float


class Lips:
    """The warp of one rig. ``box`` is left, top, right, bottom in rig pixels."""

    def __init__(self, rig: Rig) -> None:
        unit = rig.unit
        height, width = rig.rgba.shape[:2]
        middle = (rig.point(mesh.UPPER_LIP_INNER) + rig.point(mesh.LOWER_LIP_INNER)) / 2
        self.unit = unit
        self.box = (
            int(max(0, middle[0] - 1.0 * unit)),
            int(max(0, middle[1] - 0.48 * unit)),
            int(min(width, middle[0] + 1.0 * unit)),
            int(min(height, middle[1] + 1.15 * unit)),
        )
        left, top, right, bottom = self.box
        origin = np.array([left, top], np.float32)
        self.middle = middle - origin
        self._columns = np.arange(right - left, dtype=np.float32)
        rows = np.arange(bottom - top, dtype=np.float32)[:, None]
        self.source = np.ascontiguousarray(rig.rgba[top:bottom, left:right])
        self._measure_lips(rig, origin)
        self._build_fields(rig, origin, rows)

    def _measure_lips(self, rig: Rig, origin: Float32Array) -> None:
        upper, lower = rig.points("inner_upper_lip") - origin, rig.points("inner_lower_lip") - origin
        self.left, self.right = float(upper[0, 0]), float(upper[-1, 0])
        self._upper, self._lower = contour(upper, self._columns), contour(lower, self._columns)
        gap = np.clip(self._lower - self._upper, 0, None)
        if float(gap.max()) < CLOSED_GAP * rig.unit:
            seam = np.asarray((self._upper + self._lower) / 2, dtype=np.float32)
            inset = 0.06 * (self.right - self.left)
            first, last = round(self.left + inset), round(self.right - inset)
            self._upper = self._lower = darkest_line(
                self.source, seam, first=first, last=last, up=_SEAM_SEARCH, down=_SEAM_SEARCH, unit=rig.unit
            )
            gap = np.zeros_like(seam)
        self.upper_edge = self._upper
        self.rest_gap = np.asarray(gap, dtype=np.float32)
        self.rest_opening = float(gap.max()) / rig.unit
        self.shows_teeth = self.rest_opening >= _TEETH_GAP
        # A lip that is already drawn back over the teeth does not rise further: it would bare the gums.
        self._upper_share = 0.0 if self.shows_teeth else _UPPER_SHARE
        self.outer_top = contour(rig.points("outer_upper_lip") - origin, self._columns)
        self.outer_bottom = contour(rig.points("outer_lower_lip") - origin, self._columns)
        half = (self.right - self.left) / 2
        across = np.clip((self._columns - (self.left + half)) / half, -1, 1)
        self.half_width = half
        # Openings are round in the middle and leave the corners softly, which a plain arc does not.
        self._profile = np.asarray((1 - across**2) ** 0.9 * (1 - 0.12 * across**2), dtype=np.float32)

    def _build_fields(self, rig: Rig, origin: Float32Array, rows: Float32Array) -> None:
        unit, x = rig.unit, self._columns[None]
        chin, nose = float(rig.point(mesh.CHIN)[1] - origin[1]), float(rig.point(mesh.NOSE_BASE)[1] - origin[1])
        lip_top = float(self.outer_top.min())
        jaw_half = 0.5 * float(rig.point(mesh.CHEEK_LEFT)[0] - rig.point(mesh.CHEEK_RIGHT)[0])
        aside = np.abs(x - self.middle[0])
        self._rows = rows
        self._jaw = np.asarray(
            (1 - smoothstep(aside, 0.45 * jaw_half, 1.08 * jaw_half))
            * (1 - smoothstep(rows, chin + 0.05 * unit, chin + 0.50 * unit)),
            dtype=np.float32,
        )
        ramp_end = lip_top + 0.6 * max(1.0, float(self._upper.min()) - lip_top)
        self._upper_weight = smoothstep(rows, nose + 0.02 * unit, ramp_end)
        sideways = np.clip((x - self.middle[0]) / self.half_width, -1.2, 1.2)
        fade = (1 - smoothstep(aside, 0.95 * self.half_width, 0.92 * jaw_half)) * bump(
            rows, self.middle[1], 0.24 * unit
        )
        self._sideways = np.asarray(sideways * fade, dtype=np.float32)
        at_seam = round(float(np.clip(self.middle[1], 0, len(rows) - 1)))
        self._sideways_at_seam = self._sideways[at_seam]
        corners = bump(x, self.left, 0.22 * unit) + bump(x, self.right, 0.22 * unit)
        self._corners = np.asarray(corners * bump(rows, self.middle[1], 0.24 * unit), dtype=np.float32)
        self._corners_at_seam = self._corners[at_seam]
        inside = smoothstep(self.half_width * 1.05 - aside, 0.0, 0.35 * self.half_width)
        thick = max(0.05 * unit, 0.5 * float(self.outer_bottom.max() - self.outer_top.min()))
        self._edges = np.asarray(
            inside * (bump(rows, self.outer_bottom[None], thick * 0.7) - bump(rows, self.outer_top[None], thick * 0.7)),
            dtype=np.float32,
        )

    def pose(self, mouth: MouthPose) -> tuple[ByteArray, Aperture]:
        """The warped box (height, width, 4), and the opening to paint."""
        unit = self.unit
        opening = max(0.0, mouth.opening) * unit
        rest = self.rest_opening * unit
        drop = max(0.0, opening - rest)  # what the jaw does beyond the portrait's own smile
        kept = min(1.0, opening / rest) if rest > 0 else 1.0
        pull = self._pull(mouth, drop)
        column = self._columns - pull * self._sideways_at_seam
        profile, upper, lower, rest_gap = (
            np.interp(column, self._columns, values)
            for values in (self._profile, self._upper, self._lower, self.rest_gap)
        )
        gap = rest_gap * kept + drop * profile
        lift = (self._upper_share * drop + (0.0 if self.shows_teeth else mouth.upper_lip * unit)) * profile
        top = upper + _CLOSING_UPPER_SHARE * (rest_gap - rest_gap * kept) - lift
        bottom = top + gap
        jaw_drop = (1 - self._upper_share) * drop
        rows = self._rows - (_CORNER_DROP * jaw_drop) * self._corners
        map_y = self._vertical(rows, top - upper, bottom - lower, (top + bottom) / 2, bottom, jaw_drop)
        map_y -= self._edge_move(mouth) * self._edges
        map_x = self._columns[None] - pull * self._sideways
        warped = cv2.remap(
            self.source,
            map_x.astype(np.float32),
            map_y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        follow = _CORNER_DROP * jaw_drop * self._corners_at_seam
        aperture = Aperture(
            top=np.asarray(top + follow, dtype=np.float32),
            bottom=np.asarray(bottom + follow, dtype=np.float32),
            jaw_drop=jaw_drop,
            rounding=max(0.0, -mouth.wide),
        )
        return np.asarray(warped, dtype=np.uint8), aperture

    def _pull(self, mouth: MouthPose, drop: float) -> float:
        """By how many pixels each corner moves outwards."""
        by = _SPREAD_BY * mouth.wide if mouth.wide > 0 else _ROUND_BY * mouth.wide
        return by * self.unit - _ROUND_OPENING * drop * 0.5

    def _edge_move(self, mouth: MouthPose) -> float:
        """By how many pixels the lips' outer edges move away from the seam: rounded lips pout, pressed lips roll in."""
        pucker = _PUCKER_BY * max(0.0, -mouth.wide)
        press = _PRESS_BY * min(1.0, max(0.0, -mouth.opening) / 0.02)
        return (pucker - press) * self.unit

    def _vertical(
        self,
        rows: Float32Array,
        upper_move: Float32Array,
        lower_move: Float32Array,
        seam: Float32Array,
        bottom: Float32Array,
        jaw_drop: float,
    ) -> Float32Array:
        ramp = 0.28 * self.unit + 1.6 * np.abs(jaw_drop - lower_move)
        share = np.clip((rows - bottom[None]) * (1 / ramp)[None], 0, 1)
        share *= share * (3 - 2 * share)
        lower = lower_move[None] + (jaw_drop * self._jaw - lower_move[None]) * share
        move = np.where(rows >= seam[None], lower, upper_move[None] * self._upper_weight)
        return np.asarray(rows - move, dtype=np.float32)
