"""Writes the vectors of the attacks on consent: `python -m tests.attacks.consent_vectors` rebuilds them, byte by byte.

Each folder tests/attacks/consent_* holds what an attacker left in the vault and the database: envelope.json,
entries.jsonl, checkpoint.txt, witness.txt, and keys.json with the public keys that the installation trusts. Keys come
from fixed seeds, so that the same attack always gives the same bytes; none of them is used for anything else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.assessment import Answer, Answers, make_assessment
from consent.cose import read_cose_key
from consent.envelope import (
    Envelope,
    add_assessment,
    approve_record,
    approve_script,
    guardian_payload,
    new_envelope,
    sign_record,
)
from consent.evidence import REQUIRED, Capture, CheckOutcome, Evidence, make_report
from consent.grant import RecordId, Sha256Hex
from consent.keys import PublicKey, SigningContext, SigningKey
from consent.ledger import (
    Approved,
    Assessed,
    Checked,
    Entry,
    GuardianSigned,
    LedgerView,
    RecordCreated,
    Restricted,
    Revoked,
    ScriptApproved,
    Signed,
    entry_bytes,
)
from consent.oversight import STANDING_TOPICS
from consent.passkey import b64url, from_b64url
from consent.record import ConsentRecord, Guardian, canonical_bytes
from consent.restriction import Restriction
from consent.signatures import subject_payload
from tests.fakes.authenticator import USER_PRESENT, Authenticator, cbor

HERE = Path(__file__).resolve().parent
ORIGIN = "sayso.example/ledger"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PORTRAIT = Sha256Hex("ab" * 32)
SCRIPT_SHA256 = Sha256Hex("cd" * 32)


def key_of(seed: int) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return SigningKey(private, PublicKey(private.public_key().public_bytes_raw()))


SUBJECT, CONTROLLER, LEDGER, THIEF = map(key_of, (1, 2, 3, 4))


def a_record(max_takes: int = 20) -> ConsentRecord:
    return ConsentRecord.model_validate(
        {
            "class": "replica",
            "subject": {"name": "Vera Vector", "birth_year": 1990, "contact": "vera@example.org", "language": "en"},
            "controller": {"name": "Example GmbH", "contact": "privacy@example.com"},
            "scope": {
                "description": "Coffee One launch ads",
                "modalities": ("face", "voice"),
                "languages": ("en",),
                "territories": ("US",),
                "channels": ("web",),
                "brands": ("Example",),
                "products": ("Coffee One",),
                "valid_from": "2026-11-01",
                "valid_until": "2027-11-01",
                "max_takes": max_takes,
                "assets": (
                    {"name": "p.png", "sha256": PORTRAIT, "media_type": "image/png", "depiction": "photograph"},
                ),
            },
            "withdrawal": {"channel": "privacy@example.com"},
        }
    )


@dataclass(frozen=True, kw_only=True)
class Vector:
    """The state that the attacker leaves; ``asked`` is the record that the next take asks for."""

    envelope: Envelope
    entries: tuple[Entry, ...]
    asked: RecordId
    witness: Sequence[Entry] | None = None  # what the witness signed, where it is not the whole ledger
    controller: PublicKey = field(default=CONTROLLER.public_key)


def filed(envelope: Envelope) -> tuple[Entry, ...]:
    name, signature = envelope.public_hash, envelope.subject_signature
    assert name is not None
    assert signature is not None
    return (
        RecordCreated(public_hash=name, at=AT),
        Signed(public_hash=name, at=AT, signature_sha256=signature.sha256),
        *(Approved(public_hash=name, at=AT, approval_sha256=one.sha256) for one in envelope.approvals),
        *(ScriptApproved(public_hash=name, at=AT, approval_sha256=one.sha256) for one in envelope.script_approvals),
    )


def approved(envelope: Envelope, *, key: SigningKey = CONTROLLER) -> Envelope:
    seen = Evidence(kind="contract", name="c.pdf", sha256="ef" * 32, media_type="application/pdf", attached_at=AT)
    for approver in ("legal@example.com", "head@example.com"):
        envelope = approve_record(envelope, key=key, approver=approver, at=AT, evidence=seen)
    return envelope


def honest(salt: bytes = bytes(32)) -> Envelope:
    return approved(sign_record(new_envelope(a_record(), salt=salt), key=SUBJECT, at=AT))


def revoked(envelope: Envelope) -> Revoked:
    assert envelope.public_hash is not None
    return Revoked(public_hash=envelope.public_hash, at=AT + timedelta(hours=1))


def nothing_wrong() -> Vector:
    envelope = honest()
    return Vector(envelope=envelope, entries=filed(envelope), asked=envelope.record_id)


def rolled_back_ledger() -> Vector:
    envelope = honest()
    entries = filed(envelope)
    whole = (*entries, revoked(envelope))
    return Vector(envelope=envelope, entries=entries, asked=envelope.record_id, witness=whole)


def rewritten_ledger() -> Vector:
    envelope = honest()
    entries = filed(envelope)
    other = RecordCreated(public_hash=Sha256Hex("00" * 32), at=AT)
    whole = (*entries, revoked(envelope))
    return Vector(envelope=envelope, entries=(*entries, other), asked=envelope.record_id, witness=whole)


def resalted_after_withdrawal() -> Vector:
    withdrawn = honest()
    again = withdrawn.model_copy(update={"salt": b"\1" * 32})
    again = approved(again.model_copy(update={"approvals": (), "evidence": ()}))
    return Vector(envelope=again, entries=(*filed(withdrawn), revoked(withdrawn), *filed(again)), asked=again.record_id)


def changed_record() -> Vector:
    envelope = honest()
    greedy = envelope.model_copy(update={"record_bytes": canonical_bytes(a_record(max_takes=1_000_000))})
    return Vector(envelope=greedy, entries=filed(envelope), asked=envelope.record_id)


def changed_record_with_its_id() -> Vector:
    envelope = honest()
    greedy = envelope.model_copy(update={"record_bytes": canonical_bytes(a_record(max_takes=1_000_000))})
    return Vector(envelope=greedy, entries=filed(greedy), asked=greedy.record_id)


def small_order_key() -> Vector:
    """The neutral point as a public key, and the signature (neutral point, 0), which fits every message."""
    envelope = sign_record(new_envelope(a_record(), salt=bytes(32)), key=SUBJECT, at=AT)
    assert envelope.subject_signature is not None
    weak = envelope.subject_signature.model_copy(
        update={"public_key": "01" + "00" * 31, "value": "01" + "00" * 31 + "00" * 32}
    )
    envelope = approved(envelope.model_copy(update={"subject_signature": weak}))
    return Vector(envelope=envelope, entries=filed(envelope), asked=envelope.record_id)


def signature_for_another_purpose() -> Vector:
    """A script that the subject did approve, shown as the subject's signature under the record."""
    unsigned = new_envelope(a_record(), salt=bytes(32))
    signed = sign_record(unsigned, key=SUBJECT, at=AT)
    script = approve_script(signed, key=SUBJECT, approver="subject", script_sha256=SCRIPT_SHA256, at=AT)
    envelope = approved(unsigned.model_copy(update={"subject_signature": script.script_approvals[0].signature}))
    return Vector(envelope=envelope, entries=filed(envelope), asked=envelope.record_id)


