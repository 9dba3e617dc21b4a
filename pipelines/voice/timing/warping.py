"""Lays one recording of a text over another: which moment of the first is which moment of the second.

Dynamic time warping (Sakoe, Chiba 1978) over mel cepstra every 10 ms. Each recording's cepstra are brought to mean 0
and deviation 1, which takes most of the voice and the microphone out; loudness is kept, so that pauses meet
pauses.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct
from scipy.ndimage import correlate1d
from scipy.signal import resample_poly

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Float32Array

HOP_S: Final = 0.01
WARP_S_MAX: Final = 90.0  # two recordings of 90 s need 81 million cells of one byte and two rows

_RATE: Final = 16_000
_HOP: Final = 160
_WINDOW: Final = 400
_FFT: Final = 512
_BANDS: Final = 40
_CEPSTRA: Final = 7  # the finer ones tell speakers apart: with 13 a tenth of the phonemes lose their place
_FLOOR_DB: Final = -60.0  # against the loudest; below it lies the room
_LOUDNESS_WEIGHT: Final = 2.0
_SLOPE: Final = np.array([-0.2, -0.1, 0.0, 0.1, 0.2])  # change over 50 ms by least squares


def warp(first: AudioClip, second: AudioClip) -> tuple[Float32Array, float]:
    """Return for each 10 ms of the first where it is in the second, in seconds, rising; and the mean distance.

    The distance is 0.3 to 0.73 for the same words by another speaker and 0.71 to 0.82 for other words: it tells a
    wrong text, but not one wrong word.

    Raises:
        InputInvalidError: One of them is longer than 90 s or shorter than 0.1 s.
    """
    for clip in (first, second):
        if not 10 * HOP_S <= clip.duration_s <= WARP_S_MAX:
            raise InputInvalidError(
                f"a recording of {clip.duration_s:.1f} s cannot be laid over another; cut it into pieces of 0.1 to "
                f"{WARP_S_MAX:.0f} s"
            )
    a, b = cepstra(first), cepstra(second)
    path, distance = _cheapest(_distances(a, b))
    # One moment of the first may be several of the second: its middle counts.
    sums = np.bincount(path[:, 0], weights=path[:, 1], minlength=len(a))
    places = sums / np.bincount(path[:, 0], minlength=len(a))
    return np.asarray(np.maximum.accumulate(places) * HOP_S, dtype=np.float32), distance


def cepstra(audio: AudioClip) -> Float32Array:
    """Mel cepstra, their change and the loudness, (time, 14) float32; see the module."""
    common = np.gcd(audio.sample_rate, _RATE)
    sound = resample_poly(audio.waveform.astype(np.float64), _RATE // common, audio.sample_rate // common)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sound, _WINDOW // 2), _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), _FFT, axis=1)) ** 2 @ _filters().T
    level = 10 * np.log10(np.maximum(power, power.max() * 10 ** (_FLOOR_DB / 10)) + 1e-12)
    found = np.asarray(dct(level, axis=1, norm="ortho")[:, :_CEPSTRA])
    change = correlate1d(found, _SLOPE, axis=0, mode="nearest")
    loudness = level.max(axis=1, keepdims=True)
    columns = np.concatenate([found[:, 1:], change, loudness], axis=1)
    columns = (columns - columns.mean(axis=0)) / (columns.std(axis=0) + 1e-6)
    columns[:, -1] *= _LOUDNESS_WEIGHT
    return np.asarray(columns, dtype=np.float32)


def _distances(a: Float32Array, b: Float32Array) -> Float32Array:
    """Root mean square distance of each to each, (len(a), len(b)) float32."""
    squares = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1)[None] - 2 * a @ b.T
    distances: Float32Array = np.sqrt(np.maximum(squares, 0) / (2 * a.shape[1])).astype(np.float32)
    return distances


def _cheapest(cost: Float32Array) -> tuple[NDArray[np.int64], float]:
    """The cheapest path from corner to corner, (step, 2), and its mean cost. One antidiagonal at a time."""
    rows, columns = cost.shape
    came = np.zeros((rows, columns), dtype=np.int8)  # 0 straight, 1 from the row above, 2 from the column before
    before = np.full(rows + 1, np.inf)  # of the antidiagonal before, at row i + 1
    last = np.full(rows + 1, np.inf)
    for at in range(rows + columns - 1):
        low, high = max(0, at - columns + 1), min(rows, at + 1)
        i = np.arange(low, high)
        here = cost[i, at - i]
        # Every step costs the same, so that going straight is cheaper than around the corner: people and engines say a
        # text at about one pace.
        ways = np.stack([before[i], last[i], last[i + 1]]) + here
        if at == 0:
            ways[0, 0] = here[0]
        best = np.argmin(ways, axis=0)
        came[i, at - i] = best
        fresh = np.full(rows + 1, np.inf)
        fresh[i + 1] = ways[best, i - low]
        before, last = last, fresh
    total = float(last[rows])
    i, j = rows - 1, columns - 1
    path = [(i, j)]
    while i or j:
        step = came[i, j]
        i, j = i - int(step != 2), j - int(step != 1)  # noqa: PLR2004 -- the codes above
        path.append((i, j))
    return np.array(path[::-1]), total / len(path)


def _filters() -> NDArray[np.float64]:
    """Triangles on the mel scale from 60 Hz to 7.6 kHz, (40, 257)."""
    low, high = (1127 * np.log1p(hertz / 700) for hertz in (60.0, 7600.0))
    mels = np.linspace(low, high, _BANDS + 2)
    hertz = 700 * np.expm1(mels / 1127)
    bins = np.linspace(0, _RATE / 2, _FFT // 2 + 1)
    rising = (bins - hertz[:-2, None]) / (hertz[1:-1] - hertz[:-2])[:, None]
    falling = (hertz[2:, None] - bins) / (hertz[2:] - hertz[1:-1])[:, None]
    return np.asarray(np.maximum(0, np.minimum(rising, falling)))
