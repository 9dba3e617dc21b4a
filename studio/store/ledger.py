"""The ledger on disk: entries and signed checkpoints in the database, the newest checkpoint also beside it.

The file beside the database is the witness: a database that was put back to an older copy no longer fits it.
Its order is the point. Reading: the witness first, then the database, so that an entry which arrives in between
never looks like a rollback. Writing: the database first, then the witness, so that a crash in between leaves a
witness that is merely older.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select

from consent.errors import LedgerError, LedgerTamperedError, LedgerUnreadableError
from consent.keys import PublicKey, SigningKey
from consent.ledger import Entry, LedgerView, entry_bytes
from studio.store.engine import lock_ledger, reading
from studio.store.filelock import locked
from studio.store.schema import checkpoints, ledger_entries

# Built once: every gate asks this, and to build it costs more than to answer it.
_HEAD = select(
    select(checkpoints.c.note).order_by(checkpoints.c.size.desc()).limit(1).scalar_subquery(),
    select(func.max(ledger_entries.c.position)).scalar_subquery(),
)


def ledger_origin(key: PublicKey) -> str:
    """Name this ledger by its key, so that no two installations' checkpoints can be mixed up."""
    return f"sayso.ledger/{key.key_id.rsplit(':', 1)[-1][:16]}"


class LedgerStore:
    """Append-only entries; every append signs a checkpoint in the same transaction."""

    def __init__(self, engine: Engine, *, key: SigningKey, witness_path: Path) -> None:
        self._engine = engine
        self._key = key
        self._witness_path = witness_path
        self._known: LedgerView | None = None
        self._known_witness: str | None = None  # that ``_known`` was checked against
        self.origin = ledger_origin(key.public_key)

    @property
    def public_key(self) -> PublicKey:
        """The key that checkpoints are signed with."""
        return self._key.public_key

    def view(self) -> LedgerView:
        """Read and check the ledger.

        Raises:
            LedgerTamperedError: entries, checkpoints and witness contradict each other.
            LedgerUnreadableError: something is missing.
        """
        witness = self.read_witness()
        with reading(self._engine) as connection:
            return self.view_of(connection, witness=witness)

    def view_or_error(self) -> LedgerView | LedgerError:
        """Read the ledger as ``consent.decide`` wants it: a fault is a value that refuses everything."""
        try:
            return self.view()
        except LedgerError as e:
            return e

    def view_in(self, connection: Connection) -> LedgerView:
        """Read and check the ledger inside a transaction that may append to it (nobody else can, meanwhile)."""
        lock_ledger(connection)
        return self.view_of(connection, witness=self.read_witness())

    def append_in(self, connection: Connection, entries: Sequence[Entry], *, at: datetime) -> LedgerView:
        """Append and sign inside the caller's transaction; after its commit the caller owes ``write_witness``."""
        before = self.view_in(connection)
        if before.size == 0:
            self.write_witness(before)  # entries without any witness would look like a lost one
        after = before.appended(entries, key=self._key)
        rows = [{"position": before.size + n, "body": entry_bytes(entry)} for n, entry in enumerate(entries)]
        if rows:
            connection.execute(insert(ledger_entries), rows)
        connection.execute(insert(checkpoints).values(size=after.size, note=after.checkpoint, signed_at=at))
        return after

    def append(self, entries: Sequence[Entry], *, at: datetime) -> LedgerView:
        """Append and sign in a transaction of its own."""
        with self._engine.begin() as connection:
            after = self.append_in(connection, entries, at=at)
        self.write_witness(after)
        return after

    def everything(self) -> tuple[list[bytes], list[str]]:
        """All entries and all checkpoints as stored, unchecked: for ``sayso ledger verify``."""
        with reading(self._engine) as connection:
            bodies = connection.execute(select(ledger_entries.c.body).order_by(ledger_entries.c.position))
            notes = connection.execute(select(checkpoints.c.note).order_by(checkpoints.c.size))
            return [_leaf(b) for b in bodies.scalars()], list(notes.scalars())

    def read_witness(self) -> str | None:
        """The newest checkpoint that was written beside the database; None before the first."""
        try:
            return self._witness_path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as e:
            raise LedgerUnreadableError(
                f"the ledger's witness {self._witness_path} cannot be read ({e}); restore it from a backup"
            ) from e

    def write_witness(self, view: LedgerView) -> None:
        """Put the newest checkpoint beside the database; an older one never replaces a newer."""
        with locked(self._witness_path.with_suffix(".lock")):
            present = self.read_witness()
            if present is not None and _size_of(present) >= view.size:
                return
            part = self._witness_path.with_suffix(".part")
            with part.open("w", encoding="utf-8") as file:
                file.write(view.checkpoint)
                file.flush()
                os.fsync(file.fileno())
            part.chmod(0o600)
            part.replace(self._witness_path)

    def view_of(self, connection: Connection, *, witness: str | None) -> LedgerView:
        """Read and check the ledger as this transaction sees it; the witness was read before it began."""
        newest, last = connection.execute(_HEAD).one()
        count = 0 if last is None else last + 1  # a gap shows when the rows are read; counting them all would not scale
        if newest is None:
            if count or (witness is not None and _size_of(witness)):
                raise LedgerTamperedError(
                    f"the ledger has {count} entries and no checkpoint, but one was signed; "
                    "restore the database from a backup"
                )
            return LedgerView.empty(origin=self.origin, key=self._key)
        known = self._known
        if known is not None and (known.size, known.checkpoint, self._known_witness) == (count, newest, witness):
            return known  # nothing is new, neither here nor beside the database
        if known is not None and known.size <= count:
            rows = self._rows(connection, start=known.size)
            view = known.extended(rows, checkpoint=newest, witness=witness, public_key=self.public_key)
        else:
            rows = self._rows(connection, start=0)
            view = LedgerView.open(
                rows, origin=self.origin, checkpoint=newest, witness=witness, public_key=self.public_key
            )
        self._known, self._known_witness = view, witness
        return view

    @staticmethod
    def _rows(connection: Connection, *, start: int) -> list[bytes]:
        query = (
            select(ledger_entries.c.position, ledger_entries.c.body)
            .where(ledger_entries.c.position >= start)
            .order_by(ledger_entries.c.position)
        )
        rows = connection.execute(query).all()
        if [row.position for row in rows] != list(range(start, start + len(rows))):
            raise LedgerTamperedError("the ledger has a gap: an entry was removed; restore the database from a backup")
        return [_leaf(row.body) for row in rows]


def _leaf(body: object) -> bytes:
    if not isinstance(body, bytes | memoryview):  # SQLite holds whatever was put there
        raise LedgerUnreadableError("an entry of the ledger is not bytes; restore the database from a backup")
    return bytes(body)


def _size_of(note: str) -> int:
    """The size that a note claims; 0 if it is no note (the next ``view`` will say so)."""
    lines = note.split("\n", 2)
    return int(lines[1]) if len(lines) > 1 and lines[1].isdecimal() else 0