def approved_by_a_thief() -> Vector:
    signed = sign_record(new_envelope(a_record(), salt=bytes(32)), key=SUBJECT, at=AT)
    envelope = approved(signed, key=THIEF)
    return Vector(envelope=envelope, entries=filed(envelope), asked=envelope.record_id)


def approval_of_another_record() -> Vector:
    """Approvals of a modest record, moved under a greedy one that the subject also signed."""
    modest = honest()
    greedy = sign_record(new_envelope(a_record(max_takes=1000), salt=bytes(32)), key=SUBJECT, at=AT)
    envelope = greedy.model_copy(update={"approvals": modest.approvals, "evidence": modest.evidence})
    return Vector(envelope=envelope, entries=filed(envelope), asked=envelope.record_id)


def one_person_as_two() -> Vector:
    """One approver twice, in small and in capital letters."""
    seen = Evidence(kind="contract", name="c.pdf", sha256="ef" * 32, media_type="application/pdf", attached_at=AT)
    envelope = sign_record(new_envelope(a_record(), salt=bytes(32)), key=SUBJECT, at=AT)
    for approver in ("legal@example.com", "LEGAL@example.com"):
        envelope = approve_record(envelope, key=CONTROLLER, approver=approver, at=AT, evidence=seen)
    return Vector(envelope=envelope, entries=filed(envelope), asked=envelope.record_id)


# -- between people: a live statement, a report on it, a passkey ----------------------------------------------------

DEVICE = Authenticator(
    private=Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
)  # Ed25519: the same bytes each time
STATEMENT, OTHER_STATEMENT = Sha256Hex("5a" * 32), Sha256Hex("5b" * 32)


