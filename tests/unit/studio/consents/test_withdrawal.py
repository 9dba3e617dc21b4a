"""What a withdrawal destroys, what it leaves, and whom it names."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consent.errors import ConsentStateError
from consent.grant import RecordId
from consent.keys import SigningKey
from studio.campaigns.brief import read_brief
from studio.jobs.plan import TakePlan
from studio.store.campaigns import TakeRow, TakeStatus
from studio.wiring.root import Wiring
from tests.fakes.studio_home import StudioHome
from tests.fakes.studio_host import release_entry


@pytest.fixture
def home(tmp_path: Path) -> StudioHome:
    return StudioHome(tmp_path)


@pytest.fixture
def wiring(home: StudioHome) -> Wiring:
    return home.wiring()


def another_record(home: StudioHome, wiring: Wiring) -> RecordId:
    """The same picture under other terms, as a draft."""
    terms = home.folder / "other.toml"
    terms.write_text((home.folder / "consent.toml").read_text().replace("max_takes = 20", "max_takes = 7"))
    return wiring.acts.new(terms).record_id


def open_takes(home: StudioHome, wiring: Wiring, record_id: RecordId, *texts: str) -> tuple[TakeRow, ...]:
    brief = read_brief(home.brief(record_id, *({"text": text} for text in texts)))
    return wiring.campaigns.takes_of(wiring.producer.open(brief).id)


def release(wiring: Wiring, row: TakeRow, *, library: Path) -> Path:
    """Put a take on record and its file into the library, as the door does."""
    plan = TakePlan.model_validate_json(row.plan)
    at = datetime.now(UTC)
    with wiring.gate.transaction() as transaction:
        grant = transaction.authorize(plan.request, at=at)
        transaction.append_release(release_entry(plan, grant, row.id.encode(), at), at=at)
    path = library / row.id / "film.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(row.id.encode())
    wiring.campaigns.finish(row.id, status=TakeStatus.RELEASED, at=at, path=str(path))
    return path


def shelf_copy(home: StudioHome, wiring: Wiring, record_id: RecordId) -> Path | None:
    envelope = wiring.records.find(record_id)
    assert envelope is not None
    return wiring.shelf.find(envelope.record().scope.assets[0].sha256)


def test_shelf_copy_goes_with_the_only_record_that_binds_it(home: StudioHome, wiring: Wiring) -> None:
    (home.folder / "portrait.anchors.json").write_text("{}")
    record_id = home.standing_consent(wiring)
    assert shelf_copy(home, wiring, record_id) is not None
    wiring.acts.revoke(record_id, reason="x")
    assert list((home.folder / "home" / "assets").iterdir()) == []


def test_shelf_copy_stays_while_another_record_binds_it(home: StudioHome, wiring: Wiring) -> None:
    first, second = home.standing_consent(wiring), another_record(home, wiring)
    wiring.acts.revoke(first, reason="x")
    assert shelf_copy(home, wiring, second) is not None
    wiring.acts.revoke(second, reason="x")
    assert shelf_copy(home, wiring, second) is None


def test_inputs_of_its_campaigns_go_and_others_stay(home: StudioHome, wiring: Wiring) -> None:
    other = another_record(home, wiring)
    (row,) = open_takes(home, wiring, home.standing_consent(wiring), "Un.")
    (others,) = open_takes(home, wiring, other, "Un.")
    folder = home.folder / "home" / "campaigns"
    assert (folder / row.campaign_id / "portrait.png").is_file()
    wiring.acts.revoke(RecordId(row.record_id), reason="x")
    assert [one.name for one in folder.iterdir()] == [others.campaign_id]


def test_quarantine_of_failed_takes_goes_as_well(home: StudioHome, wiring: Wiring) -> None:
    rows = open_takes(home, wiring, home.standing_consent(wiring), "Un.", "Deux.")
    wiring.campaigns.finish(rows[0].id, status=TakeStatus.FAILED, at=wiring.clock())
    work = home.folder / "home" / "work"
    for row in rows:
        (work / row.id / "speech").mkdir(parents=True)
    (work / "of-another-record").mkdir()
    wiring.acts.revoke(RecordId(rows[0].record_id), reason="x")
    assert [one.name for one in work.iterdir()] == ["of-another-record"]


def test_quarantine_of_a_take_on_record_waits_for_its_move(home: StudioHome, wiring: Wiring) -> None:
    (row,) = open_takes(home, wiring, home.standing_consent(wiring), "Un.")
    release(wiring, row, library=home.folder / "home" / "library")
    waiting = home.folder / "home" / "work" / row.id
    waiting.mkdir()
    wiring.acts.revoke(RecordId(row.record_id), reason="x")
    assert waiting.is_dir()


def test_releases_stay_in_the_library_and_are_to_be_taken_down(home: StudioHome, wiring: Wiring) -> None:
    record_id = home.standing_consent(wiring)
    rows = open_takes(home, wiring, record_id, "Un.", "Deux.", "Trois.")
    paths = [release(wiring, row, library=home.folder / "home" / "library") for row in rows[:2]]
    shown = wiring.dossiers.show(record_id)["releases"]
    assert isinstance(shown, list)
    assert [(one["take"], one["taken_down_needed"]) for one in shown] == [(row.id, False) for row in rows[:2]]
    wiring.acts.revoke(record_id, reason="x")
    shown = wiring.dossiers.show(record_id)["releases"]
    assert isinstance(shown, list)
    assert [(one["take"], one["channel"], one["taken_down_needed"]) for one in shown] == [
        (row.id, "youtube", True) for row in rows[:2]
    ]
    assert json.dumps(shown)
    assert wiring.take_down(record_id) == {"youtube": [row.id for row in rows[:2]]}
    assert all(path.is_file() for path in paths)
    statuses = [row.status for row in wiring.campaigns.takes_of(rows[0].campaign_id)]
    assert statuses == [TakeStatus.RELEASED, TakeStatus.RELEASED, TakeStatus.REFUSED]


def test_anyone_learns_that_the_consent_of_a_release_was_withdrawn(home: StudioHome, wiring: Wiring) -> None:
    (row,) = open_takes(home, wiring, home.standing_consent(wiring), "Un.")
    release(wiring, row, library=home.folder / "home" / "library")
    wiring.acts.revoke(RecordId(row.record_id), reason="x")
    found = wiring.public_records.release_of_take(row.id)
    assert found is not None
    assert wiring.public_records.consent_status(found.entry.public_hash, at=wiring.clock()) == "withdrawn"


def test_second_withdrawal_ends_one_that_was_cut_off(
    home: StudioHome, wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = open_takes(home, wiring, home.standing_consent(wiring), "Un.")
    record_id = RecordId(row.record_id)

    def cut_off(_self: object, _sha256: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("studio.store.shelf.AssetShelf.destroy", cut_off)
        with pytest.raises(KeyboardInterrupt):
            wiring.acts.revoke(record_id, reason="x")
    assert shelf_copy(home, wiring, record_id) is not None
    with pytest.raises(ConsentStateError, match="withdrawn already"):
        wiring.acts.revoke(record_id, reason="x")
    assert shelf_copy(home, wiring, record_id) is None


def test_draft_is_withdrawn_with_its_picture(home: StudioHome, wiring: Wiring) -> None:
    record_id = another_record(home, wiring)
    wiring.acts.sign(record_id, key=SigningKey.generate())
    wiring.acts.revoke(record_id, reason="x")
    assert shelf_copy(home, wiring, record_id) is None
