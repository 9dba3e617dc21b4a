"""What thumbnails of every picture tell: cuts, light that flickers, a camera that moves, pictures that stand still."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.media import ByteArray, Float32Array

_CUT_TIMES: Final = 6.0  # against the usual change from one picture to the next
_CUT_ABOVE: Final = 1.5  # against the greatest change around it
_CUT_MIN: Final = 1.2  # grey levels of mean change
_APART: Final = 5  # pictures: one cut is no second one
_STRIPES: Final = 8
_SLOW: Final = 9  # pictures: slower changes of light are clouds, not flicker
_TEXTURE_MIN: Final = 4.0  # deviation in grey levels: a plain wall shows no movement
_EVERY: Final = 3
_TOGETHER_PX: Final = 1.5
_SHARPLY: Final = 0.15  # response of the correlation


@dataclass(frozen=True, slots=True, kw_only=True)
class Stillness:
    """``cuts`` are picture numbers. ``flicker`` is the deviation of the light as a share of it.

    ``shift`` is how far the camera wanders, the 95th percentile in shares of the picture's width, and None before a
    plain wall. ``frozen_share`` is of pictures that equal the one before.
    """

    cuts: tuple[int, ...]
    flicker: float
    flicker_at: int
    shift: float | None
    shift_at: int
    frozen_share: float


def stillness_of(thumbnails: ByteArray) -> Stillness:
    """Measure (frame, height, width) uint8."""
    stack = thumbnails.astype(np.float32)
    change = np.diff(stack, axis=0)
    cuts = _cuts(change)
    flicker, flicker_at = _flicker(stack, change, cuts)
    shift, shift_at = _shift(stack, cuts)
    return Stillness(
        cuts=cuts,
        flicker=flicker,
        flicker_at=flicker_at,
        shift=shift,
        shift_at=shift_at,
        frozen_share=float(np.mean(~np.any(change, axis=(1, 2)))) if len(change) else 0.0,
    )


def _cuts(change: Float32Array) -> tuple[int, ...]:
    """Where a picture differs from the one before far more than is usual around it, once light is taken off."""
    if not len(change):
        return ()
    moved = np.mean(np.abs(change - np.median(change, axis=(1, 2), keepdims=True)), axis=(1, 2))
    found: list[int] = []
    for at in np.flatnonzero(moved > _CUT_MIN):
        around = np.r_[moved[max(0, at - 12) : at], moved[at + 1 : at + 13]]
        usual, most = max(0.05, float(np.median(around))), float(np.max(around, initial=0))
        is_far = moved[at] > _CUT_TIMES * usual and moved[at] > _CUT_ABOVE * most
        if is_far and (not found or at + 1 - found[-1] > _APART):
            found.append(int(at) + 1)
    return tuple(found)


def _flicker(stack: Float32Array, change: Float32Array, cuts: tuple[int, ...]) -> tuple[float, int]:
    """Fast changes of light in the worst of eight stripes: the middle half of changes is blind to a moving head."""
    if len(change) < 2 * _SLOW:
        return 0.0, 0
    height = stack.shape[1] // _STRIPES
    middle = np.stack([_middle_mean(change[:, n * height : (n + 1) * height]) for n in range(_STRIPES)], axis=1)
    for cut in cuts:
        middle[cut - 1] = 0
    path = np.cumsum(middle, axis=0)
    kernel = np.ones(_SLOW) / _SLOW
    fast = path - np.stack([np.convolve(np.pad(one, _SLOW // 2, "edge"), kernel, "valid") for one in path.T], axis=1)
    level = np.maximum(8.0, stack.mean(axis=(0, 2))[: height * _STRIPES].reshape(_STRIPES, height).mean(axis=1))
    share = np.abs(fast) / level
    worst = int(np.argmax(share.std(axis=0)))
    return float(np.sqrt(np.mean(np.square(share[:, worst])))), int(np.argmax(share[:, worst]))


def _middle_mean(values: Float32Array) -> Float32Array:
    """The mean of the middle half of each picture's values."""
    flat = np.sort(values.reshape(len(values), -1), axis=1)
    quarter = flat.shape[1] // 4
    return np.asarray(flat[:, quarter:-quarter].mean(axis=1), dtype=np.float32)


def _shift(stack: Float32Array, cuts: tuple[int, ...]) -> tuple[float | None, int]:
    """How far the background is from where it was in the middle of its take: beside the head, above the shoulders."""
    width = stack.shape[2]
    strip = width // 4
    rows = max(16, stack.shape[1] * 6 // 10)
    window = cv2.createHanningWindow((strip, rows), cv2.CV_32F)
    shifts: list[tuple[float, int]] = []
    edges = [0, *cuts, len(stack)]
    for start, end in itertools.pairwise(edges):
        middle = (start + end) // 2
        for at in range(start, end, _EVERY):
            found = [
                _between(stack[middle, :rows, x : x + strip], stack[at, :rows, x : x + strip], window)
                for x in (0, width - strip)
            ]
            left, right = found
            if left is None or right is None:
                continue
            if float(np.hypot(*(left - right))) <= _TOGETHER_PX:  # an arm or hair moves on one side alone
                shifts.append((float(np.hypot(*(left + right))) / 2 / width, at))
    if len(shifts) < len(stack) / _EVERY / 2:
        return None, 0
    far = np.array([one for one, _ in shifts])
    return float(np.percentile(far, 95)), shifts[int(np.argmax(far))][1]


def _between(one: Float32Array, other: Float32Array, window: NDArray[Any]) -> NDArray[Any] | None:
    if one.std() < _TEXTURE_MIN or other.std() < _TEXTURE_MIN:
        return None
    (x, y), response = cv2.phaseCorrelate(one.copy(), other.copy(), window)  # it writes into what it is given
    return np.array([x, y]) if response >= _SHARPLY else None
