"""What the sound of footage is like: how much speech, above how much noise, clipped or not, with the lips or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.avatar.footage.looking import TOLD_S_MIN, Stretch
from pipelines.avatar.footage.reading import FPS
from pipelines.media import AudioClip, Float32Array
from pipelines.speech.activity import SpeechDetector, inside, seconds
from pipelines.speech.noise import levels

_HOP: Final = 640  # samples of 16 kHz in one picture
_LAG_MAX: Final = 12  # pictures: half a second
# With strange lips 27 s of speech gave correlations up to .32, 1.3 times the next peak; with its own .5 and 2 times.
_SURE_MIN: Final = 0.35
_ABOVE_NEXT_MIN: Final = 1.3
_NEXT: Final = 4  # pictures: what is nearer belongs to the same peak
_PEAK_SHARE: Final = 0.985  # samples that stand this near the peak were cut off
_PEAK_MIN: Final = 0.5
_LOUD: Final = 0.5  # of the peak
_TELEPHONE_HZ: Final = (300, 3400)
_HIGH_HZ: Final = (4200, 7500)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundMarks:
    """Measured on the sound.

    ``above_noise_db`` is speech above the pauses; ``high_band_db`` is 4.2 to 7.5 kHz against .3 to
    3.4 kHz in speech.

    ``clipped_share`` is of the loud samples; ``offset_s`` is how much later the sound is than the lips (None: not to be
    told) and ``offset_sureness`` the correlation it was found with.
    """

    speech_s: float
    speech_share: float
    first_speech_s: float
    speech_db: float
    above_noise_db: float
    clipped_share: float
    clipped_at_s: float
    high_band_db: float
    offset_s: float | None
    offset_sureness: float


def sound_marks_of(audio: AudioClip, stretches: Sequence[Stretch]) -> SoundMarks:
    """Measure a clip at 16 kHz that begins with the first picture."""
    spans = SpeechDetector().spans(audio)
    level = levels(audio, spans)
    clipped, clipped_at_s = _clipped(audio)
    offset_s, sureness = offset(audio, stretches)
    return SoundMarks(
        speech_s=seconds(spans),
        speech_share=seconds(spans) / max(1e-6, audio.duration_s),
        first_speech_s=spans[0][0] if spans else 0.0,
        speech_db=level.speech_db,
        above_noise_db=level.speech_db - level.noise_db if spans else 0.0,
        clipped_share=clipped,
        clipped_at_s=clipped_at_s,
        high_band_db=_high_band(audio.waveform[inside(spans, samples=len(audio.waveform))]),
        offset_s=offset_s,
        offset_sureness=sureness,
    )


def _clipped(audio: AudioClip) -> tuple[float, float]:
    """Of the samples louder than half the peak, how many stand at it; and when first."""
    size = np.abs(audio.waveform)
    peak = float(size.max(initial=0.0))
    if peak < _PEAK_MIN:
        return 0.0, 0.0
    at_peak = size >= _PEAK_SHARE * peak
    return float(at_peak.sum() / max(1, int((size >= _LOUD * peak).sum()))), float(
        np.argmax(at_peak)
    ) / audio.sample_rate


def _high_band(speech: Float32Array) -> float:
    size = 1024
    if len(speech) < size:
        return 0.0
    frames = np.lib.stride_tricks.sliding_window_view(speech, size)[:: size // 2]
    power = np.mean(np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2, axis=0)
    hz = np.fft.rfftfreq(size, 1 / 16_000)
    high, low = (power[(hz >= start) & (hz < end)].sum() for start, end in (_HIGH_HZ, _TELEPHONE_HZ))
    return float(10 * np.log10((high + 1e-12) / (low + 1e-12)))


def offset(audio: AudioClip, stretches: Sequence[Stretch]) -> tuple[float | None, float]:
    """How many seconds later the sound is than the lips, by the lag at which loudness goes best with their opening."""
    power = np.mean(np.square(audio.waveform[: len(audio.waveform) // _HOP * _HOP].reshape(-1, _HOP)), axis=1)
    loud = (10 * np.log10(power + 1e-7)).astype(np.float32)
    sums, weight = np.zeros(2 * _LAG_MAX + 1), 0
    for one in stretches:
        length = len(one.opening)
        is_seen = np.isfinite(one.opening)
        if is_seen.mean(dtype=float) < 0.8 or one.start + length > len(loud) + 1:  # noqa: PLR2004 -- of the pictures
            continue
        lips = _fast(np.interp(np.arange(length), np.flatnonzero(is_seen), one.opening[is_seen]).astype(np.float32))
        heard = _fast(loud[one.start : one.start + length])
        length = min(len(lips), len(heard))
        sums += length * np.array([_corr(lips[:length], heard[:length], lag) for lag in range(-_LAG_MAX, _LAG_MAX + 1)])
        weight += length
    if not weight:
        return None, 0.0
    mean = sums / weight
    best = int(np.argmax(mean))
    sureness = float(mean[best])
    others = np.r_[mean[: max(0, best - _NEXT)], mean[best + _NEXT + 1 :]]
    if weight < TOLD_S_MIN * FPS or sureness < max(_SURE_MIN, _ABOVE_NEXT_MIN * float(others.max(initial=0.0))):
        return None, sureness
    return (best - _LAG_MAX) / FPS, sureness


def _fast(values: Float32Array) -> Float32Array:
    """Without what changes over more than two seconds."""
    slow = 2 * FPS + 1
    padded = np.pad(np.asarray(values, np.float64), slow // 2, "reflect" if len(values) > slow else "edge")
    return np.asarray(values - np.convolve(padded, np.ones(slow) / slow, "valid"), dtype=np.float32)


def _corr(lips: Float32Array, heard: Float32Array, lag: int) -> float:
    """Correlation of the lips with the sound ``lag`` pictures later."""
    first, second = (lips[: len(lips) - lag], heard[lag:]) if lag >= 0 else (lips[-lag:], heard[:lag])
    scale = float(first.std() * second.std())
    return float(np.mean((first - first.mean()) * (second - second.mean()))) / scale if scale > 1e-9 else 0.0  # noqa: PLR2004 -- silence
