"""A ledger that has been checked: every entry readable, every entry under the signed checkpoint, nothing taken back.

A view is immutable. ``open`` checks everything (once per process), ``extended`` and ``appended`` only what is new.
Taking back (restoring an old database to lose a revocation) shows because the latest checkpoint is also kept outside
the database, as the witness: entries that the witness counted must still be there, in their places.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from consent.errors import LedgerTamperedError, LedgerUnreadableError
from consent.grant import Sha256Hex
from consent.keys import PublicKey, SigningKey
from consent.ledger.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from consent.ledger.entries import Entry, Released, Resumed, Revoked, Suspended, entry_bytes, parse_entry
from consent.ledger.log import SharedLog
from consent.ledger.merkle import EMPTY_ROOT, leaf_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerView:
    """What can be asked of a checked ledger. Records go by their public hash."""

    origin: str
    checkpoint: str  # the signed note
    size: int  # number of entries
    _log: SharedLog = field(repr=False)

    @classmethod
    def empty(cls, *, origin: str, key: SigningKey) -> LedgerView:
        """Begin a ledger."""
        note = sign_checkpoint(origin, 0, EMPTY_ROOT, key)
        return cls(origin=origin, checkpoint=note, size=0, _log=SharedLog())

    @classmethod
    def open(
        cls, entries: Sequence[bytes], *, origin: str, checkpoint: str, witness: str | None, public_key: PublicKey
    ) -> LedgerView:
        """Check a whole ledger as it was stored.

        Args:
            entries: all leaves, in their order.
            origin: the ledger's name.
            checkpoint: the latest signed note.
            witness: the note kept outside the database; None only while the ledger is empty.
            public_key: the ledger's key.

        Raises:
            LedgerTamperedError: entries and signed notes contradict each other.
            LedgerUnreadableError: something is missing or cannot be read.
        """
        nothing = cls(origin=origin, checkpoint="", size=0, _log=SharedLog())
        return nothing.extended(entries, checkpoint=checkpoint, witness=witness, public_key=public_key)

    def extended(
        self, entries: Sequence[bytes], *, checkpoint: str, witness: str | None, public_key: PublicKey
    ) -> LedgerView:
        """Return the view with the entries that were stored after this one was made; raises as ``open`` does."""
        view = self._grown(entries, tuple(map(parse_entry, entries)), checkpoint=checkpoint)
        said = verify_checkpoint(checkpoint, public_key, origin=self.origin)
        view.require_head(said, what="checkpoint")
        if said.size != view.size:
            raise LedgerTamperedError(
                f"the ledger has {view.size} entries and its checkpoint signs {said.size}; entries were added unsigned"
            )
        if witness is not None:
            view.require_head(verify_checkpoint(witness, public_key, origin=self.origin), what="witness")
        elif view.size:
            raise LedgerUnreadableError(
                f"the ledger has {view.size} entries and the witness checkpoint is missing; restore the witness file"
            )
        return view

    def appended(self, entries: Sequence[Entry], *, key: SigningKey) -> LedgerView:
        """Return the view with new entries under a newly signed checkpoint.

        The caller stores ``entry_bytes`` of each, commits, and only then writes the witness: a witness that counts
        entries of a transaction that failed would look like a rollback for ever.
        """
        view = self._grown(map(entry_bytes, entries), tuple(entries), checkpoint="")
        return dataclasses.replace(view, checkpoint=sign_checkpoint(view.origin, view.size, view.root, key))

    def _grown(self, leaves: Iterable[bytes], entries: tuple[Entry, ...], *, checkpoint: str) -> LedgerView:
        log = self._log.grown(self.size, tuple(map(leaf_hash, leaves)), entries)
        return LedgerView(origin=self.origin, checkpoint=checkpoint, size=self.size + len(entries), _log=log)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, oldest first: a copy, for who wants to read everything."""
        return self._log.first(self.size)

    def entry(self, index: int) -> Entry:
        """Entry ``index``; raises ``ValueError`` if there is none."""
        if not 0 <= index < self.size:
            raise ValueError(f"there is no entry {index} in a ledger of {self.size}")
        return self._log.at(index)

    @property
    def root(self) -> bytes:
        """Root hash over all entries."""
        return self._log.tree.root(self.size)

    def history(self, public_hash: Sha256Hex) -> tuple[Entry, ...]:
        """Everything about one record, oldest first; empty if the ledger does not know it."""
        return tuple(map(self._log.at, self._log.places(public_hash, self.size)))

    def places(self, public_hash: Sha256Hex) -> tuple[int, ...]:
        """Where the entries of ``history`` stand in the ledger."""
        return self._log.places(public_hash, self.size)

    def releases(self, public_hash: Sha256Hex) -> tuple[Released, ...]:
        """The record's releases."""
        return tuple(entry for entry in self.history(public_hash) if isinstance(entry, Released))

    def revocation(self, public_hash: Sha256Hex) -> Revoked | None:
        """The first revocation; it holds for ever, whatever comes after it."""
        return next((entry for entry in self.history(public_hash) if isinstance(entry, Revoked)), None)

    def suspension(self, public_hash: Sha256Hex) -> Suspended | None:
        """The suspension that stands, if the last word on it was not "resumed"."""
        words = [entry for entry in self.history(public_hash) if isinstance(entry, Suspended | Resumed)]
        return words[-1] if words and isinstance(words[-1], Suspended) else None

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Path of entry ``index`` under the checkpoint."""
        return self._log.tree.inclusion_proof(index, self.size)

    def consistency_proof(self, old_size: int) -> tuple[bytes, ...]:
        """Path from an older checkpoint to this one."""
        return self._log.tree.consistency_proof(old_size, self.size)

    def require_head(self, said: Checkpoint, *, what: str) -> None:
        """Raise ``LedgerTamperedError`` unless the entries begin with those that this checkpoint was signed over."""
        if said.size > self.size:
            raise LedgerTamperedError(
                f"the {what} counts {said.size} entries, the ledger has {self.size}; some were taken away, restore them"
            )
        if self._log.tree.root(said.size) != said.root:
            raise LedgerTamperedError(
                f"the first {said.size} entries are not those that the {what} was signed over; restore them"
            )
