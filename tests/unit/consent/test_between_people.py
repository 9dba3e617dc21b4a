"""The way between people: a statement, its checks, a passkey, an assessment, one or two approvals."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from consent.assessment import make_assessment
from consent.decide import Granted, RecordStatus
from consent.envelope import (
    Envelope,
    accept_guardian,
    accept_script_signature,
    accept_signature,
    add_assessment,
    add_report,
    erase_salt,
    restrict,
)
from consent.errors import ConsentStateError, SignatureInvalidError
from consent.evidence import REQUIRED, CheckOutcome, CheckReport
from consent.grant import ReasonCode
from consent.keys import SigningContext, SigningKey
from consent.ledger import Declined, LedgerView, Restricted, ScriptApproved, Superseded
from consent.oversight import STANDING_TOPICS, four_eyes_reasons
from consent.restriction import Restriction
from consent.signatures import script_payload, subject_payload
from consent.topics import load_topics
from pipelines.assets import ASSETS
from tests.fakes.authenticator import Authenticator
from tests.unit.consent.conftest import NOW, STATEMENT, World, evidence

R = ReasonCode
MakeWorld = Callable[..., World]
BETWEEN: dict[str, Any] = {
    "deal": "paid_talent",
    "statement": "live",
    "biometric_checks": "agreed",
    "scope__prohibited_topics": tuple(sorted(STANDING_TOPICS)),
}
MINOR: dict[str, Any] = {
    "subject__birth_year": 2012,
    "guardian": {"name": "Gina Guardian", "contact": "gina@example.org"},
}


@pytest.fixture
def people(make_world: MakeWorld) -> MakeWorld:
    """A world between people, nothing signed yet; its rulebook knows every topic."""

    def make(**changes: Any) -> World:
        world = make_world(**{**BETWEEN, **changes})
        world.rulebook = replace(world.rulebook, topics=load_topics(ASSETS / "topics"))
        return world

    return make


def assurance_of(world: World) -> str | None:
    decision = world.decide()
    return decision.grant.assurance if isinstance(decision, Granted) else None


def test_a_live_statement_a_passkey_and_one_approval_are_verified(people: MakeWorld) -> None:
    world = people().between_people().approve("legal@example.com")
    assert assurance_of(world) == "verified"
    assert world.status() is RecordStatus.ACTIVE


def test_no_other_voice_or_picture_means_no_match_is_needed(people: MakeWorld) -> None:
    world = people(scope__assets=(), scope__modalities=("voice",)).check_statement(
        speaker_match="not_applicable", face_match="not_applicable"
    )
    world.sign_with_passkey(statement=STATEMENT).assess().approve("legal@example.com")
    assert four_eyes_reasons(world.envelope, world.record) == ()


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("outcome", ["failed", "missing", "not run"])
def test_each_check_that_did_not_pass_asks_for_two_people(people: MakeWorld, name: str, outcome: str) -> None:
    world = people().check_statement(**{name: outcome}).sign_with_passkey(statement=STATEMENT).assess()
    assert R.NOT_COUNTERSIGNED in world.approve("legal@example.com").codes()
    assert assurance_of(world.approve("head@example.com")) == "contract"


def test_a_portrait_that_is_bound_has_to_be_compared(people: MakeWorld) -> None:
    world = people().check_statement(face_match="not_applicable").sign_with_passkey(statement=STATEMENT).assess()
    assert R.NOT_COUNTERSIGNED in world.approve("legal@example.com").codes()


FOUR_EYES: dict[str, tuple[dict[str, Any], str]] = {
    "a celebrity": ({"deal": "celebrity_endorsement"}, "celebrity"),
    "a sensitive topic that is allowed": ({"scope__prohibited_topics": ("politics",)}, "sensitive topics"),
}


@pytest.mark.parametrize(("terms", "why"), FOUR_EYES.values(), ids=FOUR_EYES.keys())
def test_four_eyes_are_asked_for_by_the_record(people: MakeWorld, terms: dict[str, Any], why: str) -> None:
    world = people(**terms).between_people().approve("legal@example.com", "LEGAL@example.com")
    assert any(why in reason for reason in four_eyes_reasons(world.envelope, world.record))
    assert world.codes() == {R.NOT_COUNTERSIGNED, R.EVIDENCE_MISSING}
    assert assurance_of(world.approve("head@example.com")) == "verified"


def test_an_upload_is_never_verified(people: MakeWorld) -> None:
    world = people(statement="upload_allowed").check_statement(capture="upload")
    world.sign_with_passkey(statement=STATEMENT).assess()
    assert R.NOT_COUNTERSIGNED in world.approve("legal@example.com").codes()
    assert assurance_of(world.approve("head@example.com")) == "contract"


def test_a_key_file_is_never_verified(people: MakeWorld) -> None:
    world = people().check_statement().sign().assess().approve("legal@example.com", "head@example.com")
    assert world.codes() == {R.EVIDENCE_MISSING}


def test_a_signature_without_a_statement_rests_on_a_contract(people: MakeWorld) -> None:
    world = people().sign_with_passkey().assess().approve("a@example.com", "b@example.com", seen=evidence())
    assert assurance_of(world) == "contract"


def test_a_synthetic_performer_between_people_needs_no_statement(people: MakeWorld) -> None:
    drawn = {"name": "p.png", "sha256": "ab" * 32, "media_type": "image/png", "depiction": "illustration"}
    world = people(**{"class": "synthetic_performer", "deal": "synthetic_performer", "scope__assets": (drawn,)})
    world.sign().assess().approve("legal@example.com")
    assert world.is_granted(assets=frozenset({"ab" * 32}))


def test_nothing_between_people_is_approved_unassessed(people: MakeWorld) -> None:
    world = people().check_statement().sign_with_passkey(statement=STATEMENT)
    with pytest.raises(ConsentStateError, match="no impact assessment"):
        world.approve("legal@example.com")


def test_an_assessment_outside_the_ledger_does_not_count(people: MakeWorld) -> None:
    world = people().check_statement().sign_with_passkey(statement=STATEMENT)
    before = world.ledger
    world.assess()
    world.ledger = before
    assert R.NOT_COUNTERSIGNED in world.approve("legal@example.com").codes()


def test_a_report_outside_the_ledger_does_not_count(people: MakeWorld) -> None:
    world = people()
    before = world.ledger
    world.check_statement()
    world.ledger = before
    world.sign_with_passkey(statement=STATEMENT).assess().approve("legal@example.com")
    assert world.codes() == {R.EVIDENCE_MISSING}


def test_the_newest_report_on_the_signed_statement_decides(people: MakeWorld) -> None:
    world = people().check_statement().check_statement(one_face="failed")
    world.sign_with_passkey(statement=STATEMENT).assess().approve("legal@example.com")
    assert R.NOT_COUNTERSIGNED in world.codes()


def test_a_check_is_named_once() -> None:
    check = CheckOutcome(name="one_face", outcome="passed", source="a test", reason="one")
    with pytest.raises(ValidationError, match="named twice"):
        CheckReport.model_validate(
            {
                "statement_sha256": STATEMENT,
                "capture": "live",
                "code_issued_at": NOW,
                "checked_at": NOW,
                "checks": (check, check),
                "signature": {"public_key": "00" * 32, "value": "00" * 64, "signed_at": NOW},
            }
        )


# -- acts that do not fit --------------------------------------------------------------------------------------------


def test_a_record_is_signed_once(people: MakeWorld) -> None:
    world = people().sign_with_passkey()
    with pytest.raises(ConsentStateError, match="signed already"):
        world.sign_with_passkey()


def test_a_signature_over_another_statement_is_not_accepted(people: MakeWorld) -> None:
    world = people()
    payload = subject_payload(record=world.envelope.record_id, public_hash=world.name, at=NOW)
    signature = world.device.sign(payload, SigningContext.SUBJECT, at=NOW)
    with pytest.raises(SignatureInvalidError):
        accept_signature(world.envelope, signature, statement_sha256=STATEMENT)


def test_reports_and_assessments_of_another_record_are_not_accepted(people: MakeWorld) -> None:
    one, other = people().check_statement().assess(), people(reference="2")
    with pytest.raises(SignatureInvalidError):
        add_report(other.envelope, one.envelope.reports[0])
    with pytest.raises(SignatureInvalidError):
        add_assessment(other.envelope, one.envelope.assessments[0])


def test_a_changed_assessment_is_seen(people: MakeWorld) -> None:
    world = people().between_people().approve("legal@example.com")
    (assessment,) = world.envelope.assessments
    softer = assessment.model_copy(update={"by": "other@example.com"})
    world.envelope = world.envelope.model_copy(update={"assessments": (softer,)})
    assert R.RECORD_TAMPERED in world.codes()
    again = make_assessment(
        record=world.envelope.record_id,
        public_hash=world.name,
        answers=assessment.answers,
        by="legal@example.com",
        at=NOW,
        key=SigningKey.generate(),
    )
    assert again.sha256 != assessment.sha256


# -- scripts ---------------------------------------------------------------------------------------------------------


def approve_by_passkey(world: World, script_sha256: str, device: Authenticator) -> None:
    at = world.earlier(1)
    payload = script_payload(
        record=world.envelope.record_id,
        public_hash=world.name,
        script_sha256=script_sha256,
        approver="subject",
        at=at,
    )
    signature = device.sign(payload, SigningContext.SCRIPT, at=at)
    world.envelope = accept_script_signature(world.envelope, signature, script_sha256=world.request().script_sha256)
    digest = world.envelope.script_approvals[-1].sha256
    world.file(ScriptApproved(public_hash=world.name, at=at, approval_sha256=digest))


def test_a_script_is_approved_with_the_same_passkey(people: MakeWorld) -> None:
    world = people(scope__script_approval="per_script").between_people().approve("legal@example.com")
    assert world.codes() == {R.SCRIPT_NOT_APPROVED}
    with pytest.raises(ConsentStateError, match="same passkey"):
        approve_by_passkey(world, world.request().script_sha256, Authenticator())
    with pytest.raises(SignatureInvalidError):
        approve_by_passkey(world, "00" * 32, world.device)
    approve_by_passkey(world, world.request().script_sha256, world.device)
    assert world.is_granted()


# -- minors ----------------------------------------------------------------------------------------------------------


def test_a_minor_with_a_guardian_and_two_approvals_is_granted(people: MakeWorld) -> None:
    world = people(**MINOR).between_people().sign_as_guardian(Authenticator())
    assert world.approve("legal@example.com").codes() == {R.NOT_COUNTERSIGNED, R.EVIDENCE_MISSING}
    assert world.approve("head@example.com").is_granted()


def test_a_minor_without_the_guardians_signature_is_refused(people: MakeWorld) -> None:
    world = people(**MINOR).between_people().approve("legal@example.com", "head@example.com")
    assert world.codes() == {R.SUBJECT_IS_MINOR}


def test_a_guardians_signature_outside_the_ledger_does_not_count(people: MakeWorld) -> None:
    world = people(**MINOR).between_people()
    before = world.ledger
    world.sign_as_guardian(Authenticator())
    world.ledger = before
    assert R.SUBJECT_IS_MINOR in world.approve("legal@example.com", "head@example.com").codes()


def test_a_minors_consent_is_short(people: MakeWorld) -> None:
    world = people(**MINOR, scope__valid_until="2031-11-02").between_people().sign_as_guardian(Authenticator())
    assert world.approve("legal@example.com", "head@example.com").codes() == {R.SUBJECT_IS_MINOR}


def test_the_subject_cannot_be_the_guardian(people: MakeWorld) -> None:
    world = people(**MINOR).between_people()
    with pytest.raises(ConsentStateError, match="key of their own"):
        world.sign_as_guardian(world.device)


def test_guardians_sign_where_one_is_named_once_and_after_the_subject(people: MakeWorld) -> None:
    with pytest.raises(ConsentStateError, match="names no guardian"):
        people().between_people().sign_as_guardian(Authenticator())
    with pytest.raises(ConsentStateError, match="not signed"):
        people(**MINOR).sign_as_guardian(Authenticator())
    world = people(**MINOR).between_people().sign_as_guardian(Authenticator())
    with pytest.raises(ConsentStateError, match="already"):
        world.sign_as_guardian(Authenticator())


def test_a_guardians_signature_over_another_record_is_not_accepted(people: MakeWorld) -> None:
    one = people(**MINOR).between_people().sign_as_guardian(Authenticator())
    other = people(**MINOR, reference="2").between_people()
    assert one.envelope.guardian_signature is not None
    with pytest.raises(SignatureInvalidError):
        accept_guardian(other.envelope, one.envelope.guardian_signature)


# -- parts taken back ------------------------------------------------------------------------------------------------

TAKEN_BACK: dict[str, tuple[dict[str, tuple[str, ...]], dict[str, Any], bool]] = {
    "the language": ({"languages": ("fr",)}, {}, False),
    "another language": ({"languages": ("en",)}, {}, True),
    "one country of the language": ({"languages": ("fr-CA",)}, {}, True),
    "the language asked as a whole": ({"languages": ("fr-CA",)}, {"locale": "fr"}, False),
    "the market": ({"territories": ("FR",)}, {}, False),
    "the union around it": ({"territories": ("EU",)}, {}, False),
    "a part of the market": ({"territories": ("US-NY",)}, {"market": "US", "locale": "en-US"}, False),
    "another part": ({"territories": ("US-NY",)}, {"market": "US-CA", "locale": "en-US"}, True),
    "the channel, in other letters": ({"channels": ("YouTube",)}, {}, False),
    "the brand's other product": ({"products": ("Coffee Two",)}, {}, True),
    "the voice": ({"modalities": ("voice",)}, {}, False),
    "the voice, of a still": ({"modalities": ("voice",)}, {"format": "1080x1080.png", "modalities": frozenset()}, True),
}


@pytest.mark.parametrize(("gone", "request_", "granted"), TAKEN_BACK.values(), ids=TAKEN_BACK.keys())
def test_what_was_taken_back_is_refused(
    world: World, gone: dict[str, tuple[str, ...]], request_: dict[str, Any], *, granted: bool
) -> None:
    assert world.is_granted(**request_)
    world.take_back(**gone)
    assert world.codes(**request_) == (set() if granted else {R.REVOKED})


def test_taking_back_everything_of_a_kind_is_a_withdrawal(world: World) -> None:
    world.take_back(languages=("fr",))
    with pytest.raises(ConsentStateError, match="withdraw the consent as a whole"):
        world.take_back(languages=("en",))


def test_taking_back_nothing_is_no_restriction() -> None:
    with pytest.raises(ValidationError, match="nothing is taken back"):
        Restriction(at=NOW)


def test_a_restriction_that_the_envelope_lost_is_seen(world: World) -> None:
    world.take_back(languages=("en",))
    world.envelope = world.envelope.model_copy(update={"restrictions": ()})
    assert world.codes() == {R.RECORD_TAMPERED}


def test_a_restriction_without_its_salt_is_not_asked_about(world: World) -> None:
    """An erased record is refused anyway (4.1); nothing must crash on the way."""
    world.take_back(languages=("en",))
    world.envelope = erase_salt(world.envelope)
    assert R.RECORD_UNKNOWN in world.codes()


def test_a_restriction_holds_before_it_is_in_the_ledger(world: World) -> None:
    """Taking back must not wait for anything."""
    world.envelope = restrict(world.envelope, Restriction(languages=("fr",), at=NOW))
    assert world.codes() == {R.REVOKED}


# -- other ends ------------------------------------------------------------------------------------------------------


def test_a_newer_version_takes_its_place(world: World) -> None:
    world.file(Superseded(public_hash=world.name, at=world.at, successor_hash=STATEMENT))
    assert world.codes() == {R.SUPERSEDED}
    assert world.status() is RecordStatus.SUPERSEDED


def test_a_refusal_by_the_subject_is_final(world: World) -> None:
    world.file(Declined(public_hash=world.name, at=world.at))
    assert world.codes() == {R.DECLINED}
    assert world.status() is RecordStatus.DECLINED


# -- stored forms ----------------------------------------------------------------------------------------------------


def test_everything_is_read_back_from_what_is_stored(people: MakeWorld) -> None:
    world = people(**MINOR).between_people().sign_as_guardian(Authenticator()).approve("legal@example.com")
    world.take_back(languages=("en",))
    approve_by_passkey(world, world.request().script_sha256, world.device)
    assert Envelope.from_json(world.envelope.to_json()) == world.envelope


def test_the_oldest_envelope_is_read() -> None:
    stored = (Path(__file__).parent / "data" / "envelope-v1.json").read_text(encoding="utf-8")
    envelope = Envelope.from_json(stored)
    assert envelope.envelope_version == 1
    assert len(envelope.approvals) == 2
    assert json.loads(envelope.to_json())["approvals"][0]["approver"] == "legal@example.com"


def test_topics_that_stand_have_lists() -> None:
    assert set(load_topics(ASSETS / "topics")) >= STANDING_TOPICS


def test_a_hidden_restriction_is_seen_in_any_ledger(world: World) -> None:
    world.ledger = LedgerView.empty(origin="x.example", key=world.ledger_key).appended(
        (*world.ledger.history(world.name), Restricted(public_hash=world.name, at=NOW, restriction_hash=STATEMENT)),
        key=world.ledger_key,
    )
    assert world.codes() == {R.RECORD_TAMPERED}
