"""Forced alignment: when each word and phoneme of a known text is said in a recording.

A voice whose times are exact says the same text; its speech is laid over the recording (``warping``), and its times go
along. Where a pause can be heard beside a word, the sound decides. For voices of engines that tell no times, and for
recordings of people. Source of the way: Malfrère, Dutoit 1997; measurements in docs/voices.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Float32Array, Speech, Timed
from pipelines.voice.timing.warping import HOP_S, warp

DISTANCE_MAX: Final = 0.75  # the same words stay below .73; most other texts are above
_SNAP_S: Final = 0.08  # how far a word's edge may be moved to the edge of a pause
_PAUSE_MIN_S: Final = 0.12  # a shorter quiet may be a stop's closure
_STEP_S: Final = 0.005
_QUIET_DB: Final = -32.0  # against the loud parts, above the room's own noise where that is louder


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Words and phonemes of the text on the recording's clock; ``distance`` says how alike the two readings are."""

    words: tuple[Timed, ...]
    phonemes: tuple[Timed, ...]
    distance: float


def align(audio: AudioClip, *, reference: Speech) -> Alignment:
    """Find the times of a text in a recording of it, 90 s at most.

    Args:
        audio: The recording, at any rate.
        reference: The same text, spoken by an engine with exact times, about as fast.

    Raises:
        InputInvalidError: The recording is too long or too short, or says something else.
    """
    places, distance = warp(reference.audio, audio)
    if distance > DISTANCE_MAX:
        raise InputInvalidError(
            f"the recording does not say {reference.text[:60]!r} (distance {distance:.2f}, {DISTANCE_MAX} at most); "
            "give the text that is said in it"
        )
    pauses = heard_pauses(audio)
    words = _snapped(_moved(reference.words, places), pauses)
    phonemes = _snapped(_moved(reference.phonemes, places), pauses)
    return Alignment(words=words, phonemes=phonemes, distance=distance)


def heard_pauses(audio: AudioClip) -> tuple[tuple[float, float], ...]:
    """Where nothing is said for 0.12 s or longer, in seconds; the quiet before and after all speech too."""
    size = round(_STEP_S * audio.sample_rate)
    count = len(audio.waveform) // size
    power = np.mean(np.square(audio.waveform[: count * size].reshape(count, size).astype(np.float64)), axis=1)
    level = 10 * np.log10(np.convolve(power, np.ones(3) / 3, mode="same") + 1e-12)
    loud, floor = np.percentile(level, 95), np.percentile(level, 2)
    bar = max(loud + _QUIET_DB, min(floor + 6.0, loud - 20.0))
    quiet = np.concatenate([[False], level < bar, [False]]).astype(np.int8)
    flips = np.flatnonzero(np.diff(quiet))
    spans = zip(flips[::2] * _STEP_S, flips[1::2] * _STEP_S, strict=True)
    return tuple((float(start), float(end)) for start, end in spans if end - start >= _PAUSE_MIN_S)


def _moved(timed: Sequence[Timed], places: Float32Array) -> tuple[Timed, ...]:
    """The reference's times on the recording's clock; a start is never after its end."""
    clock = np.arange(len(places)) * HOP_S
    made: list[Timed] = []
    for one in timed:
        start, end = (float(np.interp(t, clock, places)) for t in (one.start_s, one.end_s))
        made.append(Timed(text=one.text, start_s=start, end_s=max(start, end)))
    return tuple(made)


def _snapped(timed: Sequence[Timed], pauses: Sequence[tuple[float, float]]) -> tuple[Timed, ...]:
    """Starts moved to where a pause ends, ends to where one begins, where one is near; order is kept."""
    starts = np.array([end for _, end in pauses] or [np.inf])
    ends = np.array([start for start, _ in pauses] or [np.inf])
    made: list[Timed] = []
    clock = 0.0
    for one in timed:
        start, end = _nearest(one.start_s, starts), _nearest(one.end_s, ends)
        if end <= start:
            start, end = one.start_s, one.end_s
        start = max(start, clock)
        clock = max(start, end)
        made.append(Timed(text=one.text, start_s=start, end_s=clock))
    return tuple(made)


def _nearest(time_s: float, edges: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    found = float(edges[np.argmin(np.abs(edges - time_s))])
    return found if abs(found - time_s) <= _SNAP_S else time_s
