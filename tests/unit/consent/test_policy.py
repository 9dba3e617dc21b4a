"""Each rule has a take that it refuses, for that reason alone; and the cases around its edge that it allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consent.decide import Granted, Refused, explain
from consent.envelope import erase_salt
from consent.errors import LedgerTamperedError, RecordInvalidError
from consent.grant import Modality, ReasonCode, Sha256Hex, TakeId
from consent.keys import SigningKey
from consent.ledger import Approved, Declined, LedgerView, Released, Resumed, Revoked, Signed, Superseded, Suspended
from consent.policy import modalities_of
from consent.record import canonical_bytes
from consent.territory import EU_MEMBERS

World = Any  # tests/unit/consent/conftest.py; a conftest cannot be imported
Break = Callable[[World], Any]


@dataclass(frozen=True)
class Case:
    """How to break one thing, and what must be said then."""

    code: ReasonCode
    do: Break = lambda world: None
    request: dict[str, Any] | None = None
    terms: dict[str, Any] | None = None
    start: Break = lambda world: world.under_contract()
    beside: frozenset[ReasonCode] = frozenset()  # other reasons that follow from the same fault


def forget_envelope(world: World) -> None:
    world.envelope = None


def change_salt(world: World) -> None:
    world.envelope = world.envelope.model_copy(update={"salt": bytes(32)})


def change_record(world: World) -> None:
    more = world.record.model_copy(update={"scope": world.record.scope.model_copy(update={"max_takes": 1000})})
    world.envelope = world.envelope.model_copy(update={"record_bytes": canonical_bytes(more)})


def break_bytes(world: World) -> None:
    world.envelope = world.envelope.model_copy(update={"record_bytes": b"{}"})


def uncanonical(world: World) -> None:
    world.envelope = world.envelope.model_copy(update={"record_bytes": world.envelope.record_bytes + b"\n"})


def foreign_signature(world: World) -> None:
    # The ledger holds what stands in the envelope, so only the signature itself can tell.
    signature = world.envelope.subject_signature.model_copy(update={"value": "00" * 64})
    world.envelope = world.envelope.model_copy(update={"subject_signature": signature})
    world.file(Signed(public_hash=world.name, at=world.at, signature_sha256=signature.sha256))


def foreign_approval(world: World) -> None:
    approval = world.envelope.approvals[0].model_copy(update={"approver": "other@example.com"})
    world.envelope = world.envelope.model_copy(update={"approvals": (*world.envelope.approvals, approval)})


def foreign_script(world: World) -> None:
    world.approve_script("one")
    approval = world.envelope.script_approvals[0].model_copy(update={"script_sha256": "00" * 32})
    world.envelope = world.envelope.model_copy(update={"script_approvals": (approval,)})


def lose_ledger(world: World) -> None:
    world.ledger = None


def tampered_ledger(world: World) -> None:
    world.ledger = LedgerTamperedError("entries were taken away")


def another_ledger(world: World) -> None:
    world.ledger = LedgerView.empty(origin="another.example/ledger", key=world.ledger_key)


def unfiled_signature(world: World) -> None:
    entries = [entry for entry in world.ledger.history(world.name) if not isinstance(entry, Signed)]
    world.ledger = LedgerView.empty(origin="x.example", key=world.ledger_key).appended(entries, key=world.ledger_key)


def unfiled_approval(world: World) -> None:
    entries = [entry for entry in world.ledger.history(world.name) if not isinstance(entry, Approved)]
    world.ledger = LedgerView.empty(origin="x.example", key=world.ledger_key).appended(entries, key=world.ledger_key)


def before_signing(world: World) -> None:
    world.at = world.at - timedelta(hours=2, minutes=1)


def before_approval(world: World) -> None:
    world.at = world.at - timedelta(hours=1, minutes=1)


def approved_by_a_stranger(world: World) -> World:
    ours, world.controller_key = world.controller_key, SigningKey.generate()
    world.under_contract()
    world.controller_key = ours
    return world


def approved_by_the_subject(world: World) -> World:
    """The guard in approve_record is passed by; the rule must hold by itself."""
    terms = world.record.subject
    world.record = world.record.model_copy(update={"subject": terms.model_copy(update={"contact": "x@example.org"})})
    world.__post_init__()
    world.sign()
    world.controller_key = world.subject_key
    world.rulebook = replace(world.rulebook, controller_keys=frozenset({world.subject_key.public_key}))
    world.envelope = world.envelope.model_copy(update={"approvals": (forged_approval(world),)})
    return world


def forged_approval(world: World) -> Any:
    from consent.keys import SigningContext
    from consent.signatures import Approval, approval_payload, make_signature

    payload = approval_payload(
        record=world.envelope.record_id,
        public_hash=world.name,
        subject_signature_sha256=world.envelope.subject_signature.sha256,
        approver="a@example.com",
        at=world.at,
        evidence_sha256=None,
    )
    signature = make_signature(payload, SigningContext.APPROVAL, key=world.subject_key, at=world.at)
    approval = Approval(approver="a@example.com", approved_at=world.at, signature=signature)
    world.file(Approved(public_hash=world.name, at=world.at, approval_sha256=approval.sha256))
    return approval


def key_only(world: World) -> World:
    return world.sign().approve("legal@example.com")


def one_approver_twice(world: World) -> World:
    from consent.evidence import Evidence

    seen = Evidence.model_validate(
        {
            "kind": "contract",
            "name": "c.pdf",
            "sha256": "11" * 32,
            "media_type": "application/pdf",
            "attached_at": world.at,
        }
    )
    return world.sign().approve("legal@example.com", "Legal@Example.com", seen=seen)


def two_without_contract(world: World) -> World:
    return world.sign().approve("legal@example.com", "head@example.com")


def release(world: World, *takes: str) -> None:
    for take in takes:
        world.file(
            Released(
                public_hash=world.name,
                at=world.at,
                take_id=TakeId(take),
                file_sha256=Sha256Hex("00" * 32),
                script_sha256=Sha256Hex("11" * 32),
                locale="fr-FR",
                market="FR",
                channel="youtube",
                format="1080x1920",
            )
        )


R = ReasonCode
ILLUSTRATED = {"name": "p.png", "sha256": "ab" * 32, "media_type": "image/png", "depiction": "illustration"}

CASES: dict[str, Case] = {
    "no record": Case(R.RECORD_UNKNOWN, forget_envelope),
    "salt erased": Case(
        R.RECORD_UNKNOWN,
        lambda w: setattr(w, "envelope", erase_salt(w.envelope)),
        beside=frozenset({R.NOT_SIGNED, R.NOT_COUNTERSIGNED}),
    ),
    "another salt, to escape a revocation": Case(
        R.RECORD_TAMPERED, change_salt, beside=frozenset({R.RECORD_UNKNOWN, R.NOT_SIGNED, R.NOT_COUNTERSIGNED})
    ),
    "not in this ledger": Case(R.RECORD_UNKNOWN, another_ledger, beside=frozenset({R.NOT_SIGNED, R.NOT_COUNTERSIGNED})),
    "record changed": Case(
        R.RECORD_TAMPERED, change_record, beside=frozenset({R.RECORD_UNKNOWN, R.NOT_SIGNED, R.NOT_COUNTERSIGNED})
    ),
    "record unreadable": Case(R.RECORD_TAMPERED, break_bytes, beside=frozenset({R.RECORD_UNKNOWN})),
    "stored row that is no envelope": Case(
        R.RECORD_TAMPERED,
        lambda w: setattr(w, "envelope", RecordInvalidError("no envelope")),
        beside=frozenset({R.RECORD_UNKNOWN}),
    ),
    "record not canonical": Case(R.RECORD_TAMPERED, uncanonical, beside=frozenset({R.RECORD_UNKNOWN})),
    "signature of other bytes": Case(R.RECORD_TAMPERED, foreign_signature, beside=frozenset({R.NOT_COUNTERSIGNED})),
    "approval of other bytes": Case(R.RECORD_TAMPERED, foreign_approval),
    "script approval of other bytes": Case(R.RECORD_TAMPERED, foreign_script),
    "no ledger": Case(R.LEDGER_UNREADABLE, lose_ledger),
    "ledger tampered": Case(R.LEDGER_UNREADABLE, tampered_ledger),
    "not signed": Case(R.NOT_SIGNED, start=lambda w: w, beside=frozenset({R.NOT_COUNTERSIGNED})),
    "signature not filed": Case(R.NOT_SIGNED, unfiled_signature),
    "signed later": Case(R.NOT_SIGNED, before_signing, beside=frozenset({R.NOT_COUNTERSIGNED})),
    "not countersigned": Case(R.NOT_COUNTERSIGNED, start=lambda w: w.sign()),
    "approval not filed": Case(R.NOT_COUNTERSIGNED, unfiled_approval),
    "approved later": Case(R.NOT_COUNTERSIGNED, before_approval),
    "approved with a strange key": Case(R.NOT_COUNTERSIGNED, start=approved_by_a_stranger),
    "approved with the subject's key": Case(R.NOT_COUNTERSIGNED, start=approved_by_the_subject),
    "replica on a key alone": Case(R.EVIDENCE_MISSING, start=key_only),
    "contract seen by one person twice": Case(R.EVIDENCE_MISSING, start=one_approver_twice),
    "two approvals without a contract": Case(R.EVIDENCE_MISSING, start=two_without_contract),
    "photograph as performer on a key alone": Case(
        R.EVIDENCE_MISSING, start=key_only, terms={"class": "synthetic_performer"}
    ),
    "recording as performer on a key alone": Case(
        R.EVIDENCE_MISSING,
        start=key_only,
        terms={
            "class": "synthetic_performer",
            "scope__assets": (ILLUSTRATED, {**ILLUSTRATED, "sha256": "cd" * 32, "depiction": "audio"}),
        },
        request={"assets": frozenset({"ab" * 32})},
    ),
    "minor": Case(R.SUBJECT_IS_MINOR, terms={"subject__birth_year": 2012}),
    "perhaps a minor": Case(R.SUBJECT_IS_MINOR, terms={"subject__birth_year": 2008}),
    "eighteen tomorrow": Case(
        R.SUBJECT_IS_MINOR, terms={"subject__birth_year": 2008, "subject__birth_date": "2008-11-23"}
    ),
    "minor with a guardian": Case(
        R.SUBJECT_IS_MINOR, terms={"subject__birth_year": 2012, "guardian": {"name": "G", "contact": "g@example.org"}}
    ),
    "revoked": Case(R.REVOKED, lambda w: w.file(Revoked(public_hash=w.name, at=w.at))),
    "revoked with a date to come": Case(
        R.REVOKED, lambda w: w.file(Revoked(public_hash=w.name, at=w.at + timedelta(days=9)))
    ),
    "resumed after it was revoked": Case(
        R.REVOKED,
        lambda w: w.file(Revoked(public_hash=w.name, at=w.at), Resumed(public_hash=w.name, at=w.at)),
    ),
    "superseded": Case(
        R.SUPERSEDED, lambda w: w.file(Superseded(public_hash=w.name, at=w.at, successor_hash=Sha256Hex("00" * 32)))
    ),
    "declined": Case(R.DECLINED, lambda w: w.file(Declined(public_hash=w.name, at=w.at))),
    "suspended": Case(R.SUSPENDED, lambda w: w.file(Suspended(public_hash=w.name, at=w.at))),
    "suspended again": Case(
        R.SUSPENDED,
        lambda w: w.file(
            Suspended(public_hash=w.name, at=w.at),
            Resumed(public_hash=w.name, at=w.at),
            Suspended(public_hash=w.name, at=w.at),
        ),
    ),
    "before its first day": Case(R.NOT_YET_VALID, terms={"scope__valid_from": "2026-11-23"}),
    "no time zone": Case(R.NOT_YET_VALID, lambda w: setattr(w, "at", w.at.replace(tzinfo=None))),
    "after its last day": Case(R.EXPIRED, terms={"scope__valid_until": "2026-11-21"}),
    "face not covered": Case(R.MODALITY_NOT_COVERED, terms={"scope__modalities": ("voice",)}),
    "video that says it has no face": Case(
        R.MODALITY_NOT_COVERED,
        terms={"scope__modalities": ("voice",)},
        request={"modalities": frozenset({Modality.VOICE})},
    ),
    "unknown format": Case(R.MODALITY_NOT_COVERED, request={"format": "hologram"}),
    "body not covered": Case(R.MODALITY_NOT_COVERED, request={"modalities": frozenset({Modality.BODY})}),
    "language not covered": Case(R.LANGUAGE_NOT_COVERED, request={"locale": "de-DE"}),
    "wider language than granted": Case(
        R.LANGUAGE_NOT_COVERED, terms={"scope__languages": ("fr-FR",)}, request={"locale": "fr"}
    ),
    "no language": Case(R.LANGUAGE_NOT_COVERED, request={"locale": ""}),
    "market not covered": Case(R.TERRITORY_NOT_COVERED, request={"market": "DE"}),
    "market that is no place": Case(R.TERRITORY_NOT_COVERED, request={"market": "generic"}),
    "no market": Case(R.TERRITORY_NOT_COVERED, request={"market": ""}),
    "the whole EU for one member": Case(R.TERRITORY_NOT_COVERED, request={"market": "EU"}),
    "channel not covered": Case(R.CHANNEL_NOT_COVERED, request={"channel": "tv"}),
    "no channel": Case(R.CHANNEL_NOT_COVERED, request={"channel": ""}),
    "brand not covered": Case(R.BRAND_NOT_COVERED, request={"brand": "Other"}),
    "no brand": Case(R.BRAND_NOT_COVERED, request={"brand": " "}),
    "product not covered": Case(R.PRODUCT_NOT_COVERED, request={"product": "Coffee Two"}),
    "asset not bound": Case(R.ASSET_NOT_COVERED, request={"assets": frozenset({"00" * 32})}),
    "one asset more": Case(
        R.ASSET_NOT_COVERED,
        request={"assets": frozenset({"00" * 32, "11" * 32})},
    ),
    "face from nowhere": Case(R.ASSET_NOT_COVERED, request={"assets": frozenset()}),
    "quota used": Case(R.QUOTA_EXHAUSTED, lambda w: release(w, "take-2", "take-3")),
    "script not approved": Case(R.SCRIPT_NOT_APPROVED, terms={"scope__script_approval": "per_script"}),
    "another script approved": Case(
        R.SCRIPT_NOT_APPROVED,
        lambda w: w.approve_script("Votre café, en dix secondes !"),
        terms={"scope__script_approval": "per_script"},
    ),
    "script approved by the wrong side": Case(
        R.SCRIPT_NOT_APPROVED,
        lambda w: w.approve_script("Votre café, en dix secondes.", key=w.controller_key, approver="legal@example.com"),
        terms={"scope__script_approval": "per_script"},
    ),
    "script approved later": Case(
        R.SCRIPT_NOT_APPROVED,
        lambda w: (
            w.approve_script("Votre café, en dix secondes."),
            setattr(w, "at", w.at - timedelta(hours=1, seconds=1)),
        ),
        terms={"scope__script_approval": "per_script"},
        beside=frozenset({R.NOT_COUNTERSIGNED}),
    ),
    "politics": Case(R.PROHIBITED_TOPIC, request={"script": "Vote for Coffee One"}),
    "politics with accents and capitals": Case(R.PROHIBITED_TOPIC, request={"script": "LES ELECTIONS DU CAFÉ"}),
    "politics in Chinese": Case(R.PROHIBITED_TOPIC, request={"script": "咖啡选举日"}),
    "the topic's own name": Case(R.PROHIBITED_TOPIC, request={"script": "Coffee, and no politics!"}),
    "a word of the subject's own": Case(R.PROHIBITED_TOPIC, terms={"scope__prohibited_words": ("dix secondes",)}),
    "a topic without a list": Case(R.PROHIBITED_TOPIC, terms={"scope__prohibited_topics": ("competitors",)}),
    "weights that forbid it": Case(
        R.WEIGHTS_NOT_COMMERCIAL, request={"weights_not_commercial": frozenset({"xtts-v2"})}
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_one_fault_is_refused_for_its_own_reason(case: Case, make_world: Callable[..., World]) -> None:
    world = case.start(make_world(**(case.terms or {})))
    request = world.request(**(case.request or {}))
    case.do(world)
    from consent.decide import Refused, explain

    decision = explain(request, envelope=world.envelope, ledger=world.ledger, rulebook=world.rulebook, at=world.at)
    assert isinstance(decision, Refused)
    assert {reason.code for reason in decision.reasons} == {case.code} | case.beside
    for reason in decision.reasons:
        assert reason.message
        assert reason.needed
        assert reason.found
    assert len(decision.steps) == 26


def test_every_reason_of_a_decision_is_refused_by_some_case() -> None:
    of_grants = {R.GRANT_MISSING, R.GRANT_STALE, R.GRANT_MISMATCH}  # test_grant.py
    assert {case.code for case in CASES.values()} | of_grants == set(ReasonCode)


ALLOWED: dict[str, Case] = {
    "as it stands": Case(R.REVOKED),
    "the first instant of its first day": Case(R.REVOKED, terms={"scope__valid_from": "2026-11-22"}),
    "the last instant of its last day": Case(
        R.REVOKED,
        lambda w: setattr(w, "at", datetime(2026, 11, 24, 23, 59, 59, 999999, tzinfo=UTC)),
        terms={"scope__valid_until": "2026-11-24"},
    ),
    "resumed": Case(
        R.SUSPENDED,
        lambda w: w.file(Suspended(public_hash=w.name, at=w.at), Resumed(public_hash=w.name, at=w.at)),
    ),
    "eighteen today": Case(R.REVOKED, terms={"subject__birth_year": 2008, "subject__birth_date": "2008-11-22"}),
    "surely eighteen by the year": Case(R.REVOKED, terms={"subject__birth_year": 2007}),
    "region of a granted country": Case(R.REVOKED, request={"market": "US-NY"}),
    "member of a granted union": Case(R.REVOKED, terms={"scope__territories": ("EU",)}, request={"market": "DE"}),
    "union by all members": Case(R.REVOKED, terms={"scope__territories": tuple(EU_MEMBERS)}, request={"market": "EU"}),
    "generic market for the world": Case(
        R.REVOKED, terms={"scope__territories": ("WORLD",)}, request={"market": "generic"}
    ),
    "brand in other letters": Case(R.REVOKED, request={"brand": "EXAMPLE"}),
    "one take left": Case(R.REVOKED, lambda w: release(w, "take-2")),
    "finishing its own release": Case(R.REVOKED, lambda w: release(w, "take-1", "take-2")),
    "script approved": Case(
        R.REVOKED,
        lambda w: w.approve_script("one").approve_script("Votre café, en dix secondes."),
        terms={"scope__script_approval": "per_script"},
    ),
    "script approved by the controller where the record says so": Case(
        R.REVOKED,
        lambda w: w.approve_script("Votre café, en dix secondes.", key=w.controller_key, approver="legal@example.com"),
        terms={"scope__script_approval": "per_script", "scope__script_approver": "controller"},
    ),
    "topic without a list, script approved": Case(
        R.REVOKED,
        lambda w: w.approve_script("Votre café, en dix secondes."),
        terms={"scope__prohibited_topics": ("competitors",)},
    ),
    "voice only": Case(
        R.REVOKED,
        terms={"scope__modalities": ("voice",)},
        request={"format": "mp3", "modalities": frozenset({Modality.VOICE}), "assets": frozenset()},
    ),
    "still": Case(
        R.REVOKED,
        terms={"scope__modalities": ("face",)},
        request={"format": "1080x1080.png", "modalities": frozenset({Modality.FACE})},
    ),
    "not commercial": Case(R.REVOKED, request={"commercial": False, "weights_not_commercial": frozenset({"xtts-v2"})}),
    "illustrated performer on a key alone": Case(
        R.REVOKED,
        start=key_only,
        terms={"class": "synthetic_performer", "scope__assets": (ILLUSTRATED,)},
        request={"assets": frozenset({"ab" * 32})},
    ),
    "photographed performer under contract": Case(R.REVOKED, terms={"class": "synthetic_performer"}),
}


@pytest.mark.parametrize("case", ALLOWED.values(), ids=ALLOWED.keys())
def test_what_was_agreed_is_allowed(case: Case, make_world: Callable[..., World]) -> None:
    world = case.start(make_world(**(case.terms or {})))
    case.do(world)
    assert world.codes(**(case.request or {})) == set()


def test_bytes_that_have_their_id_but_are_no_record_are_refused(world: World) -> None:
    break_bytes(world)
    assert world.codes() == {R.RECORD_TAMPERED, R.RECORD_UNKNOWN}
    assert world.request().record_id == world.envelope.record_id


def test_many_faults_are_all_told_at_once(world: World) -> None:
    world.file(Revoked(public_hash=world.name, at=world.at))
    codes = world.codes(brand="Other", product="Other", channel="tv", market="CN", locale="zh", script="vote")
    assert codes == {
        R.REVOKED,
        R.BRAND_NOT_COVERED,
        R.PRODUCT_NOT_COVERED,
        R.CHANNEL_NOT_COVERED,
        R.TERRITORY_NOT_COVERED,
        R.LANGUAGE_NOT_COVERED,
        R.PROHIBITED_TOPIC,
    }


FORMATS = {
    "1920x1080": {Modality.FACE, Modality.VOICE},
    "1080x1080.png": {Modality.FACE},
    "1080x1080.jpg": {Modality.FACE},
    "wav": {Modality.VOICE},
    "mp3": {Modality.VOICE},
    "": set(Modality),
    "0x0": set(Modality),
    "1080x1920\n": set(Modality),
    "gif": set(Modality),
}


@pytest.mark.parametrize(("form", "used"), FORMATS.items(), ids=[repr(form) for form in FORMATS])
def test_format_tells_what_of_the_person_is_used(form: str, used: set[Modality]) -> None:
    assert modalities_of(form) == used


@pytest.mark.parametrize(
    ("released", "promised", "found"),
    [
        ((), ("take-2",), ""),
        ((), ("take-1", "take-2"), ""),  # this take itself is among them
        (("take-2",), ("take-2",), ""),  # released since
        (("take-2",), ("take-3",), "1 released, 1 in the making"),
        ((), ("take-2", "take-3"), "0 released, 2 in the making"),
    ],
)
def test_takes_in_the_making_count_against_the_quota(
    world: World, released: tuple[str, ...], promised: tuple[str, ...], found: str
) -> None:
    release(world, *released)
    decision = explain(
        world.request(),
        envelope=world.envelope,
        ledger=world.ledger,
        rulebook=world.rulebook,
        at=world.at,
        promised=frozenset(map(TakeId, promised)),
    )
    if found:
        assert isinstance(decision, Refused)
        assert [(one.code, one.found) for one in decision.reasons] == [(R.QUOTA_EXHAUSTED, found)]
    else:
        assert isinstance(decision, Granted)
