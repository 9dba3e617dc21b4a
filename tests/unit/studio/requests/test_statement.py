"""The spoken statement: fresh codes, what is kept, what a failed check leads to."""

from __future__ import annotations

import pytest

from consent.decide import RecordStatus
from consent.oversight import four_eyes_reasons
from pipelines.errors import EvidenceRefusedError
from pipelines.evidence.result import MOVEMENTS
from studio.requests.desk import ActRefusedError, Counter
from studio.requests.speaking import ATTEMPTS_MAX
from tests.fakes.request_home import Page, RequestHome

UPLOADS = 'statement = "upload_allowed"\n'


@pytest.fixture
def page(home: RequestHome) -> Page:
    page = home.sent()
    home.desk.agree_to_checks(*page.keys)
    return page


def test_statement_asks_for_six_digits_and_two_different_movements(home: RequestHome) -> None:
    page = home.sent()
    seen = set()
    home.desk.agree_to_checks(*page.keys)
    for _ in range(40):
        home.clock.move(minutes=16)
        asked = home.desk.statement(*page.keys)
        assert len(asked.code) == 6
        assert asked.code.isdecimal()
        assert asked.code in asked.text
        assert asked.movements[0] != asked.movements[1]
        assert not asked.upload_allowed
        seen.add(asked.movements)
    assert len(seen) > len(MOVEMENTS)


def test_code_stays_for_a_quarter_of_an_hour_and_is_then_another(home: RequestHome, page: Page) -> None:
    first = home.desk.statement(*page.keys)
    home.clock.move(minutes=14)
    assert home.desk.statement(*page.keys) == first
    home.clock.move(minutes=2)
    assert home.desk.statement(*page.keys).expires_at > first.expires_at


def test_recording_is_sealed_and_reported_under_the_controllers_key(home: RequestHome, page: Page) -> None:
    page.speak(b"\x1aE\xdf\xa3 my words")
    envelope = home.records.find(page.record_id)
    assert envelope is not None
    (report,), (evidence,) = envelope.reports, envelope.evidence
    assert report.signature.public_key == home.controller.public_key.hex
    assert (evidence.kind, evidence.capture, evidence.media_type) == ("statement", "live", "video/webm")
    assert report.statement_sha256 == evidence.sha256
    kept = {item.kind: item for item in home.vault.items(page.record_id) if item.name != "still.jpg"}
    assert home.vault.bytes(kept["statement"].id) == b"\x1aE\xdf\xa3 my words"
    assert home.vault.bytes(kept["transcript"].id).startswith(b"heard ")
    assert not any(b"my words" in path.read_bytes() for path in (home.folder / "vault").iterdir())
    assert list((home.folder / "work").iterdir()) == []


def test_checks_are_told_what_to_hold_the_recording_against(home: RequestHome, page: Page) -> None:
    asked = home.desk.statement(*page.keys)
    page.speak()
    (expected,) = home.checks.asked
    assert (expected.code, expected.name, expected.company) == (asked.code, "Camille Martin", "Example GmbH")
    assert (expected.movements, expected.language) == (asked.movements, "fr")
    assert [one.suffix for one in expected.portraits] == [".png"]
    assert expected.received_at > expected.code_issued_at


def test_own_recording_is_played_in_ranges(home: RequestHome, page: Page) -> None:
    page.speak(b"\x1aE\xdf\xa3 0123456789")
    chunks, size, media_type = home.desk.my_statement(*page.keys, 5, 8)
    assert (b"".join(chunks), size, media_type) == (b"012", 15, "video/webm")


def test_failed_check_gives_more_tries_and_then_people_judge(home: RequestHome, page: Page) -> None:
    home.checks.outcomes = {"statement_code": "failed"}
    stages = []
    for _ in range(3):
        home.desk.statement(*page.keys)
        page.speak()
        stages.append(page.stage)
    assert stages == ["statement", "statement", "sign"]
    failed = [one for one in home.desk.view(*page.keys).last_checks if one.outcome == "failed"]
    assert [(one.name, one.reason) for one in failed] == [("statement_code", "statement_code failed")]
    page.sign()
    envelope = home.records.find(page.record_id)
    assert envelope is not None
    assert any("statement_code" in reason for reason in four_eyes_reasons(envelope, envelope.record()))
    home.approve(page.record_id)
    assert page.stage == "with_legal"
    home.acts.approve(page.record_id, approver="head@example.com")
    assert page.stage == "active"


def test_check_that_could_not_run_is_not_held_against_the_person(home: RequestHome, page: Page) -> None:
    home.checks.outcomes = {"nudity": "missing"}
    page.speak()
    assert page.stage == "sign"


