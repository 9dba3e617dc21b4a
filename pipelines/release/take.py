"""What the door is told of a take beside its scene, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consent.grant import Sha256Hex, TakeId, TakeRequest
from pipelines.provenance.fingerprint import Fingerprint
from pipelines.release.gate import ReleaseReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeProvenance:
    """How a take was made.

    ``request`` is what it was made from; ``model_cards`` are all model cards that voice and avatar used;
    ``voice_profile`` and ``face_profile`` are the salted hashes of the fitted voice and of the twin of a person;
    ``translated_from`` is the BCP 47 tag of the script it was translated from; ``producer`` is the controller's name,
    which is published where a market asks for it, and never the subject's. ``background_is_painted``: what is behind
    the presenter was generated from words.
    """

    request: TakeRequest
    model_cards: tuple[str, ...]
    translated_from: str | None = None
    producer: str = ""
    voice_profile: Sha256Hex | None = None
    face_profile: Sha256Hex | None = None
    background_is_painted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """One step of the door: its name, how long it took, and what it found."""

    name: str
    seconds: float
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A take that left. ``resumed`` says that only the move was left to do, after an interruption."""

    take_id: TakeId
    path: Path
    captions: tuple[Path, ...]
    file_sha256: Sha256Hex
    bytes: int
    media_type: str
    fingerprint: Fingerprint
    receipt: ReleaseReceipt
    label_text: str | None
    notice_text: str | None
    steps: tuple[StepReport, ...]
    resumed: bool

    def to_json(self) -> dict[str, object]:
        """Return plain JSON."""
        return {
            "take": self.take_id,
            "path": str(self.path),
            "captions": [str(path) for path in self.captions],
            "file_sha256": self.file_sha256,
            "bytes": self.bytes,
            "media_type": self.media_type,
            "fingerprint": self.fingerprint.to_json(),
            "ledger": {"index": self.receipt.index, "checkpoint": self.receipt.checkpoint},
            "label": self.label_text,
            "notice": self.notice_text,
            "steps": [{"name": s.name, "seconds": round(s.seconds, 3), "detail": s.detail} for s in self.steps],
            "resumed": self.resumed,
        }
