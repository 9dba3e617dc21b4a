"""The answer to "what is this file?", for people and for machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class VerdictKind(StrEnum):
    """The five answers."""

    AUTHENTIC = "authentic"  # released here, unchanged, consent not withdrawn
    REVOKED = "revoked"  # released here, unchanged, and the consent was withdrawn since
    ALTERED = "altered"  # says it comes from here, but was changed
    STRIPPED = "stripped"  # no manifest, but it looks or sounds like a release of ours
    UNKNOWN = "unknown"  # nothing here connects it with us, or what does cannot be relied on


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A verdict and everything it rests on. ``summary`` is written for people; the dicts are plain JSON."""

    verdict: VerdictKind
    summary: str
    media_type: str | None
    take_id: str | None = None
    manifest: dict[str, object] = field(default_factory=dict)
    label: dict[str, object] = field(default_factory=dict)
    fingerprint: dict[str, object] = field(default_factory=dict)
    watermark: dict[str, object] = field(default_factory=lambda: {"checked": False})
    consent: dict[str, object] = field(default_factory=dict)
    ledger: dict[str, object] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return plain JSON."""
        return {
            "verdict": self.verdict.value,
            "summary": self.summary,
            "media_type": self.media_type,
            "take": self.take_id,
            "manifest": self.manifest,
            "label": self.label,
            "fingerprint": self.fingerprint,
            "watermark": self.watermark,
            "consent": self.consent,
            "ledger": self.ledger,
        }
