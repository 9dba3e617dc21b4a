"""The ledger on disk: what was signed stays, and what was taken away shows."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consent.errors import LedgerError, LedgerTamperedError, LedgerUnreadableError
from consent.grant import Sha256Hex
from consent.keys import SigningKey
from consent.ledger import RecordCreated, Revoked
from studio.store.engine import open_engine
from studio.store.ledger import LedgerStore
from studio.store.migrate import migrate

AT = datetime(2026, 11, 22, tzinfo=UTC)
NAME = Sha256Hex("ab" * 32)


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate()


def open_store(folder: Path, key: SigningKey) -> LedgerStore:
    engine = open_engine(f"sqlite:///{folder / 'db.sqlite'}")
    migrate(engine, lock_path=folder / "migrate.lock")
    return LedgerStore(engine, key=key, witness_path=folder / "witness")


def created(number: int = 0) -> RecordCreated:
    return RecordCreated(public_hash=Sha256Hex(f"{number:064x}"), at=AT)


def test_new_ledger_is_empty(tmp_path: Path, key: SigningKey) -> None:
    assert open_store(tmp_path, key).view().size == 0


def test_entries_are_there_for_the_next_process(tmp_path: Path, key: SigningKey) -> None:
    written = open_store(tmp_path, key).append((created(), created(1)), at=AT)
    read = open_store(tmp_path, key).view()
    assert (read.size, read.root, read.checkpoint) == (2, written.root, written.checkpoint)


def test_a_store_that_is_open_sees_what_another_appends(tmp_path: Path, key: SigningKey) -> None:
    one, other = open_store(tmp_path, key), open_store(tmp_path, key)
    one.append((created(),), at=AT)
    assert other.view().size == 1
    other.append((Revoked(public_hash=NAME, at=AT),), at=AT)
    assert one.view().revocation(NAME) is not None


def test_witness_is_the_newest_checkpoint_and_private(tmp_path: Path, key: SigningKey) -> None:
    after = open_store(tmp_path, key).append((created(),), at=AT)
    assert (tmp_path / "witness").read_text() == after.checkpoint
    assert (tmp_path / "witness").stat().st_mode & 0o777 == 0o600


def test_older_checkpoint_never_replaces_a_newer_witness(tmp_path: Path, key: SigningKey) -> None:
    store = open_store(tmp_path, key)
    old = store.append((created(),), at=AT)
    new = store.append((created(1),), at=AT)
    store.write_witness(old)
    assert store.read_witness() == new.checkpoint


def test_database_put_back_to_an_older_copy_is_refused(tmp_path: Path, key: SigningKey) -> None:
    store = open_store(tmp_path, key)
    store.append((created(),), at=AT)
    backup = sqlite3.connect(tmp_path / "backup.sqlite")
    with sqlite3.connect(tmp_path / "db.sqlite") as live:
        live.backup(backup)
    backup.close()
    live.close()
    store.append((Revoked(public_hash=NAME, at=AT),), at=AT)
    for left_over in tmp_path.glob("db.sqlite*"):
        left_over.unlink()
    shutil.copy(tmp_path / "backup.sqlite", tmp_path / "db.sqlite")
    with pytest.raises(LedgerTamperedError):
        open_store(tmp_path, key).view()


def test_emptied_database_is_refused(tmp_path: Path, key: SigningKey) -> None:
    open_store(tmp_path, key).append((created(),), at=AT)
    for left_over in tmp_path.glob("db.sqlite*"):
        left_over.unlink()
    with pytest.raises(LedgerTamperedError):
        open_store(tmp_path, key).view()


def test_lost_witness_is_refused(tmp_path: Path, key: SigningKey) -> None:
    open_store(tmp_path, key).append((created(),), at=AT)
    (tmp_path / "witness").unlink()
    with pytest.raises(LedgerUnreadableError):
        open_store(tmp_path, key).view()


TAMPERINGS = {
    "an entry is changed": "UPDATE ledger_entries SET body = replace(body, '0000', '1111') WHERE position = 0",
    "the last entry is removed": "DELETE FROM ledger_entries WHERE position = 1",
    "an entry in the middle is removed": "DELETE FROM ledger_entries WHERE position = 0",
    "the newest checkpoint is removed": "DELETE FROM checkpoints WHERE size = 2",
    "every checkpoint is removed": "DELETE FROM checkpoints",
    "an entry is added unsigned": "INSERT INTO ledger_entries SELECT 2, body FROM ledger_entries WHERE position = 0",
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_is_refused(tmp_path: Path, key: SigningKey, statement: str) -> None:
    open_store(tmp_path, key).append((created(), created(1)), at=AT)
    connection = sqlite3.connect(tmp_path / "db.sqlite")
    connection.execute(statement)
    connection.commit()
    connection.close()
    with pytest.raises(LedgerError):
        open_store(tmp_path, key).view()


def test_crash_between_commit_and_witness_is_survived(
    tmp_path: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path, key)
    real = LedgerStore.write_witness

    def only_before_the_commit(self: LedgerStore, view: object) -> None:
        if getattr(view, "size", 1) == 0:
            real(self, view)  # type: ignore[arg-type] # it is a view

    monkeypatch.setattr(LedgerStore, "write_witness", only_before_the_commit)
    store.append((created(),), at=AT)
    monkeypatch.undo()
    again = open_store(tmp_path, key)
    assert again.view().size == 1
    again.append((created(1),), at=AT)
    assert open_store(tmp_path, key).view().size == 2


def test_rolled_back_append_leaves_no_trace(tmp_path: Path, key: SigningKey) -> None:
    store = open_store(tmp_path, key)
    store.append((created(),), at=AT)

    def append_and_fail() -> None:
        with store._engine.begin() as connection:
            store.append_in(connection, (created(1),), at=AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        append_and_fail()
    assert store.view().size == open_store(tmp_path, key).view().size == 1
    assert store.append((created(2),), at=AT).size == 2
