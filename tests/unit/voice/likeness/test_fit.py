"""A voice fitted to real recordings: on the way to its person after a few steps, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from pipelines.assets import ASSETS
from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import AudioClip
from pipelines.voice.likeness import fit as fitting
from pipelines.voice.likeness.fit import fit_voice
from pipelines.voice.likeness.profile import VoiceProfile
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

pytestmark = [pytest.mark.weights, pytest.mark.slow]
RATE = 16_000


@pytest.fixture(scope="module")
def weights(weights_home: Path) -> WeightsStore:
    return WeightsStore(weights_home, load_cards(ASSETS / "weights.toml"))


@pytest.fixture(scope="module")
def clips(shared_media: Path) -> list[AudioClip]:
    paths = sorted((shared_media / "speech" / "ljspeech").glob("*.wav"))[:5]
    found = [soundfile.read(path, dtype="float32") for path in paths]
    return [
        AudioClip(waveform=np.asarray(resample_poly(samples, RATE, rate), np.float32), sample_rate=RATE)
        for samples, rate in found
    ]


def fitted(clips: Sequence[AudioClip], weights: WeightsStore, *, language: str = "en-US") -> VoiceProfile:
    return fit_voice(clips, language=language, weights=weights, seed=1, steps_max=6)


def test_a_few_steps_lead_towards_the_person(
    clips: list[AudioClip], weights: WeightsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "_COPIED_S", 4.0)  # as little as goes, for the test's time
    monkeypatch.setattr(fitting, "_CHECKED_S", 1.0)
    profile = fitted(clips, weights)
    scores = profile.scores
    assert scores.similarity_fitted > scores.similarity_base + 0.02
    assert scores.spectrum_db_fitted < scores.spectrum_db_base
    assert scores.similarity_real > 0.85
    assert profile.f0_median_hz == pytest.approx(220, rel=0.1), "her own pitch, as her recordings have it"
    assert VoiceProfile.from_bytes(profile.to_bytes()).digest == profile.digest


def test_too_little_speech_is_refused(clips: list[AudioClip], weights: WeightsStore) -> None:
    with pytest.raises(InputInvalidError, match="at least 20 are needed"):
        fitted(clips[:1], weights)


def test_a_telephone_is_refused(clips: list[AudioClip], weights: WeightsStore) -> None:
    phone = [AudioClip(waveform=clip.waveform[::2], sample_rate=8000) for clip in clips]
    with pytest.raises(InputInvalidError, match="8000 Hz and 16000 are needed"):
        fitted(phone, weights)


def test_without_its_models_nothing_is_fitted(clips: list[AudioClip], tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="sayso models pull"):
        fitted(clips, WeightsStore(tmp_path, load_cards(ASSETS / "weights.toml")))
