"""What people do to a consent record, from the draft to its withdrawal. Each act is one transaction with the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from consent.draft import parse_consent_toml
from consent.envelope import Envelope, approve_record, approve_script, new_envelope, sign_record
from consent.errors import ConsentStateError
from consent.evidence import Evidence
from consent.grant import RecordId, Sha256Hex
from consent.keys import SigningKey
from consent.ledger import (
    Approved,
    Entry,
    LedgerView,
    Resumed,
    Revoked,
    ScriptApproved,
    Signed,
    Suspended,
    reason_hash,
)
from consent.record import SALT_BYTES, Depiction
from consent.tomlfile import read_toml
from studio.consents.evidence import read_evidence, store_evidence
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore
from studio.store.shelf import AssetShelf


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentActs:
    """The acts, with everything they need passed in.

    ``controller_key`` opens (and at first use makes) the controller's key; ``withdrawn`` stops what is running for a
    record and destroys its copies; ``depiction`` judges whether a picture is a photograph.
    """

    records: RecordStore
    ledger: LedgerStore
    evidence_dir: Path
    shelf: AssetShelf
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    controller_key: Callable[[], SigningKey]
    depiction: Callable[[Path], Depiction]
    withdrawn: Callable[[RecordId], None]

    def new(self, path: Path) -> Envelope:
        """File a draft from a consent.toml.

        Raises:
            FileInvalidError: the file is wrong; every problem with its line.
            ConsentStateError: the very same terms are on file already.
        """
        record = parse_consent_toml(path, depiction=self.depiction)
        envelope = new_envelope(record, salt=self.random_bytes(SALT_BYTES))
        self.records.create(envelope, at=self.clock())
        for name in bound_files(path):
            self.shelf.keep(name)
        return envelope

    def sign(self, record_id: RecordId, *, key: SigningKey) -> Envelope:
        """Sign as the subject."""
        at = self.clock()

        def change(envelope: Envelope) -> tuple[Envelope, Entry]:
            after = sign_record(envelope, key=key, at=at)
            assert after.subject_signature is not None, "sign_record has just made it"
            return after, Signed(public_hash=_name(after), at=at, signature_sha256=after.subject_signature.sha256)

        return self.records.change(record_id, change, at=at)

    def approve(self, record_id: RecordId, *, approver: str, evidence: Path | None = None) -> Envelope:
        """Approve as one person of the controller; ``evidence`` is a signed contract, kept by its SHA-256."""
        at = self.clock()
        attached: Evidence | None = None
        content = b""
        if evidence is not None:
            attached, content = read_evidence(evidence, at=at)
            store_evidence(self.evidence_dir, attached, content)

        def change(envelope: Envelope) -> tuple[Envelope, Entry]:
            after = approve_record(envelope, key=self.controller_key(), approver=approver, at=at, evidence=attached)
            return after, Approved(public_hash=_name(after), at=at, approval_sha256=after.approvals[-1].sha256)

        return self.records.change(record_id, change, at=at)

    def approve_script(
        self, record_id: RecordId, *, script_sha256: Sha256Hex, approver: str, key: SigningKey | None = None
    ) -> Envelope:
        """Approve one script word by word: with the subject's key, or without one by the controller's."""
        at = self.clock()

        def change(envelope: Envelope) -> tuple[Envelope, Entry]:
            after = approve_script(
                envelope, key=key or self.controller_key(), approver=approver, script_sha256=script_sha256, at=at
            )
            entry = ScriptApproved(public_hash=_name(after), at=at, approval_sha256=after.script_approvals[-1].sha256)
            return after, entry

        return self.records.change(record_id, change, at=at)

    def suspend(self, record_id: RecordId, *, reason: str) -> LedgerView:
        """Stop every use until ``resume``."""
        return self._note(
            record_id, lambda name, at, digest: Suspended(public_hash=name, at=at, reason_hash=digest), reason
        )

    def resume(self, record_id: RecordId, *, reason: str) -> LedgerView:
        """Let use go on after a suspension."""
        return self._note(
            record_id, lambda name, at, digest: Resumed(public_hash=name, at=at, reason_hash=digest), reason
        )

    def revoke(self, record_id: RecordId, *, reason: str) -> LedgerView:
        """Withdraw the consent for ever, then stop what runs and destroy every copy that was not released.

        Raises:
            ConsentStateError: it was withdrawn before; what that withdrawal left undone is done now.
        """
        try:
            view = self._note(
                record_id, lambda name, at, digest: Revoked(public_hash=name, at=at, reason_hash=digest), reason
            )
        except ConsentStateError:
            if self._is_withdrawn(record_id):
                self.withdrawn(record_id)
            raise
        self.withdrawn(record_id)
        return view

    def _is_withdrawn(self, record_id: RecordId) -> bool:
        envelope = self.records.find(record_id)
        name = None if envelope is None else envelope.public_hash
        return name is not None and self.ledger.view().revocation(name) is not None

    def _note(
        self, record_id: RecordId, make: Callable[[Sha256Hex, datetime, Sha256Hex], Entry], reason: str
    ) -> LedgerView:
        at = self.clock()

        def change(envelope: Envelope) -> tuple[Envelope, Entry]:
            name = _name(envelope)
            assert envelope.salt is not None, "or _name would have raised"
            entry = make(name, at, reason_hash(reason, envelope.salt))
            self._check_order(entry)
            return envelope, entry

        self.records.change(record_id, change, at=at)
        return self.ledger.view()

    def _check_order(self, entry: Entry) -> None:
        view = self.ledger.view()
        if view.revocation(entry.public_hash) is not None:
            raise ConsentStateError("this consent was withdrawn already; nothing more can happen to it")
        is_suspended = view.suspension(entry.public_hash) is not None
        if isinstance(entry, Suspended) and is_suspended:
            raise ConsentStateError("this consent is suspended already; sayso consent resume lets it go on")
        if isinstance(entry, Resumed) and not is_suspended:
            raise ConsentStateError("this consent is not suspended; there is nothing to resume")


def bound_files(path: Path) -> tuple[Path, ...]:
    """The files that a consent.toml binds. The record keeps their hashes and names, not their folders."""
    scope = read_toml(path).data["scope"]
    named = scope.get("assets", []) if isinstance(scope, dict) else []
    return tuple(path.parent / str(name) for name in named)


def _name(envelope: Envelope) -> Sha256Hex:
    name = envelope.public_hash
    if name is None:
        raise ConsentStateError(f"the salt of record {envelope.record_id} was erased; nothing more can be done to it")
    return name
