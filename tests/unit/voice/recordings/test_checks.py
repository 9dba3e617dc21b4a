"""The gate on real speech: what is good passes, and each fault is named with what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import fftconvolve, resample_poly

from pipelines.assets import ASSETS
from pipelines.media import AudioClip, Float32Array
from pipelines.voice.recordings import bars
from pipelines.voice.recordings.checks import Ears, check_recording, check_sound, known_voice, open_ears
from pipelines.voice.recordings.report import Check, Recorded
from pipelines.voice.recordings.sets import check_set
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

pytestmark = pytest.mark.weights
SAID = "in being comparatively modern."  # LJ001-0002


def read(path: Path) -> AudioClip:
    waveform, rate = soundfile.read(path, dtype="float32")
    common = int(np.gcd(rate, 16_000))
    made = waveform if rate == 16_000 else resample_poly(waveform, 16_000 // common, rate // common)
    return AudioClip(waveform=made.astype(np.float32), sample_rate=16_000)


@pytest.fixture(scope="module")
def ears(weights_home: Path) -> Ears:
    return open_ears(WeightsStore(weights_home, load_cards(ASSETS / "weights.toml")))


@pytest.fixture(scope="module")
def own(shared_media: Path) -> list[AudioClip]:
    paths = sorted((shared_media / "speech" / "ljspeech").glob("*.wav"))
    return [read(path) for path in paths[:8]]


@pytest.fixture(scope="module")
def strange(shared_media: Path) -> list[AudioClip]:
    paths = sorted((shared_media / "speech" / "librispeech").glob("2033*.flac"))
    return [read(path) for path in paths[:4]]


def noisy(clip: AudioClip, rng: np.random.Generator) -> Float32Array:
    return clip.waveform + rng.standard_normal(len(clip.waveform)).astype(np.float32) * 0.03


def humming(clip: AudioClip, rng: np.random.Generator) -> Float32Array:
    time = np.arange(len(clip.waveform)) / 16_000
    return np.asarray(
        clip.waveform + 0.004 * np.sum([np.sin(2 * np.pi * 50 * k * time) for k in (1, 2, 3, 4)], axis=0),
        dtype=np.float32,
    )


def echoing(clip: AudioClip, rng: np.random.Generator) -> Float32Array:
    back = rng.standard_normal(12_800) * np.exp(-6.9 * np.arange(12_800) / 12_800)
    back /= np.sqrt(np.sum(back**2))
    back[0] = 1
    return np.asarray(fftconvolve(clip.waveform, back)[: len(clip.waveform)] * 0.4)


def cut_off(clip: AudioClip, rng: np.random.Generator) -> Float32Array:
    return np.asarray(np.clip(clip.waveform * 8, -1, 1), dtype=np.float32)


def by_telephone(clip: AudioClip, rng: np.random.Generator) -> Float32Array:
    return np.asarray(resample_poly(resample_poly(clip.waveform, 1, 2), 2, 1))


def from_afar(clip: AudioClip, rng: np.random.Generator) -> Float32Array:
    return np.asarray(clip.waveform * 0.01, dtype=np.float32)


@pytest.mark.parametrize(
    ("spoil", "check", "says"),
    [
        (noisy, Check.NOISE, "shut the window"),
        (humming, Check.HUM, "charger"),
        (echoing, Check.ECHO, "curtains"),
        (cut_off, Check.CLIPPING, "softer"),
        (by_telephone, Check.BAND, "headset"),
        (from_afar, Check.LEVEL, "closer"),
    ],
    ids=lambda one: one.__name__ if callable(one) else None,
)
def test_a_fault_is_named_and_nothing_else_is_wrong(
    spoil: object, check: Check, says: str, ears: Ears, own: list[AudioClip]
) -> None:
    assert callable(spoil)
    assert not any(not one.holds for one in check_sound(own[3], ears.detector.spans(own[3])))
    spoiled = AudioClip(
        waveform=np.asarray(spoil(own[3], np.random.default_rng(0)), dtype=np.float32), sample_rate=16_000
    )
    faults = [one for one in check_sound(spoiled, ears.detector.spans(spoiled)) if not one.holds]
    assert [one.check for one in faults] == [check]
    assert says in faults[0].advice
    assert faults[0].source


def test_the_right_words_pass_and_others_do_not(ears: Ears, own: list[AudioClip]) -> None:
    right = check_recording(own[1], prompt=SAID, language="en", ears=ears)
    assert right.is_good, right.faults
    assert "modern" in (right.heard or "")
    wrong = check_recording(
        own[1], prompt="Our new oven heats up faster than you can chop.", language="en-GB", ears=ears
    )
    assert [one.check for one in wrong.faults] == [Check.WORDS]
    assert "modern" in wrong.faults[0].advice


def test_silence_is_asked_nothing_more(ears: Ears) -> None:
    silence = AudioClip(waveform=np.zeros(32_000, np.float32), sample_rate=16_000)
    report = check_recording(silence, prompt=SAID, language="en", ears=ears)
    assert [one.check for one in report.measures] == [Check.SPEECH]
    assert report.heard is None


def test_only_the_voice_of_the_statement_may_read(ears: Ears, own: list[AudioClip], strange: list[AudioClip]) -> None:
    consented = known_voice(own[0], ears)
    assert check_recording(own[1], prompt=None, language="en", ears=ears, consented=consented).is_good
    report = check_recording(strange[0], prompt=None, language="en", ears=ears, consented=consented)
    assert Check.WHO_CONSENTED in [one.check for one in report.faults]
    assert "0." not in repr(consented)


def recorded(*clips: AudioClip) -> list[Recorded]:
    return [Recorded(name=f"{at:02d}.wav", clip=clip) for at, clip in enumerate(clips)]


def test_one_persons_set_is_good_and_a_bad_recording_is_left_out(ears: Ears, own: list[AudioClip]) -> None:
    bad = AudioClip(waveform=noisy(own[0], np.random.default_rng(0)), sample_rate=16_000)
    report = check_set(recorded(*own, bad), language="en", ears=ears, statement=own[2])
    assert report.is_good, report.measures
    assert "08.wav" not in report.used
    assert len(report.used) == len(own)
    assert report.summary["left_out"] == 1
    assert report.speech_s > bars.SET_SPEECH_S_MIN


def test_a_stranger_among_them_refuses_all(ears: Ears, own: list[AudioClip], strange: list[AudioClip]) -> None:
    report = check_set(recorded(*own[:5], *strange), language="en", ears=ears)
    assert [one.check for one in report.measures if not one.holds] == [Check.ONE_PERSON]
    report = check_set(recorded(*own), language="en", ears=ears, statement=strange[0])
    assert [one.check for one in report.measures if not one.holds] == [Check.WHO_CONSENTED]


def test_too_little_says_how_much_there_is(ears: Ears, own: list[AudioClip]) -> None:
    report = check_set(recorded(own[1]), language="en", ears=ears)
    assert not report.is_good
    assert "2 s of speech" in report.measures[0].advice
