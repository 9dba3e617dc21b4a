"""What was found in recordings: each check with what was measured, what it was held against, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.media import AudioClip
    from pipelines.speech.activity import Span


class Check(StrEnum):
    """What is looked at, first in one recording, then in all together."""

    SPEECH = "speech"  # somebody speaks, for long enough
    LEVEL = "level"
    CLIPPING = "clipping"
    NOISE = "noise"
    HUM = "hum"
    ECHO = "echo"
    BAND = "band"  # a telephone or headset that passes half of the voice
    WORDS = "words"
    ONE_PERSON = "one_person"
    WHO_CONSENTED = "who_consented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One check. ``source`` says where the bar comes from; ``advice`` what to record again and how, empty if it holds.

    ``value`` and ``bar`` are in the check's own unit; None where there was nothing to measure.
    """

    check: Check
    value: float | None
    bar: float
    holds: bool
    source: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingReport:
    """What one recording is worth. ``spans`` is where somebody speaks; ``heard`` is what whisper wrote down."""

    measures: tuple[Measure, ...]
    spans: tuple[Span, ...]
    speech_s: float
    heard: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether every check holds."""
        return all(one.holds for one in self.measures)

    @property
    def faults(self) -> tuple[Measure, ...]:
        """The checks that do not hold."""
        return tuple(one for one in self.measures if not one.holds)

    def value(self, check: Check) -> float | None:
        """What a check measured; None if it was not run."""
        return next((one.value for one in self.measures if one.check is check), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReport:
    """What all recordings together are worth.

    ``recordings`` are by name; ``used`` are the names of those that are good enough, in order. ``measures`` are of the
    whole set, without the recordings that are left out.
    """

    recordings: Mapping[str, RecordingReport]
    used: tuple[str, ...]
    measures: tuple[Measure, ...]
    speech_s: float

    @property
    def is_good(self) -> bool:
        """Whether what is left is enough, and of one person, the one who consented."""
        return all(one.holds for one in self.measures)

    @property
    def summary(self) -> Mapping[str, float]:
        """The set's own numbers, and the medians of what its used recordings measured; for a report."""
        found = {one.check.value: round(one.value, 3) for one in self.measures if one.value is not None}
        for check in (Check.LEVEL, Check.NOISE, Check.ECHO, Check.BAND, Check.WORDS):
            values = sorted(v for name in self.used if (v := self.recordings[name].value(check)) is not None)
            if values:
                found[f"{check.value}_median"] = round(values[len(values) // 2], 3)
        return MappingProxyType({**found, "left_out": float(len(self.recordings) - len(self.used))})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recorded:
    """One recording at 16 kHz. ``prompt`` is what should be said in it, None if nobody wrote it down."""

    name: str
    clip: AudioClip
    prompt: str | None = None
