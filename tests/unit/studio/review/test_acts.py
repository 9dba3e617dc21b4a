"""What legal may do, and in which order: nothing is approved that was not signed, assessed and read as it stands."""

from __future__ import annotations

import pytest

from consent.decide import RecordStatus
from consent.errors import ConsentStateError
from consent.grant import RecordId
from studio.errors import UsageError
from studio.requests.desk import Counter
from tests.fakes.request_home import Page, answers
from tests.fakes.review_home import LEGAL, SECOND, ReviewHome


def assess(home: ReviewHome, page: Page, by: str = LEGAL) -> None:
    home.desk.acts.assess(page.request_id, record_id=page.record_id, answers=answers(), by=by)


def approve(home: ReviewHome, page: Page, by: str = LEGAL) -> None:
    home.desk.acts.approve(page.request_id, record_id=page.record_id, by=by)


def approved(home: ReviewHome) -> Page:
    page = home.signed()
    assess(home, page)
    approve(home, page)
    return page


def test_signed_request_is_assessed_and_approved(home: ReviewHome) -> None:
    page = home.signed()
    assert home.desk.reader.case(page.request_id).phase == "review"
    assess(home, page)
    approve(home, page)
    case = home.desk.reader.case(page.request_id)
    assert (case.phase, case.assurance, case.in_force) == ("in_force", "verified", page.record_id)


def test_nothing_is_approved_without_an_assessment(home: ReviewHome) -> None:
    page = home.signed()
    with pytest.raises(ConsentStateError, match="impact assessment"):
        approve(home, page)


def test_nothing_is_approved_or_assessed_before_it_is_signed(home: ReviewHome) -> None:
    page = home.studio.sent()
    for act in (assess, approve):
        with pytest.raises(ConsentStateError, match="not everybody has signed"):
            act(home, page)


def test_draft_is_not_reviewed(home: ReviewHome) -> None:
    drafted = home.studio.room.requests.draft(home.studio.terms(), deal="paid_talent", by=LEGAL)
    case = home.desk.reader.case(drafted.id)
    assert (case.phase, case.record_id) == ("draft", None)
    with pytest.raises(ConsentStateError, match="changed since you read it"):
        home.desk.acts.approve(drafted.id, record_id=RecordId("0" * 64), by=LEGAL)


def test_four_eyes_take_two_people(home: ReviewHome) -> None:
    page = home.signed(deal="celebrity_endorsement")
    assess(home, page)
    approve(home, page)
    assert home.desk.reader.case(page.request_id).phase == "review"
    with pytest.raises(ConsentStateError, match="somebody else"):
        approve(home, page, LEGAL.upper())
    approve(home, page, SECOND)
    case = home.desk.reader.case(page.request_id)
    assert case.phase == "in_force"
    assert case.oversight is not None
    assert (case.oversight.given, case.oversight.needed) == (2, 2)


def test_the_persons_own_address_cannot_approve(home: ReviewHome) -> None:
    page = home.signed()
    assess(home, page)
    with pytest.raises(ConsentStateError, match="own contact"):
        approve(home, page, "camille@example.org")


def test_what_was_read_must_still_be_the_newest(home: ReviewHome) -> None:
    page = home.signed()
    assess(home, page)
    read = page.record_id
    home.desk.acts.ask_again(page.request_id, record_id=read, message="The sound broke off.", by=LEGAL)
    with pytest.raises(ConsentStateError, match="changed since you read it"):
        home.desk.acts.approve(page.request_id, record_id=read, by=LEGAL)
    assert home.studio.status(read) is RecordStatus.SUPERSEDED


def test_asking_again_keeps_the_terms_and_the_person_signs_again(home: ReviewHome) -> None:
    page = home.signed()
    before = home.desk.reader.case(page.request_id).record
    home.desk.acts.ask_again(page.request_id, record_id=page.record_id, message="The sound broke off.", by=LEGAL)
    case = home.desk.reader.case(page.request_id)
    assert (case.phase, case.request.current) == ("with_person", 2)
    assert case.record.scope == before.scope
    page.go_through()
    assess(home, page)
    approve(home, page)
    assert home.desk.reader.case(page.request_id).phase == "in_force"


def test_question_is_answered_with_words(home: ReviewHome) -> None:
    page = home.studio.sent()
    home.studio.desk.ask_for_changes(*page.keys, "Without YouTube?")
    with pytest.raises(UsageError, match="in a sentence"):
        home.desk.acts.answer(page.request_id, record_id=page.record_id, message=" ", by=LEGAL)
    home.desk.acts.answer(page.request_id, record_id=page.record_id, message="No, sorry.", by=LEGAL)
    assert home.desk.reader.case(page.request_id).phase == "with_person"
    assert home.studio.desk.view(*page.keys).message_from_legal == "No, sorry."


