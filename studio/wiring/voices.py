"""The real ears and hands of enrolment: recordings are taken in behind limits, judged, then fitted to.

1. Each file is decoded in a child process with limits; what cannot be taken is said file by file.
2. There is speech enough, in all and in each.
3. One person speaks: every stretch of a few seconds is like every other one.
4. It is the person who spoke the consent, where there is a spoken statement to compare with.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studio.likenesses.listening import Finding, FittedVoice, HeardSet, Recording, Report

if TYPE_CHECKING:
    from pipelines.media import AudioClip, Float32Array
    from pipelines.speech.encoder import SpeakerEncoder
    from pipelines.weights.store import WeightsStore

SEED: Final = 0  # the same recordings give the same voice
STEPS_MAX: Final = 400  # more than the time allows: it is the time that ends a fit
SPEECH_S_MIN: Final = 30.0  # what a fit was measured from at the least
CLIP_S_MIN: Final = 0.5  # a word
FILE_S_MIN, FILE_S_MAX = 0.5, 600.0
STRETCH_S: Final = 6.0  # from three seconds on the encoder knows a voice; twice that is safe
SAME_VOICE_MIN: Final = 0.72  # as for the spoken statement (docs/evidence.md): two people stay below, one above


class StudioListener:
    """Implements ``studio.likenesses.listening.Listener``."""

    def __init__(self, weights: WeightsStore) -> None:
        self._weights = weights

    def listen(
        self, recordings: Sequence[Recording], *, language: str, statement: Path | None, report: Report
    ) -> HeardSet:
        """See ``Listener.listen``."""
        from pipelines.speech.encoder import SAMPLE_RATE, SpeakerEncoder, spoken  # noqa: PLC0415 - the engines extra

        found: list[Finding] = []
        clips: list[tuple[str, AudioClip]] = []
        for at, one in enumerate(recordings):
            report("listen", at / len(recordings))
            clip = _taken_in(one, found)
            if clip is None:
                continue
            if len(spoken(clip.waveform)) < CLIP_S_MIN * SAMPLE_RATE:
                found.append(Finding(recording=one.name, check="short", advice="nobody speaks in it; say it again"))
                continue
            clips.append((one.name, clip))
        speech_s = sum(len(spoken(clip.waveform)) for _, clip in clips) / SAMPLE_RATE
        measures: dict[str, object] = {"language": language, "recordings": len(clips)}
        if speech_s < SPEECH_S_MIN:
            advice = f"there are {speech_s:.0f} s of speech and {SPEECH_S_MIN:.0f} are needed; record more sentences"
            found.append(Finding(recording="", check="speech", advice=advice))
        else:
            encoder = SpeakerEncoder(self._weights)
            voices = _voices(clips, encoder)
            measures |= _one_person(voices, found)
            measures |= _who_consented(voices, statement, encoder, found)
        report("listen", 1.0)
        return HeardSet(
            is_good=not found,
            clips=tuple(clip for _, clip in clips),
            speech_s=speech_s,
            findings=tuple(found),
            measures=measures,
        )


class StudioFitter:
    """Implements ``studio.likenesses.listening.Fitter``. ``steps_max`` are those of the optimiser; few for a test."""

    def __init__(self, weights: WeightsStore, *, steps_max: int = STEPS_MAX) -> None:
        self._weights = weights
        self._steps_max = steps_max

    def fit(self, clips: Sequence[AudioClip], *, language: str, report: Report) -> FittedVoice:
        """See ``Fitter.fit``."""
        from pipelines.voice.likeness.fit import fit_voice  # noqa: PLC0415 - needs the engines extra

        profile = fit_voice(
            clips,
            language=language,
            weights=self._weights,
            seed=SEED,
            progress=lambda share: report("fit", share),
            steps_max=self._steps_max,
        )
        scores = {name: float(getattr(profile.scores, name)) for name in profile.scores.__slots__}
        return FittedVoice(profile=profile.to_bytes(), engine=profile.engine, scores=scores)


def _taken_in(recording: Recording, found: list[Finding]) -> AudioClip | None:
    from pipelines.errors import EvidenceRefusedError  # noqa: PLC0415 - needs the engines extra
    from pipelines.intake.recording import CaptureLimits, read_sound  # noqa: PLC0415 - as above

    try:
        return read_sound(recording.path, limits=CaptureLimits(seconds_min=FILE_S_MIN, seconds_max=FILE_S_MAX))
    except EvidenceRefusedError as e:
        found.append(Finding(recording=recording.name, check="file", advice=str(e)))
        return None


def _voices(clips: Sequence[tuple[str, AudioClip]], encoder: SpeakerEncoder) -> list[tuple[str, Float32Array]]:
    """Who speaks in each stretch of a few seconds, with the name of the recording that it begins with."""
    import numpy as np  # noqa: PLC0415 - needs the engines extra

    from pipelines.media import AudioClip  # noqa: PLC0415 - as above
    from pipelines.speech.encoder import SAMPLE_RATE, spoken  # noqa: PLC0415 - as above

    found: list[tuple[str, Float32Array]] = []
    name, held, held_s = "", [], 0.0
    for one, clip in clips:
        name = name or one
        held.append(clip.waveform)
        held_s += len(spoken(clip.waveform)) / SAMPLE_RATE
        if held_s >= STRETCH_S:
            whole = AudioClip(waveform=np.concatenate(held), sample_rate=SAMPLE_RATE)
            found.append((name, encoder.embed(whole)))
            name, held, held_s = "", [], 0.0
    return found


def _one_person(voices: Sequence[tuple[str, Float32Array]], found: list[Finding]) -> dict[str, object]:
    alike = [(float(a @ b), one, other) for (one, a), (other, b) in combinations(voices, 2)]
    if not alike:
        return {}
    lowest, one, other = min(alike)
    if lowest < SAME_VOICE_MIN:
        advice = f"the voice from {one} on is not the one from {other} on; keep the recordings of one person alone"
        found.append(Finding(recording="", check="one_person", advice=advice))
    return {"one_person": round(lowest, 3)}


def _who_consented(
    voices: Sequence[tuple[str, Float32Array]],
    statement: Path | None,
    encoder: SpeakerEncoder,
    found: list[Finding],
) -> dict[str, object]:
    if statement is None:
        return {}
    from pipelines.intake.recording import read_sound  # noqa: PLC0415 - needs the engines extra

    consented = encoder.embed(read_sound(statement))
    lowest = min(float(voice @ consented) for _, voice in voices)
    if lowest < SAME_VOICE_MIN:
        advice = "this is not the voice that spoke the consent; only that person's own recordings may be enrolled"
        found.append(Finding(recording="", check="who_consented", advice=advice))
    return {"who_consented": round(lowest, 3)}
