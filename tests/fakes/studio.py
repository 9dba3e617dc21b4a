"""A studio in memory: real keys, real consent decisions, a real ledger; only the database is missing.

It is the gate and the public records at once. Hooks let a test do at a chosen moment what the world may do at any:
withdraw a consent, fail a commit.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from consent.decide import authorize, record_status
from consent.envelope import Envelope, approve_record, new_envelope, sign_record
from consent.evidence import Evidence
from consent.grant import Grant, Modality, Sha256Hex, TakeId, TakeRequest
from consent.keys import SigningKey
from consent.ledger import (
    Approved,
    Entry,
    LedgerView,
    RecordCreated,
    Released,
    Resumed,
    Revoked,
    Signed,
    Suspended,
    entry_bytes,
)
from consent.policy import Rulebook
from consent.record import ConsentRecord
from pipelines.provenance.fingerprint import Fingerprint
from pipelines.release.gate import ReleaseEntry, ReleaseReceipt
from pipelines.release.records import PublicRelease
from pipelines.release.verify import TrustedLedger

ORIGIN = "sayso.example/ledger"
ASSET = Sha256Hex("a5" * 32)
SCRIPT = "Votre café, en dix secondes."


class Tick:
    """A clock that a test moves by hand. It starts now, because certificates are checked against the real time."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def move(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def make_record(clock: Tick, *, max_takes: int = 20) -> ConsentRecord:
    today = clock.now.date()
    return ConsentRecord.model_validate(
        {
            "class": "synthetic_performer",
            "subject": {"name": "Amara", "birth_year": 1990, "contact": "amara@example.org", "language": "fr"},
            "controller": {"name": "Example GmbH", "contact": "privacy@example.com"},
            "scope": {
                "description": "Coffee One launch ads",
                "modalities": ("face", "voice"),
                "languages": ("en", "fr"),
                "territories": ("CN", "FR", "US"),
                "channels": ("podcast", "web", "youtube"),
                "brands": ("Example",),
                "products": ("Coffee One",),
                "valid_from": today - timedelta(days=1),
                "valid_until": today + timedelta(days=30),
                "max_takes": max_takes,
                "assets": (
                    {"name": "amara.png", "sha256": ASSET, "media_type": "image/png", "depiction": "illustration"},
                ),
            },
            "withdrawal": {"channel": "privacy@example.com"},
        }
    )


