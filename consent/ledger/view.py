"""A ledger that has been checked: every entry readable, every entry under the signed checkpoint, nothing taken back.

A view is immutable. ``open`` checks everything (once per process), ``extended`` and ``appended`` only what is new.
Taking back (restoring an old database to lose a revocation) shows because the latest checkpoint is also kept outside
the database, as the witness: entries that the witness counted must still be there, in their places.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from consent.errors import LedgerTamperedError, LedgerUnreadableError
from consent.grant import Sha256Hex
from consent.keys import PublicKey, SigningKey
from consent.ledger.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from consent.ledger.entries import Entry, Released, Resumed, Revoked, Suspended, entry_bytes, parse_entry
from consent.ledger.merkle import EMPTY_ROOT, MerkleTree, leaf_hash

_History = Mapping[Sha256Hex, tuple[Entry, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerView:
    """What can be asked of a checked ledger. Records go by their public hash."""

    origin: str
    checkpoint: str  # the signed note
    _tree: MerkleTree = field(repr=False)
    _history: _History = field(repr=False)
    entries: tuple[Entry, ...] = field(repr=False)  # oldest first

    @classmethod
    def empty(cls, *, origin: str, key: SigningKey) -> LedgerView:
        """Begin a ledger."""
        note = sign_checkpoint(origin, 0, EMPTY_ROOT, key)
        return cls(origin=origin, checkpoint=note, _tree=MerkleTree(), _history=MappingProxyType({}), entries=())

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
        nothing = cls(origin=origin, checkpoint="", _tree=MerkleTree(), _history=MappingProxyType({}), entries=())
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
        tree = self._tree.copy()
        for leaf in leaves:
            tree.append(leaf_hash(leaf))
        added: dict[Sha256Hex, list[Entry]] = {}
        for entry in entries:
            added.setdefault(entry.public_hash, []).append(entry)
        history = dict(self._history)
        for name, new in added.items():
            history[name] = (*history.get(name, ()), *new)
        return LedgerView(
            origin=self.origin,
            checkpoint=checkpoint,
            _tree=tree,
            _history=MappingProxyType(history),
            entries=self.entries + entries,
        )

    @property
    def size(self) -> int:
        """Number of entries."""
        return self._tree.size

    @property
    def root(self) -> bytes:
        """Root hash over all entries."""
        return self._tree.root()

    def history(self, public_hash: Sha256Hex) -> tuple[Entry, ...]:
        """Everything about one record, oldest first; empty if the ledger does not know it."""
        return self._history.get(public_hash, ())

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
        return self._tree.inclusion_proof(index)

    def consistency_proof(self, old_size: int) -> tuple[bytes, ...]:
        """Path from an older checkpoint to this one."""
        return self._tree.consistency_proof(old_size)

    def require_head(self, said: Checkpoint, *, what: str) -> None:
        """Raise ``LedgerTamperedError`` unless the entries begin with those that this checkpoint was signed over."""
        if said.size > self.size:
            raise LedgerTamperedError(
                f"the {what} counts {said.size} entries, the ledger has {self.size}; some were taken away, restore them"
            )
        if self._tree.root(said.size) != said.root:
            raise LedgerTamperedError(
                f"the first {said.size} entries are not those that the {what} was signed over; restore them"
            )
