"""Opens a film that goes behind a presenter: upright pictures at a constant rate, no sound, or one sentence why not.

As with footage of a person, the file's structure is walked through first (``containers``) and decoding runs in a child
process with limits on memory, processor time and files (``film_child``). Nothing decoded is written to disk.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from pipelines.errors import EvidenceRefusedError, InputInvalidError
from pipelines.intake.containers import ANSWER as STATEMENT_ANSWER
from pipelines.intake.containers import Container, recognise_video
from pipelines.intake.decoding import AnswerLimits, ask_child, check_plain_file
from pipelines.media import ByteArray

ANSWER: Final = "give an MP4, MOV or WebM film of 2 to 120 seconds"

_CHILD: Final = Path(__file__).with_name("film_child.py")
_CODECS: Final = ("h264", "hevc", "vp8", "vp9", "av1", "prores")
_HEAD: Final = struct.Struct(">IHHHH")  # as footage_child sends it; the thumbnail is always absent
_FACTS_MAX: Final = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmLimits:
    """What a film may be, and what its decoding may cost."""

    bytes_max: int = 1_000_000_000
    seconds_min: float = 2.0
    seconds_max: float = 120.0
    long_max: int = 3840
    short_max: int = 2160
    side_min: int = 120
    memory_bytes: int = 4 << 30
    cpu_s: int = 3600
    wall_s: float = 600.0  # of waiting, for one pass


LIMITS: Final = FilmLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A film, opened. ``width`` and ``height`` are of the upright picture with square pixels."""

    path: Path
    width: int
    height: int
    duration_s: float
    container: Container
    start_s: float = field(repr=False)  # of the first picture, in the file's own time
    gap_s: float = field(repr=False)
    limits: FilmLimits = LIMITS

    def frame_count(self, fps: int) -> int:
        """How many pictures one pass has at this rate."""
        return max(1, int(self.duration_s * fps))

    def frames(self, *, width: int, height: int, fps: int) -> Iterator[ByteArray]:
        """Decode one pass: (height, width, 3) uint8 RGB, scaled to cover and cut around the middle.

        Raises:
            InputInvalidError: the file is damaged inside, or its decoding passes a limit.
        """
        share = max((width + 1) / self.width, (height + 1) / self.height)  # one more: sizes are rounded
        size = (round(self.width * share) + 1) * (round(self.height * share) + 1) * 3 + _HEAD.size
        wish = {
            "task": "frames",
            "frame_count": self.frame_count(fps),
            "fps": fps,
            "start_s": self.start_s,
            "gap_s": self.gap_s,
            "width": self.width,
            "height": self.height,
            "share": share,
            "ticks": None,
        }
        content_max = size * self.frame_count(fps) + _FACTS_MAX
        for kind, content in _asked(self.path, self.container, wish, self.limits, size, content_max):
            if kind == b"f":
                yield _cut(content, width, height)


def open_film(path: Path, *, limits: FilmLimits = LIMITS) -> Film:
    """Read every time stamp and the key pictures of a film; damage in between is found by ``Film.frames``.

    Raises:
        InputInvalidError: says what is wrong with the file and what to give instead.
    """
    facts: dict[str, Any] = {}
    try:
        check_plain_file(path, bytes_max=limits.bytes_max, answer=ANSWER)
        container = recognise_video(path)
    except EvidenceRefusedError as e:
        raise _refused(path, e) from e
    for kind, content in _asked(path, container, {"task": "facts"}, limits, _FACTS_MAX, _FACTS_MAX):
        if kind == b"d":
            facts = json.loads(content)
    if not limits.seconds_min <= facts["duration_s"] <= limits.seconds_max:
        raise InputInvalidError(
            f"{path.name} lasts {facts['duration_s']:.1f} seconds, and {limits.seconds_min:.0f} to "
            f"{limits.seconds_max:.0f} are taken behind a presenter; cut it"
        )
    return Film(
        path=path,
        width=int(facts["width"]),
        height=int(facts["height"]),
        duration_s=float(facts["duration_s"]),
        container=container,
        start_s=float(facts["start_s"]),
        gap_s=float(facts["gap_s"]),
        limits=limits,
    )


def _asked(
    path: Path, container: Container, task: dict[str, Any], limits: FilmLimits, message_max: int, content_max: int
) -> Iterator[tuple[bytes, bytes]]:
    wish = task | {
        "container": container,
        "codecs": _CODECS,
        "long_max": limits.long_max,
        "short_max": limits.short_max,
        "side_min": limits.side_min,
        "seconds_max": limits.seconds_max,
        "memory_bytes": limits.memory_bytes,
        "cpu_s": limits.cpu_s,
    }
    answer_limits = AnswerLimits(wall_s=limits.wall_s, message_max=message_max, content_max=content_max)
    try:
        yield from ask_child(_CHILD, path, wish, limits=answer_limits, answer=ANSWER)
    except EvidenceRefusedError as e:
        raise _refused(path, e) from e


def _cut(content: bytes, width: int, height: int) -> ByteArray:
    _, given_width, given_height, _, _ = _HEAD.unpack_from(content)
    whole = np.frombuffer(content, np.uint8, offset=_HEAD.size).reshape(given_height, given_width, 3)
    if given_width < width or given_height < height:
        whole = np.asarray(cv2.resize(whole, (max(width, given_width), max(height, given_height))), dtype=np.uint8)
    left, top = (whole.shape[1] - width) // 2, (whole.shape[0] - height) // 2
    return whole[top : top + height, left : left + width].copy()


def _refused(path: Path, error: EvidenceRefusedError) -> InputInvalidError:
    """The same reason, with what to do about a film where the reason's own advice is for statements."""
    reason = str(error)
    for advice in (STATEMENT_ANSWER, ANSWER):
        reason = reason.removesuffix(f"; {advice}")
    return InputInvalidError(f"{path.name} cannot be the background: {reason}; {ANSWER}")
