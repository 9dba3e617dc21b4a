"""Reads named members of a wheel, another zip or an npm tarball as bytes. Nothing is unpacked, imported or run.

A member is found by its exact name and must be a plain file, and the bytes go to a place that our card names: an
archive cannot choose where anything is written.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipelines.weights.cards import Package, Piece
from pipelines.weights.faults import SourceError
from pipelines.weights.receiving import CHUNK_BYTES

# A zip inside a package is read into memory; the voices' one has 2.6 MB.
_INNER_BYTES_MAX = 64_000_000


class Archive:
    """An open package."""

    def __init__(self, package: Package, opened: zipfile.ZipFile | tarfile.TarFile) -> None:
        self._package = package
        self._opened = opened

    def chunks(self, piece: Piece) -> Iterator[bytes]:
        """The bytes of a piece, in order.

        Raises:
            SourceError: the package has no such member, or it is not a plain file, or it is damaged.
        """
        try:
            with self._member(piece.member) as stream:
                if piece.inner is None:
                    yield from _read(stream, skip_bytes=piece.skip_bytes)
                    return
                held = stream.read(_INNER_BYTES_MAX + 1)
            if len(held) > _INNER_BYTES_MAX:
                raise SourceError(f"{piece.member} in {self._package.file} is larger than {_INNER_BYTES_MAX} bytes")
            with zipfile.ZipFile(io.BytesIO(held)) as inner, inner.open(piece.inner) as stream:
                yield from _read(stream, skip_bytes=piece.skip_bytes)
        except KeyError as e:
            name = piece.member if piece.inner is None else f"{piece.member} > {piece.inner}"
            raise SourceError(f"{self._package.file} has no member {name}") from e
        except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as e:
            raise SourceError(f"{self._package.file} is damaged ({e})") from e

    @contextmanager
    def _member(self, name: str) -> Iterator[IO[bytes]]:
        if isinstance(self._opened, zipfile.ZipFile):
            with self._opened.open(name) as stream:
                yield stream
            return
        member = self._opened.getmember(name)
        stream_or_none = self._opened.extractfile(member) if member.isreg() else None
        if stream_or_none is None:  # a link or a folder could point elsewhere
            raise SourceError(f"{name} in {self._package.file} is not a plain file")
        with stream_or_none as stream:
            yield stream


@contextmanager
def open_archive(package: Package, path: Path) -> Iterator[Archive]:
    """Open a package that was brought to ``path``."""
    try:
        opened = zipfile.ZipFile(path) if package.file.endswith((".whl", ".zip")) else tarfile.open(path, "r:gz")  # noqa: SIM115  # closed below
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as e:
        raise SourceError(f"{package.file} is damaged ({e})") from e
    with opened:
        yield Archive(package, opened)


def _read(stream: IO[bytes], *, skip_bytes: int) -> Iterator[bytes]:
    left = skip_bytes
    while left:
        skipped = len(stream.read(min(left, CHUNK_BYTES)))
        if not skipped:
            return
        left -= skipped
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
