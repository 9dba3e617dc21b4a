"""What a browser sends with a form: its texts, and its files laid into a folder of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from studio.errors import UsageError
from studio.web.legal.forms import Texts

FILES_MAX = 20
FIELDS_MAX = 400
FILE_BYTES_MAX = 500_000_000  # footage of a few minutes
CHUNK_BYTES = 1 << 20
NAME_CHARS_MAX = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A form as it came."""

    texts: Texts
    files: tuple[UploadFile, ...]

    def text(self, name: str) -> str:
        """The first value of a name; empty if there is none."""
        return next(iter(self.texts.get(name, ())), "")


async def body_of(request: Request) -> AsyncIterator[Body]:
    """Read the form of a request (a dependency); its files are gone when the answer is there."""
    try:
        form = await request.form(max_files=FILES_MAX, max_fields=FIELDS_MAX)
    except (MultiPartException, HTTPException) as e:
        raise UsageError("this form cannot be read; send the page's own form, with 20 files at most") from e
    texts: dict[str, list[str]] = {}
    files = []
    for name, value in form.multi_items():
        if isinstance(value, str):
            texts.setdefault(name, []).append(value)
        elif value.filename:
            files.append(value)
    try:
        yield Body(texts=texts, files=tuple(files))
    finally:
        await form.close()


@contextmanager
def laid_out(files: tuple[UploadFile, ...]) -> Iterator[tuple[Path, list[str]]]:
    """Lay the files into a folder that is gone afterwards; gives the folder and the files' names.

    Raises:
        UsageError: a name that is no plain file name, twice the same, or too large a file.
    """
    with TemporaryDirectory(prefix="sayso-request-") as folder:
        names: list[str] = []
        for upload in files:
            name = _plain(upload.filename or "")
            if name.casefold() in {one.casefold() for one in (*names, "consent.toml")}:
                raise UsageError(f"two files are called {name}; give each a name of its own")
            _copy(upload, Path(folder) / name)
            names.append(name)
        yield Path(folder), names


def _plain(filename: str) -> str:
    name = filename.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not name or name.startswith(".") or not name.isprintable() or len(name) > NAME_CHARS_MAX:
        raise UsageError(f"{filename[:80]!r} is no plain file name; rename the file")
    return name


def _copy(upload: UploadFile, path: Path) -> None:
    size = 0
    with path.open("wb") as copy:
        while chunk := upload.file.read(CHUNK_BYTES):
            size += len(chunk)
            if size > FILE_BYTES_MAX:
                raise UsageError(f"{path.name} is larger than {FILE_BYTES_MAX // 1_000_000} MB; give a smaller file")
            copy.write(chunk)
