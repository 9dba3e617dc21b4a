"""Takes in a recording that anybody may have made: pictures and sound come out, or a sentence that says why not.

The file's structure is walked through first (``containers``); decoding runs in a child process with limits on memory,
processor time and files (``recording_child``), so that a decoder's fault is a refusal and not our end. No decoded
picture and no sound is written to disk.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipelines.errors import EvidenceRefusedError
from pipelines.intake.containers import ANSWER, Container, recognise_sound, recognise_video
from pipelines.intake.decoding import AnswerLimits, ask_child, check_plain_file
from pipelines.media import AudioClip, ByteArray, Float32Array

SAMPLE_RATE: Final = 16_000  # of Whisper and of the speaker encoder
FRAMES_PER_S: Final = 5
SIDE_PX: Final = 640

_CHILD: Final = Path(__file__).with_name("recording_child.py")
_VIDEO_CODECS: Final = ("vp8", "vp9", "av1", "h264", "hevc")
_SOUND_CODECS: Final = ("opus", "aac", "vorbis", "pcm_")
_ENROLLED_CODECS: Final = (*_SOUND_CODECS, "flac", "mp3")
_MESSAGE_MAX: Final = SIDE_PX * SIDE_PX * 3 + 64
_CONTENT_MAX: Final = 1 << 30  # 90 s of frames are 0.55 GB


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureLimits:
    """What a recording may be, and what its decoding may cost."""

    bytes_max: int = 200_000_000
    seconds_min: float = 3.0
    seconds_max: float = 90.0
    side_min: int = 120  # a smaller face cannot be compared
    side_max: int = 4096
    memory_bytes: int = 3 << 30  # address space of the child: the libraries alone map 1 GiB
    cpu_s: int = 180
    wall_s: float = 300.0


LIMITS: Final = CaptureLimits()
ENROLLED_LIMITS: Final = CaptureLimits(seconds_max=600.0)  # a voice recording may be long


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A recorded statement, decoded.

    ``audio`` is mono at 16 kHz; ``frames`` is (n, height, width, 3) uint8 RGB at about 5 per second, upright, not
    mirrored, 640 pixels on the longer side at most; ``times_s`` is (n,) float32, from the first frame on.
    """

    audio: AudioClip
    frames: ByteArray
    times_s: Float32Array
    duration_s: float
    width: int
    height: int
    container: Container
    codecs: tuple[str, ...]


def read_capture(path: Path, *, limits: CaptureLimits = LIMITS) -> Capture:
    """Decode a recorded statement.

    Raises:
        EvidenceRefusedError: it is too big, too long, too short, no video with sound, damaged, or more than a video.
    """
    check_plain_file(path, bytes_max=limits.bytes_max, answer=ANSWER)
    container = recognise_video(path)
    return _read(path, container, limits=limits, codecs=(*_VIDEO_CODECS, *_SOUND_CODECS), pictures=True)


def read_sound(path: Path, *, limits: CaptureLimits = ENROLLED_LIMITS) -> AudioClip:
    """Decode the sound of an enrolled voice recording: WAV, FLAC, OGG, MP3, or the sound of a video.

    Raises:
        EvidenceRefusedError: as for ``read_capture``.
    """
    check_plain_file(path, bytes_max=limits.bytes_max, answer=ANSWER)
    container = recognise_sound(path)
    return _read(path, container, limits=limits, codecs=_ENROLLED_CODECS, pictures=False).audio


def _read(
    path: Path, container: Container, *, limits: CaptureLimits, codecs: tuple[str, ...], pictures: bool
) -> Capture:
    wish = {
        "container": container,
        "codecs": codecs,
        "pictures": pictures,
        "sample_rate": SAMPLE_RATE,
        "fps": FRAMES_PER_S,
        "side_px": SIDE_PX,
        "side_min": limits.side_min,
        "side_max": limits.side_max,
        "seconds_max": limits.seconds_max,
        "memory_bytes": limits.memory_bytes,
        "cpu_s": limits.cpu_s,
    }
    facts: dict[str, Any] = {}
    frames: list[ByteArray] = []
    times: list[float] = []
    sound: list[bytes] = []
    answer_limits = AnswerLimits(wall_s=limits.wall_s, message_max=_MESSAGE_MAX, content_max=_CONTENT_MAX)
    for kind, content in ask_child(_CHILD, path, wish, limits=answer_limits, answer=ANSWER):
        if kind in {b"i", b"d"}:
            facts |= json.loads(content)
        elif kind == b"f":
            at_s, width, height = struct.unpack_from(">dHH", content)
            frames.append(np.frombuffer(content, np.uint8, offset=12).reshape(height, width, 3))
            times.append(at_s)
        else:
            sound.append(content)
    duration_s = float(facts["duration_s"])
    waveform = np.frombuffer(b"".join(sound), np.float32)
    _check_length(duration_s, waveform, limits=limits, needs_frames=pictures, frame_count=len(frames))
    return Capture(
        audio=AudioClip(waveform=np.clip(np.nan_to_num(waveform), -1, 1), sample_rate=SAMPLE_RATE),
        frames=np.stack(frames) if frames else np.zeros((0, 0, 0, 3), np.uint8),
        times_s=np.asarray(times, np.float32),
        duration_s=duration_s,
        width=frames[0].shape[1] if frames else 0,
        height=frames[0].shape[0] if frames else 0,
        container=container,
        codecs=tuple(str(name) for name in facts["codecs"]),
    )


def _check_length(
    duration_s: float, waveform: Float32Array, *, limits: CaptureLimits, needs_frames: bool, frame_count: int
) -> None:
    if not limits.seconds_min <= duration_s <= limits.seconds_max:
        raise EvidenceRefusedError(
            f"the recording lasts {duration_s:.1f} seconds, and {limits.seconds_min:.0f} to {limits.seconds_max:.0f} "
            f"are needed; {ANSWER}"
        )
    if len(waveform) < limits.seconds_min * SAMPLE_RATE or (needs_frames and frame_count < limits.seconds_min):
        raise EvidenceRefusedError(f"the pictures or the sound stop almost at once; {ANSWER}")
