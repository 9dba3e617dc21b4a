"""What a fit is given: the speech, level, and less noise only where there is noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.media import AudioClip
from pipelines.speech.activity import SpeechDetector
from pipelines.speech.noise import levels
from pipelines.voice.recordings.denoising import denoised
from pipelines.voice.recordings.preparing import LEVEL_DB, PEAK_MAX, prepare
from pipelines.voice.recordings.report import Recorded, RecordingReport
from pipelines.voice.recordings.trimming import spoken_part


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


@pytest.fixture(scope="module")
def quiet(shared_media: Path) -> AudioClip:
    waveform, rate = soundfile.read(min((shared_media / "speech" / "librispeech").glob("2033*.flac")), stop=96_000)
    return AudioClip(waveform=np.asarray(waveform, dtype=np.float32), sample_rate=rate)


@pytest.fixture(scope="module")
def noisy(quiet: AudioClip) -> AudioClip:
    noise = np.random.default_rng(0).standard_normal(len(quiet.waveform)) * 0.01
    return AudioClip(waveform=(quiet.waveform + noise).astype(np.float32), sample_rate=quiet.sample_rate)


def report_of(clip: AudioClip, detector: SpeechDetector) -> RecordingReport:
    return RecordingReport(measures=(), spans=detector.spans(clip), speech_s=1.0)


def prepared(clip: AudioClip, detector: SpeechDetector) -> AudioClip:
    return prepare(Recorded(name="a", clip=clip), report_of(clip, detector))


def test_a_quiet_recording_is_only_trimmed_and_levelled(quiet: AudioClip, detector: SpeechDetector) -> None:
    made = prepared(quiet, detector)
    part = spoken_part(quiet, detector.spans(quiet))
    gain = made.waveform[1000:2000] @ part.waveform[1000:2000] / np.sum(np.square(part.waveform[1000:2000]))
    assert np.allclose(made.waveform, part.waveform * gain, atol=1e-5)


def test_every_recording_comes_to_one_level(quiet: AudioClip, noisy: AudioClip, detector: SpeechDetector) -> None:
    for clip in (quiet, noisy, AudioClip(waveform=quiet.waveform * 0.05, sample_rate=16_000)):
        made = prepared(clip, detector)
        assert np.abs(made.waveform).max() <= PEAK_MAX + 1e-6
        assert levels(made, detector.spans(made)).speech_db == pytest.approx(LEVEL_DB, abs=2)


def test_noise_goes_down_and_the_voice_stays(quiet: AudioClip, noisy: AudioClip, detector: SpeechDetector) -> None:
    spans = detector.spans(quiet)
    made = denoised(noisy, spans, floor_db=-12)
    before, after = levels(noisy, spans), levels(made, spans)
    assert before.noise_db - after.noise_db == pytest.approx(12, abs=2)
    assert after.speech_db == pytest.approx(before.speech_db, abs=1)
    assert len(made.waveform) == len(noisy.waveform)
    off_before, off_after = (np.mean(np.square(one.waveform - quiet.waveform)) for one in (noisy, made))
    assert off_after < 0.5 * off_before, "it is nearer to what was said"


def test_without_pauses_nobody_knows_the_noise(noisy: AudioClip) -> None:
    assert denoised(noisy, ((0.0, noisy.duration_s),), floor_db=-12) is noisy


def test_a_silent_recording_stays_one(detector: SpeechDetector) -> None:
    silence = AudioClip(waveform=np.zeros(16_000, np.float32), sample_rate=16_000)
    assert not prepared(silence, detector).waveform.any()
