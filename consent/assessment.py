"""The impact assessment that legal answers before it approves (docs/consent-spec.md 5.7).

Five questions, each with a level and words; the controller's key signs the answers, and each approval cites them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from consent.canonical import canonical
from consent.grant import RecordId, Sha256Hex
from consent.instant import instant
from consent.keys import SigningContext, SigningKey
from consent.record import Text
from consent.signatures import Email, Instant, Signature, Stored, hash_of, make_signature

Level: TypeAlias = Literal["none", "low", "high"]


class Answer(Stored):
    """How much of a risk it is, and why."""

    level: Level
    text: Text


class Answers(Stored):
    """The five questions."""

    dignity: Answer  # could a use shame or belittle the person?
    sensitive_context: Answer  # health, politics, religion, sex, money trouble ...
    vulnerable_audiences: Answer  # children, patients, people in debt ...
    deception_risk: Answer  # would somebody act on it as if the person had said it?
    brand_fit: Answer  # does the person's standing fit what is advertised?


class Assessment(Stored):
    """Answers, by whom, when; signed by the controller's key."""

    answers: Answers
    by: Email
    at: Instant
    signature: Signature

    @property
    def sha256(self) -> Sha256Hex:
        """Hash for the ledger and for the approvals that cite it."""
        return hash_of(self)


def assessment_payload(*, record: RecordId, public_hash: Sha256Hex, answers: Answers, by: str, at: datetime) -> bytes:
    """Return what the controller's key signs under an assessment (consent-spec 3.5)."""
    return canonical(
        {
            "record_id": record,
            "public_hash": public_hash,
            "answers": answers.model_dump(mode="json"),
            "by": by,
            "at": instant(at),
        }
    )


def make_assessment(
    *, record: RecordId, public_hash: Sha256Hex, answers: Answers, by: str, at: datetime, key: SigningKey
) -> Assessment:
    """Sign the answers with the controller's key."""
    payload = assessment_payload(record=record, public_hash=public_hash, answers=answers, by=by, at=at)
    return Assessment(
        answers=answers, by=by, at=at, signature=make_signature(payload, SigningContext.ASSESSMENT, key=key, at=at)
    )


def check_assessment(assessment: Assessment, *, record: RecordId, public_hash: Sha256Hex) -> None:
    """Raise ``SignatureInvalidError`` unless the assessment is of this record and unchanged."""
    payload = assessment_payload(
        record=record, public_hash=public_hash, answers=assessment.answers, by=assessment.by, at=assessment.at
    )
    assessment.signature.check(payload, SigningContext.ASSESSMENT)
