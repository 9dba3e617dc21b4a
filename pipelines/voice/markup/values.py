"""What the attributes of SSML say, in numbers. Its named steps have our sizes: SSML leaves them to the engine."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipelines.voice.markup.source import Element
from pipelines.voice.script.manner import Manner

_RATES: Final = {"x-slow": 0.7, "slow": 0.85, "medium": 1.0, "default": 1.0, "fast": 1.2, "x-fast": 1.4}
_PITCHES_ST: Final = {"x-low": -4.0, "low": -2.0, "medium": 0.0, "default": 0.0, "high": 2.0, "x-high": 4.0}
_VOLUMES_DB: Final = {"x-soft": -9.0, "soft": -4.5, "medium": 0.0, "default": 0.0, "loud": 3.0, "x-loud": 6.0}
_PAUSES_S: Final = {"none": 0.0, "x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.7, "x-strong": 1.2}

PAUSE_S_MAX: Final = 5.0  # as of "[pause 5s]" in a plain script
RATE_MIN, RATE_MAX = 0.5, 2.0
PITCH_ST_MAX: Final = 6.0
VOLUME_DB_MIN, VOLUME_DB_MAX = -12.0, 6.0

# A stressed word is longer, higher and louder (Fry 1955, JASA 27; Sluijter & van Heuven 1996, JASA 100).
EMPHASIS: Final[Mapping[str, Manner]] = MappingProxyType(
    {
        "strong": Manner(rate=0.82, pitch_st=2.5, energy=1.5, gain_db=1.0),
        "moderate": Manner(rate=0.9, pitch_st=1.5, energy=0.8),
        "reduced": Manner(rate=1.08, pitch_st=-1.0, energy=-0.8),
        "none": Manner(),
    }
)


def emphasis_of(element: Element) -> Manner:
    """Return what ``<emphasis>`` asks for; "moderate" without a level, as the standard says."""
    level = element.attributes.get("level", "moderate")
    if level not in EMPHASIS:
        raise element.place.refused(f"level is {level!r}; choose one of: {', '.join(EMPHASIS)}")
    return EMPHASIS[level]


def prosody_of(element: Element) -> Manner:
    """Return what ``<prosody>`` asks for."""
    if not element.attributes:
        raise element.place.refused("<prosody> changes nothing; give it a rate, pitch or volume")
    rate, pitch, volume = (element.attributes.get(name, "default") for name in ("rate", "pitch", "volume"))
    return Manner(rate=_rate(element, rate), pitch_st=_pitch(element, pitch), gain_db=_volume(element, volume))


def pause_of(element: Element) -> float:
    """Return the seconds that ``<break>`` asks for; "medium" if it says nothing."""
    written = element.attributes.get("time")
    strength = element.attributes.get("strength", "medium")
    if strength not in _PAUSES_S:
        raise element.place.refused(f"strength is {strength!r}; choose one of: {', '.join(_PAUSES_S)}")
    if written is None:
        return _PAUSES_S[strength]
    found = re.fullmatch(r"\+?(\d{1,6}(?:\.\d{1,6})?|\.\d{1,6})(ms|s)", written, re.ASCII)
    seconds = float(found[1]) / (1000 if found[2] == "ms" else 1) if found else -1.0
    if not 0.0 <= seconds <= PAUSE_S_MAX:
        raise element.place.refused(f'time is {written!r}; write "500ms" or "1.5s", {PAUSE_S_MAX:.0f} seconds at most')
    return seconds


def _rate(element: Element, written: str) -> float:
    if written in _RATES:
        return _RATES[written]
    found = re.fullmatch(r"([+-]?)(\d{1,4}(?:\.\d{1,4})?)%", written, re.ASCII)
    share = float(found[2]) / 100 if found else 0.0
    rate = {"": share, "+": 1.0 + share, "-": 1.0 - share}[found[1]] if found else 0.0
    if not RATE_MIN <= rate <= RATE_MAX:
        steps = ", ".join(_RATES)
        raise element.place.refused(f'rate is {written!r}; write "80%", "+20%" or one of: {steps}; 50% to 200%')
    return rate


def _pitch(element: Element, written: str) -> float:
    if written in _PITCHES_ST:
        return _PITCHES_ST[written]
    found = re.fullmatch(r"([+-])(\d{1,4}(?:\.\d{1,4})?)(st|%)", written, re.ASCII)
    if found:
        size = float(found[2]) * (1 if found[1] == "+" else -1)
        semitones = size if found[3] == "st" else _semitones_of_share(size)
        if abs(semitones) <= PITCH_ST_MAX:
            return semitones
    steps = ", ".join(_PITCHES_ST)
    raise element.place.refused(
        f'pitch is {written!r}; write "+2st", "-10%" or one of: {steps}; up to {PITCH_ST_MAX:.0f} semitones'
    )


def _semitones_of_share(percent: float) -> float:
    return 12 * math.log2(1 + percent / 100) if percent > -100 else -math.inf  # noqa: PLR2004 -- a share of the whole


def _volume(element: Element, written: str) -> float:
    if written in _VOLUMES_DB:
        return _VOLUMES_DB[written]
    found = re.fullmatch(r"[+-]\d{1,3}(?:\.\d{1,4})?dB", written, re.ASCII)
    gain = float(written.removesuffix("dB")) if found else VOLUME_DB_MAX + 1
    if not VOLUME_DB_MIN <= gain <= VOLUME_DB_MAX:
        steps = ", ".join(_VOLUMES_DB)
        raise element.place.refused(
            f'volume is {written!r}; write "+3dB" or one of: {steps}; {VOLUME_DB_MIN:.0f} to +{VOLUME_DB_MAX:.0f} dB'
        )
    return gain
