"""What a speaker does beside speaking: nods and raised brows on stressed syllables, blinks, sway, breath.

Every curve is smooth, so that nothing jitters in silence; everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipelines.avatar.manner import NEUTRAL, Manner
from pipelines.media import Float32Array, Timed

_STRESS = "ˈ"
_NOD_GAP_S, _BROW_GAP_S = 0.45, 1.6
_NOD_S, _BROW_S = 0.13, 0.20  # half widths of one nod and one raise
_NOD_BY, _BROW_BY = 0.020, 0.85
# Spontaneous speech: 15 to 25 blinks a minute, irregular; Bentivoglio et al. 1997, https://doi.org/10.1002/mds.870120629
_BLINK_EVERY_S, _BLINK_SPREAD, _BLINK_MIN_S = 3.0, 0.45, 0.9
_BLINK_SHAPE = ((0.0, 0.0), (0.07, 1.0), (0.11, 1.0), (0.28, 0.0))  # seconds, shut: fast down, slower up
_PAUSE_S = 0.22  # a gap in speech that long is a good moment to blink
_BREATH_HZ = 0.26


@dataclass(frozen=True, slots=True, kw_only=True)
class Gestures:
    """Per frame, in the units of ``MotionTrack``."""

    blink: Float32Array
    dx: Float32Array
    dy: Float32Array
    yaw: Float32Array
    pitch: Float32Array
    roll: Float32Array
    brow: Float32Array
    breath: Float32Array


def gestures(
    level: Float32Array,
    phonemes: Sequence[Timed],
    *,
    fps: int,
    rng: np.random.Generator,
    manner: Manner = NEUTRAL,
) -> Gestures:
    """Invent gestures for a speech of ``len(level)`` frames."""
    frames = len(level)
    beats = _beats(level, phonemes, fps=fps, rng=rng)
    nodded = _thin(beats, _NOD_GAP_S * manner.nod_gap)
    nods = _pulses(nodded, width_s=_NOD_S, frames=frames, fps=fps) * (_NOD_BY * manner.nod)
    strong = [(time_s, strength) for time_s, strength in beats if strength > 0.55]  # noqa: PLR2004  # the louder half
    raised = _thin(strong, _BROW_GAP_S * manner.brow_gap)
    brow = np.clip(_pulses(raised, width_s=_BROW_S, frames=frames, fps=fps) * (_BROW_BY * manner.brow), 0, 1)
    time_s = np.arange(frames) / fps
    phase = 2 * np.pi * (_BREATH_HZ * time_s + rng.uniform())
    breath = np.sin(phase + 0.35 * _drift(frames, 1.5, fps=fps, rng=rng))
    yaw = manner.sway * 0.030 * _drift(frames, 0.75, fps=fps, rng=rng)
    return Gestures(
        blink=_blinks(phonemes, frames=frames, fps=fps, rng=rng),
        dx=_f32(manner.sway * 0.022 * _drift(frames, 0.9, fps=fps, rng=rng) + 0.25 * yaw),
        dy=_f32(manner.sway * 0.008 * _drift(frames, 0.9, fps=fps, rng=rng) + 0.6 * nods),
        yaw=_f32(yaw),
        pitch=_f32(manner.sway * 0.010 * _drift(frames, 0.7, fps=fps, rng=rng) + nods),
        roll=_f32(manner.sway * 0.012 * _drift(frames, 0.9, fps=fps, rng=rng) + 0.12 * yaw),
        brow=_f32(np.clip(brow + 0.10 * _drift(frames, 1.0, fps=fps, rng=rng), 0, 1)),
        breath=_f32(breath),
    )


def _f32(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Float32Array:
    return np.asarray(values, dtype=np.float32)


def _drift(
    frames: int, sigma_s: float, *, fps: int, rng: np.random.Generator
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Smooth noise of unit size that stays within two and a half sizes."""
    sigma = sigma_s * fps
    margin = int(4 * sigma) + 1
    noise = gaussian_filter1d(rng.standard_normal(frames + 2 * margin), sigma, mode="wrap")
    # The expected size, not the measured one: a short take has no statistics of its own.
    noise *= np.sqrt(2 * np.sqrt(np.pi) * sigma)
    return np.asarray(2.5 * np.tanh(noise[margin : margin + frames] / 2.5), dtype=np.float64)


def _beats(
    level: Float32Array, phonemes: Sequence[Timed], *, fps: int, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Times and strengths (0 to 1) of the stressed syllables; loud moments where no stress is marked."""
    times = [(p.start_s + p.end_s) / 2 for p in phonemes if _STRESS in p.text]
    if not times:
        smooth = gaussian_filter1d(level.astype(np.float64), 0.08 * fps)
        peaks = np.flatnonzero((smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & (smooth[1:-1] > -12)) + 1  # noqa: PLR2004  # dB
        times = [float(peak) / fps for peak in peaks]
    beats = []
    for time_s in times:
        frame = min(len(level) - 1, int(time_s * fps))
        loud = float(np.clip((level[max(0, frame - 2) : frame + 3].max() + 12) / 14, 0, 1))
        beats.append((time_s, float(np.clip(loud * rng.uniform(0.55, 1.1), 0, 1))))
    return beats


def _thin(beats: Sequence[tuple[float, float]], gap_s: float) -> list[tuple[float, float]]:
    """The strongest beats that keep their distance."""
    kept: list[tuple[float, float]] = []
    for time_s, strength in sorted(beats, key=lambda beat: -beat[1]):
        if all(abs(time_s - other) >= gap_s for other, _ in kept):
            kept.append((time_s, strength))
    return kept


def _pulses(
    beats: Sequence[tuple[float, float]], *, width_s: float, frames: int, fps: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    time_s = (np.arange(frames) + 0.5) / fps
    total = np.zeros(frames)
    for at_s, strength in beats:
        total += strength * np.exp(-(((time_s - at_s) / width_s) ** 2))
    return total


def _blinks(phonemes: Sequence[Timed], *, frames: int, fps: int, rng: np.random.Generator) -> Float32Array:
    """Blinks at irregular times, moved into a pause of the speech where one is near."""
    pauses = [
        (before.end_s + after.start_s) / 2
        for before, after in pairwise(phonemes)
        if after.start_s - before.end_s > _PAUSE_S
    ]
    time_s = (np.arange(frames) + 0.5) / fps
    blink = np.zeros(frames)
    shape_s, shape = zip(*_BLINK_SHAPE, strict=True)
    at_s = float(rng.uniform(0.6, 2.2))
    while at_s < frames / fps:
        near = [pause for pause in pauses if abs(pause - at_s) < 0.6]  # noqa: PLR2004  # seconds
        start_s = (near[0] if near else at_s) - 0.1
        blink = np.maximum(blink, np.interp(time_s - start_s, shape_s, shape, left=0, right=0))
        at_s = max(at_s, start_s) + max(_BLINK_MIN_S, float(_BLINK_EVERY_S * rng.lognormal(0, _BLINK_SPREAD)))
    return _f32(blink)
