"""The pitch of a voice over time: YIN's difference function, and the smoothest way through its dips.

Source: de Cheveigne and Kawahara 2002 (YIN, steps 2, 3 and 5); its absolute threshold (step 4) is replaced by a Viterbi
search, which also decides what is voiced: octave slips of single frames cost more than they gain. `bench.voices` sets
it beside WORLD's harvest, which needs a compiled package and forty times as long.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Float32Array

SAMPLE_RATE: Final = 16_000
HOP: Final = 200  # 12.5 ms: the pitch frames of the Kokoro net
F0_MIN_HZ: Final = 60.0
F0_MAX_HZ: Final = 480.0

_WINDOW: Final = 560  # 35 ms: two periods of the lowest voice
_CENTRE: Final = _WINDOW // 2 + 50  # of the window and a common lag behind it
_LAG_MIN: Final = int(SAMPLE_RATE / F0_MAX_HZ)
_LAG_MAX: Final = int(SAMPLE_RATE / F0_MIN_HZ) + 1
_CANDIDATES: Final = 6
_VOICELESS: Final = 0.5  # what a voiceless frame costs; dips of voiced speech are at 0.02 to 0.4
_TURN: Final = 0.22  # starting or ending to be voiced
_OCTAVE: Final = 1.5  # moving by an octave between two frames
_HIGHER: Final = 0.03  # per octave of lag: of two equal dips the shorter period is the true one
_QUIET_DB: Final = -42.0  # against the loud frames; quieter is voiceless
_BLOCK: Final = 4096  # frames at a time, for memory


def pitch(audio: AudioClip) -> Float32Array:
    """Track the pitch: (frame,) float32 in Hz every 12.5 ms, frame n centred at n x 12.5 ms; 0.0 is voiceless.

    Raises:
        InputInvalidError: The clip is not at 16 kHz.
    """
    if audio.sample_rate != SAMPLE_RATE:
        raise InputInvalidError(
            f"the clip is at {audio.sample_rate} Hz and pitch is tracked at {SAMPLE_RATE}; resample"
        )
    if not len(audio.waveform):
        return np.zeros(0, dtype=np.float32)
    span = _WINDOW + _LAG_MAX
    count = len(audio.waveform) // HOP + 1
    padded = np.pad(audio.waveform.astype(np.float64), (_CENTRE, span + HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, span)[: count * HOP : HOP]
    dips = np.concatenate([_normalised(frames[at : at + _BLOCK]) for at in range(0, count, _BLOCK)])
    power = np.concatenate([np.mean(frames[at : at + _BLOCK] ** 2, axis=1) for at in range(0, count, _BLOCK)])
    loud = 10 * np.log10(power + 1e-12)
    lags, costs = _candidates(dips)
    costs[loud < np.percentile(loud, 95) + _QUIET_DB] = np.inf
    chosen = _smoothest(np.log2(lags), costs)
    picked = lags[np.arange(count), np.maximum(chosen, 0)]
    return np.where(chosen >= 0, SAMPLE_RATE / picked, 0.0).astype(np.float32)


def _normalised(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """YIN's cumulative mean normalised difference, (frame, lag)."""
    size = 1 << int(np.ceil(np.log2(frames.shape[1] + _WINDOW)))
    head = np.fft.rfft(frames[:, :_WINDOW], size, axis=1)
    both = np.fft.irfft(np.conj(head) * np.fft.rfft(frames, size, axis=1), size, axis=1)[:, : _LAG_MAX + 1]
    running = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    energy = running[:, _WINDOW : _WINDOW + _LAG_MAX + 1] - running[:, : _LAG_MAX + 1]
    difference = np.maximum(energy[:, :1] + energy - 2 * both, 0.0)
    lags = np.arange(1, _LAG_MAX + 1)
    mean = np.cumsum(difference[:, 1:], axis=1) / lags
    ratio = difference[:, 1:] / np.maximum(mean, 1e-12)
    return np.concatenate([np.ones((len(frames), 1)), ratio], axis=1)


def _candidates(dips: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The deepest dips of each frame: lags with parts of a sample, and what they cost, both (frame, 6)."""
    inner = dips[:, _LAG_MIN:_LAG_MAX]
    before, after = dips[:, _LAG_MIN - 1 : _LAG_MAX - 1], dips[:, _LAG_MIN + 1 : _LAG_MAX + 1]
    bend = before - 2 * inner + after
    is_dip = (inner <= before) & (inner < after) & (bend > 0)
    offset = np.where(is_dip, 0.5 * (before - after) / np.where(is_dip, bend, 1.0), 0.0)
    depth = np.where(is_dip, inner - 0.25 * (before - after) * offset, np.inf)
    depth = depth + _HIGHER * np.log2(np.arange(_LAG_MIN, _LAG_MAX) / _LAG_MIN)
    best = np.argpartition(depth, _CANDIDATES, axis=1)[:, :_CANDIDATES]
    rows = np.arange(len(dips))[:, None]
    lags: NDArray[np.float64] = (best + _LAG_MIN + offset[rows, best]).astype(np.float64)
    return lags, np.asarray(depth[rows, best], dtype=np.float64)


def _smoothest(octaves: NDArray[np.float64], costs: NDArray[np.float64]) -> NDArray[np.int64]:
    """The cheapest way through the candidates; -1 where it is voiceless."""
    count = len(costs)
    came = np.zeros((count, _CANDIDATES + 1), dtype=np.int64)
    sums = np.append(costs[0], _VOICELESS)  # the last state is voiceless
    for at in range(1, count):
        moves = np.empty((_CANDIDATES + 1, _CANDIDATES + 1))
        moves[:-1, :-1] = _OCTAVE * np.abs(octaves[at - 1][:, None] - octaves[at][None, :])
        moves[-1, :-1] = moves[:-1, -1] = _TURN
        moves[-1, -1] = 0.0
        total = sums[:, None] + moves
        came[at] = np.argmin(total, axis=0)
        sums = total[came[at], np.arange(_CANDIDATES + 1)] + np.append(costs[at], _VOICELESS)
    states = np.empty(count, dtype=np.int64)
    states[-1] = np.argmin(sums)
    for at in range(count - 1, 0, -1):
        states[at - 1] = came[at, states[at]]
    return np.where(states == _CANDIDATES, -1, states)
