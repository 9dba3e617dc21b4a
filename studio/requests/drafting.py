"""From terms that a person wrote, in a file or a form, to a record that is ready but for its notice.

The files that the terms bind are kept at once: pictures on the shelf, voices and footage in the vault.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from consent.draft import parse_consent_toml
from consent.grant import RecordId
from consent.record import BoundAsset, ConsentRecord, Depiction
from consent.tomlfile import read_toml
from studio.consents.acts import bound_files
from studio.requests.templates import Template
from studio.store.shelf import AssetShelf
from studio.vault.item import Kind
from studio.vault.vault import Vault

_VAULTED: Mapping[str, Kind] = {"audio": "voice", "video": "footage"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """Reads terms; ``depiction`` judges whether a picture is a photograph."""

    depiction: Callable[[Path], Depiction]
    shelf: AssetShelf
    vault: Vault

    def read(self, path: Path, template: Template) -> ConsentRecord:
        """Return the record of a consent.toml, with the template's defaults.

        Raises:
            FileInvalidError: the file is wrong; every problem with its line.
            ConsentStateError: it is of another class than the deal.
        """
        record = parse_consent_toml(path, depiction=self.depiction)
        return template.filled(record, written=read_toml(path).data)

    def keep_files(self, path: Path, record: ConsentRecord, *, owner: RecordId, at: datetime) -> None:
        """Keep copies of the files that the terms bind; ``owner`` is the request until a record is filed."""
        known = {asset.sha256: asset for asset in record.scope.assets}
        for file in bound_files(path):
            with file.open("rb") as opened:
                asset = known[hashlib.file_digest(opened, "sha256").hexdigest()]
            kind = _VAULTED.get(asset.media_type.split("/")[0])
            if kind is None:
                self.shelf.keep(file)
            else:
                self.vault.keep(file, record_id=owner, kind=kind, name=asset.name, media_type=asset.media_type, at=at)

    def hand_over(self, assets: tuple[BoundAsset, ...], *, before: RecordId, after: RecordId, at: datetime) -> None:
        """Keep the vault's files of one owner for the next as well: each record's retention is its own."""
        bound = {asset.sha256 for asset in assets}
        for item in self.vault.items(before):
            if item.kind in _VAULTED.values() and item.sha256 in bound:
                with self.vault.plain_copy(item.id) as copy:
                    self.vault.keep(
                        copy, record_id=after, kind=item.kind, name=item.name, media_type=item.media_type, at=at
                    )


def write_terms(folder: Path, terms: Mapping[str, object]) -> Path:
    """Write a form's terms as a consent.toml into a folder that holds the files it names."""
    root = {name: value for name, value in terms.items() if not isinstance(value, Mapping)}
    tables = {name: value for name, value in terms.items() if isinstance(value, Mapping)}
    lines = [f"{_key(name)} = {_value(value)}" for name, value in root.items() if value is not None]
    for table, content in tables.items():
        lines += ["", f"[{_key(table)}]"]
        lines += [f"{_key(name)} = {_value(value)}" for name, value in content.items() if value is not None]
    path = folder / "consent.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _key(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _value(value: object) -> str:
    """A TOML value: JSON is one but for the table, which TOML writes on one line with "="."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
