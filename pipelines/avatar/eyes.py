"""Blinks: the skin between brow and lid is drawn down over the eye, and the lower lid comes up a little."""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.avatar.curves import contour, smoothstep
from pipelines.avatar.rig import Rig
from pipelines.media import ByteArray, Float32Array

_VISIBLE = 0.03  # less of a blink than this moves nothing by a pixel
_UPPER_SHARE = 0.90  # of the eye's height, what the upper lid covers
_LOWER_SHARE = 0.12  # and what the lower lid does; they overlap a little, so that no eye shows through
_LID_SHADE = 0.14  # a closed lid turns away from the light


class Eyelids:
    """The lids of one eye. ``box`` is left, top, right, bottom in rig pixels."""

    def __init__(self, rig: Rig, side: str) -> None:
        unit = rig.unit
        upper, lower = rig.points(f"{side}_upper_lid"), rig.points(f"{side}_lower_lid")
        brow = rig.points(f"{side}_brow")
        height, width = rig.rgba.shape[:2]
        left, right = float(upper[:, 0].min()), float(upper[:, 0].max())
        x0, x1 = int(max(0, left - 0.10 * unit)), int(min(width, right + 0.10 * unit) + 1)
        columns = np.arange(x0, x1, dtype=np.float32)
        lid, floor = contour(upper, columns), contour(lower, columns)
        opening = np.clip(floor - lid, 0, None)
        # The skin that is drawn down begins under the brow, but never so near the lid that it has to stretch too far.
        start = np.minimum(contour(brow, columns) + 0.035 * unit, lid - 0.075 * unit)
        y0 = int(max(0, start.min() - 2))
        y1 = int(min(height, floor.max() + 0.13 * unit) + 1)
        self.box = (x0, y0, x1, y1)
        self._source = np.ascontiguousarray(rig.rgba[y0:y1, x0:x1])
        self._columns = np.repeat((columns - x0)[None], y1 - y0, axis=0)
        self._rows = np.arange(y1 - y0, dtype=np.float32)[:, None]
        self._start, self._lid, self._floor = start - y0, lid - y0, floor - y0
        self._opening = np.asarray(opening, dtype=np.float32)
        self._below = 1 - smoothstep(self._rows, self._floor[None], self._floor[None] + 0.12 * unit)
        inside = np.clip(np.minimum(columns - left, right - columns) / (0.06 * unit), 0, 1)
        self._inside = np.asarray(inside, dtype=np.float32)
        self._unit = unit

    def draw(self, picture: ByteArray, blink: float) -> None:
        """Write this eye into the rig's picture (height, width, 4), in place."""
        x0, y0, x1, y1 = self.box
        if blink < _VISIBLE:
            picture[y0:y1, x0:x1] = self._source
            return
        lid = self._lid + self._opening * (_UPPER_SHARE * blink)
        floor = self._floor - self._opening * (_LOWER_SHARE * blink)
        stretch = (self._lid - self._start) / np.maximum(1e-3, lid - self._start)
        rows, start = self._rows, self._start[None]
        above = np.where(rows < start, rows, start + (rows - start) * stretch[None])
        below = rows + (self._floor - floor)[None] * self._below
        edge = np.minimum(lid, floor + 0.5)[None]
        source_rows = np.where(rows < lid[None], above, np.where(rows >= floor[None], below, rows))
        warped = cv2.remap(self._source, self._columns, source_rows.astype(np.float32), cv2.INTER_LINEAR)
        near = np.clip((rows - start) / np.maximum(1e-3, edge - start), 0, 1) * (rows < edge)
        shade = 1 - (_LID_SHADE * blink) * near * self._inside[None]
        warped[:, :, :3] = (warped[:, :, :3] * shade[:, :, None]).astype(np.uint8)
        picture[y0:y1, x0:x1] = warped