def test_counter_offer_is_agreed_to_without_words(home: ReviewHome) -> None:
    page = home.studio.sent()
    home.studio.desk.narrow(*page.keys, Counter(max_takes=3))
    assert home.desk.reader.case(page.request_id).is_counter_offer
    home.desk.acts.answer(page.request_id, record_id=page.record_id, message="", by=LEGAL)
    page.go_through()
    assert home.desk.reader.case(page.request_id).phase == "review"


def test_amendment_leaves_the_old_version_in_force_until_it_is_approved(home: ReviewHome) -> None:
    page = approved(home)
    old = page.record_id
    home.desk.acts.new_version(
        page.request_id, record_id=old, changes={"scope.max_takes": 40}, message="A second flight.", by=LEGAL
    )
    case = home.desk.reader.case(page.request_id)
    assert (case.phase, case.in_force) == ("with_person", old)
    assert [(one.path, one.old, one.new, one.direction) for one in case.versions[-1].changes] == [
        ("scope.max_takes", "20", "40", "wider")
    ]
    page.go_through()
    assess(home, page)
    approve(home, page)
    case = home.desk.reader.case(page.request_id)
    assert case.in_force == page.record_id != old
    assert home.studio.status(old) is RecordStatus.SUPERSEDED


def test_preview_changes_nothing(home: ReviewHome) -> None:
    page = home.studio.sent()
    _, changes = home.desk.acts.preview(
        page.request_id, record_id=page.record_id, changes={"scope.territories": ["EU"]}
    )
    assert [(one.path, one.direction) for one in changes] == [("scope.territories", "narrower")]
    assert home.desk.reader.case(page.request_id).request.current == 1


def test_suspend_and_resume(home: ReviewHome) -> None:
    page = approved(home)
    home.desk.acts.suspend(page.request_id, reason="a complaint", by=LEGAL)
    assert home.desk.reader.case(page.request_id).phase == "suspended"
    home.desk.acts.resume(page.request_id, reason="settled", by=LEGAL)
    assert home.desk.reader.case(page.request_id).phase == "in_force"


def test_what_is_not_in_force_is_not_suspended(home: ReviewHome) -> None:
    page = home.signed()
    with pytest.raises(ConsentStateError, match="in force"):
        home.desk.acts.suspend(page.request_id, reason="a complaint", by=LEGAL)


def test_revocation_ends_the_version_in_force_and_the_one_that_is_asked(home: ReviewHome) -> None:
    page = approved(home)
    old = page.record_id
    home.desk.acts.new_version(
        page.request_id, record_id=old, changes={"scope.max_takes": 40}, message="More.", by=LEGAL
    )
    home.desk.acts.revoke(page.request_id, reason="no basis any more", by=LEGAL)
    assert {home.studio.status(old), home.studio.status(page.record_id)} == {RecordStatus.WITHDRAWN}
    assert home.desk.reader.case(page.request_id).phase == "ended"
    with pytest.raises(ConsentStateError, match="nothing to withdraw"):
        home.desk.acts.revoke(page.request_id, reason="again", by=LEGAL)


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 4001])
def test_acts_that_stop_things_need_a_reason_of_human_length(home: ReviewHome, reason: str) -> None:
    page = approved(home)
    for act in (home.desk.acts.suspend, home.desk.acts.revoke):
        with pytest.raises(UsageError):
            act(page.request_id, reason=reason, by=LEGAL)
    assert home.desk.reader.case(page.request_id).phase == "in_force"


def test_opening_a_recording_is_written_down_once_for_each_person(home: ReviewHome) -> None:
    page = home.signed()
    for by in (LEGAL, LEGAL, SECOND):
        home.desk.acts.watched(page.record_id, by=by)
    case = home.desk.reader.case(page.request_id)
    assert [one.actor for one in case.history if one.action == "statement_watched"] == [SECOND, LEGAL]
    assert case.has_watched(LEGAL)
    assert not case.has_watched("nobody@example.com")


def test_damaged_ledger_decides_nothing(home: ReviewHome) -> None:
    page = home.signed()
    assess(home, page)
    (home.studio.folder / "witness").write_text("rolled back")
    case = home.desk.reader.case(page.request_id)
    assert case.phase == "damaged"
    with pytest.raises(ConsentStateError, match="nothing can be decided"):
        approve(home, page)
