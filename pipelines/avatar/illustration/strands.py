"""Locks of hair: many thin lines between guide curves, each with its own tone, over a body in the hair's colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipelines.avatar.illustration.canvas import Canvas, Mask
from pipelines.avatar.illustration.curves import Path2, Points, resample, spline
from pipelines.avatar.illustration.tone import Ramp, smooth_step
from pipelines.media import Float32Array

_SAMPLES = 44
_BITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """How a lock is drawn: lengths in u, tones in ramp levels, ``sheen`` is (place along it, spread, strength)."""

    count: int = 220
    width: float = 0.011
    tone: float = 0.42
    contrast: float = 0.13
    sheen: tuple[float, float, float] = (0.28, 0.13, 0.34)
    wave: float = 0.0
    turns: float = 1.7
    taper: float = 0.0
    shadow: float = 0.0
    roundness: float = 0.20
    root_shade: float = 0.12
    tip_light: float = 0.0
    fly: float = 0.004


def between(guides: Points, share: float) -> Points:
    """The curve a ``share`` of the way across (guides, samples, 2), smooth over the guides."""
    count = len(guides)
    at = share * (count - 1)
    i = min(int(at), count - 2)
    t = at - i
    a, b, c, d = (guides[int(np.clip(j, 0, count - 1))] for j in (i - 1, i, i + 1, i + 2))
    curve: Points = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return curve


def draw_lock(canvas: Canvas, curves: Sequence[Path2], ramp: Ramp, lock: Lock, rng: np.random.Generator) -> Mask:
    """Draw one lock whose strands run from the first to the last point of each guide; return what it covers."""
    guides = np.stack([resample(spline(curve), _SAMPLES) for curve in curves])
    along = np.linspace(0, 1, _SAMPLES)
    phase = rng.uniform(0, 2 * np.pi)
    if lock.taper:
        close = (lock.taper * smooth_step(along, 0.45, 1.0) ** 1.4)[None, :, None]
        guides = guides * (1 - close) + guides.mean(axis=0)[None] * close
    sway = lock.wave * np.sin(2 * np.pi * lock.turns * along + phase) * smooth_step(along, 0.15, 0.55)
    guides = guides + np.stack([sway, 0 * sway], axis=1)[None]
    outline = _outline(guides)
    body = canvas.fill(outline)
    if lock.shadow:
        canvas.multiply(canvas.soften(body, 0.035), (0.46, 0.36, 0.36), lock.shadow)
    return _paint(canvas, guides, body, ramp, lock, rng)


def _outline(guides: Points) -> Points:
    edges = [between(guides, share) for share in np.linspace(0, 1, 24)]
    return np.asarray(
        np.r_[edges[0], [edge[-1] for edge in edges], edges[-1][::-1], [edge[0] for edge in edges[::-1]]], np.float64
    )


def _tones(lock: Lock, count: int, rng: np.random.Generator) -> Float32Array:
    """(strands, samples) light levels."""
    along = np.linspace(0, 1, _SAMPLES)[None]
    across = ((np.arange(count) + 0.5) / count)[:, None]
    clumps = np.interp(across[:, 0] * 18, np.arange(20), rng.normal(0, 1, 20))[:, None]
    place, spread, strength = lock.sheen
    spot = place + 0.05 * np.sin(6 * across + 1) + rng.normal(0, 0.03, (count, 1)) + 0.02 * clumps
    level = lock.tone + lock.contrast * (0.6 * clumps + 0.5 * rng.normal(0, 1, (count, 1)))
    level = level + strength * np.exp(-(((along - spot) / spread) ** 2)) * (0.75 + 0.35 * rng.normal(0, 1, (count, 1)))
    level = (
        level - lock.roundness * np.abs(2 * across - 1) ** 2.5 - lock.root_shade * (1 - smooth_step(along, 0.0, 0.10))
    )
    return np.clip(level + lock.tip_light * smooth_step(along, 0.5, 1.0), 0.02, 1).astype(np.float32)


def _paint(canvas: Canvas, guides: Points, body: Mask, ramp: Ramp, lock: Lock, rng: np.random.Generator) -> Mask:
    pad = int(0.05 * canvas.scale)
    x0, y0 = max(0, body.x - pad), max(0, body.y - pad)
    rows = min(canvas.shape[0], body.y + body.cover.shape[0] + pad) - y0
    columns = min(canvas.shape[1], body.x + body.cover.shape[1] + pad) - x0
    cover = np.zeros((rows, columns), np.uint8)
    inner = (body.cover * 255).astype(np.uint8)
    cover[body.y - y0 : body.y - y0 + inner.shape[0], body.x - x0 : body.x - x0 + inner.shape[1]] = inner
    picture = np.empty((rows, columns, 3), np.uint8)
    picture[:] = (ramp.at(max(0.02, lock.tone - 0.16)) * 255).astype(np.uint8)
    colours = ramp.at(_tones(lock, lock.count, rng)) * 255
    for index in rng.permutation(lock.count):
        curve = between(guides, (index + 0.5) / lock.count)
        stray = np.convolve(rng.normal(0, 1, _SAMPLES + 8), np.ones(9) / 9, "valid") * lock.fly
        curve = curve + np.stack([stray, 0.4 * stray], axis=1)
        fixed = ((canvas.to_pixels(curve) - (x0, y0) - 0.5) * 2**_BITS).round().astype(np.int32)
        thick = max(1, round(lock.width * canvas.scale * rng.uniform(0.45, 1.1)))
        for piece in range(_SAMPLES - 1):
            segment = fixed[piece : piece + 2]
            shade = tuple(float(value) for value in colours[index, piece])
            cv2.polylines(
                picture, [segment], isClosed=False, color=shade, thickness=thick, lineType=cv2.LINE_AA, shift=_BITS
            )
        cv2.polylines(cover, [fixed], isClosed=False, color=255, thickness=1, lineType=cv2.LINE_AA, shift=_BITS)
    mask = Mask(x=x0, y=y0, cover=np.asarray(cover, np.float32) / np.float32(255))
    canvas.lines(mask, picture)
    return mask
