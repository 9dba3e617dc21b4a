"""Each act on a record, written down three times in one transaction: envelope, log of acts, ledger.

The log says in clear who did what and why; the ledger holds the same as hashes with the record's salt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from consent.envelope import Envelope
from consent.errors import ConsentStateError
from consent.grant import RecordId, Sha256Hex
from consent.ledger import Acted, Entry, actor_hash, reason_hash
from studio.store.acts_log import ActRow, note_act
from studio.store.records import Also, RecordStore

CONSOLE = "console"  # whoever may run commands in this home, where nobody gave a name
SUBJECT, GUARDIAN = "subject", "guardian"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What every entry of one act says: whose record, when, who, why."""

    name: Sha256Hex
    at: datetime
    actor: Sha256Hex
    reason: Sha256Hex | None
    salt: bytes


Make: TypeAlias = Callable[[Envelope, Stamp], tuple[Envelope, Entry]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActBook:
    """Does acts and writes them down."""

    records: RecordStore
    clock: Callable[[], datetime]

    def do(
        self,
        record_id: RecordId,
        make: Make,
        *,
        action: str,
        actor: str,
        reason: str = "",
        at: datetime | None = None,
        also: Also | None = None,
    ) -> Envelope:
        """Change the envelope by ``make`` and write it down.

        Raises:
            NotFoundError: there is no such record.
            ConsentStateError: its salt was erased, or ``make`` says no.
        """
        when = self.clock() if at is None else at

        def change(envelope: Envelope) -> tuple[Envelope, Entry]:
            return make(envelope, stamp(envelope, at=when, actor=actor, reason=reason))

        def write(connection: Connection) -> None:
            note_act(connection, ActRow(record_id=record_id, at=when, actor=actor, action=action, reason=reason))
            if also is not None:
                also(connection)

        return self.records.change(record_id, change, at=when, also=write)

    def note(
        self, record_id: RecordId, *, action: str, actor: str, reason: str = "", also: Also | None = None
    ) -> Envelope:
        """Write down what changes no decision: sent, opened, asked, shown."""

        def make(envelope: Envelope, said: Stamp) -> tuple[Envelope, Entry]:
            entry = Acted(
                public_hash=said.name, at=said.at, actor_hash=said.actor, action=action, reason_hash=said.reason
            )
            return envelope, entry

        return self.do(record_id, make, action=action, actor=actor, reason=reason, also=also)


def stamp(envelope: Envelope, *, at: datetime, actor: str, reason: str = "") -> Stamp:
    """Return what the entries of an act on this record say; raises ``ConsentStateError`` once its salt was erased."""
    name, salt = envelope.public_hash, envelope.salt
    if name is None or salt is None:
        raise ConsentStateError(f"the salt of record {envelope.record_id} was erased; nothing more can be done to it")
    hashed = reason_hash(reason, salt) if reason else None
    return Stamp(name=name, at=at, actor=actor_hash(actor, salt), reason=hashed, salt=salt)
