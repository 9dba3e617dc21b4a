"""Reading cases: one view of the ledger for everything that a page shows. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from consent.assurance import why_not_counted
from consent.decide import RecordStatus, record_status
from consent.envelope import Envelope
from consent.errors import LedgerError, RecordInvalidError
from consent.grant import RecordId
from consent.ledger import LedgerView
from consent.narrowing import differences
from consent.oversight import approvers_needed, four_eyes_reasons
from consent.policy import Rulebook, Standing, stand
from consent.record import ConsentRecord, parse_record
from consent.restriction import FIELDS
from studio.errors import NotFoundError, StoreError
from studio.requests.notice import Wordings
from studio.review.case import (
    ApprovalLine,
    Case,
    CaseLine,
    Change,
    Oversight,
    Sentence,
    TakenBack,
    UseLine,
    VersionLine,
)
from studio.review.evidence import Recordings
from studio.review.flags import Flag, flags_of
from studio.review.history import history_of
from studio.review.queue import phase_of
from studio.review.values import value_text
from studio.review.words import field_title
from studio.store.acts_log import ActsLog
from studio.store.ledger import LedgerStore
from studio.store.links import LinkStore
from studio.store.records import RecordStore
from studio.store.requests import RequestRow, RequestStore, VersionRow
from studio.vault.vault import VaultItem

_MAY_BE_USED = frozenset({RecordStatus.ACTIVE, RecordStatus.NOT_YET_VALID, RecordStatus.SUSPENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReader:
    """Reads requests for legal."""

    requests: RequestStore
    records: RecordStore
    ledger: LedgerStore
    links: LinkStore
    recordings: Recordings
    log: ActsLog
    wordings: Wordings
    rulebook: Callable[[], Rulebook]
    clock: Callable[[], datetime]

    def lines(self) -> tuple[CaseLine, ...]:
        """Every request, as a line of the queue."""
        ledger, at = self.ledger.view_or_error(), self.clock()
        return tuple(self._line(request, ledger, at) for request in self.requests.all())

    def case(self, request_id: str) -> Case:
        """Everything about one request.

        Raises:
            NotFoundError: there is none.
        """
        request = self.requests.get(request_id)
        rows, at = self.requests.versions(request_id), self.clock()
        ledger = self.ledger.view_or_error()
        found = {row.record_id: self.records.find_or_error(row.record_id) for row in rows}
        standings = {
            identity: stand(identity, envelope=envelope, ledger=ledger, rulebook=self.rulebook(), at=at)
            for identity, envelope in found.items()
        }
        current = next((row for row in rows if row.version == request.current), None)
        standing = None if current is None else standings[current.record_id]
        record = _record(request, standing)
        versions = self._versions(rows, standings, ledger, at)
        status = next((one.status for one in versions if current is not None and one.row == current), None)
        envelope = None if standing is None else standing.envelope
        recordings = () if current is None else self.recordings.of(current.record_id, envelope=envelope, record=record)
        return Case(
            request=request,
            phase=phase_of(request, status),
            record_id=None if current is None else current.record_id,
            record=record,
            status=status,
            in_force=next((one.row.record_id for one in reversed(versions) if one.status in _MAY_BE_USED), None),
            assurance=_assurance(standing),
            shown=self._words(record),
            recordings=recordings,
            documents=() if current is None else self.recordings.documents(current.record_id, envelope),
            taken_back=() if envelope is None else _taken_back(envelope),
            flags=() if envelope is None else flags_of(envelope, record, attempts=len(recordings)),
            oversight=None if standing is None or envelope is None else oversight_of(standing, envelope, record),
            assessments=() if envelope is None else envelope.assessments,
            versions=versions,
            messages=self.requests.messages(request_id),
            links=self.links.of_request(request_id),
            history=history_of(rows, found, acts=self.log.of(row.record_id for row in rows), ledger=ledger),
            uses=_uses(standings.values(), ledger),
            trouble=_trouble(standing),
        )

    def record(self, request_id: str) -> ConsentRecord:
        """The newest terms.

        Raises:
            NotFoundError: there is no such request.
            StoreError: its record cannot be read.
        """
        request = self.requests.get(request_id)
        current = next((row for row in self.requests.versions(request_id) if row.version == request.current), None)
        standing = None
        if current is not None:
            standing = stand(
                current.record_id,
                envelope=self.records.find_or_error(current.record_id),
                ledger=None,
                rulebook=self.rulebook(),
                at=self.clock(),
            )
        return _record(request, standing)

    def file(self, request_id: str, item_id: str) -> VaultItem:
        """A recording, still or document of any version of this request.

        Raises:
            NotFoundError: it has no such file, or it was erased.
        """
        for row in self.requests.versions(request_id):
            item = self.recordings.find(row.record_id, item_id)
            if item is not None:
                return item
        raise NotFoundError("this recording is not kept, or not any more")

    def _line(self, request: RequestRow, ledger: LedgerView | LedgerError, at: datetime) -> CaseLine:
        current = next((row for row in self.requests.versions(request.id) if row.version == request.current), None)
        standing, status = None, None
        if current is not None:
            envelope = self.records.find_or_error(current.record_id)
            rulebook = self.rulebook()
            standing = stand(current.record_id, envelope=envelope, ledger=ledger, rulebook=rulebook, at=at)
            status = record_status(current.record_id, envelope=envelope, ledger=ledger, rulebook=rulebook, at=at)
        try:
            record = _record(request, standing)
        except StoreError as e:
            flag = Flag(level="stop", code="damaged", text=str(e))
            return CaseLine(
                request=request,
                phase="damaged",
                subject="unreadable",
                description=str(e),
                flags=(flag,),
                needed=0,
                given=0,
                valid_until="",
            )
        known = None if standing is None else standing.envelope
        flags: tuple[Flag, ...] = ()
        needed = given = 0
        if standing is not None and known is not None and current is not None:
            flags = flags_of(known, record, attempts=len(self.recordings.attempts(current.record_id)))
            oversight = oversight_of(standing, known, record)
            needed, given = oversight.needed, oversight.given
        return CaseLine(
            request=request,
            phase=phase_of(request, status),
            subject=record.subject.name,
            description=record.scope.description,
            flags=flags,
            needed=needed,
            given=given,
            valid_until=record.scope.valid_until.isoformat(),
        )

    def _versions(
        self,
        rows: tuple[VersionRow, ...],
        standings: dict[RecordId, Standing],
        ledger: LedgerView | LedgerError,
        at: datetime,
    ) -> tuple[VersionLine, ...]:
        lines, before = [], None
        for row in rows:
            standing = standings[row.record_id]
            status = record_status(
                row.record_id, envelope=standing.envelope, ledger=ledger, rulebook=self.rulebook(), at=at
            )
            now = standing.record
            changes = () if before is None or now is None else changes_of(before, now)
            lines.append(VersionLine(row=row, status=status, changes=changes))
            before = now or before
        return tuple(lines)

    def _words(self, record: ConsentRecord) -> tuple[Sentence, ...]:
        shown = self.wordings.show(record, language="en")
        return tuple(Sentence(heading=one.heading, text=one.text) for one in shown.sentences)


def oversight_of(standing: Standing, envelope: Envelope, record: ConsentRecord) -> Oversight:
    """Say how many people must approve this record, and which approvals count."""
    lines = [
        ApprovalLine(
            approver=approval.approver,
            at=approval.approved_at,
            why_not=why_not_counted(
                envelope,
                record,
                approval,
                history=standing.history,
                controller_keys=standing.rulebook.controller_keys,
                at=standing.at,
            ),
        )
        for approval in envelope.approvals
    ]
    return Oversight(
        needed=approvers_needed(envelope, record),
        reasons=four_eyes_reasons(envelope, record),
        approvals=tuple(lines),
    )


def changes_of(old: ConsentRecord, new: ConsentRecord) -> tuple[Change, ...]:
    """Return what the newer version says differently; the notice follows from the rest."""
    return tuple(
        Change(
            path=one.path,
            title=field_title(one.path),
            old=value_text(one.old),
            new=value_text(one.new),
            direction=one.direction,
        )
        for one in differences(old, new)
        if not one.path.startswith("notice")
    )


def _record(request: RequestRow, standing: Standing | None) -> ConsentRecord:
    if standing is not None:
        if standing.record is None:
            raise StoreError(f"the record of request {request.id} cannot be read ({standing.record_trouble})")
        return standing.record
    if request.draft is None:
        raise StoreError(f"request {request.id} has neither a version nor a draft; restore the database from a backup")
    try:
        return parse_record(request.draft.encode())
    except RecordInvalidError as e:
        raise StoreError(f"the draft of request {request.id} cannot be read ({e})") from e


def _taken_back(envelope: Envelope) -> tuple[TakenBack, ...]:
    return tuple(
        TakenBack(title=field_title(f"scope.{name}"), values=tuple(map(str, getattr(one, name))), at=one.at)
        for one in envelope.restrictions
        for name in FIELDS
        if getattr(one, name)
    )


def _assurance(standing: Standing | None) -> Literal["verified", "contract", "key_only"] | None:
    if standing is None or standing.record is None or standing.envelope is None or standing.ledger is None:
        return None
    return standing.assurance()


def _trouble(standing: Standing | None) -> str:
    return "" if standing is None else standing.record_trouble or standing.ledger_trouble


def _uses(standings: Iterable[Standing], ledger: LedgerView | LedgerError) -> tuple[UseLine, ...]:
    if isinstance(ledger, LedgerError):
        return ()
    return tuple(
        UseLine(
            take_id=one.take_id,
            locale=one.locale,
            market=one.market,
            channel=one.channel,
            format=one.format,
            at=one.at,
        )
        for standing in standings
        if standing.name is not None
        for one in ledger.releases(standing.name)
    )
