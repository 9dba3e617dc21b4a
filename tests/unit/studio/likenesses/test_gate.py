"""A take speaks in a person's voice only if that voice is this consent's, exists, and legal let it be used."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from sqlalchemy import update

from consent.errors import ConsentRefusedError, FileInvalidError
from consent.grant import Grant, Modality, RecordId
from pipelines.errors import InputInvalidError
from pipelines.media import Progress
from studio.campaigns.brief import read_brief
from studio.campaigns.previewing import preview_brief
from studio.errors import NotFoundError, UsageError
from studio.jobs.likeness import NoLikenesses
from studio.jobs.plan import TakePlan
from studio.jobs.steps import StepRunner
from studio.likenesses.gate import PREVIEW_CHARACTERS_MAX, public_name
from studio.store.campaigns import TakeRow, TakeStatus
from studio.store.schema import likeness_versions
from studio.wiring.host import step_runner
from studio.wiring.likenesses import manifest_name, profile_of
from tests.unit.studio.likenesses.conftest import LikenessStudio
from tests.unit.studio.likenesses.test_enrolling import keep_page_recording, with_prompts


def codes(row: TakeRow) -> list[str]:
    return [one.code for one in row.reasons]


def plan_of(row: TakeRow) -> TakePlan:
    return TakePlan.model_validate_json(row.plan)


def test_take_in_a_released_likeness_is_queued_and_asks_for_its_recordings(studio: LikenessStudio) -> None:
    likeness = studio.enrolled()
    row = studio.take(likeness.record_id, likeness.id)
    assert row.status is TakeStatus.QUEUED
    plan = plan_of(row)
    assert plan.likeness is not None
    assert plan.likeness.profile_sha256 == studio.hands.sha256
    assert plan.request.assets == {one.sha256 for one in likeness.versions[0].recordings}
    assert studio.room.gate.profile(plan, Modality.VOICE) == studio.hands.profile


def test_take_waits_for_legal(studio: LikenessStudio) -> None:
    likeness = studio.enrolled(release=False)
    row = studio.take(likeness.record_id, likeness.id)
    assert (row.status, codes(row)) == (TakeStatus.REFUSED, ["not_countersigned"])
    assert f"sayso likeness release {likeness.id}" in row.reasons[0].message


def other_consent(studio: LikenessStudio) -> RecordId:
    return studio.bound_consent(("max_takes = 20", "max_takes = 7"))


def test_likeness_of_another_consent_is_refused(studio: LikenessStudio) -> None:
    likeness = studio.enrolled()
    row = studio.take(other_consent(studio), likeness.id)
    assert (row.status, codes(row)) == (TakeStatus.REFUSED, ["asset_not_covered"])


def test_recordings_that_a_record_does_not_bind_are_refused_by_consent_itself(studio: LikenessStudio) -> None:
    likeness = studio.enrolled()
    row = studio.take(studio.consent(("max_takes = 20", "max_takes = 7")), likeness.id)
    assert codes(row) == ["asset_not_covered", "asset_not_covered"]


def test_erased_likeness_is_refused(studio: LikenessStudio) -> None:
    likeness = studio.enrolled()
    studio.room.desk.erase(likeness.id, by="legal@example.com")
    row = studio.take(likeness.record_id, likeness.id)
    assert (row.status, codes(row)) == (TakeStatus.REFUSED, ["revoked"])


def test_profile_that_is_not_the_one_on_file_is_refused(studio: LikenessStudio) -> None:
    likeness = studio.enrolled()
    plan = plan_of(studio.take(likeness.record_id, likeness.id))
    with studio.wiring.engine.begin() as connection:
        connection.execute(update(likeness_versions).values(profile_sha256="0" * 64))
    with pytest.raises(ConsentRefusedError):
        studio.room.gate.profile(plan, Modality.VOICE)
    row = studio.take(other_brief(studio, likeness.record_id), likeness.id)
    assert codes(row) == ["revoked"]


def test_recording_that_the_person_deleted_takes_the_voice_along(studio: LikenessStudio) -> None:
    record_id = studio.consent()
    item_id = keep_page_recording(studio, record_id, 1)
    likeness = with_prompts(studio).room.enrolling.enrol(record_id, voice=None, by="x")
    studio.room.desk.release(likeness.id, by="legal@example.com")
    assert studio.take(record_id, likeness.id).status is TakeStatus.QUEUED
    studio.vault.erase(item_id, at=studio.now, why="subject_asked")
    assert studio.room.desk.state(likeness, likeness.versions[0]) == "erased"
    assert codes(studio.take(other_brief(studio, record_id), likeness.id)) == ["revoked"]


def other_brief(studio: LikenessStudio, record_id: RecordId) -> str:
    """The same record by its beginning: another brief, so that the open campaign is not found again."""
    return record_id[:20]


def test_unknown_likeness_is_an_error_of_the_brief(studio: LikenessStudio) -> None:
    with pytest.raises(NotFoundError, match="there is no likeness labc"):
        studio.take(studio.consent(), "labc")


def test_still_is_nobodys_voice(studio: LikenessStudio) -> None:
    likeness = studio.enrolled(release=False)
    path = studio.home.brief(likeness.record_id)
    text = (
        path.read_text().replace('"1080x1920"', '"1080x1080.png"').replace("portrait =", "likeness = 'x'\nportrait =")
    )
    path.write_text(text.replace("'x'", f'"{likeness.id}"'))
    (row,) = studio.wiring.campaigns.takes_of(studio.wiring.producer.open(read_brief(path)).id)
    assert (row.status, plan_of(row).likeness) == (TakeStatus.QUEUED, None)


def test_check_says_what_produce_would(studio: LikenessStudio) -> None:
    likeness = studio.enrolled(release=False)
    brief = read_brief(studio.sound_brief(likeness.record_id, likeness.id))
    found = studio.wiring.checker.check(likeness.record_id, brief)
    assert not found.all_granted
    studio.room.desk.release(likeness.id, by="legal@example.com")
    assert studio.wiring.checker.check(likeness.record_id, brief).all_granted


@pytest.mark.parametrize("place", ["brief", "take"])
def test_brief_names_one_voice(studio: LikenessStudio, place: str) -> None:
    path = studio.sound_brief("0" * 64, "labc")
    word = 'voice = "am_adam"\n'
    text = path.read_text()
    path.write_text(text.replace("[[takes]]\n", "[[takes]]\n" + word) if place == "take" else word + text)
    with pytest.raises(FileInvalidError, match=r"voice: the likeness speaks in the person's own voice"):
        read_brief(path)


# -- gates 2 and 3 ---------------------------------------------------------------------------------------------------


class NoEngines:
    """Engines that must not be reached."""

    def speech(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        raise AssertionError(plan.take_id)

    animate = compose = speech

    def release(self, plan: TakePlan, grant: Grant, *, done: Path, progress: Progress) -> Path:
        raise AssertionError(plan.take_id)

    def finish_release(self, plan: TakePlan) -> Path | None:
        return None


def runner(studio: LikenessStudio) -> StepRunner:
    return step_runner(studio.wiring, NoEngines())


@pytest.mark.parametrize("step", ["speech", "release"])
def test_likeness_that_was_erased_meanwhile_stops_the_take_at_its_next_step(studio: LikenessStudio, step: str) -> None:
    likeness = studio.enrolled()
    row = studio.take(likeness.record_id, likeness.id)
    studio.vault.erase(likeness.versions[0].profile_item_id, at=studio.now, why="erased_by_legal")
    outcome = runner(studio).run(row.id, "speech" if step == "speech" else "release")
    assert (outcome.status, [one.code for one in outcome.faults]) == ("refused", ["revoked"])


def test_engine_gets_no_profile_that_may_not_speak(studio: LikenessStudio) -> None:
    likeness = studio.enrolled()
    plan = plan_of(studio.take(likeness.record_id, likeness.id))
    assert profile_of(studio.wiring, plan.model_copy(update={"likeness": None})) is None
    with pytest.raises(InputInvalidError, match="profile"):  # the fake's bytes are none: nothing is guessed
        profile_of(studio.wiring, plan)
    studio.room.desk.erase(likeness.id, by="legal@example.com")
    with pytest.raises(ConsentRefusedError, match="revoked"):
        profile_of(studio.wiring, plan)


def test_studio_that_knows_no_likenesses_refuses_every_one(studio: LikenessStudio) -> None:
    likeness = studio.enrolled()
    row = studio.take(likeness.record_id, likeness.id)
    blind = dataclasses.replace(runner(studio), likenesses=NoLikenesses())
    assert blind.run(row.id, "speech").status == "refused"
    with pytest.raises(UsageError, match="keeps no likenesses"):
        NoLikenesses().planned("labc", modality=Modality.VOICE, is_preview=False)


# -- previews --------------------------------------------------------------------------------------------------------


def preview(studio: LikenessStudio, name: str, record_id: RecordId, text: str) -> TakeRow:
    row = studio.room.desk.find(name)
    record, _ = studio.room.desk.right[row.modality].require(record_id)
    folder = studio.home.folder / "preview"
    folder.mkdir()
    brief = preview_brief(folder, likeness=row, record=record, text=text, locale="en-US")
    (take,) = studio.wiring.campaigns.takes_of(studio.wiring.producer.open(brief).id)
    return take


def test_preview_is_a_take_that_legal_hears_before_its_release(studio: LikenessStudio) -> None:
    likeness = studio.enrolled(release=False)
    row = preview(studio, likeness.id, likeness.record_id, 'Say "hello"\nto \\ everybody.')
    plan = plan_of(row)
    assert row.status is TakeStatus.QUEUED, row.reasons
    assert (plan.text, plan.commercial, plan.format) == ('Say "hello"\nto \\ everybody.', False, "wav")
    assert plan.request.assets
    assert studio.room.gate.profile(plan, Modality.VOICE) == studio.hands.profile


def test_preview_is_too_short_for_an_ad(studio: LikenessStudio) -> None:
    likeness = studio.enrolled(release=False)
    row = preview(studio, likeness.id, likeness.record_id, "a" * (PREVIEW_CHARACTERS_MAX + 1))
    assert codes(row) == ["not_countersigned"]


def test_no_brief_calls_itself_a_preview(studio: LikenessStudio) -> None:
    likeness = studio.enrolled(release=False)
    path = studio.sound_brief(likeness.record_id, likeness.id)
    path.write_text("is_preview = true\n" + path.read_text())
    with pytest.raises(FileInvalidError, match="unknown key"):
        read_brief(path)


# -- manifests -------------------------------------------------------------------------------------------------------


def test_manifest_names_the_profile_by_a_hash_that_only_the_records_salt_explains(studio: LikenessStudio) -> None:
    likeness = studio.enrolled()
    plan = plan_of(studio.take(likeness.record_id, likeness.id))
    envelope = studio.wiring.records.find(likeness.record_id)
    assert envelope is not None
    assert envelope.salt is not None
    name = manifest_name(studio.wiring, plan, Modality.VOICE)
    assert name == public_name(studio.hands.sha256, envelope.salt) != studio.hands.sha256
    assert name != public_name(studio.hands.sha256, b"\0" * 32)
    assert manifest_name(studio.wiring, plan.model_copy(update={"likeness": None}), Modality.VOICE) is None
