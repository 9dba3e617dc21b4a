"""A twin is trained only from footage that the record binds, under a consent that stands to the end."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from consent.errors import ConsentRefusedError, FileInvalidError
from consent.grant import Modality, ReasonCode, RecordId, Sha256Hex
from consent.ledger import Acted
from consent.record import BoundAsset
from studio.campaigns.brief import read_brief
from studio.campaigns.previewing import preview_brief
from studio.consents.subject_acts import SubjectActs
from studio.errors import RecordingsRefusedError, UsageError
from studio.jobs.plan import TakePlan
from studio.likenesses.gate import public_name
from studio.store.campaigns import TakeRow, TakeStatus
from studio.wiring.likenesses import manifest_name
from tests.fakes.eyes import BLURRED
from tests.fakes.studio_home import PIXEL
from tests.unit.studio.likenesses.conftest import FILM, LikenessStudio

LEGAL = "legal@example.com"


def film_items(studio: LikenessStudio, record_id: RecordId) -> list[str]:
    return sorted(item.name for item in studio.vault.items(record_id) if item.kind in ("footage", "template"))


def plan_of(row: TakeRow) -> TakePlan:
    return TakePlan.model_validate_json(row.plan)


def codes(row: TakeRow) -> list[str]:
    return [one.code for one in row.reasons]


def test_twin_of_a_standing_consent_is_trained_and_waits_for_legal(studio: LikenessStudio) -> None:
    record_id = studio.filmed_consent()
    row = studio.filmed(record_id, release=False)
    (version,) = row.versions
    assert (row.modality, studio.room.desk.state(row, version)) == (Modality.FACE, "waits")
    assert film_items(studio, record_id) == ["film.mp4", "twin.safetensors"]
    assert studio.vault.bytes(version.profile_item_id) == studio.maker.twin
    assert version.report["footage"] == {"score": 0.9, "seconds": 60.0, "advice": ["film nearer"]}
    assert studio.maker.evidence == PIXEL  # the bound picture: nobody spoke a statement
    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    assert envelope.public_hash is not None
    entries = studio.wiring.ledger.view().history(envelope.public_hash)
    assert [one.action for one in entries if isinstance(one, Acted)] == ["likeness_enrolled"]


def test_looking_gets_private_copies_and_training_leaves_nothing_behind(studio: LikenessStudio) -> None:
    studio.filmed()
    assert studio.maker.seen == [FILM]
    assert studio.maker.modes == {0o600}
    assert not any(path.exists() for path in studio.maker.paths)
    assert list(studio.wiring.settings.training_dir.iterdir()) == []


def test_footage_that_the_record_does_not_bind_is_refused(studio: LikenessStudio) -> None:
    record_id = studio.consent()
    with pytest.raises(ConsentRefusedError) as refusal:
        studio.filmed(record_id)
    assert [one.code for one in refusal.value.reasons] == [ReasonCode.ASSET_NOT_COVERED]
    assert film_items(studio, record_id) == []


def test_consent_for_the_voice_alone_trains_nobody(studio: LikenessStudio) -> None:
    record_id = studio.filmed_consent(('modalities = ["face", "voice"]', 'modalities = ["voice"]'))
    with pytest.raises(ConsentRefusedError) as refusal:
        studio.filmed(record_id)
    assert [one.code for one in refusal.value.reasons] == [ReasonCode.MODALITY_NOT_COVERED]


def test_footage_that_is_not_good_enough_is_not_kept(studio: LikenessStudio) -> None:
    studio.film.write_bytes(FILM + BLURRED)
    record_id = studio.filmed_consent()
    with pytest.raises(RecordingsRefusedError, match="tap on the face and film again"):
        studio.filmed(record_id)
    assert film_items(studio, record_id) == []
    assert studio.room.desk.all() == ()


def test_missing_file_is_one_sentence(studio: LikenessStudio) -> None:
    record_id = studio.filmed_consent()
    studio.film.unlink()
    with pytest.raises(UsageError, match=r"film\.mp4 cannot be read: No such file"):
        studio.filmed(record_id)


def stopped() -> None:
    raise KeyboardInterrupt


def test_training_that_was_stopped_goes_on_from_what_is_kept(studio: LikenessStudio) -> None:
    record_id = studio.filmed_consent()
    studio.maker.during = stopped
    with pytest.raises(KeyboardInterrupt):
        studio.filmed(record_id)
    assert (studio.wiring.settings.training_dir / record_id / "seen").is_file()
    assert not any(path.exists() for path in studio.maker.paths)
    studio.maker.during = lambda: None
    row = studio.room.filming.train(record_id, by=LEGAL)
    assert studio.maker.resumed
    assert len(row.versions) == 1
    assert list(studio.wiring.settings.training_dir.iterdir()) == []


def test_training_again_needs_footage(studio: LikenessStudio) -> None:
    with pytest.raises(UsageError, match="sayso likeness enrol --consent"):
        studio.room.filming.train(studio.filmed_consent(), by=LEGAL)


def face_taken_back(studio: LikenessStudio, record_id: RecordId) -> None:
    subject = SubjectActs(records=studio.wiring.records, ledger=studio.wiring.ledger, clock=lambda: studio.now)
    part = subject.restrict(record_id, part={"modalities": ("face",)}).restrictions[-1]
    studio.keeping.destruction.restricted(record_id, part)


def withdrawn(studio: LikenessStudio, record_id: RecordId) -> None:
    studio.acts.revoke(record_id, reason="x")


@pytest.mark.parametrize("end", [face_taken_back, withdrawn])
def test_consent_that_ends_during_the_training_keeps_nothing(
    studio: LikenessStudio, end: Callable[[LikenessStudio, RecordId], None]
) -> None:
    record_id = studio.filmed_consent()
    studio.maker.during = lambda: end(studio, record_id)
    with pytest.raises(ConsentRefusedError) as refusal:
        studio.filmed(record_id)
    assert [one.code for one in refusal.value.reasons] == [ReasonCode.REVOKED]
    assert film_items(studio, record_id) == []
    assert studio.room.desk.all() == ()
    assert list(studio.wiring.settings.training_dir.iterdir()) == []


def test_face_that_is_taken_back_takes_twin_footage_and_pictures_along_and_leaves_the_voice(
    studio: LikenessStudio,
) -> None:
    record_id = studio.consent(
        ('assets = ["portrait.png"]', 'assets = ["portrait.png", "film.mp4", "voice/a.wav", "voice/b.wav"]')
    )
    studio.filmed(record_id)
    studio.enrolled(record_id)
    (studio.wiring.settings.training_dir / record_id).mkdir()
    face_taken_back(studio, record_id)
    assert film_items(studio, record_id) == ["voice-profile.json"]
    assert studio.voice_items(record_id) == ["a.wav", "b.wav", "voice-profile.json"]
    assert not any(map(studio.wiring.shelf.holds, {asset.sha256 for asset in assets_of(studio, record_id)}))
    assert not (studio.wiring.settings.training_dir / record_id).exists()
    certificate = studio.keeping.destruction.certificates.of(public_hash(studio, record_id))[-1]
    assert {one.what for one in certificate.destroyed} == {"footage", "template", "picture_copy"}


def assets_of(studio: LikenessStudio, record_id: RecordId) -> tuple[BoundAsset, ...]:
    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    return envelope.record().scope.assets


def public_hash(studio: LikenessStudio, record_id: RecordId) -> Sha256Hex:
    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    assert envelope.public_hash is not None
    return envelope.public_hash


def test_old_unfinished_trainings_go_with_the_sweep(studio: LikenessStudio) -> None:
    training = studio.wiring.settings.training_dir
    for name, days in (("old", 8), ("young", 6)):
        (training / name).mkdir()
        at = studio.now.timestamp() - days * 86_400
        os.utime(training / name, (at, at))
    studio.keeping.sweeper.sweep(studio.now)
    assert [one.name for one in training.iterdir()] == ["young"]


# -- takes -----------------------------------------------------------------------------------------------------------


def test_take_of_a_released_twin_is_queued_and_asks_for_its_footage(studio: LikenessStudio) -> None:
    twin = studio.filmed()
    row = studio.film_take(twin.record_id, twin.id)
    assert (row.status, codes(row)) == (TakeStatus.QUEUED, [])
    plan = plan_of(row)
    assert plan.twin is not None
    assert plan.portrait is None
    assert plan.request.assets == {twin.versions[0].recordings[0].sha256}
    assert studio.room.gate.profile(plan, Modality.FACE) == studio.maker.twin
    envelope = studio.wiring.records.find(twin.record_id)
    assert envelope is not None
    assert envelope.salt is not None
    named = manifest_name(studio.wiring, plan, Modality.FACE)
    assert named == public_name(studio.maker.sha256, envelope.salt)
    assert manifest_name(studio.wiring, plan, Modality.VOICE) is None


def test_sound_alone_shows_no_twin(studio: LikenessStudio) -> None:
    twin = studio.filmed(release=False)
    row = studio.film_take(twin.record_id, twin.id, format_="wav")
    assert (row.status, plan_of(row).twin) == (TakeStatus.QUEUED, None)


def test_take_waits_for_legal(studio: LikenessStudio) -> None:
    twin = studio.filmed(release=False)
    assert codes(studio.film_take(twin.record_id, twin.id)) == ["not_countersigned"]


def test_twin_of_another_consent_is_refused(studio: LikenessStudio) -> None:
    twin = studio.filmed()
    other = studio.filmed_consent(("max_takes = 20", "max_takes = 7"))
    assert codes(studio.film_take(other, twin.id)) == ["asset_not_covered"]


def test_erased_twin_is_refused_and_its_footage_is_gone(studio: LikenessStudio) -> None:
    twin = studio.filmed()
    assert studio.room.desk.erase(twin.id, by=LEGAL) == 2
    assert film_items(studio, twin.record_id) == []
    row = studio.film_take(twin.record_id, twin.id)
    assert codes(row) == ["revoked"]
    assert "enrol the twin again" in row.reasons[0].message


def test_voice_is_no_twin_and_a_twin_is_no_voice(studio: LikenessStudio) -> None:
    voice = studio.enrolled()
    with pytest.raises(UsageError, match=f'{voice.id} is no twin; write likeness = "{voice.id}", not twin'):
        studio.film_take(voice.record_id, voice.id)
    twin = studio.filmed()
    with pytest.raises(UsageError, match=f'{twin.id} is no voice; write twin = "{twin.id}", not likeness'):
        studio.take(twin.record_id, twin.id)


def test_preview_of_a_twin_is_a_small_film_before_its_release(studio: LikenessStudio) -> None:
    twin = studio.filmed(release=False)
    record, _ = studio.room.desk.right[Modality.FACE].require(twin.record_id)
    folder = studio.home.folder / "preview"
    folder.mkdir()
    brief = preview_brief(folder, likeness=twin, record=record, text="Good morning.", locale="en-US")
    (row,) = studio.wiring.campaigns.takes_of(studio.wiring.producer.open(brief).id)
    assert (row.status, codes(row), plan_of(row).format) == (TakeStatus.QUEUED, [], "960x540")
    assert studio.room.gate.profile(plan_of(row), Modality.FACE) == studio.maker.twin


WRONG = {
    "portrait beside it": ('twin = "{id}"', 'twin = "{id}"\nportrait = "portrait.png"', "leave one of the two out"),
    "a background": ('twin = "{id}"', 'twin = "{id}"\nbackground = "portrait.png"', "what it was filmed before"),
    "a drawing of it": ('twin = "{id}"', 'twin = "{id}"\nlook = "cartoon"', "is for portraits"),
    "a drawing whose mouth is painted": (
        'twin = "{id}"',
        'portrait = "portrait.png"\nlook = "cartoon"\nlip_sync = "musetalk"',
        "paints photographs",
    ),
    "neither": ('twin = "{id}"\n', "", 'or twin = "ID"'),
    "half of a portrait": ('twin = "{id}"', 'portrait = "portrait.png"\nframing = "half"', "ends at the chest"),
}


@pytest.mark.parametrize(("old", "new", "said"), WRONG.values(), ids=WRONG.keys())
def test_brief_says_which_face_once(studio: LikenessStudio, old: str, new: str, said: str) -> None:
    path = studio.film_brief("r" * 64, "l1234")
    path.write_text(path.read_text().replace(old.format(id="l1234"), new.format(id="l1234")))
    with pytest.raises(FileInvalidError, match=said):
        read_brief(path)
