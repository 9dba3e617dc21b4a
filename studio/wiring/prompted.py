"""The voice page's ears: one sentence, just recorded, listened to with the real nets.

They load at the first sentence and stay; one sentence is listened to at a time. Nothing of the person stays.
"""

from __future__ import annotations

import io
import threading
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pipelines.voice.recordings.report import Check
from studio.requests.voicing import SECONDS_MAX, HeardVoice, VoiceFault

if TYPE_CHECKING:
    from pipelines.media import AudioClip
    from pipelines.voice.recordings.checks import Ears
    from pipelines.weights.store import WeightsStore

_SECONDS_MIN: Final = 0.3  # less is a slip of the finger, and said to be too short
_SECONDS_SLACK: Final = 5.0  # the browser stops a little late
_INTO_16_BITS: Final = 32_767

FAULTS: Final[Mapping[Check, VoiceFault]] = MappingProxyType(
    {
        Check.SPEECH: "short",
        Check.LEVEL: "quiet",
        Check.CLIPPING: "loud",
        Check.NOISE: "noisy",
        Check.HUM: "noisy",
        Check.ECHO: "echo",
        Check.BAND: "thin",
        Check.WORDS: "words",
        Check.WHO_CONSENTED: "other",
    }
)


class PromptedEars:
    """Implements ``studio.requests.voicing.Hear``."""

    def __init__(self, open_: Callable[[], Ears]) -> None:
        self._open = open_
        self._ears: Ears | None = None
        self._lock = threading.Lock()

    def __call__(self, path: Path, prompt: str, language: str, statement: Path | None) -> HeardVoice:
        """Listen to one sentence.

        Raises:
            EvidenceRefusedError: the file is no recording that can be taken in.
            WeightsError: a net is not installed.
        """
        from pipelines.intake.recording import CaptureLimits, read_sound  # noqa: PLC0415 - needs the engines extra
        from pipelines.voice.recordings.checks import check_recording, known_voice  # noqa: PLC0415 - as above

        limits = CaptureLimits(seconds_min=_SECONDS_MIN, seconds_max=SECONDS_MAX + _SECONDS_SLACK)
        clip = read_sound(path, limits=limits)
        consent = None if statement is None else read_sound(statement)
        with self._lock:
            self._ears = self._ears or self._open()
            report = check_recording(
                clip,
                prompt=prompt,
                language=language,
                ears=self._ears,
                consented=None if consent is None else known_voice(consent, self._ears),
            )
        return HeardVoice(faults=tuple(dict.fromkeys(FAULTS[one.check] for one in report.faults)), wave=as_wave(clip))


def hear_prompted(weights: WeightsStore) -> PromptedEars:
    """The ears of this studio; nothing loads yet."""

    def opened() -> Ears:
        from pipelines.voice.recordings.checks import open_ears  # noqa: PLC0415 - needs the engines extra

        return open_ears(weights)

    return PromptedEars(opened)


def prompts_of(language: str) -> tuple[str, ...]:
    """The sentences that are read in a language."""
    from pipelines.voice.recordings.prompts import load_prompts  # noqa: PLC0415 - with the rest of the room

    return load_prompts(language).sentences


def as_wave(clip: AudioClip) -> bytes:
    """A clip as a WAV file of 16 bits."""
    import numpy as np  # noqa: PLC0415 - needs the engines extra

    packed = io.BytesIO()
    with wave.open(packed, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(clip.sample_rate)
        out.writeframes(np.round(np.clip(clip.waveform, -1, 1) * _INTO_16_BITS).astype("<i2").tobytes())
    return packed.getvalue()
