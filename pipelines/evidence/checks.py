"""All checks of a recorded statement, in one run: by ear here, by eye in ``faces``, ``movements`` and ``nudity``.

1. The file is taken in (``intake``), or refused; 2. every check gives a result: one that cannot run for want of
weights, sound or a face says "missing", which never counts as passed; 3. nothing of the person is kept: what leaves is
the results, the transcript and one still.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from pipelines.errors import EvidenceRefusedError, PipelineError
from pipelines.evidence import result as names
from pipelines.evidence.result import CheckResult, Movement
from pipelines.evidence.statement import SOURCE, StatementExpectation, check_statement
from pipelines.intake.recording import LIMITS, Capture, CaptureLimits, read_capture, read_sound
from pipelines.media import ByteArray
from pipelines.weights.store import WeightsStore

CODE_VALID: Final = timedelta(minutes=15)

_STATEMENT: Final = (
    names.STATEMENT_TEXT,
    names.STATEMENT_NAME,
    names.STATEMENT_COMPANY,
    names.STATEMENT_CODE,
    names.STATEMENT_LANGUAGE,
)
_PICTURE_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_PICTURE_PIXELS_MAX: Final = 50_000_000
_PICTURE_SIDE_PX: Final = 1280
_STILL_QUALITY: Final = 85
_FRAMES_FOR_NUDITY: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceOutcome:
    """What the checks found. ``still`` is one frame of the statement as JPEG; it shows the person's face."""

    results: tuple[CheckResult, ...]
    transcript: str
    duration_s: float
    still: bytes


class EvidenceChecks:
    """Runs every check of ``pipelines.evidence.result`` over one recording.

    Networks are loaded anew in each run: statements are rare, and holding all of them for months wastes memory.
    """

    def __init__(
        self,
        weights: WeightsStore,
        *,
        threads: int = 1,
        code_valid: timedelta = CODE_VALID,
        limits: CaptureLimits = LIMITS,
    ) -> None:
        self._weights = weights
        self._threads = threads
        self._code_valid = code_valid
        self._limits = limits

    def run(
        self,
        path: Path,
        *,
        expected: StatementExpectation,
        portraits: Sequence[Path],
        voices: Sequence[Path],
        movements: Sequence[Movement],
        code_issued_at: datetime,
        received_at: datetime,
    ) -> EvidenceOutcome:
        """Check a recorded statement; a check that fails or cannot run is a result, never an error.

        Raises:
            EvidenceRefusedError: the file cannot be taken; the sentence says why and what to do.
        """
        capture = read_capture(path, limits=self._limits)
        said, transcript = self._statement(capture, expected)
        results = (
            *said,
            check_code_fresh(issued_at=code_issued_at, received_at=received_at, valid=self._code_valid),
            *self._by_ear(capture, voices),
            *self._by_eye(capture, portraits, movements),
        )
        return EvidenceOutcome(
            results=results, transcript=transcript, duration_s=capture.duration_s, still=_still(capture)
        )

    def _statement(self, capture: Capture, expected: StatementExpectation) -> tuple[tuple[CheckResult, ...], str]:
        try:
            from pipelines.speech.transcript import Listener  # noqa: PLC0415 -- heavy, and only a check needs it

            hearing = Listener(self._weights, threads=self._threads).hear(capture.audio, language=expected.spoken)
        except (PipelineError, ImportError, ValueError, RuntimeError) as e:
            return tuple(_missing(name, str(e)) for name in _STATEMENT), ""
        return check_statement(hearing, expected), hearing.text

    def _by_ear(self, capture: Capture, voices: Sequence[Path]) -> tuple[CheckResult, ...]:
        def speaker() -> CheckResult:
            from pipelines.evidence.speaker import SpeakerMatch  # noqa: PLC0415
            from pipelines.speech.encoder import SpeakerEncoder  # noqa: PLC0415

            enrolled = [read_sound(voice) for voice in voices]
            return SpeakerMatch(SpeakerEncoder(self._weights)).compare(capture.audio, enrolled)

        def synthetic() -> CheckResult:
            from pipelines.evidence.synthetic import SyntheticSpeech  # noqa: PLC0415

            return SyntheticSpeech(self._weights).check(capture.audio)

        return _tried(names.SPEAKER_MATCH, speaker), _tried(names.SYNTHETIC_SPEECH, synthetic)

    def _by_eye(
        self, capture: Capture, portraits: Sequence[Path], movements: Sequence[Movement]
    ) -> tuple[CheckResult, ...]:
        def face() -> CheckResult:
            from pipelines.evidence.faces import FaceMatcher  # noqa: PLC0415

            pictures = [read_picture(portrait) for portrait in portraits]
            return FaceMatcher(self._weights).match(list(capture.frames), pictures)

        def one_face() -> CheckResult:
            from pipelines.evidence.faces import FaceMatcher  # noqa: PLC0415

            return FaceMatcher(self._weights).one_face(list(capture.frames))

        def moved() -> CheckResult:
            from pipelines.evidence.movements import HeadMovements  # noqa: PLC0415

            return HeadMovements(self._weights).check(list(capture.frames), capture.times_s.tolist(), tuple(movements))

        def nudity() -> CheckResult:
            from pipelines.evidence.nudity import NudityCheck  # noqa: PLC0415

            some = np.linspace(0, len(capture.frames) - 1, _FRAMES_FOR_NUDITY).astype(int)
            pictures = [read_picture(portrait) for portrait in portraits] + [capture.frames[at] for at in some]
            return NudityCheck(self._weights).check(pictures)

        return (
            _tried(names.FACE_MATCH, face),
            _tried(names.ONE_FACE, one_face),
            _tried(names.HEAD_MOVEMENTS, moved),
            _tried(names.NUDITY, nudity),
        )


