"""A translated script spoken at the times of the original.

The whole script is spoken in one go (that is what consent was given for), one line per segment, so that a pause lies
between any two. Where a line is too long or too short for its segment, the script is spoken again faster or slower, and
the line is taken from there: the net changes its own durations, which sounds better than stretched sound. At most five
paces are used, and no faster or slower ones than people speak at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pipelines.errors import InputInvalidError
from pipelines.media import AudioClip, Float32Array, Speech, Timed
from pipelines.voice.dubbing.table import Slot

PACES: Final = (0.9, 1.0, 1.12, 1.25, 1.4)
GAP_S: Final = 0.12  # kept between two lines
LATE_MAX_S: Final = 0.15  # a voice that starts later is seen to be late (ITU-R BT.1359: 125 ms is noticed)

_EDGE_S: Final = 0.06  # of the quiet around a line that goes with it
_FADE_S: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """How one line came out. ``late_s`` is how much later than the original it starts, ``over_s`` how much longer."""

    slot: Slot
    pace: float
    start_s: float
    end_s: float

    @property
    def late_s(self) -> float:
        """How much later than the original it starts."""
        return max(0.0, self.start_s - self.slot.start_s)

    @property
    def over_s(self) -> float:
        """How much later than the original it ends; below 0 if it ends earlier."""
        return self.end_s - self.slot.end_s

    @property
    def fits(self) -> bool:
        """Whether it starts with the original."""
        return self.late_s <= LATE_MAX_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Dubbed:
    """The speech on the original's clock, as long as the original or a little longer, and how each line came out."""

    speech: Speech
    lines: tuple[Placed, ...]


def fit_speech(slots: Sequence[Slot], *, speak: Callable[[float], Speech], duration_s: float) -> Dubbed:
    """Speak every line at its time.

    Args:
        slots: Lines in order.
        speak: Says ``script_of(slots)`` at a pace, 1.0 the voice's own; asked once per pace.
        duration_s: Length of the original.

    Raises:
        InputInvalidError: A line cannot be found in the speech, or the lines do not fit at any pace.
    """
    said: dict[float, list[_Line]] = {}

    def lines_at(pace: float) -> list[_Line]:
        if pace not in said:
            said[pace] = _lines(speak(pace), slots)
        return said[pace]

    base = speak(1.0)
    said[1.0] = _lines(base, slots)
    placed: list[Placed] = []
    parts: list[_Line] = []
    clock = 0.0
    for at, slot in enumerate(slots):
        start = max(slot.start_s, clock)
        until = slots[at + 1].start_s - GAP_S if at + 1 < len(slots) else max(duration_s, slot.end_s)
        pace = _pace(said[1.0][at].length_s, wanted_s=slot.end_s - start, room_s=until - start)
        line = lines_at(pace)[at]
        placed.append(Placed(slot=slot, pace=pace, start_s=start, end_s=start + line.length_s))
        parts.append(line)
        clock = start + line.length_s + GAP_S
    return Dubbed(speech=_laid_out(base, placed, parts, duration_s), lines=tuple(placed))


