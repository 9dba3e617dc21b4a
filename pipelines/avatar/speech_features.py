"""What a sound says about the mouth, one row per video frame: Whisper's encoder features, and loudness.

Whisper-base's encoder was trained to hear words in a hundred languages, so its features speak of phonemes and little of
the voice. They come every 20 ms and are averaged over each video frame.
"""

from __future__ import annotations

import math
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from scipy.ndimage import gaussian_filter1d
from scipy.signal import resample_poly

from pipelines.errors import WeightsError
from pipelines.faces.nets import WeightsFolder
from pipelines.media import AudioClip, CancelCheck, Float32Array, never_cancel

CARD_ID = "whisper-base"
FEATURES = 512

_RATE = 16_000
_WINDOW_S = 30
_OVERLAP_S = 1  # context on both sides of a window, so that its ends are not heard as the ends of the sound
_PER_SECOND = 50
_SPEECH_MIN_DB = -45.0  # of full scale; a sound without anything louder is silence, not quiet speech


def frame_count_of(audio: AudioClip, *, fps: int) -> int:
    """How many video frames a sound lasts, the last one begun."""
    return max(1, math.ceil(len(audio.waveform) * fps / audio.sample_rate - 1e-6))


def at_16k(audio: AudioClip) -> Float32Array:
    """The waveform at Whisper's rate."""
    if audio.sample_rate == _RATE:
        return audio.waveform
    common = math.gcd(audio.sample_rate, _RATE)
    return np.asarray(resample_poly(audio.waveform, _RATE // common, audio.sample_rate // common), dtype=np.float32)


def has_whisper(weights: WeightsFolder) -> Path | None:
    """The model's folder, or None where it is not installed."""
    try:
        return weights.path(CARD_ID, "model.bin").parent
    except WeightsError:
        return None


class WhisperEncoder:
    """The encoder of Whisper-base on CTranslate2, 8-bit."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        try:
            self._model = ctranslate2.models.Whisper(
                str(folder), device="cpu", compute_type="int8", intra_threads=threads, inter_threads=1
            )
        except (RuntimeError, ValueError) as e:
            raise WeightsError(f"{folder} is not a Whisper model that can be loaded; run: sayso models verify") from e
        self._mel = FeatureExtractor(feature_size=80)

    def features(self, audio: AudioClip, *, fps: int, cancel: CancelCheck = never_cancel) -> Float32Array:
        """(frame, 512) float32."""
        wave = at_16k(audio)
        step, overlap = (_WINDOW_S - 2 * _OVERLAP_S) * _RATE, _OVERLAP_S * _RATE
        per_feature = _RATE // _PER_SECOND
        parts = []
        for start in range(0, max(1, len(wave)), step):
            cancel()
            low = max(0, start - overlap)
            mel = self._mel(wave[low : start + step + overlap], padding=0)
            padded = np.zeros((1, 80, _WINDOW_S * 100), np.float32)
            count = min(padded.shape[2], mel.shape[1])
            padded[0, :, :count] = mel[:, :count]
            encoded = self._model.encode(ctranslate2.StorageView.from_array(padded), to_cpu=True)
            rows = np.array(encoded).astype(np.float32)[0]
            first = (start - low) // per_feature
            parts.append(rows[first : first + -(-min(step, len(wave) - start) // per_feature)])
        return _per_frame(np.concatenate(parts), frames=frame_count_of(audio, fps=fps), fps=fps)


def _per_frame(rows: Float32Array, *, frames: int, fps: int) -> Float32Array:
    """Average the features that fall into each video frame."""
    sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
    edges = np.clip(np.arange(frames + 1) * (_PER_SECOND / fps), 0, len(rows))
    low = np.minimum(edges[:-1], len(rows) - 1)
    high = np.maximum(edges[1:], low + 1)
    at = np.arange(len(rows) + 1, dtype=np.float64)
    columns = [np.interp(high, at, sums[:, k]) - np.interp(low, at, sums[:, k]) for k in range(rows.shape[1])]
    return np.asarray(np.stack(columns, axis=1) / (high - low)[:, None], dtype=np.float32)


def loudness(audio: AudioClip, *, fps: int) -> Float32Array:
    """Level of each frame in dB against the loud parts of the sound (0 = loud, -60 = nothing), (frame,) float32."""
    frames = frame_count_of(audio, fps=fps)
    edges = np.minimum(np.round(np.arange(frames + 1) * audio.sample_rate / fps).astype(int), len(audio.waveform))
    energy = np.concatenate([[0.0], np.cumsum(audio.waveform.astype(np.float64) ** 2)])
    power = (energy[edges[1:]] - energy[edges[:-1]]) / np.maximum(1, edges[1:] - edges[:-1])
    level = 10 * np.log10(power + 1e-10)
    loud = max(float(np.percentile(level, 95)), _SPEECH_MIN_DB)
    return np.asarray(np.clip(level - loud, -60, 6), dtype=np.float32)


def activity(level: Float32Array) -> Float32Array:
    """0 in silence to 1 in speech, from the loudness; opens a frame early, because lips part before sound."""
    share = np.clip((level + 34) / 12, 0, 1)
    early = np.maximum(share, np.concatenate([share[1:], share[-1:]]))
    return np.asarray(gaussian_filter1d(early, 0.7), dtype=np.float32)
