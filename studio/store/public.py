"""What anyone may learn about a file: whether it is a release of ours, and whether its consent still stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, select

from consent.decide import record_status
from consent.errors import LedgerError
from consent.grant import Sha256Hex, TakeId
from consent.ledger import FORGOTTEN, Acted, Declined, Entry, Superseded
from consent.policy import Rulebook
from pipelines.provenance.fingerprint import Fingerprint
from pipelines.release.records import PublicRelease
from studio.store.engine import reading
from studio.store.ledger import LedgerStore
from studio.store.records import RecordStore
from studio.store.release_json import read_release_entry
from studio.store.schema import ledger_entries, releases


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePublicRecords:
    """Implements ``pipelines.release.records.PublicRecords`` over the studio's database."""

    engine: Engine
    ledger: LedgerStore
    records: RecordStore
    rulebook: Rulebook

    def release_of_take(self, take_id: str) -> PublicRelease | None:
        """The release of a take, with proof that the ledger holds it."""
        return self._release(releases.c.take_id == take_id)

    def release_of_file(self, sha256: str) -> PublicRelease | None:
        """The release of exactly these bytes."""
        return self._release(releases.c.file_sha256 == sha256)

    def fingerprints(self, kind: str) -> Iterable[tuple[TakeId, Fingerprint]]:
        """Every release's fingerprint of one kind."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(releases.c.take_id, releases.c.entry).where(releases.c.kind == kind)).all()
        return [(TakeId(row.take_id), read_release_entry(row.entry).fingerprint) for row in rows]

    def consent_status(self, public_hash: str, *, at: datetime) -> str:
        """Whether the consent behind a release still stands."""
        ledger = self.ledger.view_or_error()
        if isinstance(ledger, LedgerError):
            return "unknown"
        if ledger.revocation(Sha256Hex(public_hash)) is not None:  # said even when the record itself has been erased
            return "withdrawn"
        envelope = self.records.find_by_public_hash(public_hash)
        if envelope is None:
            return _status_of_forgotten(ledger.history(Sha256Hex(public_hash)))
        return record_status(envelope.record_id, envelope=envelope, ledger=ledger, rulebook=self.rulebook, at=at)

    def _release(self, condition: ColumnElement[bool]) -> PublicRelease | None:
        with reading(self.engine) as connection:
            row = connection.execute(select(releases).where(condition)).first()
            if row is None:
                return None
            leaf = connection.execute(
                select(ledger_entries.c.body).where(ledger_entries.c.position == row.ledger_position)
            ).scalar_one()
        view = self.ledger.view()
        return PublicRelease(
            entry=read_release_entry(row.entry),
            leaf=bytes(leaf),
            index=row.ledger_position,
            proof=view.inclusion_proof(row.ledger_position),
            checkpoint=view.checkpoint,
        )


def _status_of_forgotten(history: Iterable[Entry]) -> str:
    """How a consent ended whose record was erased. Only one that has ended is ever erased."""
    entries = tuple(history)
    if not any(isinstance(one, Acted) and one.action == FORGOTTEN for one in entries):
        return "unknown"
    if any(isinstance(one, Declined) for one in entries):
        return "declined"
    return "superseded" if any(isinstance(one, Superseded) for one in entries) else "expired"
