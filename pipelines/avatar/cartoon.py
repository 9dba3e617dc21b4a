"""A portrait as a drawing: flat tones and ink lines, made once per take, moved like the photo.

Tones by a repeated bilateral filter and soft quantisation of lightness (Winnemöller et al., Real-Time Video
Abstraction, 2006), lines by an extended difference of Gaussians (Winnemöller et al., XDoG, 2012), here relative to the
local lightness so that dark hair and dark skin keep their lines and are not filled with ink.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike

from pipelines.avatar.rig import Rig
from pipelines.media import ByteArray, Float32Array

_PX: Final = 90.0  # the eye distance at which the picture is flattened: finer detail is not drawn
_ROUNDS: Final = 5
_TONES: Final = 7
_HARD: Final = 5.0  # how sudden one tone turns into the next
_COLOURFUL: Final = 1.12
_FINE, _BROAD, _AROUND = 1.3, 2.4, 8.0  # blurs in 1/90 of the eye distance
_LINE: Final = 0.014  # darker than its surroundings by this share is a line
_INKY: Final = 20.0
_INK: Final = 0.22  # what ink leaves of the colour under it
_OUTLINE: Final = 1.6  # in 1/90 of the eye distance


def drawn(rig: Rig) -> Rig:
    """The same rig with the picture drawn; matte and landmarks stay."""
    rgb = np.ascontiguousarray(rig.rgba[:, :, :3])
    size = (rgb.shape[1], rgb.shape[0])
    grain = max(1.0, rig.unit / _PX)
    small = cv2.resize(rgb, None, fx=1 / grain, fy=1 / grain, interpolation=cv2.INTER_AREA)
    for _ in range(_ROUNDS):
        small = cv2.bilateralFilter(small, 7, 30, 5)
    flat = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    ink = np.maximum(_lines(rgb, flat, grain), _outline(rig.rgba[:, :, 3], grain))[:, :, None]
    coloured = _toned(flat, grain) * (1 - (1 - _INK) * ink)
    picture = np.asarray(np.clip(coloured, 0, 1) * 255 + 0.5, dtype=np.uint8)
    return dataclasses.replace(rig, rgba=np.dstack([picture, rig.rgba[:, :, 3]]))


def _toned(flat: ByteArray, grain: float) -> Float32Array:
    """(height, width, 3) in [0, 1]: lightness in a few tones with soft borders, colours a little stronger."""
    lab = np.asarray(cv2.cvtColor(_shares(flat), cv2.COLOR_RGB2LAB), dtype=np.float32)
    lightness = 0.4 * lab[:, :, 0] + 0.6 * _blurred(lab[:, :, 0], max(0.6, 1.2 * grain))
    width = 100 / _TONES
    middle = (np.floor(lightness / width) + 0.5) * width
    tone = middle + width / 2 * np.tanh(2 * _HARD * (lightness - middle) / width) / np.tanh(_HARD)
    lab[:, :, 0] = 0.3 * lab[:, :, 0] + 0.7 * tone
    lab[:, :, 1:] *= _COLOURFUL
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), dtype=np.float32)


def _lines(rgb: ByteArray, flat: ByteArray, grain: float) -> Float32Array:
    """How much ink lies where, (height, width) in [0, 1]."""
    half = np.asarray(cv2.addWeighted(rgb, 0.5, flat, 0.5, 0), dtype=np.uint8)
    grey = _shares(cv2.cvtColor(half, cv2.COLOR_RGB2GRAY))
    darker = _blurred(grey, _BROAD * grain) - _blurred(grey, _FINE * grain)
    share = darker / (_around(grey, _AROUND * grain) + 0.1)
    ink = np.tanh(_INKY * np.maximum(0, share - _LINE))
    return _blurred(np.asarray(ink, dtype=np.float32), max(0.5, 0.5 * grain))


def _outline(alpha: ByteArray, grain: float) -> Float32Array:
    """Ink along the inside of the matte's edge."""
    inside = _shares(alpha)
    deep = _blurred(inside, _OUTLINE * grain)
    return np.asarray(np.clip(3 * (inside - deep), 0, 1) * (inside > 0), dtype=np.float32)


def _around(grey: Float32Array, sigma: float) -> Float32Array:
    """A wide blur, made small first: it has no detail to lose."""
    quarter = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    wide = _blurred(np.asarray(quarter, dtype=np.float32), sigma / 4)
    return np.asarray(cv2.resize(wide, grey.shape[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _shares(values: MatLike) -> Float32Array:
    """Bytes as [0, 1]."""
    return np.asarray(values, dtype=np.float32) / np.float32(255)


def _blurred(values: Float32Array, sigma: float) -> Float32Array:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), dtype=np.float32)
