"""The attacks on consent that are kept as files: each is refused, for the right reason."""

from __future__ import annotations

import importlib.util
import json
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from consent.decide import Granted, Refused, explain
from consent.envelope import Envelope
from consent.errors import LedgerError, SignatureInvalidError
from consent.grant import Modality, ReasonCode, TakeId, TakeRequest
from consent.keys import PublicKey
from consent.ledger import LedgerView
from consent.policy import Rulebook
from consent.topics import load_topics
from pipelines.assets import ASSETS

HERE = Path(__file__).resolve().parent
R = ReasonCode
EXPECTED: dict[str, set[ReasonCode]] = {
    "consent_nothing_wrong": set(),
    "consent_rolled_back_ledger": {R.LEDGER_UNREADABLE},
    "consent_rewritten_ledger": {R.LEDGER_UNREADABLE},
    "consent_resalted_after_withdrawal": {R.RECORD_TAMPERED},
    "consent_changed_record": {R.RECORD_TAMPERED, R.RECORD_UNKNOWN, R.NOT_SIGNED, R.NOT_COUNTERSIGNED},
    "consent_changed_record_with_its_id": {R.RECORD_TAMPERED, R.NOT_COUNTERSIGNED},
    "consent_small_order_key": {R.RECORD_TAMPERED},
    "consent_signature_for_another_purpose": {R.RECORD_TAMPERED},
    "consent_approved_by_a_thief": {R.NOT_COUNTERSIGNED},
    "consent_approval_of_another_record": {R.RECORD_TAMPERED, R.NOT_COUNTERSIGNED},
    "consent_one_person_as_two": {R.EVIDENCE_MISSING},
    "consent_spoken_nothing_wrong": set(),
    "consent_passkey_without_verification": {R.RECORD_TAMPERED},
    "consent_passkey_of_another_origin": {R.RECORD_TAMPERED},
    "consent_passkey_of_a_registration": {R.RECORD_TAMPERED},
    "consent_statement_swapped": {R.RECORD_TAMPERED},
    "consent_report_of_another_statement": {R.NOT_COUNTERSIGNED, R.EVIDENCE_MISSING},
    "consent_report_by_a_thief": {R.EVIDENCE_MISSING},
    "consent_upload_with_one_approval": {R.NOT_COUNTERSIGNED, R.EVIDENCE_MISSING},
    "consent_celebrity_one_person_as_two": {R.NOT_COUNTERSIGNED, R.EVIDENCE_MISSING},
    "consent_celebrity_one_mailbox_as_two": {R.NOT_COUNTERSIGNED, R.EVIDENCE_MISSING},
    "consent_restriction_hidden": {R.RECORD_TAMPERED},
    "consent_upload_passed_off_as_live": {R.RECORD_TAMPERED, R.EVIDENCE_MISSING},
    "consent_passkey_for_another_record": {R.RECORD_TAMPERED, R.NOT_COUNTERSIGNED},
    "consent_report_hidden": {R.RECORD_TAMPERED},
    "consent_minor_as_guardian": {R.SUBJECT_IS_MINOR},
}


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("consent_vectors", HERE / "consent_vectors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def open_ledger(folder: Path, keys: dict[str, str]) -> LedgerView | LedgerError:
    try:
        return LedgerView.open(
            (folder / "entries.jsonl").read_bytes().splitlines(),
            origin=keys["origin"],
            checkpoint=(folder / "checkpoint.txt").read_text(encoding="utf-8"),
            witness=(folder / "witness.txt").read_text(encoding="utf-8"),
            public_key=PublicKey.from_hex(keys["ledger"]),
        )
    except LedgerError as e:
        return e


@pytest.mark.parametrize("name", EXPECTED)
def test_attack_is_refused_for_its_reason(name: str) -> None:
    folder = HERE / name
    keys = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
    envelope = Envelope.from_json((folder / "envelope.json").read_bytes())
    request = TakeRequest(
        take_id=TakeId("take-1"),
        record_id=keys["asked"],
        brand="Example",
        product="Coffee One",
        commercial=True,
        modalities=frozenset({Modality.FACE, Modality.VOICE}),
        locale="en-US",
        market="US",
        channel="web",
        format="1920x1080",
        script="Your coffee, in ten seconds.",
        assets=frozenset({"ab" * 32}),
    )
    decision = explain(
        request,
        envelope=envelope,
        ledger=open_ledger(folder, keys),
        rulebook=Rulebook(
            controller_keys=frozenset({PublicKey.from_hex(keys["controller"])}), topics=load_topics(ASSETS / "topics")
        ),
        at=builder().AT + timedelta(days=1),
    )
    if not EXPECTED[name]:
        assert isinstance(decision, Granted)
    else:
        assert isinstance(decision, Refused)
        assert {reason.code for reason in decision.reasons} == EXPECTED[name]


def test_every_vector_is_tested_and_says_how_it_was_made() -> None:
    folders = {path.name for path in HERE.glob("consent_*") if path.is_dir()}
    assert folders == set(EXPECTED) == set(builder().VECTORS)
    for name in folders:
        assert "How it was made:" in (HERE / name / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXPECTED)
def test_vector_is_rebuilt_byte_by_byte(name: str) -> None:
    module = builder()
    made = module.files_of(module.VECTORS[name]())
    assert {file: (HERE / name / file).read_text(encoding="utf-8") for file in made} == made


def test_weak_key_is_named_in_the_error() -> None:
    with pytest.raises(SignatureInvalidError, match="small order"):
        PublicKey.from_hex("01" + "00" * 31)
