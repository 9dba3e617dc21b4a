"""The tree against a naive oracle: RFC 6962 word by word, without any cleverness."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import LedgerTamperedError
from consent.ledger.merkle import EMPTY_ROOT, MerkleTree, leaf_hash, verify_consistency, verify_inclusion


def oracle_root(entries: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\1" + oracle_root(entries[:k]) + oracle_root(entries[k:])).digest()


def oracle_path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(entries) == 1:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m < k:
        return [*oracle_path(m, entries[:k]), oracle_root(entries[k:])]
    return [*oracle_path(m - k, entries[k:]), oracle_root(entries[:k])]


def oracle_proof(m: int, entries: Sequence[bytes], *, is_whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(entries):
        return [] if is_whole else [oracle_root(entries)]
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m <= k:
        return [*oracle_proof(m, entries[:k], is_whole=is_whole), oracle_root(entries[k:])]
    return [*oracle_proof(m - k, entries[k:], is_whole=False), oracle_root(entries[:k])]


def tree_of(entries: Sequence[bytes]) -> MerkleTree:
    tree = MerkleTree()
    for entry in entries:
        tree.append(leaf_hash(entry))
    return tree


ENTRIES = st.lists(st.binary(max_size=4), max_size=70)


def test_known_roots() -> None:
    """The test vectors of certificate-transparency (public; also in RFC 9162 implementations)."""
    leaves = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
    leaves.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
    roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    tree = MerkleTree()
    assert tree.root() == EMPTY_ROOT
    for leaf, root in zip(leaves, roots, strict=True):
        tree.append(leaf_hash(leaf))
        assert tree.root().hex() == root


@given(ENTRIES)
def test_every_root_is_the_oracles(entries: list[bytes]) -> None:
    tree = tree_of(entries)
    assert tree.size == len(entries)
    for size in range(len(entries) + 1):
        assert tree.root(size) == oracle_root(entries[:size])


@given(ENTRIES.filter(bool), st.data())
def test_inclusion_is_proven_and_the_path_is_the_oracles(entries: list[bytes], data: st.DataObject) -> None:
    tree = tree_of(entries)
    size = data.draw(st.integers(1, len(entries)))
    index = data.draw(st.integers(0, size - 1))
    proof = tree.inclusion_proof(index, size)
    assert list(proof) == oracle_path(index, entries[:size])
    verify_inclusion(leaf_hash(entries[index]), index=index, size=size, proof=proof, root=tree.root(size))


@given(ENTRIES, st.data())
def test_consistency_is_proven_and_the_path_is_the_oracles(entries: list[bytes], data: st.DataObject) -> None:
    tree = tree_of(entries)
    size = data.draw(st.integers(0, len(entries)))
    old = data.draw(st.integers(0, size))
    proof = tree.consistency_proof(old, size)
    if old:
        assert list(proof) == oracle_proof(old, entries[:size])
    verify_consistency(old_size=old, size=size, old_root=tree.root(old), root=tree.root(size), proof=proof)


@given(st.lists(st.binary(max_size=2), min_size=1, max_size=40), st.data())
def test_wrong_inclusion_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    tree = tree_of(entries)
    size = len(entries)
    index = data.draw(st.integers(0, size - 1))
    leaf, proof, root = leaf_hash(entries[index]), tree.inclusion_proof(index), tree.root()
    wrongs = {
        "another leaf": {"leaf": leaf_hash(b"other")},
        "index below": {"index": -1},
        "index beyond": {"index": size},
        "step more": {"proof": (*proof, b"\0" * 32)},
        "another root": {"root": b"\0" * 32},
    }
    if proof:
        cut = data.draw(st.integers(0, len(proof) - 1))
        wrongs["step less"] = {"proof": proof[:cut] + proof[cut + 1 :]}
        wrongs["step changed"] = {"proof": (*proof[:cut], b"\0" * 32, *proof[cut + 1 :])}
    for wrong in wrongs.values():
        claim = {"index": index, "size": size, "proof": proof, "root": root, **wrong}
        claimed = claim.pop("leaf", leaf)
        with pytest.raises(LedgerTamperedError):
            verify_inclusion(claimed, **claim)


@given(st.lists(st.binary(max_size=2), min_size=2, max_size=40), st.data())
def test_wrong_consistency_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    tree = tree_of(entries)
    size = len(entries)
    old = data.draw(st.integers(1, size - 1))
    true = {
        "old_size": old,
        "size": size,
        "old_root": tree.root(old),
        "root": tree.root(),
        "proof": tree.consistency_proof(old),
    }
    cut = data.draw(st.integers(0, len(true["proof"]) - 1))
    proof = true["proof"]
    wrongs = (
        {"old_root": b"\0" * 32},
        {"root": b"\0" * 32},
        {"proof": ()},
        {"proof": (*proof, b"\0" * 32)},
        {"proof": proof[:cut] + proof[cut + 1 :]},
        {"proof": (*proof[:cut], b"\0" * 32, *proof[cut + 1 :])},
        {"old_size": size + 1},
        {"old_size": -1},
        {"old_size": 0},
        {"old_size": size},
        {"old_size": size, "proof": (), "old_root": b"\0" * 32},
    )
    for wrong in wrongs:
        with pytest.raises(LedgerTamperedError):
            verify_consistency(**{**true, **wrong})


def test_rewritten_past_has_no_proof() -> None:
    honest, forged = [bytes([i]) for i in range(20)], [bytes([i]) for i in range(20)]
    forged[3] = b"another"
    one, other = tree_of(honest[:13]), tree_of(forged)
    with pytest.raises(LedgerTamperedError):
        verify_consistency(
            old_size=13, size=20, old_root=one.root(), root=other.root(), proof=other.consistency_proof(13)
        )


def test_questions_outside_the_tree_are_wrong() -> None:
    tree = tree_of([b"a", b"b"])
    for ask in (
        lambda: tree.root(3),
        lambda: tree.root(-1),
        lambda: tree.inclusion_proof(2),
        lambda: tree.inclusion_proof(0, 3),
        lambda: tree.inclusion_proof(-1),
        lambda: tree.consistency_proof(3),
        lambda: tree.consistency_proof(1, 3),
    ):
        with pytest.raises(ValueError, match=r"leaf|leaves"):
            ask()


def test_hundred_thousand_leaves_stay_fast() -> None:
    """Counted in hashes, not in seconds: the machine may be busy."""
    tree = MerkleTree()
    for number in range(100_000):
        tree.append(number.to_bytes(32))
    counted = 0
    from consent.ledger import merkle

    kept = merkle._node

    def counting(left: bytes, right: bytes) -> bytes:
        nonlocal counted
        counted += 1
        return kept(left, right)

    merkle._node = counting
    try:
        tree.append(b"\0" * 32)
        tree.root()
        tree.inclusion_proof(77_777)
        tree.consistency_proof(33_333)
    finally:
        merkle._node = kept
    assert counted < 200


def test_a_proof_that_goes_on_after_the_root_is_refused() -> None:
    tree = tree_of([bytes([number]) for number in range(7)])
    proof = (*tree.consistency_proof(3), b"\0" * 32, b"\0" * 32)
    with pytest.raises(LedgerTamperedError):
        verify_consistency(old_size=3, size=7, old_root=tree.root(3), root=tree.root(), proof=proof)
