"""The last gate: deciding and recording a release are one database transaction.

While the transaction is open nobody else can append to the ledger, so a revocation either comes before the decision
and stops the file, or comes after the release entry and finds it on record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from consent.decide import authorize
from consent.errors import LedgerError
from consent.grant import Grant, TakeId, TakeRequest
from consent.ledger import LedgerView, Released
from consent.policy import Rulebook
from pipelines.errors import ReleaseError
from pipelines.release.gate import GateTransaction, ReleaseEntry, ReleaseReceipt
from studio.store.engine import reading
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore
from studio.store.release_json import read_release_entry
from studio.store.schema import releases


@dataclass(slots=True)
class _Transaction:
    connection: Connection
    gate: StoreGate
    appended: LedgerView | None = field(default=None)

    def authorize(self, request: TakeRequest, *, at: datetime) -> Grant:
        gate = self.gate
        ledger: LedgerView | LedgerError
        try:
            ledger = gate.ledger.view_in(self.connection)
        except LedgerError as e:
            ledger = e
        envelope = gate.records.find_in(self.connection, request.record_id)
        return authorize(request, envelope=envelope, ledger=ledger, rulebook=gate.rulebook, at=at)

    def append_release(self, entry: ReleaseEntry, *, at: datetime) -> ReleaseReceipt:
        known = self.connection.execute(select(releases.c.take_id).where(releases.c.take_id == entry.take_id)).scalar()
        if known is not None:
            raise ReleaseError(f"take {entry.take_id} is released already; its file is in the library")
        leaf = Released(
            public_hash=entry.public_hash,
            at=at,
            take_id=entry.take_id,
            file_sha256=entry.file_sha256,
            script_sha256=entry.script_sha256,
            locale=entry.locale,
            market=entry.market,
            channel=entry.channel,
            format=entry.format,
        )
        after = self.gate.ledger.append_in(self.connection, (leaf,), at=at)
        self.connection.execute(
            insert(releases).values(
                take_id=entry.take_id,
                record_id=entry.record_id,
                public_hash=entry.public_hash,
                file_sha256=entry.file_sha256,
                kind=entry.fingerprint.kind,
                entry=json.dumps(entry.to_json(), ensure_ascii=False),
                ledger_position=after.size - 1,
                checkpoint=after.checkpoint,
                released_at=at,
            )
        )
        self.appended = after
        return ReleaseReceipt(entry=entry, index=after.size - 1, checkpoint=after.checkpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreGate:
    """Implements ``pipelines.release.gate.Gate`` over the studio's database."""

    engine: Engine
    ledger: LedgerStore
    records: RecordStore
    rulebook: Rulebook

    @contextmanager
    def transaction(self) -> Iterator[GateTransaction]:
        """Open the one transaction; it commits on a clean exit only."""
        with self.engine.begin() as connection:
            transaction = _Transaction(connection=connection, gate=self)
            yield transaction
        if transaction.appended is not None:
            self.ledger.write_witness(transaction.appended)

    def released(self, take_id: TakeId) -> ReleaseReceipt | None:
        """The receipt of a committed release."""
        with reading(self.engine) as connection:
            row = connection.execute(select(releases).where(releases.c.take_id == take_id)).first()
        if row is None:
            return None
        return ReleaseReceipt(entry=read_release_entry(row.entry), index=row.ledger_position, checkpoint=row.checkpoint)
