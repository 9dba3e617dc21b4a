"""Paints what lies between open lips: cavity, tongue and teeth.

Upper teeth stay with the skull, tongue and lower teeth follow the jaw. A portrait that smiles with visible teeth keeps
its own upper teeth.

Teeth are nearly the same colour in everybody and reflect the scene's light, not the skin around them: their brightness
depends on the portrait's exposure a little and on the skin not at all.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.avatar.curves import smoothstep
from pipelines.avatar.lips import Aperture, Lips
from pipelines.avatar.teeth import draw_teeth
from pipelines.media import ByteArray, Float32Array

_CAVITY = np.array([46, 20, 20], np.float32)
_TONGUE = np.array([158, 82, 80], np.float32)
_DEPTH = 0.42  # eye distances below the seam that the painted box reaches
_HEIGHT = 0.16  # and above it
_TONGUE_FOLLOWS = 0.60  # of the jaw's drop


class Interior:
    """The inside of one mouth, in the pixels of its lips' box."""

    def __init__(self, lips: Lips, source: ByteArray) -> None:
        unit = lips.unit
        self._unit = unit
        seam = float(lips.middle[1])
        height, width = source.shape[:2]
        self._x0 = max(0, int(lips.left - 0.02 * unit))
        self._x1 = min(width, int(lips.right + 0.02 * unit) + 1)
        self._y0 = max(0, int(seam - _HEIGHT * unit))
        self._y1 = min(height, int(seam + _DEPTH * unit))
        x = np.arange(self._x0, self._x1, dtype=np.float32)[None]
        self._rows = np.arange(self._y0, self._y1, dtype=np.float32)[:, None]
        self._across = (x - lips.middle[0]) / lips.half_width
        light = _exposure(source)
        shape = (self._y1 - self._y0, self._x1 - self._x0)
        self._cavity = np.broadcast_to(_CAVITY * light, (*shape, 3)).astype(np.float32)
        self._tongue, self._tongue_alpha = self._draw_tongue(seam, light)
        upper, upper_alpha = draw_teeth(
            shape, middle=(lips.middle[0] - self._x0, seam - self._y0), unit=unit, light=light, lower=False
        )
        if lips.shows_teeth:
            upper, upper_alpha = self._own_teeth(lips, source, upper, upper_alpha)
        self._upper, self._upper_alpha = upper, upper_alpha
        self._lower, self._lower_alpha = draw_teeth(
            shape, middle=(lips.middle[0] - self._x0, seam - self._y0), unit=unit, light=light, lower=True
        )
        self._sides = (1 - 0.62 * smoothstep(np.abs(self._across), 0.45, 1.02))[:, :, None]
        self._soften = max(0.6, 0.005 * unit)

    def paint(self, picture: ByteArray, aperture: Aperture) -> None:
        """Draw into the warped box (height, width, 4), in place."""
        columns = slice(self._x0, self._x1)
        top, bottom = aperture.top[columns], aperture.bottom[columns]
        gap = bottom - top
        widest = float(gap.max())
        if widest < 0.35:  # noqa: PLR2004  # a third of a pixel: shut
            return
        first = max(0, int(top.min()) - 2 - self._y0)
        last = min(len(self._rows), int(bottom.max()) + 3 - self._y0)
        rows = self._rows[first:last]
        alpha = np.clip(rows - top[None] + 0.5, 0, 1) * np.clip(bottom[None] - rows + 0.5, 0, 1)
        alpha *= np.clip(gap / 1.5, 0, 1)[None]
        alpha = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), self._soften)
        inside = self._layers(aperture.jaw_drop, slice(first, last), widest / self._unit)
        depth = (rows - top[None]) * (1 / self._unit)
        shadow = 0.66 + 0.34 * smoothstep(depth, -0.004, 0.030)
        if widest < 0.05 * self._unit:  # little light gets between lips that barely part
            shadow *= 0.60 + 0.40 * widest / (0.05 * self._unit)
        shadow *= 1 - 0.38 * aperture.rounding
        inside *= shadow[:, :, None] * self._sides
        target = picture[self._y0 + first : self._y0 + last, columns, :3]
        mixed = target + (inside - target) * alpha[:, :, None]
        picture[self._y0 + first : self._y0 + last, columns, :3] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)

    def _layers(self, jaw_drop: float, rows: slice, opening: float) -> Float32Array:
        inside = self._cavity[rows].copy()
        _lay(inside, self._tongue, self._tongue_alpha, shift=jaw_drop * _TONGUE_FOLLOWS, rows=rows, strength=0.88)
        if opening > 0.045:  # noqa: PLR2004  # else the lower lip hides them
            strength = 0.55 * float(min(1.0, (opening - 0.045) / 0.06))
            _lay(inside, self._lower, self._lower_alpha, shift=jaw_drop, rows=rows, strength=strength)
        _lay(inside, self._upper, self._upper_alpha, shift=0.0, rows=rows, strength=1.0)
        return inside

    def _draw_tongue(self, seam: float, light: float) -> tuple[Float32Array, Float32Array]:
        middle = seam + 0.115 * self._unit
        away = (self._across / 0.62) ** 2 + ((self._rows - middle) / (0.105 * self._unit)) ** 2
        groove = 1 - 0.16 * np.exp(-((self._across / 0.09) ** 2))
        shade = (1 - 0.38 * np.clip(away, 0, 1)) * groove
        colour = (_TONGUE * light) * shade[:, :, None]
        return colour.astype(np.float32), 1 - smoothstep(away, 0.5, 1.15)

    def _own_teeth(
        self, lips: Lips, source: ByteArray, drawn: Float32Array, drawn_alpha: Float32Array
    ) -> tuple[Float32Array, Float32Array]:
        """The portrait's visible teeth before the drawn ones, which continue them where lips hide them."""
        columns = slice(self._x0, self._x1)
        upper = (lips.upper_edge[columns])[None]
        lower = (lips.upper_edge + lips.rest_gap)[columns][None]
        inset = 0.008 * self._unit
        mask = np.clip(self._rows - upper + 0.5, 0, 1) * np.clip(lower - inset - self._rows, 0, 1)
        mask = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(0.5, 0.006 * self._unit))
        own = source[self._y0 : self._y1, columns, :3].astype(np.float32)
        level = float((own.mean(axis=2) * mask).sum() / max(1e-3, float(mask.sum())))
        wanted = float((drawn.mean(axis=2) * mask).sum() / max(1e-3, float(mask.sum())))
        matched = drawn * np.float32(np.clip(level / max(1.0, wanted), 0.6, 1.2))
        # Drawn teeth only above the own ones: below them, the mouth opens.
        above = np.where(self._rows < (upper + lower) / 2, drawn_alpha, 0).astype(np.float32)
        alpha = np.maximum(mask, above)
        return (matched + (own - matched) * mask[:, :, None]).astype(np.float32), alpha


def _lay(
    below: Float32Array, colour: Float32Array, alpha: Float32Array, *, shift: float, rows: slice, strength: float
) -> None:
    """Blend a layer that moved down by ``shift`` pixels into the given rows, in place."""
    if shift:
        height, width = alpha.shape
        down = np.array([[1, 0, 0], [0, 1, shift]], np.float32)
        alpha = np.asarray(cv2.warpAffine(alpha, down, (width, height)), dtype=np.float32)
        moved = cv2.warpAffine(colour, down, (width, height), borderMode=cv2.BORDER_REPLICATE)
        colour = np.asarray(moved, dtype=np.float32)
    below += (colour[rows] - below) * (alpha[rows] * strength)[:, :, None]


def _exposure(source: ByteArray) -> float:
    """How bright the scene's light is, from the brightest skin; between .86 and 1.06 so that it never greys teeth."""
    bright = float(np.percentile(source[:, :, :3].max(axis=2), 95))
    return float(np.clip(0.72 + 0.30 * bright / 230, 0.86, 1.06))
