"""Passkey signatures: user verified, this site, this challenge, once; and the offline check agrees."""

from __future__ import annotations

from typing import Any

import pytest

from consent.assurance import check_subject_signature
from consent.passkey import PasskeySignature
from consent.record import ConsentRecord
from studio.requests.desk import ActRefusedError
from tests.fakes.authenticator import Authenticator
from tests.fakes.device import Device
from tests.fakes.request_home import Page, RequestHome

GUARDIAN = '[guardian]\nname = "Alix Martin"\ncontact = "alix@example.org"\n'


@pytest.fixture
def page(home: RequestHome) -> Page:
    page = home.sent()
    home.desk.agree_to_checks(*page.keys)
    page.speak()
    return page


def refusal(act: Any) -> str:
    with pytest.raises(ActRefusedError) as refused:
        act()
    return refused.value.message_key


@pytest.mark.parametrize("kind", ["ES256", "EdDSA", "RS256"])
def test_stored_signature_is_checked_offline(home: RequestHome, page: Page, kind: str) -> None:
    page.device = Device(authenticator=Authenticator.of_kind(kind))
    page.sign()
    envelope = home.records.find(page.record_id)
    assert envelope is not None
    signature, name = envelope.subject_signature, envelope.public_hash
    assert isinstance(signature, PasskeySignature)
    assert name is not None
    check_subject_signature(envelope, name, signature)
    assert envelope.statement_sha256 is not None
    assert (signature.rp_id, signature.origin) == ("localhost", "http://localhost:7860")


def test_options_demand_user_verification(home: RequestHome, page: Page) -> None:
    made: Any = home.desk.passkey_creation(*page.keys)
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert made["rp"]["id"] == "localhost"
    home.desk.passkey_created(*page.keys, page.device.create(made))
    asked: Any = home.desk.signing_options(*page.keys)
    assert asked["userVerification"] == "required"


def test_user_who_was_not_verified_signs_nothing(home: RequestHome, page: Page) -> None:
    page.enrol()
    answer = page.device.unverified().get(home.desk.signing_options(*page.keys))
    assert refusal(lambda: home.desk.sign(*page.keys, answer)) == "passkey_refused"
    assert page.stage == "sign"
    page.sign()  # and may try again


def test_passkey_made_without_verification_is_refused(home: RequestHome, page: Page) -> None:
    answer = page.device.unverified().create(home.desk.passkey_creation(*page.keys))
    assert refusal(lambda: home.desk.passkey_created(*page.keys, answer)) == "passkey_refused"


def test_signature_for_another_site_is_refused(home: RequestHome, page: Page) -> None:
    page.enrol()
    answer = page.device.at_origin("https://evil.example").get(home.desk.signing_options(*page.keys))
    assert refusal(lambda: home.desk.sign(*page.keys, answer)) == "passkey_refused"


def test_signature_of_another_device_is_refused(home: RequestHome, page: Page) -> None:
    page.enrol()
    answer = Device().get(home.desk.signing_options(*page.keys))
    assert refusal(lambda: home.desk.sign(*page.keys, answer)) == "passkey_refused"


def test_answer_is_taken_once(home: RequestHome, page: Page) -> None:
    page.enrol()
    answer = page.device.get(home.desk.signing_options(*page.keys))
    home.desk.sign(*page.keys, answer)
    assert refusal(lambda: home.desk.sign(*page.keys, answer)) == "not_now"


def test_registration_is_taken_once(home: RequestHome, page: Page) -> None:
    answer = page.device.create(home.desk.passkey_creation(*page.keys))
    home.desk.passkey_created(*page.keys, answer)
    assert refusal(lambda: home.desk.passkey_created(*page.keys, answer)) == "passkey_late"


def test_late_answer_is_refused(home: RequestHome, page: Page) -> None:
    page.enrol()
    answer = page.device.get(home.desk.signing_options(*page.keys))
    home.clock.move(minutes=11)
    assert refusal(lambda: home.desk.sign(*page.keys, answer)) == "passkey_late"


