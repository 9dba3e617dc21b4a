"""The last gate: deciding and recording are one, and a take is released once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consent.errors import ConsentRefusedError
from consent.grant import ReasonCode
from pipelines.errors import ReleaseError
from studio.campaigns.brief import read_brief
from studio.jobs.plan import TakePlan
from studio.wiring.root import Wiring
from tests.fakes.studio_home import StudioHome
from tests.fakes.studio_host import release_entry


@pytest.fixture
def home(tmp_path: Path) -> StudioHome:
    return StudioHome(tmp_path)


@pytest.fixture
def wiring(home: StudioHome) -> Wiring:
    return home.wiring()


@pytest.fixture
def plan(home: StudioHome, wiring: Wiring) -> TakePlan:
    campaign = wiring.producer.open(read_brief(home.brief(home.standing_consent(wiring))))
    return TakePlan.model_validate_json(wiring.campaigns.takes_of(campaign.id)[0].plan)


def release(wiring: Wiring, plan: TakePlan) -> None:
    at = datetime.now(UTC)
    with wiring.gate.transaction() as transaction:
        grant = transaction.authorize(plan.request, at=at)
        transaction.append_release(release_entry(plan, grant, b"film", at), at=at)


def test_release_is_on_record(wiring: Wiring, plan: TakePlan) -> None:
    assert wiring.gate.released(plan.request.take_id) is None
    release(wiring, plan)
    receipt = wiring.gate.released(plan.request.take_id)
    assert receipt is not None
    assert receipt.index == wiring.ledger.view().size - 1
    assert receipt.entry.locale == "fr-FR"
    found = wiring.public_records.release_of_file(receipt.entry.file_sha256)
    assert found is not None
    assert json.loads(found.leaf)["take_id"] == plan.take_id
    assert list(wiring.public_records.fingerprints("video")) == [(plan.take_id, receipt.entry.fingerprint)]
    assert wiring.public_records.consent_status(receipt.entry.public_hash, at=datetime.now(UTC)) == "active"
    assert wiring.public_records.release_of_take("another") is None


def test_second_release_of_a_take_is_refused(wiring: Wiring, plan: TakePlan) -> None:
    release(wiring, plan)
    with pytest.raises(ReleaseError, match="released already"):
        release(wiring, plan)
    assert sum(json.loads(leaf)["kind"] == "released" for leaf in wiring.ledger.everything()[0]) == 1


def test_withdrawn_consent_refuses_at_the_last_gate(wiring: Wiring, plan: TakePlan) -> None:
    wiring.acts.revoke(plan.request.record_id, reason="x")
    size = wiring.ledger.view().size
    with pytest.raises(ConsentRefusedError) as refusal:
        release(wiring, plan)
    assert ReasonCode.REVOKED in {reason.code for reason in refusal.value.reasons}
    assert wiring.ledger.view().size == size
    assert wiring.gate.released(plan.request.take_id) is None


def test_failure_after_the_entry_takes_it_back(wiring: Wiring, plan: TakePlan) -> None:
    size = wiring.ledger.view().size
    at = datetime.now(UTC)

    def release_and_fail() -> None:
        with wiring.gate.transaction() as transaction:
            grant = transaction.authorize(plan.request, at=at)
            transaction.append_release(release_entry(plan, grant, b"film", at), at=at)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        release_and_fail()
    assert wiring.ledger.view().size == size
    assert wiring.gate.released(plan.request.take_id) is None


def test_rolled_back_ledger_refuses(home: StudioHome, wiring: Wiring, plan: TakePlan) -> None:
    with wiring.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM ledger_entries WHERE position = 3")
        connection.exec_driver_sql("DELETE FROM checkpoints WHERE size = 4")
    with pytest.raises(ConsentRefusedError) as refusal:
        release(home.wiring(), plan)
    assert ReasonCode.LEDGER_UNREADABLE in {reason.code for reason in refusal.value.reasons}


def test_exhausted_quota_refuses(home: StudioHome) -> None:
    consent = home.folder / "consent.toml"
    consent.write_text(consent.read_text().replace("max_takes = 20", "max_takes = 1"))
    wiring = home.wiring()
    brief = home.brief(home.standing_consent(wiring), {}, {"locale": "en-US", "market": "US"})
    rows = wiring.campaigns.takes_of(wiring.producer.open(read_brief(brief)).id)
    first, second = (TakePlan.model_validate_json(row.plan) for row in rows)
    release(wiring, first)
    with pytest.raises(ConsentRefusedError) as refusal:
        release(wiring, second)
    assert [reason.code for reason in refusal.value.reasons] == [ReasonCode.QUOTA_EXHAUSTED]
