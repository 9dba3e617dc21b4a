"""A record with everything that was done to it: salt, signatures, approvals, evidence.

Stored as version 2; version 1, which knew neither passkeys nor reports, is read as well.
The envelope is what the studio keeps in its vault. Acts return a new envelope; none of them decides whether the record
may be used (consent.decide does, from the envelope and the ledger).
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError

from consent.assessment import Assessment, check_assessment
from consent.canonical import canonical
from consent.errors import ConsentStateError, RecordInvalidError
from consent.evidence import CheckReport, Evidence, check_report
from consent.grant import RecordId, Sha256Hex
from consent.keys import SigningContext, SigningKey
from consent.passkey import PasskeySignature
from consent.record import SALT_BYTES, ConsentRecord, Sha256, canonical_bytes, parse_record, public_hash, record_id
from consent.restriction import Restriction, leaves_nothing
from consent.signatures import (
    ADDRESS,
    ADDRESS_CHARS_MAX,
    Approval,
    Email,
    Instant,
    Signature,
    Stored,
    approval_payload,
    hash_of,
    make_signature,
    same_person,
    script_payload,
    subject_payload,
)

Assurance: TypeAlias = Literal["verified", "contract", "key_only"]
PartySignature: TypeAlias = Annotated[Signature | PasskeySignature, Field(discriminator="method")]  # of a person


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


class ScriptApproval(Stored):
    """One script, approved word by word."""

    script_sha256: Sha256
    approver: Email | Literal["subject"]
    approved_at: Instant
    signature: PartySignature

    @property
    def sha256(self) -> Sha256Hex:
        """Hash for the ledger."""
        return hash_of(self)


class Envelope(Stored):
    """A consent record and the proofs around it."""

    envelope_version: Literal[1, 2] = 2
    record_bytes: Base64 = Field(repr=False)  # personal data
    salt: Annotated[Base64, Field(min_length=SALT_BYTES, max_length=SALT_BYTES)] | None = Field(repr=False)
    subject_signature: PartySignature | None = None
    statement_sha256: Sha256 | None = None  # the recording that the subject's signature names
    guardian_signature: PartySignature | None = None
    reports: tuple[CheckReport, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
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
        return canonical(self.model_dump(mode="json")).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Envelope:
        """Read the stored form; raises ``RecordInvalidError``."""
        try:
            return cls.model_validate_json(text, strict=True)
        except ValidationError as e:
            first = e.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the whole"
            raise RecordInvalidError(f"this is no envelope of a known version: {where}: {first['msg']}") from e


def new_envelope(record: ConsentRecord, *, salt: bytes) -> Envelope:
    """Wrap a draft; ``salt`` is 32 bytes of ``secrets.token_bytes``, never used for another record."""
    return Envelope(record_bytes=canonical_bytes(record), salt=salt)


def _named(envelope: Envelope) -> Sha256Hex:
    name = envelope.public_hash
    if name is None:
        raise ConsentStateError(f"the salt of record {envelope.record_id} was erased; nothing more can be done to it")
    return name


def _signed(envelope: Envelope) -> PartySignature:
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
    return accept_signature(envelope, make_signature(payload, SigningContext.SUBJECT, key=key, at=at))


def accept_signature(
    envelope: Envelope, signature: PartySignature, *, statement_sha256: Sha256Hex | None = None
) -> Envelope:
    """Take in the subject's signature, by key or passkey, after checking it.

    Raises:
        ConsentStateError: already signed, or erased.
        SignatureInvalidError: it is not one over this record and this statement.
    """
    if envelope.subject_signature is not None:
        raise ConsentStateError(f"record {envelope.record_id} is signed already; a change of terms is a new record")
    payload = subject_payload(
        record=envelope.record_id,
        public_hash=_named(envelope),
        at=signature.signed_at,
        statement_sha256=statement_sha256,
    )
    signature.check(payload, SigningContext.SUBJECT)
    return envelope.model_copy(update={"subject_signature": signature, "statement_sha256": statement_sha256})


def accept_guardian(envelope: Envelope, signature: PartySignature) -> Envelope:
    """Take in the guardian's signature, who signs beside a minor and after them.

    Raises:
        ConsentStateError: the record names no guardian, the subject has not signed yet, the guardian has signed
            already, or with the subject's key.
        SignatureInvalidError: it is not one over this record.
    """
    subject = _signed(envelope)
    if envelope.record().guardian is None:
        raise ConsentStateError(f"record {envelope.record_id} names no guardian; file a version that does")
    if envelope.guardian_signature is not None:
        raise ConsentStateError(f"the guardian has signed record {envelope.record_id} already")
    if signature.public_key == subject.public_key:
        raise ConsentStateError("the guardian must sign with a key of their own, not with the subject's")
    signature.check(guardian_payload(envelope, at=signature.signed_at), SigningContext.GUARDIAN)
    return envelope.model_copy(update={"guardian_signature": signature})


def guardian_payload(envelope: Envelope, *, at: datetime) -> bytes:
    """Return what the guardian signs: the same as the subject, for another purpose (consent-spec 3.6)."""
    return subject_payload(record=envelope.record_id, public_hash=_named(envelope), at=at)


def add_report(envelope: Envelope, report: CheckReport) -> Envelope:
    """Keep a report on a statement; raises ``SignatureInvalidError`` if it is not of this record."""
    check_report(report, record=envelope.record_id, public_hash=_named(envelope))
    return envelope.model_copy(update={"reports": (*envelope.reports, report)})


def add_assessment(envelope: Envelope, assessment: Assessment) -> Envelope:
    """Keep legal's impact assessment; raises ``SignatureInvalidError`` if it is not of this record."""
    check_assessment(assessment, record=envelope.record_id, public_hash=_named(envelope))
    return envelope.model_copy(update={"assessments": (*envelope.assessments, assessment)})


