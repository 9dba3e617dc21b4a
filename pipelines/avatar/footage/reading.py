"""Opens footage that anybody may have filmed: upright pictures at 25 a second and the sound, or one sentence why not.

As with spoken statements, the file's structure is walked through first (``pipelines.intake.containers``) and decoding
runs in a child process with limits on memory, processor time and files (``pipelines.intake.footage_child``), so that a
decoder's fault is a refusal and not our end. Pictures come over a pipe at full size, one at a time; none is kept.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

import pipelines.intake
from pipelines.errors import EvidenceRefusedError, FootageRefusedError
from pipelines.intake.containers import ANSWER as STATEMENT_ANSWER
from pipelines.intake.containers import Container, recognise_video
from pipelines.intake.decoding import AnswerLimits, ask_child, check_plain_file
from pipelines.media import AudioClip, ByteArray, Float32Array

FPS: Final = 25
THUMBNAIL_PX: Final = 160
SAMPLE_RATE: Final = 16_000  # of Whisper, of the speech detector and of the speaker encoder
ANSWER: Final = "give the MP4, MOV or WebM file straight from the camera, 60 to 180 seconds of one person who speaks"

_CHILD: Final = Path(pipelines.intake.__path__[0], "footage_child.py")
_CODECS: Final = ("h264", "hevc", "vp8", "vp9", "av1", "prores", "aac", "opus", "vorbis", "mp3", "flac", "alac", "pcm_")
_HEAD: Final = struct.Struct(">IHHHH")
_SLACK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageLimits:
    """What footage may be, and what its decoding may cost."""

    bytes_max: int = 4_000_000_000  # three minutes of 4K from a phone are 1.3 GB
    seconds_min: float = 5.0
    seconds_max: float = 300.0
    fps_min: float = 20.0  # lips close for 60 to 120 ms: fewer pictures miss it
    long_max: int = 3840
    short_max: int = 2160
    side_min: int = 120
    memory_bytes: int = 4 << 30  # address space of the child: libraries map 1 GiB, sixteen 4K pictures another
    cpu_s: int = 3600
    wall_s: float = 3600.0  # of waiting, for one pass


LIMITS: Final = FootageLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """Footage of a person, opened; its pictures are decoded anew by each call of ``frames``.

    ``width`` and ``height`` are of the upright picture with square pixels; ``fps`` is always 25 and
    ``frame_count`` pictures last ``duration_s``. ``audio`` is mono at 16 kHz, begins with the first picture and is as
    long as the pictures. ``sha256`` is of the file's bytes, lowercase hex. ``source_fps`` is what the camera gave on
    average; ``gap_s`` is the longest time without a new picture, at ``gap_at_s``. ``sound_s`` says how much sound the
    file really holds; the rest is silence put in.
    """

    path: Path
    width: int
    height: int
    frame_count: int
    duration_s: float
    sha256: str
    audio: AudioClip
    container: Container
    codec: str
    source_fps: float
    gap_s: float
    gap_at_s: float
    sound_s: float
    start_s: float = field(repr=False)  # of the first picture, in the file's own time
    fps: int = FPS
    limits: FootageLimits = LIMITS

    def frames(self) -> Iterator[ByteArray]:
        """Decode all pictures in order: (height, width, 3) uint8 RGB, upright, SDR; each one is the caller's own.

        Close the iterator (or let it go) to stop decoding early.

        Raises:
            FootageRefusedError: the file is damaged inside, or its decoding passes a limit.
        """
        for _, rgb, _ in self._ticks(None):
            assert rgb is not None
            yield rgb

    def survey(self, wished: Collection[int]) -> Iterator[tuple[int, ByteArray | None, ByteArray]]:
        """Go through all pictures once: number, the whole picture where it is ``wished``, and a thumbnail.

        Thumbnails are (height, width) uint8 grey, 160 pixels on the longer side. Raises as ``frames`` does.
        """
        for tick, rgb, thumbnail in self._ticks(sorted(wished)):
            assert thumbnail is not None
            yield tick, rgb, thumbnail

    def _ticks(self, wished: list[int] | None) -> Iterator[tuple[int, ByteArray | None, ByteArray | None]]:
        size = self.width * self.height * 3 + THUMBNAIL_PX**2 + _HEAD.size
        wish = {
            "task": "frames",
            "frame_count": self.frame_count,
            "fps": self.fps,
            "start_s": self.start_s,
            "gap_s": self.gap_s,
            "width": self.width,
            "height": self.height,
            "ticks": wished,
            "thumbnail_px": THUMBNAIL_PX,
        }
        sizes = {"message_max": size, "content_max": size * self.frame_count + _SLACK}
        count = 0
        try:
            for kind, content in _asked(self.path, self.container, wish, limits=self.limits, **sizes):
                if kind == b"f":
                    yield _pictures(content)
                    count += 1
        except EvidenceRefusedError as e:
            raise _refused(e) from e
        if count != self.frame_count:
            raise FootageRefusedError(f"{count} of {self.frame_count} pictures can be decoded; {ANSWER}")


def _pictures(content: bytes) -> tuple[int, ByteArray | None, ByteArray | None]:
    tick, width, height, small_width, small_height = _HEAD.unpack_from(content)
    bytes_ = np.frombuffer(content, np.uint8, offset=_HEAD.size)
    area = width * height * 3
    rgb = bytes_[:area].reshape(height, width, 3).copy() if area else None
    small = bytes_[area:].reshape(small_height, small_width) if small_width else None
    return tick, rgb, small


def open_footage(path: Path, *, limits: FootageLimits = LIMITS) -> Footage:
    """Read the sound, every time stamp and the key pictures of footage.

    Damage between key pictures is found by ``Footage.frames``.

    Args:
        path: MP4, MOV or WebM/Matroska. H.264, HEVC, VP8, VP9, AV1 or ProRes, with sound.
        limits: what is taken.

    Raises:
        FootageRefusedError: says what is wrong with the file and how to film or export instead.
    """
    try:
        check_plain_file(path, bytes_max=limits.bytes_max, answer=ANSWER)
        container = recognise_video(path)
        facts, sound = _facts(path, container, limits)
    except EvidenceRefusedError as e:
        raise _refused(e) from e
    frame_count = max(1, round(facts["duration_s"] * FPS))
    _check(facts, frame_count / FPS, limits)
    waveform, sound_s = _on_the_pictures_clock(sound, facts, frame_count)
    return Footage(
        path=path,
        width=int(facts["width"]),
        height=int(facts["height"]),
        frame_count=frame_count,
        duration_s=frame_count / FPS,
        sha256=_sha256(path),
        audio=AudioClip(waveform=waveform, sample_rate=SAMPLE_RATE),
        container=container,
        codec=str(facts["codec"]),
        source_fps=float(facts["fps"]),
        gap_s=float(facts["gap_s"]),
        gap_at_s=float(facts["gap_at_s"]),
        sound_s=sound_s,
        start_s=float(facts["start_s"]),
        limits=limits,
    )


def _facts(path: Path, container: Container, limits: FootageLimits) -> tuple[dict[str, Any], Float32Array]:
    facts: dict[str, Any] = {}
    sound: list[bytes] = []
    content_max = int((limits.seconds_max + 10) * SAMPLE_RATE * 4) + _SLACK
    sizes = {"message_max": content_max, "content_max": content_max}
    for kind, content in _asked(path, container, {"task": "facts"}, limits=limits, **sizes):
        if kind == b"a":
            sound.append(content)
        elif kind == b"d":
            facts = json.loads(content)
    waveform = np.nan_to_num(np.frombuffer(b"".join(sound), np.float32))
    return facts, np.clip(waveform, -1, 1).astype(np.float32)


def _asked(
    path: Path, container: Container, task: dict[str, Any], *, limits: FootageLimits, message_max: int, content_max: int
) -> Iterator[tuple[bytes, bytes]]:
    wish = task | {
        "container": container,
        "codecs": _CODECS,
        "sample_rate": SAMPLE_RATE,
        "long_max": limits.long_max,
        "short_max": limits.short_max,
        "side_min": limits.side_min,
        "seconds_max": limits.seconds_max,
        "memory_bytes": limits.memory_bytes,
        "cpu_s": limits.cpu_s,
    }
    answer_limits = AnswerLimits(wall_s=limits.wall_s, message_max=message_max, content_max=content_max)
    yield from ask_child(_CHILD, path, wish, limits=answer_limits, answer=ANSWER)


def _check(facts: dict[str, Any], duration_s: float, limits: FootageLimits) -> None:
    if facts["fps"] < limits.fps_min:
        raise FootageRefusedError(
            f"the camera gave {facts['fps']:.1f} pictures a second, and {limits.fps_min:.0f} are the least that shows "
            "lips move; film at 25 or 30, with more light"
        )
    if not limits.seconds_min <= duration_s <= limits.seconds_max:
        raise FootageRefusedError(
            f"the footage lasts {duration_s:.1f} seconds, and {limits.seconds_min:.0f} to {limits.seconds_max:.0f} are "
            f"taken; {ANSWER}"
        )


def _on_the_pictures_clock(sound: Float32Array, facts: dict[str, Any], frame_count: int) -> tuple[Float32Array, float]:
    """The sound from the first picture to the last, and how many seconds of it are in the file.

    Raises:
        FootageRefusedError: the sound ends almost at once.
    """
    late = round(((facts["sound_start_s"] or 0.0) - facts["start_s"]) * SAMPLE_RATE)
    length = frame_count * SAMPLE_RATE // FPS
    begun = np.pad(sound, (late, 0)) if late > 0 else sound[-late:]
    held = min(length, len(begun)) - max(0, late)
    if held < SAMPLE_RATE:
        raise FootageRefusedError(f"the sound stops almost at once; {ANSWER}")
    return np.pad(begun[:length], (0, max(0, length - len(begun)))), held / SAMPLE_RATE


def _refused(error: EvidenceRefusedError) -> FootageRefusedError:
    """The same reason, with what to do about footage where the reason's own advice is for statements."""
    reason = str(error).removesuffix(f"; {ANSWER}")
    if reason.endswith(STATEMENT_ANSWER):
        reason = f"{reason.removesuffix(f'; {STATEMENT_ANSWER}')}; {ANSWER}"
    elif reason != str(error) and ";" not in reason:
        reason = f"{reason}; {ANSWER}"
    return FootageRefusedError(reason)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
