"""What can be told from the samples alone: loudness, peaks, holes. Costs milliseconds, so it is asked first."""

from __future__ import annotations

from typing import Final

import numpy as np

from pipelines.media import AudioClip, Float32Array
from pipelines.voice.loudness import PEAK_DBTP_MAX, TARGET_LUFS, integrated_lufs, true_peak_dbtp
from pipelines.voice.quality.report import Fault, Finding

LOUDNESS_OFF_MAX_LU: Final = 1.0  # EBU R 128 allows 0.5 for programmes, 1.0 live; a limited ad of 3 s needs the second
PAUSE_MAX_S: Final = 1.5  # script.sentences pauses for 0.6 s at most, with jitter 0.65 s
PAUSE_SLACK_S: Final = 0.6  # over a pause that the script asks for

_FRAME_S: Final = 0.02
_QUIET_DB: Final = -45.0  # against the loud parts; the net's breaths are 30 to 40 dB below its voice
_SILENT: Final = 1e-4


def is_empty(audio: AudioClip) -> bool:
    """Whether there is nothing that anybody could hear, or no numbers at all."""
    heard = audio.waveform
    return not len(heard) or not bool(np.isfinite(heard).all()) or float(np.max(np.abs(heard))) < _SILENT


def loudness(audio: AudioClip) -> Finding:
    """Whether it is at the studio's loudness."""
    found = integrated_lufs(audio.waveform, audio.sample_rate)
    off = abs(found - TARGET_LUFS)
    return Finding(
        fault=Fault.LOUDNESS,
        value=found,
        bar=LOUDNESS_OFF_MAX_LU,
        holds=off <= LOUDNESS_OFF_MAX_LU,
        sentence=f"the loudness is {found:.1f} LUFS and {TARGET_LUFS:.0f} within {LOUDNESS_OFF_MAX_LU:.0f} is needed",
    )


def peaks(audio: AudioClip) -> Finding:
    """Whether the true peak keeps its distance from clipping."""
    found = true_peak_dbtp(audio.waveform)
    return Finding(
        fault=Fault.PEAKS,
        value=found,
        bar=PEAK_DBTP_MAX,
        holds=found <= PEAK_DBTP_MAX,
        sentence=f"the true peak is {found:.1f} dBTP and {PEAK_DBTP_MAX} at most is needed",
    )


def holes(audio: AudioClip, *, asked_s: float) -> Finding:
    """Whether a silence inside is longer than any that was asked for (``asked_s``, 0 if none was)."""
    start_s, length_s = longest_silence(audio)
    bar = max(PAUSE_MAX_S, asked_s + PAUSE_SLACK_S)
    return Finding(
        fault=Fault.SILENCE,
        value=length_s,
        bar=bar,
        holds=length_s <= bar,
        sentence=f"there is a silence of {length_s:.1f} s at {start_s:.1f} s and {bar:.1f} s at most is needed",
    )


def longest_silence(audio: AudioClip) -> tuple[float, float]:
    """Where the longest silence between two sounds starts, and how long it is, in seconds."""
    size = round(_FRAME_S * audio.sample_rate)
    loud = np.flatnonzero(_levels_db(audio.waveform, size) > _QUIET_DB)
    gaps = np.diff(loud)
    if not len(gaps) or int(gaps.max()) <= 1:
        return 0.0, 0.0
    widest = int(np.argmax(gaps))
    return float(loud[widest] + 1) * size / audio.sample_rate, float(gaps[widest] - 1) * size / audio.sample_rate


def _levels_db(waveform: Float32Array, size: int) -> Float32Array:
    """The level of each frame against the loud ones (their 95th percentile), in dB."""
    count = len(waveform) // size
    power = np.mean(np.square(waveform[: count * size].reshape(count, size).astype(np.float64)), axis=1)
    level = 10 * np.log10(power + 1e-12)
    return np.asarray(level - np.percentile(level, 95) if count else level, dtype=np.float32)
