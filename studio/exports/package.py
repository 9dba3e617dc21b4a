"""Writing a package: a folder or a zip that appears whole or not at all, with checksums of everything in it."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from studio.errors import UsageError

CHECKSUMS = "checksums.txt"
_CHUNK = 1 << 20


def require_free(out: Path, name: str, *, zipped: bool) -> Path:
    """Return where the package will stand.

    Raises:
        UsageError: something stands there already, or the folder cannot be written.
    """
    target = (out / (f"{name}.zip" if zipped else name)).absolute()
    if target.exists():
        raise UsageError(f"{target} exists already; remove it or choose another --out")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise UsageError(f"cannot write to {out}: {e.strerror}; choose another --out") from e
    if not os.access(out, os.W_OK):
        raise UsageError(f"cannot write to {out}; choose another --out")
    return target


class Draft:
    """A package in the making, beside its place; ``finish`` lets it appear, leaving the block without it removes it."""

    def __init__(self, target: Path, *, zipped: bool) -> None:
        self.target = target
        self._zipped = zipped
        self.folder = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")

    def __enter__(self) -> Self:
        """Make the hidden folder."""
        self.folder.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was not finished."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._zip_part.unlink(missing_ok=True)

    @property
    def _zip_part(self) -> Path:
        return self.folder.with_suffix(".zip")

    def copy(self, source: Path, name: str) -> None:
        """Copy a file byte by byte."""
        shutil.copyfile(source, self.folder / name)

    def write(self, name: str, text: str) -> None:
        """Write a text."""
        (self.folder / name).write_text(text, encoding="utf-8", newline="\n")

    def sums(self) -> Mapping[str, str]:
        """Return the SHA-256 of every file so far, by name."""
        return {p.name: sha256(p) for p in sorted(self.folder.iterdir()) if p.name != CHECKSUMS}

    def finish(self) -> Path:
        """Write the checksums, make everything durable, and let the package appear under its name."""
        self.write(CHECKSUMS, "".join(f"{digest}  {name}\n" for name, digest in self.sums().items()))
        for path in self.folder.iterdir():
            _to_disk(path)
        if self._zipped:
            self._zip()
        if self.target.exists():
            raise UsageError(f"{self.target} appeared meanwhile; remove it or choose another --out")
        (self._zip_part if self._zipped else self.folder).rename(self.target)
        return self.target

    def _zip(self) -> None:
        with zipfile.ZipFile(self._zip_part, "x", compression=zipfile.ZIP_STORED) as archive:
            for path in sorted(self.folder.iterdir()):
                archive.write(path, f"{self.target.stem}/{path.name}")
        _to_disk(self._zip_part)


def sha256(path: Path) -> str:
    """Return a file's SHA-256, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
