"""Views that share a log never disturb each other, in whatever order they grow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.grant import Sha256Hex
from consent.keys import SigningKey
from consent.ledger import Entry, LedgerView, RecordCreated, Revoked, entry_bytes, leaf_hash, verify_consistency
from consent.ledger.merkle import MerkleTree, verify_inclusion

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = SigningKey.generate()
NAMES = [Sha256Hex(letter * 64) for letter in "abc"]
ENTRIES: list[Entry] = [
    kind(public_hash=name, at=AT + timedelta(seconds=n))
    for n in range(2)
    for name in NAMES
    for kind in (RecordCreated, Revoked)
]
BATCHES = st.lists(st.sampled_from(ENTRIES), max_size=4)


def root_of(entries: list[Entry]) -> bytes:
    tree = MerkleTree()
    for entry in entries:
        tree.append(leaf_hash(entry_bytes(entry)))
    return tree.root()


@given(st.lists(st.tuples(st.integers(0, 50), BATCHES, st.booleans()), max_size=12))
def test_every_view_stays_what_it_was(steps: list[tuple[int, list[Entry], bool]]) -> None:
    """Any view may go on at any time, by appending or by reading what another process stored."""
    known: list[tuple[LedgerView, list[Entry]]] = [(LedgerView.empty(origin="x.example", key=KEY), [])]
    for pick, batch, reads in steps:
        view, model = known[pick % len(known)]
        grown = view.appended(batch, key=KEY)
        if reads:  # what another process appended, as its bytes
            stored = [entry_bytes(entry) for entry in batch]
            grown = view.extended(
                stored, checkpoint=grown.checkpoint, witness=grown.checkpoint, public_key=KEY.public_key
            )
        known.append((grown, model + batch))
    for view, model in known:
        assert view.entries == tuple(model)
        assert view.size == len(model)
        assert view.root == root_of(model)
        for name in NAMES:
            assert view.history(name) == tuple(entry for entry in model if entry.public_hash == name)
        for index, entry in enumerate(model):
            assert view.entry(index) == entry
            leaf = leaf_hash(entry_bytes(entry))
            proof = view.inclusion_proof(index)
            verify_inclusion(leaf, index=index, size=view.size, proof=proof, root=view.root)


@given(BATCHES, BATCHES)
def test_a_later_view_goes_on_from_an_earlier_one(first: list[Entry], second: list[Entry]) -> None:
    early = LedgerView.empty(origin="x.example", key=KEY).appended(first, key=KEY)
    late = early.appended(second, key=KEY)
    verify_consistency(
        old_size=early.size,
        size=late.size,
        old_root=early.root,
        root=late.root,
        proof=late.consistency_proof(early.size),
    )


def test_what_a_failed_transaction_appended_is_forgotten() -> None:
    before = LedgerView.empty(origin="x.example", key=KEY).appended(ENTRIES[:3], key=KEY)
    failed = before.appended([ENTRIES[3]], key=KEY)
    after = before.appended([ENTRIES[4], ENTRIES[5]], key=KEY)
    assert after.entries == (*ENTRIES[:3], ENTRIES[4], ENTRIES[5])
    assert failed.entries == tuple(ENTRIES[:4])


@pytest.mark.parametrize("index", [-1, 0, 1])
def test_an_entry_that_is_not_there_is_not_given(index: int) -> None:
    empty = LedgerView.empty(origin="x.example", key=KEY)
    empty.appended(ENTRIES, key=KEY)  # the shared log has it; this view does not
    with pytest.raises(ValueError, match="no entry"):
        empty.entry(index)
