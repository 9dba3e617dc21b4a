"""Reads ``assets/weights.toml`` into model cards. Unknown keys, loose ends and unsafe names are errors.

In a source, ``{name}`` stands for the file's name and ``{stem}`` for its last part without the suffix, so that one line
describes fifty-four voices. ``only`` names the files that a source gives; without it, it gives all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from pipelines.errors import ProfileInvalidError
from pipelines.weights.cards import (
    Card,
    CardFile,
    Package,
    PackageSource,
    Piece,
    Registry,
    RepoSource,
    Source,
    WebSource,
)

Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
CardId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
# No absolute paths, no "..", no hidden parts, no backslashes: the name becomes a path below the card's folder.
SafeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
# Plain HTTP only to this machine, which is how tests serve files.
WebAddress = Annotated[str, StringConstraints(pattern=r"^(https://[a-z0-9.-]+|http://127\.0\.0\.1:\d+)(/|$)")]
# A name and an exact version: never a path, an address or an option of the client.
PackageSpec = Annotated[str, StringConstraints(pattern=r"^(@[\w.-]+/)?[A-Za-z0-9][\w.-]*(==|@)\d[\w.+-]*$")]
NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _PackageEntry(_Entry):
    registry: Registry
    file: SafeName
    sha256: Sha256Hex
    bytes: Annotated[int, Field(gt=0)]
    url: WebAddress | None = None  # of the registry "zip" alone

    @model_validator(mode="after")
    def _has_an_address_if_it_needs_one(self) -> Self:
        if (self.registry == "zip") != (self.url is not None):
            raise ValueError('an archive of registry "zip" has a url, and no other has')
        if self.registry == "zip" and not self.file.endswith(".zip"):
            raise ValueError('the file of an archive of registry "zip" ends in .zip')
        return self


class _PieceEntry(_Entry):
    package: PackageSpec
    member: NonEmpty
    inner: NonEmpty | None = None
    skip_bytes: Annotated[int, Field(ge=0)] = 0


class _HubEntry(_Entry):
    kind: Literal["hub"]
    host: WebAddress
    repo: NonEmpty
    revision: Commit
    path: NonEmpty = "{name}"
    only: tuple[SafeName, ...] = ()


class _UrlEntry(_Entry):
    kind: Literal["url"]
    url: WebAddress
    only: tuple[SafeName, ...] = ()


class _RegistryEntry(_Entry):
    kind: Registry
    pieces: Annotated[tuple[_PieceEntry, ...], Field(min_length=1)]
    only: tuple[SafeName, ...] = ()


class _RepoEntry(_Entry):
    kind: Literal["repo"]
    path: NonEmpty
    only: tuple[SafeName, ...] = ()


_SourceEntry = Annotated[_HubEntry | _UrlEntry | _RegistryEntry | _RepoEntry, Field(discriminator="kind")]


class _FileEntry(_Entry):
    name: SafeName
    sha256: Sha256Hex
    bytes: Annotated[int, Field(gt=0)]


class _CardEntry(_Entry):
    id: CardId
    title: NonEmpty
    kind: Literal[
        "voice",
        "voice-styles",
        "voice-conversion",
        "speech-recognition",
        "speech-quality",
        "speaker",
        "synthetic-speech",
        "face",
        "matte",
        "driver",
        "avatar",
        "font",
        "text-to-image",
        "watermark",
    ]
    default: bool
    licence: NonEmpty
    commercial_use: bool
    commercial_source: NonEmpty
    languages: tuple[NonEmpty, ...]
    hardware: NonEmpty
    unit: NonEmpty = "files"
    notes: str = ""
    files: Annotated[tuple[_FileEntry, ...], Field(min_length=1)]
    enough: tuple[SafeName, ...] = ()
    sources: Annotated[tuple[_SourceEntry, ...], Field(min_length=1)]


class _Catalogue(_Entry):
    version: Literal[1]
    packages: dict[PackageSpec, _PackageEntry] = {}
    card: Annotated[tuple[_CardEntry, ...], Field(min_length=1)]


def load_cards(path: Path) -> dict[str, Card]:
    """Read every model card of a catalogue.

    Raises:
        ProfileInvalidError: the file is missing, is not TOML, or contradicts itself; the message names file and key.
    """
    try:
        catalogue = _Catalogue.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as e:
        raise ProfileInvalidError(f"{path} cannot be read ({e.strerror}); restore it from the release") from e
    except ValidationError as e:
        first = e.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ProfileInvalidError(f"{path}: {key}: {first['msg']}; correct this key") from e
    except ValueError as e:  # not UTF-8 or not TOML; tomllib's message has the line
        raise ProfileInvalidError(f"{path} is not a TOML file: {e}") from e
    packages = {
        spec: Package(
            registry=entry.registry,
            spec=spec,
            file=entry.file,
            sha256=entry.sha256,
            bytes=entry.bytes,
            url=entry.url or "",
        )
        for spec, entry in catalogue.packages.items()
    }
    cards: dict[str, Card] = {}
    for entry in catalogue.card:
        if entry.id in cards:
            raise ProfileInvalidError(f"{path}: card {entry.id} stands there twice; remove one")
        try:
            cards[entry.id] = _card(entry, packages=packages)
        except ProfileInvalidError as e:
            raise ProfileInvalidError(f"{path}: card {entry.id}: {e}") from e
    return cards


def _card(entry: _CardEntry, *, packages: dict[str, Package]) -> Card:
    names = [file.name for file in entry.files]
    if len(set(names)) < len(names):
        raise ProfileInvalidError("a file stands there twice; remove one")
    _known(entry.enough, names=names, key="enough")
    sources = tuple(_source(source, names=names, packages=packages) for source in entry.sources)
    orphans = set(names).difference(*(source.names for source in sources))
    if orphans:
        raise ProfileInvalidError(f"no source gives {min(orphans)}; add one")
    return Card(
        id=entry.id,
        title=entry.title,
        kind=entry.kind,
        files=tuple(CardFile(name=file.name, sha256=file.sha256, bytes=file.bytes) for file in entry.files),
        sources=sources,
        licence=entry.licence,
        commercial_use=entry.commercial_use,
        commercial_source=entry.commercial_source,
        languages=entry.languages,
        hardware=entry.hardware,
        enough=entry.enough,
        unit=entry.unit,
        default=entry.default,
        notes=entry.notes,
    )


def _source(entry: _SourceEntry, *, names: list[str], packages: dict[str, Package]) -> Source:
    _known(entry.only, names=names, key="only")
    given = entry.only or tuple(names)
    match entry:
        case _HubEntry():
            base = f"{entry.host.rstrip('/')}/{entry.repo}/resolve/{entry.revision}/"
            return WebSource(kind="hub", urls=tuple((name, base + _fill(entry.path, name)) for name in given))
        case _UrlEntry():
            return WebSource(kind="url", urls=tuple((name, _fill(entry.url, name)) for name in given))
        case _RepoEntry():
            return RepoSource(kind="repo", paths=tuple((name, _fill(entry.path, name)) for name in given))
        case _RegistryEntry():
            pieces = tuple((name, tuple(_piece(p, name, entry.kind, packages) for p in entry.pieces)) for name in given)
            return PackageSource(kind=entry.kind, pieces=pieces)


def _piece(entry: _PieceEntry, name: str, registry: Registry, packages: dict[str, Package]) -> Piece:
    package = packages.get(entry.package)
    if package is None or package.registry != registry:
        raise ProfileInvalidError(f'package {entry.package} has no [packages."…"] table of registry {registry}; add it')
    return Piece(
        package=package,
        member=_fill(entry.member, name),
        inner=None if entry.inner is None else _fill(entry.inner, name),
        skip_bytes=entry.skip_bytes,
    )


def _fill(template: str, name: str) -> str:
    return template.replace("{name}", name).replace("{stem}", PurePosixPath(name).stem)


def _known(wanted: Iterable[str], *, names: list[str], key: str) -> None:
    for name in wanted:
        if name not in names:
            raise ProfileInvalidError(f"{key} names {name}, which is no file of the card; correct it")
