"""Evidence files: the bytes lie in the home under their SHA-256, only the hash is in the record's envelope."""

from __future__ import annotations

import hashlib
import mimetypes
import os
from datetime import datetime
from pathlib import Path

from consent.evidence import Evidence
from studio.errors import UsageError

BYTES_MAX = 200_000_000  # a scanned contract has a few MB, a filmed statement some 100


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


def store_evidence(folder: Path, evidence: Evidence, content: bytes) -> Path:
    """Keep the bytes for their owner's eyes only (0600), whole or not at all."""
    path = folder / evidence.sha256
    part = folder / f"{evidence.sha256}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path
