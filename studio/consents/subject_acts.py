"""What the subject, and the guardian beside them, do to a record over their link: sign, approve scripts, take back.

Signatures come from a passkey on their own device; nothing here holds a key of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from consent.envelope import (
    Envelope,
    PartySignature,
    accept_guardian,
    accept_script_signature,
    accept_signature,
    add_report,
    restrict,
    with_evidence,
)
from consent.errors import ConsentStateError
from consent.evidence import CheckReport, Evidence
from consent.grant import RecordId, Sha256Hex
from consent.ledger import (
    Checked,
    Declined,
    Entry,
    GuardianSigned,
    LedgerView,
    Restricted,
    ScriptApproved,
    Signed,
    Superseded,
)
from consent.restriction import Restriction
from studio.consents.actbook import GUARDIAN, SUBJECT, ActBook, Stamp
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectActs:
    """The acts; every one refuses a consent that was withdrawn."""

    records: RecordStore
    ledger: LedgerStore
    clock: Callable[[], datetime]

    @property
    def book(self) -> ActBook:
        """Where the acts are written down."""
        return ActBook(records=self.records, clock=self.clock)

    def report(self, record_id: RecordId, *, report: CheckReport, statement: Evidence) -> Envelope:
        """Keep the report on a statement, and the statement's hash as evidence."""

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            self._require_standing(said.name)
            after = add_report(with_evidence(envelope, statement), report)
            return after, Checked(public_hash=said.name, at=said.at, actor_hash=said.actor, report_sha256=report.sha256)

        return self.book.do(record_id, make, action="statement_given", actor=SUBJECT)

    def sign(
        self, record_id: RecordId, *, signature: PartySignature, statement_sha256: Sha256Hex | None = None
    ) -> Envelope:
        """Take in the subject's signature.

        Raises:
            ConsentStateError: signed already, or withdrawn.
            SignatureInvalidError: it is not one over this record and this statement.
        """

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            self._require_standing(said.name)
            after = accept_signature(envelope, signature, statement_sha256=statement_sha256)
            digest = signature.sha256
            return after, Signed(public_hash=said.name, at=said.at, actor_hash=said.actor, signature_sha256=digest)

        return self.book.do(record_id, make, action="signed", actor=SUBJECT)

    def sign_as_guardian(self, record_id: RecordId, *, signature: PartySignature) -> Envelope:
        """Take in the guardian's signature; raises as ``sign``."""

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            self._require_standing(said.name)
            entry = GuardianSigned(
                public_hash=said.name, at=said.at, actor_hash=said.actor, signature_sha256=signature.sha256
            )
            return accept_guardian(envelope, signature), entry

        return self.book.do(record_id, make, action="guardian_signed", actor=GUARDIAN)

    def approve_script(self, record_id: RecordId, *, signature: PartySignature, script_sha256: Sha256Hex) -> Envelope:
        """Take in the subject's approval of one script; raises as ``sign``."""

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            self._require_standing(said.name)
            after = accept_script_signature(envelope, signature, script_sha256=script_sha256)
            digest = after.script_approvals[-1].sha256
            return after, ScriptApproved(
                public_hash=said.name, at=said.at, actor_hash=said.actor, approval_sha256=digest
            )

        return self.book.do(record_id, make, action="script_approved", actor=SUBJECT)

    def decline(self, record_id: RecordId, *, reason: str, by: str = SUBJECT) -> Envelope:
        """Say no to this version, for good."""

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            self._require_standing(said.name)
            if envelope.subject_signature is not None:
                raise ConsentStateError(f"record {record_id} is signed; withdraw the consent instead")
            return envelope, Declined(public_hash=said.name, at=said.at, actor_hash=said.actor, reason_hash=said.reason)

        return self.book.do(record_id, make, action="declined", actor=by, reason=reason)

    def restrict(self, record_id: RecordId, *, part: Mapping[str, tuple[str, ...]], by: str = SUBJECT) -> Envelope:
        """Take back a part.

        Raises:
            ConsentStateError: nothing would be left, withdrawn already, or values that no scope has.
        """

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            self._require_standing(said.name)
            restriction = _restriction(part, at=said.at)
            entry = Restricted(
                public_hash=said.name,
                at=said.at,
                actor_hash=said.actor,
                restriction_hash=restriction.salted_hash(said.salt),
            )
            return restrict(envelope, restriction), entry

        return self.book.do(record_id, make, action="restricted", actor=by)

    def _require_standing(self, name: Sha256Hex) -> LedgerView:
        view = self.ledger.view()
        if view.revocation(name) is not None:
            raise ConsentStateError("this consent was withdrawn already; nothing more can happen to it")
        if any(isinstance(entry, Declined | Superseded) for entry in view.history(name)):
            raise ConsentStateError("this version was declined, or a newer one took its place; look at the newest")
        return view


def _restriction(part: Mapping[str, tuple[str, ...]], *, at: datetime) -> Restriction:
    try:
        return Restriction.model_validate({**part, "at": at})
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise ConsentStateError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from e
