"""Checks phoneme times against the sound itself, and moves them by what they are late or early.

A voice engine's own times may be off by a constant (Kokoro's are about 50 ms late); lips show it. Vowels are loud and
stops are quiet, so a curve of expected loudness slides along the real one until it fits best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipelines.avatar.articulation import sound_of
from pipelines.media import AudioClip, Timed

_RATE = 200  # steps a second
_REACH_S = 0.12  # a bigger error is not a constant of an engine but a fault, which no shift mends
_PHONEMES_MIN = 12  # too few say nothing
_FIT_MIN = 0.3  # correlation below which the curve does not describe the sound
_VOWEL, _SONORANT, _FRICATIVE, _STOP = 1.0, 0.72, 0.45, 0.12
_SONORANTS = frozenset("mnŋɲɳɴlɹɻrɾɽʁjwɥɫʎ")
_FRICATIVES = frozenset("fvszʃʒθðxɣχhɦçʂʐɕʑʦʣʧʤʨʥɸβʝ")
_STOPS = frozenset("pbtdkɡgqʔʈɖcɟT")


def aligned(phonemes: Sequence[Timed], audio: AudioClip) -> tuple[Timed, ...]:
    """The phonemes on the sound's own clock."""
    late_s = lateness_s(phonemes, audio)
    return tuple(
        replace(phoneme, start_s=max(0.0, phoneme.start_s - late_s), end_s=max(0.0, phoneme.end_s - late_s))
        for phoneme in phonemes
    )


def lateness_s(phonemes: Sequence[Timed], audio: AudioClip) -> float:
    """By how many seconds the phonemes come after the sound; 0 where that cannot be told."""
    hop = audio.sample_rate // _RATE
    steps = len(audio.waveform) // hop
    if len(phonemes) < _PHONEMES_MIN or steps < 2 * _RATE * _REACH_S + 10:
        return 0.0
    power = (audio.waveform[: steps * hop].astype(np.float64).reshape(steps, hop) ** 2).mean(axis=1)
    level = np.clip(10 * np.log10(power + 1e-9), -60, None)
    expected = np.zeros(steps)
    for phoneme in phonemes:
        expected[max(0, round(phoneme.start_s * _RATE)) : max(0, round(phoneme.end_s * _RATE))] = _loudness_of(phoneme)
    level, expected = gaussian_filter1d(level, 2.0), gaussian_filter1d(expected, 2.0)
    reach = round(_REACH_S * _RATE)
    fits = []
    for shift in range(-reach, reach + 1):
        moved = expected[max(0, shift) : steps + min(0, shift)]
        heard = level[max(0, -shift) : steps - max(0, shift)]
        flat = moved.std() < 1e-6 or heard.std() < 1e-6  # noqa: PLR2004  # nothing to correlate
        fits.append(0.0 if flat else float(np.corrcoef(moved, heard)[0, 1]))
    best = int(np.argmax(fits))
    return (best - reach) / _RATE if fits[best] >= _FIT_MIN else 0.0


def _loudness_of(phoneme: Timed) -> float:
    sound = sound_of(phoneme.text)
    if sound in _STOPS:
        return _STOP
    if sound in _FRICATIVES:
        return _FRICATIVE
    return _SONORANT if sound in _SONORANTS else _VOWEL
