"""The spectrum of speech turned about 1 kHz: softer voices have less above it, louder ones more."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
from scipy.signal import fftconvolve

from pipelines.media import Float32Array

_PIVOT_HZ: Final = 1000.0
_FLAT_BELOW_HZ: Final = 150.0  # there is only the fundamental, and under it hum
_FLAT_ABOVE_HZ: Final = 8000.0  # above is hiss; more of it is no brighter voice
_TAPS: Final = 511  # resolves 50 Hz at 24 kHz, so that the slope holds down to where it ends


def tilted(waveform: Float32Array, db_per_octave: float, *, sample_rate: int) -> Float32Array:
    """Turn the spectrum of (time,) float32 samples; nothing moves in time. 0.0 returns them as they are."""
    if db_per_octave == 0.0 or not len(waveform):
        return waveform
    made = fftconvolve(waveform, _filter(db_per_octave, sample_rate), mode="same")
    return np.asarray(made, dtype=np.float32)


@functools.lru_cache(maxsize=16)
def _filter(db_per_octave: float, sample_rate: int) -> Float32Array:
    """A symmetrical filter of the wanted slope, by its frequency response under a window."""
    hz = np.fft.rfftfreq(4096, 1 / sample_rate)
    octaves = np.log2(np.clip(hz, _FLAT_BELOW_HZ, _FLAT_ABOVE_HZ) / _PIVOT_HZ)
    response = np.fft.irfft(10 ** (db_per_octave * octaves / 20))
    centred = np.roll(response, _TAPS // 2)[:_TAPS]
    return np.asarray(centred * np.hanning(_TAPS), dtype=np.float32)
