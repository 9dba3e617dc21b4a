"""A withdrawal destroys what it must, keeps what it may, certifies both, and tells who has to know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consent.errors import ConsentStateError, RecordInvalidError, SignatureInvalidError
from consent.grant import RecordId
from consent.keys import SigningKey
from consent.ledger import Acted
from studio.campaigns.brief import read_brief
from studio.consents.destruction import CRYPTO_ERASURE, DestructionCertificate, read_certificate
from studio.consents.subject_acts import SubjectActs
from studio.store.acts_log import ActsLog
from studio.store.outbox import Queued
from tests.fakes.keeping import RETENTION, KeepingStudio
from tests.unit.studio.consents.test_withdrawal import release

EVIDENCE_KINDS = {"contract", "statement", "transcript", "receipt", "other"}


@pytest.fixture
def studio(tmp_path: Path) -> KeepingStudio:
    return KeepingStudio(
        tmp_path, environ={"SAYSO_WEBHOOK_URL": "http://127.0.0.1:9/hook", "SAYSO_WEBHOOK_SECRET": "s" * 16}
    )


def certificates(studio: KeepingStudio, record_id: RecordId) -> tuple[DestructionCertificate, ...]:
    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    assert envelope.public_hash is not None
    return studio.keeping.destruction.certificates.of(envelope.public_hash)


def released(studio: KeepingStudio, record_id: RecordId, *takes: dict[str, str]) -> list[str]:
    brief = read_brief(studio.home.brief(record_id, *takes))
    rows = studio.wiring.campaigns.takes_of(studio.wiring.producer.open(brief).id)
    for row in rows:
        release(studio.wiring, row, library=studio.home.folder / "home" / "library")
    return [row.id for row in rows]


def of_the_consent(studio: KeepingStudio) -> list[Queued]:
    """What is queued, but how each take ended: the webhook is told that as well."""
    return [one for one in studio.keeping.outbox.all() if not one.message.subject.startswith("take.")]


def mails(studio: KeepingStudio) -> dict[str, Queued]:
    return {f"{one.message.recipient}: {one.message.subject}": one for one in of_the_consent(studio)}


def test_likeness_goes_at_once_and_proof_stays(studio: KeepingStudio) -> None:
    record_id = studio.consent(more=RETENTION)
    studio.keep_all_kinds(record_id)
    studio.acts.revoke(record_id, reason="x")
    assert studio.kinds(record_id) == EVIDENCE_KINDS
    (certificate,) = certificates(studio, record_id)
    certificate.check(studio.wiring.controller_key().public_key)
    assert {one.what for one in certificate.destroyed} == {"portrait", "voice", "footage", "template", "picture_copy"}
    assert {(one.what, one.until.date().isoformat()) for one in certificate.kept} == {
        (kind, "2026-12-22") for kind in EVIDENCE_KINDS
    }
    assert certificate.laws == ("GDPR Art. 17(1)(b)", "Illinois BIPA, 740 ILCS 14/15(a)")


def test_nothing_stays_where_no_proof_is_to_be_kept(studio: KeepingStudio) -> None:
    record_id = studio.consent(more="[retention]\nevidence_days = 0\n")
    studio.keep_all_kinds(record_id)
    studio.acts.revoke(record_id, reason="x")
    assert studio.vault.items(record_id) == ()
    (certificate,) = certificates(studio, record_id)
    assert certificate.kept == ()


def test_a_certificate_names_no_one(studio: KeepingStudio) -> None:
    record_id = studio.consent()
    studio.keep_all_kinds(record_id)
    studio.acts.revoke(record_id, reason="she moved to Lyon")
    text = certificates(studio, record_id)[0].to_bytes().decode()
    for private in (record_id, "Test Performer", "subject@example.org", "Lyon", "portrait.bin"):
        assert private not in text
    assert CRYPTO_ERASURE in text


def test_a_changed_certificate_is_found_out(studio: KeepingStudio) -> None:
    record_id = studio.consent()
    studio.acts.revoke(record_id, reason="x")
    (certificate,) = certificates(studio, record_id)
    key = studio.wiring.controller_key().public_key
    for forged in (
        certificate.model_copy(update={"controller": "Another GmbH"}),
        certificate.model_copy(update={"signature": None}),
    ):
        with pytest.raises(SignatureInvalidError):
            forged.check(key)
    with pytest.raises(SignatureInvalidError):
        certificate.check(SigningKey.generate().public_key)
    with pytest.raises(RecordInvalidError):
        read_certificate(b'{"certificate_version": 2}')


def test_the_ledger_says_that_it_was_destroyed(studio: KeepingStudio) -> None:
    record_id = studio.consent()
    studio.acts.revoke(record_id, reason="x")
    envelope = studio.wiring.records.find(record_id)
    assert envelope is not None
    assert envelope.public_hash is not None
    last = studio.wiring.ledger.view().history(envelope.public_hash)[-1]
    assert isinstance(last, Acted)
    assert last.action == "destroyed"
    assert studio.wiring.dossiers.show(record_id)["status"] == "withdrawn"


def test_everybody_who_must_know_is_told_once(studio: KeepingStudio) -> None:
    (studio.home.folder / "home" / "notices.toml").write_text('[channels]\nYouTube = ["social@example.com"]\n')
    record_id = studio.consent(('contact = "subject@example.org"', 'contact = "subject@example.org"'))
    takes = released(studio, record_id, {}, {"text": "Deux."})
    studio.acts.revoke(record_id, reason="x")
    queued = mails(studio)
    assert set(queued) == {
        "subject@example.org: Your consent for Example GmbH is withdrawn",
        f"privacy@example.com: Consent {record_id[:12]} was withdrawn",
        "social@example.com: Take down from youtube by 2026-11-29",
        ": consent.withdrawn",
    }
    assert all(
        take in queued["social@example.com: Take down from youtube by 2026-11-29"].message.body for take in takes
    )
    told = queued["subject@example.org: Your consent for Example GmbH is withdrawn"].message.body
    assert "taken down by 2026-11-29" in told
    below = told.split("\n-- \n")[1]
    read_certificate(below.strip().encode()).check(studio.wiring.controller_key().public_key)
    event = json.loads(queued[": consent.withdrawn"].message.body)
    assert event["take_down"] == {"youtube": takes}
    assert "Test Performer" not in json.dumps(event)
    with pytest.raises(ConsentStateError):
        studio.acts.revoke(record_id, reason="again")
    assert len(mails(studio)) == len(of_the_consent(studio)) == 4


def test_what_may_stay_is_not_asked_to_be_taken_down(studio: KeepingStudio) -> None:
    record_id = studio.consent(more='[withdrawal]\nchannel = "privacy@example.com"\npublished = "keep"\n')
    released(studio, record_id, {})
    studio.acts.revoke(record_id, reason="x")
    queued = mails(studio)
    assert not any("Take down" in name for name in queued)
    assert "may stay" in queued["subject@example.org: Your consent for Example GmbH is withdrawn"].message.body
    assert json.loads(queued[": consent.withdrawn"].message.body)["take_down"] == {}


def test_a_person_without_mail_is_told_by_legal(studio: KeepingStudio) -> None:
    record_id = studio.consent(('contact = "subject@example.org"', 'contact = "+33 6 00 00 00 00"'))
    studio.acts.revoke(record_id, reason="x")
    (legal,) = (one for one in studio.keeping.outbox.all() if one.message.recipient == "privacy@example.com")
    assert "tell them: +33 6 00 00 00 00" in legal.message.body


def test_a_cut_off_destruction_is_ended_and_certified_by_the_next(
    studio: KeepingStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = studio.consent()
    studio.keep_all_kinds(record_id)

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("studio.consents.destruction.CertificateShelf.issue", cut_off)
        with pytest.raises(KeyboardInterrupt):
            studio.acts.revoke(record_id, reason="x")
    assert certificates(studio, record_id) == ()
    with pytest.raises(ConsentStateError, match="withdrawn already"):
        studio.acts.revoke(record_id, reason="x")
    (certificate,) = certificates(studio, record_id)
    assert {"portrait", "voice", "footage", "template"} <= {one.what for one in certificate.destroyed}
    assert len(mails(studio)) == 3


def test_a_part_taken_back_is_said_to_those_whom_it_touches(studio: KeepingStudio) -> None:
    record_id = studio.consent()
    french, english = released(studio, record_id, {}, {"locale": "en-US", "market": "US-NY", "text": "Coffee."})
    subject = SubjectActs(records=studio.wiring.records, ledger=studio.wiring.ledger, clock=lambda: studio.now)
    part = subject.restrict(record_id, part={"territories": ("US",)}).restrictions[-1]
    studio.keep_all_kinds(record_id)
    studio.keeping.destruction.restricted(record_id, part)
    studio.keeping.destruction.restricted(record_id, part)
    queued = of_the_consent(studio)
    assert len(queued) == 4
    (channel,) = (one.message.body for one in queued if one.message.subject.startswith("Take down"))
    assert english in channel
    assert french not in channel
    assert any("- territories: US" in one.message.body for one in queued)
    assert "template" in studio.kinds(record_id)


def test_an_unreadable_record_still_loses_its_likeness(studio: KeepingStudio) -> None:
    stranger = RecordId("ab" * 32)
    studio.keep_all_kinds(stranger)
    assert studio.keeping.destruction.withdrawn(stranger) is None
    assert studio.kinds(stranger) == EVIDENCE_KINDS - {"contract"}


def test_versions_that_were_replaced_go_with_the_one_that_is_withdrawn(studio: KeepingStudio) -> None:
    first = studio.consent(more="[retention]\nfootage_days = 900\ntemplate_days = 900\n")
    studio.keep_all_kinds(first)
    second = studio.consent(
        ("max_takes = 20", "max_takes = 7"), ('class = "synthetic', f'supersedes = "{first}"\nclass = "synthetic')
    )
    supersede(studio, first, second)
    studio.acts.revoke(second, reason="x")
    assert studio.kinds(first) == EVIDENCE_KINDS
    (certificate,) = certificates(studio, first)
    assert certificate.cause == "withdrawn"
    studio.acts.revoke(first, reason="x")
    to_subject = [one for one in studio.keeping.outbox.all() if one.message.recipient == "subject@example.org"]
    assert len(to_subject) == 1, "one withdrawal, one mail"


def supersede(studio: KeepingStudio, old: RecordId, new: RecordId) -> None:
    from consent.ledger import Superseded

    newer = studio.wiring.records.find(new)
    assert newer is not None
    assert newer.public_hash is not None
    studio.acts.book.do(
        old,
        lambda envelope, said: (
            envelope,
            Superseded(public_hash=said.name, at=said.at, actor_hash=said.actor, successor_hash=newer.public_hash),
        ),
        action="superseded",
        actor="studio",
    )


def test_a_withdrawal_stands_whatever_becomes_of_its_notices(studio: KeepingStudio) -> None:
    record_id = studio.consent(more=RETENTION)
    studio.keep_all_kinds(record_id)
    addresses = studio.wiring.settings.addresses_path
    addresses.write_text("legal = no list")
    studio.acts.revoke(record_id, reason="x")
    assert studio.acts.is_withdrawn(record_id)
    assert studio.kinds(record_id) == EVIDENCE_KINDS
    assert len(certificates(studio, record_id)) == 1
    (fault,) = [act for act in ActsLog(studio.wiring.engine).of((record_id,)) if act.action == "not_done"]
    assert fault.reason.startswith("notices of the withdrawal: UsageError")
    assert mails(studio) == {}

    report = studio.keeping.sweeper.sweep(studio.now)
    assert any("notices.toml" in trouble for trouble in report.troubles), "a person has to mend it"
    addresses.unlink()
    assert studio.keeping.sweeper.sweep(studio.now).troubles == ()
    assert {one.message.recipient for one in studio.keeping.outbox.all()} >= {"subject@example.org"}


def test_what_was_taken_back_in_part_stands_whatever_becomes_of_its_notices(studio: KeepingStudio) -> None:
    record_id = studio.consent()
    studio.wiring.settings.addresses_path.write_text("legal = no list")
    subject = SubjectActs(records=studio.wiring.records, ledger=studio.wiring.ledger, clock=studio.wiring.clock)
    after = subject.restrict(record_id, part={"languages": ("fr",)})
    studio.keeping.destruction.restricted(record_id, after.restrictions[-1])
    acts = ActsLog(studio.wiring.engine).of((record_id,))
    assert [act.action for act in acts if act.actor == "studio"] == ["not_done"]
