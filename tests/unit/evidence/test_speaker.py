"""Same voice, other voice, no voice; and the studio's own voices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pipelines.assets import ASSETS
from pipelines.errors import WeightsError
from pipelines.evidence.speaker import SpeakerMatch
from pipelines.evidence.synthetic import SyntheticSpeech, silence_depth_db
from pipelines.intake.recording import read_sound
from pipelines.media import AudioClip
from pipelines.speech.encoder import CARD_ID, SpeakerEncoder
from pipelines.speech.stock import stock_voices
from pipelines.voice.voices import VOICES
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore


@pytest.fixture(scope="module")
def store(weights_home: Path) -> WeightsStore:
    found = WeightsStore(weights_home, load_cards(ASSETS / "weights.toml"))
    if found.state(CARD_ID) != "installed":
        pytest.skip("the speaker encoder is not installed; run: sayso models pull resemblyzer")
    return found


@pytest.fixture(scope="module")
def voices(shared_media: Path) -> dict[str, list[AudioClip]]:
    folder = shared_media / "speech" / "librispeech"
    chosen = {name: sorted(folder.glob(f"{name}-*.flac"))[:2] for name in ("1688", "2609")}
    return {name: [read_sound(path) for path in paths] for name, paths in chosen.items()}


@dataclass(frozen=True)
class Folder:
    """All cards in one folder."""

    folder: Path

    def path(self, card_id: str, file: str) -> Path:
        return self.folder / file


def _noise(seconds: float) -> AudioClip:
    waveform = np.random.default_rng(0).normal(0, 0.05, round(seconds * 16_000)).astype(np.float32)
    return AudioClip(waveform=waveform, sample_rate=16_000)


@pytest.mark.weights
@pytest.mark.parametrize("gain_db", [-14, 14])
def test_how_loud_somebody_was_recorded_says_nothing(
    store: WeightsStore, voices: dict[str, list[AudioClip]], gain_db: float
) -> None:
    encoder, clip = SpeakerEncoder(store), voices["1688"][0]
    louder = AudioClip(waveform=clip.waveform * np.float32(10 ** (gain_db / 20)), sample_rate=clip.sample_rate)
    assert float(encoder.embed(clip) @ encoder.embed(louder)) > 0.999


@pytest.mark.weights
def test_the_same_voice_matches_and_another_does_not(store: WeightsStore, voices: dict[str, list[AudioClip]]) -> None:
    match = SpeakerMatch(SpeakerEncoder(store))
    one, another = voices["1688"], voices["2609"]
    assert match.compare(one[0], [one[1]]).outcome == "passed"
    assert match.compare(one[0], [another[0]]).outcome == "failed"
    # Two enrolled recordings of two people: both have to be the speaker.
    assert match.compare(one[0], [one[1], another[0]]).outcome == "failed"


@pytest.mark.weights
def test_no_recording_to_match_is_not_applicable_and_too_little_speech_is_missing(
    store: WeightsStore, voices: dict[str, list[AudioClip]]
) -> None:
    match = SpeakerMatch(SpeakerEncoder(store))
    voice = voices["1688"][0]
    silence = AudioClip(waveform=np.zeros(80_000, np.float32), sample_rate=16_000)
    assert match.compare(voice, []).outcome == "not_applicable"
    assert match.compare(_noise(1), [voice]).outcome == "missing"
    assert match.compare(voice, [_noise(1)]).outcome == "missing"
    assert match.compare(voice, [silence]).outcome != "passed"


@pytest.mark.weights
def test_an_embedding_has_length_one_and_is_the_same_again(
    store: WeightsStore, voices: dict[str, list[AudioClip]]
) -> None:
    encoder = SpeakerEncoder(store)
    first = encoder.embed(voices["1688"][0])
    assert first.shape == (256,)
    assert float(np.linalg.norm(first)) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(first, encoder.embed(voices["1688"][0]))


@pytest.mark.weights
def test_a_real_recording_shows_no_sign_of_synthesis(store: WeightsStore, voices: dict[str, list[AudioClip]]) -> None:
    check = SyntheticSpeech(store)
    for clips in voices.values():
        found = check.check(clips[0])
        assert (found.outcome, found.score) == ("passed", 0.0)
        assert "listen" in found.reason


@pytest.mark.weights
def test_a_voice_with_digital_silence_between_the_words_is_a_sign(
    store: WeightsStore, voices: dict[str, list[AudioClip]]
) -> None:
    voice = voices["1688"][0].waveform.copy()
    voice[::1][20_000:30_000] = 0
    found = SyntheticSpeech(store).check(AudioClip(waveform=voice, sample_rate=16_000))
    assert found.outcome == "failed"
    assert "pauses" in found.reason


@pytest.mark.weights
def test_too_little_sound_is_missing(store: WeightsStore) -> None:
    silence = AudioClip(waveform=np.zeros(80_000, np.float32), sample_rate=16_000)
    assert SyntheticSpeech(store).check(silence).outcome == "missing"
    assert SyntheticSpeech(store).check(_noise(1)).outcome == "missing"


def test_the_depth_of_pauses_is_in_decibels() -> None:
    loud, quiet = _noise(4).waveform, _noise(4).waveform * 0.001
    clip = AudioClip(waveform=np.concatenate([loud, quiet]), sample_rate=16_000)
    assert silence_depth_db(clip) == pytest.approx(60, abs=2)


def test_the_stock_voices_are_all_there() -> None:
    found = stock_voices(Folder(ASSETS / "evidence"))
    table = np.stack([voice.embedding for voice in found])
    assert sorted(voice.name for voice in found) == sorted(voice.name for voice in VOICES)
    assert np.allclose(np.linalg.norm(table, axis=1), 1, atol=1e-5)
    assert all(80 < voice.pitch_hz < 350 for voice in found)


def test_a_spoilt_file_is_a_weights_error(tmp_path: Path) -> None:
    for name in ("stock_voices.npz", "pretrained.pt"):
        (tmp_path / name).write_bytes(b"not a checkpoint")
    with pytest.raises(WeightsError):
        stock_voices(Folder(tmp_path))
    with pytest.raises(WeightsError):
        SpeakerEncoder(Folder(tmp_path))
