"""The vault gives back what it took, in any range, refuses whatever was changed, and forgets for good."""

from __future__ import annotations

import io
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from consent.grant import RecordId
from studio.errors import NotFoundError, VaultDamagedError, VaultLockedError
from studio.store.engine import open_engine, reading
from studio.store.migrate import migrate
from studio.store.schema import vault_items
from studio.vault.key import open_vault_key
from studio.vault.stream import CHUNK_BYTES, seal, unseal
from studio.vault.vault import Vault, VaultItem

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA, BEN = RecordId("aa" * 32), RecordId("bb" * 32)
KEY = bytes(range(32))
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 5]


def sealed(plain: bytes, name: bytes = b"a") -> bytes:
    target = io.BytesIO()
    assert b"".join(seal(io.BytesIO(plain), target, key=KEY, name=name, random_bytes=os.urandom)) == plain
    return target.getvalue()


def opened(raw: bytes, name: bytes = b"a", start: int = 0, end: int | None = None) -> bytes:
    return b"".join(unseal(io.BytesIO(raw), key=KEY, name=name, start=start, end=end))


@pytest.mark.parametrize("size", SIZES)
def test_any_size_is_read_back(size: int) -> None:
    plain = os.urandom(size)
    assert opened(sealed(plain)) == plain


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, 3 * CHUNK_BYTES), length=st.integers(0, 3 * CHUNK_BYTES))
def test_any_range_is_read_back(start: int, length: int) -> None:
    assert opened(SEALED, start=start, end=start + length) == PLAIN[start : start + length]


PLAIN = os.urandom(2 * CHUNK_BYTES + 77)
SEALED = sealed(PLAIN)
WHOLE = CHUNK_BYTES + 16
CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit flipped": lambda raw: raw[:100] + bytes([raw[100] ^ 1]) + raw[101:],
    "a bit of the header": lambda raw: raw[:6] + bytes([raw[6] ^ 1]) + raw[7:],
    "the last chunk cut off": lambda raw: raw[: 12 + 2 * WHOLE],
    "a byte cut off": lambda raw: raw[:-1],
    "two chunks swapped": lambda raw: (
        raw[:12] + raw[12 + WHOLE : 12 + 2 * WHOLE] + raw[12 : 12 + WHOLE] + raw[12 + 2 * WHOLE :]
    ),
    "something added": lambda raw: raw + bytes(40),
    "nothing left": lambda _: b"",
    "only the header": lambda raw: raw[:12],
    "another file": lambda _: b"PNG" * 100,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_file_is_refused(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(VaultDamagedError):
        opened(change(SEALED))


def test_a_file_of_something_else_is_refused() -> None:
    with pytest.raises(VaultDamagedError):
        opened(SEALED, name=b"b")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'db.sqlite'}")
    migrate(engine, lock_path=tmp_path / "lock")
    yield engine
    engine.dispose()


@pytest.fixture
def vault(engine: Engine, tmp_path: Path) -> Vault:
    (tmp_path / "vault").mkdir()
    return Vault(engine, folder=tmp_path / "vault", scratch=tmp_path, key=lambda: KEY, random_bytes=os.urandom)


def keep(vault: Vault, content: bytes = b"I, Anna, agree", record_id: RecordId = ANNA) -> VaultItem:
    return vault.keep(content, record_id=record_id, kind="statement", name="anna.webm", media_type="video/webm", at=AT)


def test_what_is_kept_is_nowhere_in_clear(vault: Vault, tmp_path: Path) -> None:
    item = keep(vault)
    assert vault.bytes(item.id) == b"I, Anna, agree"
    assert vault.items(ANNA) == (item,)
    assert vault.find(item.id) == item
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"Anna, agree" not in path.read_bytes()
    assert (tmp_path / "vault" / item.id).stat().st_mode & 0o077 == 0


