"""Forced alignment: times of one reading found in another, and held to the pauses of the other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bench.consenting import grant_for
from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Speech
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.timing.aligner import align, heard_pauses
from pipelines.voice.timing.warping import warp

RATE = 16_000
TEXT = "Order before Friday, and get free delivery on every product."


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, card_id: str, file: str) -> Path:
        return self._root / card_id / file


def sweep(seconds: float, *, pace: float = 1.0) -> AudioClip:
    """A tone that glides, with a beat: each moment sounds unlike the others."""
    t = np.arange(round(seconds / pace * RATE)) / RATE * pace
    tone = np.sin(2 * np.pi * (200 * t + 150 * t**2) / pace) * (1.2 + np.sin(2 * np.pi * 3 * t))
    return AudioClip(waveform=(0.3 * tone).astype(np.float32), sample_rate=RATE)


def test_a_recording_lies_on_itself() -> None:
    places, distance = warp(sweep(3.0), sweep(3.0))

    assert distance == pytest.approx(0.0, abs=0.01)
    assert np.abs(places - np.arange(len(places)) * 0.01).max() <= 0.01


def test_a_faster_reading_is_followed() -> None:
    places, _ = warp(sweep(3.0), sweep(3.0, pace=1.25))

    expected = np.arange(len(places)) * 0.01 / 1.25
    assert np.median(np.abs(places - expected)[20:-20]) <= 0.02
    assert (np.diff(places) >= 0).all()


@pytest.mark.parametrize("seconds", [0.05, 91.0])
def test_what_is_too_short_or_too_long_is_refused(seconds: float) -> None:
    clip = AudioClip(waveform=np.ones(round(seconds * RATE), np.float32), sample_rate=RATE)

    with pytest.raises(InputInvalidError, match="cut it into pieces"):
        warp(sweep(1.0), clip)


def test_pauses_are_found_and_closures_are_not() -> None:
    sound = sweep(4.0).waveform
    sound[RATE : RATE + RATE // 2] = 0
    sound[3 * RATE : 3 * RATE + RATE // 20] = 0

    (found,) = heard_pauses(AudioClip(waveform=sound, sample_rate=RATE))

    assert found == pytest.approx((1.0, 1.5), abs=0.015)


@pytest.fixture(scope="module")
def readings(weights_home: Path) -> tuple[Speech, Speech]:
    """The same text by a woman and, slower, by a man."""
    engine = KokoroVoice(Folder(weights_home), lambda: datetime.now(UTC))
    grant = grant_for(TEXT, "en-US")
    return (
        engine.speak(TEXT, locale="en-US", voice="af_heart", grant=grant, seed=1),
        engine.speak(TEXT, locale="en-US", voice="am_michael", grant=grant, seed=1, speed=0.9),
    )


@pytest.mark.weights
def test_phonemes_are_good_to_40_ms(readings: tuple[Speech, Speech]) -> None:
    reference, other = readings

    found = align(other.audio, reference=reference)

    assert [word.text for word in found.words] == [word.text for word in other.words]
    errors = np.array([abs(a.start_s - b.start_s) for a, b in zip(found.phonemes, other.phonemes, strict=True)])
    assert np.median(errors) <= 0.02
    assert np.mean(errors <= 0.04) >= 0.9


@pytest.mark.weights
def test_times_only_rise(readings: tuple[Speech, Speech]) -> None:
    found = align(readings[1].audio, reference=readings[0])

    edges = [t for word in found.words for t in (word.start_s, word.end_s)]
    assert edges == sorted(edges)


@pytest.mark.weights
def test_noise_is_no_reading(readings: tuple[Speech, Speech]) -> None:
    noise = np.random.default_rng(1).standard_normal(4 * RATE).astype(np.float32)

    with pytest.raises(InputInvalidError, match="does not say"):
        align(AudioClip(waveform=noise, sample_rate=RATE), reference=readings[0])