def check_code_fresh(*, issued_at: datetime, received_at: datetime, valid: timedelta = CODE_VALID) -> CheckResult:
    """Whether a statement came in while its code was valid. A clock that ran backwards is not fresh."""
    age_s = (received_at - issued_at).total_seconds()
    is_fresh = 0 <= age_s <= valid.total_seconds()
    return CheckResult(
        name=names.CODE_FRESH,
        outcome="passed" if is_fresh else "failed",
        score=age_s,
        threshold=valid.total_seconds(),
        source="a choice: long enough to read and repeat, too short to have a voice made (docs/evidence.md)",
        reason=f"the statement came {age_s:.0f} s after its code was shown, {valid.total_seconds():.0f} s are allowed",
    )


def read_picture(path: Path) -> ByteArray:
    """A reference picture as (height, width, 3) uint8, upright, at most 1280 pixels a side.

    Raises:
        EvidenceRefusedError: it is no JPEG, PNG or WebP, or too large.
    """
    try:
        with Image.open(path, formats=_PICTURE_FORMATS) as opened:
            if opened.width * opened.height > _PICTURE_PIXELS_MAX:
                raise EvidenceRefusedError(f"{path.name} has more than {_PICTURE_PIXELS_MAX // 1_000_000} megapixels")
            picture = opened.convert("RGB")
            turned = opened.getexif().get(0x0112, 1)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as e:
        raise EvidenceRefusedError(f"{path.name} cannot be read as a picture; give a JPEG, PNG or WebP") from e
    picture = picture.transpose(_TURNS[turned]) if turned in _TURNS else picture
    picture.thumbnail((_PICTURE_SIDE_PX, _PICTURE_SIDE_PX))
    return np.asarray(picture, dtype=np.uint8)


_TURNS: Final = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_270,
    8: Image.Transpose.ROTATE_90,
}


def _tried(name: str, check: Callable[[], CheckResult]) -> CheckResult:
    """Run one check; what stops it is its result."""
    try:
        return check()
    except (PipelineError, ImportError, ValueError, RuntimeError, OSError) as e:
        return _missing(name, str(e))


def _missing(name: str, why: str) -> CheckResult:
    return CheckResult(
        name=name, outcome="missing", score=None, threshold=None, source=SOURCE, reason=f"could not be checked: {why}"
    )


def _still(capture: Capture) -> bytes:
    """The frame in the middle, as JPEG in memory."""
    packed = io.BytesIO()
    Image.fromarray(capture.frames[len(capture.frames) // 2]).save(packed, "JPEG", quality=_STILL_QUALITY)
    return packed.getvalue()
