"""Times for a voice that tells none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from consent.grant import Grant
from pipelines.errors import ScriptRefusedError
from pipelines.media import AudioClip, Speech, Timed
from pipelines.voice.coqui.retiming import times_of
from pipelines.voice.engine import VoiceEngine, open_engine
from pipelines.voice.voices import Voice
from tests.unit.voice.coqui.conftest import Folder, clock, hum, make_grant

TEXT = "The quick brown fox jumps high."


@dataclass
class Mute:
    """An engine that speaks no language."""

    engine_id: str = "mute"
    languages: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()

    def voices(self, locale: str) -> tuple[Voice, ...]:
        raise ScriptRefusedError(f"no voice speaks {locale!r}")

    def speak(self, text: str, *, locale: str, grant: Grant | None, seed: int, **_: Mapping[str, str]) -> Speech:
        raise NotImplementedError

    def speak_notice(self, text: str, *, locale: str) -> AudioClip:
        raise NotImplementedError


def untimed(speech: Speech) -> Speech:
    """The same sound, its words spread evenly as XTTS leaves them."""
    step = speech.audio.duration_s / len(speech.words)
    words = tuple(Timed(text=word.text, start_s=i * step, end_s=(i + 1) * step) for i, word in enumerate(speech.words))
    return replace(speech, words=words, phonemes=())


def test_a_language_that_the_timekeeper_does_not_speak_keeps_its_times() -> None:
    speech = Speech(
        audio=hum(2.0, hertz=150), text="Cześć.", locale="pl-PL", voice="xtts-v2:A",
        words=(Timed(text="Cześć.", start_s=0.0, end_s=2.0),), phonemes=(), cards=("xtts-v2",),
    )  # fmt: skip
    mute: VoiceEngine = Mute()  # type: ignore[assignment] # it refuses before it looks at anything else
    assert times_of(mute)(speech, make_grant("Cześć.", "pl-PL")) is speech


@pytest.fixture(scope="module")
def kokoro(weights_home: Path) -> VoiceEngine:
    return open_engine("kokoro", Folder(weights_home), clock=clock)


@pytest.mark.weights
def test_a_voice_of_another_gender_and_speed_gets_its_true_times(kokoro: VoiceEngine) -> None:
    grant = make_grant(TEXT, "en-US")
    true = kokoro.speak(TEXT, locale="en-US", voice="am_michael", grant=grant, seed=3, speed=0.9)
    before = untimed(true)
    found = times_of(kokoro)(before, grant)

    def off_s(speech: Speech) -> float:
        return float(np.median([abs(a.start_s - b.start_s) for a, b in zip(speech.words, true.words, strict=True)]))

    assert off_s(before) > 0.1
    assert off_s(found) < 0.06
    assert found.audio is before.audio


@pytest.mark.weights
def test_a_sound_that_says_something_else_keeps_its_times(kokoro: VoiceEngine) -> None:
    speech = Speech(
        audio=hum(3.0, hertz=150), text=TEXT, locale="en-US", voice="xtts-v2:A",
        words=(Timed(text=TEXT, start_s=0.0, end_s=3.0),), phonemes=(), cards=("xtts-v2",),
    )  # fmt: skip
    assert times_of(kokoro)(speech, make_grant(TEXT, "en-US")).words == speech.words
