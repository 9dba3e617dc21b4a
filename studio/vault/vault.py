"""The vault: evidence and biometric templates, each file under a key of its own.

The wrapped key (AES-KW, RFC 3394) lies in the database, the sealed bytes in a file. To erase is to delete the key:
then neither the file nor any copy of it can be read again. The row stays, without key, as the trace of what was there.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Engine, insert, select, update

from consent.grant import RecordId
from studio.errors import NotFoundError, VaultDamagedError
from studio.store.engine import forget_old_pages, reading
from studio.store.schema import vault_items
from studio.vault.item import KINDS, Kind, VaultItem, item_of
from studio.vault.stream import KEY_BYTES, seal, unseal

__all__ = ["KINDS", "Kind", "Vault", "VaultItem"]

LEFT_OVER_S = 3600.0  # a plain copy or an unfiled file that is older was left by a process that died
_COPY = "vault-copy-"


class Vault:
    """Keeps, reads and erases. ``key`` is asked for when it is first needed."""

    def __init__(
        self,
        engine: Engine,
        *,
        folder: Path,
        scratch: Path,
        key: Callable[[], bytes],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._engine = engine
        self._folder = folder
        self._scratch = scratch
        self._key = key
        self._random_bytes = random_bytes

    def keep(
        self, source: Path | bytes, *, record_id: RecordId, kind: Kind, name: str, media_type: str, at: datetime
    ) -> VaultItem:
        """Seal a copy; the source stays as it is. The same bytes of the same kind are kept once for a record.

        Raises:
            VaultLockedError: the vault's key is missing.
            OSError: the source cannot be read.
        """
        item_id, key = secrets.token_hex(16), self._random_bytes(KEY_BYTES)
        wrapped = aes_key_wrap(self._key(), key)
        path = self._folder / item_id
        digest, size = hashlib.sha256(), 0
        try:
            with _opened(source) as plain, _new_file(path) as sealed:
                for chunk in seal(
                    plain, sealed, key=key, name=_bound(record_id, item_id), random_bytes=self._random_bytes
                ):
                    digest.update(chunk)
                    size += len(chunk)
                sealed.flush()
                os.fsync(sealed.fileno())
            known = self.by_sha256(record_id, digest.hexdigest(), kind=kind)
            if known is not None:
                path.unlink()
                return known
            item = VaultItem(
                id=item_id,
                record_id=record_id,
                kind=kind,
                name=name,
                media_type=media_type,
                size_bytes=size,
                sha256=digest.hexdigest(),
                kept_at=at,
                erased_at=None,
            )
            self._file(item, wrapped)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return item

    def _file(self, item: VaultItem, wrapped: bytes) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                insert(vault_items).values(
                    id=item.id,
                    record_id=item.record_id,
                    kind=item.kind,
                    name=item.name,
                    media_type=item.media_type,
                    size_bytes=item.size_bytes,
                    sha256=item.sha256,
                    kept_at=item.kept_at,
                    wrapped_key=wrapped,
                    erased_why="",
                )
            )

    def find(self, item_id: str) -> VaultItem | None:
        """The item, erased or not."""
        with reading(self._engine) as connection:
            row = connection.execute(select(vault_items).where(vault_items.c.id == item_id)).first()
        return None if row is None else item_of(row)

    def items(self, record_id: RecordId) -> tuple[VaultItem, ...]:
        """What is kept for a record, oldest first."""
        query = (
            select(vault_items)
            .where(vault_items.c.record_id == record_id, vault_items.c.erased_at.is_(None))
            .order_by(vault_items.c.kept_at, vault_items.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(map(item_of, connection.execute(query)))

    def traces(self, record_id: RecordId) -> tuple[VaultItem, ...]:
        """What was kept for a record and then erased, in that order."""
        query = (
            select(vault_items)
            .where(vault_items.c.record_id == record_id, vault_items.c.erased_at.is_not(None))
            .order_by(vault_items.c.erased_at, vault_items.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(map(item_of, connection.execute(query)))

    def by_sha256(self, record_id: RecordId, sha256: str, *, kind: Kind | None = None) -> VaultItem | None:
        """The record's item with these bytes, if it was not erased."""
        fits = (item for item in self.items(record_id) if item.sha256 == sha256 and kind in {None, item.kind})
        return next(fits, None)

    def read(self, item_id: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Decrypt a range, chunk by chunk.

        Raises:
            NotFoundError: there is no such item, or it was erased.
            VaultDamagedError: the file was changed, or is missing.
            VaultLockedError: the vault's key is missing.
        """
        with reading(self._engine) as connection:
            row = connection.execute(select(vault_items).where(vault_items.c.id == item_id)).first()
        if row is None or row.wrapped_key is None:
            raise NotFoundError("this file is not in the vault; it may have been erased")
        try:
            key = aes_key_unwrap(self._key(), row.wrapped_key)
        except InvalidUnwrap as e:
            raise VaultDamagedError("the vault's key does not open this file; restore the key that sealed it") from e
        return self._unsealed(row.record_id, item_id, key=key, start=start, end=end)

    def _unsealed(self, record_id: str, item_id: str, *, key: bytes, start: int, end: int | None) -> Iterator[bytes]:
        try:
            with (self._folder / item_id).open("rb") as sealed:
                yield from unseal(sealed, key=key, name=_bound(record_id, item_id), start=start, end=end)
        except FileNotFoundError as e:
            raise VaultDamagedError(f"the vault's file {item_id} is missing; restore it from a backup") from e

    def bytes(self, item_id: str) -> bytes:
        """All bytes of a small item; raises as ``read`` does."""
        return b"".join(self.read(item_id))

    @contextmanager
    def plain_copy(self, item_id: str, *, suffix: str = "") -> Iterator[Path]:
        """Lay a readable copy (0600) into the home while the block runs, for a tool that needs a file."""
        path = self._scratch / f"{_COPY}{secrets.token_hex(8)}{suffix}"
        try:
            with _new_file(path) as copy:
                for chunk in self.read(item_id):
                    copy.write(chunk)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def erase(self, item_id: str, *, at: datetime, why: str) -> None:
        """Destroy an item: its key first, then its file. May be done again; ``why`` is a machine word for the trace."""
        with self._engine.begin() as connection:
            connection.execute(
                update(vault_items)
                .where(vault_items.c.id == item_id, vault_items.c.erased_at.is_(None))
                .values(wrapped_key=None, name="", erased_at=at, erased_why=why)
            )
        forget_old_pages(self._engine)
        (self._folder / item_id).unlink(missing_ok=True)

    def erase_record(
        self, record_id: RecordId, *, kinds: Iterable[Kind] = KINDS, at: datetime, why: str
    ) -> tuple[VaultItem, ...]:
        """Destroy what is kept for a record; returns what was destroyed now."""
        wanted = frozenset(kinds)
        gone = tuple(item for item in self.items(record_id) if item.kind in wanted)
        for item in gone:
            self.erase(item.id, at=at, why=why)
        return gone

    def clear_left_overs(self, *, at: datetime) -> int:
        """Remove what dead processes left: plain copies, and files without a key; returns how many.

        Younger ones (LEFT_OVER_S) may be in use.
        """
        with reading(self._engine) as connection:
            query = select(vault_items.c.id).where(vault_items.c.wrapped_key.is_not(None))
            filed = frozenset(connection.execute(query).scalars())
        found = (
            *self._scratch.glob(f"{_COPY}*"),
            *(path for path in self._folder.iterdir() if path.name not in filed),
        )
        count = 0
        for path in found:
            if at.timestamp() - path.stat().st_mtime > LEFT_OVER_S:
                path.unlink(missing_ok=True)
                count += 1
        forget_old_pages(self._engine)
        return count

    def records(self) -> tuple[RecordId, ...]:
        """The records that something is kept for."""
        query = select(vault_items.c.record_id).where(vault_items.c.erased_at.is_(None)).distinct()
        with reading(self._engine) as connection:
            return tuple(sorted(map(RecordId, connection.execute(query).scalars())))

    def verify(self) -> tuple[str, ...]:
        """Read everything through; returns the ids of what cannot be read."""
        with reading(self._engine) as connection:
            query = select(vault_items.c.id).where(vault_items.c.erased_at.is_(None)).order_by(vault_items.c.id)
            ids = tuple(connection.execute(query).scalars())
        return tuple(item_id for item_id in ids if not self._is_whole(item_id))

    def _is_whole(self, item_id: str) -> bool:
        item, digest = self.find(item_id), hashlib.sha256()
        try:
            for chunk in self.read(item_id):
                digest.update(chunk)
        except VaultDamagedError:
            return False
        return item is not None and digest.hexdigest() == item.sha256

    def is_empty(self) -> bool:
        """Whether nothing is in it that a key would have to open."""
        with reading(self._engine) as connection:
            query = select(vault_items.c.id).where(vault_items.c.wrapped_key.is_not(None)).limit(1)
            return connection.execute(query).first() is None


def _bound(record_id: str, item_id: str) -> bytes:
    return f"{record_id}/{item_id}".encode()


@contextmanager
def _opened(source: Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    with source.open("rb") as file:
        yield file


def _new_file(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb")
