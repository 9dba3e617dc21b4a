"""Puts the light of a scene on a presenter, once per take: a cast over all, and a wrap of light around the edge.

Cast: the mean colour of what is around the presenter is taken for the light there. Colours move a share of the way to
it, by gains in linear light (von Kries), never further than skin bears: a green wall must not make a green person.
Wrap: where the backdrop is bright, a little of its blurred light lies over the presenter's rim, as a lens and the air
would lay it (Brinkmann, The Art and Science of Digital Compositing, 2008, "light wrap"), mixed like light on a screen.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import cv2
import numpy as np

from pipelines.avatar.rig import Rig
from pipelines.media import ByteArray, Float32Array, Stage

_CAST: Final = 0.20  # share of the way from a neutral light to the scene's
_CAST_MAX: Final = 0.05  # no channel moves further: a cheek stays within a few deltas of itself
_LEVEL: Final = 0.18  # share of the way from the presenter's level of light to the scene's, in stops
_DARKER_MAX: Final = 0.20  # stops
_BRIGHTER_MAX: Final = 0.10
_GREEN_MAX: Final = 0.025  # green against red and blue: daylight and lamps differ little there, and skin shows it first
_WRAP: Final = 0.30  # how much of the backdrop's light lies on the very rim
_WRAP_WIDTH: Final = 0.05  # of the eye distance
_GLOW: Final = 0.22  # of the eye distance: how blurred the light is that wraps
_PALER: Final = 0.4  # of the wrapping light's colour goes: light that glances off is whiter than its source
_AROUND: Final = 3.2  # eye distances: the part of the scene that lights the presenter
_COARSE: Final = 4  # rig pixels per pixel in which light is looked at
_LUMA: Final = np.array([0.2126, 0.7152, 0.0722], np.float32)
_GAMMA: Final = 2.2


def lit(rig: Rig, stage: Stage) -> Rig:
    """The same rig in the light of the stage's backdrop (of its first picture, where it moves)."""
    small = _small(rig.rgba)
    behind = _behind(rig, stage, size=(small.shape[1], small.shape[0]))
    gains = _gains(small, behind, rig)
    table = np.clip(np.arange(256)[:, None] * gains ** (1 / _GAMMA) + 0.5, 0, 255).astype(np.uint8)
    cast = np.asarray(cv2.LUT(np.ascontiguousarray(rig.rgba[:, :, :3]), table[None]), dtype=np.uint8)
    alpha = np.ascontiguousarray(rig.rgba[:, :, 3])
    return dataclasses.replace(rig, rgba=np.dstack([_wrapped(cast, alpha, behind, rig.unit), alpha]))


def _small(picture: ByteArray) -> ByteArray:
    """Light is soft: it is looked at in a quarter of the size."""
    size = (max(1, picture.shape[1] // _COARSE), max(1, picture.shape[0] // _COARSE))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _behind(rig: Rig, stage: Stage, *, size: tuple[int, int]) -> ByteArray:
    """The backdrop as it lies behind the rig, in a quarter of the rig's pixels."""
    soft = cv2.blur(stage.background, (_COARSE, _COARSE))
    to_small = rig.from_stage / _COARSE
    picture = cv2.warpAffine(soft, to_small, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, dtype=np.uint8)


def _gains(small: ByteArray, behind: ByteArray, rig: Rig) -> Float32Array:
    """What each channel is multiplied by in linear light, (3,)."""
    alpha = np.asarray(small[:, :, 3], dtype=np.float32) / 255
    rows, columns = np.ogrid[: alpha.shape[0], : alpha.shape[1]]
    face = rig.landmarks[:, :2].mean(axis=0) / _COARSE
    distance = (columns - face[0]) ** 2 + (rows - face[1]) ** 2
    near = np.exp(-distance / (_AROUND * rig.unit / _COARSE) ** 2).astype(np.float32)
    scene = _mean(behind, near * (1 - alpha) + 1e-6)
    person = _mean(small[:, :, :3], near * alpha + 1e-6)
    level, own = float(scene @ _LUMA), float(person @ _LUMA)
    stops = np.clip(_LEVEL * np.log2((level + 0.02) / (own + 0.02)), -_DARKER_MAX, _BRIGHTER_MAX)
    colour = scene / max(level, 1e-3)
    cast = np.clip(1 + _CAST * (colour - 1), 1 - _CAST_MAX, 1 + _CAST_MAX)
    others = float(cast[0] + cast[2]) / 2
    cast[1] = np.clip(cast[1], others * (1 - _GREEN_MAX), others * (1 + _GREEN_MAX))
    cast /= float(cast @ _LUMA)
    return np.asarray(cast * 2**stops, dtype=np.float32)


def _mean(rgb: ByteArray, weight: Float32Array) -> Float32Array:
    linear = (rgb.astype(np.float32) / 255) ** _GAMMA
    total = (linear * weight[..., None]).sum(axis=(0, 1))
    return np.asarray(total / float(weight.sum()), dtype=np.float32)


def _wrapped(rgb: ByteArray, alpha: ByteArray, behind: ByteArray, unit: float) -> ByteArray:
    """Light of the backdrop over the presenter's rim."""
    width = max(1.0, _WRAP_WIDTH * unit)
    share = alpha.astype(np.float32) / 255
    outside = cv2.GaussianBlur(1 - share, (0, 0), width, borderType=cv2.BORDER_REPLICATE)
    rim = np.clip(2 * outside - 0.1, 0, 1) * share
    glow = cv2.GaussianBlur(behind, (0, 0), max(1.0, _GLOW * unit / _COARSE)).astype(np.float32) / 255
    glow += _PALER * ((glow @ _LUMA)[..., None] - glow)
    glow = np.asarray(cv2.resize(glow, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    own = rgb.astype(np.float32) / 255
    # Only what is brighter than the presenter wraps: a dark room takes no light away.
    light = _WRAP * rim[..., None] * np.clip(glow - 0.5 * own, 0, 1) * glow
    return np.asarray((1 - (1 - own) * (1 - light)) * 255 + 0.5, dtype=np.uint8)
