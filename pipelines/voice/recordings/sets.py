"""Are all recordings together enough to fit a voice from, and of one person: the one who consented?

1. Each is checked alone; what is not good enough is left out, with what to record again.
2. What is left has speech enough.
3. One person speaks: every few seconds of speech are like all the rest, and like every other few seconds.
4. It is whoever spoke the consent, where there is a statement. One stretch of somebody else refuses all of them:
   whoever put it there may have put more.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pipelines.media import AudioClip, Float32Array, Progress, no_progress
from pipelines.voice.recordings import bars
from pipelines.voice.recordings.checks import Ears, check_recording, known_voice
from pipelines.voice.recordings.report import Check, Measure, Recorded, RecordingReport, SetReport
from pipelines.voice.recordings.trimming import stretches

_Voices = Sequence[tuple[str, Float32Array]]


def check_set(
    recordings: Sequence[Recorded],
    *,
    language: str,
    ears: Ears,
    statement: AudioClip | None = None,
    progress: Progress = no_progress,
) -> SetReport:
    """Check all recordings of one person.

    Args:
        recordings: At 16 kHz, each with a name of its own.
        language: Of the prompts, BCP 47.
        ears: From ``open_ears``.
        statement: The spoken consent at 16 kHz, if it may be compared.
        progress: Called with the share done.

    Raises:
        InputInvalidError: a clip is at another rate.
    """
    consented = None if statement is None else known_voice(statement, ears)
    # 1
    reports: dict[str, RecordingReport] = {}
    for at, one in enumerate(recordings):
        progress(at / len(recordings))
        reports[one.name] = check_recording(one.clip, prompt=one.prompt, language=language, ears=ears)
    good = [one for one in recordings if reports[one.name].is_good]
    # 2
    speech_s = sum(reports[one.name].speech_s for one in good)
    measures = [_enough(speech_s, left_out=len(recordings) - len(good))]
    # 3, 4
    heard = [(one.name, one.clip, reports[one.name].spans) for one in good]
    voices = [(name, ears.encoder.embed(piece)) for name, piece in stretches(heard, of_s=bars.STRETCH_S)]
    if len(voices) > 1:
        measures.append(one_person(voices))
    if consented is not None and voices:
        measures.append(who_consented(voices, consented.embedding))
    progress(1.0)
    return SetReport(
        recordings=reports, used=tuple(one.name for one in good), measures=tuple(measures), speech_s=speech_s
    )


def one_person(voices: _Voices) -> Measure:
    """Whether all stretches are one person's; ``voices`` are two or more, each (256,) of length 1 with its name."""
    every = np.stack([voice for _, voice in voices])
    rest = every.sum(axis=0) - every
    alike = np.sum(every * rest, axis=1) / np.maximum(np.linalg.norm(rest, axis=1), 1e-9)
    odd = int(np.argmin(alike))
    lowest, one, other = min((float(a @ b), first, second) for (first, a), (second, b) in combinations(voices, 2))
    pair = _person(
        Check.ONE_PERSON,
        lowest,
        bars.PAIR_LIKE_MIN,
        f"the voice from {one} on is not the one from {other} on; keep the recordings of one person alone",
    )
    if not pair.holds:
        return pair
    return _person(
        Check.ONE_PERSON,
        float(alike[odd]),
        bars.REST_LIKE_MIN,
        f"the voice from {voices[odd][0]} on is not the one of the rest; keep the recordings of one person alone",
    )


def who_consented(voices: _Voices, consented: Float32Array) -> Measure:
    """Whether the stretches together are the voice that spoke the consent, and no single one is far from it."""
    mean = np.sum([voice for _, voice in voices], axis=0)
    together = float(mean @ consented / np.linalg.norm(mean))
    lowest, name = min((float(voice @ consented), name) for name, voice in voices)
    if lowest < bars.SENTENCE_LIKE_MIN <= bars.CONSENTED_LIKE_MIN <= together:
        return _person(
            Check.WHO_CONSENTED,
            lowest,
            bars.SENTENCE_LIKE_MIN,
            f"from {name} on this is not the voice that spoke the consent; take out what is another person's",
        )
    return _person(
        Check.WHO_CONSENTED,
        together,
        bars.CONSENTED_LIKE_MIN,
        "this is not the voice that spoke the consent; only that person's own recordings may be enrolled",
    )


def _enough(speech_s: float, *, left_out: int) -> Measure:
    without = f" without the {left_out} that are not good enough" if left_out else ""
    return Measure(
        check=Check.SPEECH,
        value=speech_s,
        bar=bars.SET_SPEECH_S_MIN,
        holds=speech_s >= bars.SET_SPEECH_S_MIN,
        source=bars.SOURCES[Check.SPEECH],
        advice=""
        if speech_s >= bars.SET_SPEECH_S_MIN
        else f"there are {speech_s:.0f} s of speech{without} and {bars.SET_SPEECH_S_MIN:.0f} s are needed; "
        "record more sentences",
    )


def _person(check: Check, value: float, bar: float, advice: str) -> Measure:
    holds = value >= bar
    return Measure(
        check=check, value=value, bar=bar, holds=holds, source=bars.SOURCES[check], advice="" if holds else advice
    )
