"""What a finished file is, measured on the file itself: sizes, lengths, codecs, bit rates, loudness, peaks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import av

from pipelines.compose.decoder import probe
from pipelines.errors import EncodeError
from pipelines.release.listening import decode_sound
from pipelines.voice.loudness import integrated_lufs, true_peak_dbtp

_RATE: Final = 48_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a file is. 0, "" and None where it has no such part; ``kbps`` is of the whole file, or of sound alone."""

    kind: Literal["video", "still", "audio"]
    bytes: int
    seconds: float
    width: int
    height: int
    fps: float
    codec: str
    sound_codec: str
    sound_channels: int
    sound_rate: int
    kbps: int
    lufs: float | None
    peak_dbtp: float | None


def measure(path: Path) -> Measured:
    """Measure a released file; raises ``EncodeError`` if it cannot be read."""
    info = probe(path)
    size = path.stat().st_size
    sound = None if info.audio is None else decode_sound(path, sample_rate=_RATE)
    heard = sound is not None and len(sound.waveform) > 0
    if info.kind == "audio":
        kbps = _stream_kbps(path)
    else:
        kbps = round(size * 8 / info.duration_s / 1000) if info.duration_s else 0
    video, audio = info.video, info.audio
    return Measured(
        kind=info.kind,
        bytes=size,
        seconds=round(info.duration_s, 3),
        width=video.width if video else 0,
        height=video.height if video else 0,
        fps=video.fps if video else 0.0,
        codec=video.codec if video else "",
        sound_codec=audio.codec if audio else "",
        sound_channels=audio.channels if audio else 0,
        sound_rate=audio.sample_rate if audio else 0,
        kbps=kbps,
        lufs=round(integrated_lufs(sound.waveform, _RATE), 2) if sound and heard else None,
        peak_dbtp=round(true_peak_dbtp(sound.waveform), 2) if sound and heard else None,
    )


def _stream_kbps(path: Path) -> int:
    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            return round((stream.bit_rate or container.bit_rate or 0) / 1000)
    except (av.error.FFmpegError, OSError) as e:
        raise EncodeError(f"{path.name} cannot be read as media: {e}") from e
