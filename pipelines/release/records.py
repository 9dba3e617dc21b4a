"""What the public may ask of a studio: was this released, and does the consent still stand?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from consent.grant import TakeId
from pipelines.provenance.fingerprint import Fingerprint
from pipelines.release.gate import ReleaseEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRelease:
    """A release and the proof that the ledger holds it.

    ``leaf`` is the bytes of ledger entry ``index``; ``proof`` is its RFC 6962 path to the root in ``checkpoint``.
    """

    entry: ReleaseEntry
    leaf: bytes
    index: int
    proof: tuple[bytes, ...]
    checkpoint: str


class PublicRecords(Protocol):
    """Look-ups for ``verify_file``; an unknown key raises nothing, an unreliable ledger a ``LedgerError``."""

    def release_of_take(self, take_id: str) -> PublicRelease | None:
        """Return the release of a take."""
        ...

    def release_of_file(self, sha256: str) -> PublicRelease | None:
        """Return the release of exactly this file."""
        ...

    def fingerprints(self, kind: str) -> Iterable[tuple[TakeId, Fingerprint]]:
        """Yield the mark of every release of a kind: "video", "image" or "audio"."""
        ...

    def consent_status(self, public_hash: str, *, at: datetime) -> str:
        """Return a record's status as ``consent.decide.record_status`` names it; "unknown" when there is none."""
        ...


class NoRecords:
    """A place that knows nothing, for machines that never released anything."""

    def release_of_take(self, _take_id: str) -> PublicRelease | None:
        """Know no take."""
        return None

    def release_of_file(self, _sha256: str) -> PublicRelease | None:
        """Know no file."""
        return None

    def fingerprints(self, _kind: str) -> Iterable[tuple[TakeId, Fingerprint]]:
        """Know no mark."""
        return ()

    def consent_status(self, _public_hash: str, *, at: datetime) -> str:  # noqa: ARG002 - the protocol's shape
        """Know no record."""
        return "unknown"
