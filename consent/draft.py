"""From consent.toml, which people write, to a record: the files it names are hashed into it.

Nothing is repaired: what is unknown, missing or out of range is an error with file, line and key. Two things are
filled in, as docs/consent-spec.md 2.4 says: a withdrawal channel that is not written is the controller's contact, and
assets become their hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from consent.errors import FileInvalidError
from consent.record import BoundAsset, ConsentRecord, Depiction, Line, RecordTerms, ScopeTerms, Withdrawal, bound_assets
from consent.tomlfile import TomlFile, read_toml

# By the first bytes, because a file's name proves nothing. (offset, bytes) pairs that must all fit.
_MAGIC: tuple[tuple[str, tuple[tuple[int, bytes], ...]], ...] = (
    ("image/png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    ("image/jpeg", ((0, b"\xff\xd8\xff"),)),
    ("image/webp", ((0, b"RIFF"), (8, b"WEBP"))),
    ("audio/wav", ((0, b"RIFF"), (8, b"WAVE"))),
    ("audio/flac", ((0, b"fLaC"),)),
    ("audio/mpeg", ((0, b"ID3"),)),
    ("audio/mpeg", ((0, b"\xff\xfb"),)),
    ("audio/mp4", ((4, b"ftypM4A"),)),
    ("video/mp4", ((4, b"ftyp"),)),
    ("video/webm", ((0, b"\x1aE\xdf\xa3"),)),
)
_HEAD_BYTES = 16


class _ScopeDraft(ScopeTerms):
    assets: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()


class _WithdrawalDraft(Withdrawal):
    channel: Line | None = None  # type: ignore[assignment] # wider than a record's: a draft may leave it open


class _ConsentFile(RecordTerms):
    scope: _ScopeDraft
    withdrawal: _WithdrawalDraft = Field(default_factory=_WithdrawalDraft)


def parse_consent_toml(path: Path, *, depiction: Callable[[Path], Depiction]) -> ConsentRecord:
    """Read a consent.toml and hash the files it names, which lie relative to it.

    Args:
        path: the file.
        depiction: judges what a picture shows; called once for each picture, and for nothing else.

    Raises:
        FileInvalidError: with file, line and key of every problem.
    """
    file = read_toml(path)
    terms = file.validate(_ConsentFile)
    assets = _bind(file, terms.scope.assets, depiction)
    written = terms.model_dump(mode="python", by_alias=True, exclude_none=True)
    written["scope"]["assets"] = [asset.model_dump() for asset in assets]
    written["withdrawal"].setdefault("channel", terms.controller.contact)
    return ConsentRecord.model_validate(written)


def _bind(file: TomlFile, names: tuple[str, ...], depiction: Callable[[Path], Depiction]) -> tuple[BoundAsset, ...]:
    assets: dict[str, BoundAsset] = {}
    for index, name in enumerate(names):
        asset = _bind_one(file, index, file.path.parent / name, depiction)
        if asset.sha256 in assets:
            first = assets[asset.sha256].name
            raise _asset_problem(file, index, f"{name!r} has the same bytes as {first!r}; name it once")
        assets[asset.sha256] = asset
    return bound_assets(assets.values())


def _bind_one(file: TomlFile, index: int, path: Path, depiction: Callable[[Path], Depiction]) -> BoundAsset:
    if not path.is_file():
        raise _asset_problem(file, index, f"there is no file {path}; paths are relative to {file.path.name}")
    try:
        with path.open("rb") as opened:
            head = opened.read(_HEAD_BYTES)
            opened.seek(0)
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as e:
        raise _asset_problem(file, index, f"cannot read {path}: {e.strerror}") from e
    media_type = _media_type(head)
    if media_type is None:
        raise _asset_problem(
            file,
            index,
            f"{path} is no picture, footage or recording; use PNG, JPEG, WEBP, MP4, WEBM, WAV, FLAC, MP3 or M4A",
        )
    if media_type.startswith("image/"):
        shown = depiction(path)
    elif media_type.startswith("audio/"):
        shown = "audio"
    else:
        shown = "unknown"  # nobody has looked at footage yet, and unknown counts as a photograph (clause 5.3)
    return BoundAsset(name=path.name, sha256=sha256, media_type=media_type, depiction=shown)


def _asset_problem(file: TomlFile, index: int, message: str) -> FileInvalidError:
    return file.problem("scope", "assets", index, message=message)


def _media_type(head: bytes) -> str | None:
    for media_type, pieces in _MAGIC:
        if all(head.startswith(piece, offset) for offset, piece in pieces):
            return media_type
    return None
