"""Every stage of the page over a desk in memory: what it shows, what it offers, and what a refusal does not lose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from starlette.testclient import TestClient

from consent.record import ConsentRecord
from studio.requests.desk import ActRefusedError, Change, CheckLine, RefusalKey, ScriptToApprove, Stage, Use
from studio.web.app import WebParts, create_app
from studio.web.gate import Sessions
from studio.web.public.router import PublicParts
from studio.web.subject.words import hints, refusal_text
from studio.wordings.texts import languages, wording
from tests.fakes.subject_desk import TOKEN, FakeSubjectDesk
from tests.unit.consent.conftest import a_record

PATH = f"/s/{TOKEN}"
T = wording("en").page
BAD = (
    CheckLine(name="statement_code", outcome="failed", reason="heard 1"),
    CheckLine(name="face_match", outcome="failed", reason=""),
    CheckLine(name="speaker_match", outcome="missing", reason=""),
    CheckLine(name="one_face", outcome="passed", reason=""),
)


def a_replica(**changes: object) -> ConsentRecord:
    terms: dict[str, object] = {"biometric_checks": "agreed", "subject__language": "en", "scope__max_takes": 20}
    return a_record(**{**terms, **changes})


@dataclass
class Room:
    desk: FakeSubjectDesk
    browser: TestClient

    def page(self) -> str:
        return self.browser.get(PATH).text


@pytest.fixture
def enter(tmp_path: Path) -> Callable[..., Room]:
    def come_in(desk: FakeSubjectDesk) -> Room:
        parts = WebParts(
            library=tmp_path,
            public=PublicParts(verify=lambda _path: pytest.fail("nobody verifies here"), standing=lambda _take: None),
            sessions=Sessions(),
            announce=lambda _path: None,
            subject=desk,
        )
        browser = TestClient(create_app(parts), headers={"accept": "text/html"})
        assert browser.post(f"{PATH}/claim").status_code == 200
        return Room(desk, browser)

    return come_in


# -- what a stage shows ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", get_args(Stage))
def test_every_stage_is_a_page_with_one_heading_and_all_terms(enter: Callable[..., Room], stage: Stage) -> None:
    room = enter(FakeSubjectDesk(a_replica(), stage=stage))
    page = room.page()
    assert page.count("<h1>") == 1
    assert ('class="terms"' in page) == (stage != "declined")
    assert "Undefined" not in page
    assert "{" not in page.replace("{movement}", "")


@pytest.mark.parametrize("language", languages())
def test_every_stage_is_said_in_every_language(enter: Callable[..., Room], language: str) -> None:
    room = enter(FakeSubjectDesk(a_replica(), last_checks=BAD))
    for stage in get_args(Stage):
        room.desk.stage = stage
        answer = room.browser.get(PATH, params={"lang": language})
        assert answer.status_code == 200
        assert f'<html lang="{language}">' in answer.text


def test_saying_no_is_possible_until_the_signature(enter: Callable[..., Room]) -> None:
    room = enter(FakeSubjectDesk(a_replica()))
    for stage in ("asked", "statement", "sign", "with_legal"):
        room.desk.stage = stage
        assert f"{PATH}/decline" in room.page(), stage
    room.desk.is_signed = True
    page = room.page()
    assert f"{PATH}/decline" not in page
    assert f"{PATH}/withdraw" in page, "what is signed is withdrawn"


def test_a_counter_offer_that_lies_with_legal_has_no_receipt(enter: Callable[..., Room]) -> None:
    room = enter(FakeSubjectDesk(a_replica(), stage="with_legal", my_message="Shorter, please."))
    assert "receipt.pdf" not in room.page()
    room.desk.is_signed = True
    assert "receipt.pdf" in room.page()
    assert room.browser.get(f"{PATH}/receipt.pdf").headers["content-type"] == "application/pdf"


def test_uses_and_scripts_are_told_in_words_of_the_reader(enter: Callable[..., Room]) -> None:
    use = Use(
        take_id="take-1",
        campaign="Launch",
        locale="fr-FR",
        market="FR",
        channel="youtube",
        format="9x16",
        released_at=datetime(2026, 11, 20, tzinfo=UTC),
        picture="uses/take-1.jpg",
        is_revoked=True,
    )
    script = ScriptToApprove(
        sha256="ab" * 32, locale="en-US", text="Two <b>words</b>", campaign="Launch", is_approved=False
    )
    room = enter(FakeSubjectDesk(a_replica(), stage="active", uses=(use,), scripts=(script,)))
    page = room.page()
    assert "Launch, French (France), youtube, November 20, 2026" in page
    assert T["use_revoked"] in page
    assert "Two &lt;b&gt;words&lt;/b&gt;" in page
    assert f"{PATH}/scripts/{script.sha256}" in page
    assert room.browser.get(f"{PATH}/uses/take-1.jpg").headers["content-type"] == "image/jpeg"


def test_what_was_withdrawn_in_part_cannot_be_ticked_again(enter: Callable[..., Room]) -> None:
    room = enter(FakeSubjectDesk(a_replica(), stage="active"))
    room.browser.post(f"{PATH}/withdraw", data={"what": "part", "channels": "youtube"})
    assert 'value="youtube" disabled' in room.page()


# -- agreeing ----------------------------------------------------------------------------------------------------------


def test_nobody_goes_on_without_the_tick_about_biometric_data(enter: Callable[..., Room]) -> None:
    room = enter(FakeSubjectDesk(a_replica()))
    answer = room.browser.post(f"{PATH}/agree")
    assert (answer.status_code, T["tick_first"] in answer.text, room.desk.acts) == (409, True, [])
    assert room.browser.post(f"{PATH}/agree", data={"checks": "agreed"}).status_code == 200
    assert room.desk.stage == "statement"


@pytest.mark.parametrize(
    "desk",
    [FakeSubjectDesk(a_replica(), party="guardian"), FakeSubjectDesk(a_record(subject__language="en"))],
    ids=["guardian", "no checks"],
)
def test_whoever_speaks_no_statement_is_not_asked_to_be_compared(
    enter: Callable[..., Room], desk: FakeSubjectDesk
) -> None:
    desk.record = desk.record.model_copy(update={"biometric_checks": None}) if desk.party == "subject" else desk.record
    room = enter(desk)
    page = room.page()
    assert T["agree_checks"] not in page
    assert T["go_on_hint_sign"] in page
    assert T["sign_text"] in room.browser.post(f"{PATH}/agree").text


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_what_was_typed_into_a_refused_form_is_still_there(enter: Callable[..., Room]) -> None:
    room = enter(FakeSubjectDesk(a_replica()))
    form = {
        "has_modalities": "1",
        "modalities": "voice",
        "max_takes": "ten",
        "valid_until": "2027-01-31",
        "topics": "wine\nhunting",
        "words": "cheap",
    }
    answer = room.browser.post(f"{PATH}/narrow", data=form)
    assert answer.status_code == 409
    assert wording("en").record["takes"][0] in answer.text.split("</p>")[0], "the field is named as on the page"
    assert room.desk.acts == []
    for kept in ('value="ten"', 'value="2027-01-31"', "wine\nhunting", "cheap</textarea>"):
        assert kept in answer.text
    assert 'value="voice" checked' in answer.text
    assert 'value="face" checked' not in answer.text


def test_a_message_that_is_too_long_is_not_lost(enter: Callable[..., Room]) -> None:
    room = enter(FakeSubjectDesk(a_replica()))
    answer = room.browser.post(f"{PATH}/ask", data={"message": "no " * 2000})
    assert answer.status_code == 409
    assert T["message_size"].format(most=4000) in answer.text
    assert "no no no" in answer.text


@pytest.mark.parametrize("form", [b"message=" + b"x" * 300_000, b"a=1&" * 3_000, b"message=%ff\xff"])
def test_a_form_that_no_browser_sends_is_refused(enter: Callable[..., Room], form: bytes) -> None:
    room = enter(FakeSubjectDesk(a_replica()))
    answer = room.browser.post(f"{PATH}/ask", content=form)
    assert (answer.status_code, room.desk.acts) == (413, [])


def test_a_part_without_ticks_withdraws_nothing(enter: Callable[..., Room]) -> None:
    room = enter(FakeSubjectDesk(a_replica(), stage="active"))
    answer = room.browser.post(f"{PATH}/withdraw", data={"what": "part"})
    assert (answer.status_code, T["part_invalid"] in answer.text) == (409, True)
    assert room.desk.stage == "active"


def test_a_ledger_that_cannot_be_relied_on_is_a_page_and_no_crash(enter: Callable[..., Room]) -> None:
    room = enter(FakeSubjectDesk(a_replica()))
    room.desk.is_unreadable = True
    for answer in (room.browser.get(PATH), room.browser.post(f"{PATH}/agree"), room.browser.get(f"{PATH}/receipt.pdf")):
        assert answer.status_code == 409
        assert T["records_unreadable"] in answer.text
        assert answer.headers["content-type"].startswith("text/html")
    assert room.browser.post(f"{PATH}/sign/options").json()["key"] == "records_unreadable"


@pytest.mark.parametrize("asked", ["bytes=3-1", "bytes=-2", "bytes=x", "lines=0-1", "bytes=0-1,3-4"])
def test_a_range_that_is_none_gets_the_whole_recording(enter: Callable[..., Room], asked: str) -> None:
    room = enter(FakeSubjectDesk(a_replica(), stage="active", recording=b"recording"))
    answer = room.browser.get(f"{PATH}/my-statement", headers={"range": asked})
    assert (answer.status_code, answer.content) == (200, b"recording")


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("key", get_args(RefusalKey))
def test_every_refusal_is_one_sentence_in_every_language(key: RefusalKey, language: str) -> None:
    for detail in ({}, {"fields": "valid_until, brands", "contact": "a@example.org", "reason": "Too dark."}):
        said = refusal_text(ActRefusedError(key, **detail), wording(language))
        assert said
        assert "{" not in said
        assert "valid_until" not in said


def test_hints_help_the_person_and_not_an_attacker() -> None:
    assert hints(BAD, T) == (T["check_statement_code"], T["check_other"])
    assert hints((), T) == ()


@pytest.mark.parametrize("language", languages())
def test_hints_come_before_another_recording(enter: Callable[..., Room], language: str) -> None:
    page = wording(language).page
    room = enter(FakeSubjectDesk(a_replica(), stage="statement", last_checks=BAD))
    shown = room.browser.get(PATH, params={"lang": language}).text
    assert page["checks_again"] in shown.replace("&#39;", "'")
    room.desk.stage = "sign"
    assert page["checks_people"] in room.browser.get(PATH).text.replace("&#39;", "'")


@pytest.mark.parametrize("language", languages())
def test_what_changed_since_the_version_that_was_seen_stands_above_the_terms(
    enter: Callable[..., Room], language: str
) -> None:
    changes = (
        Change(heading="Channels", old="web", new="web & <b>TV</b>", is_wider=True),
        Change(heading="Words", old="cheap", new=None, is_wider=False),
    )
    desk = FakeSubjectDesk(a_replica(), version=3, known_version=1, changes=changes)
    page, told = enter(desk).browser.get(f"{PATH}?lang={language}").text, wording(language).page
    title = told["changes_title"].format(number=1)
    assert page.index(title) < page.index(told["read_all"])
    assert "web &amp; &lt;b&gt;TV&lt;/b&gt;" in page, "what people wrote is no markup"
    assert page.count(told["changed_wider"]) == 1
    assert page.count(told["changed_gone"]) == 1


def test_a_first_version_shows_no_changes(enter: Callable[..., Room]) -> None:
    assert 'class="card changes"' not in enter(FakeSubjectDesk(a_replica())).page()
