"""Is the voice of the statement the voice of the enrolled recordings?

The numbers that stand for a voice (``pipelines.speech.encoder``) live only as long as a call of ``compare``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipelines.evidence.result import SPEAKER_MATCH, CheckResult, Outcome
from pipelines.media import AudioClip
from pipelines.speech.encoder import SAMPLE_RATE, SpeakerEncoder, spoken

THRESHOLD: Final = 0.72
THRESHOLD_SOURCE: Final = "measured by bench/evidence.py on 7 speakers of LibriSpeech test-other; see docs/evidence.md"

_SPEECH_MIN_S: Final = 3.0  # of speech, without pauses; the shortest LibriSpeech pieces that were measured


class SpeakerMatch:
    """Compares the voice of a statement with enrolled recordings."""

    def __init__(self, encoder: SpeakerEncoder) -> None:
        self._encoder = encoder

    def compare(self, audio: AudioClip, references: Sequence[AudioClip]) -> CheckResult:
        """Say whether the statement's voice is that of every enrolled recording."""
        if not references:
            return _result(
                "not_applicable", None, "no voice recording belongs to this record, so there is none to match"
            )
        spoken_s = [len(spoken(clip.waveform)) / SAMPLE_RATE for clip in (audio, *references)]
        if min(spoken_s) < _SPEECH_MIN_S:
            return _result(
                "missing",
                None,
                f"{min(spoken_s):.1f} s of speech were found in one recording and {_SPEECH_MIN_S:.0f} s are needed",
            )
        voice = self._encoder.embed(audio)
        score = min(float(voice @ self._encoder.embed(reference)) for reference in references)
        if score >= THRESHOLD:
            return _result("passed", score, f"the voices are alike by {score:.2f}, {THRESHOLD:.2f} was needed")
        return _result(
            "failed", score, f"the voices are alike by {score:.2f} only, {THRESHOLD:.2f} was needed: another person?"
        )


def _result(outcome: Outcome, score: float | None, reason: str) -> CheckResult:
    return CheckResult(
        name=SPEAKER_MATCH, outcome=outcome, score=score, threshold=THRESHOLD, source=THRESHOLD_SOURCE, reason=reason
    )