def test_answer_to_an_older_question_is_refused(home: RequestHome, page: Page) -> None:
    page.enrol()
    answer = page.device.get(home.desk.signing_options(*page.keys))
    home.desk.signing_options(*page.keys)
    assert refusal(lambda: home.desk.sign(*page.keys, answer)) == "passkey_refused"


def test_statement_swapped_after_the_question_is_refused(home: RequestHome, page: Page) -> None:
    page.enrol()
    answer = page.device.get(home.desk.signing_options(*page.keys))
    home.desk.statement(*page.keys)
    page.speak(b"\x1aE\xdf\xa3 another recording")
    assert refusal(lambda: home.desk.sign(*page.keys, answer)) == "moved_on"


def test_nothing_is_signed_without_a_passkey(home: RequestHome, page: Page) -> None:
    assert refusal(lambda: home.desk.signing_options(*page.keys)) == "passkey_missing"
    assert refusal(lambda: home.desk.sign(*page.keys, {})) == "passkey_late"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"id": 1},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": None},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "%%%"}},
        {"response": []},
    ],
)
def test_rubbish_is_refused_with_a_word(home: RequestHome, page: Page, answer: dict[str, object]) -> None:
    home.desk.passkey_creation(*page.keys)
    assert refusal(lambda: home.desk.passkey_created(*page.keys, answer)) == "passkey_refused"
    page.enrol()
    home.desk.signing_options(*page.keys)
    assert refusal(lambda: home.desk.sign(*page.keys, answer)) == "passkey_refused"


def test_nothing_is_signed_before_the_statement(home: RequestHome) -> None:
    page = home.sent()
    assert refusal(lambda: home.desk.passkey_creation(*page.keys)) == "not_now"
    home.desk.agree_to_checks(*page.keys)
    assert refusal(lambda: home.desk.signing_options(*page.keys)) == "not_now"


def minor(home: RequestHome) -> tuple[Page, Page]:
    page = home.sent(birth_year="2012", more=GUARDIAN)
    link = home.room.requests.send(page.request_id, by="legal@example.com", party="guardian")
    return page, home.opened(page.request_id, link.path)


def test_guardian_signs_beside_a_minor_and_after_them(home: RequestHome) -> None:
    page, guardian = minor(home)
    guardian.device = Device(credential_id=b"credential-2")
    assert refusal(lambda: home.desk.agree_to_checks(*guardian.keys)) == "waiting_for_subject"
    page.go_through()
    home.approve(page.record_id, "legal@example.com", "head@example.com")
    assert (page.stage, guardian.stage) == ("with_legal", "asked")  # approved, and of no use yet
    assert home.desk.agree_to_checks(*guardian.keys).text == ""
    guardian.sign()
    envelope = home.records.find(page.record_id)
    assert envelope is not None
    assert envelope.guardian_signature is not None
    assert (page.stage, guardian.stage) == ("active", "active")


def test_guardian_with_the_subjects_key_is_refused(home: RequestHome) -> None:
    page, guardian = minor(home)
    page.go_through()
    guardian.device = page.device
    home.desk.agree_to_checks(*guardian.keys)
    assert refusal(guardian.sign) == "passkey_refused"
    assert guardian.stage == "sign"


def test_guardian_gives_no_statement_and_sees_none(home: RequestHome) -> None:
    page, guardian = minor(home)
    page.go_through()
    home.desk.agree_to_checks(*guardian.keys)
    assert refusal(lambda: home.desk.statement(*guardian.keys)) == "not_now"
    assert refusal(guardian.speak) == "not_now"
    assert refusal(lambda: home.desk.my_statement(*guardian.keys, 0, None)) == "not_now"
    assert home.desk.view(*guardian.keys).last_checks == ()


def test_record_names_who_signs(home: RequestHome) -> None:
    page, guardian = minor(home)
    record: ConsentRecord = home.desk.view(*page.keys).record
    assert record.guardian is not None
    page.go_through()
    home.desk.agree_to_checks(*guardian.keys)
    made: Any = home.desk.passkey_creation(*guardian.keys)
    assert made["user"]["name"] == "Alix Martin"
