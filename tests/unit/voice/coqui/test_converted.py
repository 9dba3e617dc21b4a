"""An engine and a converter as one engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from consent.errors import ConsentRefusedError
from consent.grant import Sha256Hex
from pipelines.voice.conversion.converters import TargetRecording, open_converter
from pipelines.voice.conversion.engine import ConvertedVoice
from pipelines.voice.engine import VoiceEngine, open_engine
from tests.unit.voice.coqui.conftest import Folder, clock, hum, make_grant

A = Sha256Hex("a" * 64)
TARGETS = (TargetRecording(audio=hum(3.5, hertz=200, rate=16_000), sha256=A),)
TEXT = "Guten Tag, liebe Leute."


def voice_over(engine_id: str, converter_id: str, base: Path | None, tiny: Path | None) -> ConvertedVoice:
    engine = open_engine(engine_id, Folder(base), clock=clock)
    return ConvertedVoice(engine, open_converter(converter_id, Folder(tiny), clock=clock), TARGETS, clock)


def test_without_the_recordings_in_the_grant_nothing_speaks() -> None:
    engine: VoiceEngine = voice_over("coqui-vits-de", "knnvc", None, None)  # it is one, by its type
    for grant in (None, make_grant(TEXT, "de-DE")):
        with pytest.raises(ConsentRefusedError):
            engine.speak(TEXT, locale="de-DE", grant=grant, seed=1)


def test_it_says_what_it_is_made_of() -> None:
    engine = voice_over("coqui-vits-de", "knnvc", None, None)
    assert engine.engine_id == "coqui-vits-de+knnvc"
    assert engine.cards == ("coqui-vits-de", "wavlm-large", "knnvc-vocoder")
    assert [voice.name for voice in engine.voices("de-AT")] == ["de"]


def test_a_script_comes_out_in_another_voice_with_the_same_times(tiny: Path) -> None:
    engine = voice_over("coqui-vits-de", "knnvc", tiny, tiny)
    grant = make_grant(TEXT, "de-DE", assets=frozenset({A}))
    heard: list[float] = []
    made = engine.speak(TEXT, locale="de-DE", grant=grant, seed=1, progress=heard.append)
    base = open_engine("coqui-vits-de", Folder(tiny), clock=clock).speak(TEXT, locale="de-DE", grant=grant, seed=1)
    assert made.words == base.words
    assert made.cards == engine.cards
    assert len(made.audio.waveform) == len(base.audio.waveform)
    assert not np.array_equal(made.audio.waveform, base.audio.waveform)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


@pytest.mark.weights
def test_kokoro_is_a_base_too(weights_home: Path, tiny: Path) -> None:
    text = "Good morning."
    engine = voice_over("kokoro", "knnvc", weights_home, tiny)
    made = engine.speak(text, locale="en-US", grant=make_grant(text, "en-US", assets=frozenset({A})), seed=1)
    assert [word.text for word in made.words] == ["Good", "morning."]
    assert made.cards == ("kokoro-82m", "kokoro-voices", "wavlm-large", "knnvc-vocoder")
