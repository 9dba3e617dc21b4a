"""Lines said one by one and laid on one clock: what all Coqui voices share between a checked script and its speech."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from pipelines.errors import InputInvalidError, WeightsError
from pipelines.media import CancelCheck, Float32Array, Progress
from pipelines.voice.conversion.converters import SPEECH_RATE, is_silent, resampled
from pipelines.voice.coqui.lines import Line
from pipelines.voice.kokoro.timeline import LEAD_S, TAIL_S, TimedSymbol
from pipelines.voice.loudness import normalise

SPEED_MIN: Final = 0.5
SPEED_MAX: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line's sound, (time,) float32, and its symbols with times in seconds from the sound's start."""

    waveform: Float32Array
    symbols: tuple[TimedSymbol, ...]


def require_speed(speed: float) -> None:
    """Refuse a speed that the nets cannot keep words apart at."""
    if not SPEED_MIN <= speed <= SPEED_MAX:
        raise InputInvalidError(f"speed {speed} is outside {SPEED_MIN} to {SPEED_MAX}; 1.0 is the voice's own")


def say_all(
    lines: Sequence[Line],
    say: Callable[[Line], Said],
    *,
    sample_rate: int,
    speed: float,
    progress: Progress,
    cancel: CancelCheck,
) -> tuple[Float32Array, tuple[TimedSymbol, ...]]:
    """Say the lines with their pauses; the whole is at 24 kHz and at target loudness. ``cancel`` is asked per line."""
    parts: list[Float32Array] = []
    symbols: list[TimedSymbol] = []
    clock = 0.0

    def lay(sound: Float32Array) -> float:
        nonlocal clock
        begun = clock
        parts.append(sound)
        clock += len(sound) / sample_rate
        return begun

    lay(_silence(LEAD_S, sample_rate))
    for at, line in enumerate(lines):
        cancel()
        progress(at / len(lines))
        said = say(line)
        if is_silent(said.waveform, sample_rate):
            raise WeightsError(f"the net gave no sound for {line.text[:60]!r}; run: sayso models verify")
        begun = lay(said.waveform)
        symbols.extend(_later(symbol, begun) for symbol in said.symbols)
        lay(_silence(line.pause_s / speed if at + 1 < len(lines) else TAIL_S, sample_rate))
    cancel()
    whole = resampled(np.concatenate(parts), sample_rate, SPEECH_RATE)
    levelled = normalise(whole, SPEECH_RATE)
    progress(1.0)
    return levelled, tuple(symbols)


def evenly(line: Line, *, start_s: float, end_s: float) -> tuple[TimedSymbol, ...]:
    """A line's letters spread evenly between two times: for nets that do not say when they say what."""
    edges = np.linspace(start_s, end_s, len(line.text) + 1)
    return tuple(
        TimedSymbol(symbol=letter, span=span, start_s=float(edges[i]), end_s=float(edges[i + 1]))
        for i, (letter, span) in enumerate(zip(line.text, line.spans, strict=True))
    )


def heard_between(waveform: Float32Array, sample_rate: int, *, share: float = 0.02) -> tuple[float, float]:
    """When the sound of a clip starts and ends, in seconds: above ``share`` of its peak."""
    magnitude = np.abs(waveform)
    loud = np.flatnonzero(magnitude > float(magnitude.max(initial=0.0)) * share)
    if not len(loud):
        return 0.0, len(waveform) / sample_rate
    return int(loud[0]) / sample_rate, (int(loud[-1]) + 1) / sample_rate


@contextmanager
def seeded(seed: int, *, threads: int) -> Iterator[None]:
    """Torch with this seed and as many threads, without gradients; everybody else's chance stays as it was."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    devices = list(range(torch.cuda.device_count()))
    try:
        with torch.random.fork_rng(devices=devices), torch.inference_mode():
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(before)


def _silence(seconds: float, sample_rate: int) -> Float32Array:
    return np.zeros(round(seconds * sample_rate), dtype=np.float32)


def _later(symbol: TimedSymbol, by_s: float) -> TimedSymbol:
    return TimedSymbol(symbol=symbol.symbol, span=symbol.span, start_s=symbol.start_s + by_s, end_s=symbol.end_s + by_s)
