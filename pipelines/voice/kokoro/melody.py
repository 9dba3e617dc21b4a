"""The pitch and energy of a whole script moved to a person's, or to a tone.

Pitch moves in semitones about one median for all passes: each alone would lose the fall from sentence to sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pipelines.media import Float32Array
from pipelines.voice.delivery import Delivery
from pipelines.voice.kokoro.network import VOICED_HZ, Plan

F0_MIN_HZ: Final = 50.0  # what the net's source was trained on, and a little more
F0_MAX_HZ: Final = 600.0
_WIDEN_MIN, _WIDEN_MAX = 0.6, 1.5  # beyond these the net's voices sound flat or sung
_TONE_MIN, _TONE_MAX = 0.5, 1.8  # a tone may go a little further than a person does in passing


@dataclass(frozen=True, slots=True, kw_only=True)
class Melody:
    """Where a person's pitch lies: the median in Hz, and the standard deviation about it in semitones."""

    median_hz: float
    range_st: float


def melody_of(f0: Float32Array) -> Melody | None:
    """Measure a pitch curve, (time,) in Hz with voiceless below 40 Hz; None if nothing is voiced."""
    voiced = f0[f0 > VOICED_HZ]
    if not len(voiced):
        return None
    median = float(np.median(voiced))
    semitones = 12 * np.log2(voiced / median)
    inner = semitones[np.abs(semitones) < 12]  # noqa: PLR2004 -- an octave off is a slip of the tracker
    return Melody(median_hz=median, range_st=float(np.std(inner)))


def moved(plans: Sequence[Plan], *, to: Melody | None, delivery: Delivery) -> list[Plan]:
    """Move plans to a person's melody and a delivery's pitch and energy; with neither they stay as they are."""
    is_plain = delivery.f0_scale == delivery.f0_range == delivery.energy == delivery.energy_range == 1.0
    own = melody_of(np.concatenate([plan.f0 for plan in plans])) if plans else None
    if own is None or (to is None and is_plain):
        return list(plans)
    scale, widen = delivery.f0_scale, 1.0
    if to is not None:
        scale *= to.median_hz / own.median_hz
        widen = to.range_st / max(own.range_st, 0.1)
    widen = min(max(widen, _WIDEN_MIN), _WIDEN_MAX) * delivery.f0_range
    widen = min(max(widen, _TONE_MIN), _TONE_MAX)
    middle = float(np.mean(np.concatenate([plan.energy for plan in plans])))
    return [
        replace(
            plan, f0=_pitched(plan.f0, own.median_hz, scale, widen), energy=_energetic(plan.energy, middle, delivery)
        )
        for plan in plans
    ]


def _energetic(energy: Float32Array, middle: float, delivery: Delivery) -> Float32Array:
    """Widen the energy about its mean, then lift it. The decoder's norms take out most of a lift of the whole."""
    if delivery.energy == delivery.energy_range == 1.0:
        return energy
    louder = float(np.log(delivery.energy))  # the net's energy is a logarithm
    return np.asarray(middle + (energy - middle) * delivery.energy_range + louder, dtype=np.float32)


def _pitched(f0: Float32Array, median: float, scale: float, widen: float) -> Float32Array:
    voiced = f0 > VOICED_HZ
    moved_f0 = median * scale * (np.where(voiced, f0, median) / median) ** widen
    return np.where(voiced, np.clip(moved_f0, F0_MIN_HZ, F0_MAX_HZ), f0).astype(np.float32)
