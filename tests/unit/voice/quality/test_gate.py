"""The gate: good speech passes, and each fault is found by the one thing that looks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bench.consenting import grant_for
from pipelines.media import AudioClip, Float32Array, Speech
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.loudness import normalise
from pipelines.voice.quality.gate import at_listeners_rate, check_speech
from pipelines.voice.quality.judges import EnrolledVoice, Judges, open_judges
from pipelines.voice.quality.report import Fault, QualityReport

pytestmark = pytest.mark.weights
SCRIPT = "Order before Friday and get free delivery on every product, from only $12.50."


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, card_id: str, file: str) -> Path:
        return self._root / card_id / file

    def folder(self, card_id: str) -> Path:
        return self._root / card_id


@pytest.fixture(scope="module")
def judges(weights_home: Path) -> Judges:
    return open_judges(Folder(weights_home), with_encoder=True)


@pytest.fixture(scope="module")
def engine(weights_home: Path) -> KokoroVoice:
    return KokoroVoice(Folder(weights_home), lambda: datetime.now(UTC))


@pytest.fixture(scope="module")
def speech(engine: KokoroVoice) -> Speech:
    return engine.speak(SCRIPT, locale="en-US", grant=grant_for(SCRIPT, "en-US"), seed=1)


def faults(report: QualityReport) -> set[Fault]:
    return {finding.fault for finding in report.faults}


def with_sound(speech: Speech, waveform: Float32Array) -> Speech:
    return replace(speech, audio=AudioClip(waveform=waveform.astype(np.float32), sample_rate=speech.audio.sample_rate))


def levelled(speech: Speech, waveform: Float32Array) -> Speech:
    return with_sound(speech, normalise(waveform.astype(np.float32), speech.audio.sample_rate))


def noisy(speech: Speech) -> Speech:
    sound = speech.audio.waveform
    noise = np.random.default_rng(1).standard_normal(len(sound)) * np.sqrt(np.mean(sound**2) / 10)
    return levelled(speech, sound + noise)


def with_a_hole(speech: Speech) -> Speech:
    sound, middle = speech.audio.waveform, len(speech.audio.waveform) // 2
    return levelled(speech, np.concatenate([sound[:middle], np.zeros(2 * 24_000, np.float32), sound[middle:]]))


SPOILED: dict[str, tuple[Callable[[Speech], Speech], Fault]] = {
    "too quiet": (lambda s: with_sound(s, s.audio.waveform * np.float32(0.5)), Fault.LOUDNESS),
    "clipped": (lambda s: with_sound(s, np.clip(s.audio.waveform * 8, -1, 1)), Fault.PEAKS),
    "a hole": (with_a_hole, Fault.SILENCE),
    "noise": (noisy, Fault.OPINION),
    "half is missing": (lambda s: levelled(s, s.audio.waveform[: len(s.audio.waveform) // 2]), Fault.WORDS),
}


def test_good_speech_passes_and_is_heard_as_written(speech: Speech, judges: Judges) -> None:
    report = check_speech(speech, script=SCRIPT, locale="en-US", judges=judges)

    assert report.holds, report.sentence
    assert report.language_heard == "en"
    assert "delivery" in report.heard
    assert {finding.fault for finding in report.findings} == set(Fault) - {Fault.LIKENESS}


@pytest.mark.parametrize(("spoil", "fault"), SPOILED.values(), ids=SPOILED)
def test_each_fault_is_found(speech: Speech, judges: Judges, spoil: Callable[[Speech], Speech], fault: Fault) -> None:
    report = check_speech(spoil(speech), script=SCRIPT, locale="en-US", judges=judges)

    assert fault in faults(report)
    assert not report.holds


def test_another_script_is_other_words(speech: Speech, judges: Judges) -> None:
    report = check_speech(speech, script="Soft, light and made to last.", locale="en-US", judges=judges)

    assert faults(report) == {Fault.WORDS}
    assert "delivery" in report.sentence


def test_another_language_is_noticed(speech: Speech, judges: Judges) -> None:
    report = check_speech(speech, script="Commandez avant vendredi.", locale="fr-FR", judges=judges)

    assert Fault.LANGUAGE in faults(report)


def test_nothing_is_no_speech(speech: Speech, judges: Judges) -> None:
    for waveform in (np.zeros(24_000), np.zeros(0), np.full(24_000, np.nan)):
        report = check_speech(with_sound(speech, waveform), script=SCRIPT, locale="en-US", judges=judges)
        assert faults(report) == {Fault.SILENCE}


def test_the_enrolled_voice_is_told_from_another(engine: KokoroVoice, speech: Speech, judges: Judges) -> None:
    assert judges.encoder is not None
    text = "Good mornings start with good coffee, so take one home today."
    voices = {}
    for name in ("af_heart", "am_michael"):
        said = engine.speak(text, locale="en-US", voice=name, grant=grant_for(text, "en-US"), seed=1)
        voices[name] = EnrolledVoice(embedding=judges.encoder.embed(at_listeners_rate(said.audio)))

    own, other = (
        check_speech(speech, script=SCRIPT, locale="en-US", judges=judges, likeness=one) for one in voices.values()
    )

    assert own.holds, own.sentence
    assert faults(other) == {Fault.LIKENESS}


def test_a_pause_that_the_script_asks_for_is_no_hole(engine: KokoroVoice, judges: Judges) -> None:
    text = "Order before Friday. [pause 2s] Delivery is free on every product."
    said = engine.speak(text, locale="en-US", grant=grant_for(text, "en-US"), seed=1)

    report = check_speech(said, script=text, locale="en-US", judges=judges)

    assert report.holds, report.sentence
    assert (finding := report.finding(Fault.SILENCE)) is not None
    assert finding.value > 1.5


def test_hindi_is_heard_though_the_listener_writes_urdu(engine: KokoroVoice, judges: Judges) -> None:
    text, other = "हजारों खुश ग्राहक हमारे साथ जुड़ चुके हैं।", "अच्छी सुबह अच्छी कॉफी से शुरू होती है।"
    said = engine.speak(text, locale="hi-IN", grant=grant_for(text, "hi-IN"), seed=1)

    assert check_speech(said, script=text, locale="hi-IN", judges=judges).holds
    assert Fault.WORDS in faults(check_speech(said, script=other, locale="hi-IN", judges=judges))


def test_an_embedding_is_in_no_repr() -> None:
    assert "0.5" not in repr(EnrolledVoice(embedding=np.full(256, 0.5, np.float32)))
