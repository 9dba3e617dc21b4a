"""The recordings of a statement, each with what the checks said of it, and the bytes for who may watch them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consent.envelope import Envelope
from consent.evidence import CheckOutcome, CheckReport, not_passed
from consent.grant import RecordId
from consent.record import ConsentRecord
from studio.errors import NotFoundError, VaultError
from studio.review.case import CheckLine, DocumentLine, Recording
from studio.review.words import CHECKS, titled
from studio.store.statements import AttemptRow, StatementStore
from studio.vault.vault import Vault, VaultItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """Reads attempts and their files."""

    statements: StatementStore
    vault: Vault

    def attempts(self, record_id: RecordId) -> tuple[AttemptRow, ...]:
        """Every attempt, oldest first."""
        return self.statements.attempts(record_id)

    def of(self, record_id: RecordId, *, envelope: Envelope | None, record: ConsentRecord) -> tuple[Recording, ...]:
        """Every attempt with its checks, newest first."""
        kept = {item.id for item in self.vault.items(record_id)}
        lines = (
            self._recording(number, attempt, envelope=envelope, record=record, kept=kept)
            for number, attempt in enumerate(self.attempts(record_id), start=1)
        )
        return tuple(reversed(tuple(lines)))

    def find(self, record_id: RecordId, item_id: str) -> VaultItem | None:
        """A recording, a still or a document of this record; nothing else of the vault, and nothing that was erased."""
        item = self.vault.find(item_id)
        if item is None or item.erased_at is not None or item.record_id != record_id:
            return None
        named = {name for one in self.attempts(record_id) for name in (one.item_id, one.still_item_id)}
        return item if item.id in named or item.kind == "contract" else None

    def documents(self, record_id: RecordId, envelope: Envelope | None) -> tuple[DocumentLine, ...]:
        """The documents of the evidence, oldest first."""
        kept = {item.sha256: item.id for item in self.vault.items(record_id) if item.kind == "contract"}
        return tuple(
            DocumentLine(name=one.name, sha256=one.sha256, at=one.attached_at, item_id=kept.get(one.sha256))
            for one in (() if envelope is None else envelope.evidence)
            if one.kind != "statement"
        )

    def read(self, item: VaultItem, *, start: int, end: int) -> Iterator[bytes]:
        """The bytes from ``start`` up to ``end`` (not included)."""
        return self.vault.read(item.id, start, end)

    def _recording(
        self,
        number: int,
        attempt: AttemptRow,
        *,
        envelope: Envelope | None,
        record: ConsentRecord,
        kept: set[str],
    ) -> Recording:
        report = None if envelope is None else _report(envelope, attempt)
        return Recording(
            number=number,
            received_at=attempt.received_at,
            capture=attempt.capture,
            refusal=attempt.refusal,
            item_id=attempt.item_id if attempt.item_id in kept else None,
            still_id=attempt.still_item_id if attempt.still_item_id in kept else None,
            media_type=attempt.media_type or "",
            duration_s=attempt.duration_s,
            transcript=self._transcript(attempt, kept),
            sha256=attempt.sha256 or "",
            is_signed=envelope is not None
            and attempt.sha256 is not None
            and envelope.statement_sha256 == attempt.sha256,
            checks=() if report is None else _lines(report, record),
        )

    def _transcript(self, attempt: AttemptRow, kept: set[str]) -> str:
        if attempt.transcript_item_id is None or attempt.transcript_item_id not in kept:
            return ""
        try:
            return self.vault.bytes(attempt.transcript_item_id).decode("utf-8", "replace")
        except (VaultError, NotFoundError) as e:
            return f"(the transcript cannot be read: {e})"


def _report(envelope: Envelope, attempt: AttemptRow) -> CheckReport | None:
    return next((one for one in envelope.reports if one.sha256 == attempt.report_sha256), None)


def _lines(report: CheckReport, record: ConsentRecord) -> tuple[CheckLine, ...]:
    """The checks that stand in the way first."""
    blocking = set(not_passed(report, record))
    absent = [name for name in blocking if report.outcome(name) == "missing"]
    known = {check.name for check in report.checks}
    lines = [_line(check, is_required=check.name in blocking) for check in report.checks]
    lines += [_absent(name) for name in absent if name not in known]
    return tuple(sorted(lines, key=lambda line: not line.is_required))


def _line(check: CheckOutcome, *, is_required: bool) -> CheckLine:
    return CheckLine(
        name=check.name,
        title=titled(CHECKS, check.name),
        outcome=check.outcome,
        is_required=is_required,
        score="" if check.score is None or check.outcome == "missing" else f"{check.score:.2f}",
        threshold="" if check.threshold is None else f"{check.threshold:.2f}",
        source=check.source,
        reason=check.reason,
    )


def _absent(name: str) -> CheckLine:
    return CheckLine(
        name=name,
        title=titled(CHECKS, name),
        outcome="missing",
        is_required=True,
        score="",
        threshold="",
        source="",
        reason="The check was not run.",
    )
