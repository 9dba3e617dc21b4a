"""Cuts a person out from before a green or blue screen, and takes the screen's light off them.

1. Is there a screen? The border of the picture is a saturated green or blue, even but for slow changes of light.
2. What is surely screen, by its chroma (colour without brightness), so that a corner in shadow is screen, too.
3. The screen's and the person's colours grow under the edge between them; how far a pixel lies on the way from the one
   to the other is its alpha (the two-colour case of Smith and Blinn, Blue Screen Matting, 1996).
4. Despill: near the edge no pixel stays more green (or blue) than its other channels, or than what lies further in.
What the person wears in the screen's colour stays, away from the edge: only the screen itself has its exact chroma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from pipelines.avatar.filling import grown
from pipelines.avatar.matte import bleed_colours
from pipelines.media import ByteArray, Float32Array

_GREEN, _BLUE = 1, 2
_LOOK_PX: Final = 320  # a screen is judged at this size
_BORDER: Final = 0.05  # of the sides: the strip that is judged
_UPPER: Final = 0.55  # of the height: lower down shoulders reach the border
_VIVID: Final = {_GREEN: 0.22, _BLUE: 0.30}  # how far the key stands above the other channels, as a share of it
_BRIGHT_MIN: Final = 45.0  # of 255: noise alone looks vivid in the dark
_COVERED: Final = 0.9  # of the strip must be screen
_EVEN: Final = 0.035  # spread of the chroma along the strip
_ROUGH: Final = 0.07  # leaves are green as well, but light and dark side by side
_NEAR: Final = 0.055  # from the screen's chroma: surely screen
_REACH: Final = 0.02  # of the longer side: how far a soft edge may reach
_SPILL_REACH: Final = 0.05
_PERSON: Final = 0.05  # of the screen's excess: as little of it is left on what is surely not screen
_LOW: Final = 0.04  # of alpha: noise on the screen, and
_HIGH: Final = 0.96  # in the person
_ALIKE: Final = 0.045  # in chroma
_UNLIKE: Final = 0.09
_ROUNDS: Final = 3  # each looks a little further along a sleeve
_DARKER: Final = 0.78  # of the screen around: a hole that is darker is no screen
_BRIGHTER: Final = 1.3
_SPECK: Final = 2e-5  # of the picture

_Mask = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A person from before a screen: alpha (height, width) in [0, 1], and their own colours (height, width, 3)."""

    alpha: Float32Array
    colours: ByteArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A screen that was found. ``key`` is its channel, 1 green, 2 blue; ``chroma`` its colour without brightness."""

    key: int
    chroma: Float32Array


def keyed(rgb: ByteArray) -> Keyed | None:
    """Key out the screen behind the person; None where there is no screen.

    ``rgb`` is (height, width, 3) uint8.
    """
    screen = screen_of(rgb)
    return None if screen is None else keyed_from(rgb, screen)


def screen_of(rgb: ByteArray) -> Screen | None:
    """Find a green or blue screen by the border of the picture."""
    scale = min(1.0, _LOOK_PX / max(rgb.shape[:2]))
    size = (max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    height, width = small.shape[:2]
    strip = np.zeros((height, width), bool)
    thick = max(2, round(_BORDER * max(height, width)))
    strip[:thick] = True
    strip[: round(_UPPER * height), :thick] = strip[: round(_UPPER * height), -thick:] = True
    chroma = _chroma(small)
    for key in (_GREEN, _BLUE):
        vivid = (_excess(small, key) > _VIVID[key] * small[..., key]) & (small[..., key] > _BRIGHT_MIN)
        if float(vivid[strip].mean()) < _COVERED:
            continue
        colour = np.median(chroma[strip & vivid], axis=0)
        spread = np.abs(chroma[strip & vivid] - colour).max(axis=1)
        light = small[..., key]
        rough = np.abs(light - cv2.GaussianBlur(light, (0, 0), 4)) / np.maximum(light, 1)
        if float(np.percentile(spread, 80)) < _EVEN and float(np.percentile(rough[strip], 80)) < _ROUGH:
            return Screen(key=key, chroma=np.asarray(colour, dtype=np.float32))
    return None


def keyed_from(rgb: ByteArray, screen: Screen) -> Keyed:
    """Key out a screen that is known: for footage, whose screen is found once."""
    picture = rgb.astype(np.float32)
    # Chroma is noisy where it is dark; the edge itself keeps its full resolution further down.
    calm = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.7, max(rgb.shape[:2]) / 1400)), dtype=np.float32)
    distance = np.abs(_chroma(calm) - screen.chroma).max(axis=2)
    is_screen = distance < _NEAR
    outer = _from_the_border(is_screen)
    behind = grown(picture, _eroded(outer, 1).astype(np.float32))
    # Between arm and body the screen shows as well: as bright as around the person. A blue jacket is not.
    bright = calm[..., screen.key] / np.maximum(behind[..., screen.key], 1)
    is_screen &= (bright > _DARKER) & (bright < _BRIGHTER) & _large(is_screen)
    sure_screen = _eroded(is_screen, 1)
    behind = grown(picture, sure_screen.astype(np.float32))
    left = _excess(calm, screen.key) / np.maximum(_excess(behind, screen.key), 1)
    reach = max(2, round(_REACH * max(rgb.shape[:2])))
    close = _dilated(sure_screen, reach)
    inner = grown(picture, (~close).astype(np.float32))
    # Clothes may be of the screen's hue: what looks like the person further in, and not like the screen, is person.
    front, sure_person = inner, ~close
    for _ in range(_ROUNDS):
        alike = (np.abs(_chroma(calm) - _chroma(front)).max(axis=2) < _ALIKE) & (distance > _UNLIKE)
        sure_person = _eroded(((left < _PERSON) | alike | sure_person) & ~is_screen, 1) | ~close
        front = grown(picture, sure_person.astype(np.float32))
    way = front - behind
    along = ((picture - behind) * way).sum(axis=2) / np.maximum((way * way).sum(axis=2), 1.0)
    alpha = np.where(sure_screen, 0, np.where(sure_person, 1, np.clip((along - _LOW) / (_HIGH - _LOW), 0, 1)))
    alpha = alpha.astype(np.float32)
    own = (picture - (1 - alpha[..., None]) * behind) / np.maximum(alpha[..., None], 0.2)
    colours = np.where(alpha[..., None] > 0.2, np.clip(own, 0, 255), front)  # noqa: PLR2004 -- fainter ones are all noise
    colours = _despilled(colours, inner, near=_near(sure_screen, rgb), key=screen.key)
    return Keyed(alpha=alpha, colours=bleed_colours(np.asarray(colours + 0.5, dtype=np.uint8), alpha))


def _from_the_border(mask: _Mask) -> _Mask:
    """The parts of a mask that reach the picture's left, right or upper edge."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    reached = np.unique(np.concatenate([labels[0], labels[:, 0], labels[:, -1]]))
    return np.asarray(np.isin(labels, reached[reached > 0]), dtype=bool)


