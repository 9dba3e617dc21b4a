"""XTTS-v2: its licence, its languages, stock and cloned voices, on a net of random numbers."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from consent.errors import ConsentRefusedError
from consent.grant import Grant, Sha256Hex
from pipelines.errors import InputInvalidError, ScriptRefusedError, WeightsError
from pipelines.media import Speech
from pipelines.voice.conversion.converters import TargetRecording
from pipelines.voice.coqui.xtts import XttsV2
from tests.unit.voice.coqui.conftest import Folder, clock, hum, make_grant, save_xtts

A = Sha256Hex("a" * 64)
TEXT = "Hallo Welt, 12 Euro kostet das! Und weiter."
RECORDINGS = (TargetRecording(audio=hum(3.5, hertz=200, rate=16_000), sha256=A),)


def private(text: str = TEXT, locale: str = "de-DE", *, assets: frozenset[str] = frozenset()) -> Grant:
    """A grant for a take that is no advertisement."""
    grant = make_grant(text, locale, assets=assets)
    return replace(grant, request=replace(grant.request, commercial=False))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("weights")
    save_xtts(root / "xtts-v2")
    (root / "digest").write_text(hashlib.sha256((root / "xtts-v2" / "model.pth").read_bytes()).hexdigest())
    return root


@pytest.fixture(scope="module")
def engine(weights: Path) -> XttsV2:
    return XttsV2(Folder(weights), clock)


@pytest.fixture
def no_weights() -> XttsV2:
    """An engine whose weights may not be touched."""
    return XttsV2(Folder(None), clock)


def test_no_grant_no_voice(no_weights: XttsV2) -> None:
    with pytest.raises(ConsentRefusedError, match="grant_missing"):
        no_weights.speak(TEXT, locale="de-DE", grant=None, seed=1)
    with pytest.raises(ConsentRefusedError, match="grant_missing"):
        no_weights.speak_as(TEXT, locale="de-DE", recordings=RECORDINGS, grant=None, seed=1)


def test_a_commercial_take_that_nobody_asked_the_licence_about_is_refused(no_weights: XttsV2) -> None:
    with pytest.raises(ConsentRefusedError, match="weights_not_commercial"):
        no_weights.speak(TEXT, locale="de-DE", grant=make_grant(TEXT, "de-DE"), seed=1)


def test_a_commercial_take_that_passed_the_gate_with_this_card_is_spoken(engine: XttsV2) -> None:
    grant = make_grant(TEXT, "de-DE")
    licensed = replace(grant, request=replace(grant.request, weights=frozenset({"xtts-v2"})))
    assert engine.speak(TEXT, locale="de-DE", grant=licensed, seed=1).cards == ("xtts-v2",)


def test_a_recording_that_the_grant_does_not_name_is_refused(no_weights: XttsV2) -> None:
    with pytest.raises(ConsentRefusedError, match="grant_mismatch"):
        no_weights.speak_as(TEXT, locale="de-DE", recordings=RECORDINGS, grant=private(), seed=1)


@pytest.mark.parametrize("locale", ["ja-JP", "sw-KE"])
def test_a_language_that_it_cannot_read_is_refused(no_weights: XttsV2, locale: str) -> None:
    with pytest.raises(ScriptRefusedError, match="choose one of: en, de"):
        no_weights.speak("Habari.", locale=locale, grant=private("Habari.", locale), seed=1)


def test_it_speaks_no_notices(no_weights: XttsV2, tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_text('spoken = "Mit KI gemacht."', encoding="utf-8")
    with pytest.raises(ScriptRefusedError, match="use kokoro"):
        XttsV2(Folder(None), clock, labels=tmp_path).speak_notice("Mit KI gemacht.", locale="de-DE")


def test_a_stock_speaker_speaks_with_a_time_for_every_word(engine: XttsV2) -> None:
    speech = engine.speak(TEXT, locale="de-DE", grant=private(), seed=1)
    assert speech.voice == "xtts-v2:Claribel Dervla"
    assert speech.audio.sample_rate == 24_000
    assert [word.text for word in speech.words] == TEXT.split()
    times = [at for word in speech.words for at in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert times[-1] < speech.audio.duration_s


def test_the_same_seed_gives_the_same_samples_and_another_gives_others(engine: XttsV2) -> None:
    first, same, other = (
        engine.speak(TEXT, locale="de-DE", grant=private(), seed=seed).audio.waveform for seed in (1, 1, 2)
    )
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_a_cloned_voice_is_named_after_its_recordings_and_laid_nowhere(
    engine: XttsV2, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    grant = private(assets=frozenset({A}))
    before = sorted(path for path in weights.rglob("*"))
    speech = engine.speak_as(TEXT, locale="de-DE", recordings=RECORDINGS, grant=grant, seed=1)
    stock = engine.speak(TEXT, locale="de-DE", grant=private(), seed=1)
    assert speech.voice.startswith("xtts-v2:")
    assert speech.voice != stock.voice
    assert not np.array_equal(speech.audio.waveform, stock.audio.waveform)
    assert sorted(path for path in weights.rglob("*")) == before
    assert list(tmp_path.iterdir()) == []


def test_a_speaker_that_is_not_there_is_refused(engine: XttsV2) -> None:
    with pytest.raises(InputInvalidError, match="such as Claribel Dervla"):
        engine.speak(TEXT, locale="de-DE", voice="Nobody", grant=private(), seed=1)


def test_letters_that_it_has_no_token_for_are_refused(engine: XttsV2) -> None:
    with pytest.raises(ScriptRefusedError, match="cannot read 'кофе'"):
        engine.speak("Ein кофе bitte.", locale="de-DE", grant=private("Ein кофе bitte."), seed=1)


def test_better_word_times_may_take_the_place_of_an_even_share(engine: XttsV2, weights: Path) -> None:
    def shorter(speech: Speech, grant: Grant) -> Speech:
        assert grant == private()  # whoever speaks the text again does it under the same grant
        return replace(speech, words=speech.words[:1])

    retimed = XttsV2(Folder(weights), clock, retime=shorter)
    retimed.__dict__["_model"] = engine._model  # loading it once is enough
    assert len(retimed.speak(TEXT, locale="de-DE", grant=private(), seed=1).words) == 1


def test_loading_left_the_installed_checkpoint_as_it_was(engine: XttsV2, weights: Path) -> None:
    engine.speak(TEXT, locale="de-DE", grant=private(), seed=1)
    model = weights / "xtts-v2" / "model.pth"
    assert hashlib.sha256(model.read_bytes()).hexdigest() == (weights / "digest").read_text()


def test_a_missing_file_is_named(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "xtts-v2").mkdir()
    for path in (weights / "xtts-v2").iterdir():
        if path.name != "vocab.json":
            (tmp_path / "xtts-v2" / path.name).symlink_to(path)
    with pytest.raises(WeightsError, match=r"vocab\.json of xtts-v2 is not installed"):
        XttsV2(Folder(tmp_path), clock).speak(TEXT, locale="de-DE", grant=private(), seed=1)
