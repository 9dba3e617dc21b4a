"""The Kokoro engine: what it refuses before weights load, and, with weights, what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from consent.errors import ConsentRefusedError
from consent.grant import Grant, Modality, RecordId, Sha256Hex, TakeId, TakeRequest
from pipelines.errors import CancelledError, InputInvalidError, ScriptRefusedError, WeightsError
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.kokoro.network import KokoroNetwork, load_style
from pipelines.voice.loudness import integrated_lufs, true_peak_dbtp
from pipelines.voice.script.planner import SCRIPT_CHARACTERS_MAX

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def grant_for(text: str, locale: str) -> Grant:
    request = TakeRequest(
        take_id=TakeId("take"), record_id=RecordId("0" * 64), brand="Example", product="Coffee One", commercial=True,
        modalities=frozenset({Modality.VOICE}), locale=locale, market="US", channel="web", format="wav", script=text,
        assets=frozenset(),
    )  # fmt: skip
    return Grant(
        request=request, subject_class="synthetic_performer", assurance="key_only", public_hash=Sha256Hex("0" * 64),
        checkpoint="note", granted_at=NOW, expires_at=NOW + timedelta(hours=2),
    )  # fmt: skip


class Folder:
    def __init__(self, root: Path | None) -> None:
        self.root = root

    def path(self, card_id: str, file: str) -> Path:
        assert self.root is not None, "the weights were touched"
        return self.root / card_id / file


@pytest.fixture
def no_weights() -> KokoroVoice:
    """An engine whose weights may not be touched."""
    return KokoroVoice(Folder(None), lambda: NOW)


@pytest.fixture(scope="module")
def engine(weights_home: Path) -> KokoroVoice:
    return KokoroVoice(Folder(weights_home), lambda: NOW)


def test_no_grant_no_voice(no_weights: KokoroVoice) -> None:
    with pytest.raises(ConsentRefusedError, match="grant_missing"):
        no_weights.speak("Hello.", locale="en-US", grant=None, seed=1)


WRONG_GRANTS = {
    "another script": lambda g: replace(g, request=replace(g.request, script="Something else.")),
    "another language": lambda g: replace(g, request=replace(g.request, locale="fr-FR")),
    "a face only": lambda g: replace(g, request=replace(g.request, modalities=frozenset({Modality.FACE}))),
    "an old one": lambda g: replace(g, expires_at=NOW),
    "one of tomorrow": lambda g: replace(g, granted_at=NOW + timedelta(hours=1)),
}


@pytest.mark.parametrize("spoil", WRONG_GRANTS.values(), ids=WRONG_GRANTS)
def test_a_grant_for_something_else_is_refused(no_weights: KokoroVoice, spoil: Callable[[Grant], Grant]) -> None:
    with pytest.raises(ConsentRefusedError):
        no_weights.speak("Hello.", locale="en-US", grant=spoil(grant_for("Hello.", "en-US")), seed=1)


REFUSED = (
    ("no language of ours", "Hallo.", "nl-NL", "choose one of: en-US"),
    ("nothing", "", "en-US", "nothing to say"),
    ("only marks", " ... !", "en-US", "nothing to say"),
    ("only a pause", "[pause 1s]", "fr-FR", "nothing to say"),
    ("a face that smiles", "😀", "en-US", "at least one word"),
    ("another script", "Привет", "en-US", "in no script"),
    ("a book", "a " * SCRIPT_CHARACTERS_MAX, "en-US", "several takes"),
)


@pytest.mark.parametrize(("text", "locale", "why"), [pytest.param(*c[1:], id=c[0]) for c in REFUSED])
def test_a_script_that_cannot_be_said_is_refused_before_weights_load(
    no_weights: KokoroVoice, text: str, locale: str, why: str
) -> None:
    with pytest.raises(ScriptRefusedError, match=why):
        no_weights.speak(text, locale=locale, grant=grant_for(text, locale), seed=1)


@pytest.mark.parametrize("speed", [0.1, 3.0, float("nan")])
def test_an_impossible_speed_is_refused(no_weights: KokoroVoice, speed: float) -> None:
    with pytest.raises(InputInvalidError, match="speed"):
        no_weights.speak("Hi.", locale="en-US", grant=grant_for("Hi.", "en-US"), seed=1, speed=speed)


def test_a_notice_says_only_what_the_labels_say(no_weights: KokoroVoice) -> None:
    with pytest.raises(ScriptRefusedError, match="no notice"):
        no_weights.speak_notice("Buy now!", locale="en-US")


def test_a_damaged_net_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a net")
    with pytest.raises(WeightsError, match="models pull kokoro-82m"):
        KokoroNetwork(tmp_path / "model.onnx", threads=1).say([1], np.zeros(256, dtype=np.float32), speed=1.0)


def test_a_damaged_voice_is_named(tmp_path: Path) -> None:
    (tmp_path / "v.bin").write_bytes(b"short")
    with pytest.raises(WeightsError, match="models pull kokoro-voices"):
        load_style(tmp_path / "v.bin")


@pytest.mark.weights
def test_same_seed_same_samples(engine: KokoroVoice) -> None:
    text = "Good coffee. Good day."
    takes = [engine.speak(text, locale="en-US", grant=grant_for(text, "en-US"), seed=seed) for seed in (7, 7, 8)]
    assert np.array_equal(takes[0].audio.waveform, takes[1].audio.waveform)
    assert takes[0].words == takes[1].words
    assert not np.array_equal(takes[0].audio.waveform, takes[2].audio.waveform)


@pytest.mark.weights
@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-US", "Only $19.99 for Dr. Smith. [pause 0.5s] Really!"),
        ("fr-FR", "Prêt ? L’été, c’est 12,50 €."),
        ("ja-JP", "価格は¥1,980。今すぐ！"),
        ("zh-CN", "只要2分钟，就好。"),
        ("hi-IN", "नमस्ते, 25% छूट।"),
    ],
)
def test_speech_is_level_timed_and_as_written(engine: KokoroVoice, locale: str, text: str) -> None:
    speech = engine.speak(text, locale=locale, grant=grant_for(text, locale), seed=1)
    wave, rate = speech.audio.waveform, speech.audio.sample_rate
    assert rate == 24_000
    assert integrated_lufs(wave, rate) == pytest.approx(-16.0, abs=0.3)
    assert true_peak_dbtp(wave) <= -1.5
    said = "".join(word.text for word in speech.words).replace(" ", "")
    assert said == text.replace("[pause 0.5s]", "").replace(" ", "")
    times = [t for word in speech.words for t in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert 0.1 <= times[0] <= 0.5
    assert times[-1] <= speech.audio.duration_s
    assert speech.phonemes
    assert speech.cards == ("kokoro-82m", "kokoro-voices")
    loud = np.flatnonzero(np.abs(wave) > 0.02) / rate
    assert loud[0] == pytest.approx(times[0], abs=0.15)
    assert speech.audio.duration_s - loud[-1] < 0.6


@pytest.mark.weights
@pytest.mark.slow
def test_a_long_script_is_split_and_never_cut(engine: KokoroVoice) -> None:
    text = "coffee and tea, " * 27 + "now"  # 410 symbols: two passes
    speech = engine.speak(text, locale="en-US", grant=grant_for(text, "en-US"), seed=1, speed=2.0)
    assert [w.text for w in speech.words] == text.split()
    assert all(w.end_s > w.start_s for w in speech.words)


@pytest.mark.weights
def test_cancelling_stops_between_sentences(engine: KokoroVoice) -> None:
    text = "One. Two. Three."
    asked: list[int] = []
    shares: list[float] = []

    def cancel() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        engine.speak(
            text, locale="en-US", grant=grant_for(text, "en-US"), seed=1, cancel=cancel, progress=shares.append
        )
    assert shares == [0.0]


@pytest.mark.weights
def test_speed_changes_the_length(engine: KokoroVoice) -> None:
    text = "Good coffee makes a good day."
    slow, fast = (
        engine.speak(text, locale="en-US", grant=grant_for(text, "en-US"), seed=1, speed=speed).audio.duration_s
        for speed in (0.8, 1.4)
    )
    assert slow > 1.3 * fast


@pytest.mark.weights
def test_a_notice_of_the_labels_is_spoken(weights_home: Path, tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('audio = "Made with AI."\n', encoding="utf-8")
    clip = KokoroVoice(Folder(weights_home), lambda: NOW, labels=tmp_path).speak_notice("Made with AI.", locale="en-US")
    assert 0.8 < clip.duration_s < 4
