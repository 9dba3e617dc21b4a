"""RFC 6962 Merkle trees: roots, inclusion proofs, consistency proofs.

The tree keeps the hash of every complete subtree (some 64 bytes a leaf). An append hashes one leaf and, on average, one
node; the root and the proofs of any earlier size cost O(log n) and O(log^2 n) hashes, so 100,000 entries stay fast.
Verifiers follow RFC 9162, 2.1.3.2 and 2.1.4.2, which hash the same tree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from consent.errors import LedgerTamperedError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf (RFC 6962, 2.1): the prefix keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + entry).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """Return the largest power of two below ``size`` (size > 1)."""
    return 1 << (size - 1).bit_length() - 1


class MerkleTree:
    """A growing tree; every earlier size stays provable."""

    __slots__ = ("_levels",)

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]  # [k][i]: hash of the i-th complete subtree of 2^k leaves

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add a leaf by its hash."""
        self._levels[0].append(leaf)
        height = 0
        while len(self._levels[height]) % 2 == 0:
            if height + 1 == len(self._levels):
                self._levels.append([])
            self._levels[height + 1].append(_node(*self._levels[height][-2:]))
            height += 1

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first ``size`` leaves (all of them when not given)."""
        size = self.size if size is None else self._known(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the path that shows leaf ``index`` in the tree of ``size`` leaves (RFC 6962, 2.1.1)."""
        size = self.size if size is None else self._known(size)
        if not 0 <= index < size:
            raise ValueError(f"there is no leaf {index} in a tree of {size}")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency_proof(self, old_size: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the path that shows the tree of ``old_size`` leaves as a beginning of ``size`` (RFC 6962, 2.1.2)."""
        size = self.size if size is None else self._known(size)
        if not 0 <= old_size <= size:
            raise ValueError(f"a tree of {old_size} leaves is no beginning of one of {size}")
        if old_size in (0, size):
            return ()  # nothing to show: the empty tree begins every tree, and a tree begins itself
        path: list[bytes] = []
        start, end, known = 0, size, True  # known: the old root itself covers start..old_size
        while old_size != end:
            middle = start + _split(end - start)
            if old_size <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start, known = middle, False
        if not known:
            path.append(self._range(start, end))
        return tuple(reversed(path))

    def _known(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, asked for {size}")
        return size

    def _range(self, start: int, end: int) -> bytes:
        """Hash of leaves start..end; ``start`` is a multiple of the power of two that holds the range."""
        width = end - start
        if width & (width - 1) == 0:
            height = width.bit_length() - 1
            return self._levels[height][start >> height]
        middle = start + _split(width)
        return _node(self._range(start, middle), self._range(middle, end))


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check a path (RFC 9162, 2.1.3.2).

    Raises:
        LedgerTamperedError: the leaf is not shown to be entry ``index`` of the tree with this root.
    """
    wrong = LedgerTamperedError(f"the proof does not show entry {index} in the ledger of {size} entries")
    if not 0 <= index < size:
        raise wrong
    first, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise wrong
        if first % 2 == 1 or first == last:
            found = _node(step, found)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            found = _node(found, step)
        first, last = first >> 1, last >> 1
    if last != 0 or found != root:
        raise wrong


def verify_consistency(*, old_size: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree with ``old_root`` is a beginning of the one with ``root`` (RFC 9162, 2.1.4.2).

    Raises:
        LedgerTamperedError: it is not shown to be.
    """
    wrong = LedgerTamperedError(f"the ledger of {size} entries is not shown to go on from the one of {old_size}")
    if not 0 <= old_size <= size:
        raise wrong
    if old_size in (0, size):
        same = old_root == (root if old_size == size else EMPTY_ROOT)
        if proof or not same:
            raise wrong
        return
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise wrong
    found_old, found, is_whole = _climb(path, old_size - 1, size - 1)
    if not is_whole or found_old != old_root or found != root:
        raise wrong


def _climb(path: Sequence[bytes], first: int, last: int) -> tuple[bytes, bytes, bool]:
    """Return the old and the new root that the path leads to, and whether it is as long as the trees are high."""
    while first % 2 == 1:
        first, last = first >> 1, last >> 1
    found_old = found = path[0]
    for step in path[1:]:
        if last == 0:
            return found_old, found, False
        if first % 2 == 1 or first == last:
            found_old, found = _node(step, found_old), _node(step, found)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            found = _node(found, step)
        first, last = first >> 1, last >> 1
    return found_old, found, last == 0
