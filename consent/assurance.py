"""How sure we are of the person: which approvals count, and what they amount to (docs/consent-spec.md 5).

``verified`` (live capture, passkey) has no proof in envelope version 1, so nothing reaches it yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from consent.envelope import Assurance, Envelope
from consent.errors import SignatureInvalidError
from consent.grant import Sha256Hex
from consent.keys import PublicKey, SigningContext
from consent.ledger import Approved, Entry, ScriptApproved
from consent.record import ConsentRecord
from consent.signatures import (
    Approval,
    ScriptApproval,
    Signature,
    approval_payload,
    same_person,
    script_payload,
    subject_payload,
)

APPROVERS_FOR_CONTRACT = 2


def check_subject_signature(envelope: Envelope, name: Sha256Hex, signature: Signature) -> None:
    """Raise ``SignatureInvalidError`` unless the subject signed this envelope's bytes (clause 3.1)."""
    payload = subject_payload(record=envelope.record_id, public_hash=name, at=signature.signed_at)
    signature.check(payload, SigningContext.SUBJECT)


def check_approval(envelope: Envelope, name: Sha256Hex, subject: Signature, approval: Approval) -> None:
    """Raise ``SignatureInvalidError`` unless the approval is of this envelope's bytes and signature (clause 3.2)."""
    payload = approval_payload(
        record=envelope.record_id,
        public_hash=name,
        subject=subject,
        approver=approval.approver,
        at=approval.approved_at,
        evidence_sha256=approval.evidence_sha256,
    )
    approval.signature.check(payload, SigningContext.APPROVAL)


def check_script_approval(envelope: Envelope, name: Sha256Hex, approval: ScriptApproval) -> None:
    """Raise ``SignatureInvalidError`` unless the approval is of this envelope's bytes (clause 3.3)."""
    payload = script_payload(
        record=envelope.record_id,
        public_hash=name,
        script_sha256=approval.script_sha256,
        approver=approval.approver,
        at=approval.approved_at,
    )
    approval.signature.check(payload, SigningContext.SCRIPT)


def why_not_counted(
    envelope: Envelope,
    record: ConsentRecord,
    approval: Approval,
    *,
    history: Sequence[Entry],
    controller_keys: frozenset[PublicKey],
    at: datetime,
) -> str | None:
    """Return why an approval does not count, or None if it does (clause 5.1)."""
    name, subject = envelope.public_hash, envelope.subject_signature
    if name is None or subject is None:
        return "there is no signature of the subject to approve"
    try:
        check_approval(envelope, name, subject, approval)
        is_ours = approval.signature.key in controller_keys
    except SignatureInvalidError:
        return "its signature does not fit this record"
    in_ledger = any(isinstance(one, Approved) and one.approval_sha256 == approval.sha256 for one in history)
    rules = (
        (is_ours, "it was not made with the controller's key"),
        (approval.signature.public_key != subject.public_key, "it was made with the subject's own key"),
        (not same_person(approval.approver, record.subject.contact), "the approver is the subject's own contact"),
        (approval.approved_at <= at, f"it is dated {approval.approved_at.isoformat()}, after this decision"),
        (in_ledger, "the ledger does not hold it"),
    )
    return next((why for holds, why in rules if not holds), None)


def counted_approvals(
    envelope: Envelope,
    record: ConsentRecord,
    *,
    history: Sequence[Entry],
    controller_keys: frozenset[PublicKey],
    at: datetime,
) -> tuple[Approval, ...]:
    """Return the approvals that count; never raises."""
    return tuple(
        approval
        for approval in envelope.approvals
        if why_not_counted(envelope, record, approval, history=history, controller_keys=controller_keys, at=at) is None
    )


def is_script_approved(
    envelope: Envelope,
    record: ConsentRecord,
    script_sha256: Sha256Hex,
    *,
    history: Sequence[Entry],
    controller_keys: frozenset[PublicKey],
    at: datetime,
) -> bool:
    """Say whether whoever the record names approved exactly this script (clause 5.4); never raises."""
    name, subject = envelope.public_hash, envelope.subject_signature
    if name is None or subject is None:
        return False
    recorded = {one.approval_sha256 for one in history if isinstance(one, ScriptApproved)}
    if record.scope.script_approver == "subject":
        keys = frozenset({subject.public_key})
    else:
        keys = frozenset(key.hex for key in controller_keys)
    for approval in envelope.script_approvals:
        is_for_this = approval.script_sha256 == script_sha256 and approval.sha256 in recorded
        if not is_for_this or approval.approved_at > at or approval.signature.public_key not in keys:
            continue
        try:
            check_script_approval(envelope, name, approval)
        except SignatureInvalidError:
            continue
        return True
    return False


def assurance(envelope: Envelope, approvals: Iterable[Approval]) -> Assurance | None:
    """Return what the counted approvals amount to (clause 5.2); None when there is none."""
    counted = tuple(approvals)
    contracts = {one.sha256 for one in envelope.evidence if one.kind == "contract"}
    for contract in contracts:
        people = {one.approver.strip().casefold() for one in counted if one.evidence_sha256 == contract}
        if len(people) >= APPROVERS_FOR_CONTRACT:
            return "contract"
    return "key_only" if counted else None
