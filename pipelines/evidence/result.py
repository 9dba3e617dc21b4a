"""What one evidence check says: a score, the threshold it was held against with its source, and a reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Outcome: TypeAlias = Literal["passed", "failed", "missing", "not_applicable"]
Movement: TypeAlias = Literal["turn_left", "turn_right", "look_up", "look_down"]  # as the person feels it

MOVEMENTS: Final[tuple[Movement, ...]] = ("turn_left", "turn_right", "look_up", "look_down")

# The names of the checks; consent.evidence knows which of them a live capture must pass.
STATEMENT_TEXT: Final = "statement_text"
STATEMENT_NAME: Final = "statement_name"
STATEMENT_COMPANY: Final = "statement_company"
STATEMENT_CODE: Final = "statement_code"
STATEMENT_LANGUAGE: Final = "statement_language"
CODE_FRESH: Final = "code_fresh"
SPEAKER_MATCH: Final = "speaker_match"
SYNTHETIC_SPEECH: Final = "synthetic_speech"
FACE_MATCH: Final = "face_match"
ONE_FACE: Final = "one_face"
HEAD_MOVEMENTS: Final = "head_movements"
NUDITY: Final = "nudity"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The result of one check.

    ``missing`` means that the check could not be run (weights absent, no sound, no face): it never counts as passed.
    ``not_applicable`` means that there is nothing to compare with, for example no enrolled voice.
    """

    name: str
    outcome: Outcome
    score: float | None  # what was measured, in the check's own unit
    threshold: float | None  # what it was held against
    source: str  # where the threshold comes from: a measurement of ours or a publication
    reason: str  # one sentence for legal: what was found, what was needed
