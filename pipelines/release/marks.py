"""The fingerprints of a finished file: of its picture, and of its sound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.compose.encoder import mpeg7_signature
from pipelines.errors import ProvenanceError
from pipelines.provenance.fingerprint import Fingerprint
from pipelines.provenance.iscc import image_fingerprint, video_fingerprint
from pipelines.provenance.melsign import SAMPLE_RATE, audio_fingerprint
from pipelines.provenance.sniff import kind_of
from pipelines.release.listening import decode_sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """``main`` is what a file is looked up by; ``sound`` is there for videos that have any."""

    main: Fingerprint
    sound: Fingerprint | None


def marks_of(path: Path, *, media_type: str) -> Marks:
    """Return the marks of a file.

    Raises:
        EncodeError, ProvenanceError: it cannot be decoded, or is too short to have a mark.
    """
    match kind_of(media_type):
        case "video":
            return Marks(main=video_fingerprint(mpeg7_signature(path)), sound=_sound(path))
        case "image":
            return Marks(main=image_fingerprint(path), sound=None)
        case "audio":
            sound = _sound(path)
            if sound is None:
                raise ProvenanceError(f"{path.name} holds less than a second of sound, too little for a fingerprint")
            return Marks(main=sound, sound=None)
        case other:
            raise ProvenanceError(f"there is no fingerprint for {other}")


def _sound(path: Path) -> Fingerprint | None:
    clip = decode_sound(path, sample_rate=SAMPLE_RATE)
    return audio_fingerprint(clip.waveform) if clip and clip.duration_s >= 1 else None
