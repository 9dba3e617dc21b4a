"""The subject records their voice: when they may, what is kept, and what is destroyed."""

from __future__ import annotations

import pytest

from pipelines.errors import EvidenceRefusedError
from studio.requests.desk import ActRefusedError, LinkRefusedError
from tests.fakes.request_home import Page, RequestHome


@pytest.fixture
def page(home: RequestHome) -> Page:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    return page


def kept(home: RequestHome, page: Page) -> dict[str, bytes]:
    items = (item for item in home.vault.items(page.record_id) if item.kind == "voice" and item.erased_at is None)
    return {item.name: home.vault.bytes(item.id) for item in items}


def test_a_good_sentence_is_sealed_under_the_record_and_counted(home: RequestHome, page: Page) -> None:
    voice = home.voice
    assert [(one.number, one.is_kept) for one in voice.task(*page.keys).prompts] == [(1, False), (2, False), (3, False)]
    assert voice.receive(*page.keys, 2, page.recording(b"two")) == ()
    assert kept(home, page) == {"prompt-fr-002.wav": b"RIFF two"}
    task = voice.task(*page.keys)
    assert (task.language, task.kept, task.prompts[1].is_kept) == ("fr", 1, True)


def test_it_is_held_against_the_sentence_and_the_spoken_statement(home: RequestHome, page: Page) -> None:
    home.voice.receive(*page.keys, 3, page.recording(b"three"))
    assert home.ear.asked == [("Merci beaucoup.", "fr", b"\x1aE\xdf\xa3 a recording")]


def test_what_has_a_fault_is_not_kept_and_the_one_before_stays(home: RequestHome, page: Page) -> None:
    voice = home.voice
    voice.receive(*page.keys, 1, page.recording(b"first"))
    home.ear.faults = ("noisy", "words")
    assert voice.receive(*page.keys, 1, page.recording(b"worse")) == ("noisy", "words")
    assert kept(home, page) == {"prompt-fr-001.wav": b"RIFF first"}


def test_a_better_one_takes_the_place_of_the_one_before(home: RequestHome, page: Page) -> None:
    voice = home.voice
    voice.receive(*page.keys, 1, page.recording(b"first"))
    voice.receive(*page.keys, 1, page.recording(b"better"))
    assert kept(home, page) == {"prompt-fr-001.wav": b"RIFF better"}
    assert voice.task(*page.keys).kept == 1


def test_the_subject_can_destroy_one_recording(home: RequestHome, page: Page) -> None:
    voice = home.voice
    voice.receive(*page.keys, 1, page.recording(b"one"))
    voice.receive(*page.keys, 2, page.recording(b"two"))
    voice.delete(*page.keys, 1)
    voice.delete(*page.keys, 1)  # once more changes nothing
    assert kept(home, page) == {"prompt-fr-002.wav": b"RIFF two"}


def test_a_file_that_is_no_recording_is_refused_with_its_reason(home: RequestHome, page: Page) -> None:
    home.ear.refusal = EvidenceRefusedError("this file has no sound")
    with pytest.raises(ActRefusedError) as told:
        home.voice.receive(*page.keys, 1, page.recording(b"a picture"))
    assert told.value.detail["reason"] == "this file has no sound"
    assert not kept(home, page)


@pytest.mark.parametrize("number", [0, 4, -1, 10**9])
def test_there_is_no_such_sentence(home: RequestHome, page: Page, number: int) -> None:
    with pytest.raises(ActRefusedError):
        home.voice.receive(*page.keys, number, page.recording())
    with pytest.raises(ActRefusedError):
        home.voice.delete(*page.keys, number)


def test_before_the_consent_stands_nothing_is_recorded(home: RequestHome) -> None:
    page = home.sent()
    for step in (lambda: None, page.go_through):
        step()
        assert not home.voice.is_open(*page.keys)
        with pytest.raises(ActRefusedError):
            home.voice.receive(*page.keys, 1, page.recording())
    assert not home.ear.asked


def test_a_withdrawal_while_we_listen_keeps_nothing(home: RequestHome, page: Page) -> None:
    home.ear.during = lambda: home.desk.withdraw(*page.keys, part=None)
    with pytest.raises(ActRefusedError):
        home.voice.receive(*page.keys, 1, page.recording(b"late"))
    assert not kept(home, page)


def test_with_the_voice_taken_back_in_part_the_page_is_shut(home: RequestHome, page: Page) -> None:
    assert home.voice.is_open(*page.keys)
    home.desk.withdraw(*page.keys, part={"modalities": ("voice",)})
    assert not home.voice.is_open(*page.keys)


def test_a_consent_for_the_face_alone_has_no_voice_page(home: RequestHome) -> None:
    page = home.sent(changes={'["face", "voice"]': '["face"]'})
    page.go_through()
    home.approve(page.record_id)
    assert not home.voice.is_open(*page.keys)


def test_another_browser_opens_nothing(home: RequestHome, page: Page) -> None:
    with pytest.raises(LinkRefusedError):
        home.voice.task(page.token, "a guess")
