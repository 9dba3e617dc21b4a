"""Filing a version: the wording is rendered and hashed into the record, then record and version are one transaction.

A version that nobody may use yet is superseded by the next one at once. One that stands (an amendment is asked for)
stays until the next one is approved, so that asking never takes away what was agreed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from consent.decide import RecordStatus
from consent.envelope import Envelope, new_envelope
from consent.grant import RecordId
from consent.ledger import Entry, Superseded
from consent.record import SALT_BYTES, ConsentRecord
from studio.consents.actbook import ActBook, Stamp, stamp
from studio.requests.drafting import Drafting
from studio.requests.notice import Wordings, with_notice
from studio.requests.stages import APPROVED, ENDED
from studio.store.acts_log import ActRow, note_act
from studio.store.records import RecordStore
from studio.store.requests import RequestRow, RequestStore, State, VersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Makes versions. ``status`` is where a record is in its life, by the ledger."""

    records: RecordStore
    requests: RequestStore
    drafting: Drafting
    wordings: Wordings
    status: Callable[[RecordId], RecordStatus]
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    def file(
        self, request: RequestRow, record: ConsentRecord, *, by: str, message: str = "", state: State = "asked"
    ) -> VersionRow:
        """File a record as the request's next version.

        Raises:
            ConsentStateError: the very same terms are on file already.
        """
        at = self.clock()
        before = self.current(request)
        terms = record.model_copy(update={"supersedes": None if before is None else before.record_id})
        envelope = new_envelope(with_notice(terms, self.wordings, at=at), salt=self.random_bytes(SALT_BYTES))
        version = VersionRow(
            request_id=request.id,
            version=request.current + 1 if before is None else self.requests.versions(request.id)[-1].version + 1,
            record_id=envelope.record_id,
            made_by=by,
            message=message,
            created_at=at,
        )
        self.drafting.hand_over(
            record.scope.assets,
            before=RecordId(request.id) if before is None else before.record_id,
            after=envelope.record_id,
            at=at,
        )
        guardian: State | None = None if record.guardian is None else "asked"

        def also(connection: Connection) -> None:
            self.requests.add_version_in(connection, version, state=state, guardian_state=guardian)
            note_act(
                connection,
                ActRow(record_id=envelope.record_id, at=at, actor=by, action="version_filed", reason=message),
            )

        self.records.create(envelope, at=at, entries=self._superseded(before, envelope, by=by, at=at), also=also)
        if before is None:
            self.drafting.vault.erase_record(RecordId(request.id), at=at, why="filed")
        return version

    def current(self, request: RequestRow) -> VersionRow | None:
        """The version that the links show; None before the first."""
        return next((one for one in self.requests.versions(request.id) if one.version == request.current), None)

    def _superseded(self, before: VersionRow | None, after: Envelope, *, by: str, at: datetime) -> tuple[Entry, ...]:
        if before is None:
            return ()
        status = self.status(before.record_id)
        old = self.records.find(before.record_id)
        if old is None or old.salt is None or status in APPROVED or status in ENDED - {RecordStatus.EXPIRED}:
            return ()
        said = stamp(old, at=at, actor=by)
        assert after.public_hash is not None, "a new envelope has its salt"
        return (Superseded(public_hash=said.name, at=at, actor_hash=said.actor, successor_hash=after.public_hash),)

    def settle(self, record_id: RecordId) -> None:
        """Let the older versions that still stand give way to one that is approved. May be done again.

        Where a guardian signs for a minor, an approved version is of no use before that, and nothing gives way to it.
        """
        version = self.requests.of_record(record_id)
        if version is None or self.status(record_id) not in APPROVED:
            return
        if self.requests.get(version.request_id).guardian_state not in (None, "signed"):
            return  # of no use yet
        newer = self.records.find(record_id)
        assert newer is not None, "its status is known"
        successor = newer.public_hash
        assert successor is not None, "a record without salt is never approved"

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            entry = Superseded(public_hash=said.name, at=said.at, actor_hash=said.actor, successor_hash=successor)
            return envelope, entry

        book = ActBook(records=self.records, clock=self.clock)
        for older in self.requests.versions(version.request_id):
            if older.version < version.version and self.status(older.record_id) not in ENDED:
                book.do(older.record_id, make, action="superseded", actor="studio")

    def settle_all(self) -> None:
        """End what a process that died right after an approval left undone; for the daily sweep."""
        for request in self.requests.all(state="signed"):
            current = self.current(request)
            if current is not None and current.version > 1:
                self.settle(current.record_id)
