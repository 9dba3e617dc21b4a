"""From a draft to a withdrawal, over the real store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consent.errors import ConsentStateError, FileInvalidError
from consent.grant import RecordId, Sha256Hex
from consent.keys import SigningKey
from consent.ledger import actor_hash, reason_hash
from studio.errors import NotFoundError, UsageError
from studio.store.acts_log import ActsLog
from studio.store.campaigns import TakeStatus
from studio.wiring.root import Wiring
from tests.fakes.studio_home import StudioHome


@pytest.fixture
def home(tmp_path: Path) -> StudioHome:
    return StudioHome(tmp_path)


@pytest.fixture
def wiring(home: StudioHome) -> Wiring:
    return home.wiring()


def status(wiring: Wiring, record_id: RecordId) -> object:
    return wiring.dossiers.show(record_id)["status"]


def test_record_goes_from_draft_to_active_to_withdrawn(home: StudioHome, wiring: Wiring) -> None:
    record_id = wiring.acts.new(home.folder / "consent.toml").record_id
    assert status(wiring, record_id) == "draft"
    wiring.acts.sign(record_id, key=SigningKey.generate())
    assert status(wiring, record_id) == "pending_legal"
    wiring.acts.approve(record_id, approver="legal@example.com")
    assert status(wiring, record_id) == "active"
    wiring.acts.suspend(record_id, reason="under review")
    assert status(wiring, record_id) == "suspended"
    wiring.acts.resume(record_id, reason="reviewed")
    assert status(wiring, record_id) == "active"
    wiring.acts.revoke(record_id, reason="the subject asked")
    assert status(wiring, record_id) == "withdrawn"


def test_everything_is_there_for_the_next_process(home: StudioHome, wiring: Wiring) -> None:
    record_id = home.standing_consent(wiring)
    again = home.wiring().dossiers.show(record_id)
    assert (again["status"], again["assurance"]) == ("active", "contract")


def test_ledger_holds_each_act_and_no_words_of_people(home: StudioHome, wiring: Wiring) -> None:
    record_id = home.standing_consent(wiring)
    wiring.acts.suspend(record_id, reason="a secret quarrel")
    leaves = wiring.ledger.everything()[0]
    kinds = [json.loads(leaf)["kind"] for leaf in leaves]
    assert kinds == ["record_created", "signed", "approved", "approved", "suspended"]
    for word in (b"secret", b"Test Performer", b"example", record_id.encode()):
        assert not any(word in leaf for leaf in leaves)


def test_contract_evidence_is_sealed_in_the_vault(home: StudioHome, wiring: Wiring) -> None:
    record_id = home.standing_consent(wiring)
    contract = (home.folder / "contract.pdf").read_bytes()
    (item,) = wiring.vault.items(record_id)
    assert (item.kind, wiring.vault.bytes(item.id)) == ("contract", contract)
    assert wiring.dossiers.show(record_id)["evidence"][0]["sha256"] == item.sha256  # type: ignore[index]
    home_files = (path for path in (home.folder / "home").rglob("*") if path.is_file())
    assert not any(contract in path.read_bytes() for path in home_files)


def test_acts_say_who_and_why_in_the_log_and_as_hashes_in_the_ledger(home: StudioHome, wiring: Wiring) -> None:
    record_id = home.standing_consent(wiring)
    wiring.acts.suspend(record_id, reason="a complaint", by="legal@example.com")
    wiring.acts.resume(record_id, reason="settled")
    acts = ActsLog(wiring.engine).of((record_id,))
    assert [(act.actor, act.action, act.reason) for act in acts] == [
        ("subject", "signed", ""),
        ("legal@example.com", "approved", ""),
        ("head.of.legal@example.com", "approved", ""),
        ("legal@example.com", "suspended", "a complaint"),
        ("console", "resumed", "settled"),
    ]
    salt = wiring.records.find(record_id).salt  # type: ignore[union-attr] # it was just filed
    suspended = json.loads(wiring.ledger.everything()[0][-2])
    assert salt is not None
    assert suspended["actor_hash"] == actor_hash("legal@example.com", salt)
    assert suspended["reason_hash"] == reason_hash("a complaint", salt)
    ActsLog(wiring.engine).erase(record_id)
    assert ActsLog(wiring.engine).of((record_id,)) == ()


def test_bound_picture_is_copied_to_the_shelf(home: StudioHome, wiring: Wiring) -> None:
    envelope = wiring.acts.new(home.folder / "consent.toml")
    copy = wiring.shelf.find(envelope.record().scope.assets[0].sha256)
    assert copy is not None
    assert copy.read_bytes() == (home.folder / "portrait.png").read_bytes()


def test_same_terms_twice_are_one_record(home: StudioHome, wiring: Wiring) -> None:
    wiring.acts.new(home.folder / "consent.toml")
    with pytest.raises(ConsentStateError, match="exists already"):
        wiring.acts.new(home.folder / "consent.toml")
    assert wiring.ledger.view().size == 1


def test_wrong_file_names_line_and_key(home: StudioHome, wiring: Wiring) -> None:
    path = home.folder / "consent.toml"
    path.write_text(path.read_text().replace("max_takes = 20", "max_take = 20"))
    with pytest.raises(FileInvalidError, match=r"consent\.toml:\d+: scope\.max_take: unknown key"):
        wiring.acts.new(path)
    assert wiring.ledger.view().size == 0


def test_failed_act_leaves_no_entry(home: StudioHome, wiring: Wiring) -> None:
    record_id = wiring.acts.new(home.folder / "consent.toml").record_id
    with pytest.raises(ConsentStateError):
        wiring.acts.approve(record_id, approver="legal@example.com")
    assert wiring.ledger.view().size == 1


def test_subject_cannot_approve_himself(home: StudioHome, wiring: Wiring) -> None:
    record_id = wiring.acts.new(home.folder / "consent.toml").record_id
    wiring.acts.sign(record_id, key=SigningKey.generate())
    with pytest.raises(ConsentStateError, match="own contact"):
        wiring.acts.approve(record_id, approver="Subject@example.org")


def test_withdrawn_consent_stays_withdrawn(home: StudioHome, wiring: Wiring) -> None:
    record_id = home.standing_consent(wiring)
    wiring.acts.revoke(record_id, reason="x")
    for act in (wiring.acts.resume, wiring.acts.suspend, wiring.acts.revoke):
        with pytest.raises(ConsentStateError, match="withdrawn already"):
            act(record_id, reason="y")


def test_only_a_suspended_consent_is_resumed(home: StudioHome, wiring: Wiring) -> None:
    record_id = home.standing_consent(wiring)
    with pytest.raises(ConsentStateError, match="not suspended"):
        wiring.acts.resume(record_id, reason="x")


def test_missing_or_empty_evidence_is_refused(home: StudioHome, wiring: Wiring) -> None:
    record_id = wiring.acts.new(home.folder / "consent.toml").record_id
    wiring.acts.sign(record_id, key=SigningKey.generate())
    empty = home.folder / "empty.pdf"
    empty.touch()
    for path in (empty, home.folder / "absent.pdf"):
        with pytest.raises(UsageError):
            wiring.acts.approve(record_id, approver="legal@example.com", evidence=path)


def test_script_approval_is_written_down(home: StudioHome, wiring: Wiring) -> None:
    key = SigningKey.generate()
    record_id = wiring.acts.new(home.folder / "consent.toml").record_id
    wiring.acts.sign(record_id, key=key)
    wiring.acts.approve_script(record_id, script_sha256=Sha256Hex("0" * 64), approver="subject", key=key)
    assert json.loads(wiring.ledger.everything()[0][-1])["kind"] == "script_approved"


def test_first_digits_name_a_record(home: StudioHome, wiring: Wiring) -> None:
    record_id = home.standing_consent(wiring)
    assert wiring.records.resolve(record_id[:8].upper()) == record_id
    for wrong in (record_id[:5], "RECORD-ID", "0" * 64, ""):
        with pytest.raises(NotFoundError):
            wiring.records.resolve(wrong)


def test_withdrawal_ends_waiting_takes(home: StudioHome, wiring: Wiring) -> None:
    from studio.campaigns.brief import read_brief

    record_id = home.standing_consent(wiring)
    campaign = wiring.producer.open(read_brief(home.brief(record_id)))
    (row,) = wiring.campaigns.takes_of(campaign.id)
    quarantine = home.folder / "home" / "work" / row.id
    quarantine.mkdir()
    wiring.acts.revoke(record_id, reason="x")
    (row,) = wiring.campaigns.takes_of(campaign.id)
    assert row.status is TakeStatus.REFUSED
    assert [fault.code for fault in row.reasons] == ["revoked"]
    assert not quarantine.exists()
