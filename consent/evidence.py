"""How a consent was evidenced: the files, and the report on the spoken statement (docs/consent-spec.md 5).

The checks themselves are run elsewhere (pipelines.evidence); here is what they said, signed by the controller's key so
that nobody can turn a "failed" into a "passed" later, and which of them a live capture has to pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, PlainSerializer

from consent.canonical import canonical
from consent.grant import Modality, RecordId, Sha256Hex
from consent.instant import instant
from consent.keys import SigningContext, SigningKey
from consent.record import ConsentRecord, Line, Sha256, Text
from consent.signatures import Instant, Signature, Stored, hash_of, make_signature

Capture: TypeAlias = Literal["live", "upload"]
Outcome: TypeAlias = Literal["passed", "failed", "missing", "not_applicable"]

CODE_LIFE_MINUTES: Final = 15  # a code is read aloud at once; a longer life would leave time to forge a reading
SPEAKER_MATCH: Final = "speaker_match"
FACE_MATCH: Final = "face_match"
REQUIRED: Final = (
    "statement_text",
    "statement_name",
    "statement_company",
    "statement_code",
    "statement_language",
    "code_fresh",
    SPEAKER_MATCH,
    "synthetic_speech",
    FACE_MATCH,
    "one_face",
    "head_movements",
    "nudity",
)


class Evidence(Stored):
    """A document or recording that shows how the consent was given; the bytes lie in the vault."""

    kind: Literal["contract", "statement", "other"]
    name: Line
    sha256: Sha256
    media_type: Line
    attached_at: Instant
    capture: Capture | None = None  # of a statement: recorded by the page, or a file that was sent


def _four_places(figure: float) -> float:
    return round(figure, 4)


def _plain(figure: float) -> int | float:
    return int(figure) if figure.is_integer() else figure  # RFC 8785 writes 1 and not 1.0


# Four places: more is no knowledge, and every JSON writer writes them in the same digits, so that anyone can check the
# signature over them.
Figure: TypeAlias = Annotated[
    float,
    Field(ge=-1e6, le=1e6, allow_inf_nan=False),
    AfterValidator(_four_places),
    PlainSerializer(_plain, when_used="json"),
]


class CheckOutcome(Stored):
    """What one check said."""

    name: Annotated[Line, Field(pattern=r"^[a-z_]{1,40}$")]
    outcome: Outcome
    score: Figure | None = None
    threshold: Figure | None = None
    source: Line
    reason: Text


def _named_once(checks: tuple[CheckOutcome, ...]) -> tuple[CheckOutcome, ...]:
    names = [check.name for check in checks]
    if len(set(names)) != len(names):
        raise ValueError("a check is named twice; each is run once")
    return checks


class CheckReport(Stored):
    """The checks of one statement, signed by the controller's key."""

    statement_sha256: Sha256
    capture: Capture
    code_issued_at: Instant
    checked_at: Instant
    checks: Annotated[tuple[CheckOutcome, ...], AfterValidator(_named_once)]
    signature: Signature

    @property
    def sha256(self) -> Sha256Hex:
        """Hash for the ledger."""
        return hash_of(self)

    def outcome(self, name: str) -> Outcome:
        """How this check came out; "missing" if it was not run."""
        return next((check.outcome for check in self.checks if check.name == name), "missing")


def report_payload(
    *,
    record: RecordId,
    public_hash: Sha256Hex,
    statement_sha256: str,
    capture: Capture,
    code_issued_at: datetime,
    checked_at: datetime,
    checks: Sequence[CheckOutcome],
) -> bytes:
    """Return what the controller's key signs under a report (consent-spec 3.4)."""
    return canonical(
        {
            "record_id": record,
            "public_hash": public_hash,
            "statement_sha256": statement_sha256,
            "capture": capture,
            "code_issued_at": instant(code_issued_at),
            "checked_at": instant(checked_at),
            "checks": [check.model_dump(mode="json", exclude_none=True) for check in checks],
        }
    )


def make_report(
    *,
    record: RecordId,
    public_hash: Sha256Hex,
    statement_sha256: Sha256Hex,
    capture: Capture,
    code_issued_at: datetime,
    checked_at: datetime,
    checks: Sequence[CheckOutcome],
    key: SigningKey,
) -> CheckReport:
    """Sign what the checks said with the controller's key."""
    payload = report_payload(
        record=record,
        public_hash=public_hash,
        statement_sha256=statement_sha256,
        capture=capture,
        code_issued_at=code_issued_at,
        checked_at=checked_at,
        checks=checks,
    )
    return CheckReport(
        statement_sha256=statement_sha256,
        capture=capture,
        code_issued_at=code_issued_at,
        checked_at=checked_at,
        checks=tuple(checks),
        signature=make_signature(payload, SigningContext.CHECKS, key=key, at=checked_at),
    )


def check_report(report: CheckReport, *, record: RecordId, public_hash: Sha256Hex) -> None:
    """Raise ``SignatureInvalidError`` unless the report is of this record and unchanged."""
    payload = report_payload(
        record=record,
        public_hash=public_hash,
        statement_sha256=report.statement_sha256,
        capture=report.capture,
        code_issued_at=report.code_issued_at,
        checked_at=report.checked_at,
        checks=report.checks,
    )
    report.signature.check(payload, SigningContext.CHECKS)


def not_passed(report: CheckReport, record: ConsentRecord) -> tuple[str, ...]:
    """Return the checks that this record needs and that did not pass (consent-spec 5.5); empty is good."""
    optional = _may_not_apply(record)
    return tuple(
        name
        for name in REQUIRED
        if report.outcome(name) != "passed" and not (name in optional and report.outcome(name) == "not_applicable")
    )


def _may_not_apply(record: ConsentRecord) -> frozenset[str]:
    """The checks that have nothing to compare with, by what the record binds; the report alone cannot say so."""
    types = [asset.media_type.split("/")[0] for asset in record.scope.assets]
    speaks = any(kind in {"audio", "video"} for kind in types)
    shows = any(kind in {"image", "video"} for kind in types) and Modality.FACE in record.scope.modalities
    return frozenset(
        name for name, has_reference in ((SPEAKER_MATCH, speaks), (FACE_MATCH, shows)) if not has_reference
    )
