"""Loudness as broadcasters measure it: integrated loudness (ITU-R BS.1770) at -16 LUFS, true peak under -1.5 dBTP."""

from __future__ import annotations

import warnings

import numpy as np
import pyloudnorm
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

from pipelines.media import Float32Array

TARGET_LUFS = -16.0
PEAK_DBTP_MAX = -1.5
_CEILING_DBTP = -1.8  # a little under, for what float32 and the next resampling add
_OVERSAMPLING = 4
_LOOK_AHEAD_S = 0.005
_TOLERANCE_LU = 0.05
_BLOCK_S = 0.4  # one gating block of the standard
_ROUNDS = 8
_SILENCE_RMS = 1e-5


def integrated_lufs(waveform: Float32Array, sample_rate: int) -> float:
    """Return the integrated loudness; a clip shorter than one gating block is measured with its own repetition."""
    block = int(_BLOCK_S * sample_rate) + 1
    if len(waveform) < block:
        waveform = np.tile(waveform, block // max(len(waveform), 1) + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyloudnorm divides by zero on silence and says so
        return float(pyloudnorm.Meter(sample_rate).integrated_loudness(waveform.astype(np.float64)))


def true_peak_dbtp(waveform: Float32Array) -> float:
    """Return the peak of the 4x oversampled signal in dB."""
    peak = float(np.max(_oversampled_peaks(waveform), initial=1e-9))
    return 20.0 * float(np.log10(peak))


def normalise(waveform: Float32Array, sample_rate: int) -> Float32Array:
    """Return the clip at the target loudness, its peaks turned down by a look-ahead limiter and never clipped."""
    if float(np.sqrt(np.mean(waveform.astype(np.float64) ** 2))) < _SILENCE_RMS:
        return waveform
    gain_db = TARGET_LUFS - integrated_lufs(waveform, sample_rate)
    made = waveform
    for _ in range(_ROUNDS):  # limiting takes some loudness away; a few rounds give it back
        made = _limited(waveform * np.float32(10 ** (gain_db / 20)), sample_rate)
        missing = TARGET_LUFS - integrated_lufs(made, sample_rate)
        if abs(missing) < _TOLERANCE_LU:
            break
        gain_db += missing
    return made


def _limited(waveform: Float32Array, sample_rate: int) -> Float32Array:
    ceiling = 10 ** (_CEILING_DBTP / 20)
    needed = np.minimum(1.0, ceiling / np.maximum(_oversampled_peaks(waveform), 1e-9))
    reach = int(_LOOK_AHEAD_S * sample_rate)
    # The running minimum holds each dip for 2 x reach + 1 samples, so that the running mean never rises above it.
    held = minimum_filter1d(needed, size=2 * reach + 1)
    smooth = uniform_filter1d(held, size=2 * reach + 1)
    limited: Float32Array = (waveform * smooth).astype(np.float32)
    return limited


def _oversampled_peaks(waveform: Float32Array) -> NDArray[np.float64]:
    """For each sample the highest magnitude of the true waveform around it."""
    fine = np.abs(resample_poly(waveform.astype(np.float64), _OVERSAMPLING, 1))
    peaks = fine.reshape(-1, _OVERSAMPLING).max(axis=1)
    after = np.concatenate([peaks[1:], peaks[-1:]])
    before = np.concatenate([peaks[:1], peaks[:-1]])
    highest: NDArray[np.float64] = np.maximum(peaks, np.maximum(before, after))
    return highest