def report(lines: Sequence[Placed]) -> tuple[str, ...]:
    """A sentence for each line that does not fit, with what to do."""
    return tuple(
        f"line {number} ({line.slot.text[:40]!r}) starts {line.late_s:.1f} s late at {line.start_s:.1f} s, because the "
        "lines before it are too long; shorten them"
        if not line.fits
        else f"line {number} ({line.slot.text[:40]!r}) ends {line.over_s:.1f} s after the original even at "
        f"{line.pace:.2f} times the pace; shorten it by about {_share_over(line):.0%}"
        for number, line in enumerate(lines, start=1)
        if not line.fits or (line.pace == PACES[-1] and line.over_s > GAP_S)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line cut out of a speech; times are on its own clock, which starts with its first sound."""

    waveform: Float32Array
    rate: int
    lead_s: float  # quiet before the first sound
    length_s: float
    words: tuple[Timed, ...]
    phonemes: tuple[Timed, ...]


def _pace(natural_s: float, *, wanted_s: float, room_s: float) -> float:
    """The pace nearest to 1 at which a line is as long as the original; if none is, the one that leaves it room."""
    if natural_s <= wanted_s:
        return PACES[0] if natural_s / PACES[0] <= wanted_s and natural_s < wanted_s * PACES[0] else 1.0
    # A little over the original's end is not noticed while nobody else speaks: half of the room after it is used first.
    allowed_s = wanted_s + max(0.0, room_s - wanted_s) / 2
    return next((pace for pace in PACES[1:] if natural_s / pace <= allowed_s), PACES[-1])


def _lines(speech: Speech, slots: Sequence[Slot]) -> list[_Line]:
    """Cut a speech at the pauses between its lines."""
    owners = _owners(speech.words, slots)
    spans: list[tuple[float, float]] = []
    for at in range(len(slots)):
        own = [word for word, owner in zip(speech.words, owners, strict=True) if owner == at]
        if not own:
            raise InputInvalidError(f"line {at + 1} ({slots[at].text[:40]!r}) has no words to say; leave it empty")
        spans.append((own[0].start_s, own[-1].end_s))
    rate = speech.audio.sample_rate
    made: list[_Line] = []
    for at, (start, end) in enumerate(spans):
        before = spans[at - 1][1] if at else 0.0
        after = spans[at + 1][0] if at + 1 < len(spans) else speech.audio.duration_s
        first, last = max(start - _EDGE_S, (before + start) / 2), min(end + _EDGE_S, (end + after) / 2)
        made.append(
            _Line(
                waveform=_faded(speech.audio.waveform[round(first * rate) : round(last * rate)], rate),
                rate=rate,
                lead_s=start - first,
                length_s=end - start,
                words=_between(speech.words, start, end),
                phonemes=_between(speech.phonemes, start, end),
            )
        )
    return made


def _owners(words: Sequence[Timed], slots: Sequence[Slot]) -> list[int]:
    """Which line each word belongs to: the words are the script's, in order, so their letters fill the lines."""
    sizes = np.cumsum([len("".join(slot.text.split())) for slot in slots])
    filled = np.cumsum([len("".join(word.text.split())) for word in words])
    return [min(int(np.searchsorted(sizes, at)), len(slots) - 1) for at in filled]


def _between(timed: Sequence[Timed], start: float, end: float) -> tuple[Timed, ...]:
    return tuple(
        Timed(text=one.text, start_s=one.start_s - start, end_s=min(one.end_s, end) - start)
        for one in timed
        if start <= one.start_s and one.start_s < end
    )


def _laid_out(base: Speech, placed: Sequence[Placed], parts: Sequence[_Line], duration_s: float) -> Speech:
    rate = base.audio.sample_rate
    length = max(duration_s, placed[-1].end_s + _EDGE_S)
    whole = np.zeros(round(length * rate), dtype=np.float32)
    words: list[Timed] = []
    phonemes: list[Timed] = []
    for line, part in zip(placed, parts, strict=True):
        first = max(0, round((line.start_s - part.lead_s) * rate))
        sound = part.waveform[: len(whole) - first]
        whole[first : first + len(sound)] += sound
        words.extend(_later(part.words, line.start_s))
        phonemes.extend(_later(part.phonemes, line.start_s))
    return replace(
        base,
        audio=AudioClip(waveform=np.clip(whole, -1, 1), sample_rate=rate),
        words=tuple(words),
        phonemes=tuple(phonemes),
    )


def _later(timed: Sequence[Timed], by_s: float) -> tuple[Timed, ...]:
    return tuple(Timed(text=one.text, start_s=one.start_s + by_s, end_s=one.end_s + by_s) for one in timed)


def _share_over(line: Placed) -> float:
    return line.over_s / max(line.end_s - line.start_s, 0.1)


def _faded(samples: Float32Array, rate: int) -> Float32Array:
    faded = samples.astype(np.float32, copy=True)
    count = min(round(_FADE_S * rate), len(faded) // 2)
    if count:
        ramp = np.linspace(0.0, 1.0, count, endpoint=False, dtype=np.float32)
        faded[:count] *= ramp
        faded[-count:] *= ramp[::-1]
    return faded
