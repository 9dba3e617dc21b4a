"""Who signed a record, who approved it, and what each of them signed exactly.

Three kinds of act, each an Ed25519 signature in its own context over canonical JSON:

1. the subject signs the record's id, its public hash and the time (consent-spec 3.1). The public hash is in it, so that
   nobody can file a withdrawn record again under a new salt;
2. legal approves with the controller's key: the record's id, its public hash, the subject's signature, who, when, and
   the evidence seen (3.2);
3. where scripts need approval, the subject (or the controller, if the record says so) signs a script's hash (3.3).

These models are stored, so they are pydantic and strict. Keys are checked here against the bytes; whether a key is the
right one is for consent.policy.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, StringConstraints

from consent.canonical import canonical
from consent.grant import RecordId, Sha256Hex
from consent.instant import instant
from consent.keys import SIGNATURE_BYTES, PublicKey, SigningContext, SigningKey

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
KeyHex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ValueHex = Annotated[str, StringConstraints(pattern=rf"^[0-9a-f]{{{2 * SIGNATURE_BYTES}}}$")]
ADDRESS_CHARS_MAX = 320  # RFC 3696
ADDRESS = r"^[^@\s]+@[^@\s]+$"
Email = Annotated[str, StringConstraints(pattern=ADDRESS, max_length=ADDRESS_CHARS_MAX)]


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("the time has no time zone")
    return at


Instant = Annotated[datetime, AfterValidator(_aware), PlainSerializer(instant, return_type=str)]


class Stored(BaseModel):
    """What all stored models have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Signature(Stored):
    """One signature with the key that made it."""

    method: Literal["ed25519"] = "ed25519"
    public_key: KeyHex
    value: ValueHex
    signed_at: Instant

    @property
    def key(self) -> PublicKey:
        """The key as a usable point; raises ``SignatureInvalidError`` for a weak one."""
        return PublicKey.from_hex(self.public_key)

    @property
    def key_id(self) -> str:
        """Short name of the key; raises ``SignatureInvalidError`` for a weak one."""
        return self.key.key_id

    @property
    def sha256(self) -> Sha256Hex:
        """Hash for the ledger. The value is unguessable, so the hash tells nothing about the person."""
        return hash_of(self)

    def check(self, payload: bytes, context: SigningContext) -> None:
        """Raise ``SignatureInvalidError`` unless this signature belongs to the payload and the purpose."""
        self.key.verify(payload, bytes.fromhex(self.value), context)


class Approval(Stored):
    """Legal's countersignature: one person, by the controller's key."""

    approver: Email
    approved_at: Instant
    evidence_sha256: Sha256 | None = None
    assessment_sha256: Sha256 | None = None
    signature: Signature

    @property
    def sha256(self) -> Sha256Hex:
        """Hash for the ledger."""
        return hash_of(self)


def hash_of(model: Stored) -> Sha256Hex:
    """Return the hash by which the ledger knows a stored model."""
    return Sha256Hex(hashlib.sha256(canonical(model.model_dump(mode="json", exclude_none=True))).hexdigest())


def person(address: str) -> str:
    """Return one text for one person's address.

    Neither case nor width tells people apart, nor a "+tag": that is one mailbox, whose owner could pass for two people.
    """
    folded = unicodedata.normalize("NFKC", address.strip()).casefold()
    mailbox, at, host = folded.rpartition("@")
    return mailbox.partition("+")[0] + at + host


def same_person(one: str, other: str) -> bool:
    """Say whether two addresses are one person's."""
    return person(one) == person(other)


def subject_payload(
    *, record: RecordId, public_hash: Sha256Hex, at: datetime, statement_sha256: str | None = None
) -> bytes:
    """Return what the subject signs (consent-spec 3.1); the recording of the statement is in it, where there is one."""
    said = {"record_id": record, "public_hash": public_hash, "signed_at": instant(at)}
    return canonical(said if statement_sha256 is None else {**said, "statement_sha256": statement_sha256})


def approval_payload(
    *,
    record: RecordId,
    public_hash: Sha256Hex,
    subject_signature_sha256: Sha256Hex,
    approver: str,
    at: datetime,
    evidence_sha256: str | None,
    assessment_sha256: str | None = None,
) -> bytes:
    """Return what the controller's key signs when somebody approves (consent-spec 3.2)."""
    said = {
        "record_id": record,
        "public_hash": public_hash,
        "subject_signature_sha256": subject_signature_sha256,
        "approver": approver,
        "approved_at": instant(at),
        "evidence_sha256": evidence_sha256,
    }
    return canonical(said if assessment_sha256 is None else {**said, "assessment_sha256": assessment_sha256})


def script_payload(
    *, record: RecordId, public_hash: Sha256Hex, script_sha256: str, approver: str, at: datetime
) -> bytes:
    """Return what is signed when a script is approved (consent-spec 3.3)."""
    return canonical(
        {
            "record_id": record,
            "public_hash": public_hash,
            "script_sha256": script_sha256,
            "approver": approver,
            "approved_at": instant(at),
        }
    )


def make_signature(payload: bytes, context: SigningContext, *, key: SigningKey, at: datetime) -> Signature:
    """Sign the payload, and check at once that the signature verifies (a faulty one must never be stored)."""
    value = key.sign(payload, context)
    signature = Signature(public_key=key.public_key.hex, value=value.hex(), signed_at=at)
    signature.check(payload, context)
    return signature
