"""Where each symbol of a pass really sounds: the net's durations, moved to its sound, and held to it at pauses.

1. **The net's sound runs ahead of its durations by two of its frames.** Measured where a boundary can be heard (vowel
   to sibilant and back, vowel to closure, burst to vowel; `bench.timing`): median -52 ms in six languages, -45 ms at
   speed 1.3, -58 ms at 0.8, the same for every voice. Most likely learned: the durations come from the aligner that the
   net was trained with, the sound from the recordings themselves. So all of them are moved by a constant.
2. **Inside a pass a pause has edges that can be heard.** A word before it ends where the sound does and the next one
   starts where it begins again, whether or not the script has a mark there; the net's frames are off by up to 100 ms.
3. **At the ends of a pass** a symbol shares its time with the quiet around it, so there the sound decides too. At great
   speed the sound can run ahead of its durations; then a word keeps the net's time before it is left without any.
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np

from pipelines.media import Float32Array
from pipelines.voice.kokoro.network import SAMPLE_RATE, Utterance
from pipelines.voice.script.pieces import Phonemes

AHEAD_S: Final = 0.05  # of the net's sound before its durations

_WORD_MIN_S: Final = 0.05
_EDGE: Final = 0.01  # share of the peak under which an edge is silence
_STEP: Final = 120  # 5 ms
_PAUSE_MIN_S: Final = 0.05  # at a mark; a shorter quiet is no pause
_BREAK_MIN_S: Final = 0.08  # between words without a mark
_CLOSURE_S: Final = 0.15  # before a stop, whose own quiet is 50 to 100 ms
_STOPS: Final = frozenset("pbtdkɡqʔcɟʈɖʦʣʧʤʨʥT")
_PAUSE_REACH_S: Final = 0.15  # how far the edges of a pause may be from where the net has them


def heard_stretch(waveform: Float32Array) -> tuple[int, int]:
    """Return the first and one past the last sample that is no silence."""
    magnitude = np.abs(waveform)
    loud = np.flatnonzero(magnitude > float(magnitude.max(initial=0.0)) * _EDGE)
    return (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(waveform))


def symbol_edges(said: Phonemes, utterance: Utterance, heard: tuple[int, int]) -> list[int]:
    """Return where each symbol starts, and where the last one ends, in samples of the pass.

    Args:
        said: The symbols.
        utterance: What the net made of them.
        heard: From ``heard_stretch``.
    """
    ends = [max(0, int(end) - round(AHEAD_S * SAMPLE_RATE)) for end in utterance.ends[: len(said.symbols) + 1]]
    voiced = [i for i, span in enumerate(said.spans) if span is not None]
    if voiced:
        first_ends, last_starts = _word_edge(said, ends, voiced[0], 1), _word_edge(said, ends, voiced[-1], -1)
        spare = round(_WORD_MIN_S * SAMPLE_RATE)
        first = max(min(heard[0], first_ends - spare), min(heard[0], ends[voiced[0]]))
        last = min(max(heard[1], last_starts + spare), max(heard[1], ends[voiced[-1] + 1]))
        heard = (first, max(first, last))
    edges = [int(np.clip(end, *heard)) for end in ends]
    if voiced:
        for i in range(voiced[0] + 1):
            edges[i] = heard[0]
        for i in range(voiced[-1] + 1, len(edges)):
            edges[i] = max(heard[1], edges[voiced[-1]])
        _hold_pauses(said, edges, voiced, utterance.waveform)
    return edges


def _hold_pauses(said: Phonemes, edges: list[int], voiced: list[int], waveform: Float32Array) -> None:
    """Move the edges of sounds around a mark to where the sound stops and begins again."""
    quiet = _quiet(waveform)
    reach = round(_PAUSE_REACH_S * SAMPLE_RATE)
    for before, after in itertools.pairwise(voiced):
        if before + 1 == after:
            continue
        low = max(edges[before] + 1, edges[before + 1] - reach)
        high = min(edges[after + 1] - 1, edges[after] + reach)
        pause = _longest(quiet[low // _STEP + 1 : high // _STEP])
        if pause is None or (pause[1] - pause[0]) * _STEP < _pause_min_s(said.symbols, before, after) * SAMPLE_RATE:
            continue
        stop, start = ((low // _STEP + 1 + at) * _STEP for at in pause)
        edges[before + 1] = stop
        for i in range(before + 2, after + 1):
            edges[i] = start


def _pause_min_s(symbols: str, before: int, after: int) -> float:
    """How long a quiet between two sounds must be to be a pause and no part of either."""
    if symbols[before + 1 : after].strip():
        return _PAUSE_MIN_S
    sound = symbols[after:].lstrip("ˈˌ")[:1]
    return _CLOSURE_S if sound in _STOPS else _BREAK_MIN_S


def _quiet(waveform: Float32Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """For each 5 ms whether nothing is heard."""
    count = len(waveform) // _STEP
    loudest = np.abs(waveform[: count * _STEP]).reshape(count, _STEP).max(axis=1, initial=0.0)
    return np.asarray(loudest <= float(loudest.max(initial=0.0)) * _EDGE)


def _longest(quiet: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[int, int] | None:
    """The longest run of True, half open; None if there is none."""
    flips = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    if not len(flips):
        return None
    starts, ends = flips[::2], flips[1::2]
    widest = int(np.argmax(ends - starts))
    return int(starts[widest]), int(ends[widest])


def _word_edge(said: Phonemes, ends: list[int], at: int, step: int) -> int:
    """Return where the word of symbol ``at`` ends (step 1) or starts (step -1), by the net's durations."""
    span, i = said.spans[at], at
    while 0 <= i + step < len(said.spans) and said.spans[i + step] == span:
        i += step
    return ends[i + (1 if step > 0 else 0)]
