"""What a watermark of sound is to the door and to whoever checks a file.

It says that sound was made with AI, and no more: no take, no person, no studio. Where sound came from is the manifest's
and the fingerprint's to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipelines.media import AudioClip


@dataclass(frozen=True, slots=True, kw_only=True)
class WatermarkReading:
    """``confidence`` is the detector's own, 0 to 1; ``is_found`` is its verdict at the engine's threshold."""

    engine: str
    confidence: float
    is_found: bool

    def to_json(self) -> dict[str, object]:
        """Return plain JSON."""
        return {"engine": self.engine, "confidence": round(self.confidence, 3), "found": self.is_found}


class SoundWatermark(Protocol):
    """An engine. Both methods are pure: the same sound gives the same answer."""

    name: str

    def mark(self, clip: AudioClip) -> AudioClip:
        """Return the sound with the mark in it, of the same length, rate and loudness."""
        ...

    def read(self, clip: AudioClip) -> WatermarkReading:
        """Look for the mark."""
        ...