def restrict(envelope: Envelope, restriction: Restriction) -> Envelope:
    """Keep what the subject took back in part.

    Raises:
        ConsentStateError: nothing would be left; that is a withdrawal of the whole.
    """
    restrictions = (*envelope.restrictions, restriction)
    if leaves_nothing(envelope.record().scope, restrictions):
        raise ConsentStateError("this would leave nothing that is allowed; withdraw the consent as a whole")
    return envelope.model_copy(update={"restrictions": restrictions})


def approve_record(
    envelope: Envelope, *, key: SigningKey, approver: str, at: datetime, evidence: Evidence | None = None
) -> Envelope:
    """Approve (countersign) as one person of the controller, by the controller's key.

    Raises:
        ConsentStateError: not signed yet, erased, no address, the subject's or guardian's own contact, the subject's
            key, not assessed where the record asks for it, or the evidence is no contract.
    """
    subject, record = _signed(envelope), envelope.record()
    _require_address(approver)
    if same_person(approver, record.subject.contact):
        raise ConsentStateError(f"{approver} is the subject's own contact; somebody of the controller must approve")
    if record.guardian is not None and same_person(approver, record.guardian.contact):
        raise ConsentStateError(f"{approver} is the guardian's own contact; somebody of the controller must approve")
    if key.public_key.hex == subject.public_key:
        raise ConsentStateError("the subject's key cannot approve; use the controller's key")
    if evidence is not None and evidence.kind != "contract":
        # The kind is not signed. If approvals cite contracts alone, no other file can be made to pass for one later.
        raise ConsentStateError(f"{evidence.name} is filed as {evidence.kind}; an approval cites a signed contract")
    if record.deal is not None and not envelope.assessments:
        raise ConsentStateError(
            f"record {envelope.record_id} has no impact assessment; answer its five questions first"
        )
    sha256 = evidence.sha256 if evidence else None
    assessed = envelope.assessments[-1].sha256 if envelope.assessments else None
    payload = approval_payload(
        record=envelope.record_id,
        public_hash=_named(envelope),
        subject_signature_sha256=subject.sha256,
        approver=approver,
        at=at,
        evidence_sha256=sha256,
        assessment_sha256=assessed,
    )
    approval = Approval(
        approver=approver,
        approved_at=at,
        evidence_sha256=sha256,
        assessment_sha256=assessed,
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
    return _with_script(envelope, approver=approver, script_sha256=script_sha256, signature=signature)


def accept_script_signature(envelope: Envelope, signature: PartySignature, *, script_sha256: Sha256Hex) -> Envelope:
    """Take in the subject's own approval of one script, by key or passkey.

    Raises:
        ConsentStateError: not signed yet, erased, or signed with another key than the record.
        SignatureInvalidError: it is not one over this script.
    """
    if signature.public_key != _signed(envelope).public_key:
        raise ConsentStateError("a script is approved with the key that signed the record; use the same passkey")
    payload = script_payload(
        record=envelope.record_id,
        public_hash=_named(envelope),
        script_sha256=script_sha256,
        approver="subject",
        at=signature.signed_at,
    )
    signature.check(payload, SigningContext.SCRIPT)
    return _with_script(envelope, approver="subject", script_sha256=script_sha256, signature=signature)


def _with_script(envelope: Envelope, *, approver: str, script_sha256: str, signature: PartySignature) -> Envelope:
    approval = ScriptApproval(
        script_sha256=script_sha256, approver=approver, approved_at=signature.signed_at, signature=signature
    )
    return envelope.model_copy(update={"script_approvals": (*envelope.script_approvals, approval)})


def with_evidence(envelope: Envelope, evidence: Evidence) -> Envelope:
    """Attach evidence; the same bytes are attached once."""
    if any(one.sha256 == evidence.sha256 for one in envelope.evidence):
        return envelope
    return envelope.model_copy(update={"evidence": (*envelope.evidence, evidence)})


def erase_salt(envelope: Envelope) -> Envelope:
    """Unlink the record from ledger and manifests for ever; it can never be used again."""
    return envelope.model_copy(update={"salt": None})
