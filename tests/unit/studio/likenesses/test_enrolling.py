"""A voice is enrolled only from recordings that the person gave, under a consent that stands to the end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from consent.decide import RecordStatus
from consent.errors import ConsentRefusedError
from consent.grant import Modality, ReasonCode, RecordId
from consent.ledger import Acted
from studio.consents.subject_acts import SubjectActs
from studio.errors import NotFoundError, RecordingsRefusedError, UsageError
from studio.likenesses.right import LikenessRight
from studio.store.statements import AttemptRow, StatementStore
from tests.fakes.ears import BAD
from tests.unit.studio.likenesses.conftest import RECORDINGS, LikenessStudio

PROFILE = "voice-profile.json"


def enrol(studio: LikenessStudio, record_id: RecordId) -> None:
    studio.room.enrolling.enrol(record_id, voice=studio.voice, by="legal@example.com")


def test_voice_of_a_standing_consent_is_enrolled_and_waits_for_legal(studio: LikenessStudio) -> None:
    record_id = studio.bound_consent()
    row = studio.enrolled(record_id, release=False)
    (version,) = row.versions
    assert studio.voice_items(record_id) == ["a.wav", "b.wav", PROFILE]
    assert studio.vault.bytes(version.profile_item_id) == studio.hands.profile
    assert version.profile_sha256 == studio.hands.sha256
    assert studio.room.desk.state(row, version) == "waits"
    assert version.report["fit"] == {"similarity_fitted": 0.88}


def test_the_ledger_says_that_a_voice_was_enrolled(studio: LikenessStudio) -> None:
    record_id = studio.bound_consent()
    studio.enrolled(record_id)
    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    assert envelope.public_hash is not None
    entries = studio.wiring.ledger.view().history(envelope.public_hash)
    assert [one.action for one in entries if isinstance(one, Acted)] == ["likeness_enrolled", "likeness_released"]
    assert all(one.reason_hash for one in entries if isinstance(one, Acted))


def test_listening_gets_private_copies_of_what_was_sealed_and_leaves_none(studio: LikenessStudio) -> None:
    (studio.voice / "a.txt").write_text("The first sentence.\n")
    studio.enrolled()
    assert studio.ears.heard == [(RECORDINGS["a.wav"], "The first sentence."), (RECORDINGS["b.wav"], None)]
    assert studio.ears.modes == {0o600}
    assert not any(path.exists() for path in studio.ears.paths)
    assert not any(path.parent == studio.voice for path in studio.ears.paths)


def suspended(studio: LikenessStudio, record_id: RecordId) -> None:
    studio.acts.suspend(record_id, reason="x")


def withdrawn(studio: LikenessStudio, record_id: RecordId) -> None:
    studio.acts.revoke(record_id, reason="x")


def voice_taken_back(studio: LikenessStudio, record_id: RecordId) -> None:
    subject = SubjectActs(records=studio.wiring.records, ledger=studio.wiring.ledger, clock=lambda: studio.now)
    part = subject.restrict(record_id, part={"modalities": ("voice",)}).restrictions[-1]
    studio.keeping.destruction.restricted(record_id, part)


def expired(studio: LikenessStudio, record_id: RecordId) -> None:
    studio.later(days=3650)


ENDINGS = {
    "suspended": (suspended, ReasonCode.SUSPENDED),
    "withdrawn": (withdrawn, ReasonCode.REVOKED),
    "voice taken back": (voice_taken_back, ReasonCode.REVOKED),
    "expired": (expired, ReasonCode.EXPIRED),
}


@pytest.mark.parametrize(("end", "code"), ENDINGS.values(), ids=ENDINGS.keys())
def test_consent_that_does_not_stand_enrols_nobody(
    studio: LikenessStudio, end: Callable[[LikenessStudio, RecordId], None], code: ReasonCode
) -> None:
    record_id = studio.bound_consent()
    end(studio, record_id)
    with pytest.raises(ConsentRefusedError) as refusal:
        enrol(studio, record_id)
    assert [one.code for one in refusal.value.reasons] == [code]
    assert studio.voice_items(record_id) == []


@pytest.mark.parametrize(("end", "code"), ENDINGS.values(), ids=ENDINGS.keys())
def test_consent_that_ends_during_the_fit_keeps_nothing(
    studio: LikenessStudio, end: Callable[[LikenessStudio, RecordId], None], code: ReasonCode
) -> None:
    record_id = studio.bound_consent()
    studio.hands.during = lambda: end(studio, record_id)
    with pytest.raises(ConsentRefusedError) as refusal:
        enrol(studio, record_id)
    assert [one.code for one in refusal.value.reasons] == [code]
    assert studio.voice_items(record_id) == []
    assert studio.room.desk.all() == ()


def test_consent_that_ends_while_the_profile_is_sealed_keeps_nothing(studio: LikenessStudio) -> None:
    record_id = studio.bound_consent()
    asked: list[RecordId] = []

    def status(one: RecordId) -> RecordStatus:
        asked.append(one)
        return RecordStatus.ACTIVE if len(asked) < 4 else RecordStatus.WITHDRAWN

    right = LikenessRight(records=studio.wiring.records, status=status, modality=Modality.VOICE)
    with pytest.raises(ConsentRefusedError):
        dataclasses.replace(studio.room.enrolling, right=right).enrol(record_id, voice=studio.voice, by="x")
    assert len(asked) == 4
    assert studio.voice_items(record_id) == []


def test_consent_without_the_voice_enrols_nobody(studio: LikenessStudio) -> None:
    record_id = studio.bound_consent(('modalities = ["face", "voice"]', 'modalities = ["face"]'))
    with pytest.raises(ConsentRefusedError, match="modality_not_covered"):
        enrol(studio, record_id)


def test_draft_enrols_nobody(studio: LikenessStudio) -> None:
    record_id = studio.acts.new(studio.home.folder / "consent.toml").record_id
    with pytest.raises(ConsentRefusedError, match="not_signed"):
        enrol(studio, record_id)


def test_unknown_record_is_said(studio: LikenessStudio) -> None:
    with pytest.raises(NotFoundError):
        enrol(studio, RecordId("0" * 64))


def test_recording_that_the_record_does_not_bind_is_refused(studio: LikenessStudio) -> None:
    record_id = studio.bound_consent()
    (studio.voice / "c.wav").write_bytes(b"RIFF....WAVEfmt somebody else")
    with pytest.raises(ConsentRefusedError, match=r"asset_not_covered: c\.wav"):
        enrol(studio, record_id)
    assert studio.voice_items(record_id) == []
    assert studio.ears.heard == []


def test_consent_that_binds_no_recordings_takes_no_files(studio: LikenessStudio) -> None:
    with pytest.raises(ConsentRefusedError, match=r"asset_not_covered: a\.wav, b\.wav"):
        enrol(studio, studio.consent())


def test_recordings_that_are_not_good_are_refused_with_advice_and_not_kept(studio: LikenessStudio) -> None:
    (studio.voice / "a.wav").write_bytes(RECORDINGS["a.wav"] + BAD)
    record_id = studio.bound_consent()
    with pytest.raises(RecordingsRefusedError, match=r"a\.wav: record it again in a quiet room"):
        enrol(studio, record_id)
    assert studio.voice_items(record_id) == []


def test_refusal_leaves_what_was_kept_before(studio: LikenessStudio) -> None:
    record_id = studio.bound_consent()
    studio.enrolled(record_id)
    studio.ears.during = lambda: suspended(studio, record_id)
    with pytest.raises(ConsentRefusedError):
        enrol(studio, record_id)
    assert studio.voice_items(record_id) == ["a.wav", "b.wav", PROFILE]


def test_second_enrolment_is_a_second_version(studio: LikenessStudio) -> None:
    record_id = studio.bound_consent()
    first = studio.enrolled(record_id)
    studio.hands.profile = b'{"version": 1, "better": true}'
    second = studio.enrolled(record_id, release=False)
    assert second.id == first.id
    assert [studio.room.desk.state(second, one) for one in second.versions] == ["released", "waits"]
    assert studio.room.gate.planned(second.id, modality=Modality.VOICE, is_preview=False).version == 1
    assert studio.room.gate.planned(second.id, modality=Modality.VOICE, is_preview=True).version == 2


def keep_page_recording(studio: LikenessStudio, record_id: RecordId, number: int) -> str:
    return studio.vault.keep(
        f"RIFF page {number}".encode(),
        record_id=record_id,
        kind="voice",
        name=f"prompt-en-{number:03d}.wav",
        media_type="audio/wav",
        at=studio.now,
    ).id


def with_prompts(studio: LikenessStudio) -> LikenessStudio:
    gathering = dataclasses.replace(studio.room.enrolling.gathering, prompts=lambda _language: ("One.", "Two."))
    studio.room = dataclasses.replace(
        studio.room, enrolling=dataclasses.replace(studio.room.enrolling, gathering=gathering)
    )
    return studio


def test_recordings_of_the_persons_own_page_need_no_binding(studio: LikenessStudio) -> None:
    record_id = studio.consent()
    for number in (1, 2):
        keep_page_recording(studio, record_id, number)
    row = with_prompts(studio).room.enrolling.enrol(record_id, voice=None, by="x")
    assert [prompt for _, prompt in studio.ears.heard] == ["One.", "Two."]
    assert [one.is_bound for one in row.versions[0].recordings] == [False, False]
    assert studio.room.gate.planned(row.id, modality=Modality.VOICE, is_preview=True).recordings == ()


@pytest.mark.parametrize("language", ["en-GB", "EN", "en_US"])
def test_page_is_shown_in_a_language_and_a_record_may_say_which_kind_of_it(
    studio: LikenessStudio, language: str
) -> None:
    record_id = studio.consent()
    keep_page_recording(studio, record_id, 2)
    with_prompts(studio).room.enrolling.enrol(record_id, voice=None, language=language, by="x")
    assert [prompt for _, prompt in studio.ears.heard] == ["Two."]


def test_page_without_recordings_in_the_language_says_so(studio: LikenessStudio) -> None:
    record_id = studio.consent()
    keep_page_recording(studio, record_id, 1)
    with pytest.raises(UsageError, match="no recordings in fr"):
        with_prompts(studio).room.enrolling.enrol(record_id, voice=None, language="fr", by="x")


def test_stranger_in_the_vault_is_not_spoken_from(studio: LikenessStudio) -> None:
    record_id = studio.consent()
    studio.vault.keep(b"x", record_id=record_id, kind="voice", name="old.wav", media_type="audio/wav", at=studio.now)
    with pytest.raises(UsageError, match="no recordings"):
        with_prompts(studio).room.enrolling.enrol(record_id, voice=None, by="x")


CHECKS = ('class = "synthetic_performer"', 'class = "synthetic_performer"\nbiometric_checks = "agreed"')


@pytest.mark.parametrize("agreed", [True, False])
def test_voice_is_compared_with_the_statement_only_where_the_person_agreed(
    studio: LikenessStudio, *, agreed: bool
) -> None:
    record_id = studio.bound_consent(*([CHECKS] if agreed else []))
    item = studio.vault.keep(
        b"I agree", record_id=record_id, kind="statement", name="s.webm", media_type="video/webm", at=studio.now
    )
    statements = StatementStore(studio.wiring.engine)
    statements.ask(record_id, code="123456", movements=("blink", "smile"), at=studio.now)
    attempt = AttemptRow(
        record_id=record_id, capture="live", received_at=studio.now, item_id=item.id, sha256=item.sha256
    )
    statements.accept(attempt, checks=())
    studio.enrolled(record_id)
    assert studio.ears.statement == (b"I agree" if agreed else None)


def no_sound(folder: Path) -> None:
    folder.mkdir()
    (folder / "a.doc").write_bytes(b"x")


FOLDERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "absent": (lambda folder: None, "is no folder"),
    "empty": (lambda folder: folder.mkdir(), "holds no recordings"),
    "no sound": (no_sound, "holds no recordings"),
}


@pytest.mark.parametrize(("make", "message"), FOLDERS.values(), ids=FOLDERS.keys())
def test_folder_without_recordings_is_said(
    studio: LikenessStudio, tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    folder = tmp_path / "other"
    make(folder)
    with pytest.raises(UsageError, match=message):
        studio.room.enrolling.enrol(studio.bound_consent(), voice=folder, by="x")