def _large(mask: _Mask) -> _Mask:
    """The parts of a mask that are no mere specks."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    enough = stats[:, cv2.CC_STAT_AREA] >= _SPECK * mask.size
    enough[0] = False
    return np.asarray(enough[labels], dtype=bool)


def _near(sure_screen: _Mask, rgb: ByteArray) -> Float32Array:
    """How near the screen a pixel is: 1 at the edge, 0 where the screen's light does not reach."""
    reach = _SPILL_REACH * max(rgb.shape[:2])
    far = cv2.distanceTransform((~sure_screen).astype(np.uint8), cv2.DIST_L2, 3)
    share = np.clip(2 - far / reach, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def _despilled(colours: Float32Array, inner: Float32Array, *, near: Float32Array, key: int) -> Float32Array:
    """Near the edge no colour is more of the screen's than those further in, where its light does not reach."""
    spill = np.maximum(_excess(colours, key) - np.maximum(_excess(inner, key), 0), 0) * near
    clean = colours.copy()
    clean[..., key] -= spill
    return clean


def _excess(picture: Float32Array, key: int) -> Float32Array:
    """By how much the key channel stands above the higher one of the others."""
    others = [channel for channel in range(3) if channel != key]
    return np.asarray(picture[..., key] - picture[..., others].max(axis=2), dtype=np.float32)


def _chroma(picture: Float32Array) -> Float32Array:
    """Red, green and blue as shares of their sum."""
    return np.asarray(picture / np.maximum(picture.sum(axis=2, keepdims=True), 1.0), dtype=np.float32)


def _eroded(mask: _Mask, radius: int) -> _Mask:
    return np.asarray(cv2.erode(mask.astype(np.uint8), _disc(radius)), dtype=bool)


def _dilated(mask: _Mask, radius: int) -> _Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), _disc(radius)), dtype=bool)


def _disc(radius: int) -> ByteArray:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), dtype=np.uint8)
