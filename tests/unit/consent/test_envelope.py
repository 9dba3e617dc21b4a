"""Acts on a record: each is signed, none can be done out of order, and all is read back as it was stored."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from consent.envelope import (
    Envelope,
    approve_record,
    approve_script,
    erase_salt,
    new_envelope,
    sign_record,
    with_evidence,
)
from consent.errors import ConsentStateError, RecordInvalidError, SignatureInvalidError
from consent.grant import ReasonCode, Sha256Hex
from consent.keys import SigningContext
from consent.signatures import Approval, Signature, same_person

World = Any


def test_envelope_is_read_back_as_it_was_stored(make_world: Callable[..., World]) -> None:
    world = make_world().under_contract().approve_script("words")
    assert Envelope.from_json(world.envelope.to_json()) == world.envelope
    assert Envelope.from_json(world.envelope.to_json().encode()) == world.envelope


def test_erased_envelope_is_read_back(world: World) -> None:
    erased = erase_salt(world.envelope)
    assert erased.public_hash is None
    assert b64encode(world.envelope.salt).decode() not in erased.to_json()
    assert Envelope.from_json(erased.to_json()) == erased


NOT_ENVELOPES = {
    "empty": "",
    "no record": "{}",
    "unknown key": lambda stored: {**stored, "more": 1},
    "later version": lambda stored: {**stored, "envelope_version": 3},
    "record not base64": lambda stored: {**stored, "record_bytes": "%"},
    "record a number": lambda stored: {**stored, "record_bytes": 1},
    "short salt": lambda stored: {**stored, "salt": "AAAA"},
    "another method": lambda stored: {**stored, "subject_signature": {**stored["subject_signature"], "method": "none"}},
    "key too short": lambda stored: {
        **stored,
        "subject_signature": {**stored["subject_signature"], "public_key": "ab"},
    },
    "time without zone": lambda stored: {
        **stored,
        "subject_signature": {**stored["subject_signature"], "signed_at": "2026-11-22T12:00:00"},
    },
}


@pytest.mark.parametrize("change", NOT_ENVELOPES.values(), ids=NOT_ENVELOPES.keys())
def test_other_text_is_no_envelope(change: Any, world: World) -> None:
    text = change if isinstance(change, str) else json.dumps(change(json.loads(world.envelope.to_json())))
    with pytest.raises(RecordInvalidError, match="no envelope of a known version"):
        Envelope.from_json(text)


def test_acts_out_of_order_are_refused(make_world: Callable[..., World]) -> None:
    world = make_world()
    when = {"key": world.controller_key, "at": world.at}
    with pytest.raises(ConsentStateError, match="let the subject sign it first"):
        approve_record(world.envelope, approver="legal@example.com", **when)
    with pytest.raises(ConsentStateError, match="let the subject sign it first"):
        approve_script(world.envelope, approver="subject", script_sha256="00" * 32, **when)
    world.sign()
    with pytest.raises(ConsentStateError, match="signed already"):
        sign_record(world.envelope, **when)
    for contact in ("subject@example.org", "Subject@Example.ORG"):
        with pytest.raises(ConsentStateError, match="own contact"):
            approve_record(world.envelope, approver=contact, **when)
    with pytest.raises(ConsentStateError, match="subject's key cannot approve"):
        approve_record(world.envelope, approver="legal@example.com", key=world.subject_key, at=world.at)
    with pytest.raises(ConsentStateError, match="salt"):
        approve_record(erase_salt(world.envelope), approver="legal@example.com", **when)


def test_approver_is_an_address(make_world: Callable[..., World]) -> None:
    world = make_world().sign()
    for approver in ("legal", "", "a b@example.com", "subject", "x" * 320 + "@example.com"):
        with pytest.raises(ConsentStateError, match="no e-mail address"):
            approve_record(world.envelope, key=world.controller_key, approver=approver, at=world.at)
    with pytest.raises(ConsentStateError, match="no e-mail address"):
        approve_script(
            world.envelope, key=world.controller_key, approver="legal", script_sha256=Sha256Hex("00" * 32), at=world.at
        )


def test_same_evidence_is_attached_once(world: World, make_evidence: Callable[..., Any]) -> None:
    assert len(world.envelope.evidence) == 1
    assert with_evidence(world.envelope, make_evidence()) == world.envelope
    more = with_evidence(world.envelope, make_evidence(sha256="ab" * 32, kind="statement"))
    assert [one.kind for one in more.evidence] == ["contract", "statement"]


def test_signature_fits_one_purpose_and_one_salt(make_world: Callable[..., World]) -> None:
    world = make_world().sign()
    from consent.signatures import subject_payload

    signature: Signature = world.envelope.subject_signature
    payload = subject_payload(record=world.envelope.record_id, public_hash=world.name, at=signature.signed_at)
    signature.check(payload, SigningContext.SUBJECT)
    with pytest.raises(SignatureInvalidError):
        signature.check(payload, SigningContext.APPROVAL)
    other = new_envelope(world.record, salt=b"\7" * 32).public_hash
    assert other is not None
    moved = subject_payload(record=world.envelope.record_id, public_hash=other, at=signature.signed_at)
    with pytest.raises(SignatureInvalidError):
        signature.check(moved, SigningContext.SUBJECT)
    assert signature.key_id == world.subject_key.key_id


def test_approval_is_bound_to_who_when_and_what_was_seen(world: World) -> None:
    approval: Approval = world.envelope.approvals[0]
    changes: tuple[dict[str, Any], ...] = (
        {"approver": "other@example.com"},
        {"approved_at": approval.approved_at - timedelta(days=1)},
        {"evidence_sha256": "00" * 32},
        {"evidence_sha256": None},
    )
    for change in changes:
        changed = world.envelope.model_copy(update={"approvals": (approval.model_copy(update=change),)})
        world.envelope, kept = changed, world.envelope
        assert ReasonCode.RECORD_TAMPERED in world.codes()
        world.envelope = kept


def test_time_without_zone_signs_nothing(make_world: Callable[..., World]) -> None:
    world = make_world()
    with pytest.raises(ValueError, match="no time zone"):
        sign_record(world.envelope, key=world.subject_key, at=datetime(2026, 11, 22))  # noqa: DTZ001 # the point


def test_people_are_told_apart_by_address() -> None:
    assert same_person("A@example.com ", "a@Example.com")
    assert not same_person("a@example.com", "b@example.com")
