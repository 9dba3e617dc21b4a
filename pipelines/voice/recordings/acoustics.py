"""What a microphone and a room did to a voice: flattened peaks, echo, a telephone's band.

All from samples at 16 kHz.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.media import Float32Array
from pipelines.speech.activity import SAMPLE_RATE

_SIZE: Final = 512
_BLOCK: Final = 4096  # frames at once: a recording may last ten minutes

# Crowding: the loud samples that stand at the peak. A voice has few; a flattened one has many.
_AT_PEAK, _LOUD = 0.97, 0.6
_LOUD_MIN: Final = 200  # samples: a single loud syllable has two at its peak, and that is nothing

# Decay: the fastest that sound dies away, in four octaves.
_DECAY_HOP: Final = 64  # 4 ms
_DECAY_FRAMES: Final = 25  # 0.1 s: a slope needs that much to be one
_OCTAVES_HZ: Final = ((250, 500), (500, 1000), (1000, 2000), (2000, 4000))
_ABOVE_FLOOR_DB: Final = 6.0  # what ends in noise does not say how the room dies away
_FASTEST: Final = 5  # percent of all slopes
_SLOPES_MIN: Final = 10

_LOW_HZ: Final = (300, 3400)  # a telephone's band
_HIGH_HZ: Final = (4200, 7400)  # s and f live here
_HEARD: Final = 1e-3  # 30 dB under the loud frames: pauses do not say how wide the microphone is


def crowding(waveform: Float32Array) -> float:
    """Of the samples above 60 % of the peak, the share above 97 % of it, 0 to 1."""
    size = np.abs(waveform)
    peak = float(size.max()) if len(size) else 0.0
    if peak <= 0:
        return 0.0
    loud = max(_LOUD_MIN, int(np.count_nonzero(size >= _LOUD * peak)))
    return float(np.count_nonzero(size >= _AT_PEAK * peak)) / loud


def decay_s(waveform: Float32Array) -> float | None:
    """How long the room takes to die away by 60 dB, in seconds; None where nothing dies away long enough to tell.

    No sound can end faster than the room lets it, and speech has many sudden ends: the fastest slopes are the room's
    (as in Ratnam et al. 2003, "Blind estimation of reverberation time"). Dry speech gives .1 to .2.
    """
    bands = [[int(hz * _SIZE / SAMPLE_RATE) for hz in octave] for octave in _OCTAVES_HZ]
    parts = [
        np.stack([power[:, low:high].mean(axis=1) for low, high in bands]) for power in _spectra(waveform, _DECAY_HOP)
    ]
    if not parts:
        return None
    found = [slope for band in np.concatenate(parts, axis=1) if (slope := _fastest(band)) is not None]
    return -60 / float(np.median(found)) if found else None


def band_db(waveform: Float32Array) -> float:
    """How loud the sharpest sounds are above 4.2 kHz, against the loudest below 3.4 kHz, in dB."""
    edges = [[int(hz * _SIZE / SAMPLE_RATE) for hz in band] for band in (_LOW_HZ, _HIGH_HZ)]
    parts = [
        np.stack([power[:, low:high].sum(axis=1) for low, high in edges]) for power in _spectra(waveform, _SIZE // 2)
    ]
    if not parts:
        return 0.0
    low, high = np.concatenate(parts, axis=1)
    heard = (low + high) > np.percentile(low + high, 95) * _HEARD
    if not heard.any():
        return 0.0
    return float(10 * np.log10((np.percentile(high[heard], 95) + 1e-12) / (np.percentile(low[heard], 95) + 1e-12)))


def _fastest(power: NDArray[np.float64]) -> float | None:
    """The slope, in dB per second, that only 5 % of a band's falling stretches exceed."""
    level = 10 * np.log10(power + 1e-12)
    if len(level) < _DECAY_FRAMES:
        return None
    time = np.arange(_DECAY_FRAMES) * _DECAY_HOP / SAMPLE_RATE
    time -= time.mean()
    slopes = np.convolve(level, time[::-1] / float(np.sum(time**2)), mode="valid")
    ends = level[_DECAY_FRAMES - 1 :]
    falling = slopes[(ends > np.percentile(level, 5) + _ABOVE_FLOOR_DB) & (slopes < 0)]
    return float(np.percentile(falling, _FASTEST)) if len(falling) > _SLOPES_MIN else None


def _spectra(waveform: Float32Array, hop: int) -> Iterator[NDArray[np.float64]]:
    """Power spectra, (frame, 257) each, block by block."""
    if len(waveform) < _SIZE:
        return
    frames = np.lib.stride_tricks.sliding_window_view(waveform, _SIZE)[::hop]
    window = np.hanning(_SIZE)
    for start in range(0, len(frames), _BLOCK):
        yield np.asarray(np.abs(np.fft.rfft(frames[start : start + _BLOCK] * window, axis=1)) ** 2)
