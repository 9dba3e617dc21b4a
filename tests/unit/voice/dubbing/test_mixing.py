"""Voice and stem: the stem keeps its level, steps back under the voice, and nothing clips."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Float32Array
from pipelines.voice.dubbing.mixing import UNDER_LU, with_stem
from pipelines.voice.loudness import integrated_lufs, normalise, true_peak_dbtp

RATE = 24_000


def tone(hertz: float, seconds: float, rate: int = RATE) -> Float32Array:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate).astype(np.float32)


def voice() -> AudioClip:
    """Four seconds of quiet, four of a voice, four of quiet."""
    said = normalise(tone(300, 4), RATE)
    quiet = np.zeros(4 * RATE, np.float32)
    return AudioClip(waveform=np.concatenate([quiet, said, quiet]), sample_rate=RATE)


def level(waveform: Float32Array, hertz: float, start_s: float, end_s: float) -> float:
    """Loudness of one tone in a stretch, in dB."""
    part = waveform[round(start_s * RATE) : round(end_s * RATE)]
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(part)) / RATE)
    return float(20 * np.log10(2 * abs(np.mean(part * wave)) + 1e-9))


def test_the_stem_steps_back_under_the_voice_and_comes_back() -> None:
    stem = AudioClip(waveform=0.3 * tone(1000, 12), sample_rate=RATE)

    mixed = with_stem(voice(), stem).waveform

    under, after = level(mixed, 1000, 5, 7), level(mixed, 1000, 10, 11.5)
    assert level(mixed, 300, 5, 7) - under >= UNDER_LU - 1
    assert after - under > 6
    assert abs(level(mixed, 1000, 1, 3) - after) < 0.5


def test_a_quiet_stem_is_left_as_it_is() -> None:
    stem = AudioClip(waveform=0.003 * tone(1000, 12), sample_rate=RATE)

    mixed = with_stem(voice(), stem).waveform

    assert abs(level(mixed, 1000, 1, 3) - level(mixed, 1000, 5, 7)) < 0.5


def test_the_mix_is_level_and_does_not_clip() -> None:
    stem = AudioClip(waveform=0.9 * tone(1000, 14, 44_100), sample_rate=44_100)

    mixed = with_stem(voice(), stem)

    assert mixed.duration_s == pytest.approx(14.0, abs=0.01)
    assert integrated_lufs(mixed.waveform, RATE) == pytest.approx(-16.0, abs=0.5)
    assert true_peak_dbtp(mixed.waveform) <= -1.5


WRONG = {
    "silent": (np.zeros(12 * RATE, np.float32), "silent"),
    "of another recording": (tone(1000, 2), "lasts 2.0 s"),
}


@pytest.mark.parametrize(("waveform", "said"), WRONG.values(), ids=WRONG)
def test_a_stem_that_cannot_be_meant_is_refused(waveform: Float32Array, said: str) -> None:
    with pytest.raises(InputInvalidError, match=said):
        with_stem(voice(), AudioClip(waveform=waveform, sample_rate=RATE))
