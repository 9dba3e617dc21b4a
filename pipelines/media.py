"""Typed clips: what the steps of a take hand to each other. Units are in the names; arrays say their shape.

Nothing here reads or writes files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import Box

Float32Array = NDArray[np.float32]
ByteArray = NDArray[np.uint8]

Progress = Callable[[float], None]  # called with the share done, 0.0 to 1.0
CancelCheck = Callable[[], None]  # returns to go on, raises CancelledError to stop


def no_progress(_share: float) -> None:
    """Ignore progress."""


def never_cancel() -> None:
    """Go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioClip:
    """Mono sound. ``waveform`` is (time,) float32 in [-1, 1]; ``sample_rate`` is in Hz."""

    waveform: Float32Array
    sample_rate: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.waveform) / self.sample_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A word, phoneme or line of text on the clip's clock, in seconds."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A spoken script: 24 kHz or more, loudness already at target, words and phonemes on its clock.

    ``words`` are as written in the script (for subtitles), in order, covering all of it. For scripts without spaces
    (ja, zh) a word is the smallest unit that a subtitle line may break after.
    ``phonemes`` are the engine's own symbols (IPA for Kokoro). ``agreed`` is the script as the grant has it, where that
    says more than ``text``: what is heard as well as what is shown.
    """

    audio: AudioClip
    text: str
    locale: str  # BCP 47
    voice: str  # "kokoro:af_heart"
    words: tuple[Timed, ...]
    phonemes: tuple[Timed, ...]
    cards: tuple[str, ...]  # ids of the model cards used
    agreed: str = ""  # empty: the text itself

    @property
    def script(self) -> str:
        """What the consent is asked about."""
        return self.agreed or self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """One picture of one person. ``rgb`` is (height, width, 3) uint8; ``sha256`` is of the file's bytes, lowercase hex.

    ``anchors`` are exact lid and lip points that an illustrator knows, in pixels; empty for photographs. Each is the
    mesh index of the point as text, x and y. ``alpha`` is the matte that the picture brings, (height, width) uint8.
    """

    rgb: ByteArray
    sha256: str
    path: Path
    anchors: tuple[tuple[str, float, float], ...] = ()
    alpha: ByteArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionTrack:
    """How a face moves, one row per video frame. Every array is (frame,) float32.

    ``jaw``, ``upper_lip`` and the head's ``dx``, ``dy``, ``yaw``, ``pitch`` are in eye distances (outer corner to outer
    corner); ``wide`` is -1 (rounded) to 1 (spread); ``blink`` is 0 (open) to 1 (shut); ``roll`` is in radians. ``brow``
    is 0 (rest) to 1 (raised); ``breath`` is -1 (out) to 1 (in).
    """

    fps: int
    jaw: Float32Array
    wide: Float32Array
    upper_lip: Float32Array
    blink: Float32Array
    dx: Float32Array
    dy: Float32Array
    yaw: Float32Array
    pitch: Float32Array
    roll: Float32Array
    brow: Float32Array
    breath: Float32Array

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return len(self.jaw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a presenter stands in a frame.

    ``background`` is (height, width, 3) uint8 and sets the frame's size. ``eye_line`` is where the eyes are: a share of
    the frame's height from the top; ``eye_distance`` (outer corner to outer corner) is a share of the frame's height;
    ``centre_x`` is the middle of the face as a share of the width. ``film`` is there when the background moves: each
    call begins anew and yields pictures without end, the first one like ``background``; the caller owns each one.
    """

    background: ByteArray
    eye_line: float
    eye_distance: float
    centre_x: float
    film: Callable[[], Iterator[ByteArray]] | None = None


class FrameSource(Protocol):
    """Frames that are made when asked for, so that no unlabelled picture of a person is ever kept on disk."""

    @property
    def width(self) -> int:
        """In pixels."""
        ...

    @property
    def height(self) -> int:
        """In pixels."""
        ...

    @property
    def fps(self) -> int:
        """Frames per second."""
        ...

    @property
    def frame_count(self) -> int:
        """How many frames there are."""
        ...

    def frames(self) -> Iterator[ByteArray]:
        """Yield ``frame_count`` pictures, (height, width, 3) uint8 RGB; the caller owns each one and may draw on it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A composed take before disclosure: frames and sound that only the release door may encode.

    ``reserved`` are the boxes (subtitles, logo) that the label must not touch; ``captions`` are the subtitle lines.
    A still has no audio; an audio-only take has no frames.
    """

    frames: FrameSource | None
    audio: AudioClip | None
    captions: tuple[Timed, ...]
    reserved: tuple[Box, ...]
    locale: str
