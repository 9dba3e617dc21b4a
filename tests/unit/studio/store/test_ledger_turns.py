"""Several stores on one database, in any order: all of them tell one and the same ledger."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from consent.grant import Sha256Hex
from consent.keys import SigningKey
from consent.ledger import (
    Entry,
    LedgerView,
    RecordCreated,
    Revoked,
    entry_bytes,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from consent.ledger.merkle import MerkleTree
from studio.store.engine import open_engine
from studio.store.ledger import LedgerStore
from studio.store.migrate import migrate

AT = datetime(2026, 11, 22, tzinfo=UTC)
KEY = SigningKey.generate()
NAMES = [Sha256Hex(letter * 64) for letter in "abc"]
ENTRIES: list[Entry] = [kind(public_hash=name, at=AT) for name in NAMES for kind in (RecordCreated, Revoked)]
STORES = 3

Move: TypeAlias = Literal["append", "look", "reopen", "fail", "crash"]
MOVES = st.tuples(
    st.integers(0, STORES - 1),
    st.sampled_from(["append", "append", "look", "reopen", "fail", "crash"]),
    st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=3),
)


@contextmanager
def database() -> Iterator[tuple[Engine, Path]]:
    with tempfile.TemporaryDirectory() as name:
        engine = open_engine(f"sqlite:///{Path(name) / 'db.sqlite'}")
        migrate(engine, lock_path=Path(name) / "migrate.lock")
        try:
            yield engine, Path(name) / "witness"
        finally:
            engine.dispose()


def root_of(entries: Sequence[Entry]) -> bytes:
    tree = MerkleTree()
    for entry in entries:
        tree.append(leaf_hash(entry_bytes(entry)))
    return tree.root()


def fail_to_append(store: LedgerStore, engine: Engine, batch: list[Entry]) -> None:
    """Append within a transaction that is then taken back."""
    with engine.connect() as connection, connection.begin() as transaction:
        store.append_in(connection, batch, at=AT)
        transaction.rollback()


def append_and_crash(store: LedgerStore, engine: Engine, batch: list[Entry]) -> None:
    """Commit, and be gone before the witness is written."""
    with engine.begin() as connection:
        store.append_in(connection, batch, at=AT)


def require_same(view: LedgerView, model: Sequence[Entry]) -> None:
    assert view.entries == tuple(model)
    assert view.root == root_of(model)
    for name in NAMES:
        assert view.history(name) == tuple(entry for entry in model if entry.public_hash == name)
        is_revoked = any(isinstance(entry, Revoked) for entry in view.history(name))
        assert (view.revocation(name) is not None) is is_revoked
    for index, entry in enumerate(model):
        proof = view.inclusion_proof(index)
        verify_inclusion(leaf_hash(entry_bytes(entry)), index=index, size=view.size, proof=proof, root=view.root)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(MOVES, max_size=10))
def test_all_stores_tell_one_ledger_whatever_the_turns(moves: list[tuple[int, Move, list[Entry]]]) -> None:
    with database() as (engine, witness):

        def opened() -> LedgerStore:
            return LedgerStore(engine, key=KEY, witness_path=witness)

        stores = [opened() for _ in range(STORES)]
        model: list[Entry] = []
        seen: list[tuple[LedgerView, int]] = []
        for number, move, batch in moves:
            store = stores[number]
            if move == "append":
                seen.append((store.append(batch, at=AT), len(model) + len(batch)))
                model += batch
            elif move == "crash":
                append_and_crash(store, engine, batch)
                model += batch
            elif move == "fail":
                fail_to_append(store, engine, batch)
            elif move == "reopen":
                stores[number] = opened()
            else:
                seen.append((store.view(), len(model)))
        last = opened().view()
        for store in stores:
            require_same(store.view(), model)
        require_same(last, model)
        for view, size in seen:  # what was seen earlier still means what it meant, and leads to what is there now
            require_same(view, model[:size])
            if size:
                verify_consistency(
                    old_size=size,
                    size=last.size,
                    proof=last.consistency_proof(size),
                    old_root=view.root,
                    root=last.root,
                )
