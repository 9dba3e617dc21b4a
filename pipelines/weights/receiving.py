"""A file on its way in: written beside its place, checked by size and SHA-256, made durable, then moved in one step.

Either the whole, true file is at its place, or nothing new is there.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from pipelines.errors import WeightsError
from pipelines.weights.faults import DiskFullError, SourceError

CHUNK_BYTES = 1 << 20
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class Receiving:
    """Collects one file's bytes in ``part``; what an earlier try left there is kept, and counts.

    Use as a context manager; call ``keep`` once everything is there.
    """

    def __init__(self, part: Path, *, sha256: str, bytes_expected: int, subject: str) -> None:
        self._part = part
        self._sha256 = sha256
        self._bytes_expected = bytes_expected
        self._subject = subject
        self._digest = hashlib.sha256()
        self.bytes_done = 0
        with no_room_is_an_error(part.parent):
            part.parent.mkdir(parents=True, exist_ok=True)
            self._stream = part.open("ab+")
            self._take_in_what_is_there()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stream.close()
        except OSError as e:  # the last buffered bytes may be the ones that find no room
            if e.errno not in _NO_ROOM:
                raise
            self._part.unlink(missing_ok=True)
            raise DiskFullError.at(self._part.parent) from e
        # Too little room, or nothing worth going on from: leave no half file behind.
        if isinstance(error, DiskFullError) or self.bytes_done == 0:
            self._part.unlink(missing_ok=True)

    def feed(self, chunk: bytes) -> None:
        """Add bytes to the end."""
        self.bytes_done += len(chunk)
        if self.bytes_done > self._bytes_expected:
            self.forget()
            raise SourceError(f"{self._subject} is larger than the {self._bytes_expected} bytes on its card")
        with no_room_is_an_error(self._part.parent):
            self._stream.write(chunk)
        self._digest.update(chunk)

    def forget(self) -> None:
        """Start again from nothing."""
        self._stream.seek(0)
        self._stream.truncate()
        self._digest = hashlib.sha256()
        self.bytes_done = 0

    def keep(self, target: Path) -> None:
        """Check the bytes, make them durable and move them to ``target``.

        Raises:
            SourceError: they are not the bytes on the card; what was received is thrown away.
        """
        if self.bytes_done != self._bytes_expected:
            found = f"{self.bytes_done} bytes where its card says {self._bytes_expected}"
        elif self._digest.hexdigest() != self._sha256:
            found = f"SHA-256 {self._digest.hexdigest()[:12]}… where its card says {self._sha256[:12]}…"
        else:
            self._move(target)
            return
        self.forget()
        raise SourceError(f"{self._subject} has {found}")

    def _move(self, target: Path) -> None:
        with no_room_is_an_error(self._part.parent):
            self._stream.flush()
            os.fsync(self._stream.fileno())
            target.parent.mkdir(parents=True, exist_ok=True)
            self._part.replace(target)
            _sync_folder(target.parent)

    def _take_in_what_is_there(self) -> None:
        self._stream.seek(0)
        while chunk := self._stream.read(CHUNK_BYTES):
            self._digest.update(chunk)
            self.bytes_done += len(chunk)
        if self.bytes_done > self._bytes_expected:
            self.forget()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, lowercase hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def no_room_is_an_error(folder: Path) -> Iterator[None]:
    """Turn the operating system's refusal to write below ``folder`` into one sentence."""
    try:
        yield
    except OSError as e:
        if e.errno in _NO_ROOM:
            raise DiskFullError.at(folder) from e
        raise WeightsError(
            f"{folder} cannot be written ({e.strerror}); give this user the right to write there, or set SAYSO_WEIGHTS"
        ) from e


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
