"""How loud a voice is, and what is behind it: from stretches of speech and the pauses between them.

Where a recording has no pause, its quietest moments stand for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.media import AudioClip, Float32Array
from pipelines.speech.activity import SAMPLE_RATE, Span, inside

_FRAME: Final = 320  # 20 ms
_HOP: Final = 160
_MARGIN_S: Final = 0.1  # beside speech: breath, the room's answer
_PAUSE_FRAMES_MIN: Final = 10
_QUIETEST: Final = 0.05
_NOTHING: Final = 1e-12  # power; far below what 16 bits can hold

_HUM_WINDOW: Final = 4096  # a quarter of a second: lines of 50 and 60 Hz stand 13 bins apart
_HUM_HZ: Final = (50.0, 60.0)
_HUM_LINES: Final = 10
_HUM_STRONGEST: Final = 4
_HUM_ALWAYS: Final = 10  # percent
_HUM_WINDOWS_MAX: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """In dB of full scale (a square wave is 0): the voice on the average of its speech, and the pauses' median."""

    speech_db: float
    noise_db: float

    @property
    def snr_db(self) -> float:
        """How far the voice without its noise is above the noise."""
        voice = max(10 ** (self.speech_db / 10) - 10 ** (self.noise_db / 10), _NOTHING)
        return float(10 * np.log10(voice)) - self.noise_db


@dataclass(frozen=True, slots=True, kw_only=True)
class Hum:
    """What mains leave in a recording: lines at multiples of 50 or 60 Hz.

    ``level_db`` is all of them together, in dB of full scale; ``prominence_db`` is how far the strongest stand out of
    what lies beside them.
    """

    level_db: float
    prominence_db: float


def levels(audio: AudioClip, spans: tuple[Span, ...]) -> Levels:
    """The levels of a clip at 16 kHz of which ``spans`` are speech."""
    power = _powers(audio.waveform)
    if not len(power):
        nothing = 10 * float(np.log10(_NOTHING))
        return Levels(speech_db=nothing, noise_db=nothing)
    centre = np.arange(len(power)) * _HOP + _FRAME // 2
    samples = len(audio.waveform)
    speech = power[inside(spans, samples=samples)[centre]]
    pauses = power[~inside(spans, samples=samples, margin_s=_MARGIN_S)[centre]]
    if len(pauses) < _PAUSE_FRAMES_MIN:
        pauses = np.sort(power)[: max(1, min(len(power), round(len(power) * _QUIETEST)))]
    return Levels(
        speech_db=_db(float(np.mean(speech)) if len(speech) else float(np.mean(power))),
        noise_db=_db(float(np.median(pauses))),
    )


def hum(audio: AudioClip) -> Hum:
    """The hum in a clip at 16 kHz. It never stops: what is there in nine windows of ten is no voice."""
    samples = np.pad(audio.waveform, (0, max(0, _HUM_WINDOW - len(audio.waveform))))
    windows = np.lib.stride_tricks.sliding_window_view(samples, _HUM_WINDOW)[:: _HUM_WINDOW // 4]
    windows = windows[:: -(-len(windows) // _HUM_WINDOWS_MAX)]
    window = np.hanning(_HUM_WINDOW)
    spectra = np.abs(np.fft.rfft(windows * window, axis=1)) ** 2
    power = np.percentile(spectra, _HUM_ALWAYS, axis=0) * 2 / (_HUM_WINDOW * np.sum(window**2))
    return max((_lines(power, base) for base in _HUM_HZ), key=lambda one: one.prominence_db)


def _lines(power: NDArray[np.float64], base_hz: float) -> Hum:
    """The first ten lines of a mains frequency in a power spectrum."""
    total, prominence = 0.0, []
    for line in range(1, _HUM_LINES + 1):
        at = round(base_hz * line * _HUM_WINDOW / SAMPLE_RATE)
        peak = float(power[at - 2 : at + 3].sum())
        beside = float(np.median(np.r_[power[at - 6 : at - 2], power[at + 3 : at + 7]])) * 5
        prominence.append(_db(peak) - _db(beside))
        total += peak - beside if peak > 2 * beside else 0.0
    return Hum(level_db=_db(total), prominence_db=float(np.mean(sorted(prominence)[-_HUM_STRONGEST:])))


def _powers(waveform: Float32Array) -> NDArray[np.float64]:
    if len(waveform) < _FRAME:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(waveform, _FRAME)[::_HOP]
    return np.asarray(np.einsum("fs,fs->f", frames, frames, dtype=np.float64) / _FRAME)


def _db(power: float) -> float:
    return float(10 * np.log10(power + _NOTHING))