@dataclass
class FakeStudio:
    """One consent record and its ledger. ``before_authorize[n]`` runs before the n-th decision (from 1)."""

    clock: Tick
    controller: SigningKey
    ledger_key: SigningKey
    envelope: Envelope
    leaves: list[bytes]
    view: LedgerView
    releases: dict[TakeId, ReleaseReceipt] = field(default_factory=dict)
    before_authorize: dict[int, Callable[[], None]] = field(default_factory=dict)
    on_append: Callable[[], None] = lambda: None
    on_commit: Callable[[], None] = lambda: None
    after_commit: Callable[[], None] = lambda: None
    decisions: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def open(cls, clock: Tick, *, max_takes: int = 20) -> FakeStudio:
        subject, controller, ledger_key = (SigningKey.generate() for _ in range(3))
        envelope = new_envelope(make_record(clock, max_takes=max_takes), salt=secrets.token_bytes(32))
        evidence = Evidence(
            kind="contract",
            sha256=hashlib.sha256(b"a contract").hexdigest(),
            media_type="application/pdf",
            name="contract.pdf",
            attached_at=clock(),
        )
        envelope = sign_record(envelope, key=subject, at=clock())
        for approver in ("legal@example.com", "head@example.com"):
            envelope = approve_record(envelope, key=controller, approver=approver, at=clock(), evidence=evidence)
        studio = cls(
            clock=clock,
            controller=controller,
            ledger_key=ledger_key,
            envelope=envelope,
            leaves=[],
            view=LedgerView.empty(origin=ORIGIN, key=ledger_key),
        )
        name = studio.public_hash
        assert envelope.subject_signature is not None
        studio.append(RecordCreated(public_hash=name, at=clock()))
        studio.append(Signed(public_hash=name, at=clock(), signature_sha256=envelope.subject_signature.sha256))
        for approval in envelope.approvals:
            studio.append(Approved(public_hash=name, at=clock(), approval_sha256=approval.sha256))
        return studio

    @property
    def public_hash(self) -> Sha256Hex:
        assert self.envelope.public_hash is not None
        return self.envelope.public_hash

    @property
    def rulebook(self) -> Rulebook:
        return Rulebook(controller_keys=frozenset({self.controller.public_key}), topics={})

    @property
    def trusted_ledger(self) -> TrustedLedger:
        return TrustedLedger(origin=ORIGIN, public_key=self.ledger_key.public_key)

    def append(self, entry: Entry) -> int:
        self.view = self.view.appended([entry], key=self.ledger_key)
        self.leaves.append(entry_bytes(entry))
        return len(self.leaves) - 1

    def revoke(self) -> None:
        self.append(Revoked(public_hash=self.public_hash, at=self.clock()))

    def suspend(self) -> None:
        self.append(Suspended(public_hash=self.public_hash, at=self.clock()))

    def resume(self) -> None:
        self.append(Resumed(public_hash=self.public_hash, at=self.clock()))

    def request(self, **changes: object) -> TakeRequest:
        asked: dict[str, object] = {
            "take_id": TakeId("take-1"),
            "record_id": self.envelope.record_id,
            "brand": "Example",
            "product": "Coffee One",
            "commercial": True,
            "modalities": frozenset({Modality.FACE, Modality.VOICE}),
            "locale": "fr-FR",
            "market": "FR",
            "channel": "web",
            "format": "960x540",
            "script": SCRIPT,
            "assets": frozenset({ASSET}),
            "weights": frozenset({"kokoro-82m"}),
        }
        if str(changes.get("format", "")).endswith((".png", ".jpg")):
            asked["modalities"] = frozenset({Modality.FACE})
        if changes.get("format") in {"wav", "mp3"}:
            asked |= {"modalities": frozenset({Modality.VOICE}), "assets": frozenset()}
        return TakeRequest(**(asked | changes))  # type: ignore[arg-type] # a case table's keyword arguments

    def grant(self, request: TakeRequest) -> Grant:
        return authorize(request, envelope=self.envelope, ledger=self.view, rulebook=self.rulebook, at=self.clock())

    # The gate.

    @contextmanager
    def transaction(self) -> Iterator[FakeTransaction]:
        with self.lock:
            kept = (self.view, list(self.leaves), dict(self.releases))
            transaction = FakeTransaction(self)
            try:
                yield transaction
                if transaction.wrote:
                    self.on_commit()
            except BaseException:
                if transaction.wrote:
                    self.view, self.leaves, self.releases = kept
                raise
            if transaction.wrote:
                self.after_commit()

    def released(self, take_id: TakeId) -> ReleaseReceipt | None:
        return self.releases.get(take_id)

    # The public records.

    def release_of_take(self, take_id: str) -> PublicRelease | None:
        receipt = self.releases.get(TakeId(take_id))
        if receipt is None:
            return None
        return PublicRelease(
            entry=receipt.entry,
            leaf=self.leaves[receipt.index],
            index=receipt.index,
            proof=self.view.inclusion_proof(receipt.index),
            checkpoint=self.view.checkpoint,
        )

    def release_of_file(self, sha256: str) -> PublicRelease | None:
        found = (r.entry.take_id for r in self.releases.values() if r.entry.file_sha256 == sha256)
        return self.release_of_take(next(found, TakeId("")))

    def fingerprints(self, kind: str) -> Iterable[tuple[TakeId, Fingerprint]]:
        marks = ((take_id, receipt.entry.fingerprint) for take_id, receipt in self.releases.items())
        return [(take_id, mark) for take_id, mark in marks if mark.kind == kind]

    def consent_status(self, public_hash: str, *, at: datetime) -> str:
        if public_hash != self.public_hash:
            return "unknown"
        return str(
            record_status(
                self.envelope.record_id, envelope=self.envelope, ledger=self.view, rulebook=self.rulebook, at=at
            )
        )


@dataclass
class FakeTransaction:
    """One transaction of the studio in memory."""

    studio: FakeStudio
    wrote: bool = False

    def authorize(self, request: TakeRequest, *, at: datetime) -> Grant:
        self.studio.decisions += 1
        self.studio.before_authorize.get(self.studio.decisions, lambda: None)()
        return authorize(
            request,
            envelope=self.studio.envelope,
            ledger=self.studio.view,
            rulebook=self.studio.rulebook,
            at=at,
        )

    def append_release(self, entry: ReleaseEntry, *, at: datetime) -> ReleaseReceipt:
        if entry.take_id in self.studio.releases:
            raise ValueError(f"take {entry.take_id} is released already")
        self.wrote = True
        self.studio.on_append()
        index = self.studio.append(
            Released(
                public_hash=entry.public_hash,
                at=at,
                take_id=entry.take_id,
                file_sha256=entry.file_sha256,
                script_sha256=entry.script_sha256,
                locale=entry.locale,
                market=entry.market,
                channel=entry.channel,
                format=entry.format,
            )
        )
        receipt = ReleaseReceipt(entry=entry, index=index, checkpoint=self.studio.view.checkpoint)
        self.studio.releases[entry.take_id] = receipt
        return receipt