def test_a_file_is_kept_from_its_path(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "big.bin").write_bytes(PLAIN)
    item = vault.keep(tmp_path / "big.bin", record_id=ANNA, kind="footage", name="big", media_type="x/y", at=AT)
    assert item.size_bytes == len(PLAIN)
    assert b"".join(vault.read(item.id, CHUNK_BYTES - 5, CHUNK_BYTES + 5)) == PLAIN[CHUNK_BYTES - 5 : CHUNK_BYTES + 5]


def test_the_same_bytes_are_kept_once(vault: Vault, tmp_path: Path) -> None:
    assert keep(vault) == keep(vault)
    assert keep(vault, record_id=BEN).id != keep(vault).id
    assert len(list((tmp_path / "vault").iterdir())) == 2


def test_a_file_that_cannot_be_read_leaves_nothing(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        vault.keep(tmp_path / "none", record_id=ANNA, kind="other", name="n", media_type="x/y", at=AT)
    assert list((tmp_path / "vault").iterdir()) == []


def test_erased_is_gone_for_good_even_for_a_copy_of_the_file(vault: Vault, tmp_path: Path) -> None:
    item = keep(vault)
    shutil.copyfile(tmp_path / "vault" / item.id, tmp_path / "backup")
    vault.erase(item.id, at=AT, why="withdrawn")
    vault.erase(item.id, at=AT, why="withdrawn")
    shutil.copyfile(tmp_path / "backup", tmp_path / "vault" / item.id)
    with pytest.raises(NotFoundError, match="erased"):
        vault.bytes(item.id)
    trace = vault.find(item.id)
    assert trace is not None
    assert (trace.erased_at, trace.name, trace.sha256) == (AT, "", item.sha256)
    assert vault.items(ANNA) == ()


def test_a_record_is_erased_by_kind(vault: Vault) -> None:
    statement, other = keep(vault), keep(vault, record_id=BEN)
    contract = vault.keep(b"pdf", record_id=ANNA, kind="contract", name="c.pdf", media_type="application/pdf", at=AT)
    assert vault.erase_record(ANNA, kinds=["statement"], at=AT, why="retention") == (statement,)
    assert vault.items(ANNA) == (contract,)
    assert vault.erase_record(ANNA, at=AT, why="retention") == (contract,)
    assert vault.items(BEN) == (other,)


def test_a_plain_copy_lives_as_long_as_its_block(vault: Vault) -> None:
    item = keep(vault)
    with vault.plain_copy(item.id, suffix=".webm") as path:
        assert path.read_bytes() == b"I, Anna, agree"
        assert path.stat().st_mode & 0o077 == 0
    assert not path.exists()


def test_faults_are_found_by_reading_everything(vault: Vault, tmp_path: Path) -> None:
    good, bad, lost = keep(vault), keep(vault, b"two"), keep(vault, b"three")
    (tmp_path / "vault" / bad.id).write_bytes(b"SVLT1" + bytes(40))
    (tmp_path / "vault" / lost.id).unlink()
    assert set(vault.verify()) == {bad.id, lost.id}
    assert vault.bytes(good.id)


def test_one_items_key_opens_no_other_item(vault: Vault, tmp_path: Path) -> None:
    one, other = keep(vault), keep(vault, b"two")
    shutil.copyfile(tmp_path / "vault" / other.id, tmp_path / "vault" / one.id)
    with pytest.raises(VaultDamagedError):
        vault.bytes(one.id)


def test_another_vault_key_opens_nothing(vault: Vault, engine: Engine, tmp_path: Path) -> None:
    item = keep(vault)
    stranger = Vault(
        engine, folder=tmp_path / "vault", scratch=tmp_path, key=lambda: bytes(32), random_bytes=os.urandom
    )
    with pytest.raises(VaultDamagedError, match="does not open"):
        stranger.bytes(item.id)


def test_an_unknown_item_is_said_to_be_unknown(vault: Vault) -> None:
    assert vault.find("00" * 16) is None
    with pytest.raises(NotFoundError):
        vault.bytes("00" * 16)


# -- the key -----------------------------------------------------------------------------------------------------------


def open_key(path: Path, *, may_make: bool = True) -> bytes:
    return open_vault_key(path, lock_path=path.with_suffix(".lock"), may_make=may_make, random_bytes=os.urandom)


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = open_key(tmp_path / "key")
    assert open_key(tmp_path / "key", may_make=False) == key
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_lost_key_is_never_replaced(tmp_path: Path) -> None:
    with pytest.raises(VaultLockedError, match="restore the key"):
        open_key(tmp_path / "key", may_make=False)


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    open_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(VaultLockedError, match="chmod 600"):
        open_key(tmp_path / "key")


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(VaultLockedError, match="5 bytes"):
        open_key(tmp_path / "key")
    with pytest.raises(VaultLockedError, match="SAYSO_VAULT_KEY"):
        open_vault_key(tmp_path / "none" / "key", lock_path=tmp_path / "lock", may_make=True, random_bytes=os.urandom)


# -- what is left behind ---------------------------------------------------------------------------------------------


def test_an_erased_key_stands_on_no_page_of_the_database(vault: Vault, engine: Engine, tmp_path: Path) -> None:
    item = keep(vault)
    with engine.connect() as connection:
        wrapped = connection.execute(select(vault_items.c.wrapped_key)).scalar_one()
    assert any(wrapped in path.read_bytes() for path in tmp_path.glob("db.sqlite*"))
    vault.erase(item.id, at=AT, why="withdrawn")
    assert not any(wrapped in path.read_bytes() for path in tmp_path.glob("db.sqlite*"))


def test_erasing_waits_for_no_reader(vault: Vault, engine: Engine) -> None:
    item = keep(vault)
    with reading(engine) as connection:
        connection.execute(select(vault_items)).all()
        started = time.monotonic()
        vault.erase(item.id, at=AT, why="withdrawn")
        assert time.monotonic() - started < 3
    assert vault.items(ANNA) == ()


def test_what_a_dead_process_left_is_cleared_and_the_rest_stays(vault: Vault, tmp_path: Path) -> None:
    item = keep(vault)
    old = (AT - timedelta(hours=2)).timestamp()
    with vault.plain_copy(item.id) as in_use, vault.plain_copy(item.id) as left:
        (tmp_path / "vault" / ("0" * 32)).write_bytes(b"never filed")
        (tmp_path / "vault" / ("1" * 32)).write_bytes(b"being written")
        for path in (left, tmp_path / "vault" / ("0" * 32), tmp_path / "vault" / item.id):
            os.utime(path, (old, old))
        for path in (in_use, tmp_path / "vault" / ("1" * 32)):
            os.utime(path, (AT.timestamp(), AT.timestamp()))
        assert vault.clear_left_overs(at=AT) == 2
        assert in_use.exists()
        assert not left.exists()
    assert {path.name for path in (tmp_path / "vault").iterdir()} == {item.id, "1" * 32}


def test_what_was_erased_leaves_a_trace(vault: Vault) -> None:
    item = keep(vault)
    assert (vault.records(), vault.traces(ANNA)) == ((ANNA,), ())
    vault.erase(item.id, at=AT, why="withdrawn")
    (trace,) = vault.traces(ANNA)
    assert (trace.id, trace.sha256, trace.erased_why) == (item.id, item.sha256, "withdrawn")
    assert vault.records() == ()


def test_nothing_is_taken_without_the_vaults_key(engine: Engine, tmp_path: Path) -> None:
    def lost() -> bytes:
        raise VaultLockedError("the key is missing")

    (tmp_path / "vault").mkdir()
    locked = Vault(engine, folder=tmp_path / "vault", scratch=tmp_path, key=lost, random_bytes=os.urandom)
    with pytest.raises(VaultLockedError):
        keep(locked)
    assert list((tmp_path / "vault").iterdir()) == []
