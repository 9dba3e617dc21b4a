"""Speech while it is being made: each pass is handed out as soon as the net has said it.

``headed`` shortens the first pass where the sentence allows a breath, so that the first sound comes early. Nothing else
differs from a whole take but loudness: that is set by the first pass and held, since the end is not known yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from consent.grant import Grant, Modality, Use, require_grant
from pipelines.errors import InputInvalidError
from pipelines.media import CancelCheck, Float32Array, never_cancel
from pipelines.voice.kokoro.network import SAMPLE_RATE, Utterance
from pipelines.voice.kokoro.timeline import BREATH_S, LEAD_S, TAIL_S, TimedSymbol, Timeline
from pipelines.voice.loudness import TARGET_LUFS, integrated_lufs
from pipelines.voice.script.passes import passes
from pipelines.voice.script.planner import Pass

HEAD_SYMBOLS = 45  # about three seconds of speech, which two cores make in one
_HEAD_MIN = 12  # a shorter first pass sounds like a call
_TOLERATED = 1.5  # a sentence only this much longer than a head, and without a comma, is not torn
_MARKS = frozenset(";:,—…)”.!?")
_GAIN_DB_MAX = 18.0  # a first pass of one quiet word must not make the next ones shout
_KNEE = 0.6  # the limiter is linear up to here
_CEILING = 0.84  # -1.5 dB


Say = Callable[[int], Utterance]  # says a pass by its number; the engine binds voice, likeness, speed and tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A stretch of speech; chunks follow each other without a gap.

    ``waveform`` is (time,) float32 in [-1, 1] at 24 kHz; ``symbols`` carry times from the start of the whole speech.
    """

    waveform: Float32Array
    begin_s: float
    symbols: tuple[TimedSymbol, ...]
    is_last: bool


def stream(
    planned: Sequence[Pass],
    say: Say,
    *,
    script: str,
    locale: str,
    grant: Grant | None,
    at: datetime,
    pause_rate: float = 1.0,
    cancel: CancelCheck = never_cancel,
) -> Iterator[Chunk]:
    """Check the grant now and return the speech as an iterator; each chunk is made when it is asked for.

    Args:
        planned: The passes of the script; from ``headed``, when the first sound shall come early.
        say: Says one of them, by its number.
        script: The whole script as the grant has it (``markup.agreed.agreed_text``).
        locale: Its language.
        grant: The consent to speak it.
        at: The time, for the grant.
        pause_rate: Pauses are divided by it; the speed, as a rule, over the delivery's ``pause_scale``.
        cancel: Asked before each pass.

    Raises:
        ConsentRefusedError: The grant does not cover this voice, language and script now.
        InputInvalidError: There is no pass.
    """
    require_grant(grant, Use(modality=Modality.VOICE, locale=locale, script=script), at=at)
    if not planned:
        raise InputInvalidError("there is nothing to say; plan at least one pass")
    return _chunks(planned, say, pause_rate=pause_rate, cancel=cancel)


def headed(planned: Sequence[Pass]) -> tuple[Pass, ...]:
    """Split the first pass after its first words where a speaker would breathe; the rest stays as it is."""
    first = planned[0]
    cut = _head(first.said.symbols)
    if cut is None:
        return tuple(planned)
    head, tail = first.said.part(0, cut), first.said.part(cut + 1, len(first.said.symbols))
    rest = passes(tail)
    breathing = (head, *rest[:-1])
    return (
        *(replace(first, said=part, pause_s=BREATH_S) for part in breathing),
        replace(first, said=rest[-1]),
        *planned[1:],
    )


def _head(symbols: str) -> int | None:
    """Return the space after which the rest begins; the last one behind a mark within reach, else between words."""
    if len(symbols) <= HEAD_SYMBOLS:
        return None
    spaces = [at for at, symbol in enumerate(symbols[: HEAD_SYMBOLS + 1]) if symbol == " " and at >= _HEAD_MIN]
    breaths = [at for at in spaces if symbols[at - 1] in _MARKS]
    if breaths:
        return breaths[-1]
    return spaces[-1] if spaces and len(symbols) > _TOLERATED * HEAD_SYMBOLS else None


def _chunks(planned: Sequence[Pass], say: Say, *, pause_rate: float, cancel: CancelCheck) -> Iterator[Chunk]:
    begin, gain = 0, 0.0
    for at, one in enumerate(planned):
        cancel()
        utterance = say(at)
        is_last = at + 1 == len(planned)
        timeline = Timeline()
        timeline.silence(LEAD_S if at == 0 else 0.0)
        timeline.say(one.said, utterance)
        timeline.silence(TAIL_S if is_last else one.pause_s / pause_rate)
        waveform, symbols = timeline.finish()
        gain = gain or _gain(waveform)
        yield Chunk(
            waveform=_limited(waveform * np.float32(gain)),
            begin_s=begin / SAMPLE_RATE,
            symbols=tuple(_later(each, begin / SAMPLE_RATE) for each in symbols),
            is_last=is_last,
        )
        begin += len(waveform)


def _later(symbol: TimedSymbol, by_s: float) -> TimedSymbol:
    return replace(symbol, start_s=symbol.start_s + by_s, end_s=symbol.end_s + by_s)


def _gain(waveform: Float32Array) -> float:
    """Return the factor that brings the first pass to the target loudness."""
    wanted_db = TARGET_LUFS - integrated_lufs(waveform, SAMPLE_RATE)
    return float(10 ** (min(wanted_db, _GAIN_DB_MAX) / 20)) if np.isfinite(wanted_db) else 1.0


def _limited(waveform: Float32Array) -> Float32Array:
    """Bend what is above the knee so that nothing passes the ceiling; a look-ahead limiter would need the future."""
    over = np.maximum(np.abs(waveform) - _KNEE, 0.0)
    room = _CEILING - _KNEE
    bent = np.minimum(np.abs(waveform), _KNEE) + room * np.tanh(over / room)
    return np.asarray(np.sign(waveform) * bent, dtype=np.float32)
