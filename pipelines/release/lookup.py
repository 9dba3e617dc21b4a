"""Finding a file's release by how it looks and sounds, when its manifest is gone or cannot be relied on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from consent.grant import TakeId
from pipelines.errors import PipelineError
from pipelines.provenance.fingerprint import THRESHOLDS, Fingerprint, distance
from pipelines.release.records import PublicRecords, PublicRelease

if TYPE_CHECKING:
    from pipelines.disclosure.watermark.sound import WatermarkReading  # numpy, which a base install has not

NO_EXAMINER: Final = "the engines are not installed here; run: pip install 'sayso[engines]'"


class FileMarks(Protocol):
    """The marks of a file: its main one, and that of a video's sound."""

    @property
    def main(self) -> Fingerprint: ...  # noqa: D102 - said above
    @property
    def sound(self) -> Fingerprint | None: ...  # noqa: D102 - said above


class Examiner(Protocol):
    """What needs decoders. ``examine.MediaExaminer`` is the real one."""

    def marks(self, path: Path, *, media_type: str) -> FileMarks:
        """Return the fingerprints of a file; raise ``PipelineError`` when it cannot be decoded."""
        ...

    def watermark(self, path: Path, *, media_type: str) -> WatermarkReading | None:
        """Whether an imperceptible mark of AI is in the sound; None where that cannot be told."""
        ...

    def label_seen(self, path: Path, *, media_type: str, release: PublicRelease) -> bool | None:
        """Whether the recorded label is in the picture; None when that cannot be told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A release that looks or sounds like the file. ``sound_distance`` is None where there is nothing to compare."""

    take_id: TakeId
    distance: float
    sound_distance: float | None

    @property
    def sound_fits(self) -> bool | None:
        """Whether the sound is that of the release."""
        return None if self.sound_distance is None else self.sound_distance <= THRESHOLDS["audio"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What the search found: the best match of how many, or why there was no search."""

    kind: str | None
    match: Match | None
    candidates: int
    reason: str = ""

    def to_json(self) -> dict[str, object]:
        """Return plain JSON."""
        if self.kind is None:
            return {"checked": False, "reason": self.reason}
        answer: dict[str, object] = {
            "checked": True,
            "kind": self.kind,
            "matches": self.match is not None,
            "candidates": self.candidates,
        }
        if self.match:
            answer |= {
                "take": self.match.take_id,
                "distance": round(self.match.distance, 4),
                "sound_fits": self.match.sound_fits,
            }
        return answer


def look_up(path: Path, *, media_type: str, examiner: Examiner | None, records: PublicRecords) -> Lookup:
    """Search the releases for the file; never raises for a bad file."""
    if examiner is None:
        return Lookup(kind=None, match=None, candidates=0, reason=NO_EXAMINER)
    try:
        marks = examiner.marks(path, media_type=media_type)
    except (PipelineError, OSError) as e:
        return Lookup(kind=None, match=None, candidates=0, reason=str(e))
    found = [
        Match(take_id=take_id, distance=far, sound_distance=_sound_distance(marks, take_id, records.release_of_take))
        for take_id, mark in records.fingerprints(marks.main.kind)
        if (far := distance(marks.main, mark)) <= THRESHOLDS[marks.main.kind]
    ]
    # One presenter's takes look alike: sound decides where there is any, then the picture.
    best = min(
        found,
        key=lambda one: (one.sound_distance if one.sound_distance is not None else 1.0, one.distance),
        default=None,
    )
    return Lookup(kind=marks.main.kind, match=best, candidates=len(found))


def _sound_distance(
    marks: FileMarks, take_id: TakeId, release_of_take: Callable[[str], PublicRelease | None]
) -> float | None:
    release = release_of_take(take_id)
    if marks.sound is None or release is None or release.entry.sound is None:
        return None
    return distance(marks.sound, release.entry.sound)
