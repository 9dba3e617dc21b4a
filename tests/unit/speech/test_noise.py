"""Levels and hum: numbers that were put in come out."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.media import AudioClip, Float32Array
from pipelines.speech.activity import SAMPLE_RATE
from pipelines.speech.noise import hum, levels

SPANS = ((0.5, 2.0), (3.0, 4.5))


def voice_in(noise: Float32Array, *, level_db: float = -20.0) -> AudioClip:
    """A stand-in for a voice in ``SPANS``, over noise of five seconds."""
    rng = np.random.default_rng(1)
    waveform = np.array(noise, dtype=np.float64)
    for start, end in SPANS:
        at = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
        waveform[at] += rng.standard_normal(at.stop - at.start) * 10 ** (level_db / 20)
    return AudioClip(waveform=waveform.astype(np.float32), sample_rate=SAMPLE_RATE)


def white(level_db: float) -> Float32Array:
    made = np.random.default_rng(2).standard_normal(5 * SAMPLE_RATE) * 10 ** (level_db / 20)
    return made.astype(np.float32)


def lines(base_hz: float, level_db: float) -> Float32Array:
    time = np.arange(5 * SAMPLE_RATE) / SAMPLE_RATE
    made = np.sum([np.sin(2 * np.pi * base_hz * k * time + k) for k in (1, 2, 3, 5)], axis=0)
    return np.asarray(made * 10 ** (level_db / 20) / np.sqrt(np.mean(made**2)), dtype=np.float32)


@pytest.mark.parametrize("noise_db", [-30.0, -45.0, -60.0])
def test_voice_and_noise_are_measured_apart(noise_db: float) -> None:
    found = levels(voice_in(white(noise_db)), SPANS)
    assert found.noise_db == pytest.approx(noise_db, abs=0.7)
    assert found.snr_db == pytest.approx(-20 - noise_db, abs=1.0)


def test_a_recording_without_pauses_is_judged_by_its_quietest_moments() -> None:
    noise = white(-50.0)
    clip = AudioClip(waveform=voice_in(noise).waveform, sample_rate=SAMPLE_RATE)
    assert levels(clip, ((0.0, 5.0),)).noise_db == pytest.approx(-50, abs=1.5)


def test_nothing_at_all_has_a_level_far_below_everything() -> None:
    found = levels(AudioClip(waveform=np.zeros(0, np.float32), sample_rate=SAMPLE_RATE), ())
    assert found.speech_db < -100


@pytest.mark.parametrize("base_hz", [50.0, 60.0])
def test_hum_of_either_mains_is_measured(base_hz: float) -> None:
    found = hum(voice_in(white(-65.0) + lines(base_hz, -45.0)))
    assert found.level_db == pytest.approx(-46.5, abs=2)  # a tenth of the windows, so a little low
    assert found.prominence_db > 20


def test_noise_is_no_hum() -> None:
    for level_db in (-70.0, -35.0):
        assert hum(voice_in(white(level_db))).prominence_db < 10


def test_a_constant_voice_that_pauses_is_no_hum() -> None:
    tone = lines(50.0, -20.0)
    tone[: SAMPLE_RATE * 2] = 0
    assert hum(AudioClip(waveform=(white(-60.0) + tone).astype(np.float32), sample_rate=SAMPLE_RATE)).prominence_db < 10


def test_hum_is_found_in_less_than_a_window() -> None:
    waveform = (white(-65.0) + lines(50.0, -40.0)).astype(np.float32)[:6000]
    assert hum(AudioClip(waveform=waveform, sample_rate=SAMPLE_RATE)).prominence_db > 20
