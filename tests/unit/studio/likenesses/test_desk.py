"""Legal lets voices be used and erases them; a withdrawal erases them without being asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from consent.errors import ConsentRefusedError
from consent.grant import RecordId
from studio.campaigns.brief import read_brief
from studio.consents.destruction import DestructionCertificate
from studio.consents.subject_acts import SubjectActs
from studio.errors import NotFoundError, UsageError
from studio.store.campaigns import TakeStatus
from studio.store.schema import takes
from studio.vault.item import VOICE_PROFILE
from tests.fakes.keeping import RETENTION
from tests.unit.studio.likenesses.conftest import LikenessStudio

LEGAL = "legal@example.com"


def test_release_is_written_down_with_the_person(studio: LikenessStudio) -> None:
    row = studio.room.desk.release(studio.enrolled(release=False).id, by=LEGAL)
    assert (row.versions[0].released_by, row.versions[0].released_at) == (LEGAL, studio.now)
    again = studio.room.desk.release(row.id, by="other@example.com")
    assert again.versions[0].released_by == LEGAL


@pytest.mark.parametrize("by", ["console", "", "@", "legal@"])
def test_nobody_releases_without_a_name(studio: LikenessStudio, by: str) -> None:
    row = studio.enrolled(release=False)
    with pytest.raises(UsageError, match="--as EMAIL"):
        studio.room.desk.release(row.id, by=by)


def test_release_needs_a_consent_that_stands(studio: LikenessStudio) -> None:
    row = studio.enrolled(release=False)
    studio.acts.suspend(row.record_id, reason="x")
    with pytest.raises(ConsentRefusedError, match="suspended"):
        studio.room.desk.release(row.id, by=LEGAL)


def test_no_such_version_is_said(studio: LikenessStudio) -> None:
    row = studio.enrolled(release=False)
    with pytest.raises(UsageError, match="versions 1 to 1 and no 2"):
        studio.room.desk.release(row.id, version=2, by=LEGAL)


def test_likeness_is_named_by_its_beginning(studio: LikenessStudio) -> None:
    row = studio.enrolled()
    assert studio.room.desk.find(row.id[:6].upper()) == row
    for name in ("", "l", "lzzzz", row.id + "0"):
        with pytest.raises(NotFoundError):
            studio.room.desk.find(name)


def test_erased_likeness_leaves_no_file_and_stops_what_runs(studio: LikenessStudio) -> None:
    row = studio.enrolled()
    take = studio.take(row.record_id, row.id)
    speech = studio.wiring.settings.work_dir / take.id / "speech"
    speech.mkdir(parents=True)
    sealed = {item.id for item in studio.vault.items(row.record_id) if item.kind in ("voice", "template")}
    assert studio.room.desk.erase(row.id, by=LEGAL) == 3
    assert studio.voice_items(row.record_id) == []
    assert not {path.name for path in studio.wiring.settings.vault_dir.iterdir()} & sealed
    stopped = studio.wiring.campaigns.take(take.id)
    assert (stopped.status, [one.code for one in stopped.reasons]) == (TakeStatus.REFUSED, ["revoked"])
    assert not speech.exists()
    assert studio.room.desk.state(row, row.versions[0]) == "erased"
    assert studio.room.desk.erase(row.id, by=LEGAL) == 0
    with pytest.raises(UsageError, match="was erased"):
        studio.room.desk.release(row.id, by=LEGAL)


def test_take_whose_plan_cannot_be_read_does_not_hold_an_erasure_up(studio: LikenessStudio) -> None:
    row = studio.enrolled()
    take = studio.take(row.record_id, row.id)
    with studio.wiring.engine.begin() as connection:
        connection.execute(update(takes).values(plan="{}"))
    assert studio.room.desk.erase(row.id, by=LEGAL) == 3
    assert studio.wiring.campaigns.take(take.id).status is TakeStatus.REFUSED


def test_take_in_another_voice_goes_on_after_an_erasure(studio: LikenessStudio) -> None:
    row = studio.enrolled()
    brief = read_brief(studio.home.brief(row.record_id))
    (other,) = studio.wiring.campaigns.takes_of(studio.wiring.producer.open(brief).id)
    studio.room.desk.erase(row.id, by=LEGAL)
    assert studio.wiring.campaigns.take(other.id).status is TakeStatus.QUEUED


def test_consent_stands_after_an_erasure_and_may_be_enrolled_again(studio: LikenessStudio) -> None:
    row = studio.enrolled()
    studio.room.desk.erase(row.id, by=LEGAL)
    again = studio.enrolled(row.record_id)
    assert [studio.room.desk.state(again, one) for one in again.versions] == ["erased", "released"]
    assert studio.take(row.record_id, row.id).status is TakeStatus.QUEUED


# -- what consent takes along ----------------------------------------------------------------------------------------


def test_withdrawal_takes_recordings_and_profile_along_and_certifies_it(studio: LikenessStudio) -> None:
    row = studio.enrolled(studio.bound_consent(more=RETENTION))
    studio.acts.revoke(row.record_id, reason="x")
    assert studio.voice_items(row.record_id) == []
    assert studio.room.desk.state(row, row.versions[0]) == "erased"
    (certificate,) = certificates(studio, row.record_id)
    hashes = {one.sha256 for one in certificate.destroyed}
    assert {studio.hands.sha256, *(one.sha256 for one in row.versions[0].recordings)} <= hashes


def certificates(studio: LikenessStudio, record_id: RecordId) -> tuple[DestructionCertificate, ...]:
    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    assert envelope.public_hash is not None
    return studio.keeping.destruction.certificates.of(envelope.public_hash)


def take_voice_back(studio: LikenessStudio, record_id: RecordId, *, tell: bool = True) -> None:
    subject = SubjectActs(records=studio.wiring.records, ledger=studio.wiring.ledger, clock=lambda: studio.now)
    part = subject.restrict(record_id, part={"modalities": ("voice",)}).restrictions[-1]
    if tell:
        studio.keeping.destruction.restricted(record_id, part)


def test_voice_that_is_taken_back_is_erased_and_the_rest_stands(studio: LikenessStudio) -> None:
    row = studio.enrolled()
    studio.vault.keep(
        b"a face", record_id=row.record_id, kind="template", name="face.npz", media_type="x/y", at=studio.now
    )
    take_voice_back(studio, row.record_id)
    assert studio.voice_items(row.record_id) == ["face.npz"]
    (certificate,) = certificates(studio, row.record_id)
    certificate.check(studio.wiring.controller_key().public_key)
    assert (certificate.cause, len(certificate.destroyed)) == ("withdrawn", 3)
    assert {one.until.year for one in certificate.kept} >= {2035}
    assert studio.take(row.record_id, row.id).status is TakeStatus.REFUSED


def test_another_part_taken_back_leaves_the_voice(studio: LikenessStudio) -> None:
    row = studio.enrolled()
    subject = SubjectActs(records=studio.wiring.records, ledger=studio.wiring.ledger, clock=lambda: studio.now)
    part = subject.restrict(row.record_id, part={"channels": ("youtube",)}).restrictions[-1]
    studio.keeping.destruction.restricted(row.record_id, part)
    assert len(studio.voice_items(row.record_id)) == 3
    assert certificates(studio, row.record_id) == ()


def test_sweep_ends_a_partial_withdrawal_that_was_cut_off(studio: LikenessStudio) -> None:
    row = studio.enrolled()
    take_voice_back(studio, row.record_id, tell=False)
    assert len(studio.voice_items(row.record_id)) == 3
    report = studio.keeping.sweeper.sweep(studio.now)
    assert report.destroyed == {row.record_id: 3}
    assert studio.voice_items(row.record_id) == []
    assert studio.keeping.sweeper.sweep(studio.now).destroyed == {}


def test_retention_ends_the_profile_on_its_day(studio: LikenessStudio) -> None:
    row = studio.enrolled(studio.bound_consent(("2035-01-01", "2026-12-01"), more=RETENTION))
    studio.later(days=10 + 9)  # the last day is over, and 10 days of footage are not
    studio.keeping.sweeper.sweep(studio.now)
    assert len(studio.voice_items(row.record_id)) == 3
    studio.later(days=2)
    studio.keeping.sweeper.sweep(studio.now)
    assert studio.voice_items(row.record_id) == ["voice-profile.json"]
    studio.later(days=10)
    studio.keeping.sweeper.sweep(studio.now)
    assert studio.voice_items(row.record_id) == []


def test_nothing_of_a_voice_lies_in_clear(studio: LikenessStudio) -> None:
    studio.hands.profile = b"biometric numbers of one person"
    row = studio.enrolled()
    home: Path = studio.wiring.settings.home
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"biometric numbers" not in content, path
            assert b"the first sentence" not in content, path
    (item,) = (one for one in studio.vault.items(row.record_id) if one.kind == "template")
    assert item.media_type == VOICE_PROFILE
