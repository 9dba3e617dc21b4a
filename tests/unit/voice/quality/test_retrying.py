"""Trying again: the first try is what was asked for, the next ones differ, and the end says what was wrong."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.errors import SpeechFaultyError
from pipelines.media import AudioClip, Speech
from pipelines.voice.quality.report import Fault, Finding, QualityReport
from pipelines.voice.quality.retrying import Try, speak_checked

SPEECH = Speech(
    audio=AudioClip(waveform=np.zeros(10, np.float32), sample_rate=24_000),
    text="Hello.", locale="en-US", voice="kokoro:af_heart", words=(), phonemes=(), cards=(),
)  # fmt: skip


def report(*wrong: Fault) -> QualityReport:
    found = tuple(
        Finding(fault=fault, value=0.0, bar=1.0, holds=fault not in wrong, sentence=f"{fault} is wrong")
        for fault in (Fault.WORDS, Fault.OPINION)
    )
    return QualityReport(findings=found, heard="hello", language_heard="en")


class Studio:
    """Speaks as often as it is asked; the reports come in order."""

    def __init__(self, *reports: QualityReport) -> None:
        self.tries: list[Try] = []
        self._reports = list(reports)

    def speak(self, one: Try) -> Speech:
        self.tries.append(one)
        return SPEECH

    def check(self, speech: Speech) -> QualityReport:
        assert speech is SPEECH
        return self._reports.pop(0)


def test_good_speech_is_made_once_and_as_asked() -> None:
    studio = Studio(report())

    checked = speak_checked(studio.speak, check=studio.check, seed=7)

    assert studio.tries == [Try(number=1, seed=7, pace=1.0)]
    assert checked.made_by == studio.tries[0]


def test_a_bad_try_is_followed_by_another_seed_and_pace() -> None:
    studio = Studio(report(Fault.WORDS), report())

    checked = speak_checked(studio.speak, check=studio.check, seed=7)

    first, second = studio.tries
    assert checked.made_by == second
    assert second.seed != first.seed
    assert second.pace != first.pace
    assert 0.9 <= second.pace <= 1.1


def test_it_ends_and_tells_what_was_wrong_with_the_best() -> None:
    studio = Studio(report(Fault.WORDS, Fault.OPINION), report(Fault.OPINION), report(Fault.WORDS, Fault.OPINION))

    with pytest.raises(SpeechFaultyError, match=r"spoken 3 times.*opinion is wrong; choose another voice") as caught:
        speak_checked(studio.speak, check=studio.check, seed=7)

    assert "words is wrong" not in str(caught.value)
    assert len(studio.tries) == 3


@pytest.mark.parametrize("tries", [0, 6])
def test_how_often_has_limits(tries: int) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        speak_checked(Studio().speak, check=Studio().check, seed=1, tries=tries)


def test_a_report_without_findings_does_not_hold() -> None:
    assert not QualityReport(findings=(), heard="", language_heard="").holds
