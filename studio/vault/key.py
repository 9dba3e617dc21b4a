"""The vault key: 32 random bytes in a file of its own, outside the home that it opens.

A copy of the home, or of a backup of it, is unreadable without it. It is backed up apart from the home.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from studio.errors import VaultLockedError
from studio.store.filelock import locked
from studio.vault.stream import KEY_BYTES


def open_vault_key(path: Path, *, lock_path: Path, may_make: bool, random_bytes: Callable[[int], bytes]) -> bytes:
    """Read the key; make it at first use, when nothing is in the vault that it would have to open.

    Raises:
        VaultLockedError: it is missing although the vault holds files, is open to others, or is no key.
    """
    with locked(lock_path):
        if not path.exists():
            if not may_make:
                raise VaultLockedError(
                    f"the vault holds files and its key {path} is missing; restore the key from its backup"
                )
            _write(path, random_bytes(KEY_BYTES))
        return _read(path)


def _write(path: Path, key: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as e:
        raise VaultLockedError(
            f"the vault key {path} cannot be written ({e.strerror}); name another file in SAYSO_VAULT_KEY"
        ) from e
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(descriptor)


def _read(path: Path) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        key = path.read_bytes()
    except OSError as e:
        raise VaultLockedError(f"the vault key {path} cannot be read ({e.strerror}); check its owner") from e
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise VaultLockedError(
            f"the vault key {path} has mode {mode:04o} and others may read it; needed is 0600: chmod 600 {path}"
        )
    if len(key) != KEY_BYTES:
        raise VaultLockedError(f"the vault key {path} has {len(key)} bytes, needed are {KEY_BYTES}; restore it")
    return key
