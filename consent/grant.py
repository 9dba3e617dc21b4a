"""The words of a decision: what a take asks for, why it is refused, and the grant that lets it run.

A ``Grant`` is built by ``consent.decide`` alone (an AST test finds any other construction). It is proof for one
take and for a short time; the release door decides again from the record, so a forged one opens nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from consent.errors import ConsentRefusedError

RecordId = NewType("RecordId", str)  # SHA-256 of the record's canonical bytes, lowercase hex
TakeId = NewType("TakeId", str)
Sha256Hex = NewType("Sha256Hex", str)  # lowercase hex


class Modality(StrEnum):
    """What of the person is used."""

    FACE = "face"
    VOICE = "voice"
    BODY = "body"
    GESTURES = "gestures"


class ReasonCode(StrEnum):
    """Why a use is refused. Documented in docs/consent-spec.md."""

    NOT_SIGNED = "not_signed"
    NOT_COUNTERSIGNED = "not_countersigned"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    MODALITY_NOT_COVERED = "modality_not_covered"
    LANGUAGE_NOT_COVERED = "language_not_covered"
    TERRITORY_NOT_COVERED = "territory_not_covered"
    CHANNEL_NOT_COVERED = "channel_not_covered"
    BRAND_NOT_COVERED = "brand_not_covered"
    PRODUCT_NOT_COVERED = "product_not_covered"
    ASSET_NOT_COVERED = "asset_not_covered"
    QUOTA_EXHAUSTED = "quota_exhausted"
    SCRIPT_NOT_APPROVED = "script_not_approved"
    PROHIBITED_TOPIC = "prohibited_topic"
    EVIDENCE_MISSING = "evidence_missing"
    RECORD_TAMPERED = "record_tampered"
    LEDGER_UNREADABLE = "ledger_unreadable"
    WEIGHTS_NOT_COMMERCIAL = "weights_not_commercial"
    SUBJECT_IS_MINOR = "subject_is_minor"
    SUPERSEDED = "superseded"
    DECLINED = "declined"
    # Grants themselves (an engine or the door was called without, late, or with the wrong one).
    GRANT_MISSING = "grant_missing"
    GRANT_STALE = "grant_stale"
    GRANT_MISMATCH = "grant_mismatch"
    RECORD_UNKNOWN = "record_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason to refuse: the code for machines, the sentence for people, what was needed against what was found."""

    code: ReasonCode
    message: str
    needed: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRequest:
    """Everything consent needs to know of one take before it may be made.

    ``locale`` is BCP 47 ("pt-BR"); ``market`` is a territory ("FR", "US-NY", "EU"); ``assets`` are the SHA-256 of every
    picture, footage or recording of the subject that goes in; ``script`` is the exact text that will be spoken.
    """

    take_id: TakeId
    record_id: RecordId
    brand: str
    product: str
    commercial: bool
    modalities: frozenset[Modality]
    locale: str
    market: str
    channel: str
    format: str  # "1080x1920" (video), "1080x1080.png" or ".jpg" (still), "wav" or "mp3" (audio)
    script: str
    assets: frozenset[Sha256Hex]
    weights: frozenset[str] = frozenset()  # ids of the model cards used (weights.toml)
    weights_not_commercial: frozenset[str] = frozenset()  # those of them whose licence forbids commercial use

    @property
    def script_sha256(self) -> Sha256Hex:
        """SHA-256 of the script's UTF-8 bytes."""
        # surrogatepass: text that is no Unicode gets a hash that nobody approved, and no exception in a decision.
        return Sha256Hex(hashlib.sha256(self.script.encode("utf-8", "surrogatepass")).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What an engine is about to do with the person; unset fields are not part of this use."""

    modality: Modality
    locale: str | None = None
    script: str | None = None
    asset: Sha256Hex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Proof that one take is allowed now.

    ``public_hash`` is the record's salted hash, fit for manifests; ``checkpoint`` is the signed ledger note under which
    the decision was made. Times are timezone-aware UTC.
    """

    request: TakeRequest
    subject_class: str  # "replica" or "synthetic_performer"
    assurance: str  # "verified", "contract" or "key_only"
    public_hash: Sha256Hex
    checkpoint: str
    granted_at: datetime
    expires_at: datetime


def require_grant(grant: Grant | None, use: Use, *, at: datetime) -> Grant:
    """Return the grant if it covers this use now; raise ``ConsentRefusedError`` with every reason if not.

    Engines call this before they touch anything of the person.
    """
    if not isinstance(grant, Grant):
        reason = Reason(
            code=ReasonCode.GRANT_MISSING,
            message="no grant was given; ask consent.decide.authorize for one first",
            needed="a grant for this take",
            found=type(grant).__name__,
        )
        raise ConsentRefusedError((reason,))
    reasons: list[Reason] = []
    if not grant.granted_at <= at < grant.expires_at:
        reasons.append(
            Reason(
                code=ReasonCode.GRANT_STALE,
                message=f"the grant for take {grant.request.take_id} does not hold at {at.isoformat()}; decide again",
                needed=f"{grant.granted_at.isoformat()} to {grant.expires_at.isoformat()}",
                found=at.isoformat(),
            )
        )
    asked = grant.request
    mismatches = (
        ("modality", use.modality in asked.modalities, ", ".join(sorted(asked.modalities)), use.modality),
        ("locale", use.locale is None or use.locale == asked.locale, asked.locale, use.locale),
        ("script", use.script is None or use.script == asked.script, "the granted script", "another script"),
        ("asset", use.asset is None or use.asset in asked.assets, ", ".join(sorted(asked.assets)), use.asset),
    )
    reasons.extend(
        Reason(
            code=ReasonCode.GRANT_MISMATCH,
            message=f"the grant for take {asked.take_id} does not cover this {what}; ask for a grant for this take",
            needed=needed,
            found=str(found),
        )
        for what, fits, needed, found in mismatches
        if not fits
    )
    if reasons:
        raise ConsentRefusedError(tuple(reasons))
    return grant
