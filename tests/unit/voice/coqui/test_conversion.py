"""Whose voice may be taken on, and that a converted speech keeps its clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from consent.errors import ConsentRefusedError
from consent.grant import Grant, Sha256Hex
from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Speech, Timed
from pipelines.voice.conversion.converters import (
    CONVERTERS,
    TargetRecording,
    VoiceConverter,
    converted,
    digest_of,
    is_silent,
    open_converter,
)
from pipelines.voice.loudness import integrated_lufs
from tests.unit.voice.coqui.conftest import Folder, clock, hum

A, B = Sha256Hex("a" * 64), Sha256Hex("b" * 64)
TEXT = "Guten Tag."
BASE = Speech(
    audio=hum(1.5, hertz=120), text=TEXT, locale="de-DE", voice="kokoro:jm_kumo",
    words=(Timed(text="Guten", start_s=0.1, end_s=0.6), Timed(text="Tag.", start_s=0.7, end_s=1.3)),
    phonemes=(Timed(text="ɡ", start_s=0.1, end_s=0.2),), cards=("kokoro-82m",),
)  # fmt: skip


def recording(sha256: Sha256Hex = A, *, seconds: float = 3.5) -> TargetRecording:
    return TargetRecording(audio=hum(seconds, hertz=200, rate=16_000), sha256=sha256)


@pytest.fixture(params=CONVERTERS)
def converter(request: pytest.FixtureRequest) -> VoiceConverter:
    """Each converter of the registry, whose weights may not be touched."""
    return open_converter(request.param, Folder(None), clock=clock)


def test_no_grant_no_conversion(converter: VoiceConverter) -> None:
    with pytest.raises(ConsentRefusedError, match="grant_missing"):
        converter.convert(BASE, targets=[recording()], grant=None, seed=1)


def test_a_recording_that_the_grant_does_not_name_is_refused(
    converter: VoiceConverter, grant_for: Callable[..., Grant]
) -> None:
    grant = grant_for(TEXT, "de-DE", assets=frozenset({A}))
    with pytest.raises(ConsentRefusedError, match="grant_mismatch"):
        converter.convert(BASE, targets=[recording(A), recording(B)], grant=grant, seed=1)


@pytest.mark.parametrize("changes", [{"text": "Etwas anderes."}, {"locale": "fr-FR"}])
def test_other_words_than_the_granted_ones_are_refused(
    converter: VoiceConverter, grant_for: Callable[..., Grant], changes: dict[str, str]
) -> None:
    grant = grant_for(TEXT, "de-DE", assets=frozenset({A}))
    with pytest.raises(ConsentRefusedError):
        converter.convert(replace(BASE, **changes), targets=[recording()], grant=grant, seed=1)


@pytest.mark.parametrize("targets", [[], [recording(seconds=1.0)]], ids=["none", "one second"])
def test_too_little_of_a_voice_is_refused(
    converter: VoiceConverter, grant_for: Callable[..., Grant], targets: list[TargetRecording]
) -> None:
    with pytest.raises(InputInvalidError, match="add recordings"):
        converter.convert(BASE, targets=targets, grant=grant_for(TEXT, "de-DE", assets=frozenset({A})), seed=1)


def test_an_unknown_converter_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputInvalidError, match="openvoice-v2, knnvc, freevc24"):
        open_converter("rvc", Folder(None), clock=clock)


def test_the_name_of_a_set_of_recordings_does_not_depend_on_their_order() -> None:
    assert digest_of([recording(A), recording(B)]) == digest_of([recording(B), recording(A)])
    assert digest_of([recording(A)]) != digest_of([recording(A), recording(B)])


def test_a_converted_speech_has_the_words_times_and_length_of_its_base() -> None:
    louder = hum(1.45, hertz=210, rate=22_050).waveform * np.float32(0.05)
    made = converted(BASE, louder, 22_050, voice="freevc24:0", cards=("freevc24",))
    assert (made.text, made.words, made.phonemes) == (BASE.text, BASE.words, BASE.phonemes)
    assert made.audio.sample_rate == 24_000
    assert made.audio.duration_s == BASE.audio.duration_s
    assert made.cards == ("kokoro-82m", "freevc24")
    assert integrated_lufs(made.audio.waveform, 24_000) == pytest.approx(-16.0, abs=0.5)


@pytest.mark.parametrize("seconds", [1.2, 1.8])
def test_a_net_that_lost_the_clock_is_refused(seconds: float) -> None:
    with pytest.raises(InputInvalidError, match="word times would be wrong"):
        converted(BASE, hum(seconds, hertz=210).waveform, 24_000, voice="freevc24:0", cards=())


SILENT = {
    "nothing": np.zeros(0, dtype=np.float32),
    "zeros": np.zeros(36_000, dtype=np.float32),
    "hiss": np.random.default_rng(0).normal(0, 3e-5, 36_000).astype(np.float32),
    "no numbers": np.full(36_000, np.nan, dtype=np.float32),
}


@pytest.mark.parametrize("waveform", SILENT.values(), ids=SILENT)
def test_silence_is_refused_and_not_raised_to_noise(waveform: np.ndarray) -> None:
    assert is_silent(waveform, 24_000)
    with pytest.raises(InputInvalidError, match="gave no sound"):
        converted(BASE, waveform, 24_000, voice="knnvc:0", cards=())


def test_speech_is_no_silence() -> None:
    clip: AudioClip = hum(1.0, hertz=150)
    assert not is_silent(clip.waveform, clip.sample_rate)
