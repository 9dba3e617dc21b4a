"""Erasing what the tables say of a person, for ever. Owed when a record has reached the end of its retention.

1. The text of the record with its signatures, and its salt: what stands of it in the ledger is then tied to nobody.
2. Who did what to it, statements, scripts, likenesses, and the traces of its files: their certificates stay.
3. The request as a whole: versions, messages, links, passkeys, addresses.

What stays: the ledger's entries, the certificates, releases with their takes. docs/keeping-and-forgetting.md says why.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, select

from consent.grant import RecordId
from studio.store.engine import forget_old_pages
from studio.store.schema import (
    acts,
    envelopes,
    likeness_versions,
    likenesses,
    links,
    passkeys,
    request_messages,
    request_versions,
    requests,
    salts,
    scripts,
    statement_attempts,
    statements,
    vault_items,
)

_OF_A_RECORD = (statements, statement_attempts, scripts, acts, likenesses, salts, envelopes)  # salts name an envelope
_OF_A_REQUEST = (request_messages, passkeys, links, request_versions)


def forget_request(engine: Engine, request_id: str) -> None:
    """Erase a request and everything of its records; may be done again."""
    with engine.begin() as connection:
        forget_request_in(connection, request_id)
    forget_old_pages(engine)


def forget_request_in(connection: Connection, request_id: str) -> None:
    """The same, in the caller's transaction; after its commit the caller owes ``forget_old_pages``."""
    versions = select(request_versions.c.record_id).where(request_versions.c.request_id == request_id)
    own = RecordId(request_id)  # the files of a draft lie under the number of its request
    forget_records_in(connection, [own, *map(RecordId, connection.execute(versions).scalars())])
    for table in _OF_A_REQUEST:
        connection.execute(delete(table).where(table.c.request_id == request_id))
    connection.execute(delete(requests).where(requests.c.id == request_id))


def forget_records_in(connection: Connection, record_ids: Sequence[RecordId]) -> None:
    """Erase records and who did what to them. Files that are still kept stay, with their keys."""
    theirs = select(likenesses.c.id).where(likenesses.c.record_id.in_(record_ids))
    connection.execute(delete(likeness_versions).where(likeness_versions.c.likeness_id.in_(theirs)))
    for table in _OF_A_RECORD:
        connection.execute(delete(table).where(table.c.record_id.in_(record_ids)))
    is_trace = vault_items.c.erased_at.is_not(None)
    connection.execute(delete(vault_items).where(vault_items.c.record_id.in_(record_ids), is_trace))
