"""Statements on disk: the code and movements that were asked for, and every attempt to give them.

The recordings, transcripts and stills lie in the vault; the signed reports of the checks lie in the envelope.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Row, insert, select, update

from consent.evidence import Capture
from consent.grant import RecordId
from studio.store.engine import reading
from studio.store.schema import statement_attempts, statements


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """How one check came out."""

    name: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """The statement that a version waits for. ``accepted_sha256`` is the recording that is signed with."""

    record_id: RecordId
    code: str
    movements: tuple[str, str]
    issued_at: datetime
    attempts: int = 0
    accepted_sha256: str | None = None
    checks: tuple[CheckRow, ...] = ()  # of the latest attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One file that was sent. With ``refusal``, the file was not taken and nothing of it is kept."""

    record_id: RecordId
    capture: Capture
    received_at: datetime
    refusal: str | None = None
    item_id: str | None = None
    transcript_item_id: str | None = None
    still_item_id: str | None = None
    sha256: str | None = None
    media_type: str | None = None
    duration_s: float | None = None
    report_sha256: str | None = None


class StatementStore:
    """Reads and writes statements; each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, record_id: RecordId) -> StatementRow | None:
        """What is asked for this version, or None before anybody asked."""
        with reading(self._engine) as connection:
            row = connection.execute(select(statements).where(statements.c.record_id == record_id)).first()
        return None if row is None else _statement(row)

    def ask(self, record_id: RecordId, *, code: str, movements: tuple[str, str], at: datetime) -> None:
        """Ask with a fresh code; what came of earlier attempts stays."""
        fresh = {"code": code, "movements": json.dumps(movements), "issued_at": at}
        with self._engine.begin() as connection:
            changed = connection.execute(update(statements).where(statements.c.record_id == record_id).values(fresh))
            if changed.rowcount == 0:
                connection.execute(insert(statements).values(record_id=record_id, attempts=0, checks="[]", **fresh))

    def count_attempt(self, record_id: RecordId, *, most: int) -> bool:
        """Use one attempt up before the file is looked at; False if none is left."""
        statement = (
            update(statements)
            .where(statements.c.record_id == record_id, statements.c.attempts < most)
            .values(attempts=statements.c.attempts + 1)
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def add_attempt(self, attempt: AttemptRow) -> None:
        """Keep a file that was refused."""
        with self._engine.begin() as connection:
            connection.execute(insert(statement_attempts).values(_columns(attempt)))

    def accept(self, attempt: AttemptRow, *, checks: tuple[CheckRow, ...]) -> None:
        """Keep an attempt that was checked; its recording is now the one to sign with. Its code is used up."""
        lines = [{"name": one.name, "outcome": one.outcome, "reason": one.reason} for one in checks]
        with self._engine.begin() as connection:
            connection.execute(insert(statement_attempts).values(_columns(attempt)))
            connection.execute(
                update(statements)
                .where(statements.c.record_id == attempt.record_id)
                .values(code="", accepted_sha256=attempt.sha256, checks=json.dumps(lines, ensure_ascii=False))
            )

    def attempts(self, record_id: RecordId) -> tuple[AttemptRow, ...]:
        """Every attempt, oldest first."""
        query = (
            select(statement_attempts)
            .where(statement_attempts.c.record_id == record_id)
            .order_by(statement_attempts.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(_attempt(row) for row in connection.execute(query))

    def attempt_of(self, record_id: RecordId, sha256: str) -> AttemptRow | None:
        """The newest attempt with this recording."""
        found = [one for one in self.attempts(record_id) if one.sha256 == sha256]
        return found[-1] if found else None


def _columns(attempt: AttemptRow) -> dict[str, object]:
    return {name: getattr(attempt, name) for name in AttemptRow.__dataclass_fields__}


def _statement(row: Row[tuple[object, ...]]) -> StatementRow:
    first, second = json.loads(row.movements)
    return StatementRow(
        record_id=RecordId(row.record_id),
        code=row.code,
        movements=(first, second),
        issued_at=row.issued_at,
        attempts=row.attempts,
        accepted_sha256=row.accepted_sha256,
        checks=tuple(CheckRow(**line) for line in json.loads(row.checks)),
    )


def _attempt(row: Row[tuple[object, ...]]) -> AttemptRow:
    return AttemptRow(
        record_id=RecordId(row.record_id),
        capture=row.capture,
        received_at=row.received_at,
        refusal=row.refusal,
        item_id=row.item_id,
        transcript_item_id=row.transcript_item_id,
        still_item_id=row.still_item_id,
        sha256=row.sha256,
        media_type=row.media_type,
        duration_s=row.duration_s,
        report_sha256=row.report_sha256,
    )