def spoken(
    *,
    device: Authenticator = DEVICE,
    signed_over: Sha256Hex = STATEMENT,
    reported: Sha256Hex = STATEMENT,
    capture: Capture = "live",
    reporter: SigningKey = CONTROLLER,
    approvers: tuple[str, ...] = ("legal@example.com",),
    **terms: object,
) -> Envelope:
    """A record between people, with one thing or another done by an attacker who can write to the vault."""
    record = a_record().model_copy(
        update={"deal": "paid_talent", "statement": "upload_allowed", "biometric_checks": "agreed", **terms}
    )
    scope = record.scope.model_copy(update={"prohibited_topics": tuple(sorted(STANDING_TOPICS))})
    envelope = new_envelope(record.model_copy(update={"scope": scope}), salt=bytes(32))
    name = envelope.public_hash
    assert name is not None
    checks = [
        CheckOutcome(name=one, outcome="passed", source="a vector", reason="as if it had passed") for one in REQUIRED
    ]
    report = make_report(
        record=envelope.record_id,
        public_hash=name,
        statement_sha256=reported,
        capture=capture,
        code_issued_at=AT,
        checked_at=AT,
        checks=checks,
        key=reporter,
    )
    payload = subject_payload(record=envelope.record_id, public_hash=name, at=AT, statement_sha256=signed_over)
    signature = device.sign(payload, SigningContext.SUBJECT, at=AT)
    answer = Answer(level="none", text="Nothing of the kind.")
    answers = Answers(
        dignity=answer,
        sensitive_context=answer,
        vulnerable_audiences=answer,
        deception_risk=answer,
        brand_fit=answer,
    )
    assessment = make_assessment(
        record=envelope.record_id, public_hash=name, answers=answers, by="legal@example.com", at=AT, key=CONTROLLER
    )
    parts = {"subject_signature": signature, "statement_sha256": signed_over, "reports": (report,)}
    envelope = add_assessment(envelope.model_copy(update=parts), assessment)
    for approver in approvers:
        envelope = approve_record(envelope, key=CONTROLLER, approver=approver, at=AT)
    return envelope


def between_people(envelope: Envelope) -> tuple[Entry, ...]:
    name = envelope.public_hash
    assert name is not None
    return (
        *filed(envelope),
        *(Checked(public_hash=name, at=AT, report_sha256=one.sha256) for one in envelope.reports),
        *(Assessed(public_hash=name, at=AT, assessment_sha256=one.sha256) for one in envelope.assessments),
    )


def attack(envelope: Envelope) -> Vector:
    return Vector(envelope=envelope, entries=between_people(envelope), asked=envelope.record_id)


def restriction_hidden() -> Vector:
    """The subject took a language back; whoever runs the database deletes that from the envelope."""
    envelope = spoken()
    name = envelope.public_hash
    assert name is not None
    gone = Restriction(territories=("FR",), at=AT).salted_hash(bytes(32))
    entries = (*between_people(envelope), Restricted(public_hash=name, at=AT, restriction_hash=gone))
    return Vector(envelope=envelope, entries=entries, asked=envelope.record_id)


def statement_swapped() -> Vector:
    """Signed beside one recording; a better one, with its report, is put in its place afterwards."""
    honest_one = spoken(signed_over=OTHER_STATEMENT, reported=STATEMENT)
    return attack(honest_one.model_copy(update={"statement_sha256": STATEMENT}))


def upload_passed_off_as_live() -> Vector:
    """The file was sent; afterwards the report is made to say that the page recorded it."""
    envelope = spoken(capture="upload")
    (report,) = envelope.reports
    return attack(envelope.model_copy(update={"reports": (report.model_copy(update={"capture": "live"}),)}))


def passkey_for_another_record() -> Vector:
    """What the subject signed for twenty takes is put under the same record with a million."""
    modest = spoken()
    greedy = modest.record()
    scope = greedy.scope.model_copy(update={"max_takes": 1_000_000})
    bytes_ = canonical_bytes(greedy.model_copy(update={"scope": scope}))
    return attack(modest.model_copy(update={"record_bytes": bytes_}))


def report_hidden() -> Vector:
    """Looked at again, the statement failed; the envelope keeps the first report alone."""
    envelope = spoken()
    name = envelope.public_hash
    assert name is not None
    second = Checked(public_hash=name, at=AT, report_sha256=Sha256Hex("77" * 32))
    return Vector(envelope=envelope, entries=(*between_people(envelope), second), asked=envelope.record_id)


