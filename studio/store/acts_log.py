"""Who did what to a record, and why, in clear; the ledger holds the same as salted hashes. Erased with the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from consent.grant import RecordId
from studio.store.engine import reading
from studio.store.schema import acts


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """One act. ``actor`` is an address, "subject", "guardian", or "studio" for what runs by itself."""

    record_id: RecordId
    at: datetime
    actor: str
    action: str
    reason: str = ""


def note_act(connection: Connection, act: ActRow) -> None:
    """Write an act down, in the transaction of the act itself."""
    connection.execute(
        insert(acts).values(record_id=act.record_id, at=act.at, actor=act.actor, action=act.action, reason=act.reason)
    )


class ActsLog:
    """Reads the log, and erases from it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, record_ids: Iterable[RecordId]) -> tuple[ActRow, ...]:
        """The acts on these records, oldest first."""
        query = select(acts).where(acts.c.record_id.in_(tuple(record_ids))).order_by(acts.c.id)
        with reading(self._engine) as connection:
            return tuple(
                ActRow(
                    record_id=RecordId(row.record_id), at=row.at, actor=row.actor, action=row.action, reason=row.reason
                )
                for row in connection.execute(query)
            )

    def erase(self, record_id: RecordId) -> None:
        """Forget who did what to a record; the ledger keeps that something was done."""
        with self._engine.begin() as connection:
            connection.execute(delete(acts).where(acts.c.record_id == record_id))
