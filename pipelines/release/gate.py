"""What the door needs of the place where consent and ledger are kept. The studio's store implements it.

The last decision and the ledger's release entry share one transaction: a revocation either comes first and stops the
file, or comes after and finds it on record.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Protocol

from consent.grant import Grant, RecordId, Sha256Hex, TakeId, TakeRequest
from pipelines.provenance.fingerprint import Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseEntry:
    """What is kept of a released take. No personal data, except through ``record_id``, which is never published.

    ``label_box`` is left, top, width, height of the visible label in pixels.
    """

    take_id: TakeId
    record_id: RecordId
    public_hash: Sha256Hex
    file_sha256: Sha256Hex
    file_name: str
    media_type: str
    fingerprint: Fingerprint
    sound: Fingerprint | None  # of a video's soundtrack: takes of one presenter look alike, and sound tells them apart
    locale: str
    market: str
    channel: str
    format: str
    script_sha256: Sha256Hex
    subject_class: str
    assurance: str
    label_text: str | None
    label_box: tuple[int, int, int, int] | None
    notice_text: str | None
    released_at: datetime

    def to_json(self) -> dict[str, object]:
        """Return plain JSON, for a database."""
        return {
            **asdict(self),
            "fingerprint": self.fingerprint.to_json(),
            "sound": None if self.sound is None else self.sound.to_json(),
            "label_box": None if self.label_box is None else list(self.label_box),
            "released_at": self.released_at.astimezone(UTC).isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReceipt:
    """Proof that a release is on record: its place in the ledger and the signed checkpoint that covers it."""

    entry: ReleaseEntry
    index: int
    checkpoint: str


class GateTransaction(Protocol):
    """One serialised transaction over consent records and ledger."""

    def authorize(self, request: TakeRequest, *, at: datetime) -> Grant:
        """Decide from the stored record and ledger; raise ``ConsentRefusedError`` with every reason."""
        ...

    def append_release(self, entry: ReleaseEntry, *, at: datetime) -> ReleaseReceipt:
        """Write the release entry; raise when the take already has one."""
        ...


class Gate(Protocol):
    """Consent and ledger, as the door sees them."""

    def transaction(self) -> AbstractContextManager[GateTransaction]:
        """Begin; commit on a clean exit; roll everything back on any exception."""
        ...

    def released(self, take_id: TakeId) -> ReleaseReceipt | None:
        """Return the committed release of a take."""
        ...
