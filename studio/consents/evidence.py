"""Evidence files: the bytes lie in the vault, only their hash is in the record's envelope."""

from __future__ import annotations

import hashlib
import mimetypes
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from consent.envelope import Envelope
from consent.evidence import Evidence
from consent.grant import RecordId
from studio.errors import UsageError
from studio.store.records import RecordStore
from studio.vault.item import Kind, VaultItem

BYTES_MAX = 200_000_000  # a scanned contract has a few MB, a filmed statement some 100

_KINDS: Final[dict[str, Kind]] = {"contract": "contract", "statement": "statement", "other": "other"}


def read_evidence(path: Path, *, at: datetime) -> tuple[Evidence, bytes]:
    """Read a file that shows how the consent was given.

    Raises:
        UsageError: it is missing, empty or too large.
    """
    try:
        size = path.stat().st_size
        if not path.is_file() or not 0 < size <= BYTES_MAX:
            raise UsageError(f"the evidence {path} has {size} bytes; give a file of 1 to {BYTES_MAX} bytes")
        content = path.read_bytes()
    except OSError as e:
        raise UsageError(f"cannot read the evidence {path}: {e.strerror}; check the name") from e
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    evidence = Evidence(
        kind="contract",
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=media_type,
        attached_at=at,
    )
    return evidence, content


class EvidenceKeeper(Protocol):
    """Where evidence is kept; the vault."""

    def keep(
        self, source: Path | bytes, *, record_id: RecordId, kind: Kind, name: str, media_type: str, at: datetime
    ) -> VaultItem:
        """Seal a copy for this record; the same bytes of the same kind are kept once."""
        ...


def keep_evidence(keeper: EvidenceKeeper, record_id: RecordId, evidence: Evidence, content: bytes) -> VaultItem:
    """Keep what ``read_evidence`` read, before the approval that cites it: a citation must never lead nowhere."""
    return keeper.keep(
        content,
        record_id=record_id,
        kind=_KINDS[evidence.kind],
        name=evidence.name,
        media_type=evidence.media_type,
        at=evidence.attached_at,
    )


def move_evidence(folder: Path, records: RecordStore, keeper: EvidenceKeeper) -> tuple[Path, ...]:
    """Move contracts that lie in clear into the vault, each for every record that cites it; returns what stays.

    A file that no record cites, or that is not what its name says, stays where it is, for a person to look at.
    A move that was cut off is ended by the next one.
    """
    found = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()} if folder.is_dir() else {}
    moved: set[str] = set()
    for record_id in records.all_ids() if found else ():
        envelope = records.find_or_error(record_id)
        cited = envelope.evidence if isinstance(envelope, Envelope) else ()
        for evidence in cited:
            content = found[evidence.sha256].read_bytes() if evidence.sha256 in found else b""
            if content and hashlib.sha256(content).hexdigest() == evidence.sha256:
                keep_evidence(keeper, record_id, evidence, content)
                moved.add(evidence.sha256)
    for name in moved:
        found[name].unlink()
    return tuple(path for name, path in found.items() if name not in moved)
