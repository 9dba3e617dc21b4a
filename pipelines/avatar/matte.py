"""Cuts a person out of a picture: who is foreground (alpha), and what colour the foreground really has.

1. MediaPipe's selfie segmentation says roughly where the person is (256 x 256).
2. A guided filter lets that rough edge follow the edges of the picture (He et al. 2010).
3. Blur fusion takes the old background's colour out of half-covered pixels, which else make a fringe around the hair
   (Forte 2021, https://arxiv.org/abs/2006.14970, section on fast foreground estimation).
"""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.faces.nets import Net, WeightsFolder
from pipelines.media import ByteArray, Float32Array

CARD_ID = "selfie-segmentation"

_INPUT_PX = 256
_LEAST, _MOST = 0.10, 0.86  # below and above: surely background, surely person
_GUIDE_PX = 640  # the filter works at this size: finer detail than hair strands is noise to the rough matte
_GUIDE_EPS = 2e-4


class Matting:
    """Mattes of people."""

    def __init__(self, weights: WeightsFolder, *, threads: int) -> None:
        self._net = Net(weights.path(CARD_ID, "model.tflite"), threads=threads)

    def alpha(self, rgb: ByteArray) -> Float32Array:
        """How much of each pixel is the person: (height, width) float32 in [0, 1]."""
        height, width = rgb.shape[:2]
        small = cv2.resize(rgb, (_INPUT_PX, _INPUT_PX), interpolation=cv2.INTER_AREA)
        rough = self._net(np.asarray(small, dtype=np.float32)[None] / np.float32(255))[0][0, :, :, 0]
        scale = min(1.0, _GUIDE_PX / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        guide = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.float32) / np.float32(255)
        rough_fitted = np.asarray(cv2.resize(rough, size, interpolation=cv2.INTER_CUBIC), dtype=np.float32)
        fine = _guided(guide, rough_fitted, radius=max(3, round(size[0] / 70)))
        matte = cv2.resize(fine, (width, height), interpolation=cv2.INTER_CUBIC)
        share = np.clip((matte - _LEAST) / (_MOST - _LEAST), 0, 1)
        return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def clean_colours(rgb: ByteArray, alpha: Float32Array) -> ByteArray:
    """The foreground's own colours, also where the person covers a pixel only in part or not at all."""
    picture = rgb.astype(np.float32)
    weight = alpha[:, :, None]
    colours = picture
    for radius in (max(5, min(rgb.shape[:2]) // 12), 7):
        near = _blur(colours * weight, radius) / (_blur(alpha, radius)[:, :, None] + 1e-4)
        behind = _blur(picture * (1 - weight), radius) / (_blur(1 - alpha, radius)[:, :, None] + 1e-4)
        colours = np.clip(near + weight * (picture - weight * near - (1 - weight) * behind), 0, 255)
    return np.asarray(np.where(weight > 0.996, picture, colours) + 0.5, dtype=np.uint8)  # noqa: PLR2004  # 254 of 255


def bleed_colours(rgb: ByteArray, alpha: Float32Array) -> ByteArray:
    """Fill what a finished matte leaves out with the colours beside it, so that resampling draws no rim."""
    picture = rgb.astype(np.float32)
    weight = alpha[:, :, None]
    filled = picture
    for radius in (max(5, min(rgb.shape[:2]) // 12), 9):
        mass = _blur(alpha, radius)[:, :, None]
        near = _blur(picture * weight, radius) / (mass + 1e-4)
        known = np.clip(mass * 50, 0, 1)
        filled = near * known + (filled if radius == 9 else near) * (1 - known)  # noqa: PLR2004  # the second round
    return np.asarray(np.where(weight > 0, picture, np.clip(filled, 0, 255)), dtype=np.uint8)


def feather_cuts(alpha: Float32Array, *, width_px: float) -> Float32Array:
    """Fade the matte where the picture's left and right edges cut through the person.

    The lower edge stays: a scene puts it on or below its own lower edge.
    """
    width = alpha.shape[1]
    x = np.arange(width, dtype=np.float32)
    fade = np.ones((1, width), np.float32)
    for column, distance in ((0, x), (width - 1, width - 1 - x)):
        if float((alpha[:, column] > 0.5).mean()) > 0.02:  # noqa: PLR2004  # more than a stray hair
            share = np.clip(distance / max(1.0, width_px), 0, 1)
            fade *= (share * share * (3 - 2 * share))[None]
    return np.asarray(alpha * fade, dtype=np.float32)


def _blur(values: Float32Array, radius: int) -> Float32Array:
    side = 2 * radius + 1
    return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT), dtype=np.float32)


def _guided(guide: Float32Array, rough: Float32Array, *, radius: int) -> Float32Array:
    """The guided filter with a colour guide (height, width, 3)."""
    mean = _blur(guide, radius)
    mean_rough = _blur(rough, radius)
    cross = _blur(guide * rough[:, :, None], radius) - mean * mean_rough[:, :, None]
    products = guide[:, :, :, None] * guide[:, :, None, :]
    height, width = rough.shape
    spread = _blur(products.reshape(height, width, 9), radius).reshape(height, width, 3, 3)
    spread -= mean[:, :, :, None] * mean[:, :, None, :]
    slope = np.linalg.solve(spread + _GUIDE_EPS * np.eye(3, dtype=np.float32), cross[:, :, :, None])[:, :, :, 0]
    offset = mean_rough - (slope * mean).sum(axis=2)
    slopes = _blur(slope.astype(np.float32), radius)
    return np.asarray((slopes * guide).sum(axis=2) + _blur(offset.astype(np.float32), radius), dtype=np.float32)
