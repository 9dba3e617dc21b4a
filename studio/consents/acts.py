"""What people do to a consent record, from the draft to its withdrawal. Each act is one transaction with the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from consent.assessment import Answers, make_assessment
from consent.draft import parse_consent_toml
from consent.envelope import Envelope, add_assessment, approve_record, approve_script, new_envelope, sign_record
from consent.errors import ConsentStateError
from consent.evidence import Evidence
from consent.grant import RecordId, Sha256Hex
from consent.keys import SigningKey
from consent.ledger import Approved, Assessed, Entry, LedgerView, Resumed, Revoked, ScriptApproved, Signed, Suspended
from consent.record import SALT_BYTES, Depiction
from consent.tomlfile import read_toml
from studio.consents.actbook import CONSOLE, SUBJECT, ActBook, Stamp
from studio.consents.evidence import EvidenceKeeper, keep_evidence, read_evidence
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore
from studio.store.shelf import AssetShelf


def _nothing_follows(_record_id: RecordId) -> None:
    """After most approvals there is nothing more to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentActs:
    """The acts, with everything they need passed in.

    ``controller_key`` opens (and at first use makes) the controller's key; ``withdrawn`` stops what is running for a
    record and destroys its copies; ``depiction`` judges whether a picture is a photograph. ``approved`` is told of each
    approval, so that an approved amendment takes the place of the version before it. ``keeper``, the vault, seals
    contracts.
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
    keeper: EvidenceKeeper
    approved: Callable[[RecordId], None] = _nothing_follows

    @property
    def book(self) -> ActBook:
        """Where the acts are written down."""
        return ActBook(records=self.records, clock=self.clock)

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

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            after = sign_record(envelope, key=key, at=said.at)
            assert after.subject_signature is not None, "sign_record has just made it"
            digest = after.subject_signature.sha256
            return after, Signed(public_hash=said.name, at=said.at, actor_hash=said.actor, signature_sha256=digest)

        return self.book.do(record_id, make, action="signed", actor=SUBJECT)

    def assess(self, record_id: RecordId, *, answers: Answers, by: str) -> Envelope:
        """Answer the impact assessment as one person of the controller."""

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            assessment = make_assessment(
                record=record_id,
                public_hash=said.name,
                answers=answers,
                by=by,
                at=said.at,
                key=self.controller_key(),
            )
            entry = Assessed(
                public_hash=said.name, at=said.at, actor_hash=said.actor, assessment_sha256=assessment.sha256
            )
            return add_assessment(envelope, assessment), entry

        return self.book.do(record_id, make, action="assessed", actor=by)

    def approve(self, record_id: RecordId, *, approver: str, evidence: Path | None = None) -> Envelope:
        """Approve as one person of the controller; ``evidence`` is a signed contract, kept by its SHA-256."""
        at = self.clock()
        attached: Evidence | None = None
        if evidence is not None:
            attached, content = read_evidence(evidence, at=at)
            keep_evidence(self.keeper, record_id, attached, content)

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            after = approve_record(envelope, key=self.controller_key(), approver=approver, at=at, evidence=attached)
            digest = after.approvals[-1].sha256
            return after, Approved(public_hash=said.name, at=at, actor_hash=said.actor, approval_sha256=digest)

        envelope = self.book.do(record_id, make, action="approved", actor=approver, at=at)
        self.approved(record_id)
        return envelope

    def approve_script(
        self, record_id: RecordId, *, script_sha256: Sha256Hex, approver: str, key: SigningKey | None = None
    ) -> Envelope:
        """Approve one script word by word: with the subject's key, or without one by the controller's."""

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            after = approve_script(
                envelope,
                key=key or self.controller_key(),
                approver=approver,
                script_sha256=script_sha256,
                at=said.at,
            )
            digest = after.script_approvals[-1].sha256
            return after, ScriptApproved(
                public_hash=said.name, at=said.at, actor_hash=said.actor, approval_sha256=digest
            )

        return self.book.do(record_id, make, action="script_approved", actor=approver)

    def suspend(self, record_id: RecordId, *, reason: str, by: str = CONSOLE) -> LedgerView:
        """Stop every use until ``resume``."""
        return self._mark(record_id, Suspended, action="suspended", reason=reason, by=by)

    def resume(self, record_id: RecordId, *, reason: str, by: str = CONSOLE) -> LedgerView:
        """Let use go on after a suspension."""
        return self._mark(record_id, Resumed, action="resumed", reason=reason, by=by)

    def revoke(self, record_id: RecordId, *, reason: str, by: str = CONSOLE) -> LedgerView:
        """Withdraw the consent for ever, then stop what runs and destroy every copy that was not released.

        Raises:
            ConsentStateError: it was withdrawn before; what that withdrawal left undone is done now.
        """
        try:
            view = self._mark(record_id, Revoked, action="revoked", reason=reason, by=by)
        except ConsentStateError:
            if self.is_withdrawn(record_id):
                self.withdrawn(record_id)
            raise
        self.withdrawn(record_id)
        return view

    def is_withdrawn(self, record_id: RecordId) -> bool:
        """Whether the consent was withdrawn as a whole."""
        envelope = self.records.find(record_id)
        name = None if envelope is None else envelope.public_hash
        return name is not None and self.ledger.view().revocation(name) is not None

    def _mark(
        self, record_id: RecordId, kind: type[Suspended | Resumed | Revoked], *, action: str, reason: str, by: str
    ) -> LedgerView:
        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            entry = kind(public_hash=said.name, at=said.at, actor_hash=said.actor, reason_hash=said.reason)
            self._check_order(entry)
            return envelope, entry

        self.book.do(record_id, make, action=action, actor=by, reason=reason)
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
