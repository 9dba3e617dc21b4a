"""What several views of one ledger share: entries, tree, and who has which entries. It only ever grows.

A view is a log and a size: everything before that size never changes, so a view means the same for ever, and growing by
one entry costs one entry, however long the ledger is. Who wants to go on from the middle of a log (because a
transaction failed, or another process was faster) gets a copy of its beginning, unless the log already goes on
with exactly these entries.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from threading import Lock

from consent.grant import Sha256Hex
from consent.ledger.entries import Entry
from consent.ledger.merkle import MerkleTree


class SharedLog:
    """Entries in their order, with a Merkle tree over them and an index by record."""

    __slots__ = ("_by_record", "_entries", "_hashes", "_lock", "tree")

    def __init__(self) -> None:
        self.tree = MerkleTree()
        self._entries: list[Entry] = []
        self._hashes: list[bytes] = []
        self._by_record: dict[Sha256Hex, list[int]] = {}
        self._lock = Lock()

    def grown(self, size: int, hashes: Sequence[bytes], entries: Sequence[Entry]) -> SharedLog:
        """Return a log whose first ``size`` entries are this one's, followed by these (leaf hashes and entries)."""
        with self._lock:
            known = self._hashes[size : size + len(hashes)]
            if list(hashes[: len(known)]) == known:
                self._extend(hashes[len(known) :], entries[len(known) :])
                return self
            twin = SharedLog()
            twin._extend(self._hashes[:size], self._entries[:size])  # it is of this class
            twin._extend(hashes, entries)
            return twin

    def _extend(self, hashes: Sequence[bytes], entries: Sequence[Entry]) -> None:
        for leaf, entry in zip(hashes, entries, strict=True):
            self._by_record.setdefault(entry.public_hash, []).append(len(self._entries))
            self._entries.append(entry)
            self._hashes.append(leaf)
            self.tree.append(leaf)

    def first(self, size: int) -> tuple[Entry, ...]:
        """The first ``size`` entries."""
        return tuple(self._entries[:size])

    def at(self, index: int) -> Entry:
        """Entry ``index``."""
        return self._entries[index]

    def places(self, public_hash: Sha256Hex, size: int) -> tuple[int, ...]:
        """Where the record's entries stand among the first ``size``, oldest first."""
        places = self._by_record.get(public_hash, [])
        return tuple(places[: bisect_left(places, size)])
