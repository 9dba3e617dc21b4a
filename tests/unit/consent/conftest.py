"""A small world in which consent is given, so that each test can break exactly one thing."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings

from consent.assessment import Answer, Answers, make_assessment
from consent.decide import Decision, Granted, RecordStatus, Refused, explain, record_status
from consent.envelope import (
    Envelope,
    accept_guardian,
    accept_signature,
    add_assessment,
    add_report,
    approve_record,
    approve_script,
    guardian_payload,
    new_envelope,
    restrict,
    sign_record,
)
from consent.evidence import REQUIRED, Capture, CheckOutcome, Evidence, make_report
from consent.grant import Modality, ReasonCode, RecordId, Sha256Hex, TakeId, TakeRequest
from consent.keys import SigningContext, SigningKey
from consent.ledger import (
    Approved,
    Assessed,
    Checked,
    Entry,
    GuardianSigned,
    LedgerView,
    RecordCreated,
    Restricted,
    ScriptApproved,
    Signed,
)
from consent.policy import Rulebook
from consent.record import ConsentRecord
from consent.restriction import Restriction
from consent.signatures import subject_payload
from tests.fakes.authenticator import Authenticator

# No deadline: a busy machine is slow and not wrong.
settings.register_profile("sayso", deadline=None)
settings.load_profile("sayso")

ORIGIN = "sayso.example/ledger"
SALT = bytes(range(32))
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PORTRAIT = Sha256Hex(hashlib.sha256(b"portrait").hexdigest())
STATEMENT = Sha256Hex(hashlib.sha256(b"statement").hexdigest())
CONTRACT = Sha256Hex(hashlib.sha256(b"contract").hexdigest())

TERMS: dict[str, Any] = {
    "class": "replica",
    "subject": {"name": "Test Subject", "birth_year": 1990, "contact": "subject@example.org", "language": "fr"},
    "controller": {"name": "Example GmbH", "contact": "privacy@example.com"},
    "scope": {
        "description": "Coffee One launch ads, spoken by me, in French and English",
        "modalities": ("face", "voice"),
        "languages": ("en", "fr"),
        "territories": ("FR", "US"),
        "channels": ("youtube", "web"),
        "brands": ("Example",),
        "products": ("Coffee One",),
        "valid_from": "2026-11-01",
        "valid_until": "2027-11-01",
        "max_takes": 2,
        "prohibited_topics": ("politics", "health"),
        "assets": ({"name": "portrait.png", "sha256": PORTRAIT, "media_type": "image/png", "depiction": "photograph"},),
    },
    "withdrawal": {"channel": "privacy@example.com"},
}


def a_record(**changes: Any) -> ConsentRecord:
    """The record of TERMS; ``scope__max_takes=1`` changes one term."""
    terms = copy.deepcopy(TERMS)
    for path, value in changes.items():
        *tables, key = path.split("__")
        table = terms
        for name in tables:
            table = table.setdefault(name, {})
        table[key] = value
    return ConsentRecord.model_validate(terms)


def a_request(record_id: RecordId, **changes: Any) -> TakeRequest:
    request = TakeRequest(
        take_id=TakeId("take-1"),
        record_id=record_id,
        brand="Example",
        product="Coffee One",
        commercial=True,
        modalities=frozenset({Modality.FACE, Modality.VOICE}),
        locale="fr-FR",
        market="FR",
        channel="youtube",
        format="1080x1920",
        script="Votre café, en dix secondes.",
        assets=frozenset({PORTRAIT}),
        weights=frozenset({"kokoro-82m"}),
    )
    return replace(request, **changes)


def evidence(sha256: Sha256Hex = CONTRACT, kind: str = "contract") -> Evidence:
    return Evidence.model_validate(
        {"kind": kind, "name": "contract.pdf", "sha256": sha256, "media_type": "application/pdf", "attached_at": NOW}
    )


@dataclass
class World:
    """Keys, a ledger and a record under contract; every act is filed as the studio files it."""

    record: ConsentRecord
    at: datetime = NOW
    subject_key: SigningKey = field(default_factory=SigningKey.generate)
    controller_key: SigningKey = field(default_factory=SigningKey.generate)
    ledger_key: SigningKey = field(default_factory=SigningKey.generate)
    device: Authenticator = field(default_factory=Authenticator)

    def __post_init__(self) -> None:
        self.envelope: Envelope = new_envelope(self.record, salt=SALT)
        self.ledger: LedgerView = LedgerView.empty(origin=ORIGIN, key=self.ledger_key)
        self.rulebook = Rulebook(
            controller_keys=frozenset({self.controller_key.public_key}),
            topics={"politics": frozenset({"vote", "élection*", "选举"}), "health": frozenset({"santé", "cure*"})},
        )
        self.file(RecordCreated(public_hash=self.name, at=self.earlier(3)))

    @property
    def name(self) -> Sha256Hex:
        name = self.envelope.public_hash
        assert name is not None
        return name

    def earlier(self, hours: float) -> datetime:
        return self.at - timedelta(hours=hours)

    def file(self, *entries: Entry) -> World:
        self.ledger = self.ledger.appended(entries, key=self.ledger_key)
        return self

    def sign(self) -> World:
        self.envelope = sign_record(self.envelope, key=self.subject_key, at=self.earlier(2))
        assert self.envelope.subject_signature is not None
        digest = self.envelope.subject_signature.sha256
        return self.file(Signed(public_hash=self.name, at=self.earlier(2), signature_sha256=digest))

    def approve(self, *approvers: str, seen: Evidence | None = None) -> World:
        for approver in approvers:
            self.envelope = approve_record(
                self.envelope, key=self.controller_key, approver=approver, at=self.earlier(1), evidence=seen
            )
            digest = self.envelope.approvals[-1].sha256
            self.file(Approved(public_hash=self.name, at=self.earlier(1), approval_sha256=digest))
        return self

    def approve_script(self, script: str, *, key: SigningKey | None = None, approver: str = "subject") -> World:
        self.envelope = approve_script(
            self.envelope,
            key=key or self.subject_key,
            approver=approver,
            script_sha256=Sha256Hex(hashlib.sha256(script.encode()).hexdigest()),
            at=self.earlier(1),
        )
        digest = self.envelope.script_approvals[-1].sha256
        return self.file(ScriptApproved(public_hash=self.name, at=self.earlier(1), approval_sha256=digest))

    def sign_with_passkey(self, device: Authenticator | None = None, *, statement: Sha256Hex | None = None) -> World:
        """Sign as on the subject's page; the statement is what the signature names."""
        at = self.earlier(2)
        payload = subject_payload(
            record=self.envelope.record_id, public_hash=self.name, at=at, statement_sha256=statement
        )
        signature = (device or self.device).sign(payload, SigningContext.SUBJECT, at=at)
        self.envelope = accept_signature(self.envelope, signature, statement_sha256=statement)
        return self.file(Signed(public_hash=self.name, at=at, signature_sha256=signature.sha256))

    def sign_as_guardian(self, device: Authenticator) -> World:
        at = self.earlier(1.5)
        signature = device.sign(guardian_payload(self.envelope, at=at), SigningContext.GUARDIAN, at=at)
        self.envelope = accept_guardian(self.envelope, signature)
        return self.file(GuardianSigned(public_hash=self.name, at=at, signature_sha256=signature.sha256))

    def check_statement(
        self,
        *,
        capture: Capture = "live",
        key: SigningKey | None = None,
        statement: Sha256Hex = STATEMENT,
        **outcomes: str,
    ) -> World:
        """File a report in which everything passed, but for ``outcomes``."""
        checks = [
            CheckOutcome.model_validate(
                {
                    "name": name,
                    "outcome": outcomes.get(name, "passed"),
                    "score": 0.5,
                    "source": "a test",
                    "reason": "so",
                }
            )
            for name in REQUIRED
            if outcomes.get(name) != "not run"
        ]
        report = make_report(
            record=self.envelope.record_id,
            public_hash=self.name,
            statement_sha256=statement,
            capture=capture,
            code_issued_at=self.earlier(2.4),
            checked_at=self.earlier(2.3),
            checks=checks,
            key=key or self.controller_key,
        )
        self.envelope = add_report(self.envelope, report)
        return self.file(Checked(public_hash=self.name, at=self.earlier(2.3), report_sha256=report.sha256))

    def assess(self) -> World:
        at = self.earlier(1.2)
        answer = Answer(level="low", text="An ordinary advertisement for coffee.")
        assessment = make_assessment(
            record=self.envelope.record_id,
            public_hash=self.name,
            answers=Answers(
                dignity=answer,
                sensitive_context=answer,
                vulnerable_audiences=answer,
                deception_risk=answer,
                brand_fit=answer,
            ),
            by="legal@example.com",
            at=at,
            key=self.controller_key,
        )
        self.envelope = add_assessment(self.envelope, assessment)
        return self.file(Assessed(public_hash=self.name, at=at, assessment_sha256=assessment.sha256))

    def take_back(self, **values: tuple[str, ...]) -> World:
        restriction = Restriction.model_validate({**values, "at": self.at})
        self.envelope = restrict(self.envelope, restriction)
        return self.file(Restricted(public_hash=self.name, at=self.at, restriction_hash=restriction.salted_hash(SALT)))

    def between_people(self) -> World:
        """The way of the subject's page: a live statement, its checks, a passkey, legal's assessment."""
        return self.check_statement().sign_with_passkey(statement=STATEMENT).assess()

    def under_contract(self) -> World:
        return self.sign().approve("legal@example.com", "head@example.com", seen=evidence())

    def request(self, **changes: Any) -> TakeRequest:
        return a_request(self.envelope.record_id, **changes)

    def decide(self, **changes: Any) -> Decision:
        request = self.request(**changes)
        return explain(request, envelope=self.envelope, ledger=self.ledger, rulebook=self.rulebook, at=self.at)

    def codes(self, **changes: Any) -> set[ReasonCode]:
        decision = self.decide(**changes)
        return {reason.code for reason in decision.reasons} if isinstance(decision, Refused) else set()

    def is_granted(self, **changes: Any) -> bool:
        return isinstance(self.decide(**changes), Granted)

    def status(self) -> RecordStatus:
        return record_status(
            self.envelope.record_id, envelope=self.envelope, ledger=self.ledger, rulebook=self.rulebook, at=self.at
        )


@pytest.fixture
def make_world() -> Callable[..., World]:
    """Build a world with changed terms, nothing signed yet."""
    return lambda **changes: World(record=a_record(**changes))


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A world in which everything is right."""
    return make_world().under_contract()


@pytest.fixture
def make_record() -> Callable[..., ConsentRecord]:
    return a_record


@pytest.fixture
def make_evidence() -> Callable[..., Evidence]:
    return evidence
