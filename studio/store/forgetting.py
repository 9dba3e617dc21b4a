"""Erasing what the tables of requests say of a person. What stays: that there was a request, its versions, their dates.

Owed when the last of a request's records has reached the end of its retention. The vault, the salts and the ledger are
for others; may be done again.
"""

from __future__ import annotations

from sqlalchemy import Engine, delete, select, update

from studio.store.schema import (
    acts,
    links,
    passkeys,
    request_messages,
    request_versions,
    requests,
    scripts,
    statement_attempts,
    statements,
)


def forget_request(engine: Engine, request_id: str) -> None:
    """Erase messages, codes, attempts, passkeys, scripts, addresses and who did what; a draft goes as a whole."""
    record_ids = select(request_versions.c.record_id).where(request_versions.c.request_id == request_id)
    with engine.begin() as connection:
        for table in (statements, statement_attempts, scripts, acts):
            connection.execute(delete(table).where(table.c.record_id.in_(record_ids)))
        for table in (request_messages, passkeys):
            connection.execute(delete(table).where(table.c.request_id == request_id))
        connection.execute(update(links).where(links.c.request_id == request_id).values(sent_to=None))
        connection.execute(
            update(request_versions).where(request_versions.c.request_id == request_id).values(message="")
        )
        connection.execute(delete(requests).where(requests.c.id == request_id, requests.c.current == 0))
