"""Consent records on disk: each change of an envelope and its ledger entry are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from consent.envelope import Envelope, erase_salt
from consent.errors import ConsentStateError, LedgerError, RecordInvalidError
from consent.grant import RecordId
from consent.ledger import Entry, LedgerView, RecordCreated
from consent.record import SALT_BYTES
from studio.errors import NotFoundError
from studio.store.engine import forget_old_pages, reading
from studio.store.ledger import LedgerStore
from studio.store.schema import envelopes, salts

Change = Callable[[Envelope], tuple[Envelope, Entry]]  # reads the envelope, returns the new one and what to write down
Also = Callable[[Connection], None]  # what else belongs to the same transaction

# Built once: every gate asks this, and to build it costs more than to answer it.
_ENVELOPE = (
    select(envelopes.c.body, salts.c.salt)
    .select_from(envelopes.outerjoin(salts, salts.c.record_id == envelopes.c.record_id))
    .where(envelopes.c.record_id == bindparam("record_id"))
)

PREFIX_MIN = 6  # people paste the first digits of an id; fewer than this would soon name two


class RecordStore:
    """Envelopes by record id. Salts lie in a table of their own (see ``schema``)."""

    def __init__(self, engine: Engine, ledger: LedgerStore) -> None:
        self.engine = engine
        self._ledger = ledger

    def create(
        self, envelope: Envelope, *, at: datetime, entries: Sequence[Entry] = (), also: Also | None = None
    ) -> LedgerView:
        """Store a new record and write its creation into the ledger, and after it ``entries``.

        Raises:
            ConsentStateError: the very same record is stored already.
        """
        public_hash = envelope.public_hash
        if public_hash is None:
            raise ConsentStateError(f"record {envelope.record_id} has no salt, so it has no name in the ledger")
        with self.engine.begin() as connection:
            if _load(connection, envelope.record_id) is not None:
                raise ConsentStateError(
                    f"record {envelope.record_id} exists already; sign it, or change the file to make another"
                )
            connection.execute(
                insert(envelopes).values(
                    record_id=envelope.record_id, body=erase_salt(envelope).to_json(), created_at=at
                )
            )
            connection.execute(
                insert(salts).values(record_id=envelope.record_id, salt=envelope.salt, public_hash=public_hash)
            )
            if also is not None:
                also(connection)
            created = RecordCreated(public_hash=public_hash, at=at)
            after = self._ledger.append_in(connection, (created, *entries), at=at)
        self._ledger.write_witness(after)
        return after

    def change(self, record_id: RecordId, change: Change, *, at: datetime, also: Also | None = None) -> Envelope:
        """Replace an envelope by what ``change`` makes of it, and append the entry that it returns.

        Raises:
            NotFoundError: there is no such record.
        """
        with self.engine.begin() as connection:
            before = _load(connection, record_id)
            if before is None:
                raise _unknown(record_id)
            after, entry = change(before)
            connection.execute(
                update(envelopes).where(envelopes.c.record_id == record_id).values(body=erase_salt(after).to_json())
            )
            if also is not None:
                also(connection)
            view = self._ledger.append_in(connection, (entry,), at=at)
        self._ledger.write_witness(view)
        return after

    def end(self, entries: Sequence[Entry], *, at: datetime, erase: Also) -> LedgerView:
        """Write the last entries of records and erase them, in one transaction and off the disk's old pages."""
        with self.engine.begin() as connection:
            view = self._ledger.append_in(connection, entries, at=at)
            erase(connection)
        self._ledger.write_witness(view)
        forget_old_pages(self.engine)
        return view

    def find(self, record_id: RecordId) -> Envelope | None:
        """The envelope, or None.

        Raises:
            RecordInvalidError: what is stored is no envelope.
        """
        with reading(self.engine) as connection:
            return _load(connection, record_id)

    def find_or_error(self, record_id: RecordId) -> Envelope | RecordInvalidError | None:
        """The envelope as ``consent.decide`` wants it: a damaged row is a value that refuses, with its reason."""
        with reading(self.engine) as connection:
            return self.find_in(connection, record_id)

    def to_decide(self, record_id: RecordId) -> tuple[Envelope | RecordInvalidError | None, LedgerView | LedgerError]:
        """Envelope and ledger of one moment, as ``consent.decide`` wants them: a fault is a value that refuses."""
        ledger: LedgerView | LedgerError
        try:
            witness = self._ledger.read_witness()  # before the transaction: see studio.store.ledger
        except LedgerError as e:
            return self.find_or_error(record_id), e
        with reading(self.engine) as connection:
            try:
                ledger = self._ledger.view_of(connection, witness=witness)
            except LedgerError as e:
                ledger = e
            return self.find_in(connection, record_id), ledger

    def find_in(self, connection: Connection, record_id: RecordId) -> Envelope | RecordInvalidError | None:
        """The same, read inside the caller's transaction."""
        try:
            return _load(connection, record_id)
        except RecordInvalidError as e:
            return e

    def find_by_public_hash(self, public_hash: str) -> Envelope | None:
        """The envelope whose salted hash stands in a manifest; None if there is none, or none that can be read."""
        with reading(self.engine) as connection:
            found = connection.execute(select(salts.c.record_id).where(salts.c.public_hash == public_hash)).scalar()
            envelope = None if found is None else self.find_in(connection, RecordId(found))
        return envelope if isinstance(envelope, Envelope) else None

    def resolve(self, text: str) -> RecordId:
        """Turn a record id, or its first digits, into the whole id.

        Raises:
            NotFoundError: it names no record, or more than one.
        """
        wanted = text.strip().lower()
        if len(wanted) < PREFIX_MIN or not all(c in "0123456789abcdef" for c in wanted):
            raise _unknown(text)
        query = select(envelopes.c.record_id).where(envelopes.c.record_id.startswith(wanted)).limit(2)
        with reading(self.engine) as connection:
            found = list(connection.execute(query).scalars())
        if not found:
            raise _unknown(text)
        if len(found) > 1:
            raise NotFoundError(f"{text} is the beginning of more than one record; give more digits")
        return RecordId(found[0])

    def all_ids(self) -> tuple[RecordId, ...]:
        """Every record, oldest first."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(envelopes.c.record_id).order_by(envelopes.c.created_at)).scalars()
            return tuple(RecordId(row) for row in rows)


def _unknown(text: str) -> NotFoundError:
    return NotFoundError(f"there is no consent record {text} in this home; sayso consent list shows those there are")


def _load(connection: Connection, record_id: str) -> Envelope | None:
    row = connection.execute(_ENVELOPE, {"record_id": record_id}).first()
    if row is None:
        return None
    envelope = Envelope.from_json(row.body)
    if row.salt is None:
        return envelope
    if len(row.salt) != SALT_BYTES:  # a database holds whatever was put there
        raise RecordInvalidError(f"the stored salt has {len(row.salt)} bytes, needed are {SALT_BYTES}")
    return envelope.model_copy(update={"salt": bytes(row.salt)})
