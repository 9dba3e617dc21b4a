"""Where somebody speaks: real speech between silences, and the same answers as the package that brings the net."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import AudioClip
from pipelines.speech.activity import PIECE, SAMPLE_RATE, SpeechDetector, inside, packaged_file, seconds, spans_of


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


@pytest.fixture(scope="module")
def spoken(shared_media: Path) -> AudioClip:
    path = sorted((shared_media / "speech" / "librispeech").glob("*.flac"))[2]
    waveform, rate = soundfile.read(path, dtype="float32")
    return AudioClip(waveform=waveform, sample_rate=rate)


def test_speech_between_silences_is_found_where_it_is(detector: SpeechDetector, spoken: AudioClip) -> None:
    second = np.zeros(SAMPLE_RATE, np.float32)
    alone = detector.spans(spoken)
    moved = detector.spans(
        AudioClip(waveform=np.concatenate([second, spoken.waveform, second]), sample_rate=SAMPLE_RATE)
    )
    assert 1.5 < seconds(alone) < spoken.duration_s
    assert moved[0][0] == pytest.approx(1 + alone[0][0], abs=0.1)
    assert seconds(moved) == pytest.approx(seconds(alone), abs=0.3)


def test_answers_are_those_of_the_package_that_brings_the_net(detector: SpeechDetector, spoken: AudioClip) -> None:
    vad = pytest.importorskip("faster_whisper.vad")
    padded = np.pad(spoken.waveform, (0, -len(spoken.waveform) % PIECE))
    assert np.array_equal(detector.shares(spoken), vad.get_vad_model()(padded).reshape(-1))


def test_silence_noise_and_a_tone_are_no_speech(detector: SpeechDetector) -> None:
    time = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    noise = np.random.default_rng(0).standard_normal(len(time)) * 0.05
    for sound in (np.zeros(len(time)), noise, 0.3 * np.sin(2 * np.pi * 440 * time)):
        clip = AudioClip(waveform=sound.astype(np.float32), sample_rate=SAMPLE_RATE)
        assert detector.spans(clip) == ()
    assert detector.spans(AudioClip(waveform=np.zeros(0, np.float32), sample_rate=SAMPLE_RATE)) == ()


def test_another_rate_is_refused(detector: SpeechDetector) -> None:
    with pytest.raises(InputInvalidError, match="48000 Hz"):
        detector.spans(AudioClip(waveform=np.zeros(48_000, np.float32), sample_rate=48_000))


def test_a_file_that_is_no_net_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"no net")
    with pytest.raises(WeightsError, match="reinstall faster-whisper"):
        SpeechDetector(path=tmp_path / "net.onnx")
    assert packaged_file().is_file()


def test_short_gaps_close_and_clicks_are_dropped() -> None:
    shares = np.zeros(100, np.float32)
    shares[10:30], shares[31:50], shares[70] = 0.9, 0.9, 0.9  # a gap of one piece; a click
    shares[60:64] = 0.4  # unsure pieces begin nothing
    assert spans_of(shares, duration_s=3.2) == ((0.32, 1.6),)


def test_speech_to_the_end_ends_with_the_clip() -> None:
    assert spans_of(np.ones(10, np.float32), duration_s=0.317) == ((0.0, 0.317),)


def test_samples_inside_a_span_and_its_margin() -> None:
    assert inside(((0.1, 0.2),), samples=SAMPLE_RATE).sum() == 1600
    assert inside(((0.1, 0.2),), samples=SAMPLE_RATE, margin_s=0.05).sum() == 3200
    assert inside(((0.0, 2.0),), samples=SAMPLE_RATE, margin_s=0.1).all()
