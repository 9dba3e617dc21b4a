"""How sure we are of the person: which approvals count, and what they amount to (docs/consent-spec.md 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from consent.assessment import check_assessment
from consent.envelope import Assurance, Envelope, PartySignature, ScriptApproval, guardian_payload
from consent.errors import SignatureInvalidError
from consent.evidence import CheckReport, check_report, not_passed
from consent.grant import Sha256Hex
from consent.keys import PublicKey, SigningContext
from consent.ledger import Approved, Assessed, Checked, Entry, GuardianSigned, ScriptApproved
from consent.oversight import TWO, approvers_needed, report_of_statement
from consent.passkey import PasskeySignature
from consent.record import ConsentRecord
from consent.signatures import (
    Approval,
    approval_payload,
    person,
    same_person,
    script_payload,
    subject_payload,
)


def check_subject_signature(envelope: Envelope, name: Sha256Hex, signature: PartySignature) -> None:
    """Raise ``SignatureInvalidError`` unless the subject signed this envelope's bytes (clause 3.1)."""
    payload = subject_payload(
        record=envelope.record_id,
        public_hash=name,
        at=signature.signed_at,
        statement_sha256=envelope.statement_sha256,
    )
    signature.check(payload, SigningContext.SUBJECT)


def check_everything(envelope: Envelope, name: Sha256Hex) -> None:
    """Raise ``SignatureInvalidError`` unless every signature in the envelope fits its bytes (clause 4.2)."""
    subject, guardian = envelope.subject_signature, envelope.guardian_signature
    if subject is not None:
        check_subject_signature(envelope, name, subject)
        for approval in envelope.approvals:
            check_approval(envelope, name, subject, approval)
    if guardian is not None:
        guardian.check(guardian_payload(envelope, at=guardian.signed_at), SigningContext.GUARDIAN)
    for script in envelope.script_approvals:
        check_script_approval(envelope, name, script)
    for report in envelope.reports:
        check_report(report, record=envelope.record_id, public_hash=name)
    for assessment in envelope.assessments:
        check_assessment(assessment, record=envelope.record_id, public_hash=name)


def check_approval(envelope: Envelope, name: Sha256Hex, subject: PartySignature, approval: Approval) -> None:
    """Raise ``SignatureInvalidError`` unless the approval is of this envelope's bytes and signature (clause 3.2)."""
    payload = approval_payload(
        record=envelope.record_id,
        public_hash=name,
        subject_signature_sha256=subject.sha256,
        approver=approval.approver,
        at=approval.approved_at,
        evidence_sha256=approval.evidence_sha256,
        assessment_sha256=approval.assessment_sha256,
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
    in_ledger = approval.sha256 in {one.approval_sha256 for one in history if isinstance(one, Approved)}
    assessed = {one.assessment_sha256 for one in history if isinstance(one, Assessed)}
    rules = (
        (is_ours, "it was not made with the controller's key"),
        (approval.signature.public_key != subject.public_key, "it was made with the subject's own key"),
        (not same_person(approval.approver, record.subject.contact), "the approver is the subject's own contact"),
        (not _is_guardian(approval, record), "the approver is the guardian's own contact"),
        (approval.approved_at <= at, f"it is dated {approval.approved_at.isoformat()}, after this decision"),
        (in_ledger, "the ledger does not hold it"),
        (record.deal is None or approval.assessment_sha256 in assessed, "it cites no impact assessment in the ledger"),
    )
    return next((why for holds, why in rules if not holds), None)


def _is_guardian(approval: Approval, record: ConsentRecord) -> bool:
    return record.guardian is not None and same_person(approval.approver, record.guardian.contact)


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


def people(approvals: Iterable[Approval]) -> frozenset[str]:
    """Return the different people among approvals."""
    return frozenset(person(one.approver) for one in approvals)


def trusted_report(
    envelope: Envelope, *, history: Sequence[Entry], controller_keys: frozenset[PublicKey]
) -> CheckReport | None:
    """Return the report on the signed statement if it is the controller's own and in the ledger (clause 5.5)."""
    report, name = report_of_statement(envelope), envelope.public_hash
    if report is None or name is None:
        return None
    try:
        check_report(report, record=envelope.record_id, public_hash=name)
    except SignatureInvalidError:
        return None
    ours = report.signature.public_key in {key.hex for key in controller_keys}
    recorded = report.sha256 in {one.report_sha256 for one in history if isinstance(one, Checked)}
    return report if ours and recorded else None


def is_guardian_signed(envelope: Envelope, history: Sequence[Entry], *, at: datetime) -> bool:
    """Say whether a guardian's signature, by another key than the subject's, stands in the ledger (clause 4.8)."""
    guardian, subject = envelope.guardian_signature, envelope.subject_signature
    if guardian is None or subject is None or guardian.public_key == subject.public_key or guardian.signed_at > at:
        return False
    return guardian.sha256 in {one.signature_sha256 for one in history if isinstance(one, GuardianSigned)}


def _may_be_heard(report: CheckReport, record: ConsentRecord, envelope: Envelope) -> bool:
    """Say whether a statement can carry this consent; a contract has to where it cannot (clause 5.2)."""
    return (
        isinstance(envelope.subject_signature, PasskeySignature)
        and record.deal is not None  # else nobody had to assess it (5.7)
        and (report.capture == "live" or record.statement == "upload_allowed")
    )


def assurance(
    envelope: Envelope,
    record: ConsentRecord,
    approvals: Iterable[Approval],
    *,
    history: Sequence[Entry],
    controller_keys: frozenset[PublicKey],
) -> Assurance | None:
    """Return what the counted approvals amount to (clause 5.2); None when there is none."""
    counted = tuple(approvals)
    if not counted:
        return None
    contracts = {one.sha256 for one in envelope.evidence if one.kind == "contract"}
    contract_holds = any(
        len(people(one for one in counted if one.evidence_sha256 == sha256)) >= TWO for sha256 in contracts
    )
    report = trusted_report(envelope, history=history, controller_keys=controller_keys)
    if report is not None and _may_be_heard(report, record, envelope):
        is_enough = len(people(counted)) >= approvers_needed(envelope, record)
        if is_enough and report.capture == "live" and not not_passed(report, record):
            return "verified"
        # Two people looked at a statement that machines doubt: a document that humans vouch for, as a contract is.
        contract_holds = contract_holds or len(people(counted)) >= TWO
    return "contract" if contract_holds else "key_only"
