"""What legal sees of requests: one line for each, and everything about one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from consent.decide import RecordStatus
from consent.grant import RecordId
from consent.narrowing import Difference, differences
from consent.record import ConsentRecord, parse_record
from studio.errors import NotFoundError, UsageError
from studio.requests.desk import Stage
from studio.requests.stages import stage_of
from studio.store.acts_log import ActRow, ActsLog
from studio.store.links import LinkRow, LinkStore
from studio.store.records import RecordStore
from studio.store.requests import MessageRow, RequestRow, RequestStore, State, VersionRow
from studio.store.statements import AttemptRow, StatementStore

Where: TypeAlias = Stage | Literal["drafted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """One request in a list."""

    id: str
    deal: str
    stage: Where
    subject: str
    description: str
    version: int
    record_id: RecordId | None
    created_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFile:
    """Everything about one request, for legal. ``record`` is the newest version's, or the draft's."""

    request: RequestRow
    stage: Where
    record: ConsentRecord
    record_id: RecordId | None
    status: RecordStatus | None
    versions: tuple[VersionRow, ...]
    links: tuple[LinkRow, ...]
    messages: tuple[MessageRow, ...]
    attempts: tuple[AttemptRow, ...]
    acts: tuple[ActRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Reads requests. ``status`` is where a record is in its life, by the ledger."""

    requests: RequestStore
    records: RecordStore
    links: LinkStore
    statements: StatementStore
    acts: ActsLog
    status: Callable[[RecordId], RecordStatus]

    def list(self, *, state: State | None = None) -> tuple[RequestLine, ...]:
        """One line for each request, newest first."""
        return tuple(self._line(request) for request in self.requests.all(state=state))

    def show(self, request_id: str) -> RequestFile:
        """Everything about one request."""
        request = self.requests.get(request_id)
        versions = self.requests.versions(request_id)
        current = self._current(request)
        ids = tuple(one.record_id for one in versions)
        return RequestFile(
            request=request,
            stage=self._stage(request, current),
            record=self._record(request, current),
            record_id=None if current is None else current.record_id,
            status=None if current is None else self.status(current.record_id),
            versions=versions,
            links=self.links.of_request(request_id),
            messages=self.requests.messages(request_id),
            attempts=tuple(one for record_id in ids for one in self.statements.attempts(record_id)),
            acts=self.acts.of(ids),
        )

    def compare(self, request_id: str, old: int, new: int) -> tuple[Difference, ...]:
        """What two versions say differently."""
        by_number = {one.version: one.record_id for one in self.requests.versions(request_id)}
        missing = sorted({old, new} - set(by_number))
        if missing:
            raise UsageError(f"request {request_id} has no version {missing[0]}; it has {len(by_number)}")
        return differences(_record_of(self.records, by_number[old]), _record_of(self.records, by_number[new]))

    def _line(self, request: RequestRow) -> RequestLine:
        current = self._current(request)
        record = self._record(request, current)
        return RequestLine(
            id=request.id,
            deal=request.deal,
            stage=self._stage(request, current),
            subject=record.subject.name,
            description=record.scope.description,
            version=request.current,
            record_id=None if current is None else current.record_id,
            created_by=request.created_by,
            updated_at=request.updated_at,
        )

    def _stage(self, request: RequestRow, current: VersionRow | None) -> Where:
        if current is None:
            return "drafted"
        return stage_of(request, party="subject", status=self.status(current.record_id))

    def _current(self, request: RequestRow) -> VersionRow | None:
        return next((one for one in self.requests.versions(request.id) if one.version == request.current), None)

    def _record(self, request: RequestRow, current: VersionRow | None) -> ConsentRecord:
        return newest_record(request, current=current, records=self.records)


def newest_record(request: RequestRow, *, current: VersionRow | None, records: RecordStore) -> ConsentRecord:
    """The record of the version that the links show, or the draft."""
    if current is not None:
        return _record_of(records, current.record_id)
    assert request.draft is not None, "a request has a draft until its first version is filed"
    return parse_record(request.draft.encode())


def _record_of(records: RecordStore, record_id: RecordId) -> ConsentRecord:
    envelope = records.find(record_id)
    if envelope is None:
        raise NotFoundError(f"the record {record_id} of this request is not on file; restore the database")
    return envelope.record()
