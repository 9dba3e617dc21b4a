"""Where a take lies until it may leave, and the one move that lets it out.

``<quarantine>/<take id>/unsigned`` holds what is being encoded, ``<quarantine>/<take id>/out`` what would leave: the
signed file and its captions. Only the folder ``out`` as a whole is moved, so the library never holds half a take.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipelines.errors import ReleaseError

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """The quarantine of one take, and its place in the library."""

    unsigned: Path
    out: Path
    shelf: Path

    @classmethod
    def of(cls, take_id: str, *, quarantine: Path, library: Path) -> Quarantine:
        """Name the folders of a take; makes nothing."""
        folder = quarantine / take_id
        return cls(unsigned=folder / "unsigned", out=folder / "out", shelf=library / take_id)

    def open(self) -> None:
        """Make both folders, empty and private; whatever an interrupted run left there is destroyed first."""
        self.destroy()
        for folder in (self.unsigned, self.out):
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)

    def destroy(self) -> None:
        """Destroy everything of this take that has not left."""
        for folder in (self.unsigned, self.out):
            if folder.is_symlink():  # somebody else's; never follow it
                folder.unlink()
            elif folder.exists():
                shutil.rmtree(folder)

    def let_out(self) -> None:
        """Move the finished folder into the library, at once, and make the move durable.

        Raises:
            ReleaseError: it cannot be moved; the library is as before and the take still in quarantine.
        """
        self.shelf.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (*self.out.iterdir(), self.out):
            _sync(path)
        try:
            try:
                self.out.replace(self.shelf)
            except OSError as e:
                if e.errno != errno.EXDEV:
                    raise
                self._copy_out()
            _sync(self.shelf.parent)
        except OSError as e:
            raise ReleaseError(
                f"take {self.shelf.name} is on record but cannot be moved to {self.shelf.parent}: {e.strerror or e}; "
                "free space there and run it again: it will be moved without rendering"
            ) from e
        shutil.rmtree(self.unsigned, ignore_errors=True)

    def _copy_out(self) -> None:
        """The library is on another disk: copy beside the place, then move at once."""
        draft = self.shelf.with_name(f".{self.shelf.name}.part")
        shutil.rmtree(draft, ignore_errors=True)
        try:
            draft.mkdir(mode=0o700)
            for path in self.out.iterdir():
                shutil.copyfile(path, draft / path.name)
                _sync(draft / path.name)
            _sync(draft)
            draft.replace(self.shelf)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        shutil.rmtree(self.out, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, lowercase hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
