"""Remembers which bytes were checked, so that a file is hashed once and not at every start.

A receipt holds for one size, one time of change and one SHA-256: a file that was touched since, or a card that asks for
other bytes since, is hashed again. Losing a receipt costs a hash, never trust.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.weights.cards import CardFile
from pipelines.weights.receiving import sha256_of


class _Seen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    bytes: int
    mtime_ns: int


class _Receipt(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    files: dict[str, _Seen]


class Receipts:
    """The receipts of a store, one small JSON file per card."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def holds(self, card_id: str, file: CardFile, path: Path, *, afresh: bool = False) -> bool:
        """Whether ``path`` has exactly the bytes of ``file``; ``afresh`` hashes it in any case."""
        found = path.stat()
        if found.st_size != file.bytes:
            return False
        now = _Seen(sha256=file.sha256, bytes=found.st_size, mtime_ns=found.st_mtime_ns)
        seen = self._read(card_id)
        if not afresh and seen.get(file.name) == now:
            return True
        if sha256_of(path) != file.sha256:
            return False
        self._write(card_id, {**seen, file.name: now})
        return True

    def _read(self, card_id: str) -> dict[str, _Seen]:
        try:
            receipt = _Receipt.model_validate_json((self._folder / f"{card_id}.json").read_bytes())
        except (OSError, ValidationError):  # absent, or of another version: the files are hashed again
            return {}
        return receipt.files if receipt.version == 1 else {}

    def _write(self, card_id: str, files: dict[str, _Seen]) -> None:
        content = json.dumps({"version": 1, "files": {name: seen.model_dump() for name, seen in sorted(files.items())}})
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=f".{card_id}-")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(content)
            Path(name).replace(self._folder / f"{card_id}.json")
        except OSError:  # a read-only or full store: a receipt only saves time
            return
