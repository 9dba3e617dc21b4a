"""Step 4 of the door: the mark in the sound, and looking for it in a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

from pipelines.disclosure.watermark.sound import SoundWatermark, WatermarkReading
from pipelines.errors import PipelineError
from pipelines.release.disclosing import Disclosed
from pipelines.release.listening import decode_sound

WatermarkSource: TypeAlias = Callable[[], SoundWatermark | None]  # None: the engine's weights are not installed

_RATE: Final = 32_000
_HEARD_S: Final = 120.0  # of a stranger's file; the mark is everywhere or nowhere


def no_watermark() -> None:
    """No engine is installed."""


def watermarked(disclosed: Disclosed, engine: SoundWatermark | None) -> tuple[Disclosed, str]:
    """Put the mark into the sound of a take; the second value says in words what was done.

    Sound in which the mark cannot be found again at once (a second of a jingle) is left as it was: nothing is claimed
    that a stranger could not check.
    """
    if disclosed.audio is None:
        return disclosed, "none applied: there is no sound"
    if engine is None:
        return disclosed, "none applied: no watermark engine is installed; the manifest claims none"
    marked = engine.mark(disclosed.audio)
    reading = engine.read(marked)
    if not reading.is_found:
        return disclosed, f"none applied: {engine.name} does not hold in this sound ({reading.confidence:.2f})"
    return replace(disclosed, audio=marked, watermark=engine.name), f"{engine.name}, heard at {reading.confidence:.2f}"


def heard_in(path: Path, engine: SoundWatermark) -> WatermarkReading | None:
    """Look for the mark in the first minutes of a file; None where there is no sound that can be decoded."""
    try:
        clip = decode_sound(path, sample_rate=_RATE, first_s=_HEARD_S)
    except PipelineError:
        return None
    return None if clip is None else engine.read(clip)
