"""A record with everything that was done to it: salt, signatures, approvals, evidence. Version 1 as stored.

The envelope is what the studio keeps in its vault. Acts return a new envelope; none of them decides whether the record
may be used (consent.decide does, from the envelope and the ledger).
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import rfc8785
from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError

from consent.errors import ConsentStateError, RecordInvalidError
from consent.grant import RecordId, Sha256Hex
from consent.keys import SigningContext, SigningKey
from consent.record import SALT_BYTES, ConsentRecord, Line, canonical_bytes, parse_record, public_hash, record_id
from consent.signatures import (
    ADDRESS,
    ADDRESS_CHARS_MAX,
    Approval,
    Instant,
    ScriptApproval,
    Sha256,
    Signature,
    Stored,
    approval_payload,
    make_signature,
    same_person,
    script_payload,
    subject_payload,
)

Assurance: TypeAlias = Literal["verified", "contract", "key_only"]


def _from_base64(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as e:
        raise ValueError("not base64") from e


Base64 = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda raw: base64.b64encode(raw).decode("ascii"), return_type=str, when_used="json"),
]


class Evidence(Stored):
    """A document or recording that shows how the consent was given; the bytes lie in the vault."""

    kind: Literal["contract", "statement", "other"]
    name: Line
    sha256: Sha256
    media_type: Line
    attached_at: Instant


class Envelope(Stored):
    """A consent record and the proofs around it."""

    envelope_version: Literal[1] = 1
    record_bytes: Base64 = Field(repr=False)  # personal data
    salt: Annotated[Base64, Field(min_length=SALT_BYTES, max_length=SALT_BYTES)] | None = Field(repr=False)
    subject_signature: Signature | None = None
    approvals: tuple[Approval, ...] = ()
    script_approvals: tuple[ScriptApproval, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def record_id(self) -> RecordId:
        """The id that these bytes have; a caller compares it with the id that was asked for."""
        return record_id(self.record_bytes)

    @property
    def public_hash(self) -> Sha256Hex | None:
        """The record's name in the ledger and outside, or None when its salt was erased."""
        return None if self.salt is None else public_hash(self.record_id, self.salt)

    def record(self) -> ConsentRecord:
        """Return the record; raises ``RecordInvalidError``."""
        return parse_record(self.record_bytes)

    def to_json(self) -> str:
        """Return the stored form."""
        return rfc8785.dumps(self.model_dump(mode="json")).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Envelope:
        """Read the stored form; raises ``RecordInvalidError``."""
        try:
            return cls.model_validate_json(text, strict=True)
        except ValidationError as e:
            first = e.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the whole"
            raise RecordInvalidError(f"this is no envelope of version 1: {where}: {first['msg']}") from e


def new_envelope(record: ConsentRecord, *, salt: bytes) -> Envelope:
    """Wrap a draft; ``salt`` is 32 bytes of ``secrets.token_bytes``, never used for another record."""
    return Envelope(record_bytes=canonical_bytes(record), salt=salt)


def _named(envelope: Envelope) -> Sha256Hex:
    name = envelope.public_hash
    if name is None:
        raise ConsentStateError(f"the salt of record {envelope.record_id} was erased; nothing more can be done to it")
    return name


def _signed(envelope: Envelope) -> Signature:
    if envelope.subject_signature is None:
        raise ConsentStateError(f"record {envelope.record_id} is not signed; let the subject sign it first")
    return envelope.subject_signature


def _require_address(approver: str) -> None:
    if len(approver) > ADDRESS_CHARS_MAX or not re.fullmatch(ADDRESS, approver):
        raise ConsentStateError(f"{approver[:80]!r} is no e-mail address; name the person who approves by theirs")


def sign_record(envelope: Envelope, *, key: SigningKey, at: datetime) -> Envelope:
    """Sign as the subject.

    Raises:
        ConsentStateError: already signed, or erased.
    """
    if envelope.subject_signature is not None:
        raise ConsentStateError(f"record {envelope.record_id} is signed already; a change of terms is a new record")
    payload = subject_payload(record=envelope.record_id, public_hash=_named(envelope), at=at)
    signature = make_signature(payload, SigningContext.SUBJECT, key=key, at=at)
    return envelope.model_copy(update={"subject_signature": signature})


def approve_record(
    envelope: Envelope, *, key: SigningKey, approver: str, at: datetime, evidence: Evidence | None = None
) -> Envelope:
    """Approve (countersign) as one person of the controller, by the controller's key.

    Raises:
        ConsentStateError: not signed yet, erased, no address, the subject's own contact, or the subject's key.
    """
    subject = _signed(envelope)
    _require_address(approver)
    if same_person(approver, envelope.record().subject.contact):
        raise ConsentStateError(f"{approver} is the subject's own contact; somebody of the controller must approve")
    if key.public_key.hex == subject.public_key:
        raise ConsentStateError("the subject's key cannot approve; use the controller's key")
    sha256 = evidence.sha256 if evidence else None
    payload = approval_payload(
        record=envelope.record_id,
        public_hash=_named(envelope),
        subject=subject,
        approver=approver,
        at=at,
        evidence_sha256=sha256,
    )
    approval = Approval(
        approver=approver,
        approved_at=at,
        evidence_sha256=sha256,
        signature=make_signature(payload, SigningContext.APPROVAL, key=key, at=at),
    )
    approved = envelope.model_copy(update={"approvals": (*envelope.approvals, approval)})
    return with_evidence(approved, evidence) if evidence else approved


def approve_script(
    envelope: Envelope, *, key: SigningKey, approver: str, script_sha256: Sha256Hex, at: datetime
) -> Envelope:
    """Approve the exact words of one script; ``approver`` is "subject" with the subject's key, else an address.

    Raises:
        ConsentStateError: not signed yet, erased, or no address.
    """
    _signed(envelope)
    if approver != "subject":
        _require_address(approver)
    payload = script_payload(
        record=envelope.record_id,
        public_hash=_named(envelope),
        script_sha256=script_sha256,
        approver=approver,
        at=at,
    )
    signature = make_signature(payload, SigningContext.SCRIPT, key=key, at=at)
    approval = ScriptApproval(script_sha256=script_sha256, approver=approver, approved_at=at, signature=signature)
    return envelope.model_copy(update={"script_approvals": (*envelope.script_approvals, approval)})


def with_evidence(envelope: Envelope, evidence: Evidence) -> Envelope:
    """Attach evidence; the same bytes are attached once."""
    if any(one.sha256 == evidence.sha256 for one in envelope.evidence):
        return envelope
    return envelope.model_copy(update={"evidence": (*envelope.evidence, evidence)})


def erase_salt(envelope: Envelope) -> Envelope:
    """Unlink the record from ledger and manifests for ever; it can never be used again."""
    return envelope.model_copy(update={"salt": None})