def test_how_near_a_forgery_came_is_not_told(home: RequestHome, page: Page) -> None:
    home.checks.outcomes = {"synthetic_speech": "failed", "face_match": "failed"}
    page.speak()
    told = {one.name: one.reason for one in home.desk.view(*page.keys).last_checks}
    assert (told["synthetic_speech"], told["face_match"], told["speaker_match"]) == ("", "", "")


def test_statement_may_be_given_again_before_signing(home: RequestHome, page: Page) -> None:
    page.speak(b"\x1aE\xdf\xa3 one")
    assert page.stage == "sign"
    home.desk.statement(*page.keys)
    page.speak(b"\x1aE\xdf\xa3 two")
    page.sign()
    envelope = home.records.find(page.record_id)
    assert envelope is not None
    assert len(envelope.reports) == 2
    assert envelope.statement_sha256 == envelope.reports[1].statement_sha256


def test_code_is_good_for_one_recording(home: RequestHome, page: Page) -> None:
    page.speak()
    with pytest.raises(ActRefusedError, match="code_used"):
        page.speak()


def test_attempts_are_limited_and_all_are_kept(home: RequestHome, page: Page) -> None:
    home.checks.refusal = EvidenceRefusedError("this is no video; record it again")
    for _ in range(ATTEMPTS_MAX):
        home.desk.statement(*page.keys)
        with pytest.raises(ActRefusedError, match="file_refused") as refused:
            page.speak()
        assert refused.value.detail == {"reason": "this is no video; record it again"}
    home.checks.refusal = None
    with pytest.raises(ActRefusedError, match="no_attempts_left") as refused:
        page.speak()
    assert refused.value.detail == {"contact": "privacy@example.com"}
    attempts = home.room.overview.show(page.request_id).attempts
    assert [one.refusal for one in attempts] == ["this is no video; record it again"] * ATTEMPTS_MAX
    assert home.vault.items(page.record_id) == ()


def test_upload_needs_legals_leave_and_two_people(home: RequestHome, page: Page) -> None:
    with pytest.raises(ActRefusedError, match="upload_not_allowed"):
        page.speak(is_upload=True)
    allowed = home.sent(changes={"[subject]": UPLOADS + "[subject]"})
    assert home.desk.agree_to_checks(*allowed.keys).upload_allowed
    allowed.speak(is_upload=True)
    allowed.sign()
    home.approve(allowed.record_id)
    assert allowed.stage == "with_legal"
    home.acts.approve(allowed.record_id, approver="head@example.com")
    assert allowed.stage == "active"


def test_crash_of_a_check_loses_nothing(home: RequestHome, page: Page) -> None:
    home.checks.refusal = MemoryError()
    with pytest.raises(MemoryError):
        page.speak()
    home.checks.refusal = None
    assert page.stage == "statement"
    page.speak()
    assert page.stage == "sign"


def test_check_that_died_with_its_process_is_over_after_a_while(home: RequestHome, page: Page) -> None:
    store = home.room.requests.requests
    store.move(store.get(page.request_id), "checking", at=home.clock())
    assert page.stage == "checking"
    home.clock.move(minutes=16)
    assert page.stage == "statement"


def test_two_recordings_at_once_are_one_attempt(home: RequestHome, page: Page) -> None:
    refused: list[str] = []

    def speak_again() -> None:
        home.checks.during = None
        try:
            page.speak()
        except ActRefusedError as e:
            refused.append(e.message_key)

    home.checks.during = speak_again
    page.speak()
    assert refused == ["not_now"]
    assert len(home.room.overview.show(page.request_id).attempts) == 1


def test_new_version_while_checks_run_makes_the_recording_void(home: RequestHome, page: Page) -> None:
    def amend() -> None:
        record = home.room.requests.amended(page.request_id, {"scope.max_takes": 7})
        home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="")

    home.checks.during = amend
    with pytest.raises(ActRefusedError, match="moved_on"):
        page.speak()
    assert page.stage == "asked"
    envelope = home.records.find(page.record_id)
    assert envelope is not None
    assert envelope.reports == ()


def test_withdrawal_while_checks_run_wins(home: RequestHome, page: Page) -> None:
    home.checks.during = lambda: home.desk.withdraw(*page.keys, part=None)
    with pytest.raises(ActRefusedError, match="moved_on"):
        page.speak()
    assert (page.stage, home.status(page.record_id)) == ("withdrawn", RecordStatus.WITHDRAWN)


def test_statement_of_one_version_is_none_of_the_next(home: RequestHome, page: Page) -> None:
    page.speak()
    home.desk.narrow(*page.keys, Counter(max_takes=2))
    home.room.requests.hand_back(page.request_id, by="legal@example.com", message="")
    assert home.desk.view(*page.keys).last_checks == ()
    home.desk.agree_to_checks(*page.keys)
    with pytest.raises(ActRefusedError, match="not_now"):
        home.desk.signing_options(*page.keys)
