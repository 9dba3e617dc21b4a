"""The voice page's real ears: what they say of a sentence, and what of it is kept."""

from __future__ import annotations

import io
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from pipelines.assets import ASSETS
from pipelines.errors import EvidenceRefusedError
from pipelines.media import AudioClip
from pipelines.voice.recordings.report import Check
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore
from studio.requests.voicing import Hear, VoiceFault
from studio.wiring.prompted import FAULTS, as_wave, hear_prompted, prompts_of
from studio.wordings.texts import languages, wording

SAID = "in being comparatively modern."  # LJ001-0002


@pytest.fixture(scope="module")
def hear(weights_home: Path) -> Hear:
    return hear_prompted(WeightsStore(weights_home, load_cards(ASSETS / "weights.toml")))


@pytest.fixture(scope="module")
def spoken(shared_media: Path) -> Path:
    return shared_media / "speech" / "ljspeech" / "LJ001-0002.wav"


@pytest.mark.weights
def test_the_sentence_in_the_right_voice_is_kept_as_it_was_said(hear: Hear, spoken: Path) -> None:
    heard = hear(spoken, SAID, "en", spoken.with_name("LJ001-0001.wav"))
    assert heard.faults == ()
    kept, rate = soundfile.read(io.BytesIO(heard.wave))
    assert rate == 16_000
    assert len(kept) / rate == pytest.approx(soundfile.info(spoken).duration, abs=0.05)


@pytest.mark.weights
def test_each_fault_has_its_word(hear: Hear, spoken: Path, shared_media: Path, tmp_path: Path) -> None:
    clips = (shared_media / "speech" / "librispeech").glob("2033*.flac")
    stranger = max(clips, key=lambda one: one.stat().st_size)
    heard = hear(spoken, "The ferry was late, so we shared a bag of chips.", "en", stranger)
    assert heard.faults == ("words", "other")
    waveform, rate = soundfile.read(spoken, dtype="float32")
    soundfile.write(tmp_path / "line.wav", resample_poly(waveform, 80, round(rate / 100)), 8000)
    assert hear(tmp_path / "line.wav", SAID, "en", None).faults == ("thin",)
    soundfile.write(tmp_path / "nothing.wav", np.zeros(16_000), 16_000)
    assert hear(tmp_path / "nothing.wav", SAID, "en", None).faults == ("short",)
    with pytest.raises(EvidenceRefusedError):
        hear(Path(__file__), SAID, "en", None)


def test_every_fault_of_a_sentence_is_said_in_every_language() -> None:
    assert set(FAULTS) == set(Check) - {Check.ONE_PERSON}
    assert set(FAULTS.values()) == set(get_args(VoiceFault))
    for language in languages():
        assert all(wording(language).voice[fault] for fault in FAULTS.values())
        assert len(prompts_of(language)) == 100


def test_a_wave_holds_the_samples_and_nothing_louder_than_full() -> None:
    clip = AudioClip(waveform=np.array([0, 0.5, -0.5, 2, -2], np.float32), sample_rate=16_000)
    kept, _ = soundfile.read(io.BytesIO(as_wave(clip)), dtype="float32")
    assert kept == pytest.approx([0, 0.5, -0.5, 1, -1], abs=1e-4)
