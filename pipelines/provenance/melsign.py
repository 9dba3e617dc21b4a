"""The fingerprint of sound: signs of how neighbouring bands change.

After Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System" (ISMIR 2002): a bit says whether the difference
between two neighbouring bands grew or shrank. Codecs, loudness and equalisers keep these signs. Ours looks at 17
logarithmic bands from 300 to 3000 Hz in 0.37 s windows every 0.05 s, and compares windows 0.2 s apart, which is slow
enough for speech at a changed tempo. Bands are floored 45 dB under the loudest, so that silence has no random signs.
"""

from __future__ import annotations

import base64
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.errors import ProvenanceError
from pipelines.provenance.fingerprint import BAND_BITS, MELSIGN, STEP_S, Fingerprint

SAMPLE_RATE: Final = 8000  # Hz; what the caller must resample to
MARKED_S_MAX: Final = 600  # what is longer is known by its first ten minutes, which bounds the cost of a look-up
_WINDOW: Final = 2960
_STEP: Final = int(STEP_S * SAMPLE_RATE)
_LAG: Final = 4
_FLOOR: Final = 10**-4.5
_LOW_HZ, _HIGH_HZ = 300.0, 3000.0


def audio_fingerprint(waveform: NDArray[np.float32]) -> Fingerprint:
    """Return the mark of (time,) float32 samples at ``SAMPLE_RATE``; raises ``ProvenanceError`` under a second."""
    if waveform.ndim != 1 or len(waveform) < SAMPLE_RATE:
        raise ProvenanceError(f"a sound of shape {waveform.shape} has no fingerprint; at least one second is needed")
    energy = _band_energy(waveform[: MARKED_S_MAX * SAMPLE_RATE])
    loudness = np.log(np.maximum(energy, max(float(energy.max()) * _FLOOR, 1e-12)))
    slope = loudness[:, :-1] - loudness[:, 1:]
    change = slope[_LAG:] - slope[:-_LAG]
    packed = np.packbits(change > 0, axis=1)
    value = base64.urlsafe_b64encode(packed.tobytes()).rstrip(b"=").decode()
    return Fingerprint(kind="audio", algorithm=MELSIGN, value=value)


def _band_energy(waveform: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (step, band) energies."""
    windows = np.lib.stride_tricks.sliding_window_view(waveform, _WINDOW)[::_STEP]
    edges = np.geomspace(_LOW_HZ, _HIGH_HZ, BAND_BITS + 2) * _WINDOW / SAMPLE_RATE
    hann = np.hanning(_WINDOW).astype(np.float32)
    energy = np.empty((len(windows), BAND_BITS + 1))
    for start in range(0, len(windows), 256):  # a spectrogram of a long recording would not fit in memory
        power = np.abs(np.fft.rfft(windows[start : start + 256] * hann, axis=1)) ** 2
        total = np.concatenate((np.zeros((len(power), 1)), np.cumsum(power, axis=1)), axis=1)
        marks = np.round(edges).astype(int)
        energy[start : start + 256] = total[:, marks[1:]] - total[:, marks[:-1]]
    return energy
