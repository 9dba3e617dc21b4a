"""Looking into strangers' files: fingerprints and labels. Needs the engines; ``verify`` works without, and says less.

Decoders choose by a file's name in places, so they are given a link whose ending is what the first bytes showed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pipelines.compose.decoder import decode_frames
from pipelines.disclosure.channel import load_channel
from pipelines.disclosure.fonts import FontSet
from pipelines.disclosure.label import draw_label, label_for
from pipelines.disclosure.market import load_market
from pipelines.disclosure.presence import label_is_present
from pipelines.disclosure.watermark.sound import WatermarkReading
from pipelines.errors import PipelineError
from pipelines.provenance.sniff import kind_of
from pipelines.release.formats import parse_take_format
from pipelines.release.gate import ReleaseEntry
from pipelines.release.marks import Marks, marks_of
from pipelines.release.records import PublicRelease
from pipelines.release.watermarking import WatermarkSource, heard_in, no_watermark

_SUFFIXES: Final = {
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-msvideo": ".avi",
    "audio/mp4": ".m4a",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
}
_SHARES: Final = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaExaminer:
    """Decodes files to compare them with what is on record. Without ``fonts`` labels are not looked for."""

    fonts: FontSet | None
    engine: WatermarkSource = no_watermark

    def watermark(self, path: Path, *, media_type: str) -> WatermarkReading | None:
        """Whether an imperceptible mark of AI is in the sound; None without an engine, or without sound."""
        if kind_of(media_type) == "image" or (engine := self.engine()) is None:
            return None
        with _named(path, media_type) as link:
            return heard_in(link, engine)

    def marks(self, path: Path, *, media_type: str) -> Marks:
        """Return the fingerprints of a file; raises ``PipelineError`` when it cannot be decoded."""
        with _named(path, media_type) as link:
            return marks_of(link, media_type=media_type)

    def label_seen(self, path: Path, *, media_type: str, release: PublicRelease) -> bool | None:
        """Whether the recorded label is in the first, middle and last frame; None when that cannot be told.

        It cannot be told for sound, for a copy of another size, or when the wording has changed since.
        """
        entry = release.entry
        if self.fonts is None or entry.label_box is None or kind_of(media_type) == "audio":
            return None
        try:
            return self._label_seen(path, media_type, entry, self.fonts)
        except PipelineError:
            return None

    def _label_seen(self, path: Path, media_type: str, entry: ReleaseEntry, fonts: FontSet) -> bool | None:
        size = parse_take_format(entry.format)
        spec = label_for(
            load_market(entry.market),
            load_channel(entry.channel),
            locale=entry.locale,
            subject_class=entry.subject_class,
            width=size.width,
            height=size.height,
        )
        drawn = draw_label(spec, fonts, reserved=())
        if spec.text != entry.label_text or entry.label_box is None:
            return None
        x, y, width, height = entry.label_box
        if (drawn.box.width, drawn.box.height) != (width, height):
            return None
        plate = replace(drawn, plate=replace(drawn.plate, x=x, y=y))
        with _named(path, media_type) as link:
            frames = decode_frames(link, _SHARES)
        if any(frame.shape[:2] != (size.height, size.width) for frame in frames):
            return None
        return all(label_is_present(frame, plate).present for frame in frames)


@contextmanager
def _named(path: Path, media_type: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sayso-verify-") as folder:
        link = Path(folder) / f"file{_SUFFIXES.get(media_type, '')}"
        link.symlink_to(path.resolve())
        yield link
