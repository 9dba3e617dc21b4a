"""Keys that a studio makes for itself at first use."""

from __future__ import annotations

from pathlib import Path

from consent.keys import SigningKey
from studio.store.filelock import locked


def open_or_make_key(path: Path, *, lock_path: Path) -> SigningKey:
    """Load a key, or make it if it is not there; two processes that start together get the same one."""
    if path.exists():
        return SigningKey.load(path)
    with locked(lock_path):
        if not path.exists():
            part = path.with_suffix(".part")
            part.unlink(missing_ok=True)
            SigningKey.generate().write(part)
            part.replace(path)
        return SigningKey.load(path)
