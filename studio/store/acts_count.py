"""How often somebody did something to a record, asked inside the transaction that writes it down once more."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from consent.grant import RecordId
from studio.store.schema import acts


def count_acts(connection: Connection, record_id: RecordId, *, actor: str, action: str) -> int:
    """Count the acts of one person of one kind on one record, the one being written included."""
    query = (
        select(func.count())
        .select_from(acts)
        .where(acts.c.record_id == record_id, acts.c.actor == actor, acts.c.action == action)
    )
    return connection.execute(query).scalar_one()
