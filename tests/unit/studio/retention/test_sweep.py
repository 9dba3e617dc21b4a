"""The daily sweep destroys on time and not before, gives notice once, and may run as often as one likes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from consent.grant import RecordId
from studio.retention.sweep import SweepReport
from studio.store.schema import envelopes
from tests.fakes.keeping import RETENTION, KeepingStudio

ENDS = ("valid_until = 2035-01-01", "valid_until = 2026-12-31")
AFTER = datetime(2027, 1, 1, tzinfo=UTC)
EVIDENCE = {"contract", "statement", "transcript", "receipt", "other"}


@pytest.fixture
def studio(tmp_path: Path) -> KeepingStudio:
    return KeepingStudio(tmp_path)


def sweep(studio: KeepingStudio, at: datetime | None = None) -> SweepReport:
    studio.now = at or studio.now
    return studio.keeping.sweeper.sweep(studio.now)


def test_each_kind_goes_on_its_day_and_not_before(studio: KeepingStudio) -> None:
    record_id = studio.consent(ENDS, more=RETENTION)
    studio.keep_all_kinds(record_id)
    sweep(studio, AFTER + timedelta(days=10, seconds=-1))
    assert "portrait" in studio.kinds(record_id)
    assert len(list(studio.home.folder.glob("home/assets/*"))) == 1
    assert sweep(studio, AFTER + timedelta(days=10)).destroyed == {record_id: 4}
    assert studio.kinds(record_id) == EVIDENCE | {"template"}
    assert list(studio.home.folder.glob("home/assets/*")) == [], "the copy on the shelf is footage too"
    sweep(studio, AFTER + timedelta(days=20))
    assert studio.kinds(record_id) == EVIDENCE
    sweep(studio, AFTER + timedelta(days=30, seconds=-1))
    assert studio.kinds(record_id) == EVIDENCE
    sweep(studio, AFTER + timedelta(days=30))
    assert studio.kinds(record_id) == set()


def test_each_destruction_is_certified_and_told(studio: KeepingStudio) -> None:
    record_id = studio.consent(ENDS, more=RETENTION)
    studio.keep_all_kinds(record_id)
    for days in (10, 20, 30):
        sweep(studio, AFTER + timedelta(days=days))
    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    assert envelope.public_hash is not None
    found = studio.keeping.destruction.certificates.of(envelope.public_hash)
    assert [(one.number, one.cause) for one in found] == [(1, "retention"), (2, "retention"), (3, "retention")]
    hashes = [line.sha256 for one in found for line in one.destroyed if line.sha256]
    assert len(hashes) == len(set(hashes)) == 9, "nothing is certified twice"
    subjects = [one.message.subject for one in studio.keeping.outbox.all()]
    assert subjects.count("Your material at Example GmbH was destroyed") == 3


def test_sweeping_again_changes_nothing(studio: KeepingStudio) -> None:
    record_id = studio.consent(ENDS, more=RETENTION)
    studio.keep_all_kinds(record_id)
    sweep(studio, AFTER + timedelta(days=10))
    size, queued = studio.wiring.ledger.view().size, len(studio.keeping.outbox.all())
    assert sweep(studio).destroyed == {}
    assert (studio.wiring.ledger.view().size, len(studio.keeping.outbox.all())) == (size, queued)


def test_proof_of_a_withdrawn_consent_goes_when_its_days_are_over(studio: KeepingStudio) -> None:
    record_id = studio.consent(more=RETENTION)
    studio.keep_all_kinds(record_id)
    studio.acts.revoke(record_id, reason="x")
    sweep(studio, studio.now + timedelta(days=29))
    assert studio.kinds(record_id) == EVIDENCE
    sweep(studio, studio.now + timedelta(days=1))
    assert studio.kinds(record_id) == set()


def test_a_withdrawal_that_was_cut_off_is_ended_by_the_sweep(
    studio: KeepingStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = studio.consent(more=RETENTION)
    studio.keep_all_kinds(record_id)
    with monkeypatch.context() as patch:
        patch.setattr("studio.consents.withdrawal.Withdrawal.clean_up", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            studio.acts.revoke(record_id, reason="x")
    assert studio.kinds(record_id) == EVIDENCE | {"portrait", "voice", "footage", "template"}
    sweep(studio)
    assert studio.kinds(record_id) == EVIDENCE
    assert any("is withdrawn" in one.message.subject for one in studio.keeping.outbox.all())


def notices(studio: KeepingStudio) -> list[str]:
    return [one.message.subject for one in studio.keeping.outbox.all() if "ends on" in one.message.subject]


def test_notice_is_given_thirty_and_seven_days_ahead_once_each(studio: KeepingStudio) -> None:
    studio.consent(ENDS)
    for day in range(45):
        sweep(studio, datetime(2026, 11, 20, 3, tzinfo=UTC) + timedelta(days=day))
        days_left = 41 - day
        rounds = 2 if days_left <= 7 else 1 if days_left <= 30 else 0
        assert len(notices(studio)) == 2 * rounds, f"{days_left} days before the end"


def test_a_late_sweep_gives_only_the_notice_that_is_still_true(studio: KeepingStudio) -> None:
    studio.consent(ENDS)
    assert len(sweep(studio, datetime(2026, 12, 29, tzinfo=UTC)).expiring) == 1
    assert len(notices(studio)) == 2


def test_no_notice_of_a_consent_that_does_not_stand(studio: KeepingStudio) -> None:
    (studio.home.folder / "consent.toml").write_text((studio.home.folder / "consent.toml").read_text().replace(*ENDS))
    studio.acts.new(studio.home.folder / "consent.toml")  # a draft
    withdrawn = studio.consent(ENDS, ("max_takes = 20", "max_takes = 3"))
    studio.acts.revoke(withdrawn, reason="x")
    sweep(studio, datetime(2026, 12, 20, tzinfo=UTC))
    assert notices(studio) == []


def test_a_damaged_record_is_said_and_stops_no_other(studio: KeepingStudio) -> None:
    good = studio.consent(ENDS)
    studio.keep_all_kinds(good)
    bad = studio.consent(ENDS, ("max_takes = 20", "max_takes = 3"))
    studio.keep_all_kinds(bad)
    with studio.wiring.engine.begin() as connection:
        connection.execute(update(envelopes).where(envelopes.c.record_id == bad).values(body="{}"))
    report = sweep(studio, AFTER + timedelta(days=1))
    assert "portrait" not in studio.kinds(good)
    assert "portrait" in studio.kinds(bad), "nobody knows for how long it may be kept"
    assert [trouble[:12] for trouble in report.troubles] == [bad[:12]]


def test_files_of_a_draft_that_nobody_sent_go_after_a_season(studio: KeepingStudio) -> None:
    draft = RecordId("ab" * 16)  # a request's own number, before there is a record
    studio.keep_all_kinds(draft)
    assert sweep(studio, studio.now + timedelta(days=90)).drafts == 0
    report = sweep(studio, studio.now + timedelta(seconds=1))
    assert (report.drafts, report.troubles, studio.kinds(draft)) == (8, (), set())


def test_what_dead_processes_left_is_cleared(studio: KeepingStudio) -> None:
    left = studio.home.folder / "home" / "work" / "vault-copy-00"
    left.write_bytes(b"a face")
    old = (studio.now - timedelta(hours=2)).timestamp()
    os.utime(left, (old, old))
    assert sweep(studio).left_overs == 1
    assert not left.exists()


def test_a_report_is_json(studio: KeepingStudio) -> None:
    record_id: RecordId = studio.consent(ENDS)
    studio.keep_all_kinds(record_id)
    report = sweep(studio, AFTER).to_json()
    assert report["destroyed"] == {record_id: 5}
    assert report["notices"] == {"sent": 0, "failed": 0, "held": 1}
