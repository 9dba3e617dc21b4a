"""The real ears and hands of enrolment: recordings are taken in behind limits, judged, prepared, then fitted to.

1. Each file is decoded in a child process with limits; what cannot be taken is said file by file.
2. The gate (``pipelines.voice.recordings``): each recording is good enough or left out; the rest is enough, of one
   person, and of the person who spoke the consent, where there is a spoken statement to compare with.
3. What is left is prepared: trimmed, levelled, with less noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studio.likenesses.listening import Finding, FittedVoice, HeardSet, Recording, Report

if TYPE_CHECKING:
    from pipelines.media import AudioClip
    from pipelines.weights.store import WeightsStore

SEED: Final = 0  # the same recordings give the same voice
STEPS_MAX: Final = 400  # more than the time allows: it is the time that ends a fit
FILE_S_MIN, FILE_S_MAX = 0.5, 600.0
SHARE_READ: Final = 0.2  # of the progress


class StudioListener:
    """Implements ``studio.likenesses.listening.Listener``."""

    def __init__(self, weights: WeightsStore) -> None:
        self._weights = weights

    def listen(
        self, recordings: Sequence[Recording], *, language: str, statement: Path | None, report: Report
    ) -> HeardSet:
        """See ``Listener.listen``."""
        from pipelines.intake.recording import read_sound  # noqa: PLC0415 - needs the engines extra
        from pipelines.voice.recordings.checks import open_ears  # noqa: PLC0415 - as above
        from pipelines.voice.recordings.preparing import prepare  # noqa: PLC0415 - as above
        from pipelines.voice.recordings.report import Recorded  # noqa: PLC0415 - as above
        from pipelines.voice.recordings.sets import check_set  # noqa: PLC0415 - as above

        found: list[Finding] = []
        recorded: list[Recorded] = []
        for at, one in enumerate(recordings):
            report("listen", SHARE_READ * at / len(recordings))
            clip = _taken_in(one, found)
            if clip is not None:
                recorded.append(Recorded(name=one.name, clip=clip, prompt=one.prompt))
        heard = check_set(
            recorded,
            language=language,
            ears=open_ears(self._weights),
            statement=None if statement is None else read_sound(statement),
            progress=lambda share: report("listen", SHARE_READ + (1 - SHARE_READ) * share),
        )
        found.extend(
            Finding(recording=name, check=one.check.value, advice=one.advice)
            for name, checked in heard.recordings.items()
            for one in checked.faults
        )
        found.extend(
            Finding(recording="", check=one.check.value, advice=one.advice) for one in heard.measures if not one.holds
        )
        return HeardSet(
            is_good=heard.is_good,
            clips=tuple(prepare(one, heard.recordings[one.name]) for one in recorded if one.name in heard.used),
            speech_s=heard.speech_s,
            findings=tuple(found),
            measures={"language": language, "recordings": len(heard.used), **heard.summary},
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
