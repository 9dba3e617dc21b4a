"""A real consent in memory for benchmarks: drafted, signed, approved, on a ledger, and asked for a grant."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta

from consent.decide import authorize
from consent.envelope import approve_record, new_envelope, sign_record
from consent.grant import Grant, Modality, RecordId, Sha256Hex, TakeId, TakeRequest
from consent.keys import SigningKey
from consent.ledger import Approved, LedgerView, RecordCreated, Signed
from consent.policy import Rulebook
from consent.record import ConsentRecord

LANGUAGES = ("en", "fr", "es", "it", "pt", "ja", "zh", "hi", "de")


def a_record(today: date, *, portrait: Sha256Hex | None = None) -> ConsentRecord:
    """A record of a stock voice, and of a drawn face if one is given, that may say anything for a day."""
    drawn = {"name": "portrait.png", "media_type": "image/png", "depiction": "illustration"}
    return ConsentRecord.model_validate(
        {
            "class": "synthetic_performer",
            "subject": {"name": "Bench", "birth_year": 1990, "contact": "bench@example.org", "language": "en"},
            "controller": {"name": "Bench GmbH", "contact": "privacy@example.com"},
            "scope": {
                "description": "Benchmark sentences in stock voices",
                "modalities": ("face", "voice"),
                "languages": tuple(sorted(LANGUAGES)),
                "territories": ("WORLD",),
                "channels": ("web",),
                "brands": ("Bench",),
                "products": ("Bench",),
                "valid_from": today - timedelta(days=1),
                "valid_until": today + timedelta(days=1),
                "max_takes": 1000,
                "assets": () if portrait is None else ({**drawn, "sha256": portrait},),
            },
            "withdrawal": {"channel": "privacy@example.com"},
        }
    )


def grant_for(text: str, locale: str, *, portrait: Sha256Hex | None = None) -> Grant:
    """Ask a consent made for this call whether a stock voice (and a face) may say ``text``; returns the grant."""
    at = datetime.now(UTC)
    subject, controller, ledger_key = (SigningKey.generate() for _ in range(3))
    envelope = new_envelope(a_record(at.date(), portrait=portrait), salt=secrets.token_bytes(32))
    envelope = sign_record(envelope, key=subject, at=at)
    envelope = approve_record(envelope, key=controller, approver="legal@example.com", at=at)
    name, signature = envelope.public_hash, envelope.subject_signature
    if name is None or signature is None:
        raise RuntimeError("a fresh envelope has a salt and a signature")
    ledger = LedgerView.empty(origin="bench.example/ledger", key=ledger_key).appended(
        (
            RecordCreated(public_hash=name, at=at),
            Signed(public_hash=name, at=at, signature_sha256=signature.sha256),
            Approved(public_hash=name, at=at, approval_sha256=envelope.approvals[0].sha256),
        ),
        key=ledger_key,
    )
    request = TakeRequest(
        take_id=TakeId("bench"),
        record_id=RecordId(envelope.record_id),
        brand="Bench",
        product="Bench",
        commercial=False,
        modalities=frozenset({Modality.VOICE} if portrait is None else {Modality.VOICE, Modality.FACE}),
        locale=locale,
        market="US",
        channel="web",
        format="wav" if portrait is None else "1280x720",
        script=text,
        assets=frozenset() if portrait is None else frozenset({portrait}),
    )
    rulebook = Rulebook(controller_keys=frozenset({controller.public_key}), topics={})
    return authorize(request, envelope=envelope, ledger=ledger, rulebook=rulebook, at=at)