def minor_as_guardian() -> Vector:
    """A minor signs a second time with the same passkey, its key written in another order of the map."""
    guardian = Guardian(name="Gina Guardian", contact="gina@example.org")
    subject = a_record().subject.model_copy(update={"birth_year": 2012})
    envelope = spoken(guardian=guardian, subject=subject, approvers=("legal@example.com", "head@example.com"))
    name = envelope.public_hash
    assert name is not None
    signature = DEVICE.sign(guardian_payload(envelope, at=AT), SigningContext.GUARDIAN, at=AT)
    parts = read_cose_key(from_b64url(signature.cose_key))
    signature = signature.model_copy(update={"cose_key": b64url(cbor(dict(reversed(parts.items()))))})
    envelope = envelope.model_copy(update={"guardian_signature": signature})
    signed = GuardianSigned(public_hash=name, at=AT, signature_sha256=signature.sha256)
    return Vector(envelope=envelope, entries=(*between_people(envelope), signed), asked=envelope.record_id)


VECTORS: dict[str, Callable[[], Vector]] = {
    "consent_nothing_wrong": nothing_wrong,
    "consent_rolled_back_ledger": rolled_back_ledger,
    "consent_rewritten_ledger": rewritten_ledger,
    "consent_resalted_after_withdrawal": resalted_after_withdrawal,
    "consent_changed_record": changed_record,
    "consent_changed_record_with_its_id": changed_record_with_its_id,
    "consent_small_order_key": small_order_key,
    "consent_signature_for_another_purpose": signature_for_another_purpose,
    "consent_approved_by_a_thief": approved_by_a_thief,
    "consent_approval_of_another_record": approval_of_another_record,
    "consent_one_person_as_two": one_person_as_two,
    "consent_spoken_nothing_wrong": lambda: attack(spoken()),
    "consent_passkey_without_verification": lambda: attack(spoken(device=DEVICE.changed(flags=USER_PRESENT))),
    "consent_passkey_of_another_origin": lambda: attack(
        spoken(device=DEVICE.changed(client_data={"origin": "https://phish.example"}))
    ),
    "consent_passkey_of_a_registration": lambda: attack(
        spoken(device=DEVICE.changed(client_data={"type": "webauthn.create"}))
    ),
    "consent_statement_swapped": statement_swapped,
    "consent_report_of_another_statement": lambda: attack(spoken(reported=OTHER_STATEMENT)),
    "consent_report_by_a_thief": lambda: attack(spoken(reporter=THIEF)),
    "consent_upload_with_one_approval": lambda: attack(spoken(capture="upload")),
    "consent_celebrity_one_person_as_two": lambda: attack(
        spoken(approvers=("legal@example.com", "LEGAL@example.com"), deal="celebrity_endorsement")
    ),
    "consent_celebrity_one_mailbox_as_two": lambda: attack(
        spoken(approvers=("legal@example.com", "legal+2@example.com"), deal="celebrity_endorsement")
    ),
    "consent_restriction_hidden": restriction_hidden,
    "consent_upload_passed_off_as_live": upload_passed_off_as_live,
    "consent_passkey_for_another_record": passkey_for_another_record,
    "consent_report_hidden": report_hidden,
    "consent_minor_as_guardian": minor_as_guardian,
}


def files_of(vector: Vector) -> dict[str, str]:
    """Return the vector's files: name -> text."""
    empty = LedgerView.empty(origin=ORIGIN, key=LEDGER)
    ledger = empty.appended(vector.entries, key=LEDGER)
    witness = ledger if vector.witness is None else empty.appended(vector.witness, key=LEDGER)
    keys = {
        "asked": vector.asked,
        "controller": vector.controller.hex,
        "ledger": LEDGER.public_key.hex,
        "origin": ORIGIN,
    }
    return {
        "envelope.json": vector.envelope.to_json() + "\n",
        "entries.jsonl": "".join(entry_bytes(entry).decode() + "\n" for entry in vector.entries),
        "checkpoint.txt": ledger.checkpoint,
        "witness.txt": witness.checkpoint,
        "keys.json": json.dumps(keys, indent=2) + "\n",
    }


def write_all(folder: Path = HERE) -> None:
    """Write every vector beside its README."""
    for name, make in VECTORS.items():
        (folder / name).mkdir(exist_ok=True)
        for file, text in files_of(make()).items():
            (folder / name / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_all()
