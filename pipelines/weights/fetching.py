"""One pull at work: asks a card's sources in order and puts each true file in its place.

Half downloads and packages wait in ``<root>/.fetch``: a part per file, so that a cut download goes on, and whole
packages, so that three cards from one package fetch it once. All of it goes when the pull has succeeded.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.weights.archive import Archive, open_archive
from pipelines.weights.cards import Card, CardFile, Package, PackageSource, Piece, RepoSource, SourceKind, WebSource
from pipelines.weights.faults import SourceError
from pipelines.weights.receiving import Receiving
from pipelines.weights.registry import Clients, bring
from pipelines.weights.web import UnreachableError, fetch

OnBytes = Callable[[int], None]
Place = Callable[[str], Path]


def no_pull_progress(_card_id: str, _done: int, _wanted: int) -> None:
    """Ignore progress."""


class Fetching:
    """The sources of one pull. Remembers hosts that cannot be reached, so that each is waited for once."""

    def __init__(self, root: Path, *, clients: Clients, kinds: frozenset[SourceKind]) -> None:
        self._folder = root / ".fetch"
        self._clients = clients
        self._kinds = kinds
        self._unreachable: dict[str, UnreachableError] = {}

    def bring(self, card: Card, wanted: Sequence[CardFile], *, place: Place, on_bytes: OnBytes) -> tuple[str, ...]:
        """Bring as many of the files as the sources give; the reasons why some did not give theirs.

        Raises:
            DiskFullError: there is no room.
        """
        left = {file.name: file for file in wanted}
        reasons: dict[str, None] = {}  # in order, each said once
        done = 0
        for source in card.sources:
            files = [left[name] for name in source.names if name in left]
            if not files or source.kind not in self._kinds or isinstance(source, RepoSource):
                continue
            try:
                for file in self._from(source, files, place=place, on_bytes=_after(done, on_bytes)):
                    del left[file.name]
                    done += file.bytes
            except SourceError as e:
                reasons[str(e)] = None
            on_bytes(done)
        return tuple(reasons)

    def tidy(self) -> None:
        """Remove parts and packages."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _from(
        self, source: WebSource | PackageSource, files: Sequence[CardFile], *, place: Place, on_bytes: OnBytes
    ) -> Iterator[CardFile]:
        """Yield each file once it is in its place, so that a source that fails half way has given what it gave."""
        if isinstance(source, WebSource):
            return self._from_web(source, files, place=place, on_bytes=on_bytes)
        return self._from_packages(source, files, place=place, on_bytes=on_bytes)

    def _from_web(
        self, source: WebSource, files: Sequence[CardFile], *, place: Place, on_bytes: OnBytes
    ) -> Iterator[CardFile]:
        urls = dict(source.urls)
        done = 0
        for file in files:
            url = urls[file.name]
            host = urlsplit(url).netloc
            if host in self._unreachable:
                raise SourceError(str(self._unreachable[host]))
            part = self._folder / "parts" / file.sha256
            try:
                fetch(url, file, part=part, target=place(file.name), on_bytes=_after(done, on_bytes))
            except UnreachableError as e:
                self._unreachable[host] = e
                raise
            done += file.bytes
            yield file

    def _from_packages(
        self, source: PackageSource, files: Sequence[CardFile], *, place: Place, on_bytes: OnBytes
    ) -> Iterator[CardFile]:
        pieces = dict(source.pieces)
        packages = list(dict.fromkeys(piece.package for file in files for piece in pieces[file.name]))
        # A package's bytes stand for the bytes of the files in it: it is the network that people wait for.
        scale = sum(file.bytes for file in files) / sum(package.bytes for package in packages)
        with ExitStack() as stack:
            archives: dict[Package, Archive] = {}
            brought = 0
            for package in packages:
                folder = self._folder / "packages" / package.sha256
                path = bring(package, folder=folder, clients=self._clients, on_bytes=_scaled(brought, scale, on_bytes))
                archives[package] = stack.enter_context(open_archive(package, path))
                brought += package.bytes
            for file in files:
                self._join(file, pieces[file.name], archives=archives, target=place(file.name))
                yield file

    def _join(
        self, file: CardFile, pieces: Sequence[Piece], *, archives: Mapping[Package, Archive], target: Path
    ) -> None:
        part = self._folder / "joined" / file.sha256
        part.unlink(missing_ok=True)
        subject = f"{file.name} in {pieces[0].package.spec}"
        with Receiving(part, sha256=file.sha256, bytes_expected=file.bytes, subject=subject) as receiving:
            for piece in pieces:
                for chunk in archives[piece.package].chunks(piece):
                    receiving.feed(chunk)
            receiving.keep(target)


def _after(done: int, on_bytes: OnBytes) -> OnBytes:
    return lambda more: on_bytes(done + more)


def _scaled(done: int, scale: float, on_bytes: OnBytes) -> OnBytes:
    return lambda more: on_bytes(int((done + more) * scale))
