"""Blinks: the upper lid comes down over the eye with its lashes, and the lower lid comes up a little.

The lashes move as they are; the skin between them and the brow stretches to follow.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.avatar.curves import contour, smoothstep
from pipelines.avatar.rig import Rig
from pipelines.avatar.seam import darkest_line
from pipelines.media import ByteArray

_VISIBLE = 0.03  # less of a blink than this moves nothing by a pixel
_UPPER_SHARE = 0.93  # of the eye's height, what the upper lid covers
_LOWER_SHARE = 0.12  # and what the lower lid does; they overlap a little, so that no eye shows through
_LASHES = 0.030  # eye distances above the lid's edge that move without stretching
_SKIN_MIN = 0.055  # eye distances of skin above the lashes that may stretch
_LID_SHADE = 0.10  # a closed lid turns away from the light
_LASH_SEARCH_UP, _LASH_SEARCH_DOWN = 0.045, 0.008  # further down lies the iris, which is dark too


class Eyelids:
    """The lids of one eye. ``box`` is left, top, right, bottom in rig pixels.

    Args:
        rig: the portrait.
        side: "right" or "left", the person's own.
        exact: whether the landmarks of the lids are exact, so that the line of the lashes need not be searched.
    """

    def __init__(self, rig: Rig, side: str, *, exact: bool) -> None:
        unit = rig.unit
        upper, lower = rig.points(f"{side}_upper_lid"), rig.points(f"{side}_lower_lid")
        brow = rig.points(f"{side}_brow")
        height, width = rig.rgba.shape[:2]
        left, right = float(upper[:, 0].min()), float(upper[:, 0].max())
        x0, x1 = int(max(0, left - 0.10 * unit)), int(min(width, right + 0.10 * unit) + 1)
        columns = np.arange(x0, x1, dtype=np.float32)
        lid, floor = contour(upper, columns), contour(lower, columns)
        y0 = int(max(0, min(float(contour(brow, columns).min()), float(lid.min()) - 0.2 * unit)))
        y1 = int(min(height, floor.max() + 0.13 * unit) + 1)
        self.box = (x0, y0, x1, y1)
        self._source = np.ascontiguousarray(rig.rgba[y0:y1, x0:x1])
        lid, floor = lid - y0, floor - y0
        if not exact:
            lid = darkest_line(
                self._source,
                lid,
                first=round(left - x0),
                last=round(right - x0),
                up=_LASH_SEARCH_UP,
                down=_LASH_SEARCH_DOWN,
                unit=unit,
            )
        self._lid, self._floor = lid, floor
        self._opening = np.clip(floor - lid, 0, None).astype(np.float32)
        lashes = lid - _LASHES * unit
        # The skin that stretches begins under the brow, but never so near the lashes that it stretches too far.
        self._start = np.minimum(contour(brow, columns) - y0 + 0.035 * unit, lashes - _SKIN_MIN * unit)
        self._lashes = lashes
        self._columns = np.repeat((columns - x0)[None], y1 - y0, axis=0)
        self._rows = np.arange(y1 - y0, dtype=np.float32)[:, None]
        self._below = 1 - smoothstep(self._rows, floor[None], floor[None] + 0.11 * unit)
        self._unit = unit

    def draw(self, picture: ByteArray, blink: float) -> None:
        """Write this eye into the rig's picture (height, width, 4), in place."""
        x0, y0, x1, y1 = self.box
        if blink < _VISIBLE:
            picture[y0:y1, x0:x1] = self._source
            return
        move = self._opening * (_UPPER_SHARE * blink)
        rise = self._opening * (_LOWER_SHARE * blink)
        lid, rows, start = (self._lid + move)[None], self._rows, self._start[None]
        skin = self._lashes - self._start
        stretch = skin / np.maximum(1e-3, skin + move)
        above = np.where(rows < start, rows, start + (rows - start) * stretch[None])
        above = np.where(rows >= (self._lashes + move)[None], rows - move[None], above)
        lower_weight = np.where(rows >= (self._floor - rise)[None], self._below, 0.0)
        below = rows + rise[None] * lower_weight
        lowered = cv2.remap(self._source, self._columns, above.astype(np.float32), cv2.INTER_LINEAR)
        eye = cv2.remap(self._source, self._columns, below.astype(np.float32), cv2.INTER_LINEAR)
        near = np.clip((rows - start) / np.maximum(1e-3, lid - start), 0, 1)
        shaded = lowered * (1 - _LID_SHADE * blink * near * np.clip(move / (0.04 * self._unit), 0, 1)[None])[:, :, None]
        cover = np.clip(lid - rows + 0.5, 0, 1)[:, :, None]
        mixed = eye + (shaded - eye) * cover
        picture[y0:y1, x0:x1, :3] = (mixed[:, :, :3] + 0.5).astype(np.uint8)
