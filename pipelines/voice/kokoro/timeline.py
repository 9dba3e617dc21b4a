"""Passes laid on one clock: what the net said, cut to its sound, pauses between, and exact times for every symbol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipelines.media import Float32Array, Timed
from pipelines.voice.kokoro.edges import heard_stretch, symbol_edges
from pipelines.voice.kokoro.network import SAMPLE_RATE, Utterance
from pipelines.voice.phonemes.symbols import MARKERS, PUNCTUATION
from pipelines.voice.script.pieces import Phonemes, Span

LEAD_S = 0.15
TAIL_S = 0.25
BREATH_S = 0.12  # between two passes of one sentence

_ONSET_KEPT_S = 0.05  # a plosive starts before its symbol does
_DECAY_KEPT_S = 0.09
_FADE_S = 0.008


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedSymbol:
    """A symbol on the clip's clock, and the stretch of script it reads."""

    symbol: str
    span: Span | None
    start_s: float
    end_s: float


@dataclass(slots=True)
class Timeline:
    """Collects passes; ``finish`` gives the whole."""

    _parts: list[Float32Array] = field(default_factory=list)
    _length: int = 0
    _symbols: list[TimedSymbol] = field(default_factory=list)

    def silence(self, seconds: float) -> None:
        """Add silence."""
        self._add(np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32))

    def say(self, said: Phonemes, utterance: Utterance) -> None:
        """Add a pass without its own silence at either end."""
        heard = heard_stretch(utterance.waveform)
        edges = symbol_edges(said, utterance, heard)
        begin = max(0, min(heard[0], edges[0]) - round(_ONSET_KEPT_S * SAMPLE_RATE))
        end = min(len(utterance.waveform), max(heard[1], edges[-1]) + round(_DECAY_KEPT_S * SAMPLE_RATE))
        shift = self._length - begin
        for i, (symbol, span) in enumerate(zip(said.symbols, said.spans, strict=True)):
            start, stop = ((edges[i + k] + shift) / SAMPLE_RATE for k in (0, 1))
            self._symbols.append(TimedSymbol(symbol=symbol, span=span, start_s=start, end_s=stop))
        self._add(_faded(utterance.waveform[begin:end]))

    def finish(self) -> tuple[Float32Array, tuple[TimedSymbol, ...]]:
        """Return the samples and every symbol said."""
        whole = np.concatenate(self._parts) if self._parts else np.zeros(0, dtype=np.float32)
        return whole, tuple(self._symbols)

    def _add(self, samples: Float32Array) -> None:
        self._parts.append(samples)
        self._length += len(samples)


def word_times(text: str, words: Sequence[Span], symbols: Sequence[TimedSymbol]) -> tuple[Timed, ...]:
    """Give each word of the script the time of the symbols that read it.

    Words read together ("12,50 €") share the stretch in proportion to their length; a word without sound of its own is
    a moment between its neighbours.
    """
    # 1. which symbols read which words
    stretches: dict[tuple[int, ...], tuple[float, float]] = {}
    for symbol in symbols:
        if symbol.span is None:
            continue
        owners = tuple(i for i, word in enumerate(words) if word.overlaps(symbol.span))
        start, end = stretches.get(owners, (symbol.start_s, symbol.end_s))
        stretches[owners] = (min(start, symbol.start_s), max(end, symbol.end_s))
    # 2. one start and end per word
    times: dict[int, tuple[float, float]] = {}
    for owners, (start, end) in sorted(stretches.items(), key=lambda item: item[1]):
        sizes = np.cumsum([0] + [words[i].end - words[i].begin for i in owners])
        for at, i in enumerate(owners):
            a, b = (start + (end - start) * float(sizes[k]) / float(sizes[-1]) for k in (at, at + 1))
            before = times.get(i, (a, b))
            times[i] = (min(before[0], a), max(before[1], b))
    # 3. silent words and rounding: starts and ends only rise
    made: list[Timed] = []
    clock = min((start for start, _ in times.values()), default=0.0)
    for i, word in enumerate(words):
        start, end = times.get(i, (clock, clock))
        start = max(start, clock)
        clock = max(start, end)
        made.append(Timed(text=text[word.begin : word.end], start_s=start, end_s=clock))
    return tuple(made)


def phoneme_times(symbols: Sequence[TimedSymbol]) -> tuple[Timed, ...]:
    """Give each sound its time; stress and length marks belong to the sound they change, spaces have none."""
    made: list[Timed] = []
    pending, pending_start = "", 0.0
    for symbol in symbols:
        if symbol.symbol == " " or symbol.symbol in PUNCTUATION:
            pending = ""
        elif symbol.symbol in "ˈˌ":
            pending, pending_start = symbol.symbol, symbol.start_s
        elif symbol.symbol in MARKERS and made:
            last = made.pop()
            made.append(Timed(text=last.text + symbol.symbol, start_s=last.start_s, end_s=symbol.end_s))
        else:
            start = pending_start if pending else symbol.start_s
            made.append(Timed(text=pending + symbol.symbol, start_s=start, end_s=symbol.end_s))
            pending = ""
    return tuple(made)


def _faded(samples: Float32Array) -> Float32Array:
    """Fade both ends: joins make no click."""
    faded = samples.astype(np.float32, copy=True)
    n = min(round(_FADE_S * SAMPLE_RATE), len(faded) // 2)
    if n:
        ramp = np.sin(np.linspace(0.0, np.pi / 2, n, dtype=np.float32)) ** 2
        faded[:n] *= ramp
        faded[-n:] *= ramp[::-1]
    return faded
