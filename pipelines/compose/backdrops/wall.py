"""A studio wall in the brand's colours: light falling on paper.

A soft pool of light behind the head, a large disc, a thin ring in the brand's accent, a darker floor, and a grain of
under one level so that the gradient does not band in 8 bits.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.compose.colour import BLACK, WHITE, Rgb, darkened_to, mix
from pipelines.media import ByteArray, Float32Array

_WALL_LUMINANCE = 0.13  # dark enough that white titles keep 4.5:1 on its lit part
_GRAIN = 0.7


def draw_wall(width: int, height: int, colours: tuple[Rgb, Rgb], *, light: tuple[float, float], seed: int) -> ByteArray:
    """Return a wall, (height, width, 3) uint8.

    Args:
        width: in pixels.
        height: in pixels.
        colours: of the wall and of its ring.
        light: where the pool of light is, as shares of width and height: behind the presenter's head.
        seed: places the small discs.
    """
    wall = darkened_to(colours[0], _WALL_LUMINANCE)
    accent = colours[1]
    scale = min(1.0, 960 / max(width, height))  # shapes this soft need no more pixels; the grain comes after
    w, h = round(width * scale), round(height * scale)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    short = min(w, h)
    cx, cy = light[0] * w, light[1] * h
    far = np.hypot((x - cx) / short, (y - cy) / short)
    picture = _fill(mix(wall, BLACK, 0.42), w, h)
    picture = _over(picture, wall, np.exp(-((far / 1.05) ** 2)))
    picture = _over(picture, mix(wall, WHITE, 0.34), 0.62 * np.exp(-((far / 0.52) ** 2)))
    disc = _soft_step(0.50 - far, 0.004)
    picture = _over(picture, mix(wall, WHITE, 0.42), 0.30 * disc * np.clip(1.0 - (y - cy) / (0.9 * short), 0.15, 1))
    ring = _soft_step(0.004 - np.abs(far - 0.585), 0.002)
    picture = _over(picture, accent, 0.75 * ring * np.clip(0.75 - (y - cy) / (1.1 * short), 0.12, 1))
    generator = np.random.default_rng(seed)
    for _ in range(7):
        px, py = generator.uniform(0, w), generator.uniform(0, h)
        radius, strength = generator.uniform(0.03, 0.11), generator.uniform(0.03, 0.07)
        spot = _soft_step(radius - np.hypot((x - px) / short, (y - py) / short), 0.012)
        picture = _over(picture, mix(wall, WHITE, 0.6), strength * spot)
    picture = _over(picture, mix(wall, BLACK, 0.65), 0.55 * np.clip((y / h - 0.72) / 0.28, 0, 1) ** 2)
    full = cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)
    grain = generator.normal(0, _GRAIN, (height, width, 1)).astype(np.float32)
    return np.asarray(np.clip(full + grain + 0.5, 0, 255), dtype=np.uint8)


def _fill(colour: Rgb, width: int, height: int) -> Float32Array:
    return np.broadcast_to(np.asarray(colour, dtype=np.float32), (height, width, 3)).copy()


def _over(picture: Float32Array, colour: Rgb, alpha: Float32Array) -> Float32Array:
    shade = np.asarray(colour, dtype=np.float32)
    return np.asarray(picture + (shade - picture) * alpha[..., None].astype(np.float32), dtype=np.float32)


def _soft_step(distance: Float32Array, softness: float) -> Float32Array:
    share = np.clip(distance / softness * 0.5 + 0.5, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)
