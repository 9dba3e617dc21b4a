"""A pass of the net with some of its words said slower, higher or louder.

The net takes one speed and one melody for a pass. Between its halves stand the stretched text, the pitch and the
energy, frame by frame, so a word's own frames can be made more or fewer, and its pitch and energy moved. That is what
the net itself would have passed on had it planned the word so: its text is one column a sound, repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.media import Float32Array
from pipelines.voice.kokoro.network import FRAME_SAMPLES, VOICED_HZ, Plan, Utterance
from pipelines.voice.script.manner import PLAIN, Manner

_CURVE_HZ_PER_FRAME: Final = 2  # pitch and energy have two values a frame
_GLIDE: Final = 5  # values of the pitch over which a step becomes a glide: 60 ms, as voices do
_SWELL_S: Final = 0.02  # over which a step of loudness becomes a swell


def mannered(plan: Plan, manners: Sequence[Manner]) -> Plan:
    """Give each symbol of a plan its manner; ``manners`` has one entry per symbol, without the net's two pads."""
    if all(one == PLAIN for one in manners):
        return plan
    each = (PLAIN, *manners, PLAIN)
    frames = np.diff(plan.ends, prepend=0) // FRAME_SAMPLES
    starts = np.cumsum(frames) - frames
    wanted = _whole([count / one.rate for count, one in zip(frames, each, strict=True)], frames)
    # 1. each symbol's frames, as many as it now has
    columns = np.concatenate(
        [start + np.arange(now) * old // max(now, 1) for start, old, now in zip(starts, frames, wanted, strict=True)]
    )
    values = np.stack([columns * _CURVE_HZ_PER_FRAME, columns * _CURVE_HZ_PER_FRAME + 1], axis=1).ravel()
    # 2. its pitch and energy
    counts = wanted * _CURVE_HZ_PER_FRAME
    semitones = _smooth(np.repeat([one.pitch_st for one in each], counts))
    energy = _smooth(np.repeat([one.energy for one in each], counts))
    f0 = plan.f0[values]
    return replace(
        plan,
        text=np.ascontiguousarray(plan.text[:, columns]),
        f0=np.where(f0 > VOICED_HZ, f0 * 2 ** (semitones / 12), f0).astype(np.float32),
        energy=(plan.energy[values] + energy).astype(np.float32),
        ends=np.cumsum(wanted) * FRAME_SAMPLES,
    )


def swelled(utterance: Utterance, manners: Sequence[Manner], *, sample_rate: int) -> Utterance:
    """Make each symbol as loud as its manner says."""
    if not any(one.gain_db for one in manners):
        return utterance
    counts = np.diff(utterance.ends, prepend=0)
    gains = np.repeat([0.0, *(one.gain_db for one in manners), 0.0], counts)
    gains = np.pad(gains, (0, len(utterance.waveform) - len(gains)), mode="edge")
    size = round(_SWELL_S * sample_rate)
    swell = np.convolve(np.pad(gains, size // 2, mode="edge"), np.ones(size) / size, mode="valid")
    loud = utterance.waveform * 10 ** (swell[: len(utterance.waveform)] / 20)
    return replace(utterance, waveform=loud.astype(np.float32))


def _whole(lengths: Sequence[float], frames: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round lengths to whole frames; what one loses the next gets, and no sound is lost."""
    made: list[int] = []
    owed = 0.0
    for length, own in zip(lengths, frames, strict=True):
        now = max(round(length + owed), 1 if own else 0)
        owed += length - now
        made.append(now)
    return np.array(made, dtype=np.int64)


def _smooth(steps: NDArray[np.float64]) -> Float32Array:
    if not steps.any():
        return steps.astype(np.float32)
    padded = np.pad(steps, _GLIDE // 2, mode="edge")
    return np.convolve(padded, np.ones(_GLIDE) / _GLIDE, mode="valid").astype(np.float32)
