"""Speak until it is good enough, a few times, then say what was wrong.

A net without chance in it says the same for every seed, so a new try also asks for a slightly different speed: it moves
every duration, which is what makes a swallowed word come back. The changes are smaller than people notice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipelines.errors import SpeechFaultyError
from pipelines.media import Speech
from pipelines.voice.quality.report import Fault, QualityReport

TRIES: Final = 3
_SPEEDS: Final = (1.0, 0.95, 1.04, 0.92, 1.07)  # slower first: hurry is what swallows words

_ADVICE: Final = {
    Fault.WORDS: "give hard words a pronunciation, or choose another voice",
    Fault.LANGUAGE: "choose a voice of that language",
    Fault.LIKENESS: "enrol the voice again from better recordings",
    Fault.OPINION: "choose another voice, or enrol it again from cleaner recordings",
    Fault.LOUDNESS: "tell the people who run the studio",
    Fault.PEAKS: "tell the people who run the studio",
    Fault.SILENCE: "look for a sign in the script that cannot be said",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One way to say it: ``number`` counts from 1; ``pace`` multiplies the speed that was asked for."""

    number: int
    seed: int
    pace: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Speech that passed, its report, and the try that made it."""

    speech: Speech
    report: QualityReport
    made_by: Try


def speak_checked(
    speak: Callable[[Try], Speech], *, check: Callable[[Speech], QualityReport], seed: int, tries: int = TRIES
) -> Checked:
    """Speak until ``check`` is content. The first try is exactly what was asked for.

    Args:
        speak: Says it with the try's seed, at the speed asked for times the try's pace.
        check: Usually ``check_speech`` with the script and the judges.
        seed: Of the first try.
        tries: How often at most, 1 to 5.

    Raises:
        SpeechFaultyError: Nothing passed; says what was wrong with the best try, and what to do.
    """
    if not 1 <= tries <= len(_SPEEDS):
        raise ValueError(f"tries is {tries} and must be 1 to {len(_SPEEDS)}")
    reports: list[QualityReport] = []
    for at in range(tries):
        one = Try(number=at + 1, seed=seed + at, pace=_SPEEDS[at])
        speech = speak(one)
        report = check(speech)
        if report.holds:
            return Checked(speech=speech, report=report, made_by=one)
        reports.append(report)
    best = min(reports, key=lambda report: len(report.faults))
    advice = "; ".join(dict.fromkeys(_ADVICE[finding.fault] for finding in best.faults))
    raise SpeechFaultyError(
        f"the script was spoken {tries} times and no speech was good enough: {best.sentence}; {advice}"
    )
